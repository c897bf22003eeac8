/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Connection tracking: one entry a connection and node, found by one lookup from either side.
 *
 * Ends are put into canonical order, so a packet and its answer have the same key; the entry remembers which
 * end began. A connection is in use once the side that began has spoken after an answer: before, a flood of
 * SYN could make entries of the answers to it. Half-closed connections live on; only RST, or FIN from both
 * sides, ends one. An entry past its deadline is a miss, whether or not the agent lives to collect it.
 * Tables and what moves between them: ct_tables.h.
 *
 * conntrack_find() tells and refreshes; conntrack_create() is called after policy has let a CT_NEW packet
 * pass.
 */
#pragma once

#include "ct_tables.h"
#include "nat_tables.h"

#define CT_REFRESH SECOND

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10
#define TCP_REPORTED (TCP_FIN | TCP_SYN | TCP_RST)

static __always_inline bool end_sorts_after(const union ip *a, __be16 a_port, const union ip *b,
                                            __be16 b_port)
{
	if (a->halves[0] != b->halves[0])
		return a->halves[0] > b->halves[0];
	if (a->halves[1] != b->halves[1])
		return a->halves[1] > b->halves[1];
	return a_port > b_port;
}

/* Returns whether the packet's source is the high end. */
static __always_inline bool ct_key_of(const struct tuple *t, struct ct_key *key)
{
	bool swap = end_sorts_after(&t->source, t->source_port, &t->destination, t->destination_port);

	key->low = swap ? t->destination : t->source;
	key->high = swap ? t->source : t->destination;
	key->low_port = swap ? t->destination_port : t->source_port;
	key->high_port = swap ? t->source_port : t->destination_port;
	key->protocol = t->protocol;
	key->family = t->family;
	key->scope = SCOPE_FLOW;
	return swap;
}

