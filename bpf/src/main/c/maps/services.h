/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Services: where they are reached, and what stands behind them. */
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "../layout/address.h"

struct frontend_key {
	union ip address DOC("zero: every address of a node that takes such ports");
	__be16 port;
	__u8 protocol;
	__u8 family OF_ENUM(family);
	__u32 pad0;
} LAYOUT("Where a service is reached.");
LAYOUT_SIZE(struct frontend_key, 24);

#define FRONTEND_FLAGS(V)                                                           \
	V(FRONTEND_OUTSIDE, 1 << 0, "may be used from outside the cluster")         \
	V(FRONTEND_LOCAL, 1 << 1, "who comes from outside keeps his address")       \
	V(FRONTEND_RANGES, 1 << 2, "who comes from outside is looked up in ranges") \
	V(FRONTEND_RANGES_DENY, 1 << 3, "and must not be in one")                   \
	V(FRONTEND_THIS_NODE, 1 << 4, "at this node's addresses alone")             \
	V(FRONTEND_FOREIGN, 1 << 5, "who is in the cluster finds out there whose the address is")
LAYOUT_CONSTANTS(frontend_flag, FRONTEND_FLAGS, "Bits of frontend.flags.");

struct frontend {
	__u32 service DOC("number of the service's port");
	__u32 inside DOC("backends for clients in the cluster: the list's number");
	__u32 inside_count;
	__u32 outside DOC("backends for all others");
	__u32 outside_count;
	__u32 affinity_seconds DOC("0: a client may get another backend each time");
	__u32 flags DOC("of frontend_flag");
	__u32 pad0;
} LAYOUT("What is behind an address and port.");
LAYOUT_SIZE(struct frontend, 32);

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct frontend_key);
	__type(value, struct frontend);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} frontends SEC(".maps") AGENT_MAP("Services by address and port.");

struct slot_key {
	__u32 list;
	__u32 slot DOC("from 0 on, without gaps");
} LAYOUT("A place in a list of backends.");
LAYOUT_SIZE(struct slot_key, 8);

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct slot_key);
	__type(value, __u32);
	__uint(max_entries, 262144);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} slots SEC(".maps") AGENT_MAP("Numbers of backends, by list and place.");

struct backend {
	union ip address;
	__be16 port;
	__u8 protocol;
	__u8 family OF_ENUM(family);
	__u32 pad0;
} LAYOUT("What stands behind a service.");
LAYOUT_SIZE(struct backend, 24);

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, __u32);
	__type(value, struct backend);
	__uint(max_entries, 131072);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} backends SEC(".maps") AGENT_MAP("Backends by number.");

struct affinity_key {
	union ip client DOC("or in its first half the cookie of the client's network namespace");
	__u32 service;
	__u8 family OF_ENUM(family);
	__u8 is_cookie;
	__u16 pad0;
} LAYOUT("A client of a service.");
LAYOUT_SIZE(struct affinity_key, 24);

struct affinity_entry {
	__u64 deadline DOC("CLOCK_MONOTONIC, nanoseconds");
	__u32 backend DOC("its number");
	__u32 pad0;
} LAYOUT("Which backend a client keeps.");
LAYOUT_SIZE(struct affinity_entry, 16);

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, struct affinity_key);
	__type(value, struct affinity_entry);
	__uint(max_entries, 16384);
} affinities SEC(".maps") DATAPATH_MAP("Clients that keep their backend.");

struct affinity_member {
	__u32 list;
	__u32 backend;
} LAYOUT("A backend of a service whose clients keep theirs.");
LAYOUT_SIZE(struct affinity_member, 8);

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct affinity_member);
	__type(value, __u32);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} members SEC(".maps") AGENT_MAP("Backends of services whose clients keep theirs.");

struct source_range_key {
	__u32 prefix_length DOC("bits, the 96 before the address included");
	__u32 service;
	__u32 family DOC("4 or 6");
	__u32 pad0;
	union ip address;
} LAYOUT("A range of clients of a service.");
LAYOUT_SIZE(struct source_range_key, 32);

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__type(key, struct source_range_key);
	__type(value, __u32);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} source_ranges SEC(".maps") AGENT_MAP("Ranges of clients that services let in, or keep out.");

struct peer_key {
	__u64 cookie DOC("of the socket");
	union ip address DOC("of the backend");
	__be16 port;
	__u8 family OF_ENUM(family);
	__u8 pad0[5];
} LAYOUT("What a socket speaks with.");
LAYOUT_SIZE(struct peer_key, 32);

struct peer {
	union ip address DOC("that the socket's owner asked for");
	__be16 port;
	__u16 pad0;
	__u32 service;
} LAYOUT("What a socket was meant to speak with.");
LAYOUT_SIZE(struct peer, 24);

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, struct peer_key);
	__type(value, struct peer);
	__uint(max_entries, 32768);
} peers SEC(".maps") DATAPATH_MAP("Sockets whose peer is a backend.");
