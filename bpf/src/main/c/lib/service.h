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
 * A pod that gets itself for a backend sees the loopback address as the client: else it would answer itself
 * past the translation.
 */
#pragma once

#include "balance.h"
#include "takeover.h"
#include "translate.h"

/* What service_forward() answers beside 0 and drop reasons. */
#define SERVICE_NONE (-1)    /* nothing here is a service's; the packet is as it was */
#define SERVICE_REFUSED (-2) /* the sender is to be told; why stands in service_work() */

/* Too much for the stack. */
struct service_work {
	struct frontend_key at; /* what the packet is for */
	struct frontend frontend;
	struct client client;
	struct ct_key key;
	struct ct_entry entry;
	union ip backend;
	__be16 backend_port;
	int reason;
	enum ct_table table;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct service_work));
	__uint(max_entries, 1);
} service_scratch SEC(".maps") GENERATION_MAP("The service in work.");

static __always_inline struct service_work *service_work(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&service_scratch, &zero);
}

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
static __noinline __attribute__((unused)) void
service_follow(const struct packet *p, const struct ct_key *key, struct ct_entry *entry, enum ct_table table)
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

/* Whether the packet is for a service: service_work() tells of which then. */
__noinline __attribute__((unused)) int service_find(void)
{
	struct packet *p = packet_in_work();
	struct service_work *work = service_work();
	struct frontend *found;

	if (!work || !p)
		return false;
	work->at.address = p->tuple.destination;
	work->at.port = p->tuple.destination_port;
	work->at.protocol = p->tuple.protocol;
	work->at.family = p->tuple.family;
	found = frontend_find(&work->at, false);
	if (found)
		work->frontend = *found;
	return !!found;
}

/* Chooses a backend for the client of a connection that begins, and remembers it. */
static __noinline __attribute__((unused)) int service_enter(const struct packet *p, struct service_work *work)
{
	struct ct_entry *entry = &work->entry;
	struct backend *chosen = backend_choose(&work->frontend, &work->client, p->now);

	if (!chosen)
		return DROP_NO_SERVICE_BACKEND;
	__builtin_memset(entry, 0, sizeof(*entry));
	entry->source_identity = p->source_identity;
	entry->service = work->frontend.service;
	entry->endpoint = p->source_endpoint;
	entry->peer = chosen->address;
	entry->peer_port = chosen->port;
	entry->deadline = p->now + ct_lifetime(&work->key, entry, CT_TABLE_UNANSWERED);
	work->backend = chosen->address;
	work->backend_port = chosen->port;
	return bpf_map_update_elem(&ct_unanswered, &work->key, entry, BPF_ANY) ? DROP_CT_MAP_INSERTION_FAILED
	                                                                       : 0;
}

/* Sets work->backend: that of the connection, whose entry is answered, or one for a connection that begins,
 * or none and work->reason. */
static __noinline __attribute__((unused)) struct ct_entry *
service_choose(const struct packet *p, struct service_work *work, bool outside)
{
	struct ct_entry *entry = service_entry(p, &p->tuple, &work->key, &work->table);
	struct client *client = &work->client;

	client->affinity.client = p->tuple.source;
	work->reason = 0;
	if (entry) {
		work->backend = entry->peer;
		work->backend_port = entry->peer_port;
		return entry;
	}
	client->affinity.family = p->tuple.family;
	client->hash = tuple_hash(&p->tuple);
	client->outside = outside;
	work->reason = service_enter(p, work);
	return NULL;
}

__noinline __attribute__((unused)) int service_is_known(void)
{
	struct packet *p = packet_in_work();
	struct service_work *work = service_work();

	return work && p && service_entry(p, &p->tuple, &work->key, &work->table);
}

/* Before service_forward(), from an entry program: as takeover_ask_unknown(). */
static __always_inline void service_ask_unknown(struct __sk_buff *skb, struct packet *p)
{
	if (config.succeeds && !service_is_known())
		takeover_ask_unknown(skb, p);
}

/* An error that a client sends about what a service sent to it is the backend's. The caller asks
 * conntrack_find() about it. */
__noinline __attribute__((unused)) int service_forward_error(struct __sk_buff *skb)
{
	struct packet *p = packet_in_work();
	struct service_work *work = service_work();
	struct ct_entry *entry;
	union ip loopback;
	int reason;

	entry = work && p ? service_entry(p, &p->quoted, &work->key, &work->table) : NULL;
	if (!entry)
		return SERVICE_NONE;
	work->backend = entry->peer;
	work->backend_port = entry->peer_port;
	reason = translate_error(skb, p, true, &work->backend, work->backend_port);
	if (reason || !ip_equal(&p->quoted.destination, &work->backend))
		return reason;
	service_loopback(p->tuple.family, &loopback);
	return translate_error(skb, p, false, &loopback, p->quoted.destination_port);
}

/* A pod that gets itself for a backend: the client is the loopback address. */
static __always_inline int service_to_itself(struct __sk_buff *skb, struct packet *p,
                                             struct service_work *work)
{
	if (!ip_equal(&p->tuple.destination, &p->tuple.source))
		return 0;
	service_loopback(p->tuple.family, &work->backend);
	return translate(skb, p, true, &work->backend, p->tuple.source_port);
}

/* Whether the flow that was found is another client's, who calls the backend by another address: answers
 * could not tell the two apart. */
