/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* How programs of one layout follow those of another. Written by the agent alone. */
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "../layout/event.h"

/*
 * All builds read this map of all others: its name, key and value stay as they are. Of several layouts with a
 * number the highest is in charge.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 1);
} takeover SEC(".maps")
	DATAPATH_MAP("Which takeover made this layout's programs those in charge; 0: they are not yet.");

#define FORMER_PROGRAMS 16

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__type(key, __u32);
	__type(value, __u32);
	__uint(max_entries, FORMER_PROGRAMS);
} former SEC(".maps")
	GENERATION_MAP("The programs that were in charge before, by observation point at entry.");
