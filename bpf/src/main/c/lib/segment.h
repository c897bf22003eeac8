/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Nodes on the underlay device's own segment: they are the next hop themselves, and no route need be asked
 * for.
 *
 * Whatever a program sends out of a device bears MARK_SENT, so that to_net lets it pass as it is.
 */
#pragma once

#include "packet.h"

#define AF_INET 2
#define AF_INET6 10

#define MARK_SENT 0x0300
#define MARK_MASK 0x0f00

/* Fills in the next hop if the node is on the segment; else false. */
static __always_inline bool segment_hop(const union ip *node, __u8 family, struct bpf_redir_neigh *next)
{
	if (family == FAMILY_IPV4) {
		if (!config.segment_ipv4_mask ||
		    (node->words[0] & config.segment_ipv4_mask) != config.segment_ipv4)
			return false;
		next->nh_family = AF_INET;
		next->ipv4_nh = node->words[0];
		return true;
	}
	if (family != FAMILY_IPV6 || !config.segment_ipv6_mask.halves[0] ||
	    (node->halves[0] & config.segment_ipv6_mask.halves[0]) != config.segment_ipv6.halves[0] ||
	    (node->halves[1] & config.segment_ipv6_mask.halves[1]) != config.segment_ipv6.halves[1])
		return false;
	next->nh_family = AF_INET6;
	__builtin_memcpy(next->ipv6_nh, node, sizeof(next->ipv6_nh));
	return true;
}
