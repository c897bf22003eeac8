// SPDX-License-Identifier: Apache-2.0
// Frames built from an honest one, and the questions that neighbours ask.
#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/if_ether.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <sys/ioctl.h>

#include "frame.h"

// All but TCP, whose masses would leave no room for the rest.
static struct sock_filter without_tcp[] = {
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 0, 2),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, ETH_HLEN + 9),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 4, 3),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IPV6, 0, 2),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, ETH_HLEN + 6),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 1, 0),
	BPF_STMT(BPF_RET | BPF_K, 0xffff),
	BPF_STMT(BPF_RET | BPF_K, 0),
};

// On the pod's only interface, by Kubernetes' name for it.
int packet_socket(void)
{
	struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	struct sock_fprog filter = {sizeof(without_tcp) / sizeof(*without_tcp), without_tcp};
	int fd = socket(AF_PACKET, SOCK_RAW, 0); // nothing comes before it is bound

	at.sll_ifindex = (int)if_nametoindex("eth0");
	if (fd >= 0 && (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) ||
	                bind(fd, (struct sockaddr *)&at, sizeof(at)))) {
		close(fd);
		return -1;
	}
	return fd;
}

static uint32_t sum_pairs(const unsigned char *bytes, size_t length)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < length; i++)
		sum += i % 2 ? bytes[i] : bytes[i] << 8;
	return sum;
}

static bool frame_is_v4(const struct frame *f)
{
	return f->bytes[12] == 8;
}

size_t ip_header(const struct frame *f)
{
	return frame_is_v4(f) ? sizeof(struct ip) : sizeof(struct ip6_hdr);
}

static void check_ip(struct frame *f)
{
	struct ip *ip = (struct ip *)(f->bytes + ETH_HLEN);

	if (!frame_is_v4(f))
		return;
	ip->ip_sum = 0;
	ip->ip_sum = checksum(ip, sizeof(*ip), 0);
}

static void check_udp(struct frame *f)
{
	unsigned char *addresses = f->bytes + ETH_HLEN + (frame_is_v4(f) ? 12 : 8);
	size_t length = f->length - ETH_HLEN - ip_header(f);
	struct udphdr *udp = (struct udphdr *)(f->bytes + ETH_HLEN + ip_header(f));

	udp->check = 0;
	udp->check =
		checksum(udp, length, sum_pairs(addresses, frame_is_v4(f) ? 8 : 32) + IPPROTO_UDP + length);
}

bool capture(int fd, const char *token, double until, struct frame *f)
{
	while (wait_readable(fd, until)) {
		struct sockaddr_ll from;
		socklen_t size = sizeof(from);
		ssize_t got = recvfrom(fd, f->bytes, sizeof(f->bytes), 0, (struct sockaddr *)&from, &size);

		if (got > 0 && from.sll_pkttype == PACKET_OUTGOING &&
		    memmem(f->bytes, got, token, strlen(token))) {
			f->length = got;
			return true;
		}
	}
	return false;
}

void rewrite(struct frame *f, const char *before, const char *token, const place *source)
{
	memcpy(memmem(f->bytes, f->length, before, strlen(before)), token, strlen(token));
	if (source && frame_is_v4(f))
		memcpy(f->bytes + ETH_HLEN + 12, &source->v4.sin_addr, 4);
	else if (source)
		memcpy(f->bytes + ETH_HLEN + 8, &source->v6.sin6_addr, 16);
	check_ip(f);
	check_udp(f);
}

static struct frame part_v4(const struct frame *f, size_t offset, size_t length, bool more, int id)
{
	struct frame part = *f;
	struct ip *ip = (struct ip *)(part.bytes + ETH_HLEN);

	part.length = ETH_HLEN + sizeof(*ip) + length;
	memcpy(ip + 1, f->bytes + ETH_HLEN + sizeof(*ip) + offset, length);
	ip->ip_len = htons(sizeof(*ip) + length);
	ip->ip_id = htons(id);
	ip->ip_off = htons((more ? IP_MF : 0) | offset / 8);
	check_ip(&part);
	return part;
}

