/* SPDX-FileCopyrightText: syngate authors */
/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As much of the kernel's interface as syngate_main.c, syngate_netlink.c and syngate_hook.c use, in user space: memory from malloc() in
 * blocks of their own size, RCU that frees at once, one CPU, attributes validated by the rules of strict generic netlink, segments whose
 * bytes move to another block when more of them are pulled. What is not here (sockets, lookups) answers as the fuzzer's input says.
 */
#ifndef SYNGATE_FUZZ_SHIM_H
#define SYNGATE_FUZZ_SHIM_H

#include <errno.h>
#include <limits.h>
#include <linux/genetlink.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netlink.h>
#include <linux/tcp.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef uint64_t u64;
typedef int gfp_t;

#define PROMISE(condition, what)                                                                       \
	do {                                                                                           \
		if (!(condition)) {                                                                    \
			fprintf(stderr, "%s:%d: promise broken: %s\n", __FILE__, __LINE__, what);      \
			abort();                                                                       \
		}                                                                                      \
	} while (0)

/* Compiler and module words. */
#define __rcu
#define __percpu
#define __init
#define __exit
#define __net_init
#define __net_exit
#define __ro_after_init
#define __aligned(n) __attribute__((aligned(n)))
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, value) (*(volatile __typeof__(x) *)&(x) = (value))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define BIT(n) (1UL << (n))
#define THIS_MODULE NULL
#define module_init(f) int (*const shim_module_init)(void) = f
#define module_exit(f) void (*const shim_module_exit)(void) = f
#define SHIM_NOTHING(name) extern int shim_nothing_##name
#define module_param(name, type, mode) SHIM_NOTHING(name)
#define MODULE_PARM_DESC(name, text) SHIM_NOTHING(name)
#define MODULE_DESCRIPTION(text) SHIM_NOTHING(description)
#define MODULE_AUTHOR(text) SHIM_NOTHING(author)
#define MODULE_VERSION(text) SHIM_NOTHING(version)
#define MODULE_LICENSE(text) SHIM_NOTHING(license)
#define pr_info(...) shim_log(__VA_ARGS__)
#define pr_warn(...) shim_log(__VA_ARGS__)
#define pr_err(...) shim_log(__VA_ARGS__)
void shim_log(const char *format, ...) __attribute__((format(printf, 1, 2)));
extern int (*const shim_module_init)(void);
extern void (*const shim_module_exit)(void);

#define ntohs(x) __builtin_bswap16(x)
#define htons(x) __builtin_bswap16(x)
#define ntohl(x) __builtin_bswap32(x)

/* Memory. An allocation fails when shim_allocations_left has come to 0. */
#define GFP_KERNEL 0
extern unsigned int shim_allocations_left;
void *kzalloc(size_t size, gfp_t flags);
void *kmemdup(const void *from, size_t size, gfp_t flags);
void kfree(const void *p);
void kfree_sensitive(const void *p);
#define struct_size(p, member, n) (sizeof(*(p)) + sizeof((p)->member[0]) * (n))
static inline void memzero_explicit(void *p, size_t n)
{
	memset(p, 0, n);
}
static inline u64 get_unaligned_le64(const void *p)
{
	u64 value;

	memcpy(&value, p, 8);
	return value;
}

struct rcu_head {
	int nothing;
};
#define rcu_dereference(p) (p)
#define rcu_dereference_protected(p, held) (p)
#define rcu_replace_pointer(p, value, held) ({ __typeof__(p) shim_old = (p); (p) = (value); shim_old; })
#define kfree_rcu(p, member) kfree(p)
#define synchronize_rcu() do { } while (0)

#define alloc_percpu(type) ((type *)kzalloc(sizeof(type), GFP_KERNEL))
#define free_percpu(p) kfree(p)
#define per_cpu_ptr(p, cpu) ((void)(cpu), p)
#define this_cpu_inc(x) ((x)++)
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < 1; (cpu)++)

