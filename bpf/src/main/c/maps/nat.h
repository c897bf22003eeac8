/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Masqueraded connections as the outside sees them. Written by the programs. */
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "../layout/address.h"

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
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct nat_key);
	__type(value, struct nat_entry);
	__uint(max_entries, 65536);
} nat SEC(".maps") DATAPATH_MAP("Masqueraded connections in use.");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, struct nat_key);
	__type(value, struct nat_entry);
	__uint(max_entries, 16384);
} nat_unanswered SEC(".maps")
	DATAPATH_MAP("Masqueraded connections that begin or have ended, and the node's own.");

struct nat_address {
	union ip address;
	__u8 family OF_ENUM(family);
	__u8 pad0[7];
} LAYOUT("An address that others go under.");
LAYOUT_SIZE(struct nat_address, 24);

struct nat_refused {
	__u64 connections DOC("that found no free port towards their remote end");
	__u64 last DOC("CLOCK_MONOTONIC, nanoseconds: when it was");
} LAYOUT("What an address had no port for.");
LAYOUT_SIZE(struct nat_refused, 16);

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, struct nat_address);
	__type(value, struct nat_refused);
	__uint(max_entries, 1024);
} nat_refusals SEC(".maps") DATAPATH_MAP("Addresses whose ports were all in use.");
