/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * The tunnel's device: from_overlay sees what came out of it, to_overlay tells it where what goes in is to be
 * sent. Pods' packets and the node's own take the same way in.
 */
#include "../lib/established.h"
#include "../lib/fragment.h"
#include "../lib/outside.h"

SEC("tc")
int from_overlay(struct __sk_buff *skb)
{
	int reason, verdict = BY_STAGES;
	__u32 identity = 0;
	struct packet *p;
	struct address *to;

	takeover_relay(skb, POINT_FROM_OVERLAY);
	reason = tunnel_key_get(skb, &identity);
	if (!reason)
		verdict = established_to_pod(skb);
	if (verdict != BY_STAGES)
		return verdict;
	p = packet_begin(POINT_FROM_OVERLAY);
	if (!p)
		return TC_ACT_SHOT;
	p->source_identity = identity;
	if (!reason)
		reason = parse(skb, p);
	if (reason)
		return drop(skb, p, reason, DIRECTION_INGRESS);
	if (config.services) {
		verdict = outside_to_service(skb, p);
		if (verdict != BY_STAGES)
			return verdict;
	}
	to = address_find(&p->tuple.destination, p->tuple.family);
	if (to && to->kind == ADDRESS_ENDPOINT)
		return deliver(skb, p, to, false);
	if (to && to->kind == ADDRESS_HOST && config.services) {
		verdict = for_node(skb, p);
		if (verdict != TC_ACT_OK)
			return verdict;
	}
	if (to && to->kind == ADDRESS_HOST)
		return to_stack(skb, p, POINT_TO_HOST, DIRECTION_INGRESS);
	return drop(skb, p, DROP_STALE_OR_UNROUTABLE_IP, DIRECTION_INGRESS);
}

/* Between the tunnel's devices. */
static __always_inline int write_tunnel_macs(struct __sk_buff *skb)
{
	struct ethhdr *eth = packet_at(skb, 0, ETH_HLEN);

	if (!eth)
		return DROP_INVALID_PACKET;
	__builtin_memcpy(eth->h_source, (const void *)config.gateway_mac, ETH_ALEN);
	eth->h_source[ETH_ALEN - 1] = SENDER_MAC_LAST_BYTE;
	return 0;
}

SEC("tc")
int to_overlay(struct __sk_buff *skb)
{
	struct packet *p = packet_begin(POINT_TO_OVERLAY);
	struct address *to;
	struct range *range;
	int reason;

	takeover_relay(skb, POINT_TO_OVERLAY);
	if (!p)
		return TC_ACT_SHOT;
	reason = write_tunnel_macs(skb);
	/* the program that sent it has told the device where to */
	if (!reason && (skb->mark & MARK_MASK) == MARK_SENT)
		return TC_ACT_OK;
	if (!reason)
		reason = parse(skb, p);
	if (reason)
		return drop(skb, p, reason, DIRECTION_EGRESS);
	if (config.services && is_node(&p->tuple.source, p->tuple.family)) {
		reason = from_node(skb, p);
		if (reason)
			return drop(skb, p, reason, DIRECTION_EGRESS);
	}
	identify_source(p);
	to = address_find(&p->tuple.destination, p->tuple.family);
	if (to) {
		reason = tunnel_key_set(skb, p->source_identity, &to->node, to->node_family);
	} else {
		range = range_find(&p->tuple.destination, p->tuple.family);
		reason = range && range->kind == RANGE_REMOTE_PODS
		                 ? tunnel_key_set(skb, p->source_identity, &range->node, range->node_family)
		                 : DROP_NO_TUNNEL_ENDPOINT;
	}
	if (reason)
		return drop(skb, p, reason, DIRECTION_EGRESS);
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
