// SPDX-License-Identifier: Apache-2.0
/*
 * The only process of a small virtual machine: loads every program of /objects under every configuration,
 * runs each on a few packets, and says how many instructions the verifier walked at most. Its last line is
 * what scripts/test-kernels looks for.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "runner.h"

#define OBJECTS "/objects"
#define INSTRUCTIONS 500000
#define LOG_SIZE (1 << 20)
#define LOG_STATISTICS 4
#define PROGRAMS_MAX 64
#define ENTRIES_MAX 1024
#define FAILURES_MAX 5

struct program {
	char name[64];
	unsigned walked;
	unsigned loaded;
	unsigned runs;
};

static struct program programs[PROGRAMS_MAX];
static char log_buffer[LOG_SIZE];
static unsigned failures;
static unsigned events;

/* Every two flags take all four pairs of values in these. */
static const unsigned char pairwise[] = {0x00, 0xff, 0x0f, 0xf0, 0x33, 0xcc, 0x55, 0xaa};

/* Ethernet from the endpoint's MAC, then IPv4 TCP, IPv4 UDP, IPv6 UDP behind an extension header, ARP, and
 * nonsense */
static const unsigned char packets[][96] = {
	{2, 0,  0, 0, 0, 9,  2, 0, 0, 0, 0,   0, 8,  0, 0x45, 0, 0, 40, 0, 1, 0, 0,    64, 6,   0,
         0, 10, 0, 0, 1, 10, 0, 0, 2, 3, 232, 0, 80, 0, 0,    0, 0, 0,  0, 0, 0, 0x50, 2,  255, 255},
	{2, 0, 0,  0,  0, 9, 2,  0, 0, 0, 0, 0, 8, 0, 0x45, 0,   0, 40, 0, 2,
         0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 8, 8, 8, 8, 3,    232, 0, 53, 0, 20},
	{2, 0, 0, 0, 0, 9, 2, 0, 0,  0, 0, 0, 0x86, 0xdd, 0x60, 0,    0, 0,   0, 16, 60, 64, 0xfd,
         0, 0, 0, 0, 0, 0, 0, 0, 0,  0, 0, 0, 0,    0,    1,    0xfd, 0, 0,   0, 0,  0,  0,  0,
         0, 0, 0, 0, 0, 0, 0, 2, 17, 0, 1, 4, 0,    0,    0,    0,    3, 232, 0, 53, 0,  8},
	{2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 0, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 0, 10, 0, 0, 1},
	{2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 0, 0x88, 0xcc, 1, 2, 3},
};

static struct program *program_of(const char *name)
{
	struct program *p = programs;

	while (p < programs + PROGRAMS_MAX - 1 && p->name[0] && strcmp(p->name, name))
		p++;
	snprintf(p->name, sizeof(p->name), "%s", name);
	return p;
}

static int quiet(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, format, arguments) : 0;
}

/* An emulated machine is slow at allocating what nobody will use. */
static void shrink(struct bpf_object *object)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object)
	{
		enum bpf_map_type type = bpf_map__type(map);

		if ((type == BPF_MAP_TYPE_HASH || type == BPF_MAP_TYPE_LRU_HASH ||
		     type == BPF_MAP_TYPE_LPM_TRIE) &&
		    bpf_map__max_entries(map) > ENTRIES_MAX)
			bpf_map__set_max_entries(map, ENTRIES_MAX);
	}
}

static struct bpf_object *open_object(const char *path, unsigned number)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	struct bpf_map *config;
	const void *bytes;
	size_t size;

	if (!object)
		return NULL;
	config = bpf_object__find_map_by_name(object, ".rodata.config");
	bytes = configuration(number, &size);
	if (!config || bpf_map__set_initial_value(config, bytes, size)) {
		fprintf(stderr, "%s: its configuration is not the headers'\n", path);
		bpf_object__close(object);
		return NULL;
	}
	shrink(object);
	return object;
}

/* Loads once more to show what the verifier said. */
static void explain(const char *path, unsigned number)
{
	struct bpf_object *object = open_object(path, number);
	struct bpf_program *program;
	size_t length;

	if (!object)
		return;
	bpf_object__for_each_program(program, object) bpf_program__set_log_level(program, 1);
	bpf_object__for_each_program(program, object) bpf_program__set_log_buf(program, log_buffer, LOG_SIZE);
	log_buffer[0] = 0;
	bpf_object__load(object);
	length = strlen(log_buffer);
	fprintf(stderr, "%s\n", log_buffer + (length > 3000 ? length - 3000 : 0));
	bpf_object__close(object);
}

/* Puts one ring into every slot of an array of rings, as the agent puts several. Returns its descriptor. */
static int fill_rings(struct bpf_map *array)
{
	int ring = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "events.inner", 0, 0, event_ring_bytes(), NULL);
	unsigned slot;

	for (slot = 0; ring >= 0 && slot < bpf_map__max_entries(array); slot++) {
		if (bpf_map_update_elem(bpf_map__fd(array), &slot, &ring, 0)) {
			close(ring);
			return -1;
		}
	}
	return ring;
}

