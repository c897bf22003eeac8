/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * From bytes to struct packet: parse() fills the tuple, the fragment state and what ICMP errors quote.
 *
 * Returns 0 or a drop_reason. A packet that it accepts has complete L3 and L4 headers (L3 alone for later
 * fragments and for protocols without ports). ICMP echo puts its identifier in place of a port on the asking
 * side, so that an echo and its answer are one connection and two pods that ping each other are two.
 * Sources: RFC 791, 792, 4443, 8200.
 */
#pragma once

#include <linux/icmpv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include "../layout/drop_reason.h"
#include "packet.h"

#define IP_DO_NOT_FRAGMENT 0x4000
#define IP_MORE_FRAGMENTS 0x2000
#define IP_OFFSET_MASK 0x1fff
#define IPV6_OFFSET_MASK 0xfff8
#define IPV6_MORE_FRAGMENTS 1
#define IPV6_EXTENSIONS_MAX 6
#define L4_OFFSET_MAX 0x1ff
#define TCP_FLAGS_OFFSET 13

/* linux/icmp.h drags the C library in */
#define ICMP_ECHOREPLY 0
#define ICMP_DEST_UNREACH 3
#define ICMP_ECHO 8
#define ICMP_TIME_EXCEEDED 11
#define ICMP_PARAMETERPROB 12

struct icmp_header {
	__u8 type;
	__u8 code;
	__be16 checksum;
	__be16 id;
	__be16 sequence;
};

struct fragment_header {
	__u8 next;
	__u8 reserved;
	__be16 offset;
	__be32 id;
};

struct fragment_place {
	__u32 id;
	__u16 offset; /* in units of eight bytes */
	__u8 more;
};

/* ports, flags and ICMP types at offset; a quoted packet has only eight bytes of L4 for sure */
static __always_inline int parse_l4(struct __sk_buff *skb, struct packet *p, struct tuple *t, __u32 offset,
                                    bool quoted)
{
	offset &= L4_OFFSET_MAX;
	switch (t->protocol) {
	case IPPROTO_TCP: {
		struct tcphdr *tcp = packet_at(skb, offset, quoted ? 8 : sizeof(*tcp));

		if (!tcp)
			return DROP_INVALID_PACKET;
		t->source_port = tcp->source;
		t->destination_port = tcp->dest;
		if (!quoted) {
			p->tcp_flags = ((__u8 *)tcp)[TCP_FLAGS_OFFSET];
			p->l4_header = tcp->doff * 4;
		}
		return 0;
	}
	case IPPROTO_UDP:
	case IPPROTO_SCTP: {
		struct udphdr *udp = packet_at(skb, offset, sizeof(*udp));

		if (!udp)
			return DROP_INVALID_PACKET;
		t->source_port = udp->source;
		t->destination_port = udp->dest;
		if (!quoted)
			p->l4_header = sizeof(*udp);
		return 0;
	}
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6: {
		struct icmp_header *icmp = packet_at(skb, offset, sizeof(*icmp));
		bool v6 = t->protocol == IPPROTO_ICMPV6;

		if (!icmp || v6 != (t->family == FAMILY_IPV6))
			return DROP_INVALID_PACKET;
		if (!quoted) {
			p->icmp_type = icmp->type;
			p->icmp_code = icmp->code;
		}
		if (icmp->type == (v6 ? ICMPV6_ECHO_REQUEST : ICMP_ECHO))
			t->source_port = icmp->id;
		else if (icmp->type == (v6 ? ICMPV6_ECHO_REPLY : ICMP_ECHOREPLY))
			t->destination_port = icmp->id;
		return 0;
	}
	default:
		return 0;
	}
}

static __always_inline int parse_ipv4(struct __sk_buff *skb, struct tuple *t, __u32 offset, __u32 *l4,
                                      struct fragment_place *place, __u16 *length, __u8 *ttl)
{
	struct iphdr *ip = packet_at(skb, offset, sizeof(*ip));
	__u16 field;

	if (!ip || ip->version != 4 || ip->ihl < 5)
		return DROP_INVALID_PACKET;
	t->family = FAMILY_IPV4;
	t->protocol = ip->protocol;
	ip_from_v4(&t->source, ip->saddr);
	ip_from_v4(&t->destination, ip->daddr);
	field = bpf_ntohs(ip->frag_off);
	place->offset = field & IP_OFFSET_MASK;
	place->more = !!(field & IP_MORE_FRAGMENTS);
	place->id = ip->id;
	*length = bpf_ntohs(ip->tot_len);
	*ttl = ip->ttl;
	*l4 = offset + ip->ihl * 4;
	return *length < ip->ihl * 4 ? DROP_INVALID_PACKET : 0;
}

/* v4-mapped and v4-compatible addresses would stand for IPv4 ones further on; :: and ::1 are not among them
 */
static __always_inline bool ipv6_holds_ipv4(const union ip *a)
{
	if (a->halves[0] || (a->words[2] && a->words[2] != bpf_htonl(0xffff)))
		return false;
	return a->words[2] || bpf_ntohl(a->words[3]) > 1;
}

static __always_inline int parse_ipv6(struct __sk_buff *skb, struct tuple *t, __u32 offset, __u32 *l4,
                                      struct fragment_place *place, __u16 *length, __u8 *ttl)
{
	struct ipv6hdr *ip = packet_at(skb, offset, sizeof(*ip));
	__u32 at = offset + sizeof(*ip);
	__u8 next;

