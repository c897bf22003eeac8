// SPDX-License-Identifier: Apache-2.0
// ICMP echoes, and the errors that come back instead.
#include <time.h>
#include <linux/errqueue.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <poll.h>

#include "probe.h"

#define HEADER 8

uint16_t checksum(const void *data, size_t length, uint32_t sum)
{
	const unsigned char *bytes = data;

	for (size_t i = 0; i < length; i++)
		sum += i % 2 ? bytes[i] : bytes[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum & 0xffff);
}

// Connected, so that errors about its packets come to it.
int echo_socket(const place *to)
{
	bool v4 = to->any.sa_family == AF_INET;
	int protocol = v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6, on = 1;
	int fd = socket(to->any.sa_family, SOCK_RAW, protocol);

	if (fd < 0)
		return -1;
	setsockopt(fd, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_RECVERR : IPV6_RECVERR, &on, sizeof(on));
	if (connect(fd, &to->any, place_length(to))) {
		close(fd);
		return -1;
	}
	return fd;
}

// The message without its IP header, `length` bytes of it.
size_t echo_request(const place *to, int id, int sequence, size_t length, unsigned char *packet)
{
	bool v4 = to->any.sa_family == AF_INET;
	uint16_t sum;

	memset(packet, 0, length);
	packet[0] = v4 ? ICMP_ECHO : ICMP6_ECHO_REQUEST;
	packet[4] = id >> 8;
	packet[5] = id;
	packet[6] = sequence >> 8;
	packet[7] = sequence;
	pattern((char *)packet + HEADER, length - HEADER, 0);
	sum = v4 ? checksum(packet, length, 0) : 0; // of ICMPv6 the kernel's
	memcpy(packet + 2, &sum, 2);
	return length;
}

bool is_echo_reply(const place *to, int id, const unsigned char *packet, size_t length, int *sequence)
{
	bool v4 = to->any.sa_family == AF_INET;
	size_t skip = v4 && length ? (packet[0] & 15) * 4u : 0;

	if (length < skip + HEADER || packet[skip] != (v4 ? ICMP_ECHOREPLY : ICMP6_ECHO_REPLY) ||
	    packet[skip + 4] << 8 != (id & 0xff00) || packet[skip + 5] != (id & 0xff))
		return false;
	*sequence = packet[skip + 6] << 8 | packet[skip + 7];
	return true;
}

static void describe(const struct sock_extended_err *error, char result[LINE])
{
	bool v6 = error->ee_origin == SO_EE_ORIGIN_ICMP6, v4 = error->ee_origin == SO_EE_ORIGIN_ICMP;
	char by[TEXT] = "self";

	if (v4 || v6)
		text_of((const place *)SO_EE_OFFENDER(error), by);
	if (error->ee_errno == EMSGSIZE)
		snprintf(result, LINE, "too-big by=%s mtu=%u", by, error->ee_info);
	else if ((v4 && error->ee_type == ICMP_TIME_EXCEEDED) ||
	         (v6 && error->ee_type == ICMP6_TIME_EXCEEDED))
		snprintf(result, LINE, "ttl-exceeded by=%s", by);
	else
		snprintf(result, LINE, "%s by=%s code=%d", outcome_of(error->ee_errno), by, error->ee_code);
}

// Whoever asks the same host is told of its errors: each quotes the packet that it is about, but for the
// kernel's own, which are the caller's.
static bool error_of(int fd, int id, char result[LINE])
{
	unsigned char quoted[HEADER];
	char control[512];
	struct iovec part = {.iov_base = quoted, .iov_len = sizeof(quoted)};
	struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
	ssize_t got = recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT);

	if (got < 0 || (got == HEADER && (quoted[4] != id >> 8 || quoted[5] != (id & 0xff))))
		return false;
	for (struct cmsghdr *each = CMSG_FIRSTHDR(&message); each; each = CMSG_NXTHDR(&message, each))
		if ((each->cmsg_level == IPPROTO_IP && each->cmsg_type == IP_RECVERR) ||
		    (each->cmsg_level == IPPROTO_IPV6 && each->cmsg_type == IPV6_RECVERR)) {
			describe((const struct sock_extended_err *)CMSG_DATA(each), result);
			return true;
		}
	return false;
}

static bool reply_of(int fd, const struct task *task, int id, double began, char result[LINE])
{
	static unsigned char packet[65536];
	ssize_t got = recv(fd, packet, sizeof(packet), MSG_DONTWAIT);
	int sequence;

	if (got < 0 || !is_echo_reply(&task->to, id, packet, got, &sequence))
		return false;
	snprintf(result, LINE, "answered us=%d", (int)((now() - began) * 1e6));
	return true;
}

// An echo a second, until something comes back. `size=` is that of the IP packet; `df` forbids fragments.
void ask_echo(const struct task *task, double until, char result[LINE])
{
	static unsigned char packet[65536];
	bool v4 = task->to.any.sa_family == AF_INET;
	int fd = echo_socket(&task->to), id = getpid() & 0xffff, ttl = number(task, "ttl", 0);
	int discover = value(task, "df") ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT, header = v4 ? 20 : 40;
	size_t length = number(task, "size", header + 64) - header;
	double began = now();

	if (fd < 0) {
		snprintf(result, LINE, errno == EPERM ? "unable lacks=CAP_NET_RAW" : "%s", outcome_of(errno));
		return;
	}
	setsockopt(fd, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_MTU_DISCOVER : IPV6_MTU_DISCOVER, &discover,
	           sizeof(discover));
	if (ttl)
		setsockopt(fd, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_TTL : IPV6_UNICAST_HOPS, &ttl,
		           sizeof(ttl));
	strcpy(result, "timeout");
	for (int sequence = 1; now() < until; sequence++) {
		double again = now() + 1 < until ? now() + 1 : until;

		if (send(fd, packet, echo_request(&task->to, id, sequence, length, packet), 0) < 0 &&
		    !error_of(fd, id, result) && errno != EAGAIN) {
			snprintf(result, LINE, "%s by=self", outcome_of(errno));
			break;
		}
		if (strcmp(result, "timeout"))
			break;
		while (now() < again) {
			struct pollfd wanted = {.fd = fd, .events = POLLIN};

			poll(&wanted, 1, (int)((again - now()) * 1000) + 1);
			if (error_of(fd, id, result) || reply_of(fd, task, id, began, result))
				return (void)close(fd);
		}
	}
	close(fd);
}
