// SPDX-License-Identifier: Apache-2.0
// What no honest pod sends. An honest datagram is caught on its way out and sent again: changed, which must
// not arrive, and then unchanged, which must, for otherwise nothing was shown. The server says which of them
// it has seen.
#include <arpa/inet.h>
#include <poll.h>
#include <sys/random.h>

#include "frame.h"

#define FIRST_PART 32
#define VXLAN 8472

struct tokens {
	char caught[16], forged[16], control[16];
};

static struct tokens tokens(void)
{
	struct tokens t;
	uint32_t random = getpid();

	getrandom(&random, sizeof(random), 0);
	snprintf(t.caught, sizeof(t.caught), "%08x-0", random);
	snprintf(t.forged, sizeof(t.forged), "%08x-1", random);
	snprintf(t.control, sizeof(t.control), "%08x-2", random);
	return t;
}

static bool put(int fd, const struct frame *f)
{
	return send(fd, f->bytes, f->length, 0) == (ssize_t)f->length;
}

static bool put_parts(int fd, const struct frame *f, bool backwards)
{
	size_t all = f->length - 14 - ip_header(f);
	int id = getpid() + backwards;
	struct frame first = part(f, 0, FIRST_PART, true, id),
		     last = part(f, FIRST_PART, all - FIRST_PART, false, id);

	return put(fd, backwards ? &last : &first) && put(fd, backwards ? &first : &last);
}

// The frame inside the tunnel's protocol, to `outer=`.
static bool put_into_tunnel(const struct task *task, const struct frame *f)
{
	static const unsigned char header[8] = {8, 0, 0, 0, 0, 0, 6, 0};
	unsigned char datagram[sizeof(header) + sizeof(f->bytes)];
	const char *outer = value(task, "outer"), *mac = value(task, "mac");
	unsigned char *m = datagram + sizeof(header);
	struct task to = {0};
	bool sent;
	int fd;

	if (!outer || !parse_place(outer, VXLAN, &to.to))
		return false;
	memcpy(datagram, header, sizeof(header));
	memcpy(m, f->bytes, f->length);
	if (mac)
		sscanf(mac, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", m, m + 1, m + 2, m + 3, m + 4, m + 5);
	fd = connect_to(&to, SOCK_DGRAM, now() + 1);
	sent = send(fd, datagram, sizeof(header) + f->length, 0) > 0;
	close(fd);
	return sent;
}

static bool put_both(const struct task *task, int fd, struct frame honest, const struct tokens *t)
{
	const char *kind = value(task, "kind"), *source = value(task, "source");
	struct frame forged = honest;
	place other;

	if (!kind || (source && !parse_place(source, 0, &other)))
		return false;
	rewrite(&forged, t->caught, t->forged, source ? &other : NULL);
	rewrite(&honest, t->caught, t->control, NULL);
	if (!strcmp(kind, "order"))
		return put_parts(fd, &forged, true) && put_parts(fd, &honest, false);
	if (!strcmp(kind, "tunnel"))
		return put_into_tunnel(task, &forged) && put(fd, &honest);
	if (!strcmp(kind, "mac"))
		forged.bytes[11] ^= 1;
	return put(fd, &forged) && put(fd, &honest);
}

static bool seen(const struct task *task, const char *token, double until)
{
	char line[LINE];
	int fd = connect_to(task, SOCK_STREAM, until);
	bool found = false;

	snprintf(line, sizeof(line), "seen %s", token);
	if (fd >= 0 && write_line(fd, line, until) && read_line(fd, line, until) > 0)
		found = !strcmp(line, "yes");
	close(fd);
	return found;
}

void ask_forge(const struct task *task, double until, char result[LINE])
{
	int raw = packet_socket(), fd = connect_to(task, SOCK_DGRAM, until);
	struct tokens t = tokens();
	struct frame honest;
	char mark[80];
	bool control = false, caught = false;

	if (raw < 0 || fd < 0) {
		snprintf(result, LINE, raw < 0 ? "unable lacks=CAP_NET_RAW" : "%s", outcome_of(errno));
		return;
	}
	memset(mark, '.', sizeof(mark));
	memcpy(mark + snprintf(mark, sizeof(mark), "mark %s", t.caught), " ", 1);
	while (!caught && now() < until) {
		send(fd, mark, sizeof(mark), 0);
		caught = capture(raw, t.caught, now() + 0.5 < until ? now() + 0.5 : until, &honest);
	}
	if (!caught) {
		snprintf(result, LINE, "uncaught");
	} else if (!put_both(task, raw, honest, &t)) {
		snprintf(result, LINE, "unsent reason=%s", outcome_of(errno));
	} else {
		while (!(control = seen(task, t.control, until)) && now() < until)
			poll(NULL, 0, 20);
		snprintf(result, LINE, "sent control=%s forged=%s", control ? "seen" : "unseen",
		         seen(task, t.forged, now() + 2) ? "seen" : "unseen");
	}
	close(raw);
	close(fd);
}
