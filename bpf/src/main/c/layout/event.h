/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* What the programs report, one record for drops and traces alike. */
#pragma once

#include "address.h"

#define EVENT_TYPES(V)                           \
	V(EVENT_DROP, 1, "a packet was dropped") \
	V(EVENT_TRACE, 4, "a packet of note went by")
LAYOUT_ENUM(event_type, EVENT_TYPES, "Kinds of events.");

#define OBSERVATION_POINTS(V)                                             \
	V(POINT_TO_ENDPOINT, 0, "delivered to a pod")                     \
	V(POINT_TO_HOST, 2, "handed to the node itself")                  \
	V(POINT_TO_STACK, 3, "handed to the node's stack for forwarding") \
	V(POINT_TO_OVERLAY, 4, "sent into the tunnel")                    \
	V(POINT_FROM_ENDPOINT, 5, "came from a pod")                      \
	V(POINT_FROM_OVERLAY, 9, "came out of the tunnel")                \
	V(POINT_FROM_NETWORK, 10, "came from a device")                   \
	V(POINT_TO_NETWORK, 11, "left through a device")
LAYOUT_ENUM(observation_point, OBSERVATION_POINTS, "Where a packet was seen.");

#define CT_STATES(V)                                          \
	V(CT_NEW, 0, "first packet of a connection")          \
	V(CT_ESTABLISHED, 1, "from the side that began")      \
	V(CT_REPLY, 2, "from the other side")                 \
	V(CT_RELATED, 3, "an error about a known connection") \
	V(CT_UNKNOWN, 5, "not tracked")
LAYOUT_ENUM(ct_state, CT_STATES, "What conntrack says about a packet.");

#define DIRECTIONS(V)                                  \
	V(DIRECTION_UNKNOWN, 0, "neither")             \
	V(DIRECTION_INGRESS, 1, "towards an endpoint") \
	V(DIRECTION_EGRESS, 2, "from an endpoint")
LAYOUT_ENUM(direction, DIRECTIONS, "Seen from the endpoint.");

struct event {
	__u64 time DOC("CLOCK_MONOTONIC, nanoseconds");
	union ip source DOC("zero where the packet could not be read");
	union ip destination;
	__be16 source_port DOC("ICMP: the identifier of a request");
	__be16 destination_port DOC("ICMP: the identifier of a reply");
	__u32 ifindex DOC("where the packet was seen");
	__u32 source_identity;
	__u32 destination_identity;
	__u16 source_endpoint DOC("0 where it is none of this node's");
	__u16 destination_endpoint;
	__u32 length DOC("of the frame, bytes");
	__u8 type OF_ENUM(event_type);
	__u8 drop_reason DOC("a drop_reason, or 0");
	__u8 point OF_ENUM(observation_point);
	__u8 ct_state OF_ENUM(ct_state);
	__u8 direction OF_ENUM(direction);
	__u8 family DOC("4, 6, or 0 where the packet could not be read");
	__u8 protocol DOC("IANA protocol number");
	__u8 tcp_flags DOC("as in the header");
	__u8 icmp_type;
	__u8 icmp_code;
	__u8 pad0[6];
} LAYOUT("Something that happened to a packet.");
LAYOUT_SIZE(struct event, 80);
