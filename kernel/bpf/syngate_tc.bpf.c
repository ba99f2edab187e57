// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: GPL-2.0
/*
 * The server half of a hand-off as a tc program at ingress, for kernels that have bpf_sk_assign_tcp_reqsk() (6.12 has it, 6.1 has not).
 * Verifies the stamp of a segment and gives the kernel the request of the handshake that the box made; cookie_v4_check() and
 * cookie_v6_check() then take it as if this kernel had sent the SYN-ACK. A stamp that is not right is dropped without an answer;
 * what has no stamp goes on as without this program.
 *
 * Both layouts that the box writes (docs/reference/datapath.md) are known, no other: options = stamp, or N N timestamps stamp.
 * The TCP checksum is not looked at here: with offloading it may not be in the packet, and the kernel verifies it behind this program,
 * before it looks at the request.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "../include/syngate_stamp_defs.h"
#include "siphash.bpf.h"
#include "syngate_bpf.h"

/* Numbers of the kernel that no header of its user space interface has. */
#define IPV4_FRAGMENT 0x3fff /* MF and offset */
#define ERROR_NO_MEMORY (-12)

#define TIMESTAMP_BYTES 12 /* N N timestamps */
#define FLAG_TIMESTAMPS 0x10
#define FLAGS_RESERVED 0xe0
#define NO_WSCALE 15 /* in the low bits of a TSval that carries options */
#define BIT_SACK 0x10
#define BIT_ECN 0x20

/* Kernel types, found in the BTF of the running kernel. Only pointers to them are used, but libbpf wants structures, not declarations. */
struct sock {
};
struct tcp_sock {
};

/* As in the kernel's include/net/tcp.h: the arguments of the function below. */
struct bpf_tcp_req_attrs {
	__u32 rcv_tsval, rcv_tsecr;
	__u16 mss;
	__u8 rcv_wscale, snd_wscale;
	__u8 ecn_ok, wscale_ok, sack_ok, tstamp_ok, usec_ts_ok;
	__u8 reserved[3];
};

extern int bpf_sk_assign_tcp_reqsk(struct __sk_buff *s, struct sock *sk, struct bpf_tcp_req_attrs *attrs, int attrs__sz) __ksym;

const volatile struct syngate_bpf_settings settings = { .exid = SYNGATE_STAMP_EXID, .learn_clock = 1 };

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SYNGATE_STAMP_KEYS);
	__type(key, __u32);
	__type(value, struct syngate_bpf_key);
} keys SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SYNGATE_BPF_COUNTER_NUMBER);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

#define count(name) count_index(SYNGATE_BPF_COUNTER_##name)

static __always_inline void count_index(__u32 index)
{
	__u64 *counter = bpf_map_lookup_elem(&counters, &index);

	if (counter)
		*counter += 1;
}

struct segment {
	struct tcphdr tcp;
	__u8 options[TIMESTAMP_BYTES + SYNGATE_STAMP_BYTES];
	struct bpf_sock_tuple tuple;
	__u32 stamp_at; /* in options: 0 or TIMESTAMP_BYTES */
	__u8 saddr[16]; /* IPv4 as ::ffff:a.b.c.d */
	__u8 ip_version;
};

static __always_inline __u32 get32(const __u8 *p)
{
	return (__u32)p[0] << 24 | (__u32)p[1] << 16 | (__u32)p[2] << 8 | p[3];
}

/* Reads at an offset from the IP header: works with and without an Ethernet header in front. */
static __always_inline int load(struct __sk_buff *skb, __u32 at, void *to, __u32 length)
{
	return bpf_skb_load_bytes_relative(skb, at, to, length, BPF_HDR_START_NET) == 0;
}

/* The offset of the TCP header, 0 when this is no whole TCP segment. Fills in addresses and ip_version. */
static __always_inline __u32 read_ip(struct __sk_buff *skb, struct segment *s)
{
	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		struct iphdr ip;

		if (!load(skb, 0, &ip, sizeof(ip)) || ip.protocol != IPPROTO_TCP || ip.frag_off & bpf_htons(IPV4_FRAGMENT) || ip.ihl < 5)
			return 0;
		s->ip_version = 4;
		s->saddr[10] = 0xff;
		s->saddr[11] = 0xff;
		__builtin_memcpy(s->saddr + 12, &ip.saddr, 4);
		s->tuple.ipv4.saddr = ip.saddr;
		s->tuple.ipv4.daddr = ip.daddr;
		return ip.ihl * 4;
	}
	if (skb->protocol == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr ip;

		if (!load(skb, 0, &ip, sizeof(ip)) || ip.nexthdr != IPPROTO_TCP)
			return 0;
		s->ip_version = 6;
		__builtin_memcpy(s->saddr, &ip.saddr, 16);
		__builtin_memcpy(s->tuple.ipv6.saddr, &ip.saddr, 16);
		__builtin_memcpy(s->tuple.ipv6.daddr, &ip.daddr, 16);
		return sizeof(ip);
	}
	return 0;
}

