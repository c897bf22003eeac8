/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * The service stage: whether an address and port are a service's, and which backend a client gets.
 *
 * Used by socket programs, which can be preempted, and by those that see packets: everything is on the stack.
 */
#pragma once

#include "../maps/endpoints.h"
#include "../maps/services.h"
#include "packet.h"

/* Who asks, and what his choice shall depend on. */
struct client {
	struct affinity_key affinity; /* all but the service */
	__u32 hash;                   /* equal ones get the same backend of the same list */
	bool outside;                 /* of the cluster */
};

static __always_inline bool ip_is_loopback(const union ip *ip, __u8 family)
{
	if (family == FAMILY_IPV4)
		return ip->bytes[0] == 127;
	return !ip->halves[0] && ip->halves[1] == bpf_cpu_to_be64(1);
}

/* The service that all addresses of nodes have at this port, if the address is one of them. */
static __always_inline struct frontend *frontend_of_nodes(const struct frontend_key *at, bool loopback)
{
	struct address_key key = {.address = at->address, .family = at->family};
	struct frontend_key any = {.port = at->port, .protocol = at->protocol, .family = at->family};
	struct address *known = loopback ? NULL : bpf_map_lookup_elem(&addresses, &key);
	struct frontend *found;

	if (!loopback && (!known || (known->kind != ADDRESS_HOST && known->kind != ADDRESS_REMOTE_NODE)))
		return NULL;
	found = bpf_map_lookup_elem(&frontends, &any);
	if (!found || !known)
		return found;
	if (found->flags & FRONTEND_THIS_NODE)
		return known->kind == ADDRESS_HOST ? found : NULL;
	return known->kind == ADDRESS_REMOTE_NODE || known->node_ports ? found : NULL;
}

/* The service at this address and port, or NULL. loopback: the address is the node's own, wherever asked. */
static __always_inline struct frontend *frontend_find(const struct frontend_key *at, bool loopback)
{
	struct frontend *found = bpf_map_lookup_elem(&frontends, at);

	/* a host port of loopback alone, which is nobody's from elsewhere */
	if (found && !loopback && ip_is_loopback(&at->address, at->family))
		return NULL;
	return found ?: frontend_of_nodes(at, loopback);
}

static __always_inline struct backend *backend_in_slot(__u32 list, __u32 slot, __u32 *number)
{
	struct slot_key key = {.list = list, .slot = slot};
	__u32 *found = bpf_map_lookup_elem(&slots, &key);

	if (!found)
		return NULL;
	*number = *found;
	return bpf_map_lookup_elem(&backends, number);
}

/* The backend that a client keeps, as long as it is one of the list. */
static __always_inline struct backend *backend_kept(__u32 list, const struct affinity_key *client, __u64 now)
{
	struct affinity_entry *kept = bpf_map_lookup_elem(&affinities, client);
	struct affinity_member member = {.list = list};

	if (!kept || kept->deadline < now)
		return NULL;
	member.backend = kept->backend;
	if (!bpf_map_lookup_elem(&members, &member))
		return NULL;
	return bpf_map_lookup_elem(&backends, &member.backend);
}

#define AFFINITY_SECOND 1000000000ULL

static __always_inline struct backend *backend_by_affinity(const struct frontend *f, __u32 list, __u32 slot,
                                                           const struct client *client, __u64 now)
{
	struct affinity_entry entry = {.deadline = now + f->affinity_seconds * AFFINITY_SECOND};
	struct affinity_key key = client->affinity;
	struct affinity_entry *known;
	struct backend *chosen;

	key.service = f->service;
	chosen = backend_kept(list, &key, now);
	if (chosen) {
		known = bpf_map_lookup_elem(&affinities, &key);
		if (known)
			known->deadline = entry.deadline;
		return chosen;
	}
	chosen = backend_in_slot(list, slot, &entry.backend);
	if (chosen)
		bpf_map_update_elem(&affinities, &key, &entry, BPF_ANY);
	return chosen;
}

/* A backend for this client; NULL when there is none. */
static __always_inline struct backend *backend_choose(const struct frontend *f, const struct client *client,
                                                      __u64 now)
{
	__u32 list = client->outside ? f->outside : f->inside;
	__u32 count = client->outside ? f->outside_count : f->inside_count;
	__u32 number;

	if (!count)
		return NULL;
	if (f->affinity_seconds)
		return backend_by_affinity(f, list, client->hash % count, client, now);
	return backend_in_slot(list, client->hash % count, &number);
}
