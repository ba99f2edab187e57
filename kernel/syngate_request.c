// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: GPL-2.0
/*
 * Makes the request socket that this kernel would have after its own SYN-ACK, in one of two ways:
 *   hash      into the table of established sockets, where tcp_v4_rcv() finds it and goes on by tcp_check_req(). Needs two tables of
 *             functions that the kernel does not export.
 *   prefetch  tied to the segment, as the BPF function bpf_sk_assign_tcp_reqsk() does; cookie_v4_check() takes it. Needs a kernel that
 *             has that function, and tcp_syncookies other than 0; a full accept queue loses the connection.
 */
#include <linux/module.h>
#include <linux/security.h>
#include <net/mptcp.h>
#include <net/transp_v6.h>

#include "syngate.h"
#include "syngate_symbols.h"

enum syngate_backend syngate_backend;
static const struct tcp_request_sock_ops *ops4, *ops6;

#ifdef SYNGATE_TEST
static bool no_tsoffset;
module_param(no_tsoffset, bool, 0600);
MODULE_PARM_DESC(no_tsoffset, "negative control of the tests: the server goes on with its own clock");
#else
#define no_tsoffset false
#endif

static u32 now_ms(void)
{
	return (u32)div_u64(ktime_get_ns(), NSEC_PER_MSEC);
}

static void fill_addresses(const struct syngate_handoff *h, const struct sock *listener, struct request_sock *req)
{
	struct inet_request_sock *ireq = inet_rsk(req);

	ireq->ir_num = ntohs(h->th->dest);
	ireq->ir_rmt_port = h->th->source;
	ireq->ir_mark = inet_request_mark(listener, h->skb);
	ireq->ir_iif = inet_request_bound_dev_if(listener, h->skb);
	if (h->is6) {
		ireq->ir_v6_rmt_addr = ipv6_hdr(h->skb)->saddr;
		ireq->ir_v6_loc_addr = ipv6_hdr(h->skb)->daddr;
		ireq->pktopts = NULL;
		ireq->ipv6_opt = NULL;
		/* A link-local client is known on its link only. */
		if (!ireq->ir_iif && ipv6_addr_type(&ireq->ir_v6_rmt_addr) & IPV6_ADDR_LINKLOCAL)
			ireq->ir_iif = inet6_iif(h->skb);
	} else {
		sk_rcv_saddr_set(req_to_sk(req), ip_hdr(h->skb)->daddr);
		sk_daddr_set(req_to_sk(req), ip_hdr(h->skb)->saddr);
		RCU_INIT_POINTER(ireq->ireq_opt, NULL);
	}
#ifdef SYNGATE_HAVE_INET_TEST_BIT
	ireq->no_srccheck = inet_test_bit(TRANSPARENT, listener);
#else
	ireq->no_srccheck = inet_sk(listener)->transparent;
#endif
}

/* What the client offered rides in the low six bits of TSecr, as in a Linux SYN cookie: window scale (15: none), SACK, ECN. */
static void fill_options(const struct syngate_handoff *h, struct request_sock *req)
{
	struct inet_request_sock *ireq = inet_rsk(req);
	u8 bits = h->stamp.tsecr & 63;

	ireq->tstamp_ok = h->stamp.timestamps;
	ireq->wscale_ok = h->stamp.timestamps && (bits & 15) != 15;
	ireq->snd_wscale = ireq->wscale_ok ? min(bits & 15, TCP_MAX_WSCALE) : 0;
	ireq->rcv_wscale = ireq->wscale_ok ? h->stamp.rcv_wscale : 0;
	ireq->sack_ok = h->stamp.timestamps && bits & 16;
	ireq->ecn_ok = h->stamp.timestamps && bits & 32 && READ_ONCE(h->net->ipv4.sysctl_tcp_ecn);
	ireq->acked = 0;
	ireq->smc_ok = 0;
	req->mss = h->stamp.mss;
	req->ts_recent = h->stamp.tsval;
}

/* The box has announced this window and scale to the client; what this kernel would have chosen does not matter. */
static void fill_window(const struct syngate_handoff *h, const struct sock *listener, struct request_sock *req)
{
	u32 largest = 65535U << inet_rsk(req)->rcv_wscale;
	u32 clamp = READ_ONCE(tcp_sk(listener)->window_clamp) ?: largest;

	if (listener->sk_userlocks & SOCK_RCVBUF_LOCK)
		clamp = min_t(u32, clamp, tcp_full_space(listener));
	req->rsk_window_clamp = min(clamp, largest);
	req->rsk_rcv_wnd = READ_ONCE(h->sn->window);
}

static void fill_numbers(const struct syngate_handoff *h, struct request_sock *req)
{
	struct tcp_request_sock *treq = tcp_rsk(req);

	treq->af_specific = h->is6 ? ops6 : ops4;
	treq->rcv_isn = ntohl(h->th->seq) - 1;
	treq->rcv_nxt = ntohl(h->th->seq);
	treq->snt_isn = ntohl(h->th->ack_seq) - 1;
	treq->txhash = net_tx_rndhash();
	/* From now on this kernel's clock with that offset is the clock that the client has seen in the SYN-ACK. */
	if (h->stamp.timestamps && !no_tsoffset)
		treq->ts_off = h->stamp.clock - now_ms();
#ifdef SYNGATE_HAVE_SNT_TSVAL
	treq->snt_tsval_first = h->stamp.tsecr;
	treq->snt_tsval_last = h->stamp.tsecr;
#endif
}

