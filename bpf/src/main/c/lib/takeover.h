/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * From the programs of one layout to those of another without a packet between them. Programs that succeed
 * others have three times, which are one for all hooks, as one number in a map decides:
 *
 *   relay   the number is 0: every packet goes on to the former program, which works on its own tables, while
 *           hooks are given their new programs one after the other and tables are copied
 *   ask     the number is set: connections that begin are ours. One that we do not know in its midst began in
 *           the instant between copy and number: the former program is asked, which knows it
 *   alone   the rest is copied: programs that succeed nobody take the hooks (config.succeeds)
 *
 * A former program runs by tail call, from an entry program alone and before anything is written to the
 * packet.
 */
#pragma once

#include "../maps/takeover.h"
#include "packet.h"

#define TCP_BEGINS 0x02
#define TCP_BEGINS_MASK 0x12

static __always_inline bool takeover_pending(void)
{
	__u32 zero = 0;
	__u64 *number = bpf_map_lookup_elem(&takeover, &zero);

	return number && !*number;
}

/* At the top of each program. Does not return where the former program takes the packet. */
static __always_inline void takeover_relay(struct __sk_buff *skb, __u32 point)
{
	if (config.succeeds && takeover_pending())
		bpf_tail_call(skb, &former, point);
}

/* For a packet that may belong to a connection of the former programs. Does not return where there are any.
 */
static __always_inline void takeover_ask(struct __sk_buff *skb, const struct packet *p)
{
	if (config.succeeds)
		bpf_tail_call(skb, &former, p->point);
}

/* After conntrack_find(). A connection that begins, or has no beginning, is ours. */
static __always_inline void takeover_ask_unknown(struct __sk_buff *skb, const struct packet *p)
{
	bool midst = p->tuple.protocol == IPPROTO_TCP && (p->tcp_flags & TCP_BEGINS_MASK) != TCP_BEGINS;

	if (p->ct_state == CT_NEW && (midst || p->icmp_error))
		takeover_ask(skb, p);
}
