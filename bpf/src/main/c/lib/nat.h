/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Masquerading: pods speak to the outside with the node's address.
 *
 * nat_out() takes a port and rewrites the packet; nat_in() finds the pod behind an answer or behind an ICMP
 * error and rewrites back. A connection's entry in conntrack carries the port, so that its packets need no
 * search on the way out. Tables: nat_tables.h. Checksums are changed by difference (RFC
 * 1624). An ICMP error's own checksum covers the quoted header, whose address change its header checksum
 * makes good in IPv4 (RFC 5508).
 *
 * The node's own connections to the outside share the address and the ports: nat_own() remembers those that
 * pods could meet, and gives another port to one that meets a pod's.
 */
#pragma once

#include "checksum.h"
#include "conntrack.h"
#include "parse.h"

#define NAT_TRIES 32
#define NAT_NONE (-1) /* nothing here is translated */

static __always_inline bool nat_enabled(__u8 family)
{
	return family == FAMILY_IPV4 ? config.masquerade_ipv4 : config.masquerade_ipv6;
}

/* Where the L4 checksum and the port of one side lie; 0 for what the protocol does not have. */
struct nat_place {
	__u16 checksum;
	__u16 source_port;
	__u16 destination_port;
	bool pseudo_header;
	__u64 flags; /* of the checksum's change */
};

static __always_inline bool nat_place_of(__u8 protocol, __u8 family, __u16 l4, struct nat_place *place)
{
	switch (protocol) {
	case IPPROTO_TCP:
		*place = (struct nat_place){l4 + 16, l4, l4 + 2, true, 0};
		return true;
	case IPPROTO_UDP:
		*place = (struct nat_place){l4 + 6, l4, l4 + 2, true, BPF_F_MARK_MANGLED_0};
		return true;
	case IPPROTO_SCTP:
		/* its checksum knows nothing of addresses, and ports stay as they are */
		*place = (struct nat_place){0, l4, l4 + 2, false, 0};
		return true;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		*place = (struct nat_place){l4 + 2, l4 + 4, l4 + 4, family == FAMILY_IPV6, 0};
		return true;
	default:
		return false;
	}
}

/* Writes an address of the L3 header at l3 and keeps its and the L4 checksum true. */
static __always_inline int nat_write_address(struct __sk_buff *skb, __u8 family, __u16 l3, bool source,
                                             const union ip *from, const union ip *to,
                                             const struct nat_place *place)
{
	__u32 at = l3 + (family == FAMILY_IPV4 ? (source ? 12 : 16) : (source ? 8 : 24));

	if (family == FAMILY_IPV4) {
		if (bpf_skb_store_bytes(skb, at, to, 4, 0) ||
		    bpf_l3_csum_replace(skb, l3 + 10, from->words[0], to->words[0], 4))
			return DROP_ERROR_WRITING_TO_PACKET;
	} else if (bpf_skb_store_bytes(skb, at, to, 16, 0)) {
		return DROP_ERROR_WRITING_TO_PACKET;
	}
	return checksum_replace_address(skb, place->pseudo_header ? place->checksum : 0, family, from, to,
	                                place->flags)
	               ? DROP_ERROR_WRITING_TO_PACKET
	               : 0;
}

static __always_inline int nat_write_port(struct __sk_buff *skb, __u16 at, __be16 from, __be16 to,
                                          const struct nat_place *place)
{
	if (from == to)
		return 0;
	if (!place->checksum)
		return DROP_UNSUPPORTED_NAT_PROTOCOL;
	if (checksum_replace_port(skb, place->checksum, from, to, place->flags) ||
	    bpf_skb_store_bytes(skb, at, &to, 2, 0))
		return DROP_ERROR_WRITING_TO_PACKET;
	return 0;
}

/* Too much for the stack. */
struct nat_work {
	struct nat_key key;
	struct nat_entry entry; /* of a connection that begins */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct nat_work));
	__uint(max_entries, 1);
} nat_scratch SEC(".maps") GENERATION_MAP("The translation in work.");

static __always_inline struct nat_work *nat_work(const struct packet *p)
{
	__u32 zero = 0;
	struct nat_work *work = bpf_map_lookup_elem(&nat_scratch, &zero);

	if (!work)
		return NULL;
	__builtin_memset(work, 0, sizeof(*work));
	work->key.remote = p->tuple.destination;
	work->key.remote_port = p->tuple.destination_port;
	work->key.protocol = p->tuple.protocol;
	work->key.family = p->tuple.family;
	nat_node_address(p->tuple.family, &work->key.local);
	work->entry.pod = p->tuple.source;
	work->entry.port = p->tuple.source_port;
	work->entry.deadline = p->now + nat_lifetime(p, false);
	return work;
}

