// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: GPL-2.0
/*
 * The smallest server half, for tests of the hand-off only; not for servers: keys stand in a module parameter, every namespace
 * has the same, and nothing is counted.
 *
 * A LOCAL_IN hook, the last one, verifies the stamp (docs/reference/datapath.md) and puts the request socket that this kernel
 * would have, had it seen the SYN, into the established hash; the same segment then takes the standard path to accept().
 * A stamp that is not right is dropped without an answer. The established flow's own segments are left alone.
 */
#include <crypto/algapi.h>
#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/siphash.h>
#include <net/inet6_hashtables.h>
#include <net/inet_hashtables.h>
#include <net/tcp.h>
#include <net/transp_v6.h>
#if __has_include(<linux/unaligned.h>)
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

#include "kallsyms.h"

#define STAMP_KIND 253
#define STAMP_BYTES 20
#define STAMP_EXID 0x5347
#define STAMP_KEYS 16
#define STAMP_VERSION 1
/* The MAC's message: docs/reference/registers.md, "stamp message". */
#define M_SADDR 0
#define M_SPORT 16
#define M_VERSION_KEY 18
#define M_FLAGS_WSCALE 19
#define M_TSECR 20
#define M_SEQ 24
#define M_ACK 28
#define M_MSS 32
#define M_IP_VERSION 34
#define M_CLOCK 36
#define STAMP_MESSAGE_BYTES 40

static char *keys = "";
module_param(keys, charp, 0400);
MODULE_PARM_DESC(keys, "ID:32 hex digits in memory order, separated by commas");
static bool learn_offset = true;
module_param(learn_offset, bool, 0400);
MODULE_PARM_DESC(learn_offset, "off: negative control, the server goes on with its own clock");

static siphash_key_t key_of[STAMP_KEYS];
static bool key_used[STAMP_KEYS];
static const struct tcp_request_sock_ops *ops4, *ops6;

struct stamp {
	u8 version_key, flags_wscale;
	u16 mss;
	u32 clock;
	const u8 *mac;
	bool timestamps;
	u32 tsval, tsecr;
};

/* Walks the options as tcp_parse_options() does. True when there is a stamp of any length that has an ExID. */
static bool find_stamp(const struct tcphdr *th, struct stamp *s, bool *well_formed)
{
	const u8 *p = (const u8 *)(th + 1);
	int length = th->doff * 4 - sizeof(*th);
	bool found = false;

	*well_formed = false;
	while (length > 0) {
		int size;

		if (*p == TCPOPT_EOL)
			break;
		if (*p == TCPOPT_NOP) {
			p++;
			length--;
			continue;
		}
		if (length < 2)
			break;
		size = p[1];
		if (size < 2 || size > length)
			break;
		if (*p == TCPOPT_TIMESTAMP && size == TCPOLEN_TIMESTAMP) {
			s->timestamps = true;
			s->tsval = get_unaligned_be32(p + 2);
			s->tsecr = get_unaligned_be32(p + 6);
		} else if (*p == STAMP_KIND && size >= 4 && get_unaligned_be16(p + 2) == STAMP_EXID) {
			found = true;
			*well_formed = size == STAMP_BYTES;
			if (*well_formed) {
				s->version_key = p[4];
				s->flags_wscale = p[5];
				s->mss = get_unaligned_be16(p + 6);
				s->clock = get_unaligned_be32(p + 8);
				s->mac = p + 12;
			}
		}
		p += size;
		length -= size;
	}
	return found;
}

static bool verify(const struct sk_buff *skb, const struct tcphdr *th, const struct stamp *s, bool is6)
{
	u8 id = s->version_key & 15, message[STAMP_MESSAGE_BYTES] = {}, mac[8];

	if (s->version_key >> 4 != STAMP_VERSION || !key_used[id])
		return false;
	if ((s->flags_wscale & 0x10 ? true : false) != s->timestamps || s->flags_wscale & 0xe0)
		return false;
	if (is6)
		memcpy(message + M_SADDR, &ipv6_hdr(skb)->saddr, 16);
	else
		ipv6_addr_set_v4mapped(ip_hdr(skb)->saddr, (struct in6_addr *)(message + M_SADDR));
	memcpy(message + M_SPORT, &th->source, 2);
	message[M_VERSION_KEY] = s->version_key;
	message[M_FLAGS_WSCALE] = s->flags_wscale;
	put_unaligned_be32(s->timestamps ? s->tsecr : 0, message + M_TSECR);
	memcpy(message + M_SEQ, &th->seq, 4);
	memcpy(message + M_ACK, &th->ack_seq, 4);
	put_unaligned_be16(s->mss, message + M_MSS);
	message[M_IP_VERSION] = is6 ? 6 : 4;
	put_unaligned_be32(s->clock, message + M_CLOCK);
	put_unaligned_le64(siphash(message, sizeof(message), &key_of[id]), mac);
	return crypto_memneq(mac, s->mac, 8) == 0;
}

