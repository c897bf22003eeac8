/* SPDX-License-Identifier: Apache-2.0 */
/* What the runner puts into maps and configuration. libbpf's two sides cannot be included in one file. */
#pragma once

#include <stddef.h>

/* To be called on kernels that have bpf_ktime_get_coarse_ns. */
void allow_coarse_clock(void);

/* Configurations are numbered from 0; each bit of the number is one flag. */
unsigned configurations(void);

/* The bytes of a configuration; valid until the next call. */
const void *configuration(unsigned number, size_t *size);

/* How large a ring the programs are given. */
unsigned event_ring_bytes(void);

/* An endpoint at link 1, with the addresses and the MAC that the runner's packets come from. */
const void *endpoint(size_t *size);
