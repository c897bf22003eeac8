// SPDX-License-Identifier: Apache-2.0
// The server. TCP, a line each, answered by a line unless it says otherwise:
//
//   who            who PEER HERE, both ends as they are seen here
//   give N         then N bytes: their sum
//   take N         answered by N bytes of the pattern
//   seen TOKEN     yes or no: whether a datagram `mark TOKEN` came
//   meet TOKEN N   answered when so many have said it
//   await TOKEN N  the same, by one who does not count
//   call TASK      does a task from here, and answers its result; where it is allowed
//
// and whatever else comes back. UDP: `who` as above, the rest comes back.
//
// Options: `calls=1` allows calls. `metrics=PORT` tells the drops that the agent of this host counts.
// `link=NAME` tells the MAC of that link, if it is there.
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "probe.h"

#define CHUNK 65536
#define TOKENS 256
#define TOKEN 24
#define PATIENCE 30.0

// Seen by all processes.
static struct {
	uint32_t marks, meetings;
	char marked[TOKENS][TOKEN], meeting[TOKENS][TOKEN];
} *board;

static void write_on(char lines[TOKENS][TOKEN], uint32_t *count, const char *token)
{
	uint32_t at = __atomic_fetch_add(count, 1, __ATOMIC_SEQ_CST) % TOKENS;

	snprintf(lines[at], TOKEN, "%s", token);
}

static int times(char lines[TOKENS][TOKEN], const char *token)
{
	int found = 0;

	for (int i = 0; i < TOKENS; i++)
		found += !strncmp(lines[i], token, TOKEN);
	return found;
}

static void name_both(int fd, char answer[LINE])
{
	place peer, here;
	socklen_t length = sizeof(peer);
	char a[TEXT], b[TEXT];

	getpeername(fd, &peer.any, &length);
	length = sizeof(here);
	getsockname(fd, &here.any, &length);
	snprintf(answer, LINE, "who %s %s", text_of(&peer, a), text_of(&here, b));
}

static bool receive(int fd, size_t length, char answer[LINE])
{
	static char buffer[CHUNK];
	uint32_t sum = 0;

	while (length) {
		ssize_t got = read(fd, buffer, length < CHUNK ? length : CHUNK);

		if (got < 1)
			return false;
		sum = sum_of(sum, buffer, got);
		length -= got;
	}
	snprintf(answer, LINE, "sum %08x", sum);
	return true;
}

static bool transmit(int fd, size_t length)
{
	static char buffer[CHUNK];

	for (size_t done = 0; done < length; done += CHUNK) {
		size_t part = length - done < CHUNK ? length - done : CHUNK;

		pattern(buffer, part, done);
		if (!write_all(fd, buffer, part, now() + PATIENCE))
			return false;
	}
	return true;
}

static void meet(const char *words, bool counts, char answer[LINE])
{
	char token[TOKEN];
	int wanted = 0;
	double until = now() + PATIENCE;

	sscanf(words, "%23s %d", token, &wanted);
	if (counts)
		write_on(board->meeting, &board->meetings, token);
	while (times(board->meeting, token) < wanted && now() < until)
		poll(NULL, 0, 5);
	strcpy(answer, times(board->meeting, token) < wanted ? "alone" : "met");
}

static void converse(int fd, bool calls)
{
	char line[LINE], answer[LINE];

	while (read_line(fd, line, now() + 600) >= 0) {
		strcpy(answer, line);
		if (!strcmp(line, "who"))
			name_both(fd, answer);
		else if (!strncmp(line, "give ", 5) && !receive(fd, atol(line + 5), answer))
			return;
		else if (!strncmp(line, "take ", 5)) {
			if (!transmit(fd, atol(line + 5)))
				return;
			continue;
		} else if (!strncmp(line, "seen ", 5))
			strcpy(answer, times(board->marked, line + 5) ? "yes" : "no");
		else if (!strncmp(line, "meet ", 5))
			meet(line + 5, true, answer);
		else if (!strncmp(line, "await ", 6))
			meet(line + 6, false, answer);
		else if (!strncmp(line, "call ", 5) && !(calls && perform(line + 5, 5, answer)))
			strcpy(answer, "forbidden-here");
		if (!write_line(fd, answer, now() + PATIENCE))
			return;
	}
}

static const void *own_address(struct msghdr *message, int *family)
{
	struct cmsghdr *control = CMSG_FIRSTHDR(message);

	*family = control && control->cmsg_level == IPPROTO_IPV6 ? AF_INET6 : AF_INET;
	if (!control)
		return "\0\0\0";
	if (*family == AF_INET6) {
		((struct in6_pktinfo *)CMSG_DATA(control))->ipi6_ifindex = 0;
		return &((struct in6_pktinfo *)CMSG_DATA(control))->ipi6_addr;
	}
	((struct in_pktinfo *)CMSG_DATA(control))->ipi_ifindex = 0;
	return &((struct in_pktinfo *)CMSG_DATA(control))->ipi_spec_dst;
}

