/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Services for who is not a pod of this node: clients outside, and pods and nodes that call this node's
 * address.
 *
 * To a backend of this node a client keeps its address. To one elsewhere the packet goes with the node's
 * address, so that the answer comes back here, where it gets the service's address again: nat_in(), then
 * service_back(). Whoever cannot be served is told so.
 */
#pragma once

#include "answer.h"
#include "route.h"
#include "service.h"
#include "tunnel.h"

/* Counts and reports the drop, and sends the packet back as what answer_…() has made of it (0). */
static __always_inline int answer_back(struct __sk_buff *skb, struct packet *p, int failed)
{
	struct address *to = address_find(&p->tuple.destination, p->tuple.family);
	struct ethhdr *eth;
	__u8 mac[ETH_ALEN];

	if (failed)
		return TC_ACT_SHOT;
	/* the tunnel's way back is the tunnel */
	if (config.tunnel && skb->ifindex == config.overlay_ifindex) {
		p->source_identity = IDENTITY_HOST;
		return to && to->node_family ? tunnel_send(skb, p, &to->node, to->node_family, false)
		                             : TC_ACT_SHOT;
	}
	eth = packet_at(skb, 0, ETH_HLEN);
	if (!eth)
		return TC_ACT_SHOT;
	__builtin_memcpy(mac, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, eth->h_source, ETH_ALEN);
	__builtin_memcpy(eth->h_source, mac, ETH_ALEN);
	skb->mark = MARK_SENT;
	return bpf_redirect(skb->ifindex, 0);
}

static __always_inline int outside_refuse(struct __sk_buff *skb, struct packet *p, int reason)
{
	drop(skb, p, reason, DIRECTION_INGRESS);
	return answer_back(skb, p, answer_refused(skb));
}

static __always_inline bool in_source_range(const struct packet *p, __u32 service)
{
	struct source_range_key key = {
		.prefix_length = 96 + 128,
		.service = service,
		.family = p->tuple.family,
		.address = p->tuple.source,
	};

	return bpf_map_lookup_elem(&source_ranges, &key);
}

static __always_inline bool may_come_in(const struct packet *p, const struct frontend *frontend)
{
	if (!(frontend->flags & FRONTEND_RANGES))
		return true;
	return in_source_range(p, frontend->service) == !(frontend->flags & FRONTEND_RANGES_DENY);
}

/* The sender is told how much room there is, about the packet as he knows it. */
static __always_inline int outside_too_big(struct __sk_buff *skb, struct packet *p, __u32 mtu)
{
	drop(skb, p, DROP_STALE_OR_UNROUTABLE_IP, DIRECTION_INGRESS);
	if (translate(skb, p, false, &p->peer, p->peer_port))
		return TC_ACT_SHOT;
	return answer_back(skb, p, answer_too_big(skb, mtu));
}

/* Whether routers on the way may cut it in pieces. */
static __always_inline bool may_be_fragmented(struct __sk_buff *skb)
{
	struct iphdr *ip = packet_at(skb, ETH_HLEN, sizeof(*ip));

	return skb->protocol == bpf_htons(ETH_P_IP) && ip && !(ip->frag_off & bpf_htons(IP_DO_NOT_FRAGMENT));
}

/* To a backend of another node, or outside, with this node's address. node_family 0: nothing is known of it.
 */
static __always_inline int outside_send(struct __sk_buff *skb, struct packet *p, const struct address *to,
                                        const union ip *node, __u8 node_family)
{
	bool by_tunnel = config.tunnel && node_family && !(to && to->kind == ADDRESS_REMOTE_NODE);
	__u32 mtu = by_tunnel ? config.pod_mtu : config.underlay_mtu;
	bool large = wire_length(skb, p) > mtu;
	struct bpf_redir_neigh next = {};
	__u32 ifindex = 0;
	union ip hop = {};
	int reason;

	if (node)
		hop = *node;
	if (large && !(by_tunnel && may_be_fragmented(skb)))
		return outside_too_big(skb, p, mtu);
	if (!by_tunnel && next_hop(skb, p, node_family ? &hop : NULL, node_family, &ifindex, &next))
		return drop(skb, p, DROP_STALE_OR_UNROUTABLE_IP, DIRECTION_INGRESS);
	/* an error about a connection that is not known would tell the backend of a stranger */
	reason = p->icmp_error && !p->nat_port ? DROP_NO_NAT_MAPPING : 0;
	if (!reason && (p->nat_port || p->ct_state == CT_NEW))
		reason = nat_out(skb);
	if (!reason)
		reason = conntrack_create(p);
	if (!reason)
		reason = ttl_decrement(skb, p);
	if (reason)
		return drop(skb, p, reason, DIRECTION_INGRESS);
	if (by_tunnel)
		return tunnel_send(skb, p, &hop, node_family, large);
	skb->mark = MARK_SENT;
	forwarded(skb, p, POINT_TO_NETWORK, DIRECTION_EGRESS);
	return bpf_redirect_neigh(ifindex, &next, sizeof(next), 0);
}

