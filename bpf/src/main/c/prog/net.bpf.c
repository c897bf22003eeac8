/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * The node's own devices: from_net finds the pods that packets of the network are for, to_net masquerades
 * what pods sent by way of the node's stack. The node's own traffic passes both, and changes only where one
 * of its ports is a pod's already.
 */
#include "../lib/fragment.h"
#include "../lib/nat.h"
#include "../lib/route.h"

static __always_inline bool is_ip(const struct __sk_buff *skb)
{
	return skb->protocol == bpf_htons(ETH_P_IP) || skb->protocol == bpf_htons(ETH_P_IPV6);
}

static __always_inline bool is_tunnel(const struct packet *p)
{
	return config.tunnel && p->tuple.protocol == IPPROTO_UDP &&
	       p->tuple.destination_port == bpf_htons(config.tunnel_port);
}

/* Answers to masqueraded connections; everything else for the node's address is the node's. */
static __always_inline int for_node(struct __sk_buff *skb, struct packet *p)
{
	struct address *to;
	int reason = 0;

	if (is_tunnel(p) || !nat_enabled(p->tuple.family) || !nat_in(skb, p, &reason))
		return TC_ACT_OK;
	to = reason ? NULL : address_find(&p->tuple.destination, p->tuple.family);
	if (to && to->kind == ADDRESS_HOST) {
		conntrack_find(p);
		return TC_ACT_OK;
	}
	if (!to || to->kind != ADDRESS_ENDPOINT)
		return drop(skb, p, reason ?: DROP_STALE_OR_UNROUTABLE_IP, DIRECTION_INGRESS);
	identify_source(p);
	return deliver(skb, p, to, false);
}

static __always_inline bool is_node(const struct packet *p)
{
	union ip node;

	nat_node_address(p->tuple.family, &node);
	return ip_equal(&p->tuple.source, &node);
}

/* The node's own packets: only those to the outside can meet pods' there. */
static __always_inline int from_node(struct __sk_buff *skb, struct packet *p)
{
	int reason;

	if (!nat_enabled(p->tuple.family) || address_find(&p->tuple.destination, p->tuple.family) ||
	    range_find(&p->tuple.destination, p->tuple.family))
		return TC_ACT_OK;
	reason = nat_own(skb, p);
	return reason ? drop(skb, p, reason, DIRECTION_EGRESS) : TC_ACT_OK;
}

SEC("tc")
int from_net(struct __sk_buff *skb)
{
	struct packet *p;
	struct address *to;
	int reason;

	if (!is_ip(skb))
		return TC_ACT_OK;
	p = packet_begin(POINT_FROM_NETWORK);
	if (!p)
		return TC_ACT_SHOT;
	reason = parse(skb, p);
	if (reason == DROP_IPV4_IN_IPV6)
		return drop(skb, p, reason, DIRECTION_INGRESS);
	/* whatever else is wrong with it is the node's to judge; towards a pod, to_pod judges */
	if (reason)
		return TC_ACT_OK;
	to = address_find(&p->tuple.destination, p->tuple.family);
	if (!to)
		return TC_ACT_OK;
	if (to->kind == ADDRESS_HOST)
		return for_node(skb, p);
	if (to->kind != ADDRESS_ENDPOINT)
		return TC_ACT_OK;
	identify_source(p);
	if (config.tunnel && p->source_identity != IDENTITY_WORLD &&
	    p->source_identity != IDENTITY_REMOTE_NODE)
		return drop(skb, p, DROP_POD_SOURCE_OUTSIDE_TUNNEL, DIRECTION_INGRESS);
	return deliver(skb, p, to, false);
}

SEC("tc")
int to_net(struct __sk_buff *skb)
{
	struct packet *p;
	struct address *known;
	struct range *range;
	int reason;

	if (!is_ip(skb))
		return TC_ACT_OK;
	if ((skb->mark & MARK_MASK) == MARK_MASQUERADED) {
		skb->mark = 0;
		return TC_ACT_OK;
	}
	p = packet_begin(POINT_TO_NETWORK);
	if (!p)
		return TC_ACT_SHOT;
	reason = parse(skb, p);
	if (!reason && is_node(p))
		return from_node(skb, p);
	known = address_find(&p->tuple.source, p->tuple.family);
	if (!known || known->kind != ADDRESS_ENDPOINT)
		return TC_ACT_OK;
	p->source_identity = known->identity;
	p->source_endpoint = known->endpoint;
	if (reason)
		return drop(skb, p, reason, DIRECTION_EGRESS);
	known = address_find(&p->tuple.destination, p->tuple.family);
	range = known ? NULL : range_find(&p->tuple.destination, p->tuple.family);
	if (config.tunnel && (known || (range && range->kind == RANGE_REMOTE_PODS)))
		return drop(skb, p, DROP_NO_TUNNEL_ENDPOINT, DIRECTION_EGRESS);
	if (known || range)
		return TC_ACT_OK;
	conntrack_find(p);
	if (!masqueraded(p))
		return TC_ACT_OK;
	reason = nat_out(skb, p);
	if (!reason)
		reason = conntrack_create(p);
	return reason ? drop(skb, p, reason, DIRECTION_EGRESS) : TC_ACT_OK;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
