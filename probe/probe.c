// SPDX-License-Identifier: Apache-2.0
// stentor-probe: both ends of `stentor connectivity test`, in pods of any image.
//
//   stentor-probe serve PORT [KEY=VALUE…]   answers all below: serve.c
//   stentor-probe run SECONDS TASK…         does tasks, eight at a time, each within so many seconds
//   stentor-probe flow FLOW…                traffic without an end: flow.c
//
// A task is one argument: ID VERB ADDRESS PORT [KEY=VALUE…]. Its result is one line on stdout: ID OUTCOME
// [KEY=VALUE…]; after the last one comes `done`. Verbs: tcp, udp, echo, bulk, meet, call, forge, who-has.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "probe.h"

#define AT_ONCE 8
#define WORDS 16

static const struct {
	const char *name;
	void (*ask)(const struct task *task, double until, char result[LINE]);
} verbs[] = {{"tcp", ask_tcp},   {"udp", ask_udp},   {"echo", ask_echo},   {"bulk", ask_bulk},
             {"meet", ask_meet}, {"call", ask_call}, {"forge", ask_forge}, {"who-has", ask_who_has}};

// `VERB ADDRESS PORT [KEY=VALUE…]`
bool perform(char *line, double seconds, char result[LINE])
{
	char *words[WORDS], *rest = NULL;
	struct task task = {0};
	int count = 0;

	for (char *word = strtok_r(line, " ", &rest); word && count < WORDS;
	     word = strtok_r(NULL, " ", &rest))
		words[count++] = word;
	if (count < 3 || !parse_place(words[1], atoi(words[2]), &task.to))
		return false;
	task.words = words + 3;
	task.count = count - 3;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (!strcmp(words[0], verbs[i].name)) {
			verbs[i].ask(&task, now() + number(&task, "seconds", (int)seconds), result);
			return true;
		}
	return false;
}

__attribute__((noreturn)) static void perform_named(char *task, double seconds)
{
	char *blank = strchr(task, ' '), result[LINE] = "", line[2 * LINE];

	if (blank)
		*blank = 0;
	if (!blank || !perform(blank + 1, seconds, result))
		strcpy(result, "no-such-task");
	if (write(STDOUT_FILENO, line, snprintf(line, sizeof(line), "%s %s\n", task, result)) < 0)
		_exit(1);
	_exit(0);
}

static int run(double seconds, int count, char **tasks)
{
	for (int i = 0, running = 0; i < count || running > 0;) {
		if (i < count && running < AT_ONCE) {
			pid_t child = tied_fork();

			if (!child)
				perform_named(tasks[i], seconds);
			running += child > 0;
			i++;
		} else if (wait(NULL) > 0) {
			running--;
		}
	}
	puts("done");
	return 0;
}

pid_t tied_fork(void)
{
	pid_t child = fork();

	if (!child)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return child;
}

// The first process of a container ignores what has no handler.
static void end(int signal)
{
	_exit(128 + signal);
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGTERM, end);
	signal(SIGINT, end);
	signal(SIGPIPE, SIG_IGN);
	if (argc > 2 && !strcmp(argv[1], "serve")) {
		struct task options = {.count = argc - 3, .words = argv + 3};

		serve(atoi(argv[2]), &options);
	}
	if (argc > 2 && !strcmp(argv[1], "run"))
		return run(atof(argv[2]), argc - 3, argv + 3);
	if (argc > 1 && !strcmp(argv[1], "flow"))
		return run_flows(argc - 2, argv + 2);
	fputs("usage: stentor-probe serve PORT [KEY=VALUE…] | run SECONDS TASK… | flow FLOW…\n", stderr);
	return 2;
}