/* To the backend that p speaks of. */
static __always_inline int outside_deliver(struct __sk_buff *skb, struct packet *p)
{
	struct address *to = address_find(&p->tuple.destination, p->tuple.family);
	struct range *range = to ? NULL : range_find(&p->tuple.destination, p->tuple.family);
	int reason;

	p->destination_identity = to                         ? to->identity
	                          : range && range->identity ? range->identity
	                                                     : IDENTITY_WORLD;
	if (to && (to->kind == ADDRESS_ENDPOINT || to->kind == ADDRESS_HOST)) {
		reason = conntrack_create(p);
		if (reason)
			return drop(skb, p, reason, DIRECTION_INGRESS);
		return to->kind == ADDRESS_ENDPOINT ? deliver(skb, p, to, true)
		                                    : to_stack(skb, p, POINT_TO_HOST, DIRECTION_INGRESS);
	}
	if (to)
		return outside_send(skb, p, to, &to->node, to->node_family);
	if (range && range->kind == RANGE_REMOTE_PODS)
		return outside_send(skb, p, NULL, &range->node, range->node_family);
	return outside_send(skb, p, NULL, NULL, 0);
}

/* A packet for a service of ours: a verdict, or BY_STAGES with the packet as it was. */
static __always_inline int outside_to_service(struct __sk_buff *skb, struct packet *p)
{
	struct service_work *work;
	bool outside;
	int reason;

	if (p->icmp_error) {
		reason = service_forward_error(skb);
		if (reason == SERVICE_NONE)
			return BY_STAGES;
		conntrack_find();
		return reason ? drop(skb, p, reason, DIRECTION_INGRESS) : outside_deliver(skb, p);
	}
	work = service_find() ? service_work() : NULL;
	if (!work || !(work->frontend.flags & FRONTEND_OUTSIDE))
		return BY_STAGES;
	if (!p->source_identity)
		identify_source(p);
	outside = p->source_identity == IDENTITY_WORLD;
	if (outside && !may_come_in(p, &work->frontend))
		return drop(skb, p, DROP_NOT_IN_SOURCE_RANGE, DIRECTION_INGRESS);
	if (ttl_ends(p)) {
		drop(skb, p, DROP_STALE_OR_UNROUTABLE_IP, DIRECTION_INGRESS);
		return answer_back(skb, p, answer_late(skb));
	}
	service_ask_unknown(skb, p);
	reason = service_forward(skb, outside);
	if (reason == SERVICE_REFUSED)
		return outside_refuse(skb, p, work->reason);
	return reason ? drop(skb, p, reason, DIRECTION_INGRESS) : outside_deliver(skb, p);
}

/* For the node's own address: what comes back for those behind it. */
static __always_inline int for_node(struct __sk_buff *skb, struct packet *p)
{
	struct address *to;
	int reason;

	if (!nat_enabled(p->tuple.family) && !config.services)
		return TC_ACT_OK;
	reason = nat_in(skb);
	if (reason == NAT_NONE) {
		takeover_ask(skb, p);
		return TC_ACT_OK;
	}
	if (reason)
		return drop(skb, p, reason, DIRECTION_INGRESS);
	to = address_find(&p->tuple.destination, p->tuple.family);
	if (to && to->kind == ADDRESS_ENDPOINT)
		return deliver(skb, p, to, false);
	conntrack_find();
	if (to && to->kind == ADDRESS_HOST)
		return TC_ACT_OK;
	if (!config.services || !p->service)
		return drop(skb, p, DROP_STALE_OR_UNROUTABLE_IP, DIRECTION_INGRESS);
	reason = service_back(skb, p);
	if (reason)
		return drop(skb, p, reason, DIRECTION_INGRESS);
	if (config.tunnel && to && to->kind == ADDRESS_REMOTE_POD && to->node_family) {
		reason = ttl_decrement(skb, p);
		return reason ? drop(skb, p, reason, DIRECTION_INGRESS)
		              : tunnel_send(skb, p, &to->node, to->node_family, false);
	}
	return route_out(skb, p, false, to ? &to->node : NULL, to ? to->node_family : 0);
}

/*
 * What the node itself sends: as a backend it answers with the service's address, and its own connections
 * must not meet there those that go under its address. Returns 0 or a drop_reason.
 */
static __always_inline int from_node(struct __sk_buff *skb, struct packet *p)
{
	int reason = 0;

	if (config.services) {
		conntrack_find();
		reason = service_back(skb, p);
	}
	return reason || p->service ? reason : nat_own(skb, p);
}
