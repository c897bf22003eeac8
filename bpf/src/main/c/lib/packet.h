/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * What a program knows about the packet in its hands.
 *
 * One packet per processor is in work at a time in tc programs, so it lies in per-CPU scratch and not on the
 * 512 bytes of stack. Stages fill it from top to bottom; nothing in it outlives the program.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "../layout/address.h"
#include "../layout/config.h"
#include "../layout/event.h"

/* The ends of a packet or of the packet that an ICMP error quotes. */
struct tuple {
	union ip source;
	union ip destination;
	__be16 source_port;
	__be16 destination_port;
	__u8 protocol;
	__u8 family;
};

enum fragment { FRAGMENT_NONE, FRAGMENT_FIRST, FRAGMENT_LATER };

struct packet {
	struct tuple tuple;
	struct tuple quoted; /* of an ICMP error, as it was sent: its source is whom the error is for */
	union ip peer;       /* with a service: whom the side that began asked for */
	__u64 now;           /* of clock_now() */
	__u32 service;       /* number of the connection's service, 0 without */
	__u32 source_identity;
	__u32 destination_identity;
	__u16 source_endpoint;
	__u16 destination_endpoint;
	__u16 l4_offset; /* from the start of the frame */
	__u16 l3_length; /* header and payload, as the packet says */
	__u16 l4_header; /* bytes of TCP's or UDP's */
	__u16 quoted_l3; /* offset of the quoted packet's IP header */
	__u16 quoted_l4;
	__be16 nat_port; /* of the connection, 0 where it is not masqueraded */
	__be16 peer_port;
	__u8 fragment; /* enum fragment */
	__u8 ttl;
	__u8 tcp_flags;
	__u8 icmp_type;
	__u8 icmp_code;
	__u8 icmp_error;  /* the quoted tuple is set */
	__u8 ct_for_peer; /* the error is for the side that answers */
	__u8 ct_state;    /* enum ct_state */
	__u8 ct_stale;    /* new, and ct_unanswered has an entry that is over */
	__u8 ct_in_use;   /* ct_answered has the connection */
	__u8 ct_promoted; /* since this packet */
	__u8 ct_ended;    /* both sides have closed the connection */
	__u8 notable;     /* begins, changes or ends its connection */
	__u8 point;       /* enum observation_point at entry */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct packet));
	__uint(max_entries, 1);
} scratch SEC(".maps") GENERATION_MAP("The packet in work.");

/* CLOCK_MONOTONIC, nanoseconds, some milliseconds ago at most. */
static __always_inline __u64 clock_now(void)
{
	return config.coarse_clock ? bpf_ktime_get_coarse_ns() : bpf_ktime_get_ns();
}

/* The processor's packet, with nothing known about it yet. Never NULL on a sane kernel. */
static __always_inline struct packet *packet_begin(__u8 point)
{
	__u32 zero = 0;
	struct packet *p = bpf_map_lookup_elem(&scratch, &zero);

	if (p) {
		__builtin_memset(p, 0, sizeof(*p));
		p->point = point;
		p->now = clock_now();
	}
	return p;
}

/*
 * The processor's packet, for functions that the verifier walks once and not at each call: those that are not
 * static. They take the context alone, because older kernels know no other pointers there.
 */
static __always_inline struct packet *packet_in_work(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&scratch, &zero);
}

static __always_inline bool ip_equal(const union ip *a, const union ip *b)
{
	return a->halves[0] == b->halves[0] && a->halves[1] == b->halves[1];
}

static __always_inline bool ip_is_zero(const union ip *a)
{
	return !(a->halves[0] | a->halves[1]);
}

static __always_inline void ip_from_v4(union ip *to, __be32 address)
{
	to->halves[0] = address;
	to->halves[1] = 0;
}

/* Loads that the compiler may neither keep over a call nor narrow: the verifier knows pointers only as they
 * were loaded. */
#define packet_pointer(skb, field)                                                \
	({                                                                        \
		void *pointer;                                                    \
		asm volatile("%0 = *(u32 *)(%1 + %2)"                             \
		             : "=r"(pointer)                                      \
		             : "r"(skb), "i"(offsetof(struct __sk_buff, field))); \
		pointer;                                                          \
	})

/*
 * Length bytes at offset of the frame for reading and writing, or NULL when the packet is shorter.
 * Invalidates pointers that were taken before. offset + length must be bounded for the verifier.
 */
static __always_inline void *packet_at(struct __sk_buff *skb, __u32 offset, __u32 length)
{
	void *data = packet_pointer(skb, data);

	if (data + offset + length <= packet_pointer(skb, data_end))
		return data + offset;
	if (bpf_skb_pull_data(skb, offset + length))
		return NULL;
	data = packet_pointer(skb, data);
	return data + offset + length <= packet_pointer(skb, data_end) ? data + offset : NULL;
}