static u32 now_ms(void)
{
	return (u32)div_u64(ktime_get_ns(), NSEC_PER_MSEC);
}

/* The request that this kernel would have after its SYN-ACK. False when there is no memory. */
static bool add_request(struct sock *lsk, struct sk_buff *skb, const struct tcphdr *th, const struct stamp *s, bool is6)
{
	struct request_sock *req = inet_reqsk_alloc(is6 ? tcpv6_prot.rsk_prot : tcp_prot.rsk_prot, lsk, true);
	struct inet_request_sock *ireq;
	struct tcp_request_sock *treq;
	u8 bits = s->tsecr & 63;

	if (!req)
		return false;
	ireq = inet_rsk(req);
	treq = tcp_rsk(req);
	if (is6) {
		ireq->ir_v6_rmt_addr = ipv6_hdr(skb)->saddr;
		ireq->ir_v6_loc_addr = ipv6_hdr(skb)->daddr;
		ireq->pktopts = NULL;
		ireq->ipv6_opt = NULL;
	} else {
		sk_rcv_saddr_set(req_to_sk(req), ip_hdr(skb)->daddr);
		sk_daddr_set(req_to_sk(req), ip_hdr(skb)->saddr);
	}
	ireq->ir_num = ntohs(th->dest);
	ireq->ir_rmt_port = th->source;
	ireq->ir_mark = inet_request_mark(lsk, skb);
	ireq->ir_iif = inet_request_bound_dev_if(lsk, skb);
	ireq->tstamp_ok = s->timestamps;
	ireq->wscale_ok = s->timestamps && (bits & 15) != 15;
	ireq->snd_wscale = ireq->wscale_ok ? min(bits & 15, 14) : 0;
	ireq->rcv_wscale = ireq->wscale_ok ? s->flags_wscale & 15 : 0;
	ireq->sack_ok = s->timestamps && (bits & 16);
	ireq->ecn_ok = s->timestamps && (bits & 32);
	ireq->acked = 0;
	req->mss = s->mss;
	req->ts_recent = s->timestamps ? s->tsval : 0;
	req->num_retrans = 0;
	req->num_timeout = 0;
	req->rsk_window_clamp = 65535U << ireq->rcv_wscale;
	req->rsk_rcv_wnd = 64240;
	treq->af_specific = is6 ? ops6 : ops4;
	treq->tfo_listener = false;
	treq->rcv_isn = ntohl(th->seq) - 1;
	treq->rcv_nxt = ntohl(th->seq);
	treq->snt_isn = ntohl(th->ack_seq) - 1;
	treq->snt_synack = 0;
	treq->last_oow_ack_time = 0;
	treq->txhash = net_tx_rndhash();
	treq->syn_tos = 0;
	treq->ts_off = s->timestamps && learn_offset ? s->clock - now_ms() : 0;
#if IS_ENABLED(CONFIG_MPTCP)
	treq->is_mptcp = false;
#endif
#ifdef HAVE_REQ_USEC_TS
	treq->req_usec_ts = false;
#endif
	if (security_inet_conn_request(lsk, skb, req) || !inet_csk_reqsk_queue_hash_add(lsk, req, TCP_TIMEOUT_INIT)) {
		reqsk_free(req);
		return false;
	}
	reqsk_put(req);
	return true;
}

