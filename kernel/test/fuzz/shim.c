// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: GPL-2.0
/* See shim.h. */
#include "shim.h"

#include <linux/netfilter.h>
#include <stdarg.h>

unsigned int shim_allocations_left = UINT_MAX;
unsigned int shim_reply_room;
struct net shim_net;
static const struct nf_hook_ops *hooks;
static unsigned int hooks_number;
static const struct genl_family *registered;

void shim_log(const char *format, ...)
{
	char text[512];
	va_list arguments;

	/* Formatted, so that a wrong argument is seen, and forgotten. */
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
}

void *kzalloc(size_t size, gfp_t flags)
{
	(void)flags;
	if (shim_allocations_left == 0)
		return NULL;
	shim_allocations_left--;
	return calloc(1, size);
}

void *kmemdup(const void *from, size_t size, gfp_t flags)
{
	void *p = kzalloc(size, flags);

	if (p)
		memcpy(p, from, size);
	return p;
}

void kfree(const void *p)
{
	free((void *)p);
}

void kfree_sensitive(const void *p)
{
	free((void *)p);
}

int register_pernet_subsys(struct pernet_operations *ops)
{
	int error;

	shim_net.of_module = calloc(1, ops->size);
	error = ops->init(&shim_net);
	if (error) {
		free(shim_net.of_module);
		shim_net.of_module = NULL;
	}
	return error;
}

void unregister_pernet_subsys(struct pernet_operations *ops)
{
	ops->pre_exit(&shim_net);
	PROMISE(!hooks, "hooks are gone before the namespace's state is");
	ops->exit(&shim_net);
	free(shim_net.of_module);
	shim_net.of_module = NULL;
}

/* The first n bytes of a segment in one block. Another block each time that it grows: a pointer kept from before is a use after free. */
bool pskb_may_pull(struct sk_buff *skb, unsigned int length)
{
	unsigned char *block;

	PROMISE(skb->data == skb->head, "the hook pulls at the network header");
	if (length <= skb->linear)
		return true;
	if (length > skb->len)
		return false;
	block = malloc(length);
	memcpy(block, skb->head, skb->linear);
	memcpy(block + skb->linear, skb->pages, length - skb->linear);
	skb->pages += length - skb->linear;
	free(skb->head);
	skb->head = block;
	skb->data = block;
	skb->linear = length;
	return true;
}

static u64 rotate(u64 x, int n)
{
	return x << n | x >> (64 - n);
}

static void sip_round(u64 v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] = rotate(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] = rotate(v[2], 32);
}

