/* SPDX-FileCopyrightText: syngate authors */
/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SYNGATE_H
#define SYNGATE_H

#include <linux/netfilter.h>
#include <linux/percpu.h>
#include <linux/siphash.h>
#include <net/netns/generic.h>
#include <net/tcp.h>

#include "syngate_stamp.h"
#include "syngate_uapi.h"

/* Stamp keys of a namespace; never changed, only replaced as a whole, so that no segment sees half a key. */
struct syngate_keys {
	struct rcu_head rcu;
	u16 used;
	siphash_key_t key[SYNGATE_STAMP_KEYS];
};

struct syngate_port_range {
	u16 first, last;
};

/* Listeners whose unstamped segments are dropped; replaced as a whole. */
struct syngate_ports {
	struct rcu_head rcu;
	unsigned int ranges;
	struct syngate_port_range range[];
};

struct syngate_counters {
	u64 value[SYNGATE_COUNTER_NUMBER];
};

/* One network namespace. Written under genl_lock(), read under RCU. */
struct syngate_net {
	struct syngate_keys __rcu *keys;
	struct syngate_ports __rcu *drop_ports; /* NULL: none */
	struct syngate_counters __percpu *counters;
	u16 exid, window;
	bool enabled;
	bool sysctl_warned;
};

enum syngate_backend { SYNGATE_BACKEND_HASH, SYNGATE_BACKEND_PREFETCH };

extern unsigned int syngate_net_id;
extern enum syngate_backend syngate_backend;
extern const struct nf_hook_ops syngate_hooks[2];

static inline struct syngate_net *syngate_pernet(const struct net *net)
{
	return net_generic(net, syngate_net_id);
}

#define syngate_count(sn, name) this_cpu_inc((sn)->counters->value[SYNGATE_COUNTER_##name])

/* A stamped segment whose MAC has been verified, in the LOCAL_IN hook. */
struct syngate_handoff {
	struct net *net;
	struct syngate_net *sn;
	struct sk_buff *skb;
	const struct tcphdr *th;
	unsigned int offset; /* of the TCP header from skb->data */
	bool is6;
	struct syngate_stamp stamp;
};

/* syngate_request.c: the request that this kernel would have after its own SYN-ACK; NF_ACCEPT or NF_DROP. Counts the verdict. */
unsigned int syngate_request(struct syngate_handoff *h, struct sock *listener);
int syngate_request_init(const char *wanted);

/* syngate_existing.c: what becomes of a socket of the same addresses and ports. Consumes the reference to sk. */
enum syngate_existing { SYNGATE_EXISTING_PASS, SYNGATE_EXISTING_DROP, SYNGATE_EXISTING_GONE };
enum syngate_existing syngate_existing(struct syngate_handoff *h, struct sock *sk);

/* syngate_netlink.c */
int syngate_netlink_init(void);
void syngate_netlink_exit(void);
void syngate_disable(struct net *net);

#endif
