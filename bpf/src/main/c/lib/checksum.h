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