static struct frame part_v6(const struct frame *f, size_t offset, size_t length, bool more, int id)
{
	struct frame part = *f;
	struct ip6_hdr *ip = (struct ip6_hdr *)(part.bytes + ETH_HLEN);
	struct ip6_frag *fragment = (struct ip6_frag *)(ip + 1);

	part.length = ETH_HLEN + sizeof(*ip) + sizeof(*fragment) + length;
	memcpy(fragment + 1, f->bytes + ETH_HLEN + sizeof(*ip) + offset, length);
	ip->ip6_plen = htons(sizeof(*fragment) + length);
	fragment->ip6f_nxt = ip->ip6_nxt;
	fragment->ip6f_reserved = 0;
	fragment->ip6f_offlg = htons(offset) | (more ? IP6F_MORE_FRAG : 0);
	fragment->ip6f_ident = htonl(id);
	ip->ip6_nxt = IPPROTO_FRAGMENT;
	return part;
}

struct frame part(const struct frame *f, size_t offset, size_t length, bool more, int id)
{
	return frame_is_v4(f) ? part_v4(f, offset, length, more, id) : part_v6(f, offset, length, more, id);
}

static void own_mac(unsigned char mac[6])
{
	struct ifreq request = {.ifr_name = "eth0"};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	ioctl(fd, SIOCGIFHWADDR, &request);
	memcpy(mac, request.ifr_hwaddr.sa_data, 6);
	close(fd);
}

static size_t arp_question(const place *asker, const place *asked, unsigned char *bytes)
{
	struct ether_arp *arp = (struct ether_arp *)(bytes + ETH_HLEN);

	memset(bytes, 0xff, 6);
	own_mac(bytes + 6);
	bytes[12] = 8;
	bytes[13] = 6;
	*arp = (struct ether_arp){
		.ea_hdr = {htons(ARPHRD_ETHER), htons(ETHERTYPE_IP), 6, 4, htons(ARPOP_REQUEST)}};
	own_mac(arp->arp_sha);
	memcpy(arp->arp_spa, &asker->v4.sin_addr, 4);
	memcpy(arp->arp_tpa, &asked->v4.sin_addr, 4);
	return ETH_HLEN + sizeof(*arp);
}

static size_t solicitation(const place *asker, const place *asked, unsigned char *bytes)
{
	static const unsigned char group[13] = {0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff};
	struct ip6_hdr *ip = (struct ip6_hdr *)(bytes + ETH_HLEN);
	struct nd_neighbor_solicit *ask = (struct nd_neighbor_solicit *)(ip + 1);
	unsigned char *option = (unsigned char *)(ask + 1);
	size_t length = sizeof(*ask) + 8;

	memcpy(bytes, "\x33\x33\xff", 3);
	memcpy(bytes + 3, asked->v6.sin6_addr.s6_addr + 13, 3);
	own_mac(bytes + 6);
	bytes[12] = 0x86;
	bytes[13] = 0xdd;
	*ip = (struct ip6_hdr){.ip6_flow = htonl(6u << 28),
	                       .ip6_plen = htons(length),
	                       .ip6_nxt = IPPROTO_ICMPV6,
	                       .ip6_hlim = 255};
	ip->ip6_src = asker->v6.sin6_addr;
	memcpy(ip->ip6_dst.s6_addr, group, 13);
	memcpy(ip->ip6_dst.s6_addr + 13, asked->v6.sin6_addr.s6_addr + 13, 3);
	*ask = (struct nd_neighbor_solicit){.nd_ns_hdr.icmp6_type = ND_NEIGHBOR_SOLICIT,
	                                    .nd_ns_target = asked->v6.sin6_addr};
	option[0] = ND_OPT_SOURCE_LINKADDR;
	option[1] = 1;
	own_mac(option + 2);
	ask->nd_ns_hdr.icmp6_cksum =
		checksum(ask, length, sum_pairs(ip->ip6_src.s6_addr, 32) + IPPROTO_ICMPV6 + length);
	return ETH_HLEN + sizeof(*ip) + length;
}