/* Network namespaces: one. */
struct inet_hashinfo;
struct netns_ipv4 {
	struct { struct inet_hashinfo *hashinfo; } tcp_death_row;
	u8 sysctl_tcp_timestamps, sysctl_tcp_window_scaling, sysctl_tcp_sack;
};
struct net {
	struct netns_ipv4 ipv4;
	void *of_module;
};
struct pernet_operations {
	int (*init)(struct net *net);
	void (*pre_exit)(struct net *net);
	void (*exit)(struct net *net);
	unsigned int *id;
	size_t size;
};
extern struct net shim_net;
int register_pernet_subsys(struct pernet_operations *ops);
void unregister_pernet_subsys(struct pernet_operations *ops);
static inline void *net_generic(const struct net *net, unsigned int id)
{
	(void)id;
	return net->of_module;
}

/* Segments. The network header is where the block begins. */
struct sock {
	int references;
};
struct sk_buff {
	unsigned char *head, *data;
	unsigned int len, linear; /* bytes from data on; bytes in the block */
	unsigned char *pages;     /* the bytes behind the block */
	unsigned int room;        /* replies: size of the block */
	struct sock *sk;
};
bool pskb_may_pull(struct sk_buff *skb, unsigned int length);
static inline struct iphdr *ip_hdr(const struct sk_buff *skb)
{
	return (struct iphdr *)skb->head;
}
static inline struct ipv6hdr *ipv6_hdr(const struct sk_buff *skb)
{
	return (struct ipv6hdr *)skb->head;
}
static inline unsigned int ip_hdrlen(const struct sk_buff *skb)
{
	return ip_hdr(skb)->ihl * 4u;
}
static inline bool ip_is_fragment(const struct iphdr *ip)
{
	return (ip->frag_off & htons(0x3fff)) != 0;
}
static inline unsigned int __tcp_hdrlen(const struct tcphdr *th)
{
	return th->doff * 4u;
}
static inline void __skb_pull(struct sk_buff *skb, unsigned int n)
{
	skb->data += n;
	skb->len -= n;
}
static inline void __skb_push(struct sk_buff *skb, unsigned int n)
{
	skb->data -= n;
	skb->len += n;
}
static inline void ipv6_addr_set_v4mapped(__be32 address, struct in6_addr *to)
{
	memset(to, 0, 10);
	memset((u8 *)to + 10, 0xff, 2);
	memcpy((u8 *)to + 12, &address, 4);
}

typedef struct {
	u64 key[2];
} siphash_key_t;
u64 siphash(const void *data, size_t length, const siphash_key_t *key);

/* Netfilter. */
struct nf_hook_state {
	struct net *net;
	u8 pf;
};
struct nf_hook_ops {
	unsigned int (*hook)(void *priv, struct sk_buff *skb, const struct nf_hook_state *state);
	u8 pf;
	unsigned int hooknum;
	int priority;
};
int nf_register_net_hooks(struct net *net, const struct nf_hook_ops *ops, unsigned int n);
void nf_unregister_net_hooks(struct net *net, const struct nf_hook_ops *ops, unsigned int n);
u16 nf_checksum(struct sk_buff *skb, unsigned int hook, unsigned int offset, u8 protocol, unsigned short family);

/* Lookups: the sockets that the input wants to be there. */
struct sock *shim_established(const struct sk_buff *skb);
struct sock *shim_listener(const struct sk_buff *skb, unsigned int header);
void sock_gen_put(struct sock *sk);
#define inet_iif(skb) 1
#define inet_sdif(skb) 0
#define inet6_iif(skb) 1
#define inet6_sdif(skb) 0
#define __inet_lookup_established(net, table, saddr, sport, daddr, dport, iif, sdif) \
	((void)(table), (void)(dport), shim_established(h->skb))
#define __inet6_lookup_established(net, table, saddr, sport, daddr, dport, iif, sdif) \
	((void)(table), (void)(dport), shim_established(h->skb))
#define __inet_lookup_listener(net, table, skb, header, saddr, sport, daddr, dport, iif, sdif) \
	((void)(table), (void)(dport), shim_listener(skb, header))
#define inet6_lookup_listener(net, table, skb, header, saddr, sport, daddr, dport, iif, sdif) \
	((void)(table), (void)(dport), shim_listener(skb, header))

