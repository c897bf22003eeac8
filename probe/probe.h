// SPDX-License-Identifier: Apache-2.0
// What the parts of the probe share: sockets, addresses as text, results as lines.
#pragma once

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINE 512
#define TEXT INET6_ADDRSTRLEN

// An address, with a port where that means something.
typedef union {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
} place;

// A task's words after its verb: ADDRESS PORT, then any of KEY=VALUE.
struct task {
	place to;
	int count;
	char **words;
};

// net.c
double now(void); // seconds, for differences
bool parse_place(const char *address, int port, place *to);
socklen_t place_length(const place *of);
bool is_v4(const place *of); // IPv4 inside IPv6 too
const char *text_of(const place *of, char text[TEXT]);
const char *text_of_raw(int family, const void *address, char text[TEXT]);
const char *value(const struct task *task, const char *key); // NULL without
int number(const struct task *task, const char *key, int otherwise);
const char *outcome_of(int error); // a word for an errno
bool wait_readable(int fd, double until);
int read_line(int fd, char line[LINE], double until); // length without the end of line; -1 and errno
bool write_all(int fd, const void *data, size_t length, double until);
bool write_line(int fd, const char *line, double until);
int connect_to(const struct task *task, int type, double until); // -1 and errno
int bound(int type, int port);
void pattern(char *into, size_t length, size_t offset);
uint32_t sum_of(uint32_t begin, const char *data, size_t length);
int default_mtu(void); // of the interface of the default route, 0 without

// The rest: each task writes its outcome and what it saw, as one line without an end.
void ask_tcp(const struct task *task, double until, char result[LINE]);
void ask_udp(const struct task *task, double until, char result[LINE]);
void ask_bulk(const struct task *task, double until, char result[LINE]);
void ask_meet(const struct task *task, double until, char result[LINE]);
void ask_call(const struct task *task, double until, char result[LINE]);
void ask_echo(const struct task *task, double until, char result[LINE]);
void ask_forge(const struct task *task, double until, char result[LINE]);
void ask_who_has(const struct task *task, double until, char result[LINE]);
bool perform(char *line, double seconds, char result[LINE]); // a task as text; false if it is none

int echo_socket(const place *to);
size_t echo_request(const place *to, int id, int sequence, size_t length, unsigned char *packet);
bool is_echo_reply(const place *to, int id, const unsigned char *packet, size_t length, int *sequence);

uint16_t checksum(const void *data, size_t length, uint32_t begin);

__attribute__((noreturn)) void serve(int port, const struct task *options);
pid_t tied_fork(void); // a child that ends with its parent
int run_flows(int count, char **tasks);
