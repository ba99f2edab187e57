// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: GPL-2.0
/*
 * The last hook of LOCAL_IN. Verifies the stamp of a segment and sees to it that the standard code, which gets the same segment next, finds
 * the request that it would have made had it seen the SYN. What is not stamped goes on as without the module (but see drop_unstamped()).
 * A stamp that is not right is dropped without an answer: an RST would tell a forger, and end the connection of an honest client.
 */
#include <linux/module.h>
#include <linux/netfilter.h>
#include <net/inet6_hashtables.h>
#include <net/inet_hashtables.h>

#include "syngate.h"

static struct sock *lookup_established(const struct syngate_handoff *h)
{
	struct inet_hashinfo *table = h->net->ipv4.tcp_death_row.hashinfo;
	u16 port = ntohs(h->th->dest);

	if (h->is6)
		return __inet6_lookup_established(h->net, table, &ipv6_hdr(h->skb)->saddr, h->th->source,
						  &ipv6_hdr(h->skb)->daddr, port, inet6_iif(h->skb), inet6_sdif(h->skb));
	return __inet_lookup_established(h->net, table, ip_hdr(h->skb)->saddr, h->th->source, ip_hdr(h->skb)->daddr, port,
					 inet_iif(h->skb), inet_sdif(h->skb));
}

/* No reference is taken: listeners are freed after a grace period, and the hook runs inside one. */
static struct sock *lookup_listener(const struct syngate_handoff *h)
{
	struct inet_hashinfo *table = h->net->ipv4.tcp_death_row.hashinfo;
	u16 port = ntohs(h->th->dest);
	struct sock *sk;

	/* BPF programs of SO_REUSEPORT groups expect the data to begin with the TCP header. */
	__skb_pull(h->skb, h->offset);
	if (h->is6)
		sk = inet6_lookup_listener(h->net, table, h->skb, __tcp_hdrlen(h->th), &ipv6_hdr(h->skb)->saddr, h->th->source,
					   &ipv6_hdr(h->skb)->daddr, port, inet6_iif(h->skb), inet6_sdif(h->skb));
	else
		sk = __inet_lookup_listener(h->net, table, h->skb, __tcp_hdrlen(h->th), ip_hdr(h->skb)->saddr, h->th->source,
					    ip_hdr(h->skb)->daddr, port, inet_iif(h->skb), inet_sdif(h->skb));
	__skb_push(h->skb, h->offset);
	return sk;
}

static bool mac_is_right(const struct syngate_handoff *h, const siphash_key_t *key)
{
	struct syngate_stamp_segment segment = {
		.sport = h->th->source, .seq = h->th->seq, .ack = h->th->ack_seq, .ip_version = h->is6 ? 6 : 4,
	};
	u8 message[SYNGATE_STAMP_MESSAGE_BYTES] __aligned(8);

	if (h->is6)
		memcpy(segment.saddr, &ipv6_hdr(h->skb)->saddr, 16);
	else
		ipv6_addr_set_v4mapped(ip_hdr(h->skb)->saddr, (struct in6_addr *)segment.saddr);
	syngate_stamp_message(&h->stamp, &segment, message);
	return syngate_stamp_mac_is(&h->stamp, siphash(message, sizeof(message), key));
}

/* The client believes that what it offered was taken; a host that has switched it off cannot serve it. */
static bool refused_by_sysctl(struct syngate_handoff *h)
{
	const struct netns_ipv4 *ipv4 = &h->net->ipv4;
	u8 bits = h->stamp.tsecr & 63;
	const char *name = NULL;

	if (!h->stamp.timestamps)
		return false;
	if (!READ_ONCE(ipv4->sysctl_tcp_timestamps))
		name = "tcp_timestamps";
	else if ((bits & 15) != 15 && !READ_ONCE(ipv4->sysctl_tcp_window_scaling))
		name = "tcp_window_scaling";
	else if (bits & 16 && !READ_ONCE(ipv4->sysctl_tcp_sack))
		name = "tcp_sack";
	if (!name)
		return false;
	if (!READ_ONCE(h->sn->sysctl_warned)) {
		WRITE_ONCE(h->sn->sysctl_warned, true);
		pr_warn("syngate: net.ipv4.%s is 0 but clients were offered it by the box: their connections are refused\n", name);
	}
	return true;
}