static __always_inline void nat_refuse(const struct packet *p, const struct nat_key *key)
{
	struct nat_address at = {.address = key->local, .family = key->family};
	struct nat_refused first = {.connections = 1, .last = p->now};
	struct nat_refused *known = bpf_map_lookup_elem(&nat_refusals, &at);

	if (known) {
		__sync_fetch_and_add(&known->connections, 1);
		known->last = p->now;
	} else {
		bpf_map_update_elem(&nat_refusals, &at, &first, BPF_ANY);
	}
}

/*
 * A free port towards this remote end, or 0: the sender's own if it lies in the range, the next one, then
 * random ones: where ports are scarce the neighbours of a taken one are taken too.
 */
static __always_inline __be16 nat_take_port(const struct packet *p, struct nat_work *work)
{
	struct nat_key *key = &work->key;
	struct nat_entry *entry = &work->entry;
	__u32 span = config.nat_port_max - config.nat_port_min + 1;
	__u32 port = bpf_ntohs(p->tuple.source_port);

	if (port < config.nat_port_min || port > config.nat_port_max)
		port = config.nat_port_min + bpf_get_prandom_u32() % span;
	for (int i = 0; i < NAT_TRIES; i++) {
		struct nat_entry *taken;
		bool in_use;

		key->local_port = bpf_htons(port);
		taken = nat_find(key, &in_use);
		if (!taken && !bpf_map_update_elem(&nat_unanswered, key, entry, BPF_NOEXIST))
			return key->local_port;
		if (taken && (nat_same(taken, entry) || taken->deadline < p->now)) {
			if (!in_use || taken->deadline < p->now)
				*taken = *entry;
			return key->local_port;
		}
		port = i ? config.nat_port_min + bpf_get_prandom_u32() % span
		         : (port >= config.nat_port_max ? config.nat_port_min : port + 1);
	}
	nat_refuse(p, key);
	return 0;
}

/* On the way out; an entry that was displaced comes back. */
static __always_inline void nat_keep(const struct packet *p, const struct nat_work *work)
{
	bool in_use;
	struct nat_entry *entry = nat_find(&work->key, &in_use);

	if (!entry)
		bpf_map_update_elem(&nat_unanswered, &work->key, &work->entry, BPF_NOEXIST);
	if ((entry && nat_prolong(p, entry, in_use)) || p->ct_promoted) {
		if (!in_use && p->ct_in_use)
			nat_promote(p, &work->key, &work->entry);
	}
}

/*
 * An error about a translated packet, which it quotes: in, as it was sent under the address of *to*'s other
 * side; out, as it was received. Its own header bears that address too, unless a router on the way sent it.
 */
static __always_inline int nat_error(struct __sk_buff *skb, struct packet *p, bool in, const union ip *to,
                                     __be16 port)
{
	struct nat_place outer, inner;
	union ip from = in ? p->quoted.source : p->quoted.destination;
	const union ip *own = in ? &p->tuple.destination : &p->tuple.source;
	__be16 was = in ? p->quoted.source_port : p->quoted.destination_port;
	int reason;

	if (!nat_place_of(p->tuple.protocol, p->tuple.family, p->l4_offset, &outer) ||
	    !nat_place_of(p->quoted.protocol, p->quoted.family, p->quoted_l4, &inner))
		return DROP_UNSUPPORTED_NAT_PROTOCOL;
	/* the quoted header, with the ICMP checksum in place of an L4 one: IPv6 alone feels the address */
	reason = nat_write_address(skb, p->quoted.family, p->quoted_l3, in, &from, to, &outer);
	if (!reason)
		reason = nat_write_port(skb, in ? inner.source_port : inner.destination_port, was, port,
		                        &outer);
	/* a router on the way speaks for itself */
	if (reason || !ip_equal(own, &from))
		return reason;
	return nat_write_address(skb, p->tuple.family, ETH_HLEN, !in, &from, to, &outer);
}

/*
 * Masquerades a packet of a pod. On a new connection chooses the port and leaves it in p->nat_port for
 * conntrack_create(). Answers to a connection that began outside, and errors, keep the pod's address: the
 * caller asks only for CT_NEW and for connections that have a port. Returns 0 or a drop_reason.
 */
