// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: GPL-2.0
/*
 * A valid stamp meets a socket of the same addresses and ports. The rule, whole:
 *
 *   request      of this handshake (same server ISN): pass, the standard code completes it. Of another: dropped, replaced.
 *   TIME_WAIT    replaced when tcp_timewait_state_process() would have let the client's SYN replace it: no PAWS reject, and the SYN's
 *                seq (the segment's less one) is after rcv_nxt, or its timestamp is newer. Otherwise kept, and the segment dropped:
 *                the client's retransmission is stamped again and succeeds when TIME_WAIT has ended. FIN_WAIT2 that lives on as a
 *                TIME_WAIT socket is kept, as a SYN could not have replaced it.
 *   any other    the segment belongs to this connection, and is passed, if its ack is the first one of this connection (server ISN + 1:
 *                a repeated hand-off), or it is a keepalive (seq == rcv_nxt - 1), or seq and ack both lie in the windows.
 *                If it does not belong, the client has shaken hands anew with the box, which had forgotten this connection: it is reset
 *                (its owner sees ECONNRESET) and the new one takes its place. When its owner is using it at this very moment, when it
 *                carries MPTCP, or when it is this host's own SYN_SENT, it is left alone and the segment dropped; the client sends again.
 */
#include <net/inet_timewait_sock.h>
#include <net/mptcp.h>

#include "syngate.h"

/* Early demux may have tied the segment to the socket that has just gone. */
static enum syngate_existing gone(struct syngate_handoff *h)
{
	skb_orphan(h->skb);
	return SYNGATE_EXISTING_GONE;
}

static bool syn_would_replace(const struct syngate_handoff *h, struct sock *sk)
{
	const struct tcp_timewait_sock *tw = tcp_twsk(sk);
	u32 syn_seq = ntohl(h->th->seq) - 1;
	bool timestamps = h->stamp.timestamps && tw->tw_ts_recent_stamp;

	if (READ_ONCE(inet_twsk(sk)->tw_substate) != TCP_TIME_WAIT)
		return false;
	if (timestamps) {
		struct tcp_options_received seen = {
			.ts_recent = tw->tw_ts_recent,
			.ts_recent_stamp = tw->tw_ts_recent_stamp,
			.rcv_tsval = h->stamp.tsval,
			.saw_tstamp = 1,
		};

		if (tcp_paws_reject(&seen, 0))
			return false;
	}
	return after(syn_seq, tw->tw_rcv_nxt) || (timestamps && (s32)(tw->tw_ts_recent - h->stamp.tsval) < 0);
}

static enum syngate_existing time_wait(struct syngate_handoff *h, struct sock *sk)
{
	if (!syn_would_replace(h, sk)) {
		syngate_count(h->sn, time_wait_kept);
		inet_twsk_put(inet_twsk(sk));
		return SYNGATE_EXISTING_DROP;
	}
	syngate_count(h->sn, time_wait_replaced);
	inet_twsk_deschedule_put(inet_twsk(sk));
	return gone(h);
}

static enum syngate_existing request(struct syngate_handoff *h, struct sock *sk)
{
	struct request_sock *req = inet_reqsk(sk);
	bool same = tcp_rsk(req)->snt_isn + 1 == ntohl(h->th->ack_seq);

	if (!same) {
		syngate_count(h->sn, request_replaced);
		inet_csk_reqsk_queue_drop(req->rsk_listener, req);
	}
	sock_gen_put(sk);
	return same ? SYNGATE_EXISTING_PASS : gone(h);
}

static bool belongs(const struct tcp_sock *tp, u32 seq, u32 ack)
{
	/* bytes_acked counts from the first byte behind the SYN. */
	u32 first_ack = tp->snd_una - (u32)tp->bytes_acked;

	return ack == first_ack || seq == tp->rcv_nxt - 1 ||
	       (between(seq, tp->rcv_wup, tp->rcv_nxt + tcp_receive_window(tp)) &&
		between(ack, tp->snd_una - tp->max_window, tp->snd_nxt));
}

static enum syngate_existing connection(struct syngate_handoff *h, struct sock *sk)
{
	enum syngate_existing result = SYNGATE_EXISTING_DROP;

	bh_lock_sock(sk);
	if (belongs(tcp_sk(sk), ntohl(h->th->seq), ntohl(h->th->ack_seq))) {
		result = SYNGATE_EXISTING_PASS;
	} else if (sk->sk_state == TCP_CLOSE) {
		/* Closed by its owner since the lookup. */
		result = SYNGATE_EXISTING_GONE;
	} else if (sock_owned_by_user(sk) || sk_is_mptcp(sk) || sk->sk_state == TCP_SYN_SENT) {
		syngate_count(h->sn, stale_busy);
	} else {
		syngate_count(h->sn, stale_replaced);
		WRITE_ONCE(sk->sk_err, sk->sk_state == TCP_CLOSE_WAIT ? EPIPE : ECONNRESET);
		/* Who sees the state closed must see the error too. */
		smp_wmb();
		tcp_done(sk);
		if (!sock_flag(sk, SOCK_DEAD))
			sk_error_report(sk);
		result = SYNGATE_EXISTING_GONE;
	}
	bh_unlock_sock(sk);
	sock_gen_put(sk);
	return result == SYNGATE_EXISTING_GONE ? gone(h) : result;
}

enum syngate_existing syngate_existing(struct syngate_handoff *h, struct sock *sk)
{
	switch (sk->sk_state) {
	case TCP_TIME_WAIT:
		return time_wait(h, sk);
	case TCP_NEW_SYN_RECV:
		return request(h, sk);
	default:
		return connection(h, sk);
	}
}