/* A SYN over a connection that has ended begins a new one. */
static __always_inline bool ct_is_over(const struct packet *p, const struct ct_entry *entry)
{
	return entry->deadline < p->now ||
	       ((p->tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN && ct_has_ended(entry));
}

static __always_inline void ct_note_flags(struct packet *p, struct ct_entry *entry, bool reply)
{
	__u32 own = reply ? CT_PEER_CLOSES : CT_ORIGIN_CLOSES;
	__u32 both = CLOSED_BY_ORIGIN | CLOSED_BY_PEER, add = 0;

	if (p->tcp_flags & (TCP_FIN | TCP_RST)) {
		if (!(entry->closes & own))
			add = both & own;
		if (p->tcp_flags & TCP_RST && !(entry->closes & ~own))
			add |= both & ~own;
		if (add)
			__sync_fetch_and_add(&entry->closes, add);
	}
	if (p->tcp_flags & TCP_REPORTED & ~entry->tcp_flags) {
		entry->tcp_flags |= p->tcp_flags & TCP_REPORTED;
		p->notable = 1;
	}
}

/* Returns whether the deadline was due to be set anew. */
static __always_inline bool ct_refresh(const struct packet *p, const struct ct_key *key,
                                       struct ct_entry *entry, enum ct_table table)
{
	__u64 deadline = p->now + ct_lifetime(key, entry, table);

	if (deadline <= entry->deadline + CT_REFRESH)
		return false;
	entry->deadline = deadline;
	return true;
}

static __always_inline void ct_found(struct packet *p, const struct ct_key *key, struct ct_entry *entry,
                                     bool from_high, enum ct_table table)
{
	bool reply = from_high != !!(entry->flags & CT_HIGH_BEGAN), ended, due, answered;

	p->nat_port = entry->nat_port;
	p->service = entry->service;
	if (p->service) {
		p->peer = entry->peer;
		p->peer_port = entry->peer_port;
	}
	if (p->icmp_error) {
		p->ct_state = CT_RELATED;
		p->ct_for_peer = reply;
		return;
	}
	p->ct_state = reply ? CT_REPLY : CT_ESTABLISHED;
	ended = table == CT_TABLE_UNANSWERED && ct_has_ended(entry);
	ct_note_flags(p, entry, reply);
	p->ct_ended = ct_has_ended(entry);
	if (p->ct_ended && !ended) {
		ct_end(p, key, entry, table);
		if (p->nat_port)
			nat_end(p, reply);
		return;
	}
	p->ct_in_use = table == CT_TABLE_ANSWERED;
	due = ct_refresh(p, key, entry, table);
	if (table == CT_TABLE_ANSWERED || ended)
		return;
	answered = entry->flags & CT_ANSWERED;
	if (reply && !answered) {
		entry->flags |= CT_ANSWERED;
		p->notable = 1;
	}
	if (table == CT_TABLE_OVERFLOW
	            ? due
	            : answered && (reply ? due && !ct_is_tcp(key) : !(p->tcp_flags & TCP_SYN)))
		p->ct_in_use = p->ct_promoted = ct_promote(p, key, entry, table);
}

/* Sets p->ct_state and its like, p->nat_port and p->notable. ICMP errors are looked up by what they quote. */
__noinline __attribute__((unused)) int conntrack_find(void)
{
	struct packet *p = packet_in_work();
	struct ct_key key;
	struct ct_entry *entry;
	enum ct_table table = CT_TABLE_ANSWERED;
	__u64 *overflow_until;
	bool from_high;

	if (!p)
		return 0;
	from_high = ct_key_of(p->icmp_error ? &p->quoted : &p->tuple, &key);
	entry = bpf_map_lookup_elem(&ct_answered, &key);
	p->nat_port = 0;
	p->service = 0;
	p->ct_stale = 0;
	p->ct_in_use = p->ct_promoted = p->ct_ended = 0;
	if (!entry) {
		overflow_until = ct_overflow_until();
		if (overflow_until && *overflow_until > p->now) {
			entry = bpf_map_lookup_elem(&ct_overflow, &key);
			table = CT_TABLE_OVERFLOW;
		}
	}
	if (entry && ct_is_over(p, entry)) {
		ct_leave(&key, entry->endpoint, table);
		entry = NULL;
	}
	if (!entry) {
		entry = bpf_map_lookup_elem(&ct_unanswered, &key);
		table = CT_TABLE_UNANSWERED;
		p->ct_stale = entry && ct_is_over(p, entry);
	}
	if (entry && !p->ct_stale) {
		ct_found(p, &key, entry, from_high, table);
		return 0;
	}
	p->ct_state = CT_NEW;
	p->notable = 1;
	return 0;
}

/* A connection that begins with this packet. Returns 0 or a drop_reason. */
__noinline __attribute__((unused)) int conntrack_enter(void)
{
	struct packet *p = packet_in_work();
	struct ct_entry *stale, entry = {};
	struct ct_key key;

	if (!p)
		return DROP_CT_MAP_INSERTION_FAILED;
	entry.flags = ct_key_of(&p->tuple, &key) ? CT_HIGH_BEGAN : 0;
	entry.source_identity = p->source_identity;
	entry.nat_port = p->nat_port;
	entry.endpoint = p->source_endpoint ?: p->destination_endpoint;
	entry.tcp_flags = p->tcp_flags & TCP_REPORTED;
	entry.closes = p->tcp_flags & TCP_FIN ? CLOSED_BY_ORIGIN : 0;
	if (p->service) {
		entry.service = p->service;
		entry.peer = p->peer;
		entry.peer_port = p->peer_port;
	}
	entry.deadline = p->now + ct_lifetime(&key, &entry, CT_TABLE_UNANSWERED);
	/* a place that the same ends left costs less than a new one */
	stale = p->ct_stale ? bpf_map_lookup_elem(&ct_unanswered, &key) : NULL;
	if (stale && stale->nat_port == entry.nat_port) {
		*stale = entry;
		return 0;
	}
	return bpf_map_update_elem(&ct_unanswered, &key, &entry, BPF_ANY) ? DROP_CT_MAP_INSERTION_FAILED : 0;
}

/*
 * Remembers a CT_NEW packet's connection. Errors about unknown connections are not remembered, nor is a RST,
 * which begins nothing. Returns 0 or a drop_reason.
 */
static __always_inline int conntrack_create(const struct packet *p)
{
	if (p->ct_state != CT_NEW || p->icmp_error || p->tcp_flags & TCP_RST)
		return 0;
	return conntrack_enter();
}
