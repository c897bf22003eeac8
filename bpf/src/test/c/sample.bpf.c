/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* One of each thing that layout_tags.h promises, for the tests of the generator. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "layout/layout_tags.h"

union ip {
	__u8 bytes[16];
	__be32 words[4];
	__u64 halves[2];
} LAYOUT_BYTES;

#define DROP_REASONS(V)                                         \
	V(DROP_MALFORMED, 1, "the packet ends inside a header") \
	V(DROP_NO_ROUTE, 2, "no route to the destination")
LAYOUT_ENUM(drop_reason, DROP_REASONS, "Why a packet was dropped.");

#define CT_FLAGS(V)                                           \
	V(CT_ANSWERED, 1 << 0, "packets were seen both ways") \
	V(CT_CLOSING, 1u << 31, "a FIN or RST was seen")
LAYOUT_CONSTANTS(ct_flag, CT_FLAGS, "Bits of sample_value.flags.");

struct sample_key {
	union ip source DOC("of the side that sent the first packet");
	__be16 source_port DOC("port, or 0 where there is none");
	__u8 protocol;
	__u8 reason OF_ENUM(drop_reason);
	__u32 pad;
} LAYOUT("One direction of a connection.");
LAYOUT_SIZE(struct sample_key, 24);

struct sample_part {
	__s32 number;
	__be32 word;
} LAYOUT("A part.");

struct sample_value {
	struct sample_part part;
	struct sample_part parts[2];
	__u32 numbers[3];
	__be16 ports[2] DOC("of both ends");
	enum drop_reason reason;
	__u8 mac[6] DOC("of the pod");
	__u8 name[3];
	_Bool open;
	__u8 pad[2];
	__u64 packets DOC("since the start");
	__be64 wide;
	__u32 flags DOC("ct_flag");
	__s16 small;
	__u16 port;
} LAYOUT("What is known of a connection.");

struct config {
	__u32 node_identity DOC("identity of this node");
	_Bool has_check_mtu DOC("the kernel has bpf_check_mtu");
	__u8 pad[3];
} LAYOUT("Set before loading.");
CONFIG struct config config;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct sample_key);
	__type(value, struct sample_value);
	__uint(max_entries, 1024);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} samples SEC(".maps") AGENT_MAP("Samples by key.");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 256);
} counters SEC(".maps") DATAPATH_MAP("Packets by number.");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 16);
} events SEC(".maps") DATAPATH_MAP("What happened.");

int tail(struct __sk_buff *skb);
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(key_size, 4);
	__uint(max_entries, 4);
	__array(values, int(void *));
} stages SEC(".maps") GENERATION_MAP("Programs by stage.") = {
	.values =
		{
			[1] = (void *)&tail,
		},
};

struct policy_map {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__type(key, struct sample_key);
	__type(value, __u32);
	__uint(max_entries, 16);
	__uint(map_flags, BPF_F_NO_PREALLOC);
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__type(key, __u32);
	__uint(max_entries, 16);
	__array(values, struct policy_map);
} policies SEC(".maps") AGENT_MAP("Policies by number.");

struct sample_event {
	__u64 at;
	struct sample_key key;
} LAYOUT("An event of no map.");
LAYOUT_EMIT(struct sample_event);
LAYOUT_EMIT_ENUM(drop_reason);
LAYOUT_EMIT_ENUM(ct_flag);

SEC("tc")
int tail(struct __sk_buff *skb)
{
	__u32 mtu = 0;

	if (config.has_check_mtu && bpf_check_mtu(skb, skb->ifindex, &mtu, 0, 0))
		return 2;
	return 0;
}

SEC("tc")
int entry(struct __sk_buff *skb)
{
	__u32 zero = 0;
	__u64 *counter = bpf_map_lookup_elem(&counters, &zero);

	if (counter)
		(*counter)++;
	bpf_tail_call(skb, &stages, 1);
	return config.node_identity == 7;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
