// SPDX-License-Identifier: Apache-2.0
// Ethernet frames with IP and UDP in them, as the pod's own kernel has built one.
#pragma once

#include "probe.h"

struct frame {
	size_t length;
	unsigned char bytes[2048];
};

int packet_socket(void); // -1 and errno
size_t ip_header(const struct frame *f);
// The frame with the token that leaves this pod next.
bool capture(int fd, const char *token, double until, struct frame *f);
// Another token of the same length, another source if there is one; sums are made right.
void rewrite(struct frame *f, const char *before, const char *token, const place *source);
// A fragment: so many bytes of what follows the IP header.
struct frame part(const struct frame *f, size_t offset, size_t length, bool more, int id);
