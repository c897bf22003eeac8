// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
// Programs of every kind that the tests load, as small as they can be.
#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct config {
	__u32 verdict;
	__u32 mark;
};

const volatile struct config config SEC(".rodata.config");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 16);
} lengths SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
	__uint(max_entries, 2);
} calls SEC(".maps");

// Counts by packet length, sets the mark, returns the configured verdict.
SEC("tc")
int verdict(struct __sk_buff *skb)
{
	__u32 key = skb->len;
	__u64 one = 1, *count = bpf_map_lookup_elem(&lengths, &key);

	if (count)
		__sync_fetch_and_add(count, 1);
	else
		bpf_map_update_elem(&lengths, &key, &one, BPF_ANY);
	skb->mark = config.mark;
	return config.verdict;
}

// Continues with the first entry of `calls`, if there is one.
SEC("tc")
int jump(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &calls, 0);
	return 99;
}

// Writes the packet's length to the ring; packets of odd length are reserved and discarded.
SEC("tc")
int report(struct __sk_buff *skb)
{
	__u32 *record = bpf_ringbuf_reserve(&ring, 12, 0);

	if (!record)
		return 1;
	record[0] = skb->len;
	record[1] = skb->mark;
	record[2] = 0x53544e52;
	if (skb->len & 1)
		bpf_ringbuf_discard(record, BPF_RB_NO_WAKEUP);
	else
		bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
	return 0;
}

SEC("xdp")
int xdp_drop(struct xdp_md *ctx)
{
	return XDP_DROP;
}

// Refuses port 7.
SEC("cgroup/connect4")
int refuse(struct bpf_sock_addr *ctx)
{
	return ctx->user_port != bpf_htons(7);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
