/*
 * The CNI plugin: a shim between kubelet and the agent.
 *
 * It forwards its standard input and the CNI_ variables to the agent's unix socket, prints what the agent
 * answers and ends with 0 for a result or 1 for an error. All meaning is the agent's; here is only what must
 * work without it: VERSION    is answered at once, STATUS     says code 50 (not available) when the agent is
 * away, the others wait CONNECT_MS for the agent, then say code 11 (try again later). That includes DEL:
 * kubelet repeats it until the agent is back. A sandbox whose agent never comes back needs the agent for
 * once, or this plugin removed from the network configuration.
 *
 * Frame, both ways: u32 big-endian length of what follows (at most LIMIT), u8 kind, payload.
 */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "json.h"

#define LIMIT (1u << 20)
#define CONNECT_MS 5000
#define RETRY_MS 50
#define ANSWER_MS 60000
#define DEFAULT_SOCKET "/run/stentor/agent.sock"
#define VERSIONS "[\"0.1.0\",\"0.2.0\",\"0.3.0\",\"0.3.1\",\"0.4.0\",\"1.0.0\",\"1.1.0\"]"

enum { CODE_VARIABLE = 4, CODE_IO = 5, CODE_DECODE = 6, CODE_AGAIN = 11, CODE_UNAVAILABLE = 50 };

extern char **environ;

static char cni_version[32];

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ll + t.tv_nsec / 1000000;
}

static bool write_all(int fd, const char *bytes, size_t length)
{
	while (length) {
		ssize_t n = fd == STDOUT_FILENO ? write(fd, bytes, length)
		                                : send(fd, bytes, length, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes += n;
		length -= n;
	}
	return true;
}

/* Prints an error result as the specification has it; the exit code of every error. */
static int fail(int code, const char *message, const char *details)
{
	struct text out = {.limit = LIMIT};
	char number[16];

	snprintf(number, sizeof(number), "%d", code);
	text_put(&out, "{\"cniVersion\":");
	text_quote(&out, cni_version, strlen(cni_version));
	text_put(&out, ",\"code\":");
	text_put(&out, number);
	text_put(&out, ",\"msg\":");
	text_quote(&out, message, strlen(message));
	text_put(&out, ",\"details\":");
	text_quote(&out, details, strlen(details));
	text_put(&out, "}\n");
	write_all(STDOUT_FILENO, out.bytes, out.length);
	return 1;
}

static bool read_configuration(struct text *config)
{
	char buffer[16384];

	while (!config->full) {
		ssize_t n = read(STDIN_FILENO, buffer, sizeof(buffer));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		if (n == 0)
			return true;
		text_add(config, buffer, n);
	}
	return true;
}

static void build_request(struct text *request, const char *command, const struct text *config)
{
	bool first = true;

	text_add(request, "\0\0\0\0q", 5);
	text_put(request, "{\"method\":\"cni\",\"command\":");
	text_quote(request, command, strlen(command));
	text_put(request, ",\"env\":{");
	for (char **variable = environ; *variable; variable++) {
		char *equals = strchr(*variable, '=');

		if (strncmp(*variable, "CNI_", 4) || !equals)
			continue;
		if (!first)
			text_put(request, ",");
		first = false;
		text_quote(request, *variable, equals - *variable);
		text_put(request, ":");
		text_quote(request, equals + 1, strlen(equals + 1));
	}
	text_put(request, "},\"config\":");
	text_quote(request, config->bytes, config->length);
	text_put(request, "}");
	if (request->full)
		return;
	uint32_t length = request->length - 4;
	for (int i = 0; i < 4; i++)
		request->bytes[i] = length >> (24 - 8 * i);
}

/* The socket, or -1 with errno when nobody answered for `patience` ms. */
static int connect_agent(const char *path, int patience)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct timeval wait = {.tv_sec = 1};
	int64_t deadline = now_ms() + patience;

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(address.sun_path, path);
	while (true) {
		int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

		if (fd < 0)
			return -1;
		/* Bounds connect() to a full backlog, and a peer that does not read. */
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
		if (!connect(fd, (struct sockaddr *)&address, sizeof(address)))
			return fd;
		int error = errno;
		close(fd);
		errno = error;
		if (error != ENOENT && error != ECONNREFUSED && error != EAGAIN && error != EINTR)
			return -1;
		if (now_ms() + RETRY_MS > deadline) {
			errno = error;
			return -1;
		}
		poll(NULL, 0, RETRY_MS);
	}
}