__noinline __attribute__((unused)) int nat_out(struct __sk_buff *skb)
{
	struct packet *p = packet_in_work();
	struct nat_work *work = p ? nat_work(p) : NULL;
	struct nat_place place;
	int reason;

	if (!work || !p)
		return DROP_NO_NAT_MAPPING;
	if (p->icmp_error)
		return nat_error(skb, p, false, &work->key.local, p->nat_port);
	if (!nat_place_of(p->tuple.protocol, p->tuple.family, p->l4_offset, &place))
		return DROP_UNSUPPORTED_NAT_PROTOCOL;
	if (p->nat_port) {
		work->key.local_port = p->nat_port;
		nat_keep(p, work);
	} else {
		p->nat_port = nat_take_port(p, work);
		if (!p->nat_port)
			return DROP_NO_NAT_MAPPING;
	}
	if (p->fragment == FRAGMENT_LATER)
		place.pseudo_header = false;
	reason = nat_write_address(skb, p->tuple.family, ETH_HLEN, true, &p->tuple.source, &work->key.local,
	                           &place);
	if (reason || p->fragment == FRAGMENT_LATER)
		return reason;
	return nat_write_port(skb, place.source_port, p->tuple.source_port, p->nat_port, &place);
}

/*
 * A packet of the node itself to the outside. The first to use a port towards a remote end keeps it: a node's
 * connection is entered as its own, one that meets a pod's gets another port as pods do. Returns 0 or a
 * drop_reason.
 */
static __always_inline int nat_own(struct __sk_buff *skb, struct packet *p)
{
	struct nat_key key = {
		.remote = p->tuple.destination,
		.local = p->tuple.source,
		.remote_port = p->tuple.destination_port,
		.local_port = p->tuple.source_port,
		.protocol = p->tuple.protocol,
		.family = p->tuple.family,
	};
	struct nat_entry *entry, own = {
					 .pod = p->tuple.source,
					 .port = p->tuple.source_port,
					 .deadline = p->now + nat_lifetime(p, true),
				 };
	int reason;

	/* pods get no port below */
	if (bpf_ntohs(key.local_port) < config.nat_port_min || p->icmp_error)
		return 0;
	entry = bpf_map_lookup_elem(&nat_unanswered, &key);
	if (entry && nat_same(entry, &own)) {
		nat_prolong(p, entry, true);
		return 0;
	}
	if (!entry || entry->deadline < p->now)
		entry = bpf_map_lookup_elem(&nat, &key);
	conntrack_find();
	if (!p->nat_port && !entry) {
		bpf_map_update_elem(&nat_unanswered, &key, &own, BPF_ANY);
		return 0;
	}
	reason = nat_out(skb);
	return reason ?: conntrack_create(p);
}

/* Where the packet is for somebody else behind the node's address, or for the node at another port, it is
 * rewritten. Returns 0 then, or a drop_reason, and NAT_NONE where it is not. */
__noinline __attribute__((unused)) int nat_in(struct __sk_buff *skb)
{
	struct packet *p = packet_in_work();
	const struct tuple *t;
	struct nat_key key = {};
	struct nat_entry *entry;
	struct nat_place place;
	union ip pod;
	__be16 port;
	bool in_use;
	int reason;

	if (!p)
		return NAT_NONE;
	t = p->icmp_error ? &p->quoted : &p->tuple;
	key.remote = p->icmp_error ? t->destination : t->source;
	key.local = p->icmp_error ? t->source : t->destination;
	key.remote_port = p->icmp_error ? t->destination_port : t->source_port;
	key.local_port = p->icmp_error ? t->source_port : t->destination_port;
	key.protocol = t->protocol;
	key.family = t->family;
	/* nobody behind the node's address gets a port below */
	if (bpf_ntohs(key.local_port) < config.nat_port_min)
		return NAT_NONE;
	entry = nat_find(&key, &in_use);
	if (!entry || entry->deadline < p->now)
		return NAT_NONE;
	pod = entry->pod;
	port = entry->port;
	/* an answer prolongs what is in use; a beginning, or an end, only where nothing else tells */
	if (in_use || t->protocol != IPPROTO_TCP)
		nat_prolong(p, entry, in_use);
	if (port == key.local_port && ip_equal(&pod, &key.local))
		return NAT_NONE;
	if (p->icmp_error) {
		reason = nat_error(skb, p, true, &pod, port);
		p->quoted.source = pod;
		p->quoted.source_port = port;
		p->tuple.destination = pod;
		return reason;
	}
	if (!nat_place_of(t->protocol, t->family, p->l4_offset, &place))
		return NAT_NONE;
	if (p->fragment == FRAGMENT_LATER)
		place.pseudo_header = false;
	reason = nat_write_address(skb, t->family, ETH_HLEN, false, &key.local, &pod, &place);
	if (!reason && p->fragment != FRAGMENT_LATER)
		reason = nat_write_port(skb, place.destination_port, key.local_port, port, &place);
	p->tuple.destination = pod;
	p->tuple.destination_port = port;
	return reason;
}
