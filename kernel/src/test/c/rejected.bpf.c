// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
// Reads from a packet without looking where it ends.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tc")
int reckless(struct __sk_buff *skb)
{
	return *(__u32 *)(long)skb->data;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
