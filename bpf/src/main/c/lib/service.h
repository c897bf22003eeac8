/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Services, packet by packet: where sockets are not translated, and for whoever comes from outside.
 *
 * A connection to a service has two entries in conntrack. That of scope SERVICE is found by what the client
 * calls, and names the backend; that of scope FLOW is found by what the backend sees, and remembers whom the
 * client asked for. service_forward() leads to the backend, service_back() puts the service's address before
 * what it answers. The entry of the service goes where that of its flow goes: it is in use as long, and ends
 * with it.
 *
 * Which backend a new connection gets is a function of its ends and the list alone. So a connection whose
 * entry was displaced comes to the same one while the list stays as it is.
 *
 * A pod that gets itself for a backend sees the loopback address as the client: else it would answer itself past
 * the translation.
 */
#pragma once

#include "balance.h"
#include "nat.h"
#include "takeover.h"

/* What service_forward() answers beside 0 and drop reasons. */
#define SERVICE_NONE (-1)    /* nothing here is a service's; the packet is as it was */
#define SERVICE_REFUSED (-2) /* there is no backend: the sender is to be told */

/* Differs for the ends of different connections; the same on every node. */
static __always_inline __u32 tuple_hash(const struct tuple *t)
{
	__u64 hash = t->source.halves[0] * 0x9e3779b97f4a7c15ULL;

	hash = (hash ^ t->source.halves[1] ^ hash >> 32) * 0x9e3779b97f4a7c15ULL;
	hash = (hash ^ t->destination.halves[0] ^ hash >> 32) * 0x9e3779b97f4a7c15ULL;
	hash = (hash ^ t->destination.halves[1] ^ hash >> 32) * 0x9e3779b97f4a7c15ULL;
	hash ^= (__u64)t->source_port << 24 | (__u64)t->destination_port << 8 | t->protocol;
	hash = (hash ^ hash >> 32) * 0x9e3779b97f4a7c15ULL;
	return hash >> 32;
}

/* Writes another address and port of one side, keeps checksums true and p->tuple with them. */
static __noinline __attribute__((unused)) int translate(struct __sk_buff *skb, struct packet *p, bool source,
                                                        const union ip *to, __be16 port)
{
	union ip was = source ? p->tuple.source : p->tuple.destination;
	__be16 was_port = source ? p->tuple.source_port : p->tuple.destination_port;
	struct nat_place place;
	int reason;

	if (!nat_place_of(p->tuple.protocol, p->tuple.family, p->l4_offset, &place))
		return DROP_UNSUPPORTED_NAT_PROTOCOL;
	if (p->fragment == FRAGMENT_LATER)
		place.pseudo_header = false;
	reason = nat_write_address(skb, p->tuple.family, ETH_HLEN, source, &was, to, &place);
	if (!reason && p->fragment != FRAGMENT_LATER)
		reason = nat_write_port(skb, source ? place.source_port : place.destination_port, was_port,
		                        port, &place);
	if (source) {
		p->tuple.source = *to;
		p->tuple.source_port = port;
	} else {
		p->tuple.destination = *to;
		p->tuple.destination_port = port;
	}
	return reason;
}

/* By which a pod sees itself. */
static __always_inline void service_loopback(__u8 family, union ip *address)
{
	if (family == FAMILY_IPV4)
		ip_from_v4(address, config.loopback_ipv4);
	else
		__builtin_memcpy(address, (const void *)&config.loopback_ipv6, sizeof(*address));
}

/* The living entry of scope SERVICE for these ends, and where it is. */
static __always_inline struct ct_entry *service_entry(const struct packet *p, const struct tuple *t,
                                                      struct ct_key *key, enum ct_table *table)
{
	__u64 *overflow_until = ct_overflow_until();
	struct ct_entry *entry;

	ct_key_of(t, key);
	key->scope = SCOPE_SERVICE;
	*table = CT_TABLE_ANSWERED;
	entry = bpf_map_lookup_elem(&ct_answered, key);
	if (!entry && overflow_until && *overflow_until > p->now) {
		*table = CT_TABLE_OVERFLOW;
		entry = bpf_map_lookup_elem(&ct_overflow, key);
	}
	if (!entry) {
		*table = CT_TABLE_UNANSWERED;
		entry = bpf_map_lookup_elem(&ct_unanswered, key);
	}
	return entry && !ct_is_over(p, entry) ? entry : NULL;
}

/* After its flow has been found: it goes with it. */
static __always_inline void service_follow(const struct packet *p, const struct ct_key *key,
                                           struct ct_entry *entry, enum ct_table table)
{
	if (p->ct_ended) {
		if (ct_has_ended(entry))
			return;
		entry->closes = CLOSED_BY_ORIGIN | CLOSED_BY_PEER;
		ct_end(p, key, entry, table);
	} else if (p->ct_in_use && table == CT_TABLE_UNANSWERED) {
		ct_promote(p, key, entry, table);
	} else {
		ct_refresh(p, key, entry, table);
	}
}

