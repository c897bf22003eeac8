// SPDX-License-Identifier: Apache-2.0
// Traffic that goes on for as long as this runs, and its losses. Each flow tells four times a second how it
// is:
//
//   ID flow sent=N answered=N lost=N broken=N gap=MS silent=MS
//
// lost: unanswered for two seconds, and still so. broken: connections that ended, or could not be made. gap:
// the longest time without an answer; silent: the present one.
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "probe.h"

#define WINDOW 4096
#define LATE 2.0

struct flow {
	struct task task;
	const char *id;
	double every, told, heard, gap;
	int sent, answered, lost, broken, judged, fd;
	double when[WINDOW]; // sent; 0 when answered
};

static void tell(struct flow *f)
{
	double t = now();

	for (;
	     f->judged < f->sent && (!f->when[f->judged % WINDOW] || f->when[f->judged % WINDOW] < t - LATE);
	     f->judged++)
		f->lost += f->when[f->judged % WINDOW] != 0;
	if (t < f->told + 0.25)
		return;
	f->told = t;
	printf("%s flow sent=%d answered=%d lost=%d broken=%d gap=%d silent=%d\n", f->id, f->sent,
	       f->answered, f->lost, f->broken, (int)(f->gap * 1000), (int)((t - f->heard) * 1000));
}

static void answered(struct flow *f, int sequence)
{
	double t = now();

	if (sequence >= f->sent || sequence < f->sent - WINDOW || sequence < 0 || !f->when[sequence % WINDOW])
		return;
	f->lost -= sequence < f->judged; // late is not lost
	f->when[sequence % WINDOW] = 0;
	f->answered++;
	if (t - f->heard > f->gap)
		f->gap = t - f->heard;
	f->heard = t;
}

static int numbered(struct flow *f)
{
	f->when[f->sent % WINDOW] = now();
	return f->sent++;
}

static void echoes(struct flow *f)
{
	int id = getpid() & 0xffff;
	unsigned char packet[256];

	if ((f->fd = echo_socket(&f->task.to)) < 0) {
		printf("%s unable lacks=CAP_NET_RAW\n", f->id);
		return;
	}
	for (;; tell(f)) {
		double next = now() + f->every;

		send(f->fd, packet, echo_request(&f->task.to, id, numbered(f) & 0xffff, 64, packet),
		     MSG_DONTWAIT);
		while (wait_readable(f->fd, next)) {
			ssize_t got = recv(f->fd, packet, sizeof(packet), MSG_DONTWAIT);
			int sequence;

			if (got > 0 && is_echo_reply(&f->task.to, id, packet, got, &sequence))
				answered(f, (f->sent & ~0xffff) + sequence);
			else if (got < 0)
				poll(NULL, 0, 1); // an error is told once, and is no answer
		}
	}
}

static void datagrams(struct flow *f)
{
	char text[32];

	f->fd = connect_to(&f->task, SOCK_DGRAM, now() + 1);
	for (;; tell(f)) {
		double next = now() + f->every;

		send(f->fd, text, snprintf(text, sizeof(text), "%d ", numbered(f)), 0);
		while (wait_readable(f->fd, next)) {
			ssize_t got = recv(f->fd, text, sizeof(text) - 1, 0);

			text[got > 0 ? got : 0] = 0;
			if (got > 0)
				answered(f, atoi(text));
			else
				poll(NULL, 0, 1);
		}
	}
}

static void stream(struct flow *f)
{
	char line[LINE];

	f->fd = connect_to(&f->task, SOCK_STREAM, now() + 5);
	f->broken = f->fd < 0;
	for (;; tell(f)) {
		double next = now() + f->every;

		snprintf(line, sizeof(line), "%d", numbered(f));
		f->broken |= !write_line(f->fd, line, now() + 60);
		while (!f->broken && wait_readable(f->fd, next)) {
			f->broken |= read_line(f->fd, line, now() + 60) < 0;
			answered(f, atoi(line));
		}
		if (f->broken)
			poll(NULL, 0, 100);
	}
}

static void connections(struct flow *f)
{
	char result[LINE];

	for (;; tell(f)) {
		double next = now() + f->every;
		int sequence = numbered(f);

		ask_tcp(&f->task, now() + 5, result);
		if (!strncmp(result, "answered", 8) || !strncmp(result, "connected", 9))
			answered(f, sequence);
		else
			f->broken++;
		while (now() < next)
			poll(NULL, 0, 1);
	}
}

static void flow(char *line)
{
	static struct flow f;
	char *words[16], kind[12];
	int count = 0;

	for (char *word = strtok(line, " "); word && count < 16; word = strtok(NULL, " "))
		words[count++] = word;
	if (count < 4 || !parse_place(words[2], atoi(words[3]), &f.task.to)) {
		puts("flow: ID KIND ADDRESS PORT [every=MS]");
		return;
	}
	f.id = words[0];
	snprintf(kind, sizeof(kind), "%s", words[1]);
	f.task.words = words + 4;
	f.task.count = count - 4;
	f.every = number(&f.task, "every", 20) / 1e3;
	f.heard = now();
	if (!strcmp(kind, "echo"))
		echoes(&f);
	else if (!strcmp(kind, "udp"))
		datagrams(&f);
	else if (!strcmp(kind, "stream"))
		stream(&f);
	else
		connections(&f);
}

int run_flows(int count, char **tasks)
{
	signal(SIGPIPE, SIG_IGN);
	for (int i = 0; i < count; i++)
		if (!tied_fork()) {
			flow(tasks[i]);
			_exit(1);
		}
	while (wait(NULL) > 0 || errno == EINTR)
		;
	return 1;
}
