/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Connection tracking: one entry a connection and node, found by one lookup from either side.
 *
 * Ends are put into canonical order, so a packet and its answer have the same key; the entry remembers which
 * end began. Connections wait in ct_unanswered, an LRU table, and move to ct_answered when the other side
 * answers, so that what nobody answers (a SYN flood, a scan) never displaces what is in use. When ct_answered
 * is full, a connection stays where it is. An entry past its deadline is a miss, whether or not the agent
 * lives to collect it.
 *
 * conntrack_find() tells and refreshes; conntrack_create() is called after policy has let a CT_NEW packet
 * pass.
 */
#pragma once

#include "../maps/conntrack.h"
#include "event.h"

#define CT_TCP_LIFETIME (8000 * SECOND)
#define CT_TCP_SYN_LIFETIME (60 * SECOND)
#define CT_CLOSING_LIFETIME (10 * SECOND)
#define CT_OTHER_LIFETIME (60 * SECOND)
#define CT_REFRESH SECOND

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10

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
	key->scope = 0;
	return swap;
}

static __always_inline __u64 ct_lifetime(const struct packet *p, __u8 flags)
{
	if (p->tuple.protocol != IPPROTO_TCP)
		return CT_OTHER_LIFETIME;
	if (flags & (CT_CLOSED_BY_ORIGIN | CT_CLOSED_BY_PEER))
		return CT_CLOSING_LIFETIME;
	return flags & CT_ANSWERED ? CT_TCP_LIFETIME : CT_TCP_SYN_LIFETIME;
}

/* Half-closed connections live on; only RST or FIN from both sides ends one. */
static __always_inline __u8 ct_closing(const struct packet *p, __u8 flags, bool reply)
{
	if (p->tcp_flags & TCP_RST)
		return flags | CT_CLOSED_BY_ORIGIN | CT_CLOSED_BY_PEER;
	if (p->tcp_flags & TCP_FIN)
		return flags | (reply ? CT_CLOSED_BY_PEER : CT_CLOSED_BY_ORIGIN);
	return flags;
}

static __always_inline void ct_refresh(struct packet *p, struct ct_entry *entry, bool reply)
{
	__u8 both = CT_CLOSED_BY_ORIGIN | CT_CLOSED_BY_PEER;
	__u8 flags = ct_closing(p, entry->flags, reply) | (reply ? CT_ANSWERED : 0);
	__u8 tcp_flags = entry->tcp_flags | (p->tcp_flags & (TCP_FIN | TCP_SYN | TCP_RST));
	__u64 deadline = p->now + ct_lifetime(p, (flags & both) == both ? flags : flags & ~both);

	if (flags != entry->flags) {
		entry->flags = flags;
		entry->deadline = deadline;
	} else if (deadline > entry->deadline + CT_REFRESH) {
		entry->deadline = deadline;
	}
	if (tcp_flags != entry->tcp_flags) {
		entry->tcp_flags = tcp_flags;
		p->notable = 1;
	}
}

/* A SYN over a connection that both sides have closed begins a new one. */
static __always_inline bool ct_is_over(const struct packet *p, const struct ct_entry *entry)
{
	__u8 both = CT_CLOSED_BY_ORIGIN | CT_CLOSED_BY_PEER;

	return entry->deadline < p->now ||
	       ((entry->flags & both) == both && (p->tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN);
}

static __always_inline void ct_found(struct packet *p, struct ct_key *key, struct ct_entry *entry,
                                     bool from_high, bool answered)
{
	bool reply = from_high != !!(entry->flags & CT_HIGH_BEGAN);

	p->nat_port = entry->nat_port;
	if (p->icmp_error) {
		p->ct_state = CT_RELATED;
		return;
	}
	p->ct_state = reply ? CT_REPLY : CT_ESTABLISHED;
	ct_refresh(p, entry, reply);
	if (reply && !answered) {
		p->notable = 1;
		if (!bpf_map_update_elem(&ct_answered, key, entry, BPF_ANY))
			bpf_map_delete_elem(&ct_unanswered, key);
	}
}

/* Sets p->ct_state, p->nat_port and p->notable. ICMP errors are looked up by what they quote. */
static __noinline __attribute__((unused)) int conntrack_find(struct packet *p)
{
	struct ct_key key;
	bool from_high = ct_key_of(p->icmp_error ? &p->quoted : &p->tuple, &key);
	struct ct_entry *entry = bpf_map_lookup_elem(&ct_answered, &key);

	p->nat_port = 0;
	if (entry) {
		if (!ct_is_over(p, entry)) {
			ct_found(p, &key, entry, from_high, true);
			return 0;
		}
		bpf_map_delete_elem(&ct_answered, &key);
	}
	entry = bpf_map_lookup_elem(&ct_unanswered, &key);
	if (entry && !ct_is_over(p, entry)) {
		ct_found(p, &key, entry, from_high, false);
		return 0;
	}
	p->ct_state = CT_NEW;
	p->notable = 1;
	return 0;
}

/* Remembers a CT_NEW packet's connection. Errors about unknown connections are not remembered. Returns 0 or a
 * drop_reason. */
static __noinline __attribute__((unused)) int conntrack_create(struct packet *p)
{
	struct ct_key key;
	struct ct_entry entry = {
		.source_identity = p->source_identity,
		.nat_port = p->nat_port,
		.tcp_flags = p->tcp_flags & (TCP_FIN | TCP_SYN | TCP_RST),
	};

	if (p->ct_state != CT_NEW || p->icmp_error)
		return 0;
	entry.flags = ct_closing(p, ct_key_of(&p->tuple, &key) ? CT_HIGH_BEGAN : 0, false);
	entry.deadline = p->now + ct_lifetime(p, entry.flags & CT_CLOSED_BY_PEER ? entry.flags : 0);
	return bpf_map_update_elem(&ct_unanswered, &key, &entry, BPF_ANY) ? DROP_CT_MAP_INSERTION_FAILED : 0;
}
