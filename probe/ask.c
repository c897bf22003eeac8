// SPDX-License-Identifier: Apache-2.0
// Questions to a server, by TCP and UDP. Each leaves one line: an outcome, then what was seen.
#include "probe.h"

#define CHUNK 65536

static void failed(char result[LINE])
{
	snprintf(result, LINE, "%s", outcome_of(errno));
}

static const char *own(int fd, char text[TEXT])
{
	place here;
	socklen_t length = sizeof(here);

	return getsockname(fd, &here.any, &length) ? "?" : text_of(&here, text);
}

// `answered` with what the server saw, or `connected` when it is no server of ours.
static void report(int fd, const char *line, double began, char result[LINE])
{
	char self[TEXT], peer[TEXT], here[TEXT];
	int us = (int)((now() - began) * 1e6);

	if (sscanf(line, "who %45s %45s", peer, here) == 2)
		snprintf(result, LINE, "answered self=%s peer=%s here=%s us=%d", own(fd, self), peer, here,
		         us);
	else
		snprintf(result, LINE, "connected self=%s us=%d", own(fd, self), us);
}

void ask_tcp(const struct task *task, double until, char result[LINE])
{
	double began = now(), patience;
	char line[LINE] = "";
	int fd = connect_to(task, SOCK_STREAM, until);

	if (fd < 0)
		return failed(result);
	// Whatever listens there may wait for more than this.
	patience = now() + 2 < until ? now() + 2 : until;
	if (write_line(fd, "who", patience) && read_line(fd, line, patience) < 0)
		*line = 0;
	report(fd, line, began, result);
	close(fd);
}

// A datagram may be lost: it is sent again each second.
void ask_udp(const struct task *task, double until, char result[LINE])
{
	static char sent[CHUNK], heard[CHUNK];
	int size = number(task, "size", 0), fd = connect_to(task, SOCK_DGRAM, until), whole = 0;
	size_t length = size ? (size_t)size : 3;
	ssize_t got = -1;
	double began = now();

	if (fd < 0)
		return failed(result);
	setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &whole, sizeof(whole)); // IP_PMTUDISC_DONT: fragments
	pattern(sent, length, 0);
	if (!size)
		strcpy(sent, "who");
	do {
		double again = now() + 1 < until ? now() + 1 : until;

		if (send(fd, sent, length, 0) >= 0 && wait_readable(fd, again))
			got = recv(fd, heard, sizeof(heard) - 1, 0);
	} while (got < 0 && errno == ETIMEDOUT && now() < until);
	if (got < 0) {
		failed(result);
	} else if (size) {
		bool same = (size_t)got == length && !memcmp(sent, heard, length);

		snprintf(result, LINE, "%s us=%d", same ? "whole" : "damaged", (int)((now() - began) * 1e6));
	} else {
		heard[got] = 0;
		report(fd, heard, began, result);
	}
	close(fd);
}

static bool give(int fd, size_t length, double until, char result[LINE])
{
	static char buffer[CHUNK];
	uint32_t sum = 0;
	char line[LINE], wanted[LINE];

	snprintf(line, sizeof(line), "give %zu", length);
	if (!write_line(fd, line, until))
		return failed(result), false;
	for (size_t done = 0; done < length; done += CHUNK) {
		size_t part = length - done < CHUNK ? length - done : CHUNK;

		pattern(buffer, part, done);
		sum = sum_of(sum, buffer, part);
		if (!write_all(fd, buffer, part, until))
			return snprintf(result, LINE, "%s sent=%zu", outcome_of(errno), done), false;
	}
	if (read_line(fd, line, until) < 0)
		return snprintf(result, LINE, "%s sent=%zu", outcome_of(errno), length), false;
	snprintf(wanted, sizeof(wanted), "sum %08x", sum);
	return snprintf(result, LINE, "damaged on=way-there"), !strcmp(line, wanted);
}

static bool take(int fd, size_t length, double until, char result[LINE])
{
	static char buffer[CHUNK], wanted[CHUNK];
	char line[LINE];

	snprintf(line, sizeof(line), "take %zu", length);
	if (!write_line(fd, line, until))
		return failed(result), false;
	for (size_t done = 0; done < length;) {
		size_t part = length - done < CHUNK ? length - done : CHUNK;
		ssize_t got = wait_readable(fd, until) ? read(fd, buffer, part) : -1;

		if (got < 1)
			return snprintf(result, LINE, "%s received=%zu", got ? outcome_of(errno) : "reset",
			                done),
			       false;
		pattern(wanted, got, done);
		if (memcmp(buffer, wanted, got))
			return snprintf(result, LINE, "damaged on=way-back"), false;
		done += got;
	}
	return true;
}

// `size=` bytes there, and as many back.
void ask_bulk(const struct task *task, double until, char result[LINE])
{
	size_t length = number(task, "size", 1000000);
	int fd = connect_to(task, SOCK_STREAM, until), mtu = 0;
	socklen_t size = sizeof(mtu);
	double began = now();
	bool v4 = task->to.any.sa_family == AF_INET;

	if (fd < 0)
		return failed(result);
	if (give(fd, length, until, result) && take(fd, length, until, result)) {
		getsockopt(fd, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_MTU : IPV6_MTU, &mtu, &size);
		snprintf(result, LINE, "whole mtu=%d us=%d", mtu, (int)((now() - began) * 1e6));
	}
	close(fd);
}

// Whether so many have come to the server with the token.
static bool others_have_come(const struct task *task, const char *token, int count, double until)
{
	struct task plain = {.to = task->to};
	int fd = connect_to(&plain, SOCK_STREAM, until);
	char line[LINE];
	bool met;

	snprintf(line, sizeof(line), "await %s %d", token, count);
	met = fd >= 0 && write_line(fd, line, until) && read_line(fd, line, until) >= 0 &&
	      !strcmp(line, "met");
	close(fd);
	return met;
}

// Waits at the server for `count=` connections that say `token=`; then the connection must still carry both
// ways. With `after=N` it begins when so many are there.
void ask_meet(const struct task *task, double until, char result[LINE])
{
	const char *token = value(task, "token");
	int after = number(task, "after", 0), fd;
	char line[LINE];

	if (!token || (after && !others_have_come(task, token, after, until)))
		return (void)strcpy(result, "alone");
	fd = connect_to(task, SOCK_STREAM, until);
	if (fd < 0)
		return failed(result);
	snprintf(line, sizeof(line), "meet %s %d", token, number(task, "count", 2));
	if (!write_line(fd, line, until) || read_line(fd, line, until) < 0)
		failed(result);
	else if (strcmp(line, "met"))
		snprintf(result, LINE, "%.40s", line);
	else if (!write_line(fd, "who", until) || read_line(fd, line, until) < 0)
		failed(result);
	else
		report(fd, line, now(), result);
	close(fd);
}

// Has the server do a task: `task=` with commas for blanks.
void ask_call(const struct task *task, double until, char result[LINE])
{
	int fd = connect_to(task, SOCK_STREAM, until);
	const char *words = value(task, "task");
	char line[LINE];

	if (fd < 0 || !words)
		return failed(result);
	snprintf(line, sizeof(line), "call %s", words);
	for (char *at = line; (at = strchr(at, ','));)
		*at = ' ';
	if (!write_line(fd, line, until) || read_line(fd, result, until) < 0)
		failed(result);
	close(fd);
}
