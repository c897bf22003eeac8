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

/*
 * A ring a processor, so that no processor waits for another one to report. Where there are more than
 * EVENT_RINGS, those whose numbers have the same remainder share one: neighbours and, mostly, the threads of
 * different cores do not. The agent fills every slot (with fewer rings than slots, in turns) before a program
 * runs.
 *
 * A ring has room for what one processor reports while nobody reads. Drops: drop_events_per_second (1000) and
 * the bucket's one second of burst. Nobody reads for 100 ms between two polls, and for about three seconds
 * when the agent is started anew: (1 + 3) * 1000 events of 88 bytes (80 and the ring's own 8) are 352,000
 * bytes. The next power of two is 512 KiB, 5957 events; what drops leave of it, 1957 at the worst, is for
 * traces, which have no limit of their own. All rings: 1 MiB on two processors, 4 MiB on eight, never more
 * than 8 MiB.
 */
#define EVENT_RINGS 16
#define EVENT_RING_BYTES (512 * 1024)

struct event_ring {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, EVENT_RING_BYTES);
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__type(key, __u32);
	__uint(max_entries, EVENT_RINGS);
	__array(values, struct event_ring);
} events SEC(".maps") DATAPATH_MAP("Rings of events, by processor modulo their number; read by the agent.");

struct event_bucket {
	__u64 refilled DOC("CLOCK_MONOTONIC, nanoseconds");
	__u64 tokens DOC("in nanoseconds of credit");
	__u64 suppressed DOC("drops without an event, by rate");
	__u64 lost DOC("events that found their ring full");
} LAYOUT("Rate of events on one processor.");
LAYOUT_SIZE(struct event_bucket, 32);

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, struct event_bucket);
	__uint(max_entries, 1);
} event_buckets SEC(".maps") DATAPATH_MAP("Rate limit and loss of events.");
