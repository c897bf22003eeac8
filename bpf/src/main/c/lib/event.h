/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Verdicts leave here: every drop is counted, and reported as far as the rate allows; traces report what is
 * new.
 */
#pragma once

#include "../maps/events.h"
#include "packet.h"

#define SECOND 1000000000ULL
#define EVENT_BURST_SECONDS 1

static __always_inline void count(const struct __sk_buff *skb, __u8 reason, __u8 direction)
{
	__u32 index = METRIC_INDEX(reason, direction);
	struct counter *counter = bpf_map_lookup_elem(&metrics, &index);

	if (counter) {
		counter->packets++;
		counter->bytes += skb->len;
	}
}

static __always_inline void event_emit(struct __sk_buff *skb, const struct packet *p,
                                       const struct event *kind)
{
	__u32 slot = bpf_get_smp_processor_id() % EVENT_RINGS;
	void *ring = bpf_map_lookup_elem(&events, &slot);
	struct event *event = ring ? bpf_ringbuf_reserve(ring, sizeof(*event), 0) : NULL;

	if (!event) {
		__u32 zero = 0;
		struct event_bucket *bucket = bpf_map_lookup_elem(&event_buckets, &zero);

		if (bucket)
			bucket->lost++;
		return;
	}
	__builtin_memset(event, 0, sizeof(*event));
	event->time = bpf_ktime_get_ns();
	event->source = p->tuple.source;
	event->destination = p->tuple.destination;
	event->source_port = p->tuple.source_port;
	event->destination_port = p->tuple.destination_port;
	event->ifindex = skb->ifindex;
	event->source_identity = p->source_identity;
	event->destination_identity = p->destination_identity;
	event->source_endpoint = p->source_endpoint;
	event->destination_endpoint = p->destination_endpoint;
	event->length = skb->len;
	event->type = kind->type;
	event->drop_reason = kind->drop_reason;
	event->point = kind->point;
	event->ct_state = p->ct_state;
	event->direction = kind->direction;
	event->family = p->tuple.family;
	event->protocol = p->tuple.protocol;
	event->tcp_flags = p->tcp_flags;
	event->icmp_type = p->icmp_type;
	event->icmp_code = p->icmp_code;
	bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
}

/* Takes one of drop_events_per_second; false when there is none left. */
static __always_inline bool event_permitted(const struct packet *p)
{
	__u64 cost = SECOND / (config.drop_events_per_second ?: 1), credit;
	__u32 zero = 0;
	struct event_bucket *bucket = bpf_map_lookup_elem(&event_buckets, &zero);

	if (!bucket || !config.drop_events_per_second)
		return false;
	credit = bucket->tokens + (p->now - bucket->refilled);
	bucket->refilled = p->now;
	if (credit > EVENT_BURST_SECONDS * SECOND)
		credit = EVENT_BURST_SECONDS * SECOND;
	if (credit < cost) {
		bucket->tokens = credit;
		bucket->suppressed++;
		return false;
	}
	bucket->tokens = credit - cost;
	return true;
}

/* Counts and reports; the program returns what it returns. */
static __noinline __attribute__((unused)) int drop(struct __sk_buff *skb, struct packet *p, __u8 reason,
                                                   __u8 direction)
{
	struct event kind = {
		.type = EVENT_DROP, .drop_reason = reason, .point = p->point, .direction = direction};

	count(skb, reason, direction);
	if (event_permitted(p))
		event_emit(skb, p, &kind);
	return TC_ACT_SHOT;
}

/* Reports a packet that begins, changes or ends a connection. */
static __noinline __attribute__((unused)) int trace(struct __sk_buff *skb, struct packet *p, __u8 point,
                                                    __u8 direction)
{
	struct event kind = {.type = EVENT_TRACE, .point = point, .direction = direction};

	event_emit(skb, p, &kind);
	return 0;
}

/* The end of every packet that goes on: counted always, reported when its connection says so. */
static __always_inline void forwarded(struct __sk_buff *skb, struct packet *p, __u8 point, __u8 direction)
{
	count(skb, 0, direction);
	if (config.trace && p->notable)
		trace(skb, p, point, direction);
}
