/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Services at the socket: who connects to a service is connected to a backend, and its packets need no second
 * look. What the socket's owner asked for is remembered, and shown to it wherever it asks or is told who the
 * other side is.
 *
 * connect, sendmsg: service -> backend    recvmsg, getpeername: backend -> service    bind: node ports are
 * taken
 *
 * An IPv6 socket that speaks IPv4 (RFC 4291, 2.5.5.2) is served as IPv4.
 */
#include "../lib/balance.h"

#define SOCKET_GO_ON 1
#define SOCKET_REFUSED 0
#define ERROR_PERMISSION 1
#define ERROR_CONNECTION_REFUSED 111

#define PROTOCOL_MPTCP 262

static __always_inline bool from_host(struct bpf_sock_addr *ctx)
{
	__u64 host = config.host_netns ?: bpf_get_netns_cookie(NULL);

	return bpf_get_netns_cookie(ctx) == host;
}

/* What is asked for, of an IPv4 socket. */
static __always_inline void ipv4_target(struct bpf_sock_addr *ctx, struct frontend_key *to)
{
	__u32 protocol = ctx->protocol;

	to->family = FAMILY_IPV4;
	to->protocol = protocol == PROTOCOL_MPTCP ? IPPROTO_TCP : protocol;
	to->port = ctx->user_port;
	ip_from_v4(&to->address, ctx->user_ip4);
}

static __always_inline bool ipv6_target(struct bpf_sock_addr *ctx, struct frontend_key *to)
{
	__u32 protocol = ctx->protocol;
	bool mapped;

	to->protocol = protocol == PROTOCOL_MPTCP ? IPPROTO_TCP : protocol;
	to->port = ctx->user_port;
	to->address.words[0] = ctx->user_ip6[0];
	to->address.words[1] = ctx->user_ip6[1];
	to->address.words[2] = ctx->user_ip6[2];
	to->address.words[3] = ctx->user_ip6[3];
	mapped = !to->address.halves[0] && to->address.words[2] == bpf_htonl(0xffff);
	to->family = mapped ? FAMILY_IPV4 : FAMILY_IPV6;
	if (mapped)
		ip_from_v4(&to->address, to->address.words[3]);
	return mapped;
}

static __always_inline void ipv4_set(struct bpf_sock_addr *ctx, const union ip *address, __be16 port)
{
	ctx->user_ip4 = address->words[0];
	ctx->user_port = port;
}

static __always_inline void ipv6_set(struct bpf_sock_addr *ctx, const union ip *address, __be16 port,
                                     bool mapped)
{
	if (mapped) {
		ctx->user_ip6[3] = address->words[0];
	} else {
		ctx->user_ip6[0] = address->words[0];
		ctx->user_ip6[1] = address->words[1];
		ctx->user_ip6[2] = address->words[2];
		ctx->user_ip6[3] = address->words[3];
	}
	ctx->user_port = port;
}

static __always_inline int refuse(int error)
{
	if (config.set_retval)
		bpf_set_retval(-error);
	return SOCKET_REFUSED;
}

static __always_inline void remember(struct bpf_sock_addr *ctx, const struct backend *to,
                                     const struct frontend_key *asked, __u32 service)
{
	struct peer_key key = {
		.cookie = bpf_get_socket_cookie(ctx),
		.address = to->address,
		.port = to->port,
		.family = to->family,
	};
	struct peer peer = {.address = asked->address, .port = asked->port, .service = service};
	struct peer *known = bpf_map_lookup_elem(&peers, &key);

	/* datagrams come here one by one */
	if (!known || known->port != peer.port || !ip_equal(&known->address, &peer.address))
		bpf_map_update_elem(&peers, &key, &peer, BPF_ANY);
}

/*
 * Chooses. SOCKET_GO_ON with *chosen NULL: this is no service's. The zero address stands for the loopback
 * one, as connect() has it; a pod's loopback is its own.
 */
static __always_inline int balance(struct bpf_sock_addr *ctx, const struct frontend_key *to, bool datagram,
                                   struct backend **chosen)
{
	bool host = from_host(ctx),
	     loopback = ip_is_zero(&to->address) || ip_is_loopback(&to->address, to->family);
	struct client client = {.affinity = {.family = to->family, .is_cookie = 1}};
	struct frontend *frontend;

	*chosen = NULL;
	if (!host && (loopback || config.sockets_of_host_alone))
		return SOCKET_GO_ON;
	frontend = frontend_find(to, loopback);
	if (!frontend || frontend->flags & FRONTEND_FOREIGN)
		return SOCKET_GO_ON;
	client.affinity.client.halves[0] = bpf_get_netns_cookie(ctx);
	/* a socket's datagrams go to one backend, as if they were a connection */
	client.hash = datagram ? bpf_get_socket_cookie(ctx) * 2654435761U >> 8 : bpf_get_prandom_u32();
	*chosen = backend_choose(frontend, &client, clock_now());
	if (!*chosen)
		return refuse(ERROR_CONNECTION_REFUSED);
	remember(ctx, *chosen, to, frontend->service);
	return SOCKET_GO_ON;
}