static __always_inline bool service_collides(const struct packet *p, const struct service_work *work)
{
	return p->ct_state != CT_NEW &&
	       (!p->service || p->peer_port != work->at.port || !ip_equal(&p->peer, &work->at.address));
}

/* To the backend that was chosen, and asks about the flow. */
static __always_inline int service_lead(struct __sk_buff *skb, struct packet *p, struct service_work *work)
{
	int reason = translate(skb, p, false, &work->backend, work->backend_port);

	if (!reason)
		reason = service_to_itself(skb, p, work);
	if (!reason)
		conntrack_find();
	return reason;
}

/* Whether who cannot be served for want of a backend gets no answer either. */
static __always_inline bool service_is_silent(const struct service_work *work, bool outside)
{
	return config.services_silent || (outside && work->frontend.flags & FRONTEND_LOCAL);
}

/* The sender is to be told: the packet is again as it came. */
static __noinline __attribute__((unused)) int service_refuse(struct __sk_buff *skb, struct packet *p,
                                                             struct service_work *work, int why)
{
	int reason = translate(skb, p, true, &work->client.affinity.client, p->tuple.source_port);

	work->reason = why;
	if (!reason)
		reason = translate(skb, p, false, &work->at.address, work->at.port);
	return reason ?: SERVICE_REFUSED;
}

/* Other backends that are tried where the first one's flow is taken. */
#define COLLISION_TRIES 3

/*
 * Leads a packet for which service_find() was true to its backend: afterwards p and the packet speak of the
 * backend, and conntrack_find() has been asked about the flow. outside: the sender is not of the cluster.
 * Returns 0, a drop_reason or one of the above.
 */
__noinline __attribute__((unused)) int service_forward(struct __sk_buff *skb, bool outside)
{
	struct packet *p = packet_in_work();
	struct service_work *work = service_work();
	struct ct_entry *entry;
	int reason;

	if (!work || !p)
		return SERVICE_NONE;
	entry = service_choose(p, work, outside);
	reason = work->reason ?: service_lead(skb, p, work);
	for (int i = 0; i < COLLISION_TRIES; i++) {
		if (reason || entry || !service_collides(p, work) ||
		    !ip_equal(&p->tuple.source, &work->client.affinity.client))
			break;
		work->client.hash++;
		reason = service_enter(p, work);
		if (!reason)
			reason = service_lead(skb, p, work);
	}
	if (!reason && service_collides(p, work))
		reason = DROP_SERVICE_COLLISION;
	if (reason == DROP_SERVICE_COLLISION ||
	    (reason == DROP_NO_SERVICE_BACKEND && !service_is_silent(work, outside)))
		return service_refuse(skb, p, work, reason);
	if (reason)
		return reason;
	if (p->ct_state == CT_NEW) {
		p->service = work->frontend.service;
		p->peer = work->at.address;
		p->peer_port = work->at.port;
	}
	if (entry)
		service_follow(p, &work->key, entry, work->table);
	return 0;
}

/* The flow has ended by what its backend sent: the entry of the service ends with it. */
__noinline __attribute__((unused)) int service_end(void)
{
	struct packet *p = packet_in_work();
	struct service_work *work = service_work();
	struct ct_entry *entry = work && p ? service_entry(p, &p->tuple, &work->key, &work->table) : NULL;

	if (entry)
		service_follow(p, &work->key, entry, work->table);
	return 0;
}

/* What a backend answers. */
__noinline __attribute__((unused)) int service_rewrite(struct __sk_buff *skb)
{
	struct packet *p = packet_in_work();
	union ip own, loopback;
	bool to_itself;
	int reason;

	if (!p)
		return DROP_ERROR_WRITING_TO_PACKET;
	own = p->tuple.source;
	service_loopback(p->tuple.family, &loopback);
	to_itself = ip_equal(&p->tuple.destination, &loopback);
	reason = translate(skb, p, true, &p->peer, p->peer_port);
	if (!reason && to_itself)
		reason = translate(skb, p, false, &own, p->tuple.destination_port);
	return reason;
}

/* An error about a packet of the client. */
__noinline __attribute__((unused)) int service_rewrite_error(struct __sk_buff *skb)
{
	struct packet *p = packet_in_work();
	union ip backend, loopback;
	int reason;

	if (!p)
		return DROP_ERROR_WRITING_TO_PACKET;
	backend = p->quoted.destination;
	reason = translate_error(skb, p, false, &p->peer, p->peer_port);
	service_loopback(p->tuple.family, &loopback);
	if (reason || !ip_equal(&p->quoted.source, &loopback))
		return reason;
	return translate_error(skb, p, true, &backend, p->quoted.source_port);
}

/*
 * After conntrack_find(): what a backend says gets the address of the service that was asked, and an error
 * about a packet of the client names it. Returns 0 or a drop_reason.
 */
static __always_inline int service_back(struct __sk_buff *skb, struct packet *p)
{
	int reason;

	if (!config.services || !p->service)
		return 0;
	if (p->icmp_error)
		return p->ct_for_peer ? 0 : service_rewrite_error(skb);
	if (p->ct_state != CT_REPLY)
		return 0;
	reason = service_rewrite(skb);
	if (!reason && p->ct_ended)
		service_end();
	return reason;
}