/* Generic netlink. */
enum { NLA_UNSPEC, NLA_U8, NLA_U16, NLA_BINARY };
enum { SHIM_NO_RANGE, SHIM_MIN, SHIM_MAX, SHIM_RANGE };
struct nla_policy {
	u8 type, validation;
	u16 len;
	int min, max;
};
#define NLA_POLICY_MIN(t, least) { .type = (t), .validation = SHIM_MIN, .min = (least) }
#define NLA_POLICY_MAX(t, most) { .type = (t), .validation = SHIM_MAX, .max = (most) }
#define NLA_POLICY_EXACT_LEN(n) { .type = NLA_BINARY, .validation = SHIM_RANGE, .min = (n), .max = (n) }

struct netlink_ext_ack {
	const char *message;
	const struct nlattr *attribute;
};
#define NL_SET_ERR_MSG(ack, text) ((ack)->message = (text))
#define NL_SET_ERR_MSG_ATTR(ack, attr, text) ((ack)->attribute = (attr), (ack)->message = (text))

struct genl_info {
	struct nlattr **attrs;
	struct netlink_ext_ack *extack;
};
#define genl_info_net(info) ((void)(info), &shim_net)
#define GENL_REQ_ATTR_CHECK(info, attr) (!(info)->attrs[attr] ? ((info)->extack->message = "attribute missing", true) : false)
struct genl_small_ops {
	u8 cmd;
	int (*doit)(struct sk_buff *skb, struct genl_info *info);
	unsigned int flags;
};
struct genl_family {
	const char *name;
	unsigned int version, maxattr;
	const struct nla_policy *policy;
	bool netnsok;
	void *module;
	const struct genl_small_ops *small_ops;
	unsigned int n_small_ops, resv_start_op;
};
int genl_register_family(struct genl_family *family);
int genl_unregister_family(const struct genl_family *family);
/* What the kernel does with a message of this family: validation, then the command. `bytes` of its own size, as received. */
int shim_genl_call(u8 command, void *bytes, unsigned int length, struct netlink_ext_ack *ack);

static inline int nla_len(const struct nlattr *a)
{
	return a->nla_len - NLA_HDRLEN;
}
static inline void *nla_data(const struct nlattr *a)
{
	return (char *)a + NLA_HDRLEN;
}
static inline u8 nla_get_u8(const struct nlattr *a)
{
	return *(u8 *)nla_data(a);
}
static inline u16 nla_get_u16(const struct nlattr *a)
{
	return *(u16 *)nla_data(a);
}
#define NLMSG_GOODSIZE 3776
extern unsigned int shim_reply_room; /* 0: what was asked for */
struct sk_buff *genlmsg_new(size_t payload, gfp_t flags);
void nlmsg_free(struct sk_buff *skb);
void *genlmsg_put_reply(struct sk_buff *skb, struct genl_info *info, const struct genl_family *family, int flags, u8 command);
void genlmsg_end(struct sk_buff *skb, void *header);
int genlmsg_reply(struct sk_buff *skb, struct genl_info *info);
int nla_put(struct sk_buff *skb, int type, int length, const void *data);
struct nlattr *nla_nest_start(struct sk_buff *skb, int type);
void nla_nest_end(struct sk_buff *skb, struct nlattr *start);
static inline int nla_put_u8(struct sk_buff *skb, int type, u8 value)
{
	return nla_put(skb, type, 1, &value);
}
static inline int nla_put_u16(struct sk_buff *skb, int type, u16 value)
{
	return nla_put(skb, type, 2, &value);
}
static inline int nla_put_u64_64bit(struct sk_buff *skb, int type, u64 value, int pad)
{
	(void)pad;
	return nla_put(skb, type, 8, &value);
}
static inline int nla_put_string(struct sk_buff *skb, int type, const char *text)
{
	return nla_put(skb, type, (int)strlen(text) + 1, text);
}
/* The fuzzer's: a reply that the module has sent. */
void fuzz_reply(const u8 *bytes, unsigned int length);
/* The fuzzer's: what a hook that is registered makes of a segment; NF_ACCEPT without one. */
unsigned int shim_local_in(struct sk_buff *skb, u8 pf);

#endif