static __always_inline int ipv4_forward(struct bpf_sock_addr *ctx, bool datagram)
{
	struct frontend_key to = {};
	struct backend *chosen;
	int verdict;

	ipv4_target(ctx, &to);
	verdict = balance(ctx, &to, datagram, &chosen);
	if (chosen)
		ipv4_set(ctx, &chosen->address, chosen->port);
	return verdict;
}

static __always_inline int ipv6_forward(struct bpf_sock_addr *ctx, bool datagram)
{
	struct frontend_key to = {};
	bool mapped = ipv6_target(ctx, &to);
	struct backend *chosen;
	int verdict;

	verdict = balance(ctx, &to, datagram, &chosen);
	if (chosen)
		ipv6_set(ctx, &chosen->address, chosen->port, mapped);
	return verdict;
}

/* Whom the socket was meant to speak with, if it speaks with a backend. */
static __always_inline struct peer *peer_of(struct bpf_sock_addr *ctx, const struct frontend_key *from)
{
	struct peer_key key = {
		.cookie = bpf_get_socket_cookie(ctx),
		.address = from->address,
		.port = from->port,
		.family = from->family,
	};

	return bpf_map_lookup_elem(&peers, &key);
}

static __always_inline int ipv4_backward(struct bpf_sock_addr *ctx)
{
	struct frontend_key from = {};
	struct peer *meant;

	ipv4_target(ctx, &from);
	meant = peer_of(ctx, &from);
	if (meant)
		ipv4_set(ctx, &meant->address, meant->port);
	return SOCKET_GO_ON;
}

static __always_inline int ipv6_backward(struct bpf_sock_addr *ctx)
{
	struct frontend_key from = {};
	bool mapped = ipv6_target(ctx, &from);
	struct peer *meant = peer_of(ctx, &from);

	if (meant)
		ipv6_set(ctx, &meant->address, meant->port, mapped);
	return SOCKET_GO_ON;
}

/* A node's process may not take a port that is a service's at the same address, or at all of the node's. */
static __always_inline int bind_port(struct bpf_sock_addr *ctx, struct frontend_key *at)
{
	struct frontend_key any = {.port = at->port, .protocol = at->protocol, .family = at->family};

	if (!at->port || !from_host(ctx))
		return SOCKET_GO_ON;
	if (bpf_map_lookup_elem(&frontends, &any) || bpf_map_lookup_elem(&frontends, at))
		return refuse(ERROR_PERMISSION);
	return SOCKET_GO_ON;
}

SEC("cgroup/connect4")
int sock_connect4(struct bpf_sock_addr *ctx)
{
	return ipv4_forward(ctx, false);
}

SEC("cgroup/connect6")
int sock_connect6(struct bpf_sock_addr *ctx)
{
	return ipv6_forward(ctx, false);
}

SEC("cgroup/sendmsg4")
int sock_sendmsg4(struct bpf_sock_addr *ctx)
{
	return ipv4_forward(ctx, true);
}

SEC("cgroup/sendmsg6")
int sock_sendmsg6(struct bpf_sock_addr *ctx)
{
	return ipv6_forward(ctx, true);
}

SEC("cgroup/recvmsg4")
int sock_recvmsg4(struct bpf_sock_addr *ctx)
{
	return ipv4_backward(ctx);
}

SEC("cgroup/recvmsg6")
int sock_recvmsg6(struct bpf_sock_addr *ctx)
{
	return ipv6_backward(ctx);
}

SEC("cgroup/getpeername4")
int sock_getpeername4(struct bpf_sock_addr *ctx)
{
	return ipv4_backward(ctx);
}

SEC("cgroup/getpeername6")
int sock_getpeername6(struct bpf_sock_addr *ctx)
{
	return ipv6_backward(ctx);
}

SEC("cgroup/bind4")
int sock_bind4(struct bpf_sock_addr *ctx)
{
	struct frontend_key at = {};

	ipv4_target(ctx, &at);
	return bind_port(ctx, &at);
}

SEC("cgroup/bind6")
int sock_bind6(struct bpf_sock_addr *ctx)
{
	struct frontend_key at = {};
	int verdict;

	ipv6_target(ctx, &at);
	verdict = bind_port(ctx, &at);
	if (verdict == SOCKET_REFUSED || !ip_is_zero(&at.address))
		return verdict;
	/* at every address, IPv4 ones too */
	at.family = FAMILY_IPV4;
	return bind_port(ctx, &at);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
