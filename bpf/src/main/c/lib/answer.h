/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Answers to senders whose packet goes nowhere: the packet becomes its own answer, from whom it was for.
 *
 * TCP gets a RST (RFC 9293, 3.10.7.1), everything else an ICMP error that quotes the IP header and the first
 * bytes after it (RFC 792, 4443). Errors are not answered, nor is a RST. Checksums are written whole, so that
 * what a device was to compute does not matter where the answer stays on the machine; it does not leave it
 * otherwise, as a packet that came from a wire has its checksum.
 */
#pragma once

#include "checksum.h"
#include "deliver.h"

#define ANSWER_TTL 64
#define ICMP_PORT_UNREACH 3
#define ICMP_FRAG_NEEDED 4
#define ICMPV6_PORT_UNREACH 4
#define ERROR_HEADER 8 /* bytes of an ICMP error before what it quotes */
#define QUOTED_MAX 60  /* IPv6 and TCP */

/* Writes the IP header of an answer with length bytes of payload, for p->tuple as it then is. */
static __always_inline int answer_write_ip(struct __sk_buff *skb, const struct packet *p, __u8 protocol,
                                           __u32 length)
{
	if (p->tuple.family == FAMILY_IPV4) {
		struct iphdr ip = {
			.version = 4,
			.ihl = 5,
			.tot_len = bpf_htons(sizeof(ip) + length),
			.frag_off = bpf_htons(IP_DO_NOT_FRAGMENT),
			.ttl = ANSWER_TTL,
			.protocol = protocol,
			.saddr = p->tuple.source.words[0],
			.daddr = p->tuple.destination.words[0],
		};

		ip.check = checksum_fold(bpf_csum_diff(NULL, 0, (__be32 *)&ip, sizeof(ip), 0));
		return bpf_skb_store_bytes(skb, ETH_HLEN, &ip, sizeof(ip), 0);
	} else {
		struct ipv6hdr ip = {
			.version = 6,
			.payload_len = bpf_htons(length),
			.nexthdr = protocol,
			.hop_limit = ANSWER_TTL,
		};

		__builtin_memcpy(&ip.saddr, &p->tuple.source, sizeof(ip.saddr));
		__builtin_memcpy(&ip.daddr, &p->tuple.destination, sizeof(ip.daddr));
		return bpf_skb_store_bytes(skb, ETH_HLEN, &ip, sizeof(ip), 0);
	}
}

static __always_inline void answer_turn(struct packet *p)
{
	struct tuple asked = p->tuple;

	p->tuple.source = asked.destination;
	p->tuple.source_port = asked.destination_port;
	p->tuple.destination = asked.source;
	p->tuple.destination_port = asked.source_port;
}

static __always_inline __u32 answer_ip_length(const struct packet *p)
{
	return p->tuple.family == FAMILY_IPV4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
}

static __always_inline int answer_reset(struct __sk_buff *skb, struct packet *p)
{
	__u32 at = ETH_HLEN + answer_ip_length(p);
	struct tcphdr *asked = packet_at(skb, p->l4_offset & L4_OFFSET_MAX, sizeof(*asked)), answer = {};
	__u32 length;
	__s64 sum;

	if (!asked || asked->rst)
		return DROP_INVALID_PACKET;
	length = p->l3_length + ETH_HLEN - p->l4_offset - asked->doff * 4 + asked->syn + asked->fin;
	answer.source = asked->dest;
	answer.dest = asked->source;
	answer.doff = sizeof(answer) / 4;
	answer.rst = 1;
	if (asked->ack) {
		answer.seq = asked->ack_seq;
	} else {
		answer.ack = 1;
		answer.ack_seq = bpf_htonl(bpf_ntohl(asked->seq) + length);
	}
	answer_turn(p);
	sum = checksum_pseudo(&p->tuple.source, &p->tuple.destination, IPPROTO_TCP, sizeof(answer));
	sum = bpf_csum_diff(NULL, 0, (__be32 *)&answer, sizeof(answer), sum);
	answer.check = checksum_fold(sum);
	if (bpf_skb_change_tail(skb, at + sizeof(answer), 0) ||
	    answer_write_ip(skb, p, IPPROTO_TCP, sizeof(answer)) ||
	    bpf_skb_store_bytes(skb, at, &answer, sizeof(answer), 0))
		return DROP_ERROR_WRITING_TO_PACKET;
	return 0;
}

