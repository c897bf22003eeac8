/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* The checksum of the Internet protocols (RFC 1071), for what programs write anew. */
#pragma once

#include "packet.h"

/* What comes before TCP, UDP and ICMPv6 in their sums. Zeros of an IPv4 address add nothing. */
struct pseudo_header {
	union ip source;
	union ip destination;
	__be32 length;
	__be32 protocol;
};

/* A sum of 32-bit words to what stands in a header. */
static __always_inline __sum16 checksum_fold(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (__sum16)~sum;
}

static __always_inline __s64 checksum_pseudo(const union ip *source, const union ip *destination,
                                             __u8 protocol, __u32 length)
{
	struct pseudo_header pseudo = {
		.source = *source,
		.destination = *destination,
		.length = bpf_htonl(length),
		.protocol = bpf_htonl(protocol),
	};

	return bpf_csum_diff(NULL, 0, (__be32 *)&pseudo, sizeof(pseudo), 0);
}

/* What stands in an IPv4 header after a change of four bytes (RFC 1624). */
static __always_inline __sum16 checksum_replace(__sum16 check, __be32 from, __be32 to)
{
	return checksum_fold((__u16)~check + (~from & 0xffff) + (~from >> 16) + (to & 0xffff) + (to >> 16));
}

/*
 * After another address: keeps the L4 checksum at offset `at` true to its pseudo header (0: none of it is
 * here). Returns 0 or a negative value.
 *
 * A device may have summed up all that it received, checksums too. In IPv4 the address and the header's own
 * checksum even out there, and the kernel sees to the L4 checksum. In IPv6 the address counts by itself.
 */
static __always_inline long checksum_replace_address(struct __sk_buff *skb, __u32 at, __u8 family,
                                                     const union ip *from, const union ip *to, __u64 flags)
{
	__u32 size = family == FAMILY_IPV4 ? 4 : 16;
	__s64 difference = bpf_csum_diff((__be32 *)from, size, (__be32 *)to, size, 0);

	if (family == FAMILY_IPV6)
		bpf_csum_update(skb, difference);
	return at ? bpf_l4_csum_replace(skb, at, 0, difference, BPF_F_PSEUDO_HDR | flags) : 0;
}

/* As before, to another port. */
static __always_inline long checksum_replace_port(struct __sk_buff *skb, __u32 at, __be16 from, __be16 to,
                                                  __u64 flags)
{
	return bpf_l4_csum_replace(skb, at, from, to, sizeof(to) | flags);
}

/* After a hop limit was decremented, which no header's checksum makes good: the same for a device's sum. */
static __always_inline void checksum_hop(struct __sk_buff *skb)
{
	bpf_csum_update(skb, ~(__u32)bpf_htons(1));
}