static unsigned int stamped(struct syngate_handoff *h, bool well_formed, u8 pf)
{
	const struct syngate_keys *keys = rcu_dereference(h->sn->keys);
	struct sock *sk;

	syngate_count(h->sn, stamped);
	/* Checksum first: a segment that a bad link changed is no forgery. */
	if (nf_checksum(h->skb, NF_INET_LOCAL_IN, h->offset, IPPROTO_TCP, pf)) {
		syngate_count(h->sn, bad_checksum);
		return NF_DROP;
	}
	if (!well_formed) {
		syngate_count(h->sn, malformed);
		return NF_DROP;
	}
	if (!keys || !(keys->used & BIT(h->stamp.key_id))) {
		syngate_count(h->sn, unknown_key);
		return NF_DROP;
	}
	if (!mac_is_right(h, &keys->key[h->stamp.key_id])) {
		syngate_count(h->sn, bad_mac);
		return NF_DROP;
	}

	sk = lookup_established(h);
	if (sk) {
		switch (syngate_existing(h, sk)) {
		case SYNGATE_EXISTING_PASS:
			syngate_count(h->sn, duplicate);
			return NF_ACCEPT;
		case SYNGATE_EXISTING_DROP:
			return NF_DROP;
		case SYNGATE_EXISTING_GONE:
			break;
		}
	}
	sk = lookup_listener(h);
	if (!sk) {
		syngate_count(h->sn, no_listener);
		return NF_ACCEPT;
	}
	if (refused_by_sysctl(h)) {
		syngate_count(h->sn, refused_by_sysctl);
		return NF_DROP;
	}
	return syngate_request(h, sk);
}

/*
 * Behind the box every SYN is answered by the box, so a segment that meets only a listener here has lost its hand-off on the way. Silence
 * instead of a RST makes the client send again, and the box stamps again. Off unless the port is in DROP_PORTS.
 */
static bool drop_unstamped(struct syngate_handoff *h)
{
	const struct syngate_ports *ports = rcu_dereference(h->sn->drop_ports);
	u16 port = ntohs(h->th->dest);
	unsigned int i;
	struct sock *sk;

	if (!ports || h->th->syn || h->th->rst || h->skb->sk)
		return false;
	for (i = 0; i < ports->ranges; i++)
		if (port >= ports->range[i].first && port <= ports->range[i].last)
			break;
	if (i == ports->ranges)
		return false;
	sk = lookup_established(h);
	if (sk) {
		sock_gen_put(sk);
		return false;
	}
	if (!lookup_listener(h))
		return false;
	syngate_count(h->sn, unstamped_dropped);
	return true;
}

static unsigned int local_in(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct syngate_handoff h = { .net = state->net, .sn = syngate_pernet(state->net), .skb = skb };
	enum syngate_stamp_result found = SYNGATE_STAMP_ABSENT;
	unsigned int length;

	h.is6 = state->pf == NFPROTO_IPV6;
	if (h.is6 ? ipv6_hdr(skb)->nexthdr != IPPROTO_TCP : ip_hdr(skb)->protocol != IPPROTO_TCP || ip_is_fragment(ip_hdr(skb)))
		return NF_ACCEPT;
	h.offset = h.is6 ? sizeof(struct ipv6hdr) : ip_hdrlen(skb);
	if (!pskb_may_pull(skb, h.offset + sizeof(*h.th)))
		return NF_ACCEPT;
	h.th = (const struct tcphdr *)(skb->data + h.offset);
	length = __tcp_hdrlen(h.th);
	if (length < sizeof(*h.th) || !pskb_may_pull(skb, h.offset + length))
		return NF_ACCEPT;
	h.th = (const struct tcphdr *)(skb->data + h.offset);
	/* The box stamps bare ACKs only. The shortest stamp that can be seen as one is an option of 4 bytes. */
	if (h.th->ack && !h.th->syn && !h.th->rst && !h.th->fin && length >= sizeof(*h.th) + 4)
		found = syngate_stamp_parse((const u8 *)(h.th + 1), length - sizeof(*h.th), READ_ONCE(h.sn->exid), &h.stamp);
	if (found != SYNGATE_STAMP_ABSENT)
		return stamped(&h, found == SYNGATE_STAMP_PRESENT, state->pf);
	return drop_unstamped(&h) ? NF_DROP : NF_ACCEPT;
}

const struct nf_hook_ops syngate_hooks[2] = {
	{ .hook = local_in, .pf = NFPROTO_IPV4, .hooknum = NF_INET_LOCAL_IN, .priority = INT_MAX },
	{ .hook = local_in, .pf = NFPROTO_IPV6, .hooknum = NF_INET_LOCAL_IN, .priority = INT_MAX },
};