/* SipHash-2-4 as its authors describe it. */
u64 siphash(const void *data, size_t length, const siphash_key_t *key)
{
	u64 v[4] = { key->key[0] ^ 0x736f6d6570736575ULL, key->key[1] ^ 0x646f72616e646f6dULL,
		     key->key[0] ^ 0x6c7967656e657261ULL, key->key[1] ^ 0x7465646279746573ULL };
	const u8 *p = data;
	size_t at = 0;

	for (;;) {
		u64 word = 0;
		size_t n = length - at < 8 ? length - at : 8;

		memcpy(&word, p + at, n);
		if (n < 8)
			word |= (u64)length << 56;
		v[3] ^= word;
		sip_round(v);
		sip_round(v);
		v[0] ^= word;
		if (n < 8)
			break;
		at += 8;
	}
	v[2] ^= 0xff;
	for (int i = 0; i < 4; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

int nf_register_net_hooks(struct net *net, const struct nf_hook_ops *ops, unsigned int n)
{
	(void)net;
	PROMISE(!hooks, "hooks are registered once");
	if (shim_allocations_left == 0)
		return -ENOMEM;
	hooks = ops;
	hooks_number = n;
	return 0;
}

void nf_unregister_net_hooks(struct net *net, const struct nf_hook_ops *ops, unsigned int n)
{
	(void)net;
	PROMISE(hooks == ops && hooks_number == n, "what is unregistered was registered");
	hooks = NULL;
}

unsigned int shim_local_in(struct sk_buff *skb, u8 pf)
{
	const struct nf_hook_state state = { .net = &shim_net, .pf = pf };

	for (unsigned int i = 0; hooks && i < hooks_number; i++)
		if (hooks[i].pf == pf)
			return hooks[i].hook(NULL, skb, &state);
	return NF_ACCEPT;
}

static u32 sum_bytes(u32 sum, const u8 *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sum += (u32)p[i] << (i % 2 ? 0 : 8);
	return sum;
}

u16 nf_checksum(struct sk_buff *skb, unsigned int hook, unsigned int offset, u8 protocol, unsigned short family)
{
	unsigned int length = skb->len - offset;
	u8 *segment = malloc(length ? length : 1);
	u32 sum = protocol + length;

	PROMISE(hook == NF_INET_LOCAL_IN && protocol == IPPROTO_TCP, "the hook that this is");
	PROMISE(offset <= skb->linear && skb->linear <= skb->len, "the TCP header has been pulled");
	memcpy(segment, skb->data + offset, skb->linear - offset);
	memcpy(segment + skb->linear - offset, skb->pages, skb->len - skb->linear);
	sum = family == NFPROTO_IPV6 ? sum_bytes(sum, skb->head + 8, 32) : sum_bytes(sum, skb->head + 12, 8);
	sum = sum_bytes(sum, segment, length);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	free(segment);
	return (u16)~sum;
}

int genl_register_family(struct genl_family *family)
{
	registered = family;
	return 0;
}

int genl_unregister_family(const struct genl_family *family)
{
	PROMISE(registered == family, "the family that was registered");
	registered = NULL;
	return 0;
}

/* One attribute by strict rules: known, policed, not nested, of the right length and range. */
static int validate(const struct nlattr *a, const struct nla_policy *policy)
{
	int length = nla_len(a), value = length;

	if (policy->type == NLA_UNSPEC || a->nla_type & NLA_F_NESTED)
		return -EINVAL;
	if (policy->type == NLA_U8 || policy->type == NLA_U16) {
		if (length != (policy->type == NLA_U8 ? 1 : 2))
			return -ERANGE;
		value = policy->type == NLA_U8 ? nla_get_u8(a) : nla_get_u16(a);
	} else if (policy->len && length > policy->len) {
		return -ERANGE;
	}
	if ((policy->validation == SHIM_MIN || policy->validation == SHIM_RANGE) && value < policy->min)
		return -ERANGE;
	if ((policy->validation == SHIM_MAX || policy->validation == SHIM_RANGE) && value > policy->max)
		return -ERANGE;
	return 0;
}

int shim_genl_call(u8 command, void *bytes, unsigned int length, struct netlink_ext_ack *ack)
{
	struct nlattr *attributes[64] = { NULL };
	struct genl_info info = { .attrs = attributes, .extack = ack };
	char *p = bytes;
	unsigned int left = length;

	PROMISE(registered && registered->maxattr < 64, "the family is there");
	while (left >= sizeof(struct nlattr)) {
		struct nlattr *a = (struct nlattr *)p;
		unsigned int type = a->nla_type & NLA_TYPE_MASK, step = NLA_ALIGN(a->nla_len);
		int error;

		if (a->nla_len < NLA_HDRLEN || a->nla_len > left)
			break;
		if (type == 0 || type > registered->maxattr)
			return -EINVAL;
		error = validate(a, &registered->policy[type]);
		if (error)
			return error;
		attributes[type] = a;
		p += step;
		left = step < left ? left - step : 0;
	}
	if (left)
		return -EINVAL;
	for (unsigned int i = 0; i < registered->n_small_ops; i++)
		if (registered->small_ops[i].cmd == command)
			return registered->small_ops[i].doit(NULL, &info);
	return -EOPNOTSUPP;
}

struct sk_buff *genlmsg_new(size_t payload, gfp_t flags)
{
	struct sk_buff *skb = kzalloc(sizeof(*skb), flags);

	if (!skb)
		return NULL;
	skb->room = NLMSG_ALIGN(NLMSG_HDRLEN + GENL_HDRLEN + (unsigned int)payload);
	if (shim_reply_room && shim_reply_room < skb->room)
		skb->room = shim_reply_room;
	skb->head = malloc(skb->room);
	skb->data = skb->head;
	return skb;
}

void nlmsg_free(struct sk_buff *skb)
{
	free(skb->head);
	free(skb);
}

static void *put(struct sk_buff *skb, unsigned int length)
{
	void *at = skb->data + skb->len;

	if (skb->room - skb->len < length)
		return NULL;
	memset(at, 0, length);
	skb->len += length;
	return at;
}

void *genlmsg_put_reply(struct sk_buff *skb, struct genl_info *info, const struct genl_family *family, int flags, u8 command)
{
	struct nlmsghdr *h = put(skb, NLMSG_HDRLEN + GENL_HDRLEN);
	struct genlmsghdr *g;

	(void)info;
	(void)flags;
	if (!h)
		return NULL;
	g = NLMSG_DATA(h);
	g->cmd = command;
	g->version = (u8)family->version;
	return g + 1;
}

void genlmsg_end(struct sk_buff *skb, void *header)
{
	struct nlmsghdr *h = (struct nlmsghdr *)((char *)header - NLMSG_HDRLEN - GENL_HDRLEN);

	h->nlmsg_len = (u32)(skb->data + skb->len - (u8 *)h);
}

int genlmsg_reply(struct sk_buff *skb, struct genl_info *info)
{
	(void)info;
	fuzz_reply(skb->data, skb->len);
	nlmsg_free(skb);
	return 0;
}

int nla_put(struct sk_buff *skb, int type, int length, const void *data)
{
	struct nlattr *a = put(skb, NLA_ALIGN(NLA_HDRLEN + (unsigned int)length));

	PROMISE(length == 0 || data, "bytes to put");
	if (!a)
		return -EMSGSIZE;
	a->nla_type = (u16)type;
	a->nla_len = (u16)(NLA_HDRLEN + length);
	if (length)
		memcpy(nla_data(a), data, (size_t)length);
	return 0;
}

struct nlattr *nla_nest_start(struct sk_buff *skb, int type)
{
	struct nlattr *a = put(skb, NLA_HDRLEN);

	if (a) {
		a->nla_type = (u16)(type | NLA_F_NESTED);
		a->nla_len = NLA_HDRLEN;
	}
	return a;
}

void nla_nest_end(struct sk_buff *skb, struct nlattr *start)
{
	start->nla_len = (u16)(skb->data + skb->len - (u8 *)start);
}
