/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * The short way: a packet of a connection in use, from pod to pod, with which nothing begins, changes or
 * ends.
 *
 * One look at the connection, and two at the pods of this node, which an array has by the end of their
 * address. To a service it takes two more: what a pod calls, and what its backend sees. Whatever else there
 * may be to decide (options, fragments, flags, a deadline to be set anew, a masqueraded port, no room on the
 * path, a TTL at its end) is the stages', and so are drops: BY_STAGES says nothing about a packet, and it was
 * not touched. What goes this way would have passed the stages with the same result; a service that is no
 * more is noticed where they set its connections' deadlines, which is once in CT_REFRESH.
 */
#pragma once

#include "checksum.h"
#include "route.h"
#include "tunnel.h"

#define BY_STAGES (-1) /* no verdict */

/* A packet as most are: complete and linear headers without options, TCP or UDP. */
struct plain {
	struct tuple tuple;
	struct ethhdr *eth;
	struct iphdr *ipv4; /* one of the two; the verifier wants to be asked about both */
	struct ipv6hdr *ipv6;
	struct udphdr *l4;        /* or TCP's, which begins with the same ports */
	__u32 wire_length;        /* bytes of the largest L3 packet that this becomes on the wire */
	bool to_service;          /* tuple has the backend, the packet the service's address still */
	struct ct_entry *service; /* of a flow with a service, else NULL: peer is the service's address */
};

/* The connection's ports, flags and header; length is that of the headers before. */
static __always_inline bool plain_l4(struct __sk_buff *skb, struct plain *p, void *l4, void *end,
                                     __u32 length)
{
	struct tcphdr *tcp = l4;
	struct udphdr *udp = l4;

	if (p->tuple.protocol == IPPROTO_TCP) {
		if (l4 + sizeof(*tcp) > end || ((__u8 *)l4)[TCP_FLAGS_OFFSET] & TCP_REPORTED)
			return false;
		length += tcp->doff * 4;
	} else {
		if (p->tuple.protocol != IPPROTO_UDP || l4 + sizeof(*udp) > end)
			return false;
		length += sizeof(*udp);
	}
	p->l4 = udp;
	p->tuple.source_port = udp->source;
	p->tuple.destination_port = udp->dest;
	if (skb->gso_size)
		p->wire_length = skb->gso_size + length;
	return true;
}

static __always_inline bool plain_ipv4(struct __sk_buff *skb, struct plain *p, struct iphdr *ip, void *end)
{
	if ((void *)(ip + 1) > end || *(__u8 *)ip != 0x45 || ip->ttl <= TTL_END ||
	    ip->frag_off & ~bpf_htons(IP_DO_NOT_FRAGMENT))
		return false;
	p->ipv4 = ip;
	p->wire_length = bpf_ntohs(ip->tot_len);
	p->tuple.family = FAMILY_IPV4;
	p->tuple.protocol = ip->protocol;
	ip_from_v4(&p->tuple.source, ip->saddr);
	ip_from_v4(&p->tuple.destination, ip->daddr);
	return p->wire_length >= sizeof(*ip) && p->wire_length + ETH_HLEN <= skb->len &&
	       plain_l4(skb, p, ip + 1, end, sizeof(*ip));
}

static __always_inline bool plain_ipv6(struct __sk_buff *skb, struct plain *p, struct ipv6hdr *ip, void *end)
{
	if ((void *)(ip + 1) > end || ip->version != 6 || ip->hop_limit <= TTL_END)
		return false;
	p->ipv6 = ip;
	p->wire_length = bpf_ntohs(ip->payload_len) + sizeof(*ip);
	p->tuple.family = FAMILY_IPV6;
	p->tuple.protocol = ip->nexthdr;
	__builtin_memcpy(&p->tuple.source, &ip->saddr, sizeof(p->tuple.source));
	__builtin_memcpy(&p->tuple.destination, &ip->daddr, sizeof(p->tuple.destination));
	return p->wire_length + ETH_HLEN <= skb->len && plain_l4(skb, p, ip + 1, end, sizeof(*ip));
}

static __always_inline bool plain_read(struct __sk_buff *skb, struct plain *p)
{
	void *data = packet_pointer(skb, data), *end = packet_pointer(skb, data_end);

	p->eth = data;
	if (skb->protocol == bpf_htons(ETH_P_IP))
		return config.ipv4 && plain_ipv4(skb, p, data + ETH_HLEN, end);
	return config.ipv6 && skb->protocol == bpf_htons(ETH_P_IPV6) &&
	       plain_ipv6(skb, p, data + ETH_HLEN, end);
}

