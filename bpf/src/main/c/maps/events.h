/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Counters and events. */
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "../layout/drop_reason.h"
#include "../layout/event.h"

struct counter {
	__u64 packets;
	__u64 bytes;
} LAYOUT("Packets and their bytes.");
LAYOUT_SIZE(struct counter, 16);

#define METRIC_INDEX(reason, direction) ((__u32)(reason) << 2 | (direction))

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, struct counter);
	__uint(max_entries, 1024);
} metrics SEC(".maps") DATAPATH_MAP("Packets by drop reason (0: forwarded) times four plus direction.");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} events SEC(".maps") DATAPATH_MAP("Events, read by the agent.");

struct event_bucket {
	__u64 refilled DOC("CLOCK_MONOTONIC, nanoseconds");
	__u64 tokens DOC("in nanoseconds of credit");
	__u64 suppressed DOC("drops without an event, by rate");
	__u64 lost DOC("events that found the ring full");
} LAYOUT("Rate of events on one processor.");
LAYOUT_SIZE(struct event_bucket, 32);

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, struct event_bucket);
	__uint(max_entries, 1);
} event_buckets SEC(".maps") DATAPATH_MAP("Rate limit and loss of events.");
