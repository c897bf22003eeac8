/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Into the tunnel and out of it. The VNI carries the sender's identity.
 *
 * Sending, the program writes the headers itself where the kernel lets it (5.13) and redirects straight to
 * the underlay; elsewhere, and for what the node's stack sends, the tunnel's device does. Receiving, the
 * device strips them, and with them the state of segmentation that a stripped super-packet must not keep.
 * Source: RFC 7348.
 */
#pragma once

#include <linux/udp.h>

#include "deliver.h"
#include "segment.h"

/*
 * A vxlan device drops what carries its own address as the sender, and all nodes' devices have the same one,
 * so that whatever comes out of the tunnel is for the node that receives it.
 */
#define SENDER_MAC_LAST_BYTE 2

/* What the tunnel's device is to write; 0 or a drop_reason. */
static __always_inline int tunnel_key_set(struct __sk_buff *skb, __u32 identity, const union ip *node,
                                          __u8 family)
{
	struct bpf_tunnel_key key = {.tunnel_id = identity, .tunnel_ttl = 64};
	__u64 flags = BPF_F_ZERO_CSUM_TX;

	/* a node is "this node" to itself alone */
	if (identity == IDENTITY_HOST)
		key.tunnel_id = IDENTITY_REMOTE_NODE;
	if (family == FAMILY_IPV6) {
		__builtin_memcpy(key.remote_ipv6, node, sizeof(key.remote_ipv6));
		flags |= BPF_F_TUNINFO_IPV6;
	} else if (family == FAMILY_IPV4) {
		key.remote_ipv4 = bpf_ntohl(node->words[0]);
	} else {
		return DROP_NO_TUNNEL_ENDPOINT;
	}
	return bpf_skb_set_tunnel_key(skb, &key, sizeof(key), flags) ? DROP_ERROR_WRITING_TO_PACKET : 0;
}

/* Reads the sender's identity from the VNI; 0 or a drop_reason. Only known nodes may send. */
static __always_inline int tunnel_key_get(struct __sk_buff *skb, __u32 *identity)
{
	struct bpf_tunnel_key key = {};
	union ip sender = {};
	struct address *node;

	if (config.assumed_identity) {
		*identity = config.assumed_identity;
		return 0;
	}
	if (bpf_skb_get_tunnel_key(skb, &key, sizeof(key), config.underlay_ipv6 ? BPF_F_TUNINFO_IPV6 : 0))
		return DROP_ERROR_RETRIEVING_TUNNEL_KEY;
	if (config.underlay_ipv6)
		__builtin_memcpy(&sender, key.remote_ipv6, sizeof(sender));
	else
		ip_from_v4(&sender, bpf_htonl(key.remote_ipv4));
	node = address_find(&sender, config.underlay_ipv6 ? FAMILY_IPV6 : FAMILY_IPV4);
	if (!node || node->kind != ADDRESS_REMOTE_NODE)
		return DROP_UNKNOWN_SENDER;
	*identity = key.tunnel_id;
	return 0;
}

#define VXLAN_FLAGS_VNI 0x08000000 /* the VNI is valid */
#define TUNNEL_TTL 64
#define SOURCE_PORT_MIN 0xc000
#define SOURCE_PORT_MASK 0x3fff

struct vxlan_header {
	__be32 flags;
	__be32 vni; /* in the upper 24 bits */
};

struct tunnel_ipv4 {
	struct iphdr ip;
	struct udphdr udp;
	struct vxlan_header vxlan;
	struct ethhdr inner; /* its end is the length on the wire, the struct's is padded */
};

struct tunnel_ipv6 {
	struct ipv6hdr ip;
	struct udphdr udp;
	struct vxlan_header vxlan;
	struct ethhdr inner; /* its end is the length on the wire, the struct's is padded */
};

#define TUNNEL_IPV4_LENGTH (offsetof(struct tunnel_ipv4, inner) + ETH_HLEN)
#define TUNNEL_IPV6_LENGTH (offsetof(struct tunnel_ipv6, inner) + ETH_HLEN)

/* What follows the outer IP header; a UDP checksum of zero is what tunnels are allowed (RFC 6935). */
static __always_inline void tunnel_fill(struct __sk_buff *skb, __u32 identity, struct udphdr *udp,
                                        struct vxlan_header *vxlan, struct ethhdr *inner)
{
	__u32 hash = bpf_get_hash_recalc(skb);

	udp->source = bpf_htons(SOURCE_PORT_MIN | (hash & SOURCE_PORT_MASK));
	udp->dest = bpf_htons(config.tunnel_port);
	udp->len = bpf_htons(skb->len - ETH_HLEN + sizeof(*udp) + sizeof(*vxlan) + sizeof(*inner));
	udp->check = 0;
	vxlan->flags = bpf_htonl(VXLAN_FLAGS_VNI);
	vxlan->vni = bpf_htonl(identity << 8);
	__builtin_memcpy(inner->h_dest, (const void *)config.gateway_mac, ETH_ALEN);
	__builtin_memcpy(inner->h_source, (const void *)config.gateway_mac, ETH_ALEN);
	inner->h_source[ETH_ALEN - 1] = SENDER_MAC_LAST_BYTE;
	inner->h_proto = skb->protocol;
}

static __always_inline __sum16 tunnel_ipv4_checksum(const struct iphdr *ip)
{
	const __u32 *words = (const __u32 *)ip;
	__u64 sum = 0;

#pragma unroll
	for (__u32 i = 0; i < sizeof(*ip) / sizeof(*words); i++)
		sum += words[i];
	sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (__sum16)~sum;
}

