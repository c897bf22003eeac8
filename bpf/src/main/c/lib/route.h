/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Out of a device: the kernel's routes say which one and to whom, neighbours are resolved by the redirect. */
#pragma once

#include <linux/if_ether.h>

#include "deliver.h"
#include "nat.h"
#include "segment.h"

/*
 * Asks the kernel's routing table. Returns 0 when the packet can leave by *ifindex to *next, a negative value
 * when the stack has to take it (local, no route, too big: it knows the answer to each).
 */
static __always_inline int route_find(struct __sk_buff *skb, const struct packet *p, __u32 *ifindex,
                                      struct bpf_redir_neigh *next)
{
	struct bpf_fib_lookup fib = {
		.family = p->tuple.family == FAMILY_IPV4 ? AF_INET : AF_INET6,
		.l4_protocol = p->tuple.protocol,
		.tot_len = wire_length(skb, p),
		.ifindex = skb->ifindex,
	};
	long result;

	if (p->tuple.family == FAMILY_IPV4) {
		fib.ipv4_src = p->tuple.source.words[0];
		fib.ipv4_dst = p->tuple.destination.words[0];
	} else {
		__builtin_memcpy(fib.ipv6_src, &p->tuple.source, 16);
		__builtin_memcpy(fib.ipv6_dst, &p->tuple.destination, 16);
	}
	result = bpf_fib_lookup(skb, &fib, sizeof(fib), 0);
	if (result != BPF_FIB_LKUP_RET_SUCCESS && result != BPF_FIB_LKUP_RET_NO_NEIGH)
		return -1;
	*ifindex = fib.ifindex;
	next->nh_family = fib.family;
	__builtin_memcpy(next->ipv6_nh, fib.ipv6_dst, 16);
	return 0;
}

/* Where to, for a pod of this node (NULL: none that is known): straight to it where it is a neighbour.
 * Returns as route_find(). */
static __always_inline int next_hop(struct __sk_buff *skb, const struct packet *p, const union ip *node,
                                    __u8 node_family, __u32 *ifindex, struct bpf_redir_neigh *next)
{
	if (!config.direct_node_routes || !node || node_family != p->tuple.family ||
	    !segment_hop(node, node_family, next))
		return route_find(skb, p, ifindex, next);
	*ifindex = config.underlay_ifindex;
	return wire_length(skb, p) > config.underlay_mtu ? -1 : 0;
}

/* Whether this connection leaves with the node's address. */
static __always_inline bool masqueraded(const struct packet *p)
{
	return p->nat_port || (p->ct_state == CT_NEW && !p->icmp_error && nat_enabled(p->tuple.family));
}

/* Out of the node: outside (node is NULL), or to another node's pods in native routing. */
static __always_inline int route_out(struct __sk_buff *skb, struct packet *p, bool outside,
                                     const union ip *node, __u8 node_family)
{
	struct bpf_redir_neigh next = {};
	__u32 ifindex;
	int reason = 0;

	if (ttl_ends(p) || next_hop(skb, p, node, node_family, &ifindex, &next))
		return to_stack(skb, p, POINT_TO_STACK, DIRECTION_EGRESS);
	if (outside && masqueraded(p))
		reason = nat_out(skb);
	if (!reason)
		reason = conntrack_create(p);
	if (!reason)
		reason = ttl_decrement(skb, p);
	if (reason)
		return drop(skb, p, reason, DIRECTION_EGRESS);
	skb->mark = MARK_SENT;
	forwarded(skb, p, POINT_TO_NETWORK, DIRECTION_EGRESS);
	return bpf_redirect_neigh(ifindex, &next, sizeof(next), 0);
}
