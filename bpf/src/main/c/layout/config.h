/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* What one node's programs are told when they are loaded. The verifier prunes what it rules out. */
#pragma once

#include "address.h"

struct config {
	union ip
		node_ipv4 DOC("the node's address: masquerade source and tunnel endpoint; zero without IPv4");
	union ip node_ipv6;
	__be32 gateway_ipv4 DOC("what pods take for their gateway");
	__u32 nat_port_min DOC("first port that masquerading may take");
	union ip gateway_ipv6;
	__u32 nat_port_max DOC("last port that masquerading may take");
	__u32 overlay_ifindex DOC("stentor_vxlan; 0 in native routing");
	__u32 underlay_ifindex DOC("device of the route to the peers");
	__u32 drop_events_per_second DOC("per processor");
	union ip segment_ipv6 DOC("what the underlay device reaches without a router");
	union ip segment_ipv6_mask DOC("zero: nothing is known to be on it");
	union ip loopback_ipv6 DOC("by which a pod sees itself that calls itself by a service");
	__u64 host_netns DOC("cookie of the node's network namespace, 0: the kernel's first one");
	__be32 loopback_ipv4;
	__be32 segment_ipv4;
	__be32 segment_ipv4_mask;
	__u32 ct_tcp_max DOC("TCP connections in ct_answered at most");
	__u32 ct_other_max DOC("other connections in ct_answered at most");
	__u32 nat_max DOC("connections in nat at most");
	__u32 ct_tcp_seconds DOC("that a TCP connection in use lives without packets");
	__u32 ct_syn_seconds DOC("that a TCP connection lives while it begins");
	__u32 ct_closing_seconds DOC("that a TCP connection is remembered after its end");
	__u32 ct_other_seconds DOC("that any other connection lives without packets");
	__u32 assumed_identity DOC("of whoever speaks out of the tunnel, for dry runs; 0: the tunnel tells");
	__u16 underlay_mtu;
	__u16 tunnel_port DOC("host order");
	__u16 pod_mtu DOC("of what leaves through the tunnel");
	__u8 gateway_mac[6] DOC("of every pod link's host side");
	_Bool ipv4;
	_Bool ipv6;
	_Bool tunnel DOC("pods of other nodes are reached through the tunnel");
	_Bool underlay_ipv6 DOC("the tunnel runs over IPv6");
	_Bool encapsulate DOC("tunnel headers are written by the program, not by the device");
	_Bool direct_node_routes
		DOC("native: pods of nodes on the segment are reached by these nodes' addresses");
	_Bool masquerade_ipv4;
	_Bool masquerade_ipv6;
	_Bool trace DOC("events for new and changed connections, not for drops alone");
	_Bool coarse_clock DOC("the kernel has bpf_ktime_get_coarse_ns (5.11), which costs next to nothing");
	_Bool succeeds DOC("programs of another layout, which stand in former, are being taken over from");
	_Bool services DOC("connections to Services are translated");
	_Bool sockets_of_host_alone DOC("pods' connections to services are translated packet by packet");
	_Bool set_retval DOC("the kernel has bpf_set_retval (5.18)");
	_Bool services_silent DOC("packets for a service without a backend are dropped, not answered");
	__u8 pad0[1];
} LAYOUT("What one node's programs are told when they are loaded.");
LAYOUT_SIZE(struct config, 200);

CONFIG struct config config;