static unsigned int local_in(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	bool is6 = state->pf == NFPROTO_IPV6, well_formed;
	unsigned int offset = is6 ? sizeof(struct ipv6hdr) : ip_hdrlen(skb);
	struct inet_hashinfo *table = state->net->ipv4.tcp_death_row.hashinfo;
	const struct tcphdr *th;
	struct stamp s = {};
	struct sock *sk;

	if (is6 ? ipv6_hdr(skb)->nexthdr != IPPROTO_TCP : ip_hdr(skb)->protocol != IPPROTO_TCP || ip_is_fragment(ip_hdr(skb)))
		return NF_ACCEPT;
	if (!pskb_may_pull(skb, offset + sizeof(*th)))
		return NF_ACCEPT;
	th = (const struct tcphdr *)(skb->data + offset);
	if (th->doff * 4 < sizeof(*th) || !pskb_may_pull(skb, offset + th->doff * 4))
		return NF_ACCEPT;
	th = (const struct tcphdr *)(skb->data + offset);
	if (!th->ack || th->syn || th->rst || th->fin || !find_stamp(th, &s, &well_formed))
		return NF_ACCEPT;
	if (!well_formed || nf_checksum(skb, NF_INET_LOCAL_IN, offset, IPPROTO_TCP, state->pf) || !verify(skb, th, &s, is6))
		return NF_DROP;

	if (is6)
		sk = __inet6_lookup_established(state->net, table, &ipv6_hdr(skb)->saddr, th->source, &ipv6_hdr(skb)->daddr,
						ntohs(th->dest), skb->skb_iif, 0);
	else
		sk = __inet_lookup_established(state->net, table, ip_hdr(skb)->saddr, th->source, ip_hdr(skb)->daddr,
					       ntohs(th->dest), skb->skb_iif, 0);
	if (sk) {
		sock_gen_put(sk);
		return NF_ACCEPT;
	}
	if (is6)
		sk = inet6_lookup_listener(state->net, table, skb, offset, &ipv6_hdr(skb)->saddr, th->source,
					   &ipv6_hdr(skb)->daddr, ntohs(th->dest), skb->skb_iif, 0);
	else
		sk = __inet_lookup_listener(state->net, table, skb, offset, ip_hdr(skb)->saddr, th->source,
					    ip_hdr(skb)->daddr, ntohs(th->dest), skb->skb_iif, 0);
	if (!sk)
		return NF_ACCEPT;
	return add_request(sk, skb, th, &s, is6) ? NF_ACCEPT : NF_DROP;
}

static const struct nf_hook_ops hooks[] = {
	{ .hook = local_in, .pf = NFPROTO_IPV4, .hooknum = NF_INET_LOCAL_IN, .priority = INT_MAX },
	{ .hook = local_in, .pf = NFPROTO_IPV6, .hooknum = NF_INET_LOCAL_IN, .priority = INT_MAX },
};

static int read_keys(void)
{
	char *text = keys, *word;

	while ((word = strsep(&text, ",")) && *word) {
		char *digits = strchr(word, ':');
		u8 bytes[16];
		unsigned int id;

		if (digits)
			*digits++ = 0;
		if (!digits || kstrtouint(word, 10, &id) || id >= STAMP_KEYS || strlen(digits) != 32 || hex2bin(bytes, digits, 16)) {
			pr_err("syngate_test_server: keys: expected ID:32 hex digits\n");
			return -EINVAL;
		}
		key_of[id].key[0] = get_unaligned_le64(bytes);
		key_of[id].key[1] = get_unaligned_le64(bytes + 8);
		key_used[id] = true;
	}
	return 0;
}

static int __init server_init(void)
{
	int error = read_keys() ?: find_lookup_name();

	if (error)
		return error;
	ops4 = (void *)lookup_name("tcp_request_sock_ipv4_ops");
	ops6 = (void *)lookup_name("tcp_request_sock_ipv6_ops");
	if (!ops4 || !ops6)
		return -ENOENT;
	return nf_register_net_hooks(&init_net, hooks, ARRAY_SIZE(hooks));
}

static void __exit server_exit(void)
{
	nf_unregister_net_hooks(&init_net, hooks, ARRAY_SIZE(hooks));
	memzero_explicit(key_of, sizeof(key_of));
}

module_init(server_init);
module_exit(server_exit);
MODULE_DESCRIPTION("Smallest server half of syngate, for tests of the hand-off");
MODULE_LICENSE("GPL");
