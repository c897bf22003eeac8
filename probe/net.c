// SPDX-License-Identifier: Apache-2.0
// Sockets with deadlines, and addresses as people write them.
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <time.h>

#include "probe.h"

double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

bool parse_place(const char *address, int port, place *to)
{
	memset(to, 0, sizeof(*to));
	if (inet_pton(AF_INET, address, &to->v4.sin_addr) == 1) {
		to->v4.sin_family = AF_INET;
		to->v4.sin_port = htons(port);
		return true;
	}
	to->v6.sin6_family = AF_INET6;
	to->v6.sin6_port = htons(port);
	return inet_pton(AF_INET6, address, &to->v6.sin6_addr) == 1;
}

socklen_t place_length(const place *of)
{
	return of->any.sa_family == AF_INET ? sizeof(of->v4) : sizeof(of->v6);
}

bool is_v4(const place *of)
{
	return of->any.sa_family == AF_INET || IN6_IS_ADDR_V4MAPPED(&of->v6.sin6_addr);
}

const char *text_of_raw(int family, const void *address, char text[TEXT])
{
	if (family == AF_INET6 && IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)address))
		return inet_ntop(AF_INET, (const char *)address + 12, text, TEXT);
	return inet_ntop(family, address, text, TEXT);
}

const char *text_of(const place *of, char text[TEXT])
{
	return of->any.sa_family == AF_INET ? text_of_raw(AF_INET, &of->v4.sin_addr, text)
	                                    : text_of_raw(AF_INET6, &of->v6.sin6_addr, text);
}

const char *value(const struct task *task, const char *key)
{
	size_t length = strlen(key);

	for (int i = 0; i < task->count; i++)
		if (!strncmp(task->words[i], key, length) && task->words[i][length] == '=')
			return task->words[i] + length + 1;
	return NULL;
}

int number(const struct task *task, const char *key, int otherwise)
{
	const char *text = value(task, key);

	return text ? atoi(text) : otherwise;
}

const char *outcome_of(int error)
{
	static char other[24];

	switch (error) {
	case ECONNREFUSED:
		return "refused";
	case ETIMEDOUT:
	case EAGAIN:
		return "timeout";
	case ECONNRESET:
	case EPIPE:
		return "reset";
	case EHOSTUNREACH:
	case ENETUNREACH:
		return "unreachable";
	case EMSGSIZE:
		return "too-big";
	case EPERM:
	case EACCES:
		return "forbidden";
	default:
		snprintf(other, sizeof(other), "error-%d", error);
		return other;
	}
}

static bool ready(int fd, short events, double until)
{
	struct pollfd wanted = {.fd = fd, .events = events};
	double left = until - now();
	int found = left > 0 ? poll(&wanted, 1, (int)(left * 1000) + 1) : 0;

	if (!found)
		errno = ETIMEDOUT;
	return found > 0;
}

bool wait_readable(int fd, double until)
{
	return ready(fd, POLLIN, until);
}

int read_line(int fd, char line[LINE], double until)
{
	for (int length = 0; length < LINE - 1; length++) {
		ssize_t got = ready(fd, POLLIN, until) ? read(fd, line + length, 1) : -1;

		if (got == 0)
			errno = ECONNRESET;
		if (got < 1)
			return -1;
		if (line[length] == '\n') {
			line[length] = 0;
			return length;
		}
	}
	errno = EMSGSIZE;
	return -1;
}

bool write_all(int fd, const void *data, size_t length, double until)
{
	for (size_t done = 0; done < length;) {
		ssize_t wrote = ready(fd, POLLOUT, until)
		                        ? send(fd, (const char *)data + done, length - done, MSG_NOSIGNAL)
		                        : -1;

		if (wrote < 0 && errno != EAGAIN)
			return false;
		done += wrote > 0 ? wrote : 0;
	}
	return true;
}

bool write_line(int fd, const char *line, double until)
{
	char whole[LINE];

	return write_all(fd, whole, snprintf(whole, sizeof(whole), "%s\n", line), until);
}

// `from=PORT` chooses the own one.
int connect_to(const struct task *task, int type, double until)
{
	place from = {.any.sa_family = task->to.any.sa_family};
	int fd = socket(task->to.any.sa_family, type | SOCK_NONBLOCK, 0), on = 1, error = 0,
	    port = number(task, "from", 0);
	socklen_t length = sizeof(error);

	if (fd < 0)
		return -1;
	from.v4.sin_port = htons(port); // the same place in both
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (type == SOCK_STREAM)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (port && bind(fd, &from.any, place_length(&from)))
		error = errno;
	else if (connect(fd, &task->to.any, place_length(&task->to)) && errno != EINPROGRESS)
		error = errno;
	else if (!ready(fd, POLLOUT, until) || getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length))
		error = errno;
	if (!error)
		return fd;
	close(fd);
	errno = error;
	return -1;
}

// Both families, or IPv4 alone where there is no other.
int bound(int type, int port)
{
	struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	struct sockaddr_in any4 = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET6, type, 0), on = 1, off = 0, failed;
	bool v6 = fd >= 0;

	if (!v6)
		fd = socket(AF_INET, type, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (v6) {
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
		setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on));
	} else {
		setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on));
	}
	failed = v6 ? bind(fd, (struct sockaddr *)&any, sizeof(any))
	            : bind(fd, (struct sockaddr *)&any4, sizeof(any4));
	if (failed) {
		printf("port %d: %s\n", port, strerror(errno));
		exit(1);
	}
	return fd;
}

// Never the same bytes at the same place of two words, so that what is lost or doubled shows.
void pattern(char *into, size_t length, size_t offset)
{
	for (size_t i = 0; i < length; i++)
		into[i] = (char)((offset + i) * 2654435761u >> 13);
}

// FNV-1a
uint32_t sum_of(uint32_t sum, const char *data, size_t length)
{
	for (size_t i = 0; i < length; i++)
		sum = (sum ^ (unsigned char)data[i]) * 16777619u;
	return sum;
}

static bool default_interface(char name[IFNAMSIZ])
{
	char line[LINE], to[40];
	bool found = false;
	FILE *routes = fopen("/proc/self/net/route", "re");

	while (routes && !found && fgets(line, sizeof(line), routes))
		found = sscanf(line, "%15s %39s", name, to) == 2 && !strcmp(to, "00000000");
	if (routes)
		fclose(routes);
	routes = found ? NULL : fopen("/proc/self/net/ipv6_route", "re");
	while (routes && !found && fgets(line, sizeof(line), routes))
		found = sscanf(line, "%39s 00 %*s %*s %*s %*s %*s %*s %*s %15s", to, name) == 2 &&
		        strspn(to, "0") == 32 && strcmp(name, "lo");
	if (routes)
		fclose(routes);
	return found;
}

int default_mtu(void)
{
	struct ifreq request = {0};
	int fd = socket(AF_INET, SOCK_DGRAM, 0), mtu = 0;

	if (fd >= 0 && default_interface(request.ifr_name) && !ioctl(fd, SIOCGIFMTU, &request))
		mtu = request.ifr_mtu;
	close(fd);
	return mtu;
}
