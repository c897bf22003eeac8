/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Where a connection stands, and how it gets from one table to the next.
 *
 *   ct_unanswered  LRU   begins here, and is remembered here after its end
 *   ct_answered    HASH  in use: answered, and the side that began spoke again. Nothing displaces it
 *   ct_overflow    LRU   in use, without room in ct_answered; what is not in use never displaces it
 *
 * ct_promote() leaves the entry in ct_unanswered behind: its end usually finds a place there and writes it in
 * place, and the element of ct_answered that comes free is the next that a connection takes. In place, only
 * what marks an end is written: should the place have become another's in that instant, that one has to
 * begin again, and no more.
 *
 * An endpoint may hold as many entries of ct_answered as are free, so that one alone gets half of it and
 * there is always room for another. Programs count what they enter and delete; the agent's sweep corrects.
 *
 * Two processors: an entry is in its new table before it leaves the old one. Sides close by atomic addition
 * to a half each, so one of two that close at once sees both.
 */
#pragma once

#include "../maps/conntrack.h"
#include "event.h"

#define CT_PEER_CLOSES 0xffff0000
#define CT_ORIGIN_CLOSES 0x0000ffff
#define ERROR_EXISTS (-17)

enum ct_table { CT_TABLE_ANSWERED, CT_TABLE_OVERFLOW, CT_TABLE_UNANSWERED };

static __always_inline __u64 *ct_overflow_until(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&ct_overflow_use, &zero);
}

/* who: an endpoint, or a ct_holder */
static __always_inline struct ct_account *ct_account_of(__u32 who)
{
	return bpf_map_lookup_elem(&ct_accounts, &who);
}

static __always_inline bool ct_is_tcp(const struct ct_key *key)
{
	return key->protocol == IPPROTO_TCP;
}

static __always_inline bool ct_has_ended(const struct ct_entry *entry)
{
	return (entry->closes & CT_ORIGIN_CLOSES) && (entry->closes & CT_PEER_CLOSES);
}

/* How long an entry lives from a packet on. */
static __always_inline __u64 ct_lifetime(const struct ct_key *key, const struct ct_entry *entry,
                                         enum ct_table table)
{
	if (!ct_is_tcp(key))
		return config.ct_other_seconds * SECOND;
	if (ct_has_ended(entry))
		return config.ct_closing_seconds * SECOND;
	return (table == CT_TABLE_UNANSWERED ? config.ct_syn_seconds : config.ct_tcp_seconds) * SECOND;
}

/* by: 1 or -1 */
static __always_inline void ct_account(const struct ct_key *key, __u16 endpoint, __s32 by)
{
	struct ct_account *own = ct_account_of(endpoint), *all = ct_account_of(HOLDER_ALL);

	if (!own || !all)
		return;
	__sync_fetch_and_add(ct_is_tcp(key) ? &own->tcp : &own->other, by);
	__sync_fetch_and_add(ct_is_tcp(key) ? &all->tcp : &all->other, by);
}

static __always_inline bool ct_within_share(const struct ct_key *key, __u16 endpoint)
{
	struct ct_account *own = ct_account_of(endpoint), *all = ct_account_of(HOLDER_ALL);

	if (!own || !all)
		return false;
	if (ct_is_tcp(key))
		return own->tcp < (__s32)config.ct_tcp_max - all->tcp;
	return own->other < (__s32)config.ct_other_max - all->other;
}

/* Takes it out of the table of those in use. */
static __always_inline void ct_leave(const struct ct_key *key, __u16 endpoint, enum ct_table table)
{
	if (table == CT_TABLE_OVERFLOW)
		bpf_map_delete_elem(&ct_overflow, key);
	else if (!bpf_map_delete_elem(&ct_answered, key))
		ct_account(key, endpoint, -1);
}

static __always_inline void ct_count_overflow(bool full)
{
	__u32 zero = 0;
	struct ct_counter *counter = bpf_map_lookup_elem(&ct_counters, &zero);

	if (counter && full)
		counter->full++;
	else if (counter)
		counter->over_share++;
}

/* Into ct_answered, or into ct_overflow where there is no room for it; one that is in ct_overflow stays there
 * then. Returns whether ct_answered has it. */
static __always_inline bool ct_promote(const struct packet *p, const struct ct_key *key,
                                       struct ct_entry *entry, enum ct_table from)
{
	struct ct_entry live = *entry;
	__u64 *overflow_until = ct_overflow_until();
	bool share = ct_within_share(key, live.endpoint);
	int error;

	live.deadline = p->now + ct_lifetime(key, &live, CT_TABLE_ANSWERED);
	if (share) {
		error = bpf_map_update_elem(&ct_answered, key, &live, BPF_NOEXIST);
		if (!error) {
			ct_account(key, live.endpoint, 1);
			if (from == CT_TABLE_OVERFLOW)
				bpf_map_delete_elem(&ct_overflow, key);
			/* it has ended meanwhile, on another processor */
			else if (ct_has_ended(entry))
				ct_leave(key, live.endpoint, CT_TABLE_ANSWERED);
			return true;
		}
		if (error == ERROR_EXISTS)
			return true;
	}
	if (from == CT_TABLE_OVERFLOW || !overflow_until)
		return false;
	ct_count_overflow(share);
	if (*overflow_until < live.deadline)
		*overflow_until = live.deadline;
	bpf_map_update_elem(&ct_overflow, key, &live, BPF_ANY);
	return false;
}

/* What both sides have closed is remembered in ct_unanswered, for what is still under way. */
static __always_inline void ct_end(const struct packet *p, const struct ct_key *key, struct ct_entry *entry,
                                   enum ct_table from)
{
	__u64 deadline = p->now + config.ct_closing_seconds * SECOND;
	struct ct_entry *left;

	if (from == CT_TABLE_UNANSWERED) {
		entry->deadline = deadline;
		/* promoted meanwhile, on another processor */
		if (entry->flags & CT_ANSWERED)
			ct_leave(key, entry->endpoint, CT_TABLE_ANSWERED);
		return;
	}
	left = bpf_map_lookup_elem(&ct_unanswered, key);
	if (left && left->flags == entry->flags && left->nat_port == entry->nat_port) {
		left->closes = entry->closes;
		left->tcp_flags = entry->tcp_flags;
		left->deadline = deadline;
	} else {
		struct ct_entry last = *entry;

		last.deadline = deadline;
		bpf_map_update_elem(&ct_unanswered, key, &last, BPF_ANY);
	}
	ct_leave(key, entry->endpoint, from);
}
