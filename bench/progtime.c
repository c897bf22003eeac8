// SPDX-License-Identifier: Apache-2.0
// progtime: what a loaded tc program takes for a packet, in nanoseconds.
//
//   progtime test RUNS          reads lines: NAME HOOK LINK SOURCE-MAC MAC SOURCE ADDRESS SOURCE-PORT PORT FLAGS
//   progtime live SECONDS       prints for every program that ran meanwhile: ID NAME RUNS NANOSECONDS
//
// test: builds a TCP segment of one byte and runs a program on it by BPF_PROG_TEST_RUN, in the network namespace that
// progtime runs in: the first one of the link's HOOK (ingress or egress, TCX), or the one whose number stands for it.
// LINK is an index, FLAGS are letters of SAFR; a U makes it a UDP datagram. Prints NAME and the median of RUNS single
// runs, less what an empty program takes. A line named '-' runs once, untimed: it makes the connection that later lines
// belong to. Each run gets the packet anew.
// live: the kernel's own account (BPF_ENABLE_STATS), of which some 25 ns are the account itself.
#include <arpa/inet.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PROGRAMS_MAX 4096
#define TCX_INGRESS 46 /* headers of Debian 12 do not know it */

static int bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static void fail(const char *what)
{
	fprintf(stderr, "progtime: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int by_id(uint32_t id)
{
	union bpf_attr attr = {.prog_id = id};

	return bpf(BPF_PROG_GET_FD_BY_ID, &attr);
}

/* The first program at a hook of a link, or the one of a number. */
static int by_hook(uint32_t link, const char *hook)
{
	uint32_t ids[64];
	union bpf_attr attr = {.query = {.target_fd = link,
					 .attach_type = TCX_INGRESS + !strcmp(hook, "egress"),
					 .prog_ids = (uintptr_t)ids,
					 .prog_cnt = 64}};

	if (*hook >= '0' && *hook <= '9')
		return by_id(strtoul(hook, NULL, 10));
	if (bpf(BPF_PROG_QUERY, &attr))
		return -1;
	errno = ENOENT;
	return attr.query.prog_cnt ? by_id(ids[0]) : -1;
}

static int empty_program(void)
{
	struct bpf_insn code[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K}, {.code = BPF_JMP | BPF_EXIT}};
	union bpf_attr attr = {.prog_type = BPF_PROG_TYPE_SCHED_CLS,
			       .insn_cnt = 2,
			       .insns = (uintptr_t)code,
			       .license = (uintptr_t) "GPL"};
	int fd = bpf(BPF_PROG_LOAD, &attr);

	if (fd < 0)
		fail("an empty program");
	return fd;
}

static int ascending(const void *a, const void *b)
{
	return (*(const uint32_t *)a > *(const uint32_t *)b) - (*(const uint32_t *)a < *(const uint32_t *)b);
}

/* Median of single runs; what it returned last is left in *verdict. */
static uint32_t run(int program, uint32_t link, const void *packet, size_t length, int runs, uint32_t *verdict)
{
	struct __sk_buff context = {.ifindex = link};
	uint32_t *times = calloc(runs, sizeof(*times)), median;

	for (int i = 0; i < runs; i++) {
		union bpf_attr attr = {.test = {.prog_fd = program,
						.data_in = (uintptr_t)packet,
						.data_size_in = length,
						.ctx_in = (uintptr_t)&context,
						.ctx_size_in = sizeof(context),
						.repeat = 1}};

		if (bpf(BPF_PROG_TEST_RUN, &attr))
			fail("test run");
		times[i] = attr.test.duration;
		*verdict = attr.test.retval;
	}
	qsort(times, runs, sizeof(*times), ascending);
	median = times[runs / 2];
	free(times);
	return median;
}

static uint16_t checksum(const void *data, size_t length)
{
	const uint16_t *words = data;
	uint32_t sum = 0;

	for (size_t i = 0; i < length / 2; i++)
		sum += words[i];
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16));
}