	if (!ip || ip->version != 6)
		return DROP_INVALID_PACKET;
	t->family = FAMILY_IPV6;
	__builtin_memcpy(&t->source, &ip->saddr, sizeof(t->source));
	__builtin_memcpy(&t->destination, &ip->daddr, sizeof(t->destination));
	if (ipv6_holds_ipv4(&t->source) || ipv6_holds_ipv4(&t->destination))
		return DROP_IPV4_IN_IPV6;
	*length = bpf_ntohs(ip->payload_len) + sizeof(*ip);
	*ttl = ip->hop_limit;
	next = ip->nexthdr;

#pragma unroll
	for (int i = 0; i < IPV6_EXTENSIONS_MAX; i++) {
		struct fragment_header *extension;

		if (next != IPPROTO_HOPOPTS && next != IPPROTO_ROUTING && next != IPPROTO_DSTOPTS &&
		    next != IPPROTO_FRAGMENT)
			break;
		at &= L4_OFFSET_MAX;
		extension = packet_at(skb, at, sizeof(*extension));
		if (!extension)
			return DROP_INVALID_IPV6_EXTENSION_HEADER;
		if (next == IPPROTO_FRAGMENT) {
			place->offset = (bpf_ntohs(extension->offset) & IPV6_OFFSET_MASK) >> 3;
			place->more = bpf_ntohs(extension->offset) & IPV6_MORE_FRAGMENTS;
			place->id = extension->id;
			at += sizeof(*extension);
		} else {
			at += (extension->reserved + 1) * 8;
		}
		next = extension->next;
		/* what follows in a later fragment is payload, whatever it looks like */
		if (place->offset)
			break;
	}
	if (at > L4_OFFSET_MAX || (!place->offset && (next == IPPROTO_HOPOPTS || next == IPPROTO_ROUTING ||
	                                              next == IPPROTO_DSTOPTS || next == IPPROTO_FRAGMENT)))
		return DROP_INVALID_IPV6_EXTENSION_HEADER;
	t->protocol = next;
	*l4 = at;
	return 0;
}

static __always_inline int parse_l3(struct __sk_buff *skb, struct tuple *t, __u32 offset, __u32 *l4,
                                    struct fragment_place *place, __u16 *length, __u8 *ttl, bool v6)
{
	return v6 ? parse_ipv6(skb, t, offset, l4, place, length, ttl)
	          : parse_ipv4(skb, t, offset, l4, place, length, ttl);
}

static __always_inline bool icmp_is_error(const struct packet *p)
{
	if (p->tuple.protocol == IPPROTO_ICMP)
		return p->icmp_type == ICMP_DEST_UNREACH || p->icmp_type == ICMP_TIME_EXCEEDED ||
		       p->icmp_type == ICMP_PARAMETERPROB;
	return p->tuple.protocol == IPPROTO_ICMPV6 && p->icmp_type >= ICMPV6_DEST_UNREACH &&
	       p->icmp_type <= ICMPV6_PARAMPROB;
}

/* an error that quotes nothing readable stays without connection */
static __always_inline void parse_quoted(struct __sk_buff *skb, struct packet *p, bool v6)
{
	struct fragment_place place = {};
	__u32 offset = (p->l4_offset + 8) & L4_OFFSET_MAX, l4;
	__u16 length;
	__u8 ttl;

	if (parse_l3(skb, &p->quoted, offset, &l4, &place, &length, &ttl, v6) || place.offset)
		return;
	l4 &= L4_OFFSET_MAX;
	if (parse_l4(skb, p, &p->quoted, l4, true))
		return;
	p->quoted_l3 = offset;
	p->quoted_l4 = l4;
	p->icmp_error = 1;
}

static int fragment_track(struct packet *p, const struct fragment_place *place, __u32 payload);

static __always_inline int parse(struct __sk_buff *skb, struct packet *p)
{
	struct fragment_place place = {};
	bool v6 = skb->protocol == bpf_htons(ETH_P_IPV6);
	__u32 l4 = 0;
	int reason;

	if (v6 ? !config.ipv6 : !config.ipv4 || skb->protocol != bpf_htons(ETH_P_IP))
		return DROP_UNSUPPORTED_L3_PROTOCOL;
	reason = parse_l3(skb, &p->tuple, ETH_HLEN, &l4, &place, &p->l3_length, &p->ttl, v6);
	if (reason)
		return reason;
	if (l4 > skb->len || p->l3_length + ETH_HLEN > skb->len)
		return DROP_INVALID_PACKET;
	p->l4_offset = l4 & L4_OFFSET_MAX;
	p->fragment = place.offset ? FRAGMENT_LATER : place.more ? FRAGMENT_FIRST : FRAGMENT_NONE;
	if (p->fragment != FRAGMENT_LATER) {
		reason = parse_l4(skb, p, &p->tuple, p->l4_offset, false);
		if (reason)
			return reason;
	}
	if (p->fragment != FRAGMENT_NONE)
		return fragment_track(p, &place, p->l3_length + ETH_HLEN - l4);
	if (icmp_is_error(p))
		parse_quoted(skb, p, v6);
	return 0;
}
