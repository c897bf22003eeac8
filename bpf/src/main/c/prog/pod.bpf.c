/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * The two hooks of a pod's link: from_pod sees what the pod sends (ingress of the host side), to_pod what the
 * node's stack delivers to it (egress of the host side). One program for all pods; the link's index says
 * which one it is.
 *
 * from_pod: sender checks -> identity -> service -> conntrack -> policy -> where to -> event
 */
#include "../lib/established.h"
#include "../lib/fragment.h"
#include "../lib/answer.h"
#include "../lib/neighbour.h"
#include "../lib/route.h"
#include "../lib/tunnel.h"

#define ROUTER_SOLICITATION 133
#define REDIRECT_MESSAGE 137

/* 0 when the frame is the pod's own, else a drop_reason */
static __always_inline int check_mac(struct __sk_buff *skb, const struct endpoint *from)
{
	struct ethhdr *eth = packet_at(skb, 0, ETH_HLEN);

	if (!eth)
		return DROP_INVALID_PACKET;
	return __builtin_memcmp(eth->h_source, from->mac, ETH_ALEN) ? DROP_INVALID_SOURCE_MAC : 0;
}

static __always_inline bool own_source(const struct packet *p, const struct endpoint *from)
{
	const union ip *own = p->tuple.family == FAMILY_IPV4 ? &from->ipv4 : &from->ipv6;

	return ip_equal(&p->tuple.source, own) && !ip_is_zero(own);
}

static __always_inline bool is_neighbour_discovery(const struct packet *p)
{
	return p->tuple.protocol == IPPROTO_ICMPV6 && p->icmp_type >= ROUTER_SOLICITATION &&
	       p->icmp_type <= REDIRECT_MESSAGE;
}

/* A pod that speaks the tunnel's protocol to a node would speak in other pods' names. */
static __always_inline bool is_injection(const struct packet *p)
{
	return config.tunnel && p->tuple.protocol == IPPROTO_UDP &&
	       p->tuple.destination_port == bpf_htons(config.tunnel_port);
}

static __always_inline int into_tunnel(struct __sk_buff *skb, struct packet *p, const union ip *node,
                                       __u8 family)
{
	union ip to = *node;
	int reason;

	if (ttl_ends(p) || wire_length(skb, p) > config.pod_mtu)
		return to_stack(skb, p, POINT_TO_STACK, DIRECTION_EGRESS);
	reason = conntrack_create(p);
	if (!reason)
		reason = ttl_decrement(skb, p);
	if (reason)
		return drop(skb, p, reason, DIRECTION_EGRESS);
	return tunnel_send(skb, p, &to, family, false);
}

static __always_inline int to_address(struct __sk_buff *skb, struct packet *p, const struct address *to)
{
	int reason;

	p->destination_identity = to->identity;
	switch (to->kind) {
	case ADDRESS_ENDPOINT:
		reason = ttl_ends(p) ? 0 : conntrack_create(p);
		if (reason)
			return drop(skb, p, reason, DIRECTION_EGRESS);
		return deliver(skb, p, to, true);
	case ADDRESS_HOST:
		reason = conntrack_create(p);
		if (reason)
			return drop(skb, p, reason, DIRECTION_EGRESS);
		return to_stack(skb, p, POINT_TO_HOST, DIRECTION_EGRESS);
	default:
		if (config.tunnel && to->node_family)
			return into_tunnel(skb, p, &to->node, to->node_family);
		if (to->kind == ADDRESS_REMOTE_POD)
			return route_out(skb, p, false, &to->node, to->node_family);
		return route_out(skb, p, false, NULL, 0);
	}
}

static __always_inline int to_destination(struct __sk_buff *skb, struct packet *p)
{
	struct address *to = address_find(&p->tuple.destination, p->tuple.family);
	struct range *range;

	if (is_injection(p) && (!to || to->kind == ADDRESS_HOST || to->kind == ADDRESS_REMOTE_NODE))
		return drop(skb, p, DROP_ENCAPSULATION_PROHIBITED, DIRECTION_EGRESS);
	if (to)
		return to_address(skb, p, to);
	range = range_find(&p->tuple.destination, p->tuple.family);
	p->destination_identity = range && range->identity ? range->identity : IDENTITY_WORLD;
	if (!range)
		return route_out(skb, p, true, NULL, 0);
	if (range->kind == RANGE_LOCAL_PODS)
		return drop(skb, p, DROP_STALE_OR_UNROUTABLE_IP, DIRECTION_EGRESS);
	if (range->kind != RANGE_REMOTE_PODS)
		return route_out(skb, p, false, NULL, 0);
	if (config.tunnel)
		return into_tunnel(skb, p, &range->node, range->node_family);
	return route_out(skb, p, false, &range->node, range->node_family);
}

