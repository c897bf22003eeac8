// SPDX-License-Identifier: Apache-2.0
// The side of steady that answers.
#include "steady.h"

#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

// Tells its port, sends back what comes there, and when the other side has said its last word, the count of it.
static void serve_datagrams(int control)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);
	uint64_t arrived = 0;
	uint32_t overflow = 0;
	char bytes[2048];
	int fd;

	getsockname(control, (struct sockaddr *)&address, &length);
	((struct sockaddr_in6 *)&address)->sin6_port = 0;
	fd = socket(AF_INET6, SOCK_DGRAM, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, length))
		fail("UDP socket");
	count_overflow(fd);
	getsockname(fd, (struct sockaddr *)&address, &length);
	dprintf(control, "%5d\n", ntohs(((struct sockaddr_in6 *)&address)->sin6_port));
	for (struct pollfd wait[] = {{.fd = fd, .events = POLLIN}, {.fd = control, .events = POLLIN}};;) {
		if (poll(wait, 2, -1) < 0)
			continue;
		if (wait[0].revents) {
			struct sockaddr_in6 peer;
			ssize_t n = receive(fd, bytes, sizeof(bytes), &peer, &overflow);

			if (n < 0)
				continue;
			arrived++;
			sendto(fd, bytes, n, 0, (struct sockaddr *)&peer, sizeof(peer));
		} else if (wait[1].revents) {
			break;
		}
	}
	dprintf(control, "%llu %u\n", (unsigned long long)arrived, overflow);
	close(fd);
}

// A connection says with its first byte what it wants.
static void *serve_connection(void *argument)
{
	int fd = (int)(intptr_t)argument, on = 1;
	char *bytes = malloc(BLOCK), kind;
	ssize_t n;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (bytes && read(fd, &kind, 1) == 1) {
		if (kind == DATAGRAMS)
			serve_datagrams(fd);
		else if (kind == ONCE)
			all(fd, &kind, 1, true);
		while ((n = read(fd, bytes, BLOCK)) > 0 && all(fd, bytes, n, true))
			;
	}
	close(fd);
	free(bytes);
	return NULL;
}

void serve(int port)
{
	struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	int listener = socket(AF_INET6, SOCK_STREAM, 0), on = 1, off = 0;

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (listener < 0 || bind(listener, (struct sockaddr *)&any, sizeof(any)) || listen(listener, 1024))
		fail("listen");
	puts("serving");
	fflush(stdout);
	for (;;) {
		int fd = accept(listener, NULL, NULL);

		if (fd >= 0)
			pthread_detach(start(serve_connection, (void *)(intptr_t)fd));
	}
}
