// SPDX-License-Identifier: Apache-2.0
// steady: a load of which every packet and connection is accounted for.
//
//   steady serve PORT           answers until it is killed
//   steady run ADDRESS PORT [SLOWER]
//                               says "running", goes on until a line or the end of its standard input, counts up
//
// At once, and as often, or SLOWER times less: an ICMP echo every 5 ms; a UDP datagram every millisecond, sent back by
// the server; 8 TCP connections whose bytes come back and are compared; a new connection every 10 ms, with a byte there
// and back. One line of JSON in the end. Datagrams that a socket's own full buffer lost are counted apart (overflow), on
// both sides; so are connections whose SYN was sent again (late). Needs CAP_NET_RAW.
#include "steady.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ECHO_PERIOD (5 * MS)
#define DATAGRAM_PERIOD (1 * MS)
#define CONNECTION_PERIOD (10 * MS)
#define BLOCK_PERIOD (25 * MS)
#define STREAMS 8
#define TAIL (3 * SECOND)  // for what is still on its way in the end

static volatile bool ending;
static int64_t begin;
static int slower = 1;

void fail(const char *what)
{
	fprintf(stderr, "steady: %s: %s\n", what, strerror(errno));
	exit(1);
}

int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * SECOND + t.tv_nsec;
}

void sleep_until(int64_t when)
{
	struct timespec t = {.tv_sec = when / SECOND, .tv_nsec = when % SECOND};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

pthread_t start(void *(*body)(void *), void *argument)
{
	pthread_attr_t small;
	pthread_t thread;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 128 * 1024);
	if ((errno = pthread_create(&thread, &small, body, argument)))
		fail("thread");
	return thread;
}

bool all(int fd, char *bytes, size_t length, bool writing)
{
	while (length) {
		ssize_t n = writing ? write(fd, bytes, length) : read(fd, bytes, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			errno = n ? errno : ECONNABORTED;
			return false;
		}
		bytes += n;
		length -= n;
	}
	return true;
}

void count_overflow(int fd)
{
	int on = 1, large = 8 << 20;

	if (setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &large, sizeof(large)))
		fail("setsockopt");
}

ssize_t receive(int fd, void *bytes, size_t size, struct sockaddr_in6 *from, uint32_t *overflow)
{
	char control[CMSG_SPACE(sizeof(uint32_t))];
	struct iovec part = {.iov_base = bytes, .iov_len = size};
	struct msghdr message = {.msg_name = from,
				 .msg_namelen = from ? sizeof(*from) : 0,
				 .msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(fd, &message, 0);

	if (n >= 0)
		for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c))
			if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL)
				memcpy(overflow, CMSG_DATA(c), sizeof(*overflow));
	return n;
}

static const struct addrinfo *target;
static uint64_t stream_bytes, stream_failures, stream_wrong, stream_retransmits, alive;
static uint64_t made, failed, late, retransmits;
static char first_error[128];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void add(uint64_t *to, uint64_t more)
{
	__atomic_fetch_add(to, more, __ATOMIC_RELAXED);
}

static void note(const char *what, int error)
{
	pthread_mutex_lock(&lock);
	if (!*first_error)
		snprintf(first_error, sizeof(first_error), "%s after %lld ms: %s", what, (now() - begin) / MS,
			 strerror(error));
	pthread_mutex_unlock(&lock);
}

static int connected(void)
{
	int fd = socket(target->ai_family, SOCK_STREAM, 0), on = 1, tries = 3;
	struct timeval patience = {.tv_sec = 30};

	if (fd < 0)
		fail("socket");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, &tries, sizeof(tries));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (!connect(fd, target->ai_addr, target->ai_addrlen))
		return fd;
	close(fd);
	return -1;
}

static void add_retransmits(int fd, uint64_t *to)
{
	struct tcp_info info = {0};
	socklen_t length = sizeof(info);

	getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length);
	add(to, info.tcpi_total_retrans);
}

static void *run_stream(void *unused)
{
	char *sent = malloc(BLOCK), *back = malloc(BLOCK), kind = STREAM;
	int fd = connected();
	uint32_t state = (uint32_t)(uintptr_t)sent | 1;

	(void)unused;
	if (fd < 0 || !all(fd, &kind, 1, true)) {
		note("stream", errno);
		add(&stream_failures, 1);
		return NULL;
	}
	add(&alive, 1);
	for (int64_t next = now(); !ending; next += slower * BLOCK_PERIOD) {
		sleep_until(next);
		for (int i = 0; i < BLOCK; i++)
			sent[i] = (state = state * 1664525 + 1013904223) >> 24;
		if (!all(fd, sent, BLOCK, true) || !all(fd, back, BLOCK, false)) {
			note("stream", errno);
			add(&stream_failures, 1);
			break;
		}
		add(&stream_bytes, BLOCK);
		if (memcmp(sent, back, BLOCK))
			add(&stream_wrong, 1);
	}
	add_retransmits(fd, &stream_retransmits);
	close(fd);
	return NULL;
}

