/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * ARP and neighbour discovery of pods: the gateway answers for itself and for nobody else.
 * Pods have a permanent neighbour for it, so that these are rare. Sources: RFC 826, RFC 4861.
 */
#pragma once

#include "checksum.h"
#include "deliver.h"

/* linux/if_arp.h drags the C library in */
#define ARP_ETHERNET 1
#define ARP_REQUEST 1
#define ARP_REPLY 2

struct arp_ipv4 {
	__be16 hardware;
	__be16 protocol;
	__u8 hardware_length;
	__u8 protocol_length;
	__be16 operation;
	__u8 sender_mac[ETH_ALEN];
	__u8 sender[4];
	__u8 target_mac[ETH_ALEN];
	__u8 target[4];
} __attribute__((packed));

struct neighbour_message {
	struct icmp6hdr header;
	union ip target;
	__u8 option_type;
	__u8 option_length;
	__u8 option_mac[ETH_ALEN];
};

#define NEIGHBOUR_SOLICITATION 135
#define NEIGHBOUR_ADVERTISEMENT 136
#define OPTION_TARGET_MAC 2

static __always_inline int reply(struct __sk_buff *skb, struct packet *p, const __u8 *to)
{
	__u8 mac[ETH_ALEN];

	__builtin_memcpy(mac, to, ETH_ALEN);
	if (write_macs(skb, mac))
		return drop(skb, p, DROP_INVALID_PACKET, DIRECTION_EGRESS);
	count(skb, 0, DIRECTION_INGRESS);
	return bpf_redirect(skb->ifindex, 0);
}

static __noinline int answer_arp(struct __sk_buff *skb, struct packet *p, const struct endpoint *from)
{
	struct arp_ipv4 *arp = packet_at(skb, ETH_HLEN, sizeof(*arp));
	__be32 asked;

	if (!arp || arp->operation != bpf_htons(ARP_REQUEST) || arp->hardware != bpf_htons(ARP_ETHERNET) ||
	    arp->protocol != bpf_htons(ETH_P_IP) || arp->hardware_length != ETH_ALEN ||
	    arp->protocol_length != 4)
		return drop(skb, p, DROP_INVALID_PACKET, DIRECTION_EGRESS);
	__builtin_memcpy(&asked, arp->target, 4);
	if (asked != config.gateway_ipv4)
		return drop(skb, p, DROP_ADDRESS_NOT_OURS, DIRECTION_EGRESS);
	arp->operation = bpf_htons(ARP_REPLY);
	__builtin_memcpy(arp->target, arp->sender, 4);
	__builtin_memcpy(arp->target_mac, arp->sender_mac, ETH_ALEN);
	__builtin_memcpy(arp->sender, &asked, 4);
	__builtin_memcpy(arp->sender_mac, (const void *)config.gateway_mac, ETH_ALEN);
	return reply(skb, p, from->mac);
}

/* The gateway, or the one by whose address a pod sees itself when it calls itself by a service. */
static __always_inline bool is_gateway(const union ip *asked)
{
	union ip known;

	__builtin_memcpy(&known, (const void *)&config.gateway_ipv6, sizeof(known));
	if (ip_equal(asked, &known))
		return true;
	__builtin_memcpy(&known, (const void *)&config.loopback_ipv6, sizeof(known));
	return config.services && ip_equal(asked, &known);
}

/* Answers a solicitation for the gateway; everything else of this kind that a pod says stays unheard. */
static __noinline int answer_solicitation(struct __sk_buff *skb, struct packet *p,
                                          const struct endpoint *from)
{
	union ip source, destination;
	struct neighbour_message message = {
		.header = {.icmp6_type = NEIGHBOUR_ADVERTISEMENT},
		.option_type = OPTION_TARGET_MAC,
		.option_length = 1,
	};
	__u32 at = ETH_HLEN + sizeof(struct ipv6hdr);
	struct neighbour_message *asked = packet_at(skb, at, sizeof(*asked));
	struct ipv6hdr *ip;
	__u8 hops = 255;
	__s64 sum;

	if (!asked || p->l4_offset != at)
		return drop(skb, p, DROP_FORBIDDEN_ICMP6_MESSAGE, DIRECTION_EGRESS);
	message.target = asked->target;
	__builtin_memcpy(message.option_mac, (const void *)config.gateway_mac, ETH_ALEN);
	/* router, solicited, override */
	message.header.icmp6_dataun.un_data32[0] = bpf_htonl(0xe0000000);
	if (!is_gateway(&message.target))
		return drop(skb, p, DROP_ADDRESS_NOT_OURS, DIRECTION_EGRESS);
	if (ip_is_zero(&p->tuple.source))
		return drop(skb, p, DROP_INVALID_SOURCE_IP, DIRECTION_EGRESS);
	source = message.target;
	destination = p->tuple.source;
	sum = checksum_pseudo(&source, &destination, IPPROTO_ICMPV6, sizeof(message));
	sum = bpf_csum_diff(NULL, 0, (__be32 *)&message, sizeof(message), sum);
	message.header.icmp6_cksum = checksum_fold(sum);
	if (bpf_skb_change_tail(skb, at + sizeof(message), 0) ||
	    bpf_skb_store_bytes(skb, at, &message, sizeof(message), 0))
		return drop(skb, p, DROP_ERROR_WRITING_TO_PACKET, DIRECTION_EGRESS);
	ip = packet_at(skb, ETH_HLEN, sizeof(*ip));
	if (!ip)
		return drop(skb, p, DROP_INVALID_PACKET, DIRECTION_EGRESS);
	ip->payload_len = bpf_htons(sizeof(message));
	ip->hop_limit = hops;
	__builtin_memcpy(&ip->saddr, &source, sizeof(ip->saddr));
	__builtin_memcpy(&ip->daddr, &destination, sizeof(ip->daddr));
	return reply(skb, p, from->mac);
}
