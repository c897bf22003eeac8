// SPDX-License-Identifier: Apache-2.0
/*
 * A wall clock that a test sets: preloaded, it moves what clock_gettime() says of CLOCK_REALTIME in programs of ours
 * by the seconds that stand in the file $STENTOR_TEST_CLOCK, and counts there how often it has.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct setting {
	int64_t seconds;
	uint64_t asked_agents;
	uint64_t asked_operators;
};

static struct setting *setting;
static uint64_t *asked;
static int (*kernels)(clockid_t, struct timespec *);

__attribute__((constructor)) static void attach(void)
{
	const char *path = getenv("STENTOR_TEST_CLOCK");
	char line[65536];
	int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, line, sizeof(line));

	if (fd >= 0)
		close(fd);
	if (!path || length <= 0)
		return;
	bool agent = memmem(line, length, "io.stentor.agent.", 17);
	if (!agent && !memmem(line, length, "io.stentor.operator.", 20))
		return;
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		abort();
	setting = mmap(NULL, sizeof(*setting), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (setting == MAP_FAILED)
		abort();
	asked = agent ? &setting->asked_agents : &setting->asked_operators;
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
	if (!kernels)
		kernels = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
	int failed = kernels(clock, time);

	if (!failed && setting && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
		int64_t seconds = __atomic_load_n(&setting->seconds, __ATOMIC_RELAXED);

		time->tv_sec += seconds;
		if (seconds)
			__atomic_fetch_add(asked, 1, __ATOMIC_RELAXED);
	}
	return failed;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
	struct timespec now;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &now);
	time->tv_sec = now.tv_sec;
	time->tv_usec = now.tv_nsec / 1000;
	return 0;
}