static struct request_sock *make_request(const struct syngate_handoff *h, struct sock *listener, bool attach)
{
	const struct request_sock_ops *ops = h->is6 ? tcpv6_prot.rsk_prot : tcp_prot.rsk_prot;
	bool is_mptcp = sk_is_mptcp(listener);
	struct request_sock *req = is_mptcp ? mptcp_subflow_reqsk_alloc(ops, listener, attach) :
					      inet_reqsk_alloc(ops, listener, attach);

	if (!req)
		return NULL;
	/* The slab holds what was there before; whatever this kernel adds to the structure, 0 is its beginning. */
	memset((u8 *)tcp_rsk(req) + sizeof(struct inet_request_sock), 0,
	       sizeof(struct tcp_request_sock) - sizeof(struct inet_request_sock));
	fill_addresses(h, listener, req);
	fill_options(h, req);
	fill_window(h, listener, req);
	fill_numbers(h, req);
	tcp_rsk(req)->is_mptcp = is_mptcp;
	/* The box's SYN-ACK had no MP_CAPABLE: the listener falls back to TCP. */
	if (is_mptcp && mptcp_subflow_init_cookie_req(req, listener, h->skb)) {
		reqsk_free(req);
		return NULL;
	}
	return req;
}

static bool into_hash(struct sock *listener, struct request_sock *req)
{
	/* False: another CPU has just put the same one there, and the segment will meet that. */
	if (!inet_csk_reqsk_queue_hash_add(listener, req, TCP_TIMEOUT_INIT))
		return false;
	reqsk_put(req);
	return true;
}

#ifdef SYNGATE_HAVE_PREFETCH
static void onto_segment(struct sk_buff *skb, struct sock *listener, struct request_sock *req)
{
	/* The listener is not referenced: from here to tcp_v4_rcv() runs in one RCU section, for this hook is the last one. */
	req->rsk_listener = listener;
	req->syncookie = 1;
	skb_orphan(skb);
	skb->sk = req_to_sk(req);
	skb->destructor = sock_pfree;
}
#endif

unsigned int syngate_request(struct syngate_handoff *h, struct sock *listener)
{
	struct request_sock *req;

	/* Requests stay only while the accept queue is full or data is waited for; they must not grow without bound. */
	if (inet_csk_reqsk_queue_is_full(listener)) {
		syngate_count(h->sn, queue_full);
		return NF_DROP;
	}
	req = make_request(h, listener, syngate_backend == SYNGATE_BACKEND_HASH);
	if (!req) {
		syngate_count(h->sn, no_memory);
		return NF_DROP;
	}
	if (security_inet_conn_request(listener, h->skb, req)) {
		syngate_count(h->sn, refused_by_security);
		reqsk_free(req);
		return NF_DROP;
	}
#ifdef SYNGATE_HAVE_PREFETCH
	if (syngate_backend == SYNGATE_BACKEND_PREFETCH) {
		onto_segment(h->skb, listener, req);
		syngate_count(h->sn, accepted);
		return NF_ACCEPT;
	}
#endif
	if (into_hash(listener, req)) {
		syngate_count(h->sn, accepted);
	} else {
		reqsk_free(req);
		syngate_count(h->sn, duplicate);
	}
	return NF_ACCEPT;
}

int syngate_request_init(const char *wanted)
{
	if (strcmp(wanted, "auto") && strcmp(wanted, "hash") && strcmp(wanted, "prefetch")) {
		pr_err("syngate: backend '%s': expected auto, hash or prefetch\n", wanted);
		return -EINVAL;
	}
	if (strcmp(wanted, "prefetch")) {
		ops4 = syngate_find_symbol("tcp_request_sock_ipv4_ops");
		ops6 = syngate_find_symbol("tcp_request_sock_ipv6_ops");
		if (ops4 && ops6) {
			syngate_backend = SYNGATE_BACKEND_HASH;
			return 0;
		}
		if (!strcmp(wanted, "hash")) {
			pr_err("syngate: backend hash: this kernel does not tell where tcp_request_sock_ipv4_ops is (kprobes, kallsyms)\n");
			return -EOPNOTSUPP;
		}
	}
#ifdef SYNGATE_HAVE_PREFETCH
	syngate_backend = SYNGATE_BACKEND_PREFETCH;
	return 0;
#else
	pr_err("syngate: no way to hand a connection over: %s, and this kernel lacks the prefetched requests of bpf_sk_assign_tcp_reqsk\n",
	       strcmp(wanted, "prefetch") ? "the hash back-end's symbols were not found" : "backend=prefetch was asked for");
	return -EOPNOTSUPP;
#endif
}
