// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: GPL-2.0
/*
 * The server half of a hand-off as a tc program at ingress, for kernels that have bpf_sk_assign_tcp_reqsk() (6.12 has it, 6.1 has not).
 * Verifies the stamp of a segment and gives the kernel the request of the handshake that the box made; cookie_v4_check() and
 * cookie_v6_check() then take it as if this kernel had sent the SYN-ACK. A stamp that is not right is dropped without an answer;
 * what has no stamp goes on as without this program.
 *
 * Both layouts that the box writes (docs/reference/datapath.md) are known, no other: options = stamp, or N N timestamps stamp. The verifier
 * cannot follow syngate_stamp_parse(); the rest of syngate_stamp.h serves here too.
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

#include "../include/syngate_stamp.h"
#include "siphash.bpf.h"
#include "syngate_bpf.h"

/* Numbers of the kernel that no header of its user space interface has. */
#define IPV4_FRAGMENT 0x3fff /* MF and offset */
#define ERROR_NO_MEMORY (-12)

#define TIMESTAMP_BYTES 12 /* N N timestamps */
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
		memcpy(s->saddr + 12, &ip.saddr, 4);
		s->tuple.ipv4.saddr = ip.saddr;
		s->tuple.ipv4.daddr = ip.daddr;
		return ip.ihl * 4;
	}
	if (skb->protocol == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr ip;

		if (!load(skb, 0, &ip, sizeof(ip)) || ip.nexthdr != IPPROTO_TCP)
			return 0;
		s->ip_version = 6;
		memcpy(s->saddr, &ip.saddr, 16);
		memcpy(s->tuple.ipv6.saddr, &ip.saddr, 16);
		memcpy(s->tuple.ipv6.daddr, &ip.daddr, 16);
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
		if (!load(skb, at, s->options, TIMESTAMP_BYTES + SYNGATE_STAMP_BYTES) || syngate_get32(s->options) != 0x0101080a)
			return 0;
		stamp = s->options + TIMESTAMP_BYTES;
	} else {
		return 0;
	}
	if (stamp[SYNGATE_STAMP_OPTION_KIND] != SYNGATE_STAMP_KIND ||
	    syngate_get16(stamp + SYNGATE_STAMP_OPTION_EXID) != settings.exid)
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

static __always_inline void read_option(const __u8 *option, struct syngate_stamp *stamp)
{
	stamp->version_key = option[SYNGATE_STAMP_OPTION_VERSION_KEY];
	stamp->flags_wscale = option[SYNGATE_STAMP_OPTION_FLAGS_WSCALE];
	stamp->key_id = stamp->version_key & (SYNGATE_STAMP_KEYS - 1);
	stamp->rcv_wscale = stamp->flags_wscale & 15;
	stamp->mss = syngate_get16(option + SYNGATE_STAMP_OPTION_MSS);
	stamp->clock = syngate_get32(option + SYNGATE_STAMP_OPTION_CLOCK);
	stamp->mac = option + SYNGATE_STAMP_OPTION_MAC;
}

static __always_inline enum syngate_stamp_result read_stamp(const struct segment *s, struct syngate_stamp *stamp)
{
	__u8 length;

	if (s->stamp_at) {
		length = s->options[TIMESTAMP_BYTES + SYNGATE_STAMP_OPTION_LENGTH];
		read_option(s->options + TIMESTAMP_BYTES, stamp);
		stamp->timestamps = 1;
		stamp->tsval = syngate_get32(s->options + 4);
		stamp->tsecr = syngate_get32(s->options + 8);
	} else {
		length = s->options[SYNGATE_STAMP_OPTION_LENGTH];
		read_option(s->options, stamp);
	}
	if (length != SYNGATE_STAMP_BYTES || stamp->version_key >> 4 != SYNGATE_STAMP_VERSION ||
	    stamp->flags_wscale & SYNGATE_STAMP_FLAGS_RESERVED ||
	    !!(stamp->flags_wscale & SYNGATE_STAMP_FLAG_TIMESTAMPS) != stamp->timestamps)
		return SYNGATE_STAMP_MALFORMED;
	return SYNGATE_STAMP_PRESENT;
}

static __always_inline int mac_is_right(const struct segment *s, const struct syngate_stamp *stamp, const struct syngate_bpf_key *key)
{
	struct syngate_stamp_segment covered = { .sport = s->tcp.source, .seq = s->tcp.seq, .ack = s->tcp.ack_seq, .ip_version = s->ip_version };
	__u64 words[SYNGATE_STAMP_MESSAGE_BYTES / 8];

	memcpy(covered.saddr, s->saddr, 16);
	syngate_stamp_message(stamp, &covered, (__u8 *)words);
	return syngate_stamp_mac_is(stamp, siphash_words(words, SYNGATE_STAMP_MESSAGE_BYTES / 8, key->k0, key->k1));
}

/* The options that the client's TSecr carries, and what the box announced. */
static __always_inline void fill_attributes(const struct syngate_stamp *stamp, struct bpf_tcp_req_attrs *attributes)
{
	__u8 bits = stamp->tsecr & 63;

	attributes->mss = stamp->mss;
	if (!stamp->timestamps)
		return;
	attributes->tstamp_ok = 1;
	attributes->rcv_tsval = stamp->tsval;
	/*
	 * The kernel uses this only to learn the offset of its own clock (this less now). The box's clock at the hand-off instead of what the
	 * client echoes makes the first round-trip time right as well.
	 */
	attributes->rcv_tsecr = settings.learn_clock ? stamp->clock : (__u32)(bpf_ktime_get_ns() / 1000000);
	attributes->sack_ok = !!(bits & BIT_SACK);
	attributes->ecn_ok = !!(bits & BIT_ECN);
	if ((bits & 15) != NO_WSCALE) {
		attributes->wscale_ok = 1;
		attributes->snd_wscale = bits & 15;
		attributes->rcv_wscale = stamp->rcv_wscale;
	}
}

/* A valid stamp: the request goes to the listener, with this segment. */
static __always_inline int hand_off(struct __sk_buff *skb, struct segment *s, const struct syngate_stamp *stamp)
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
	fill_attributes(stamp, &attributes);
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
	struct syngate_stamp stamp = {};
	struct syngate_bpf_key *key;
	__u32 id;

	if (!read_segment(skb, &s))
		return TC_ACT_UNSPEC;
	count(stamped);
	if (read_stamp(&s, &stamp) != SYNGATE_STAMP_PRESENT) {
		count(malformed);
		return TC_ACT_SHOT;
	}
	id = stamp.key_id;
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
