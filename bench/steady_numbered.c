// SPDX-License-Identifier: Apache-2.0
// Packets with numbers: which of them came back.
#include "steady.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define NUMBERS (1 << 20)  // that can be told apart: at one a millisecond 17 minutes
#define GAPS 16            // told one by one

static const volatile bool *ending;

static uint16_t checksum(const void *bytes, size_t length)
{
	const uint16_t *words = bytes;
	uint32_t sum = 0;

	for (size_t i = 0; i < length / 2; i++)
		sum += words[i];
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16));
}

static ssize_t send_number(struct numbered *it, uint32_t number)
{
	struct {
		struct icmphdr head;
		uint32_t number[14];
	} packet = {.head = {.type = it->v6 ? ICMP6_ECHO_REQUEST : ICMP_ECHO,
			     .un.echo = {.id = it->id, .sequence = htons(number)}},
		    .number = {number}};

	if (!it->icmp)
		return send(it->fd, packet.number, sizeof(packet.number), 0);
	// the kernel fills it in for IPv6
	packet.head.checksum = it->v6 ? 0 : checksum(&packet, sizeof(packet));
	return send(it->fd, &packet, sizeof(packet), 0);
}

static void *send_numbers(void *argument)
{
	struct numbered *it = argument;

	for (int64_t next = now(); !*ending && it->sent < NUMBERS; next += it->period) {
		sleep_until(next);
		// what an earlier packet brought back is told here too, and is not this one's
		if (send_number(it, it->sent) < 0 && send_number(it, it->sent) < 0)
			it->refused++;
		it->sent++;
	}
	return NULL;
}

// The number of an answer to us, or -1.
static int64_t number_of(const struct numbered *it, const char *bytes, ssize_t length)
{
	size_t at = 0;
	uint32_t number;

	if (it->icmp) {
		at = it->v6 ? 0 : (bytes[0] & 15) * 4;
		struct icmphdr head;

		if (length < (ssize_t)(at + sizeof(head)))
			return -1;
		memcpy(&head, bytes + at, sizeof(head));
		if (head.type != (it->v6 ? ICMP6_ECHO_REPLY : ICMP_ECHOREPLY) || head.un.echo.id != it->id)
			return -1;
		at += sizeof(head);
	}
	if (length < (ssize_t)(at + sizeof(number)))
		return -1;
	memcpy(&number, bytes + at, sizeof(number));
	return number < NUMBERS ? (int64_t)number : -1;
}

static void *receive_numbers(void *argument)
{
	struct numbered *it = argument;
	char bytes[2048];

	for (;;) {
		ssize_t n = receive(it->fd, bytes, sizeof(bytes), NULL, &it->overflow);
		int64_t number = n < 0 ? -1 : number_of(it, bytes, n);

		if (number < 0)
			continue;
		if (it->seen[number]++)
			it->duplicates++;
		else
			__atomic_fetch_add(&it->received, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

pthread_t numbered_go(struct numbered *it, const volatile bool *until)
{
	ending = until;
	it->seen = calloc(NUMBERS, 1);
	if (!it->seen)
		fail("memory");
	count_overflow(it->fd);
	pthread_detach(start(receive_numbers, it));
	return start(send_numbers, it);
}

void numbered_await(const struct numbered *it, int64_t deadline)
{
	while (__atomic_load_n(&it->received, __ATOMIC_RELAXED) < it->sent && now() < deadline)
		sleep_until(now() + 10 * MS);
}

void numbered_print(const char *name, const struct numbered *it)
{
	int gaps = 0;

	printf("\"%s\":{\"sent\":%u,\"received\":%u,\"duplicates\":%u,\"refused\":%u,\"overflow\":%u,\"gaps\":[", name,
	       it->sent, it->received, it->duplicates, it->refused, it->overflow);
	// where they begin, in milliseconds of the run, and how many are missing
	for (uint32_t i = 0; i < it->sent && gaps < GAPS; i++) {
		uint32_t first = i;

		while (i < it->sent && !it->seen[i])
			i++;
		if (i > first)
			printf("%s[%lld,%u]", gaps++ ? "," : "", first * it->period / MS, i - first);
	}
	printf("]}");
}