static void mac(const char *text, unsigned char *to)
{
	if (sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", to, to + 1, to + 2, to + 3, to + 4, to + 5) != 6)
		fail(text);
}

struct line {
	char name[32], hook[8], mac[2][24], address[2][48], flags[8];
	unsigned link, port[2];
};

static size_t build(const struct line *l, unsigned char *at)
{
	struct ethhdr *eth = (void *)at;
	struct iphdr *ip4 = (void *)(eth + 1);
	struct ip6_hdr *ip6 = (void *)(eth + 1);
	int v6 = !!strchr(l->address[0], ':'), udp = !!strchr(l->flags, 'U');
	struct tcphdr *tcp = v6 ? (void *)(ip6 + 1) : (void *)(ip4 + 1);
	size_t rest = (udp ? sizeof(struct udphdr) : sizeof(*tcp)) + 1;

	mac(l->mac[0], eth->h_source);
	mac(l->mac[1], eth->h_dest);
	eth->h_proto = htons(v6 ? ETH_P_IPV6 : ETH_P_IP);
	if (v6) {
		*ip6 = (struct ip6_hdr){.ip6_flow = htonl(6u << 28), .ip6_plen = htons(rest), .ip6_hlim = 64};
		ip6->ip6_nxt = udp ? IPPROTO_UDP : IPPROTO_TCP;
		inet_pton(AF_INET6, l->address[0], &ip6->ip6_src);
		inet_pton(AF_INET6, l->address[1], &ip6->ip6_dst);
	} else {
		*ip4 = (struct iphdr){.version = 4, .ihl = 5, .frag_off = htons(IP_DF), .ttl = 64};
		ip4->tot_len = htons(sizeof(*ip4) + rest);
		ip4->protocol = udp ? IPPROTO_UDP : IPPROTO_TCP;
		inet_pton(AF_INET, l->address[0], &ip4->saddr);
		inet_pton(AF_INET, l->address[1], &ip4->daddr);
		ip4->check = checksum(ip4, sizeof(*ip4));
	}
	/* ports first in both */
	tcp->source = htons(l->port[0]);
	tcp->dest = htons(l->port[1]);
	if (udp) {
		((struct udphdr *)tcp)->len = htons(rest);
	} else {
		tcp->doff = 5;
		tcp->syn = !!strchr(l->flags, 'S');
		tcp->ack = !!strchr(l->flags, 'A');
		tcp->fin = !!strchr(l->flags, 'F');
		tcp->rst = !!strchr(l->flags, 'R');
	}
	return (unsigned char *)tcp + rest - at;
}

static int test(int runs)
{
	int empty = empty_program();
	struct line l;

	while (scanf("%31s %7s %u %23s %23s %47s %47s %u %u %7s", l.name, l.hook, &l.link, l.mac[0], l.mac[1],
		     l.address[0], l.address[1], &l.port[0], &l.port[1], l.flags) == 10) {
		unsigned char packet[256] = {0};
		size_t length = build(&l, packet);
		int program = by_hook(l.link, l.hook);
		uint32_t verdict = 0, ignored, base, whole;

		if (program < 0)
			fail(l.name);
		if (!strcmp(l.name, "-")) {
			run(program, l.link, packet, length, 1, &verdict);
		} else {
			base = run(empty, l.link, packet, length, runs, &ignored);
			whole = run(program, l.link, packet, length, runs, &verdict);
			printf("%s\t%d\n", l.name, (int)(whole - base));
		}
		if (verdict == 2)
			fprintf(stderr, "progtime: %s: dropped %s -> %s\n", l.name, l.address[0], l.address[1]);
		close(program);
	}
	return 0;
}

static struct bpf_prog_info info(uint32_t id)
{
	struct bpf_prog_info found = {0};
	int fd = by_id(id);
	union bpf_attr attr = {
		.info = {.bpf_fd = fd, .info_len = sizeof(found), .info = (uintptr_t)&found}};

	if (fd >= 0) {
		bpf(BPF_OBJ_GET_INFO_BY_FD, &attr);
		close(fd);
	}
	return found;
}

static int live(double seconds)
{
	static struct bpf_prog_info before[PROGRAMS_MAX];
	union bpf_attr attr = {.enable_stats = {.type = BPF_STATS_RUN_TIME}};
	int stats = bpf(BPF_ENABLE_STATS, &attr), known = 0;

	if (stats < 0)
		fail("statistics");
	memset(&attr, 0, sizeof(attr));
	while (known < PROGRAMS_MAX && !bpf(BPF_PROG_GET_NEXT_ID, &attr)) {
		before[known++] = info(attr.next_id);
		attr.start_id = attr.next_id;
	}
	usleep(seconds * 1e6);
	for (int i = 0; i < known; i++) {
		struct bpf_prog_info after = info(before[i].id);
		uint64_t runs = after.run_cnt - before[i].run_cnt;

		if (after.type == BPF_PROG_TYPE_SCHED_CLS && after.run_cnt && runs)
			printf("%u\t%s\t%llu\t%.1f\n", after.id, after.name, (unsigned long long)runs,
			       (double)(after.run_time_ns - before[i].run_time_ns) / runs);
	}
	close(stats);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "test") && atoi(argv[2]) > 0)
		return test(atoi(argv[2]));
	if (argc == 3 && !strcmp(argv[1], "live"))
		return live(atof(argv[2]));
	fprintf(stderr, "usage: progtime test RUNS <LINES | progtime live SECONDS\n");
	return 2;
}