static __always_inline struct local_pod *local_pod_find(const union ip *ip, __u8 family)
{
	__u32 index =
		LOCAL_POD_INDEX(family == FAMILY_IPV6 ? ip->words[3] : ip->words[0], family == FAMILY_IPV6);
	struct local_pod *pod = bpf_map_lookup_elem(&local_pods, &index);

	return pod && pod->ifindex && ip_equal(&pod->address, ip) ? pod : NULL;
}

/* A connection in use that stays as it is, or NULL. */
static __always_inline struct ct_entry *plain_entry(const struct ct_key *key, __u64 now)
{
	struct ct_entry *entry = bpf_map_lookup_elem(&ct_answered, key);

	if (!entry || entry->closes || entry->nat_port || entry->deadline < now ||
	    now + ct_lifetime(key, entry, CT_TABLE_ANSWERED) > entry->deadline + CT_REFRESH)
		return NULL;
	return entry;
}

/* Whether the connection to a service and its backend's are in use; p->tuple is the backend's then. key: of
 * what the client calls. */
static __always_inline bool plain_to_service(struct plain *p, struct ct_key *key, __u64 now)
{
	union ip asked = p->tuple.destination;
	__be16 asked_port = p->tuple.destination_port;
	struct ct_entry *service;

	key->scope = SCOPE_SERVICE;
	service = plain_entry(key, now);
	if (!service)
		return false;
	p->tuple.destination = service->peer;
	p->tuple.destination_port = service->peer_port;
	ct_key_of(&p->tuple, key);
	p->service = plain_entry(key, now);
	p->to_service = true;
	return p->service && p->service->service && p->service->peer_port == asked_port &&
	       ip_equal(&p->service->peer, &asked);
}

/* Whether the packet's connection is in use, and stays as it is with it. calls: the sender may mean a
 * service. */
static __always_inline bool plain_in_use(struct plain *p, bool calls)
{
	__u64 now = clock_now();
	struct ct_entry *entry;
	struct ct_key key;
	bool from_high = ct_key_of(&p->tuple, &key);

	entry = plain_entry(&key, now);
	if (!entry)
		return calls && config.services && plain_to_service(p, &key, now);
	if (!entry->service)
		return true;
	/* what a backend answers */
	p->service = entry;
	return config.services && from_high != !!(entry->flags & CT_HIGH_BEGAN);
}

static __always_inline void plain_ttl_decrement(struct __sk_buff *skb, const struct plain *p)
{
	if (p->ipv4) {
		__u32 sum = (__u32)p->ipv4->check + bpf_htons(0x0100);

		p->ipv4->ttl--;
		p->ipv4->check = sum + (sum >> 16);
	} else if (p->ipv6) {
		p->ipv6->hop_limit--;
		checksum_hop(skb);
	}
}

/* Another address and port in the packet; the last that is done by its pointers. */
static __always_inline int plain_write(struct __sk_buff *skb, const struct plain *p, bool source,
                                       const union ip *from, const union ip *to, __be16 from_port,
                                       __be16 to_port)
{
	bool tcp = p->tuple.protocol == IPPROTO_TCP, ipv4 = p->ipv4;
	__u32 at = ETH_HLEN + (ipv4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr)) +
	           (tcp ? offsetof(struct tcphdr, check) : offsetof(struct udphdr, check));
	__u64 flags = tcp ? 0 : BPF_F_MARK_MANGLED_0;

	if (source)
		p->l4->source = to_port;
	else
		p->l4->dest = to_port;
	if (ipv4) {
		p->ipv4->check = checksum_replace(p->ipv4->check, from->words[0], to->words[0]);
		if (source)
			p->ipv4->saddr = to->words[0];
		else
			p->ipv4->daddr = to->words[0];
	} else if (p->ipv6) {
		__builtin_memcpy(source ? &p->ipv6->saddr : &p->ipv6->daddr, to, sizeof(*to));
	}
	if (checksum_replace_address(skb, at, p->tuple.family, from, to, flags) ||
	    (from_port != to_port && checksum_replace_port(skb, at, from_port, to_port, flags)))
		return DROP_ERROR_WRITING_TO_PACKET;
	return 0;
}

/* What every router does, and the other end of a service's connection: the backend's in what a client calls,
 * the service's in what a backend answers. Pointers into the packet are lost by it. Returns 0 or a
 * drop_reason. */
