/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Who lives behind which link, and who has which address. Written by the agent alone. */
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "../layout/address.h"

struct endpoint {
	union ip ipv4 DOC("zero without one");
	union ip ipv6 DOC("zero without one");
	__u32 identity;
	__u16 id;
	__u8 mac[6] DOC("of the pod's side");
	__u32 pad0;
} LAYOUT("A pod of this node.");
LAYOUT_SIZE(struct endpoint, 48);

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, __u32);
	__type(value, struct endpoint);
	__uint(max_entries, 4096);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} endpoints SEC(".maps") AGENT_MAP("Pods of this node by the index of their link's host side.");

struct local_pod {
	union ip address;
	__u32 identity;
	__u32 ifindex DOC("host side of its link");
	__u16 endpoint;
	__u8 mac[6] DOC("of the pod's side");
} LAYOUT("A pod of this node by one of its addresses.");
LAYOUT_SIZE(struct local_pod, 32);

/* The last twelve bits, which are a pod's own in most ranges, and the family in the lowest bit. */
#define LOCAL_POD_BITS 12
#define LOCAL_PODS (1 << (LOCAL_POD_BITS + 1))
#define LOCAL_POD_INDEX(last_word, is_ipv6) \
	((bpf_ntohl(last_word) & ((1 << LOCAL_POD_BITS) - 1)) << 1 | !!(is_ipv6))

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, struct local_pod);
	__uint(max_entries, LOCAL_PODS);
} local_pods SEC(".maps")
	AGENT_MAP("Pods of this node by the end of their address; of several with the same one is here.");

#define ADDRESS_KINDS(V)                                  \
	V(ADDRESS_ENDPOINT, 1, "a pod of this node")      \
	V(ADDRESS_HOST, 2, "this node")                   \
	V(ADDRESS_REMOTE_POD, 3, "a pod of another node") \
	V(ADDRESS_REMOTE_NODE, 4, "another node")
LAYOUT_ENUM(address_kind, ADDRESS_KINDS, "Whose an address is.");

struct address_key {
	union ip address;
	__u32 family DOC("4 or 6");
	__u32 pad0;
} LAYOUT("One address.");
LAYOUT_SIZE(struct address_key, 24);

struct address {
	union ip node DOC("of a remote pod or node: its tunnel's end; in native routing its InternalIP");
	__u32 identity;
	__u32 ifindex DOC("host side of a local pod's link");
	__u16 endpoint DOC("id of a local pod");
	__u8 kind OF_ENUM(address_kind);
	__u8 node_family DOC("4 or 6; 0 without a node's address");
	__u8 mac[6] DOC("of a local pod's side");
	_Bool node_ports DOC("this node's: services with a node port are reached at it");
	__u8 pad0;
	__u32 pad1;
} LAYOUT("What is known about one address.");
LAYOUT_SIZE(struct address, 40);

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct address_key);
	__type(value, struct address);
	__uint(max_entries, 131072);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} addresses SEC(".maps") AGENT_MAP("Pods and nodes by address.");

#define RANGE_KINDS(V)                                  \
	V(RANGE_LOCAL_PODS, 1, "pods of this node")     \
	V(RANGE_REMOTE_PODS, 2, "pods of another node") \
	V(RANGE_UNMASQUERADED, 3, "outside, reached with the pod's address")
LAYOUT_ENUM(range_kind, RANGE_KINDS, "What a range is.");

struct range_key {
	__u32 prefix_length DOC("bits, the 32 of the family included");
	__u32 family DOC("4 or 6");
	union ip address;
} LAYOUT("A range of addresses.");
LAYOUT_SIZE(struct range_key, 24);

struct range {
	union ip node DOC("of remote pods: as in struct address");
	__u32 identity;
	__u8 kind OF_ENUM(range_kind);
	__u8 node_family DOC("4 or 6; 0 without a node's address");
	__u16 pad0;
} LAYOUT("What is known about a range.");
LAYOUT_SIZE(struct range, 24);

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__type(key, struct range_key);
	__type(value, struct range);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} ranges SEC(".maps") AGENT_MAP("Pods of nodes, and what masquerading leaves alone, by range.");
