/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Into the tunnel and out of it. The VNI carries the sender's identity; the device does the headers. */
#pragma once

#include "deliver.h"

/* What the tunnel's device is to write; 0 or a drop_reason. */
static __always_inline int tunnel_key_set(struct __sk_buff *skb, __u32 identity, const union ip *node,
                                          __u8 family)
{
	struct bpf_tunnel_key key = {.tunnel_id = identity, .tunnel_ttl = 64};
	__u64 flags = BPF_F_ZERO_CSUM_TX;

	/* a node is "this node" to itself alone */
	if (identity == IDENTITY_HOST)
		key.tunnel_id = IDENTITY_REMOTE_NODE;
	if (family == FAMILY_IPV6) {
		__builtin_memcpy(key.remote_ipv6, node, sizeof(key.remote_ipv6));
		flags |= BPF_F_TUNINFO_IPV6;
	} else if (family == FAMILY_IPV4) {
		key.remote_ipv4 = bpf_ntohl(node->words[0]);
	} else {
		return DROP_NO_TUNNEL_ENDPOINT;
	}
	return bpf_skb_set_tunnel_key(skb, &key, sizeof(key), flags) ? DROP_ERROR_WRITING_TO_PACKET : 0;
}

/* Reads the sender's identity from the VNI; 0 or a drop_reason. Only known nodes may send. */
static __always_inline int tunnel_key_get(struct __sk_buff *skb, struct packet *p)
{
	struct bpf_tunnel_key key = {};
	union ip sender = {};
	struct address *node;

	if (bpf_skb_get_tunnel_key(skb, &key, sizeof(key), config.underlay_ipv6 ? BPF_F_TUNINFO_IPV6 : 0))
		return DROP_ERROR_RETRIEVING_TUNNEL_KEY;
	if (config.underlay_ipv6)
		__builtin_memcpy(&sender, key.remote_ipv6, sizeof(sender));
	else
		ip_from_v4(&sender, bpf_htonl(key.remote_ipv4));
	node = address_find(&sender, config.underlay_ipv6 ? FAMILY_IPV6 : FAMILY_IPV4);
	if (!node || node->kind != ADDRESS_REMOTE_NODE)
		return DROP_UNKNOWN_SENDER;
	p->source_identity = key.tunnel_id;
	return 0;
}
