/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Where a masqueraded connection stands, as in ct_tables.h: it begins in nat_unanswered, which is an LRU
 * table, moves to nat when conntrack has it in ct_answered, and ends in nat_unanswered. What the node itself
 * has stays in nat_unanswered: without an entry its packets go their way as well.
 */
#pragma once

#include "../maps/nat.h"
#include "ct_tables.h"
#include "lookup.h"

#define NAT_REFRESH (10 * SECOND)

static __always_inline void nat_node_address(__u8 family, union ip *to)
{
	if (family == FAMILY_IPV4)
		__builtin_memcpy(to, (const void *)&config.node_ipv4, sizeof(*to));
	else
		__builtin_memcpy(to, (const void *)&config.node_ipv6, sizeof(*to));
}

static __always_inline __u64 nat_lifetime(const struct packet *p, bool in_use)
{
	if (p->tuple.protocol != IPPROTO_TCP)
		return config.ct_other_seconds * SECOND;
	return (in_use ? config.ct_tcp_seconds : config.ct_syn_seconds) * SECOND;
}

/* Returns whether the deadline was due to be set anew. */
static __always_inline bool nat_prolong(const struct packet *p, struct nat_entry *entry, bool in_use)
{
	__u64 deadline = p->now + nat_lifetime(p, in_use);

	if (p->icmp_error || p->ct_ended || deadline <= entry->deadline + NAT_REFRESH)
		return false;
	entry->deadline = deadline;
	return true;
}

static __always_inline bool nat_same(const struct nat_entry *a, const struct nat_entry *b)
{
	return a->port == b->port && ip_equal(&a->pod, &b->pod);
}

static __always_inline struct nat_entry *nat_find(const struct nat_key *key, bool *in_use)
{
	struct nat_entry *entry = bpf_map_lookup_elem(&nat, key);

	*in_use = entry;
	return entry ?: bpf_map_lookup_elem(&nat_unanswered, key);
}

/* Whoever holds more connections than nat has room for leaves this room to others. */
static __always_inline bool nat_has_room(const struct packet *p, const struct ct_account *held)
{
	struct ct_account *own = ct_account_of(p->source_endpoint);
	struct ct_counter *counter;
	__u32 zero = 0;

	if (own && own->tcp + own->other <= (__s32)config.nat_max - held->tcp)
		return true;
	counter = bpf_map_lookup_elem(&ct_counters, &zero);
	if (counter)
		counter->nat_over_share++;
	return false;
}

static __always_inline void nat_promote(const struct packet *p, const struct nat_key *key,
                                        const struct nat_entry *entry)
{
	struct nat_entry live = *entry;
	struct ct_account *held = ct_account_of(HOLDER_NAT);

	live.deadline = p->now + nat_lifetime(p, true);
	if (held && nat_has_room(p, held) && !bpf_map_update_elem(&nat, key, &live, BPF_NOEXIST))
		__sync_fetch_and_add(&held->tcp, 1);
}

/* The connection of this packet, which a pod began, has ended. reply: the packet is for the pod. */
static __always_inline void nat_end(const struct packet *p, bool reply)
{
	const struct tuple *t = &p->tuple;
	struct nat_key key = {
		.remote = reply ? t->source : t->destination,
		.remote_port = reply ? t->source_port : t->destination_port,
		.local_port = p->nat_port,
		.protocol = t->protocol,
		.family = t->family,
	};
	__u64 deadline = p->now + config.ct_closing_seconds * SECOND;
	struct nat_entry *live, *left;
	struct ct_account *held = ct_account_of(HOLDER_NAT);

	nat_node_address(t->family, &key.local);
	live = bpf_map_lookup_elem(&nat, &key);
	left = bpf_map_lookup_elem(&nat_unanswered, &key);
	if (left && (!live || nat_same(left, live))) {
		left->deadline = deadline;
	} else if (live) {
		struct nat_entry last = *live;

		last.deadline = deadline;
		bpf_map_update_elem(&nat_unanswered, &key, &last, BPF_ANY);
	}
	if (live && !bpf_map_delete_elem(&nat, &key) && held)
		__sync_fetch_and_add(&held->tcp, -1);
}
