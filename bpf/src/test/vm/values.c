// SPDX-License-Identifier: Apache-2.0
/* From the same headers as the programs. */
#include <stdbool.h>
#include <string.h>

#include "layout/config.h"
#include "maps/endpoints.h"
#include "maps/events.h"
#include "runner.h"

static bool coarse_clock;

void allow_coarse_clock(void)
{
	coarse_clock = true;
}

static const size_t flags[] = {
	offsetof(struct config, ipv4),
	offsetof(struct config, ipv6),
	offsetof(struct config, tunnel),
	offsetof(struct config, underlay_ipv6),
	offsetof(struct config, encapsulate),
	offsetof(struct config, masquerade_ipv4),
	offsetof(struct config, masquerade_ipv6),
	offsetof(struct config, trace),
};

unsigned configurations(void)
{
	return 1u << sizeof(flags) / sizeof(flags[0]);
}

const void *configuration(unsigned number, size_t *size)
{
	static struct config made;
	unsigned i;

	memset(&made, 0, sizeof(made));
	made.nat_port_min = 32768;
	made.nat_port_max = 65535;
	made.overlay_ifindex = 1;
	made.underlay_ifindex = 1;
	made.drop_events_per_second = 1000;
	made.ct_tcp_max = 65536;
	made.ct_other_max = 32768;
	made.nat_max = 65536;
	made.ct_tcp_seconds = 8000;
	made.ct_syn_seconds = 60;
	made.ct_closing_seconds = 10;
	made.ct_other_seconds = 60;
	made.tunnel_port = 8472;
	made.pod_mtu = 1450;
	made.underlay_mtu = 1500;
	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		*((bool *)&made + flags[i]) = number >> i & 1;
	made.direct_node_routes = !made.tunnel;
	if (made.masquerade_ipv4 == made.trace) {
		made.segment_ipv4_mask = 0xffffff;
		made.segment_ipv6_mask.halves[0] = ~0ull;
	}
	/* changes one call; half of each matrix is enough */
	made.coarse_clock = coarse_clock && made.ipv6 != made.tunnel;
	/* one call at the top, and one after what was not found */
	made.succeeds = made.ipv4 != made.masquerade_ipv6;
	*size = sizeof(made);
	return &made;
}

unsigned event_ring_bytes(void)
{
	return EVENT_RING_BYTES;
}

bool means_something(unsigned number)
{
	size_t size;
	const struct config *made = configuration(number, &size);

	return (made->ipv4 || made->ipv6) && (made->tunnel || !(made->underlay_ipv6 || made->encapsulate)) &&
	       (made->ipv4 || !made->masquerade_ipv4) && (made->ipv6 || !made->masquerade_ipv6);
}

const void *endpoint(size_t *size)
{
	static struct endpoint made;

	made.ipv4.bytes[0] = 10;
	made.ipv4.bytes[3] = 1;
	made.ipv6.bytes[0] = 0xfd;
	made.ipv6.bytes[15] = 1;
	made.identity = 5;
	made.id = 7;
	made.mac[0] = 2;
	*size = sizeof(made);
	return &made;
}
