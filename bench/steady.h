// SPDX-License-Identifier: Apache-2.0
// What the parts of steady share: the clock, threads, sockets, and what the two sides say to each other.
#pragma once
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define MS 1000000ll
#define SECOND (1000 * MS)

// The first byte of a connection: what it is for.
#define STREAM 's'     // whatever comes goes back
#define DATAGRAMS 'd'  // the server says a UDP port, sends back what comes there, and counts it
#define ONCE 'o'       // one byte goes back

#define BLOCK 8192

// Ends the program with the reason that errno has.
__attribute__((noreturn)) void fail(const char *what);

// Nanoseconds of the monotonic clock.
int64_t now(void);
void sleep_until(int64_t when);

pthread_t start(void *(*body)(void *), void *argument);

// Reads or writes all of it; false with errno when that fails, or the other side ends first.
bool all(int fd, char *bytes, size_t length, bool writing);

// Datagrams that the socket's own buffer loses are told by receive() from here on, and hardly lost.
void count_overflow(int fd);

// One datagram, or -1. Where the kernel tells how many the socket has lost so far, that is kept in `overflow`.
ssize_t receive(int fd, void *bytes, size_t size, struct sockaddr_in6 *from, uint32_t *overflow);

__attribute__((noreturn)) void serve(int port);

// Packets with numbers, sent at a pace, that come back.
struct numbered {
	int fd;          // connected
	int64_t period;  // between two, in nanoseconds
	bool icmp, v6;
	uint16_t id;     // of echoes
	uint32_t sent, received, duplicates;
	uint32_t refused;   // by the own side
	uint32_t overflow;  // lost by the socket
	uint8_t *seen;
};

// Sends and receives until it is `ending`; the thread that sends.
pthread_t numbered_go(struct numbered *it, const volatile bool *ending);

// Waits until all that was sent is back, if that comes to be before the deadline.
void numbered_await(const struct numbered *it, int64_t deadline);

// As a member of a JSON object.
void numbered_print(const char *name, const struct numbered *it);
