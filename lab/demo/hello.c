// SPDX-License-Identifier: Apache-2.0
// hello: the demo's server and client.
//
//   hello serve PORT              answers each connection with the pod, node and address it runs on
//   hello ask ADDRESS:PORT...     asks them in turn, once a second, and prints each answer
//
// The server's names come from POD_NAME, NODE_NAME and POD_IP. IPv4 and IPv6.
#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <netinet/in.h>

#define ANSWER_MAX 512
#define ADDRESS_MAX 64
#define PATIENCE_SECONDS 3

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "?";
}

static int serve(int port)
{
	struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	int listener = socket(AF_INET6, SOCK_STREAM, 0), on = 1, off = 0;

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (bind(listener, (struct sockaddr *)&any, sizeof(any)) || listen(listener, 64)) {
		perror("hello: listen");
		return 1;
	}
	printf("hello: listening on port %d\n", port);
	fflush(stdout);
	for (;;) {
		int connection = accept(listener, NULL, NULL);

		if (connection < 0)
			continue;
		dprintf(connection, "pod %s on %s at %s", variable("POD_NAME"), variable("NODE_NAME"), variable("POD_IP"));
		close(connection);
	}
}

static double milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

// Finds address and port in ADDRESS:PORT or [ADDRESS]:PORT; 0 when the text is none.
static int find(const char *text, struct addrinfo **to)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST};
	char address[ADDRESS_MAX];
	const char *colon = strrchr(text, ':');
	size_t length = colon ? colon - text : 0;
	int brackets = length > 2 && text[0] == '[' && text[length - 1] == ']';

	if (!length || length >= sizeof(address))
		return 0;
	snprintf(address, sizeof(address), "%.*s", (int)length - 2 * brackets, text + brackets);
	return !getaddrinfo(address, colon + 1, &hints, to);
}

static void ask(const char *address)
{
	struct addrinfo *to;
	struct timeval patience = {.tv_sec = PATIENCE_SECONDS};
	char answer[ANSWER_MAX] = {0};
	double begin = milliseconds();
	ssize_t length = -1;
	int fd;

	if (!find(address, &to)) {
		printf("%s: not an address and port\n", address);
		return;
	}
	fd = socket(to->ai_family, to->ai_socktype, 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (!connect(fd, to->ai_addr, to->ai_addrlen))
		length = read(fd, answer, sizeof(answer) - 1);
	if (length > 0)
		printf("%s answered: %s (%.2f ms)\n", address, answer, milliseconds() - begin);
	else
		printf("%s did not answer: %s\n", address, strerror(errno));
	fflush(stdout);
	close(fd);
	freeaddrinfo(to);
}

int main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	if (argc == 3 && !strcmp(argv[1], "serve"))
		return serve(atoi(argv[2]));
	if (argc > 2 && !strcmp(argv[1], "ask"))
		for (int i = 2;; i = i + 1 < argc ? i + 1 : 2) {
			ask(argv[i]);
			sleep(1);
		}
	fprintf(stderr, "usage: hello serve PORT | hello ask ADDRESS:PORT...\n");
	return 2;
}