/*
 * rest: what stands in the second four bytes of the error's header. Quoted are the headers up to eight bytes
 * of what is in the packet, all of TCP's, as far as there is room.
 */
static __always_inline int answer_error(struct __sk_buff *skb, struct packet *p, __u8 type, __u8 code,
                                        __u32 rest)
{
	__u32 room = answer_ip_length(p) + ERROR_HEADER;
	__u32 quoted =
		p->l4_offset - ETH_HLEN + (p->tuple.protocol == IPPROTO_TCP ? sizeof(struct tcphdr) : 8);
	__u8 protocol = p->tuple.family == FAMILY_IPV4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	__be32 message[(ERROR_HEADER + QUOTED_MAX) / 4] = {};
	struct icmp_header *header = (void *)message;
	__s64 sum = 0;

	if (p->icmp_error || p->fragment == FRAGMENT_LATER)
		return DROP_INVALID_PACKET;
	if (quoted > QUOTED_MAX)
		quoted = QUOTED_MAX;
	quoted &= 0x3c;
	/* the verifier knows what is compared in this register alone */
	asm volatile("" : "+r"(quoted));
	if (quoted < sizeof(struct iphdr))
		return DROP_INVALID_PACKET;
	if (bpf_skb_load_bytes(skb, ETH_HLEN, &message[ERROR_HEADER / 4], quoted) ||
	    bpf_skb_change_tail(skb, ETH_HLEN + quoted, 0) ||
	    bpf_skb_adjust_room(skb, room, BPF_ADJ_ROOM_MAC, 0))
		return DROP_ERROR_WRITING_TO_PACKET;
	header->type = type;
	header->code = code;
	message[1] = bpf_htonl(rest);
	answer_turn(p);
	if (p->tuple.family == FAMILY_IPV6)
		sum = checksum_pseudo(&p->tuple.source, &p->tuple.destination, protocol,
		                      ERROR_HEADER + quoted);
	header->checksum = checksum_fold(bpf_csum_diff(NULL, 0, message, sizeof(message), sum));
	if (answer_write_ip(skb, p, protocol, ERROR_HEADER + quoted) ||
	    bpf_skb_store_bytes(skb, ETH_HLEN + answer_ip_length(p), message, ERROR_HEADER, 0))
		return DROP_ERROR_WRITING_TO_PACKET;
	return 0;
}

/* There is nobody at this port. Returns 0 when the packet is the answer, else a drop_reason. */
__noinline __attribute__((unused)) int answer_refused(struct __sk_buff *skb)
{
	struct packet *p = packet_in_work();

	if (!p)
		return DROP_INVALID_PACKET;
	if (p->tuple.protocol == IPPROTO_TCP)
		return p->fragment == FRAGMENT_LATER ? DROP_INVALID_PACKET : answer_reset(skb, p);
	if (p->tuple.family == FAMILY_IPV4)
		return answer_error(skb, p, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0);
	return answer_error(skb, p, ICMPV6_DEST_UNREACH, ICMPV6_PORT_UNREACH, 0);
}

/* It has come too far. */
__noinline __attribute__((unused)) int answer_late(struct __sk_buff *skb)
{
	struct packet *p = packet_in_work();

	if (!p)
		return DROP_INVALID_PACKET;
	if (p->tuple.family == FAMILY_IPV4)
		return answer_error(skb, p, ICMP_TIME_EXCEEDED, 0, 0);
	return answer_error(skb, p, ICMPV6_TIME_EXCEED, 0, 0);
}

/* The way has less room. */
__noinline __attribute__((unused)) int answer_too_big(struct __sk_buff *skb, __u32 mtu)
{
	struct packet *p = packet_in_work();

	if (!p)
		return DROP_INVALID_PACKET;
	if (p->tuple.family == FAMILY_IPV4)
		return answer_error(skb, p, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, mtu);
	return answer_error(skb, p, ICMPV6_PKT_TOOBIG, 0, mtu);
}
