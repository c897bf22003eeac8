/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * The least that a program can do between two pods of a node: each packet goes to the pod behind the link TO. It looks
 * at nothing; what Stentor's programs take beyond it is what they know.
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("tc")
int redirect(struct __sk_buff *skb)
{
	return bpf_redirect_peer(TO, 0);
}

char _license[] SEC("license") = "Dual BSD/GPL";
