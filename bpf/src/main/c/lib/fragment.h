/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Fragments: the first one gives its ports to those that follow.
 *
 * A later fragment that comes before the first, and one that covers bytes already seen, is dropped: both are
 * ways past a check that reads ports. Fragments may come in any order after the first, with at most
 * FRAGMENT_SPANS separate spans at a time. A packet may pass several hooks of a node (from_pod and to_net in
 * native routing, or to_pod after the stack), so each hook counts what it saw itself. Sources: RFC 1858,
 * RFC 3128, RFC 5722.
 */
#pragma once

#include "../maps/conntrack.h"
#include "parse.h"

#define FRAGMENT_TIMEOUT (30ULL * 1000000000)

/* Adds [begin, end) to the spans; false when it overlaps one or none is free. */
static __always_inline bool fragment_span_add(struct fragment_entry *entry, __u16 begin, __u16 end)
{
	int use = -1;

#pragma unroll
	for (int i = 0; i < FRAGMENT_SPANS; i++) {
		if (!entry->spans[i].end) {
			if (use < 0)
				use = i;
			continue;
		}
		if (begin < entry->spans[i].end && entry->spans[i].begin < end)
			return false;
	}
#pragma unroll
	for (int i = 0; i < FRAGMENT_SPANS; i++) {
		if (entry->spans[i].end && entry->spans[i].end == begin) {
			entry->spans[i].end = end;
			return true;
		}
	}
#pragma unroll
	for (int i = 0; i < FRAGMENT_SPANS; i++) {
		if (i == use) {
			entry->spans[i].begin = begin;
			entry->spans[i].end = end;
			return true;
		}
	}
	return false;
}

static __noinline int fragment_track(struct packet *p, const struct fragment_place *place, __u32 payload)
{
	struct fragment_key key = {
		.source = p->tuple.source,
		.destination = p->tuple.destination,
		.id = place->id,
		.protocol = p->tuple.protocol,
		.family = p->tuple.family,
		.point = p->point,
	};
	__u16 units = (payload + 7) >> 3;
	struct fragment_entry *known = bpf_map_lookup_elem(&fragments, &key);

	if (p->fragment == FRAGMENT_FIRST) {
		struct fragment_entry entry = {
			.deadline = p->now + FRAGMENT_TIMEOUT,
			.source_port = p->tuple.source_port,
			.destination_port = p->tuple.destination_port,
			.spans = {{.end = units}},
			.seen = units,
		};

		if (known && known->deadline >= p->now)
			return DROP_FRAGMENT_OVERLAP;
		bpf_map_update_elem(&fragments, &key, &entry, BPF_ANY);
		return 0;
	}
	if (!known || known->deadline < p->now)
		return DROP_FIRST_FRAGMENT_NOT_FOUND;
	if (!units || place->offset + units > IP_OFFSET_MASK + 1 ||
	    !fragment_span_add(known, place->offset, place->offset + units))
		return DROP_FRAGMENT_OVERLAP;
	p->tuple.source_port = known->source_port;
	p->tuple.destination_port = known->destination_port;
	known->seen += units;
	if (!place->more)
		known->length = place->offset + units;
	/* identifiers come round again, sooner than the time-out under load */
	if (known->seen == known->length)
		bpf_map_delete_elem(&fragments, &key);
	return 0;
}