static __always_inline int plain_forward(struct __sk_buff *skb, const struct plain *p)
{
	const struct ct_entry *service = p->service;
	const struct tuple *t = &p->tuple;

	plain_ttl_decrement(skb, p);
	if (!service)
		return 0;
	return p->to_service ? plain_write(skb, p, false, &service->peer, &t->destination, service->peer_port,
	                                   t->destination_port)
	                     : plain_write(skb, p, true, &t->source, &service->peer, t->source_port,
	                                   service->peer_port);
}

static __always_inline int plain_drop(struct __sk_buff *skb, const struct plain *p, __u8 point,
                                      __u32 identity, int reason)
{
	struct packet *dropped = packet_begin(point);

	if (!dropped)
		return TC_ACT_SHOT;
	dropped->tuple = p->tuple;
	dropped->source_identity = identity;
	return drop(skb, dropped, reason,
	            point == POINT_FROM_ENDPOINT ? DIRECTION_EGRESS : DIRECTION_INGRESS);
}

static __always_inline int plain_deliver(struct __sk_buff *skb, const struct plain *p,
                                         const struct local_pod *to)
{
	int reason;

	__builtin_memcpy(p->eth->h_dest, to->mac, ETH_ALEN);
	__builtin_memcpy(p->eth->h_source, (const void *)config.gateway_mac, ETH_ALEN);
	reason = plain_forward(skb, p);
	if (reason)
		return plain_drop(skb, p, POINT_TO_ENDPOINT, 0, reason);
	count(skb, 0, DIRECTION_INGRESS);
	return bpf_redirect_peer(to->ifindex, 0);
}

static __always_inline int plain_into_tunnel(struct __sk_buff *skb, const struct plain *p, __u32 identity,
                                             const struct address *to)
{
	int reason = plain_forward(skb, p);

	if (!reason)
		reason = tunnel_encapsulate(skb, identity, &to->node, to->node_family);
	if (reason)
		return plain_drop(skb, p, POINT_FROM_ENDPOINT, identity, reason);
	count(skb, 0, DIRECTION_EGRESS);
	return tunnel_out(skb, &to->node, to->node_family);
}

/* To a pod of another node. */
static __always_inline int plain_send(struct __sk_buff *skb, const struct plain *p, __u32 identity)
{
	struct address *to = address_find(&p->tuple.destination, p->tuple.family);
	struct bpf_redir_neigh next = {};
	int reason;

	if (!to || to->kind != ADDRESS_REMOTE_POD || !to->node_family)
		return BY_STAGES;
	if (config.tunnel)
		return p->wire_length > config.pod_mtu ? BY_STAGES : plain_into_tunnel(skb, p, identity, to);
	if (!config.direct_node_routes || to->node_family != p->tuple.family ||
	    p->wire_length > config.underlay_mtu || !segment_hop(&to->node, to->node_family, &next))
		return BY_STAGES;
	reason = plain_forward(skb, p);
	if (reason)
		return plain_drop(skb, p, POINT_FROM_ENDPOINT, identity, reason);
	skb->mark = MARK_SENT;
	count(skb, 0, DIRECTION_EGRESS);
	return bpf_redirect_neigh(config.underlay_ifindex, &next, sizeof(next), 0);
}

/* What the pod behind the link sends: a verdict, or BY_STAGES. */
__noinline __attribute__((unused)) int established_from_pod(struct __sk_buff *skb)
{
	struct plain p = {};
	struct local_pod *from, *to;

	if (!plain_read(skb, &p))
		return BY_STAGES;
	from = local_pod_find(&p.tuple.source, p.tuple.family);
	if (!from || from->ifindex != skb->ifindex ||
	    __builtin_memcmp(p.eth->h_source, from->mac, ETH_ALEN) || !plain_in_use(&p, true))
		return BY_STAGES;
	to = local_pod_find(&p.tuple.destination, p.tuple.family);
	return to ? plain_deliver(skb, &p, to) : plain_send(skb, &p, from->identity);
}

/* What comes for a pod: a verdict, or BY_STAGES. */
__noinline __attribute__((unused)) int established_to_pod(struct __sk_buff *skb)
{
	struct plain p = {};
	struct local_pod *to;

	if (!plain_read(skb, &p))
		return BY_STAGES;
	to = local_pod_find(&p.tuple.destination, p.tuple.family);
	return to && plain_in_use(&p, false) ? plain_deliver(skb, &p, to) : BY_STAGES;
}