/* 1 when the segment carries a stamp option, whatever is in it. */
static __always_inline int read_segment(struct __sk_buff *skb, struct segment *s)
{
	__u32 at = read_ip(skb, s);
	const __u8 *stamp;

	if (!at || !load(skb, at, &s->tcp, sizeof(s->tcp)))
		return 0;
	/* Bare ACKs only; this lets almost everything else go before its options are read. */
	if (!s->tcp.ack || s->tcp.syn || s->tcp.rst || s->tcp.fin)
		return 0;
	at += sizeof(s->tcp);
	if (s->tcp.doff * 4 == sizeof(s->tcp) + SYNGATE_STAMP_BYTES) {
		s->stamp_at = 0;
		if (!load(skb, at, s->options, SYNGATE_STAMP_BYTES))
			return 0;
		stamp = s->options;
	} else if (s->tcp.doff * 4 == sizeof(s->tcp) + TIMESTAMP_BYTES + SYNGATE_STAMP_BYTES) {
		s->stamp_at = TIMESTAMP_BYTES;
		if (!load(skb, at, s->options, TIMESTAMP_BYTES + SYNGATE_STAMP_BYTES) || get32(s->options) != 0x0101080a)
			return 0;
		stamp = s->options + TIMESTAMP_BYTES;
	} else {
		return 0;
	}
	if (stamp[SYNGATE_STAMP_OPTION_KIND] != SYNGATE_STAMP_KIND ||
	    (stamp[SYNGATE_STAMP_OPTION_EXID] << 8 | stamp[SYNGATE_STAMP_OPTION_EXID + 1]) != settings.exid)
		return 0;
	if (s->ip_version == 4) {
		s->tuple.ipv4.sport = s->tcp.source;
		s->tuple.ipv4.dport = s->tcp.dest;
	} else {
		s->tuple.ipv6.sport = s->tcp.source;
		s->tuple.ipv6.dport = s->tcp.dest;
	}
	return 1;
}

/* What of the stamp the kernel is told. */
struct stamp {
	__u8 version_key, flags_wscale;
	__u8 mss[2], clock[4], mac[8]; /* as in the option */
	__u32 tsval, tsecr;            /* 0 without timestamps */
};

static __always_inline void read_option(const __u8 *option, struct stamp *stamp)
{
	stamp->version_key = option[SYNGATE_STAMP_OPTION_VERSION_KEY];
	stamp->flags_wscale = option[SYNGATE_STAMP_OPTION_FLAGS_WSCALE];
	__builtin_memcpy(stamp->mss, option + SYNGATE_STAMP_OPTION_MSS, 2);
	__builtin_memcpy(stamp->clock, option + SYNGATE_STAMP_OPTION_CLOCK, 4);
	__builtin_memcpy(stamp->mac, option + SYNGATE_STAMP_OPTION_MAC, 8);
}

/* 0 when no box made this. */
static __always_inline int read_stamp(const struct segment *s, struct stamp *stamp)
{
	__u8 length;

	if (s->stamp_at) {
		length = s->options[TIMESTAMP_BYTES + SYNGATE_STAMP_OPTION_LENGTH];
		read_option(s->options + TIMESTAMP_BYTES, stamp);
		stamp->tsval = get32(s->options + 4);
		stamp->tsecr = get32(s->options + 8);
	} else {
		length = s->options[SYNGATE_STAMP_OPTION_LENGTH];
		read_option(s->options, stamp);
	}
	return length == SYNGATE_STAMP_BYTES && stamp->version_key >> 4 == SYNGATE_STAMP_VERSION && !(stamp->flags_wscale & FLAGS_RESERVED) &&
	       !!(stamp->flags_wscale & FLAG_TIMESTAMPS) == !!s->stamp_at;
}

static __always_inline int mac_is_right(const struct segment *s, const struct stamp *stamp, const struct syngate_bpf_key *key)
{
	__u64 words[SYNGATE_STAMP_MESSAGE_BYTES / 8] = {}, mac;
	__u8 *message = (__u8 *)words;
	__u32 tsecr = bpf_htonl(stamp->tsecr);

	__builtin_memcpy(message + SYNGATE_STAMP_MESSAGE_SADDR, s->saddr, 16);
	__builtin_memcpy(message + SYNGATE_STAMP_MESSAGE_SPORT, &s->tcp.source, 2);
	message[SYNGATE_STAMP_MESSAGE_VERSION_KEY] = stamp->version_key;
	message[SYNGATE_STAMP_MESSAGE_FLAGS_WSCALE] = stamp->flags_wscale;
	__builtin_memcpy(message + SYNGATE_STAMP_MESSAGE_TSECR, &tsecr, 4);
	__builtin_memcpy(message + SYNGATE_STAMP_MESSAGE_SEQ, &s->tcp.seq, 4);
	__builtin_memcpy(message + SYNGATE_STAMP_MESSAGE_ACK, &s->tcp.ack_seq, 4);
	__builtin_memcpy(message + SYNGATE_STAMP_MESSAGE_MSS, stamp->mss, 2);
	message[SYNGATE_STAMP_MESSAGE_IP_VERSION] = s->ip_version;
	__builtin_memcpy(message + SYNGATE_STAMP_MESSAGE_CLOCK, stamp->clock, 4);
	__builtin_memcpy(&mac, stamp->mac, 8);
	/* One comparison of words: takes the same time wherever they differ. */
	return siphash_words(words, SYNGATE_STAMP_MESSAGE_BYTES / 8, key->k0, key->k1) == SYNGATE_LE64(mac);
}

