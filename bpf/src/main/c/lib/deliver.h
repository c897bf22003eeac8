/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Where packets go: to a pod of this node, into the tunnel, out of a device, or to the node's stack.
 *
 * deliver() is the one way to a local pod: conntrack, ingress policy, event, redirect. What needs the stack's
 * hand (too big, TTL at its end, fragmenting) is given to it untouched after the stages that this hook owes,
 * and comes by the pod link's egress hook, which delivers in the same way.
 */
#pragma once

#include "checksum.h"
#include "lookup.h"
#include "service.h"

#define TTL_END 1

static __always_inline bool ttl_ends(const struct packet *p)
{
	return p->ttl <= TTL_END;
}

static __always_inline int ttl_decrement(struct __sk_buff *skb, struct packet *p)
{
	if (p->tuple.family == FAMILY_IPV4) {
		struct iphdr *ip = packet_at(skb, ETH_HLEN, sizeof(*ip));
		__u32 sum;

		if (!ip)
			return DROP_INVALID_PACKET;
		ip->ttl--;
		sum = (__u32)ip->check + bpf_htons(0x0100);
		ip->check = sum + (sum >> 16);
	} else {
		struct ipv6hdr *ip = packet_at(skb, ETH_HLEN, sizeof(*ip));

		if (!ip)
			return DROP_INVALID_PACKET;
		ip->hop_limit--;
		checksum_hop(skb);
	}
	return 0;
}

/* Bytes of the largest L3 packet that this becomes on the wire. */
static __always_inline __u32 wire_length(const struct __sk_buff *skb, const struct packet *p)
{
	if (!skb->gso_size)
		return p->l3_length;
	/* segments carry the headers anew */
	return skb->gso_size + (p->l4_offset - ETH_HLEN) + p->l4_header;
}

static __always_inline int write_macs(struct __sk_buff *skb, const __u8 *destination)
{
	struct ethhdr *eth = packet_at(skb, 0, ETH_HLEN);

	if (!eth)
		return DROP_INVALID_PACKET;
	__builtin_memcpy(eth->h_dest, destination, ETH_ALEN);
	__builtin_memcpy(eth->h_source, (const void *)config.gateway_mac, ETH_ALEN);
	return 0;
}

/* Conntrack, services and ingress policy for a pod of this node; 0 or a drop_reason. Egress of the same node
 * has done it. */
static __always_inline int admit(struct __sk_buff *skb, struct packet *p, bool tracked)
{
	int reason;

	if (tracked)
		return 0;
	conntrack_find();
	takeover_ask_unknown(skb, p);
	/* who speaks matters where a connection begins or an event tells of it, and is known out of a tunnel
	 */
	if (p->notable && !p->source_identity)
		identify_source(p);
	reason = service_back(skb, p);
	return reason ?: conntrack_create(p);
}

/* To a pod of this node, from an ingress hook. */
static __always_inline int deliver(struct __sk_buff *skb, struct packet *p, const struct address *to,
                                   bool tracked)
{
	__u32 ifindex = to->ifindex;
	int reason;

	p->destination_identity = to->identity;
	p->destination_endpoint = to->endpoint;
	if (ttl_ends(p)) {
		forwarded(skb, p, POINT_TO_STACK, DIRECTION_INGRESS);
		return TC_ACT_OK;
	}
	reason = admit(skb, p, tracked);
	if (!reason)
		reason = write_macs(skb, to->mac);
	if (!reason)
		reason = ttl_decrement(skb, p);
	if (reason)
		return drop(skb, p, reason, DIRECTION_INGRESS);
	forwarded(skb, p, POINT_TO_ENDPOINT, DIRECTION_INGRESS);
	return bpf_redirect_peer(ifindex, 0);
}

/* Handed to the node's stack, be it for the node itself or to go on from there. */
static __always_inline int to_stack(struct __sk_buff *skb, struct packet *p, __u8 point, __u8 direction)
{
	forwarded(skb, p, point, direction);
	return TC_ACT_OK;
}