static bool is_answer(const place *asked, const unsigned char *bytes, size_t length)
{
	if (asked->any.sa_family == AF_INET) {
		const struct ether_arp *arp = (const struct ether_arp *)(bytes + ETH_HLEN);

		return length >= ETH_HLEN + sizeof(*arp) && bytes[12] == 8 && bytes[13] == 6 &&
		       arp->ea_hdr.ar_op == htons(ARPOP_REPLY) &&
		       !memcmp(arp->arp_spa, &asked->v4.sin_addr, 4);
	}
	const struct nd_neighbor_advert *told = (const void *)(bytes + ETH_HLEN + sizeof(struct ip6_hdr));

	return length >= ETH_HLEN + sizeof(struct ip6_hdr) + sizeof(*told) && bytes[12] == 0x86 &&
	       bytes[ETH_HLEN + 6] == IPPROTO_ICMPV6 && told->nd_na_hdr.icmp6_type == ND_NEIGHBOR_ADVERT &&
	       !memcmp(&told->nd_na_target, &asked->v6.sin6_addr, 16);
}

// Which address the pod uses towards the world.
static void own_place(int family, place *own)
{
	struct task world = {0};
	socklen_t length = sizeof(*own);
	int fd;

	parse_place(family == AF_INET ? "192.0.2.1" : "2001:db8::1", 9, &world.to);
	fd = connect_to(&world, SOCK_DGRAM, now() + 1);
	getsockname(fd, &own->any, &length);
	close(fd);
}

static void gateway(place *asked)
{
	char line[LINE], text[40], mask[40];
	unsigned int octets;
	bool v4 = asked->any.sa_family == AF_INET;
	FILE *routes = fopen(v4 ? "/proc/self/net/route" : "/proc/self/net/ipv6_route", "re");

	while (routes && fgets(line, sizeof(line), routes)) {
		if (v4 && sscanf(line, "eth0 00000000 %x", &octets) == 1)
			asked->v4.sin_addr.s_addr = octets;
		if (!v4 && sscanf(line, "%39s 00 %*s %*s %39s", mask, text) == 2 && strspn(mask, "0") == 32 &&
		    strspn(text, "0") != 32)
			for (int i = 0; i < 16; i++) {
				sscanf(text + 2 * i, "%2x", &octets);
				asked->v6.sin6_addr.s6_addr[i] = octets;
			}
	}
	if (routes)
		fclose(routes);
}

// Who has an address; the unspecified one means the gateway's.
void ask_who_has(const struct task *task, double until, char result[LINE])
{
	static const unsigned char none[16];
	unsigned char bytes[2048] = {0};
	place own, asked = task->to;
	bool v4 = asked.any.sa_family == AF_INET;
	double patience = now() + number(task, "ms", 500) / 1e3;
	int fd = packet_socket();
	size_t length;

	if (fd < 0) {
		snprintf(result, LINE, "unable lacks=CAP_NET_RAW");
		return;
	}
	if (!memcmp(v4 ? (void *)&asked.v4.sin_addr : (void *)&asked.v6.sin6_addr, none, v4 ? 4 : 16))
		gateway(&asked);
	own_place(asked.any.sa_family, &own);
	length = v4 ? arp_question(&own, &asked, bytes) : solicitation(&own, &asked, bytes);
	strcpy(result, "silent");
	if (send(fd, bytes, length, 0) < 0)
		snprintf(result, LINE, "%s", outcome_of(errno));
	while (wait_readable(fd, patience < until ? patience : until)) {
		ssize_t got = recv(fd, bytes, sizeof(bytes), 0);

		if (got > 0 && is_answer(&asked, bytes, got)) {
			strcpy(result, "answered");
			break;
		}
	}
	close(fd);
}