/* As service_forward(), for what a pod sends. */
static __always_inline int to_service(struct __sk_buff *skb, struct packet *p)
{
	struct service_work *work;
	int reason;

	if (p->icmp_error) {
		reason = service_forward_error(skb);
		if (reason != SERVICE_NONE)
			conntrack_find();
		return reason;
	}
	work = service_find() ? service_work() : NULL;
	if (!work || work->frontend.flags & FRONTEND_FOREIGN)
		return SERVICE_NONE;
	service_ask_unknown(skb, p);
	return service_forward(skb, false);
}

/* A pod is told that a service does not take its packet. */
static __noinline int refuse(struct __sk_buff *skb, struct packet *p, const struct endpoint *from)
{
	struct service_work *work = service_work();

	drop(skb, p, work ? work->reason : DROP_NO_SERVICE_BACKEND, DIRECTION_EGRESS);
	if (answer_refused(skb) || write_macs(skb, from->mac))
		return TC_ACT_SHOT;
	return bpf_redirect_peer(skb->ifindex, 0);
}

SEC("tc")
int from_pod(struct __sk_buff *skb)
{
	__u32 ifindex = skb->ifindex;
	struct endpoint *from;
	int reason, verdict;
	struct packet *p;

	takeover_relay(skb, POINT_FROM_ENDPOINT);
	verdict = established_from_pod(skb);
	if (verdict != BY_STAGES)
		return verdict;
	p = packet_begin(POINT_FROM_ENDPOINT);
	if (!p)
		return TC_ACT_SHOT;
	from = bpf_map_lookup_elem(&endpoints, &ifindex);
	if (!from)
		return drop(skb, p, DROP_NO_CONFIGURATION, DIRECTION_EGRESS);
	p->source_identity = from->identity;
	p->source_endpoint = from->id;
	reason = check_mac(skb, from);
	if (reason)
		return drop(skb, p, reason, DIRECTION_EGRESS);
	if (skb->protocol == bpf_htons(ETH_P_ARP))
		return answer_arp(skb, p, from);
	reason = parse(skb, p);
	if (reason)
		return drop(skb, p, reason, DIRECTION_EGRESS);
	if (is_neighbour_discovery(p))
		return p->icmp_type == NEIGHBOUR_SOLICITATION
		               ? answer_solicitation(skb, p, from)
		               : drop(skb, p, DROP_FORBIDDEN_ICMP6_MESSAGE, DIRECTION_EGRESS);
	if (is_multicast(&p->tuple))
		return drop(skb, p, DROP_MULTICAST, DIRECTION_EGRESS);
	if (!own_source(p, from))
		return drop(skb, p, DROP_INVALID_SOURCE_IP, DIRECTION_EGRESS);
	reason = config.services ? to_service(skb, p) : SERVICE_NONE;
	if (reason == SERVICE_NONE) {
		conntrack_find();
		takeover_ask_unknown(skb, p);
		reason = service_back(skb, p);
	}
	if (reason == SERVICE_REFUSED)
		return refuse(skb, p, from);
	if (reason)
		return drop(skb, p, reason, DIRECTION_EGRESS);
	return to_destination(skb, p);
}

SEC("tc")
int to_pod(struct __sk_buff *skb)
{
	struct packet *p = packet_begin(POINT_TO_ENDPOINT);
	struct endpoint *to;
	__u32 ifindex = skb->ifindex;
	int reason;

	takeover_relay(skb, POINT_TO_ENDPOINT);
	if (!p)
		return TC_ACT_SHOT;
	to = bpf_map_lookup_elem(&endpoints, &ifindex);
	if (!to)
		return drop(skb, p, DROP_NO_CONFIGURATION, DIRECTION_INGRESS);
	p->destination_identity = to->identity;
	p->destination_endpoint = to->id;
	/* the node's own resolving of the pod's address, should its permanent neighbour be gone */
	if (skb->protocol == bpf_htons(ETH_P_ARP))
		return TC_ACT_OK;
	reason = parse(skb, p);
	if (reason)
		return drop(skb, p, reason, DIRECTION_INGRESS);
	if (is_neighbour_discovery(p))
		return TC_ACT_OK;
	reason = admit(skb, p, false);
	if (reason)
		return drop(skb, p, reason, DIRECTION_INGRESS);
	forwarded(skb, p, POINT_TO_ENDPOINT, DIRECTION_INGRESS);
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