/* Reads exactly `length` bytes before the deadline. */
static bool read_exactly(int fd, char *bytes, size_t length, int64_t deadline)
{
	while (length) {
		int64_t left = deadline - now_ms();
		struct pollfd ready = {.fd = fd, .events = POLLIN};
		int n = left > 0 ? poll(&ready, 1, left) : 0;

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			errno = n ? errno : ETIMEDOUT;
			return false;
		}
		ssize_t got = recv(fd, bytes, length, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			errno = got ? errno : ECONNRESET;
			return false;
		}
		bytes += got;
		length -= got;
	}
	return true;
}

static int print_answer(int fd, int code_away)
{
	int64_t deadline = now_ms() + ANSWER_MS;
	unsigned char head[5];

	if (!read_exactly(fd, (char *)head, sizeof(head), deadline))
		return fail(code_away, "the Stentor agent went away before it answered", strerror(errno));
	uint32_t length = (uint32_t)head[0] << 24 | head[1] << 16 | head[2] << 8 | head[3];
	if (length < 1 || length > LIMIT || (head[4] != 'r' && head[4] != 'e'))
		return fail(CODE_IO, "the Stentor agent's answer is not understood", "");
	length--;
	char *payload = malloc(length + 1);
	if (!payload)
		return fail(CODE_IO, "out of memory", "");
	if (!read_exactly(fd, payload, length, deadline))
		return fail(code_away, "the Stentor agent went away while it answered", strerror(errno));
	if (!write_all(STDOUT_FILENO, payload, length))
		return 1;
	return head[4] == 'r' ? 0 : 1;
}

int main(void)
{
	struct text config = {.limit = LIMIT}, request = {.limit = LIMIT};
	char path[256], details[512];
	const char *command = getenv("CNI_COMMAND");

	strcpy(cni_version, "1.1.0");
	if (!command || !*command)
		return fail(
			CODE_VARIABLE, "CNI_COMMAND is not set",
			"This is a CNI plugin: a container runtime runs it. People use the command stentor.");
	if (!read_configuration(&config))
		return fail(CODE_IO, "the network configuration cannot be read", strerror(errno));
	if (!config.full &&
	    !json_find(config.bytes, config.length, "cniVersion", cni_version, sizeof(cni_version)))
		strcpy(cni_version, strcmp(command, "VERSION") ? "0.1.0" : "1.1.0");
	if (!strcmp(command, "VERSION")) {
		struct text out = {.limit = LIMIT};

		text_put(&out, "{\"cniVersion\":");
		text_quote(&out, cni_version, strlen(cni_version));
		text_put(&out, ",\"supportedVersions\":" VERSIONS "}\n");
		return !write_all(STDOUT_FILENO, out.bytes, out.length);
	}
	build_request(&request, command, &config);
	if (config.full || request.full)
		return fail(CODE_DECODE, "the network configuration is larger than 1 MiB", "");
	if (!json_find(config.bytes, config.length, "agent-socket", path, sizeof(path))) {
		const char *other = getenv("STENTOR_SOCKET");

		snprintf(path, sizeof(path), "%s", other && *other ? other : DEFAULT_SOCKET);
	}
	bool status = !strcmp(command, "STATUS");
	int code_away = status ? CODE_UNAVAILABLE : CODE_AGAIN;
	int fd = connect_agent(path, status ? 0 : CONNECT_MS);
	if (fd < 0) {
		snprintf(details, sizeof(details), "%s: %s", path, strerror(errno));
		return fail(code_away, "the Stentor agent does not answer on this node", details);
	}
	if (!write_all(fd, request.bytes, request.length))
		return fail(code_away, "the Stentor agent does not take the request", strerror(errno));
	return print_answer(fd, code_away);
}
