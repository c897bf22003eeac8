/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Connections, one entry each, whichever side a packet comes from. Written by the programs. */
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "../layout/address.h"
#include "../layout/event.h"

struct ct_key {
	union ip low DOC("the end that sorts first: by address, then by port");
	union ip high DOC("the other end");
	__be16 low_port DOC("ICMP: the identifier at the end that asks, 0 at the other");
	__be16 high_port;
	__u8 protocol;
	__u8 family OF_ENUM(family);
	__u16 scope DOC("0: between endpoints; others are kept for service translation");
} LAYOUT("A connection's two ends in canonical order.");
LAYOUT_SIZE(struct ct_key, 40);

#define CT_FLAGS(V)                                                               \
	V(CT_HIGH_BEGAN, 1 << 0, "the end that sorts last sent the first packet") \
	V(CT_ANSWERED, 1 << 1, "packets were seen both ways")                     \
	V(CT_CLOSED_BY_ORIGIN, 1 << 2, "FIN or RST from the side that began")     \
	V(CT_CLOSED_BY_PEER, 1 << 3, "FIN or RST from the other side")
LAYOUT_CONSTANTS(ct_flag, CT_FLAGS, "Bits of ct_entry.flags.");

struct ct_entry {
	__u64 deadline DOC("CLOCK_MONOTONIC, nanoseconds; past it the entry is a miss");
	__u32 source_identity DOC("of the side that began");
	__u32 policy_revision DOC("that the verdict was reached under");
	__be16 nat_port DOC("source port after masquerading, 0 without");
	__u8 flags DOC("of ct_flag");
	__u8 tcp_flags DOC("SYN, FIN and RST reported so far, both sides");
	__u32 pad0;
} LAYOUT("A connection.");
LAYOUT_SIZE(struct ct_entry, 24);

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct ct_key);
	__type(value, struct ct_entry);
	__uint(max_entries, 131072);
} ct_answered SEC(".maps") DATAPATH_MAP("Connections that have been answered.");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, struct ct_key);
	__type(value, struct ct_entry);
	__uint(max_entries, 65536);
} ct_unanswered SEC(".maps") DATAPATH_MAP("Connections that nobody has answered yet.");

struct nat_key {
	union ip remote;
	union ip local DOC("the node's address");
	__be16 remote_port;
	__be16 local_port DOC("as the outside sees it");
	__u8 protocol;
	__u8 family OF_ENUM(family);
	__u16 pad0;
} LAYOUT("A masqueraded connection as the outside sees it.");
LAYOUT_SIZE(struct nat_key, 40);

struct nat_entry {
	union ip pod;
	__u64 deadline DOC("CLOCK_MONOTONIC, nanoseconds");
	__be16 port DOC("the pod's own");
	__u16 pad0;
	__u32 pad1;
} LAYOUT("Who is behind a masqueraded connection.");
LAYOUT_SIZE(struct nat_entry, 32);

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, struct nat_key);
	__type(value, struct nat_entry);
	__uint(max_entries, 65536);
} nat SEC(".maps") DATAPATH_MAP("Masqueraded connections.");

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
