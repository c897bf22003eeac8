/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Why packets are dropped. Numbers up to 207 are those that Hubble's clients know; our own begin at 240. */
#pragma once

#include "layout_tags.h"

#define DROP_REASONS(V)                                                                         \
	V(DROP_INVALID_SOURCE_MAC, 130, "Invalid source mac")                                   \
	V(DROP_INVALID_SOURCE_IP, 132, "Invalid source ip")                                     \
	V(DROP_INVALID_PACKET, 134, "Invalid packet")                                           \
	V(DROP_UNSUPPORTED_L3_PROTOCOL, 139, "Unsupported L3 protocol")                         \
	V(DROP_ERROR_WRITING_TO_PACKET, 141, "Error writing to packet")                         \
	V(DROP_ERROR_RETRIEVING_TUNNEL_KEY, 147, "Error retrieving tunnel key")                 \
	V(DROP_STALE_OR_UNROUTABLE_IP, 151, "Stale or unroutable IP")                           \
	V(DROP_CT_MAP_INSERTION_FAILED, 155, "CT: Map insertion failed")                        \
	V(DROP_INVALID_IPV6_EXTENSION_HEADER, 156, "Invalid IPv6 extension header")             \
	V(DROP_NO_TUNNEL_ENDPOINT, 160, "No tunnel/encapsulation endpoint")                     \
	V(DROP_NO_SERVICE_BACKEND, 158, "Service backend not found")                            \
	V(DROP_NO_CONFIGURATION, 165, "No configuration available to perform policy decision")  \
	V(DROP_NO_NAT_MAPPING, 167, "No mapping for NAT masquerade")                            \
	V(DROP_UNSUPPORTED_NAT_PROTOCOL, 168, "Unsupported protocol for NAT masquerade")        \
	V(DROP_ENCAPSULATION_PROHIBITED, 170, "Encapsulation traffic is prohibited")            \
	V(DROP_UNKNOWN_SENDER, 172, "Unknown sender")                                           \
	V(DROP_FIRST_FRAGMENT_NOT_FOUND, 175, "First logical datagram fragment not found")      \
	V(DROP_FORBIDDEN_ICMP6_MESSAGE, 176, "Forbidden ICMPv6 message")                        \
	V(DROP_NOT_IN_SOURCE_RANGE, 177, "Denied by LB src range check")                        \
	V(DROP_ADDRESS_NOT_OURS, 240, "Neighbour asked for is not the gateway")                 \
	V(DROP_IPV4_IN_IPV6, 241, "IPv4 address inside an IPv6 address")                        \
	V(DROP_FRAGMENT_OVERLAP, 242, "Fragments overlap or leave too many gaps")               \
	V(DROP_MULTICAST, 243, "Multicast and broadcast are not carried")                       \
	V(DROP_POD_SOURCE_OUTSIDE_TUNNEL, 244, "Pod source address arrived outside the tunnel") \
	V(DROP_SERVICE_COLLISION, 245, "The same ends speak already by another address")
LAYOUT_ENUM(drop_reason, DROP_REASONS, "Why a packet was dropped.");