// Answers leave from the address that was asked: what came with the datagram goes back with the answer.
__attribute__((noreturn)) static void serve_datagrams(int fd)
{
	static char data[CHUNK];

	for (;;) {
		char control[128], a[TEXT], b[TEXT];
		place peer;
		struct iovec part = {.iov_base = data, .iov_len = sizeof(data) - 1};
		struct msghdr message = {.msg_name = &peer,
		                         .msg_namelen = sizeof(peer),
		                         .msg_iov = &part,
		                         .msg_iovlen = 1,
		                         .msg_control = control,
		                         .msg_controllen = sizeof(control)};
		ssize_t length = recvmsg(fd, &message, 0);
		const void *own;
		int family;

		if (length < 0)
			continue;
		own = own_address(&message, &family);
		data[length] = 0;
		if (!strncmp(data, "mark ", 5)) {
			char token[TOKEN] = "";

			sscanf(data + 5, "%23s", token);
			write_on(board->marked, &board->marks, token);
		} else if (!strcmp(data, "who")) {
			length = sprintf(data, "who %s %s", text_of(&peer, a), text_of_raw(family, own, b));
		}
		part.iov_len = length;
		message.msg_flags = 0;
		sendmsg(fd, &message, MSG_NOSIGNAL);
	}
}

// An agent's answer, a page of text; "" without one.
static void fetch(const struct task *agent, char *page, size_t room)
{
	static const char *request = "GET /metrics HTTP/1.0\r\n\r\n";
	double until = now() + 5;
	int fd = connect_to(agent, SOCK_STREAM, until);
	size_t length = 0;
	ssize_t got = fd >= 0 && write_all(fd, request, strlen(request), until);

	while (got > 0 && length < room - 1 && wait_readable(fd, until)) {
		got = read(fd, page + length, room - 1 - length);
		length += got > 0 ? got : 0;
	}
	page[length] = 0;
	close(fd);
}

// The drops that an agent counts, each a line when it is seen first and when it has become more: `drop COUNT
// LABELS`.
__attribute__((noreturn)) static void watch_drops(const char *metrics)
{
	static const char *name = "\ncilium_drop_count_total{";
	static char page[512 << 10], known[32 << 10], next[32 << 10];
	struct task agent = {0};
	bool first = true;

	for (; parse_place("127.0.0.1", atoi(metrics), &agent.to); poll(NULL, 0, 500)) {
		char *at = page, line[LINE];

		fetch(&agent, page, sizeof(page));
		for (*next = 0; (at = strstr(at, name)); at++) {
			double count;
			char labels[300];

			if (sscanf(at + strlen(name), "%299[^}]} %lf", labels, &count) != 2)
				continue;
			snprintf(line, sizeof(line), "drop %.0f %s\n", count, labels);
			if (!strstr(known, line))
				fputs(line, stdout);
			if (strlen(next) + strlen(line) < sizeof(next))
				strcat(next, line);
		}
		if (*page && first)
			puts("drops are counted");
		first = first && !*page;
		if (*next)
			strcpy(known, next);
	}
	exit(1);
}

// The MAC of a link, as ` mac=…`; nothing without one.
static void print_mac(const char *link)
{
	char path[80], mac[20];
	FILE *file;

	snprintf(path, sizeof(path), "/sys/class/net/%.15s/address", link);
	file = fopen(path, "re");
	if (file && fscanf(file, "%19s", mac) == 1)
		printf(" mac=%s", mac);
	if (file)
		fclose(file);
}

void serve(int port, const struct task *options)
{
	const char *metrics = value(options, "metrics"), *link = value(options, "link");
	int listener = bound(SOCK_STREAM, port), datagrams = bound(SOCK_DGRAM, port);
	bool calls = value(options, "calls");

	if (value(options, "tied"))
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (board == MAP_FAILED || listen(listener, 128)) {
		printf("port %d: %s\n", port, strerror(errno));
		exit(1);
	}
	signal(SIGCHLD, SIG_IGN);
	printf("serving port=%d mtu=%d", port, default_mtu());
	if (link)
		print_mac(link);
	puts("");
	if (!tied_fork())
		serve_datagrams(datagrams);
	if (metrics && !tied_fork())
		watch_drops(metrics);
	for (;;) {
		int fd = accept(listener, NULL, NULL);

		if (fd < 0 || tied_fork()) {
			close(fd);
			continue;
		}
		converse(fd, calls);
		exit(0);
	}
}
