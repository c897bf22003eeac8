// SPDX-License-Identifier: Apache-2.0
// netload: the load that figures are taken with.
//
//   netload serve PORT                       answers everything below until it is killed
//   netload stream|rr|crr|udp ADDRESS PORT SECONDS
//
// stream: bytes sent over one TCP connection, printed in Mbit/s. rr: one byte there and back over one connection,
// round trips per second. crr: connect, one byte there and back, close, connections per second. udp: datagrams of
// 64 bytes that arrived, per second. One number on stdout. IPv4 and IPv6. Standard port + 1 is used for UDP.
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define DATAGRAM 64
#define CHUNK (128 * 1024)
#define STREAM 's'
#define ECHO 'e'
#define COUNT 'c'

static void fail(const char *what)
{
	fprintf(stderr, "netload: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static uint64_t datagrams;

// A connection says with its first byte what it wants.
static void *serve_connection(void *argument)
{
	int fd = (int)(intptr_t)argument, on = 1;
	char *buffer = malloc(CHUNK);
	char kind;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (buffer && read(fd, &kind, 1) == 1) {
		if (kind == STREAM)
			while (read(fd, buffer, CHUNK) > 0)
				;
		else if (kind == COUNT)
			dprintf(fd, "%llu", (unsigned long long)__atomic_exchange_n(&datagrams, 0, __ATOMIC_RELAXED));
		else
			do {
				if (write(fd, &kind, 1) != 1)
					break;
			} while (read(fd, &kind, 1) == 1);
	}
	close(fd);
	free(buffer);
	return NULL;
}

static int bound(int type, int port)
{
	struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	int fd = socket(AF_INET6, type, 0), on = 1, off = 0, large = 8 << 20;

	if (fd < 0)
		fail("socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &large, sizeof(large));
	setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (bind(fd, (struct sockaddr *)&any, sizeof(any)))
		fail("bind");
	return fd;
}

static void *serve_datagrams(void *argument)
{
	int fd = (int)(intptr_t)argument;
	char buffer[2048];

	for (;;)
		if (recv(fd, buffer, sizeof(buffer), 0) >= 0)
			__atomic_fetch_add(&datagrams, 1, __ATOMIC_RELAXED);
	return NULL;
}

__attribute__((noreturn)) static void serve(int port)
{
	int listener = bound(SOCK_STREAM, port);
	pthread_attr_t detached;
	pthread_t thread;

	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&detached, 64 * 1024);
	if (listen(listener, 1024))
		fail("listen");
	pthread_create(&thread, &detached, serve_datagrams, (void *)(intptr_t)bound(SOCK_DGRAM, port + 1));
	for (;;) {
		int fd = accept(listener, NULL, NULL);

		if (fd >= 0 && pthread_create(&thread, &detached, serve_connection, (void *)(intptr_t)fd))
			close(fd);
	}
}

static struct addrinfo *resolve(const char *address, int port, int type)
{
	struct addrinfo hints = {.ai_socktype = type, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV}, *found;
	char service[8];

	snprintf(service, sizeof(service), "%d", port);
	if (getaddrinfo(address, service, &hints, &found)) {
		fprintf(stderr, "netload: not an address: %s\n", address);
		exit(2);
	}
	return found;
}

static int connected(const struct addrinfo *to, bool reset_at_close)
{
	int fd = socket(to->ai_family, to->ai_socktype, 0), on = 1;
	struct linger now_or_never = {.l_onoff = 1, .l_linger = 0};

	if (fd < 0)
		fail("socket");
	if (to->ai_socktype == SOCK_STREAM) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		// what the machine's default is, BBR with its pacing perhaps, is not what is measured
		if (setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "cubic", 5))
			setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 4);
	}
	// or the ports of this side run out within seconds
	if (reset_at_close)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &now_or_never, sizeof(now_or_never));
	if (connect(fd, to->ai_addr, to->ai_addrlen))
		fail("connect");
	return fd;
}

static void round_trip(int fd)
{
	char byte = ECHO;

	if (write(fd, &byte, 1) != 1 || read(fd, &byte, 1) != 1)
		fail("round trip");
}

static double run_stream(const char *address, int port, double seconds)
{
	int fd = connected(resolve(address, port, SOCK_STREAM), false);
	char *buffer = calloc(1, CHUNK), kind = STREAM;
	double begin = now(), end = begin + seconds;
	uint64_t bytes = 0;

	if (!buffer || write(fd, &kind, 1) != 1)
		fail("write");
	while (now() < end) {
		ssize_t sent = write(fd, buffer, CHUNK);

		if (sent <= 0)
			fail("write");
		bytes += sent;
	}
	return bytes * 8 / 1e6 / (now() - begin);
}

static double run_rr(const char *address, int port, double seconds, bool connect_each)
{
	struct addrinfo *to = resolve(address, port, SOCK_STREAM);
	int fd = connect_each ? -1 : connected(to, false);
	double begin = now(), end = begin + seconds;
	uint64_t trips = 0;

	for (; now() < end; trips++) {
		if (connect_each)
			fd = connected(to, true);
		round_trip(fd);
		if (connect_each)
			close(fd);
	}
	return trips / (now() - begin);
}

static uint64_t received(const char *address, int port)
{
	int fd = connected(resolve(address, port, SOCK_STREAM), false);
	char kind = COUNT, text[32] = {0};
	size_t length = 0;
	ssize_t more;

	if (write(fd, &kind, 1) != 1)
		fail("write");
	while (length < sizeof(text) - 1 && (more = read(fd, text + length, sizeof(text) - 1 - length)) > 0)
		length += more;
	close(fd);
	return strtoull(text, NULL, 10);
}

static double run_udp(const char *address, int port, double seconds)
{
	int fd = connected(resolve(address, port + 1, SOCK_DGRAM), false);
	char datagram[DATAGRAM] = {0};
	double begin, end;

	received(address, port);
	begin = now();
	for (end = begin + seconds; now() < end;)
		for (int i = 0; i < 32; i++)
			if (send(fd, datagram, sizeof(datagram), 0) < 0 && errno != ENOBUFS && errno != ECONNREFUSED)
				fail("send");
	end = now();
	return received(address, port) / (end - begin);
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";
	double seconds, result;
	int port;

	signal(SIGPIPE, SIG_IGN);
	if (!strcmp(mode, "serve") && argc == 3)
		serve(atoi(argv[2]));
	if (argc != 5) {
		fprintf(stderr, "usage: netload serve PORT | netload stream|rr|crr|udp ADDRESS PORT SECONDS\n");
		return 2;
	}
	port = atoi(argv[3]);
	seconds = atof(argv[4]);
	if (!strcmp(mode, "stream"))
		result = run_stream(argv[2], port, seconds);
	else if (!strcmp(mode, "rr") || !strcmp(mode, "crr"))
		result = run_rr(argv[2], port, seconds, *mode == 'c');
	else if (!strcmp(mode, "udp"))
		result = run_udp(argv[2], port, seconds);
	else
		return fprintf(stderr, "netload: unknown mode %s\n", mode), 2;
	printf("%.1f\n", result);
	return 0;
}