static int take_event(void *context, void *record, size_t size)
{
	(void)context, (void)record, (void)size;
	events++;
	return 0;
}

/* Counts what programs left in a ring. */
static void take_events(int ring)
{
	struct ring_buffer *reader = ring_buffer__new(ring, take_event, NULL, NULL);

	if (reader)
		ring_buffer__consume(reader);
	ring_buffer__free(reader);
}

/* Programs at sockets have no test run: that they load is what is seen of them here. */
static void run(struct bpf_program *program, struct program *seen)
{
	unsigned char out[256];
	unsigned i;

	if (bpf_program__type(program) != BPF_PROG_TYPE_SCHED_CLS)
		return;
	for (i = 0; i < sizeof(packets) / sizeof(packets[0]); i++) {
		LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packets[i],
		            .data_size_in = sizeof(packets[i]), .data_out = out, .data_size_out = sizeof(out),
		            .repeat = 1);

		if (bpf_prog_test_run_opts(bpf_program__fd(program), &options)) {
			fprintf(stderr, "%s: packet %u: %s\n", seen->name, i, strerror(errno));
			failures++;
		} else if (options.retval != 0 && options.retval != 2 && options.retval != 7) {
			fprintf(stderr, "%s: packet %u: verdict %d\n", seen->name, i, (int)options.retval);
			failures++;
		}
		seen->runs++;
	}
}

static void try_object(const char *path, unsigned number)
{
	struct bpf_object *object = open_object(path, number);
	static char logs[PROGRAMS_MAX][256];
	struct bpf_program *program;
	struct bpf_map *endpoints, *rings;
	unsigned i = 0, link = 1;
	int ring;
	const void *bytes;
	size_t size;

	if (!object) {
		failures++;
		return;
	}
	bpf_object__for_each_program(program, object)
	{
		bpf_program__set_log_level(program, LOG_STATISTICS);
		bpf_program__set_log_buf(program, logs[i++], sizeof(logs[0]));
	}
	if (bpf_object__load(object)) {
		fprintf(stderr, "%s does not load under configuration %#x: %s\n", path, number,
		        strerror(errno));
		bpf_object__close(object);
		explain(path, number);
		failures++;
		return;
	}
	endpoints = bpf_object__find_map_by_name(object, "endpoints");
	bytes = endpoint(&size);
	if (endpoints && bpf_map__update_elem(endpoints, &link, sizeof(link), bytes, size, 0))
		failures++;
	rings = bpf_object__find_map_by_name(object, "events");
	ring = rings ? fill_rings(rings) : -1;
	if (rings && ring < 0) {
		fprintf(stderr, "%s: no ring for events: %s\n", path, strerror(errno));
		failures++;
	}
	i = 0;
	bpf_object__for_each_program(program, object)
	{
		struct program *seen = program_of(bpf_program__name(program));
		const char *statistics = strstr(logs[i++], "processed ");
		unsigned walked = 0;

		if (!statistics || sscanf(statistics, "processed %u", &walked) != 1 ||
		    walked > INSTRUCTIONS) {
			fprintf(stderr, "%s: %u instructions walked\n", seen->name, walked);
			failures++;
		}
		if (walked > seen->walked)
			seen->walked = walked;
		seen->loaded++;
		run(program, seen);
	}
	if (ring >= 0) {
		take_events(ring);
		close(ring);
	}
	bpf_object__close(object);
}

static void try_all(void)
{
	DIR *directory = opendir(OBJECTS);
	struct dirent *entry;
	const char *matrix = getenv("matrix");
	bool full = matrix && !strcmp(matrix, "full");
	unsigned i, end = full ? configurations() : sizeof(pairwise);

	while (directory && (entry = readdir(directory))) {
		char path[512];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), OBJECTS "/%s", entry->d_name);
		for (i = 0; i < end && failures < FAILURES_MAX; i++)
			if (!full || means_something(i))
				try_object(path, full ? i : pairwise[i]);
	}
}

int main(void)
{
	struct utsname system;
	struct program *p;

	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	if (getpid() == 1 &&
	    (mount("proc", "/proc", "proc", 0, NULL) || mount("sysfs", "/sys", "sysfs", 0, NULL)))
		perror("mount");
	setvbuf(stdout, NULL, _IONBF, 0);
	libbpf_set_print(quiet);
	uname(&system);
	if (libbpf_probe_bpf_helper(BPF_PROG_TYPE_SCHED_CLS, BPF_FUNC_ktime_get_coarse_ns, NULL) == 1)
		allow_coarse_clock();
	try_all();
	if (!events) {
		fprintf(stderr, "no program reported anything\n");
		failures++;
	}
	for (p = programs; p < programs + PROGRAMS_MAX && p->name[0]; p++)
		printf("%-18s %-16s %3u configurations, %7u instructions at most, %u runs\n", system.release,
		       p->name, p->loaded, p->walked, p->runs);
	printf("%s: %s\n", system.release, failures || !programs[0].name[0] ? "FAILED" : "PASSED");
	if (getpid() == 1)
		reboot(RB_POWER_OFF);
	return failures ? 1 : 0;
}
