/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Another address and port in a packet, or in what an ICMP error quotes. Checksums stay true, and so does
 * what is known of the packet.
 */
#pragma once

#include "nat.h"

/* Writes another address and port of one side, keeps checksums true and p->tuple with them. */
static __noinline __attribute__((unused)) int translate(struct __sk_buff *skb, struct packet *p, bool source,
                                                        const union ip *to, __be16 port)
{
	union ip *own = source ? &p->tuple.source : &p->tuple.destination;
	__be16 *own_port = source ? &p->tuple.source_port : &p->tuple.destination_port;
	struct nat_place place;
	int reason;

	if (!nat_place_of(p->tuple.protocol, p->tuple.family, p->l4_offset, &place))
		return DROP_UNSUPPORTED_NAT_PROTOCOL;
	if (p->fragment == FRAGMENT_LATER)
		place.pseudo_header = false;
	reason = nat_write_address(skb, p->tuple.family, ETH_HLEN, source, own, to, &place);
	if (!reason && p->fragment != FRAGMENT_LATER)
		reason = nat_write_port(skb, source ? place.source_port : place.destination_port, *own_port,
		                        port, &place);
	*own = *to;
	*own_port = port;
	return reason;
}

/* Writes another address and port of one side of what an error quotes, and of the error itself where it bears
 * the same address; keeps p true with it. */
static __noinline __attribute__((unused)) int translate_error(struct __sk_buff *skb, struct packet *p,
                                                              bool source, const union ip *to, __be16 port)
{
	union ip *quoted = source ? &p->quoted.source : &p->quoted.destination;
	union ip *outer = source ? &p->tuple.destination : &p->tuple.source;
	int reason = nat_error(skb, p, source, to, port);

	if (ip_equal(outer, quoted))
		*outer = *to;
	*quoted = *to;
	if (source)
		p->quoted.source_port = port;
	else
		p->quoted.destination_port = port;
	return reason;
}
