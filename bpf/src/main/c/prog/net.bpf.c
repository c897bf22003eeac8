/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * The node's own devices: from_net finds the pods and services that packets of the network are for, to_net
 * masquerades what pods sent by way of the node's stack. The node's own traffic passes both, and changes only
 * where one of its ports is a pod's already.
 */
#include "../lib/established.h"
#include "../lib/fragment.h"
#include "../lib/outside.h"

static __always_inline bool is_ip(const struct __sk_buff *skb)
{
	return skb->protocol == bpf_htons(ETH_P_IP) || skb->protocol == bpf_htons(ETH_P_IPV6);
}

/* The ends of an IP packet, read without judging it. */
static __always_inline bool read_ends(struct __sk_buff *skb, struct tuple *ends)
{
	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		struct iphdr *ip = packet_at(skb, ETH_HLEN, sizeof(*ip));

		if (!ip)
			return false;
		ends->family = FAMILY_IPV4;
		ip_from_v4(&ends->source, ip->saddr);
		ip_from_v4(&ends->destination, ip->daddr);
	} else {
		struct ipv6hdr *ip = packet_at(skb, ETH_HLEN, sizeof(*ip));

		if (!ip)
			return false;
		ends->family = FAMILY_IPV6;
		__builtin_memcpy(&ends->source, &ip->saddr, sizeof(ends->source));
		__builtin_memcpy(&ends->destination, &ip->daddr, sizeof(ends->destination));
	}
	return true;
}

/*
 * Most of what leaves needs no second look: what a program has sent, and what goes to other nodes or,
 * from this node or in native routing, to their pods. Tunnel packets are among it.
 */
static __always_inline bool leaves_as_it_is(struct __sk_buff *skb)
{
	struct tuple ends = {};
	bool own;

	if ((skb->mark & MARK_MASK) == MARK_SENT) {
		skb->mark = 0;
		return true;
	}
	if (!read_ends(skb, &ends))
		return true;
	own = is_node(&ends.source, ends.family);
	if (own && config.services)
		return false;
	if (own && !nat_enabled(ends.family))
		return true;
	if (!own && config.tunnel)
		return false;
	return address_find(&ends.destination, ends.family) || range_find(&ends.destination, ends.family);
}

static __always_inline bool is_tunnel(const struct packet *p)
{
	return config.tunnel && p->tuple.protocol == IPPROTO_UDP &&
	       p->tuple.destination_port == bpf_htons(config.tunnel_port);
}

/* What the tunnel's device is to take: the same as is_tunnel(), told by the first bytes alone. */
static __always_inline bool is_plain_tunnel(struct __sk_buff *skb)
{
	struct udphdr *udp;

	if (config.underlay_ipv6) {
		struct ipv6hdr *ip = packet_at(skb, ETH_HLEN, sizeof(*ip) + sizeof(*udp));
		union ip from, to;

		if (skb->protocol != bpf_htons(ETH_P_IPV6) || !ip || ip->version != 6 ||
		    ip->nexthdr != IPPROTO_UDP)
			return false;
		__builtin_memcpy(&from, &ip->saddr, sizeof(from));
		__builtin_memcpy(&to, &ip->daddr, sizeof(to));
		udp = (void *)(ip + 1);
		return is_node(&to, FAMILY_IPV6) && !ipv6_holds_ipv4(&from) &&
		       udp->dest == bpf_htons(config.tunnel_port);
	} else {
		struct iphdr *ip = packet_at(skb, ETH_HLEN, sizeof(*ip) + sizeof(*udp));

		if (skb->protocol != bpf_htons(ETH_P_IP) || !ip || ip->version != 4 || ip->ihl != 5 ||
		    ip->protocol != IPPROTO_UDP || ip->daddr != config.node_ipv4.words[0] ||
		    ip->frag_off & ~bpf_htons(IP_DO_NOT_FRAGMENT))
			return false;
		udp = (void *)(ip + 1);
		return udp->dest == bpf_htons(config.tunnel_port);
	}
}

SEC("tc")
int from_net(struct __sk_buff *skb)
{
	int verdict = BY_STAGES, reason;
	struct packet *p;
	struct address *to;

	takeover_relay(skb, POINT_FROM_NETWORK);
	if (!is_ip(skb) || (config.tunnel && is_plain_tunnel(skb)))
		return TC_ACT_OK;
	if (!config.tunnel)
		verdict = established_to_pod(skb);
	if (verdict != BY_STAGES)
		return verdict;
	p = packet_begin(POINT_FROM_NETWORK);
	if (!p)
		return TC_ACT_SHOT;
	reason = parse(skb, p);
	if (reason == DROP_IPV4_IN_IPV6)
		return drop(skb, p, reason, DIRECTION_INGRESS);
	/* whatever else is wrong with it is the node's to judge; towards a pod, to_pod judges */
	if (reason)
		return TC_ACT_OK;
	if (config.services) {
		verdict = outside_to_service(skb, p);
		if (verdict != BY_STAGES)
			return verdict;
	}
	to = address_find(&p->tuple.destination, p->tuple.family);
	if (!to)
		return TC_ACT_OK;
	if (to->kind == ADDRESS_HOST)
		return is_tunnel(p) ? TC_ACT_OK : for_node(skb, p);
	if (to->kind != ADDRESS_ENDPOINT)
		return TC_ACT_OK;
	if (config.tunnel) {
		identify_source(p);
		if (p->source_identity != IDENTITY_WORLD && p->source_identity != IDENTITY_REMOTE_NODE)
			return drop(skb, p, DROP_POD_SOURCE_OUTSIDE_TUNNEL, DIRECTION_INGRESS);
	}
	return deliver(skb, p, to, false);
}

SEC("tc")
int to_net(struct __sk_buff *skb)
{
	struct packet *p;
	struct address *known;
	struct range *range;
	int reason;

	takeover_relay(skb, POINT_TO_NETWORK);
	if (!is_ip(skb) || leaves_as_it_is(skb))
		return TC_ACT_OK;
	p = packet_begin(POINT_TO_NETWORK);
	if (!p)
		return TC_ACT_SHOT;
	reason = parse(skb, p);
	if (!reason && is_node(&p->tuple.source, p->tuple.family)) {
		if (is_tunnel(p))
			return TC_ACT_OK;
		reason = from_node(skb, p);
		return reason ? drop(skb, p, reason, DIRECTION_EGRESS) : TC_ACT_OK;
	}
	known = address_find(&p->tuple.source, p->tuple.family);
	if (!known || known->kind != ADDRESS_ENDPOINT)
		return TC_ACT_OK;
	p->source_identity = known->identity;
	p->source_endpoint = known->endpoint;
	if (reason)
		return drop(skb, p, reason, DIRECTION_EGRESS);
	if (config.tunnel) {
		known = address_find(&p->tuple.destination, p->tuple.family);
		range = known ? NULL : range_find(&p->tuple.destination, p->tuple.family);
		if (known || (range && range->kind == RANGE_REMOTE_PODS))
			return drop(skb, p, DROP_NO_TUNNEL_ENDPOINT, DIRECTION_EGRESS);
		if (range)
			return TC_ACT_OK;
	}
	conntrack_find();
	takeover_ask_unknown(skb, p);
	if (!masqueraded(p))
		return TC_ACT_OK;
	reason = nat_out(skb);
	if (!reason)
		reason = conntrack_create(p);
	return reason ? drop(skb, p, reason, DIRECTION_EGRESS) : TC_ACT_OK;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