#define TUNNEL_ROOM                                                                                   \
	(BPF_F_ADJ_ROOM_FIXED_GSO | BPF_F_ADJ_ROOM_ENCAP_L4_UDP | BPF_F_ADJ_ROOM_ENCAP_L2(ETH_HLEN) | \
	 BPF_F_ADJ_ROOM_ENCAP_L2_ETH)

/* Puts the outer headers before the packet; 0 or a drop_reason. Needs a kernel of 5.13. */
static __always_inline int tunnel_encapsulate_ipv4(struct __sk_buff *skb, __u32 identity,
                                                   const union ip *node)
{
	struct tunnel_ipv4 outer = {
		.ip =
			{
				.version = 4,
				.ihl = 5,
				.tot_len = bpf_htons(skb->len - ETH_HLEN + TUNNEL_IPV4_LENGTH),
				.frag_off = bpf_htons(0x4000),
				.ttl = TUNNEL_TTL,
				.protocol = IPPROTO_UDP,
				.saddr = config.node_ipv4.words[0],
				.daddr = node->words[0],
			},
	};
	void *room;

	tunnel_fill(skb, identity, &outer.udp, &outer.vxlan, &outer.inner);
	outer.ip.check = tunnel_ipv4_checksum(&outer.ip);
	if (bpf_skb_adjust_room(skb, TUNNEL_IPV4_LENGTH, BPF_ADJ_ROOM_MAC,
	                        TUNNEL_ROOM | BPF_F_ADJ_ROOM_ENCAP_L3_IPV4))
		return DROP_ERROR_WRITING_TO_PACKET;
	room = packet_at(skb, ETH_HLEN, TUNNEL_IPV4_LENGTH);
	if (!room)
		return DROP_ERROR_WRITING_TO_PACKET;
	__builtin_memcpy(room, &outer, TUNNEL_IPV4_LENGTH);
	return 0;
}

static __always_inline int tunnel_encapsulate_ipv6(struct __sk_buff *skb, __u32 identity,
                                                   const union ip *node)
{
	struct tunnel_ipv6 outer = {
		.ip =
			{
				.version = 6,
				.payload_len = bpf_htons(skb->len - ETH_HLEN + TUNNEL_IPV6_LENGTH -
	                                                 sizeof(outer.ip)),
				.nexthdr = IPPROTO_UDP,
				.hop_limit = TUNNEL_TTL,
			},
	};
	void *room;

	__builtin_memcpy(&outer.ip.saddr, (const void *)&config.node_ipv6, sizeof(outer.ip.saddr));
	__builtin_memcpy(&outer.ip.daddr, node, sizeof(outer.ip.daddr));
	tunnel_fill(skb, identity, &outer.udp, &outer.vxlan, &outer.inner);
	if (bpf_skb_adjust_room(skb, TUNNEL_IPV6_LENGTH, BPF_ADJ_ROOM_MAC,
	                        TUNNEL_ROOM | BPF_F_ADJ_ROOM_ENCAP_L3_IPV6))
		return DROP_ERROR_WRITING_TO_PACKET;
	room = packet_at(skb, ETH_HLEN, TUNNEL_IPV6_LENGTH);
	if (!room)
		return DROP_ERROR_WRITING_TO_PACKET;
	__builtin_memcpy(room, &outer, TUNNEL_IPV6_LENGTH);
	return 0;
}

/* Puts the tunnel's headers before a pod's packet, or tells the device to; 0 or a drop_reason. */
static __always_inline int tunnel_encapsulate(struct __sk_buff *skb, __u32 identity, const union ip *node,
                                              __u8 family)
{
	if (!config.encapsulate)
		return tunnel_key_set(skb, identity, node, family);
	if (family != (config.underlay_ipv6 ? FAMILY_IPV6 : FAMILY_IPV4))
		return DROP_NO_TUNNEL_ENDPOINT;
	return config.underlay_ipv6 ? tunnel_encapsulate_ipv6(skb, identity, node)
	                            : tunnel_encapsulate_ipv4(skb, identity, node);
}

/* To the tunnel's device, which was told by tunnel_key_set(); the program returns what it returns. */
static __always_inline int tunnel_out_by_device(struct __sk_buff *skb)
{
	skb->mark = MARK_SENT;
	return bpf_redirect(config.overlay_ifindex, 0);
}

/* Sends what tunnel_encapsulate() has prepared to its node; the program returns what it returns. */
static __always_inline int tunnel_out(struct __sk_buff *skb, const union ip *node, __u8 family)
{
	struct bpf_redir_neigh next = {};

	if (!config.encapsulate)
		return tunnel_out_by_device(skb);
	skb->mark = MARK_SENT;
	if (segment_hop(node, family, &next))
		return bpf_redirect_neigh(config.underlay_ifindex, &next, sizeof(next), 0);
	return bpf_redirect_neigh(config.underlay_ifindex, NULL, 0, 0);
}

/*
 * Sends a packet to its node; the end of the program. large: it is too big for the tunnel and may be
 * fragmented, which the device does with its own packets.
 */
static __always_inline int tunnel_send(struct __sk_buff *skb, struct packet *p, const union ip *node,
                                       __u8 family, bool large)
{
	int reason = large ? tunnel_key_set(skb, p->source_identity, node, family)
	                   : tunnel_encapsulate(skb, p->source_identity, node, family);

	if (reason)
		return drop(skb, p, reason, DIRECTION_EGRESS);
	forwarded(skb, p, POINT_TO_OVERLAY, DIRECTION_EGRESS);
	return large ? tunnel_out_by_device(skb) : tunnel_out(skb, node, family);
}