static void *run_once(void *unused)
{
	char kind = ONCE;
	uint64_t again = 0;
	int fd = connected();

	(void)unused;
	if (fd >= 0)
		add_retransmits(fd, &again);
	if (again)
		add(&late, 1);
	if (fd >= 0 && all(fd, &kind, 1, true) && all(fd, &kind, 1, false)) {
		add_retransmits(fd, &retransmits);
	} else {
		note("connection", errno);
		add(&failed, 1);
	}
	if (fd >= 0)
		close(fd);
	add(&alive, -1);
	return NULL;
}

static void *run_connections(void *unused)
{
	(void)unused;
	for (int64_t next = now(); !ending; next += slower * CONNECTION_PERIOD) {
		sleep_until(next);
		add(&alive, 1);
		add(&made, 1);
		pthread_detach(start(run_once, NULL));
	}
	return NULL;
}

static int opened(int type, int protocol, int port)
{
	struct sockaddr_in6 to;
	int fd = socket(target->ai_family, type, protocol);

	memcpy(&to, target->ai_addr, target->ai_addrlen);
	to.sin6_port = htons(port);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, target->ai_addrlen))
		fail("socket");
	return fd;
}

static int run(void)
{
	bool v6 = target->ai_family == AF_INET6;
	struct numbered echoes = {.period = slower * ECHO_PERIOD, .icmp = true, .v6 = v6, .id = getpid()};
	struct numbered datagrams = {.period = slower * DATAGRAM_PERIOD};
	char kind = DATAGRAMS, said[64] = {0};
	unsigned long long arrived = 0;
	unsigned int server_overflow = 0;
	pthread_t threads[STREAMS + 3];
	int control = connected(), n = 0;
	int64_t deadline;

	if (control < 0 || !all(control, &kind, 1, true) || !all(control, said, 6, false))
		fail("server");
	datagrams.fd = opened(SOCK_DGRAM, 0, atoi(said));
	echoes.fd = opened(SOCK_RAW, v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP, 0);
	begin = now();
	for (; n < STREAMS; n++)
		threads[n] = start(run_stream, NULL);
	while (__atomic_load_n(&alive, __ATOMIC_RELAXED) + stream_failures < STREAMS)
		sleep_until(now() + MS);
	alive = 0;
	threads[n++] = numbered_go(&echoes, &ending);
	threads[n++] = numbered_go(&datagrams, &ending);
	threads[n++] = start(run_connections, NULL);
	puts("running");
	fflush(stdout);
	(void)!fgets(said, sizeof(said), stdin);
	ending = true;
	while (n)
		pthread_join(threads[--n], NULL);
	while (__atomic_load_n(&alive, __ATOMIC_RELAXED))
		sleep_until(now() + MS);
	deadline = now() + TAIL;
	numbered_await(&echoes, deadline);
	numbered_await(&datagrams, deadline);
	shutdown(control, SHUT_WR);
	memset(said, 0, sizeof(said));
	for (ssize_t at = 0, more; (more = read(control, said + at, sizeof(said) - 1 - at)) > 0;)
		at += more;
	if (sscanf(said, "%llu %u", &arrived, &server_overflow) != 2)
		note("server", errno);
	printf("{\"seconds\":%.1f,", (now() - begin) / 1e9);
	numbered_print("icmp", &echoes);
	printf(",");
	numbered_print("udp", &datagrams);
	printf(",\"server\":{\"arrived\":%llu,\"overflow\":%u}", arrived, server_overflow);
	printf(",\"streams\":{\"count\":%d,\"bytes\":%llu,\"failed\":%llu,\"wrong\":%llu,\"retransmits\":%llu}", STREAMS,
	       (unsigned long long)stream_bytes, (unsigned long long)stream_failures, (unsigned long long)stream_wrong,
	       (unsigned long long)stream_retransmits);
	printf(",\"connections\":{\"made\":%llu,\"failed\":%llu,\"late\":%llu,\"retransmits\":%llu},\"error\":\"%s\"}\n",
	       (unsigned long long)made, (unsigned long long)failed, (unsigned long long)late,
	       (unsigned long long)retransmits, first_error);
	return 0;
}

int main(int argc, char **argv)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV}, *found;

	signal(SIGPIPE, SIG_IGN);
	if (argc == 3 && !strcmp(argv[1], "serve"))
		serve(atoi(argv[2]));
	if (argc == 5)
		slower = atoi(argv[4]);
	if (argc < 4 || argc > 5 || slower < 1 || strcmp(argv[1], "run") ||
	    getaddrinfo(argv[2], argv[3], &hints, &found)) {
		fprintf(stderr, "usage: steady serve PORT | steady run ADDRESS PORT [SLOWER]\n");
		return 2;
	}
	target = found;
	return run();
}
