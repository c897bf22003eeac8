/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Connections, one entry each, whichever side a packet comes from. Written by the programs. */
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "../layout/address.h"
#include "../layout/event.h"

#define CT_SCOPES(V)                                                                       \
	V(SCOPE_FLOW, 0, "what is between two endpoints, as the one that answers sees it") \
	V(SCOPE_SERVICE, 1, "what a client calls by a service's address")
LAYOUT_ENUM(ct_scope, CT_SCOPES, "What an entry of conntrack is about.");

struct ct_key {
	union ip low DOC("the end that sorts first: by address, then by port");
	union ip high DOC("the other end");
	__be16 low_port DOC("ICMP: the identifier at the end that asks, 0 at the other");
	__be16 high_port;
	__u8 protocol;
	__u8 family OF_ENUM(family);
	__u16 scope OF_ENUM(ct_scope);
} LAYOUT("A connection's two ends in canonical order.");
LAYOUT_SIZE(struct ct_key, 40);

#define CT_FLAGS(V)                                                               \
	V(CT_HIGH_BEGAN, 1 << 0, "the end that sorts last sent the first packet") \
	V(CT_ANSWERED, 1 << 1, "packets were seen both ways")
LAYOUT_CONSTANTS(ct_flag, CT_FLAGS, "Bits of ct_entry.flags.");

#define CT_CLOSES(V)                                     \
	V(CLOSED_BY_ORIGIN, 1, "by the side that began") \
	V(CLOSED_BY_PEER, 1 << 16, "by the other side")
LAYOUT_CONSTANTS(ct_close, CT_CLOSES, "What FIN or RST adds to ct_entry.closes, once for each side.");

struct ct_entry {
	__u64 deadline DOC("CLOCK_MONOTONIC, nanoseconds; past it the entry is a miss");
	__u32 source_identity DOC("of the side that began");
	__u32 policy_revision DOC("that the verdict was reached under");
	__u32 closes
		DOC("FIN or RST: from the side that began in the low half, from the other in the high half");
	__be16 nat_port DOC("source port after masquerading, 0 without");
	__u16 endpoint DOC("of this node that it is accounted to, 0: the node itself");
	__u8 flags DOC("of ct_flag");
	__u8 tcp_flags DOC("SYN, FIN and RST reported so far, both sides");
	__be16 peer_port;
	__u32 service DOC("number of the service's port that the side that began asked for, 0: of none");
	union ip peer DOC("with a service. Of a flow: whom that side asked for; of a service: the backend");
} LAYOUT("A connection.");
LAYOUT_SIZE(struct ct_entry, 48);

/* The numbers of entries of this and of nat.h are those of a small machine: the agent sizes them by memory.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct ct_key);
	__type(value, struct ct_entry);
	__uint(max_entries, 98304);
} ct_answered SEC(".maps") DATAPATH_MAP("Connections in use: answered, and the side that began spoke again.");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, struct ct_key);
	__type(value, struct ct_entry);
	__uint(max_entries, 32768);
} ct_unanswered SEC(".maps") DATAPATH_MAP("Connections that begin or have ended.");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, struct ct_key);
	__type(value, struct ct_entry);
	__uint(max_entries, 16384);
} ct_overflow SEC(".maps") DATAPATH_MAP("Connections in use that ct_answered had no room for.");

struct ct_account {
	__s32 tcp;
	__s32 other;
} LAYOUT("Entries of ct_answered that somebody holds.");
LAYOUT_SIZE(struct ct_account, 8);

#define CT_HOLDERS(V)                        \
	V(HOLDER_ALL, 65536, "all together") \
	V(HOLDER_NAT, 65537, "nat, whose entries count as tcp")
LAYOUT_CONSTANTS(ct_holder, CT_HOLDERS, "Indices of ct_accounts beside the numbers of endpoints.");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, struct ct_account);
	__uint(max_entries, 65538);
} ct_accounts SEC(".maps") DATAPATH_MAP("Entries of ct_answered by endpoint, and in all.");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 1);
} ct_overflow_use SEC(".maps")
	DATAPATH_MAP("CLOCK_MONOTONIC, nanoseconds; past it nothing is in ct_overflow.");

struct ct_counter {
	__u64 over_share DOC("put into ct_overflow because their endpoint held too many");
	__u64 full DOC("put into ct_overflow because the kernel found no room in ct_answered");
	__u64 nat_over_share DOC("masqueraded ones that stayed in nat_unanswered");
} LAYOUT("Connections that found no room where they belong.");
LAYOUT_SIZE(struct ct_counter, 24);

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, struct ct_counter);
	__uint(max_entries, 1);
} ct_counters SEC(".maps") DATAPATH_MAP("Connections that found no room where they belong.");

struct fragment_key {
	union ip source;
	union ip destination;
	__u32 id DOC("as in the packet");
	__u8 protocol;
	__u8 family OF_ENUM(family);
	__u8 point OF_ENUM(observation_point) DOC("each hook keeps its own account");
	__u8 pad0;
} LAYOUT("A datagram in fragments.");
LAYOUT_SIZE(struct fragment_key, 40);

#define FRAGMENT_SPANS 4

struct span {
	__u16 begin DOC("in units of eight bytes");
	__u16 end DOC("one past it; 0: unused");
} LAYOUT("A part of a datagram.");
LAYOUT_SIZE(struct span, 4);

struct fragment_entry {
	__u64 deadline DOC("CLOCK_MONOTONIC, nanoseconds; past it the datagram is given up");
	__be16 source_port;
	__be16 destination_port;
	struct span spans[FRAGMENT_SPANS];
	__u16 seen DOC("units seen so far");
	__u16 length DOC("units in all, 0 until the last fragment came");
} LAYOUT("What was seen of a datagram in fragments.");
LAYOUT_SIZE(struct fragment_entry, 32);

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, struct fragment_key);
	__type(value, struct fragment_entry);
	__uint(max_entries, 8192);
} fragments SEC(".maps") DATAPATH_MAP("Datagrams in fragments.");
