/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* The identity stage: whose an address is. Pods and nodes stand in a hash, ranges in a trie. */
#pragma once

#include "../maps/endpoints.h"
#include "packet.h"

/* The address that this node is known by. */
static __always_inline bool is_node(const union ip *ip, __u8 family)
{
	if (family == FAMILY_IPV4)
		return ip->words[0] == config.node_ipv4.words[0];
	return ip->halves[0] == config.node_ipv6.halves[0] && ip->halves[1] == config.node_ipv6.halves[1];
}

static __always_inline struct address *address_find(const union ip *ip, __u8 family)
{
	struct address_key key = {.address = *ip, .family = family};

	return bpf_map_lookup_elem(&addresses, &key);
}

static __always_inline struct range *range_find(const union ip *ip, __u8 family)
{
	struct range_key key = {.prefix_length = 32 + 128, .family = family, .address = *ip};

	return bpf_map_lookup_elem(&ranges, &key);
}

/* Who speaks, by address alone: for packets that carry no identity. */
static __always_inline void identify_source(struct packet *p)
{
	struct address *known = address_find(&p->tuple.source, p->tuple.family);
	struct range *range;

	if (known) {
		p->source_identity = known->identity;
		p->source_endpoint = known->endpoint;
		return;
	}
	range = range_find(&p->tuple.source, p->tuple.family);
	p->source_identity = range && range->identity ? range->identity : IDENTITY_WORLD;
}

static __always_inline bool is_multicast(const struct tuple *t)
{
	if (t->family == FAMILY_IPV6)
		return t->destination.bytes[0] == 0xff;
	return (t->destination.bytes[0] & 0xf0) == 0xe0 || t->destination.words[0] == 0xffffffff;
}