/* Chooses a backend for a connection that begins, and remembers it. */
static __always_inline int service_begin(struct packet *p, const struct ct_key *key,
                                         const struct frontend *frontend, bool outside)
{
	struct client client = {
		.affinity = {.client = p->tuple.source, .family = p->tuple.family},
		.hash = tuple_hash(&p->tuple),
		.outside = outside,
	};
	struct backend *chosen = backend_choose(frontend, &client, p->now);
	struct ct_entry entry = {
		.source_identity = p->source_identity,
		.service = frontend->service,
		.endpoint = p->source_endpoint,
	};

	if (!chosen)
		return SERVICE_REFUSED;
	entry.peer = chosen->address;
	entry.peer_port = chosen->port;
	entry.deadline = p->now + ct_lifetime(key, &entry, CT_TABLE_UNANSWERED);
	p->peer = chosen->address;
	p->peer_port = chosen->port;
	return bpf_map_update_elem(&ct_unanswered, key, &entry, BPF_ANY) ? DROP_CT_MAP_INSERTION_FAILED : 0;
}

/* An error that a client sends about what a service sent to it is the backend's. */
static __always_inline int service_forward_error(struct __sk_buff *skb, struct packet *p)
{
	struct ct_key key;
	enum ct_table table;
	struct ct_entry *entry = service_entry(p, &p->quoted, &key, &table);
	union ip backend;
	__be16 port;
	int reason;

	if (!entry)
		return SERVICE_NONE;
	backend = entry->peer;
	port = entry->peer_port;
	reason = nat_error(skb, p, true, &backend, port);
	if (ip_equal(&p->tuple.destination, &p->quoted.source))
		p->tuple.destination = backend;
	p->quoted.source = backend;
	p->quoted.source_port = port;
	conntrack_find(p);
	return reason;
}

/*
 * Leads a packet for a service's address to its backend: afterwards p and the packet speak of the backend, and
 * conntrack_find() has been asked about the flow. outside: the sender is not of the cluster. Returns 0, a
 * drop_reason or one of the above.
 */
static __noinline __attribute__((unused)) int service_forward(struct __sk_buff *skb, struct packet *p,
                                                              const struct frontend *frontend, bool outside)
{
	union ip asked = p->tuple.destination, backend;
	__be16 asked_port = p->tuple.destination_port, port;
	struct ct_entry *entry;
	enum ct_table table;
	struct ct_key key;
	int reason;

	entry = service_entry(p, &p->tuple, &key, &table);
	if (entry) {
		backend = entry->peer;
		port = entry->peer_port;
	} else {
		takeover_ask_unknown(skb, p);
		reason = service_begin(p, &key, frontend, outside);
		if (reason)
			return reason;
		backend = p->peer;
		port = p->peer_port;
	}
	reason = translate(skb, p, false, &backend, port);
	if (!reason && ip_equal(&backend, &p->tuple.source)) {
		service_loopback(p->tuple.family, &backend);
		reason = translate(skb, p, true, &backend, p->tuple.source_port);
	}
	if (reason)
		return reason;
	conntrack_find(p);
	if (p->ct_state == CT_NEW) {
		p->service = frontend->service;
		p->peer = asked;
		p->peer_port = asked_port;
	} else if (p->peer_port != asked_port || !p->service || !ip_equal(&p->peer, &asked)) {
		/* the same ends speak already, by another address: answers could not tell the two apart */
		return DROP_SERVICE_COLLISION;
	}
	if (entry)
		service_follow(p, &key, entry, table);
	return 0;
}

/* The flow has ended by what its backend sent: the entry of the service ends with it. */
static __always_inline void service_end(const struct packet *p)
{
	struct ct_key key;
	enum ct_table table;
	struct ct_entry *entry = service_entry(p, &p->tuple, &key, &table);

	if (entry)
		service_follow(p, &key, entry, table);
}

/*
 * After conntrack_find(): what a backend says gets the address of the service that was asked. An error about
 * a packet of the client names the service too. Returns 0 or a drop_reason.
 */
static __noinline __attribute__((unused)) int service_back(struct __sk_buff *skb, struct packet *p)
{
	union ip own = p->tuple.source, loopback;
	bool to_itself;
	int reason;

	if (!p->service)
		return 0;
	if (p->icmp_error) {
		if (p->ct_for_peer)
			return 0;
		reason = nat_error(skb, p, false, &p->peer, p->peer_port);
		if (ip_equal(&p->tuple.source, &p->quoted.destination))
			p->tuple.source = p->peer;
		p->quoted.destination = p->peer;
		p->quoted.destination_port = p->peer_port;
		return reason;
	}
	if (p->ct_state != CT_REPLY)
		return 0;
	service_loopback(p->tuple.family, &loopback);
	to_itself = ip_equal(&p->tuple.destination, &loopback);
	reason = translate(skb, p, true, &p->peer, p->peer_port);
	if (!reason && to_itself)
		reason = translate(skb, p, false, &own, p->tuple.destination_port);
	if (!reason && p->ct_ended)
		service_end(p);
	return reason;
}
