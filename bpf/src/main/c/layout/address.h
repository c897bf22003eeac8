/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Addresses as they lie in packets and keys. */
#pragma once

#include <linux/types.h>

#include "layout_tags.h"

/* Sixteen bytes in network order. IPv4 takes the first four and leaves the others zero; the family stands
 * beside. */
union ip {
	__u8 bytes[16];
	__be32 words[4];
	__u64 halves[2];
} LAYOUT_BYTES;

#define FAMILIES(V)               \
	V(FAMILY_IPV4, 4, "IPv4") \
	V(FAMILY_IPV6, 6, "IPv6")
LAYOUT_ENUM(family, FAMILIES, "The two address families.");

/* Numeric identities that are the same in every cluster. */
#define IDENTITIES(V)                                                   \
	V(IDENTITY_HOST, 1, "this node")                                \
	V(IDENTITY_WORLD, 2, "outside the cluster")                     \
	V(IDENTITY_UNMANAGED, 3, "a pod that is not ours")              \
	V(IDENTITY_HEALTH, 4, "a health endpoint")                      \
	V(IDENTITY_INIT, 5, "a pod whose labels have no identity yet")  \
	V(IDENTITY_REMOTE_NODE, 6, "another node")                      \
	V(IDENTITY_KUBE_APISERVER, 7, "the API server on another node") \
	V(IDENTITY_INGRESS, 8, "the ingress proxy")
LAYOUT_CONSTANTS(identity, IDENTITIES, "Reserved identities.");