/* The options that the client's TSecr carries, and what the box announced. */
static __always_inline void fill_attributes(const struct segment *s, const struct stamp *stamp, struct bpf_tcp_req_attrs *attributes)
{
	__u8 bits = stamp->tsecr & 63;

	attributes->mss = (__u16)(stamp->mss[0] << 8 | stamp->mss[1]);
	if (!s->stamp_at)
		return;
	attributes->tstamp_ok = 1;
	attributes->rcv_tsval = stamp->tsval;
	/*
	 * The kernel uses this only to learn the offset of its own clock (this less now). The box's clock at the hand-off instead of what the
	 * client echoes makes the first round-trip time right as well.
	 */
	attributes->rcv_tsecr = settings.learn_clock ? get32(stamp->clock) : (__u32)(bpf_ktime_get_ns() / 1000000);
	attributes->sack_ok = !!(bits & BIT_SACK);
	attributes->ecn_ok = !!(bits & BIT_ECN);
	if ((bits & 15) != NO_WSCALE) {
		attributes->wscale_ok = 1;
		attributes->snd_wscale = bits & 15;
		attributes->rcv_wscale = stamp->flags_wscale & 15;
	}
}

/* A valid stamp: the request goes to the listener, with this segment. */
static __always_inline int hand_off(struct __sk_buff *skb, struct segment *s, const struct stamp *stamp)
{
	struct bpf_tcp_req_attrs attributes = {};
	struct tcp_sock *listener;
	struct bpf_sock *sk;
	int error;

	/* The helper tells the families by the size, a constant for the verifier. */
	if (s->ip_version == 4)
		sk = bpf_skc_lookup_tcp(skb, &s->tuple, sizeof(s->tuple.ipv4), BPF_F_CURRENT_NETNS, 0);
	else
		sk = bpf_skc_lookup_tcp(skb, &s->tuple, sizeof(s->tuple.ipv6), BPF_F_CURRENT_NETNS, 0);
	if (!sk) {
		count(no_listener);
		return TC_ACT_UNSPEC;
	}
	if (sk->state != BPF_TCP_LISTEN) {
		__u32 state = sk->state;

		bpf_sk_release(sk);
		if (state == BPF_TCP_TIME_WAIT) {
			count(time_wait_kept);
			return TC_ACT_SHOT;
		}
		count(duplicate);
		return TC_ACT_UNSPEC;
	}
	listener = (struct tcp_sock *)bpf_skc_to_tcp_sock(sk);
	if (!listener) {
		bpf_sk_release(sk);
		count(refused);
		return TC_ACT_SHOT;
	}
	fill_attributes(s, stamp, &attributes);
	error = bpf_sk_assign_tcp_reqsk(skb, (struct sock *)listener, &attributes, sizeof(attributes));
	bpf_sk_release(sk);
	if (!error) {
		count(accepted);
		return TC_ACT_UNSPEC;
	}
	if (error == ERROR_NO_MEMORY)
		count(no_memory);
	else
		count(refused);
	return TC_ACT_SHOT;
}

SEC("tc")
int syngate(struct __sk_buff *skb)
{
	struct segment s = {};
	struct stamp stamp = {};
	struct syngate_bpf_key *key;
	__u32 id;

	if (!read_segment(skb, &s))
		return TC_ACT_UNSPEC;
	count(stamped);
	if (!read_stamp(&s, &stamp)) {
		count(malformed);
		return TC_ACT_SHOT;
	}
	id = stamp.version_key & (SYNGATE_STAMP_KEYS - 1);
	key = bpf_map_lookup_elem(&keys, &id);
	if (!key || !key->used) {
		count(unknown_key);
		return TC_ACT_SHOT;
	}
	if (!mac_is_right(&s, &stamp, key)) {
		count(bad_mac);
		return TC_ACT_SHOT;
	}
	return hand_off(skb, &s, &stamp);
}

char license_of_program[] SEC("license") = "GPL";
