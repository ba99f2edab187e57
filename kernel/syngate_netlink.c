// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: GPL-2.0
/*
 * Control: the generic netlink family of include/syngate_uapi.h. Everything here runs under genl_lock(), which is not exported: hence the
 * "true" where RCU asks which lock is held.
 */
#include <linux/module.h>
#include <linux/netfilter.h>
#include <net/genetlink.h>

#include "syngate.h"

static struct genl_family family;

static const struct nla_policy policy[SYNGATE_ATTR_MAX + 1] = {
	[SYNGATE_ATTR_ENABLED] = NLA_POLICY_MAX(NLA_U8, 1),
	[SYNGATE_ATTR_EXID] = { .type = NLA_U16 },
	[SYNGATE_ATTR_WINDOW] = NLA_POLICY_MIN(NLA_U16, 1),
	[SYNGATE_ATTR_DROP_PORTS] = { .type = NLA_BINARY, .len = SYNGATE_DROP_RANGES * 4 },
	[SYNGATE_ATTR_KEY_ID] = NLA_POLICY_MAX(NLA_U8, SYNGATE_STAMP_KEYS - 1),
	[SYNGATE_ATTR_KEY] = NLA_POLICY_EXACT_LEN(16),
};

static struct syngate_keys *keys_of(struct syngate_net *sn)
{
	return rcu_dereference_protected(sn->keys, true);
}

static int enable(struct net *net)
{
	struct syngate_net *sn = syngate_pernet(net);
	int error;

	if (sn->enabled)
		return 0;
	error = nf_register_net_hooks(net, syngate_hooks, ARRAY_SIZE(syngate_hooks));
	sn->enabled = !error;
	return error;
}

void syngate_disable(struct net *net)
{
	struct syngate_net *sn = syngate_pernet(net);

	if (sn->enabled)
		nf_unregister_net_hooks(net, syngate_hooks, ARRAY_SIZE(syngate_hooks));
	sn->enabled = false;
}

static int set_drop_ports(struct syngate_net *sn, const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	unsigned int i, ranges = nla_len(attr) / 4;
	struct syngate_ports *ports = NULL, *old;

	if (nla_len(attr) % 4) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "drop ports: pairs of 16 bits expected");
		return -EINVAL;
	}
	if (ranges) {
		ports = kzalloc(struct_size(ports, range, ranges), GFP_KERNEL);
		if (!ports)
			return -ENOMEM;
		ports->ranges = ranges;
		memcpy(ports->range, nla_data(attr), ranges * 4);
	}
	for (i = 0; i < ranges; i++) {
		if (ports->range[i].first > ports->range[i].last) {
			NL_SET_ERR_MSG_ATTR(extack, attr, "drop ports: a range ends before it begins");
			kfree(ports);
			return -EINVAL;
		}
	}
	old = rcu_replace_pointer(sn->drop_ports, ports, true);
	if (old)
		kfree_rcu(old, rcu);
	return 0;
}

static int command_set(struct sk_buff *skb, struct genl_info *info)
{
	struct net *net = genl_info_net(info);
	struct syngate_net *sn = syngate_pernet(net);
	int error = 0;

	if (info->attrs[SYNGATE_ATTR_DROP_PORTS])
		error = set_drop_ports(sn, info->attrs[SYNGATE_ATTR_DROP_PORTS], info->extack);
	if (error)
		return error;
	if (info->attrs[SYNGATE_ATTR_EXID])
		WRITE_ONCE(sn->exid, nla_get_u16(info->attrs[SYNGATE_ATTR_EXID]));
	if (info->attrs[SYNGATE_ATTR_WINDOW])
		WRITE_ONCE(sn->window, nla_get_u16(info->attrs[SYNGATE_ATTR_WINDOW]));
	if (info->attrs[SYNGATE_ATTR_ENABLED]) {
		if (nla_get_u8(info->attrs[SYNGATE_ATTR_ENABLED]))
			error = enable(net);
		else
			syngate_disable(net);
	}
	return error;
}

/* Puts `keys` in place (NULL: none) and wipes what was there. */
static void replace_keys(struct syngate_net *sn, struct syngate_keys *keys)
{
	struct syngate_keys *old = rcu_replace_pointer(sn->keys, keys, true);

	if (old) {
		synchronize_rcu();
		kfree_sensitive(old);
	}
}

static int command_key_add(struct sk_buff *skb, struct genl_info *info)
{
	struct syngate_net *sn = syngate_pernet(genl_info_net(info));
	const struct syngate_keys *old = keys_of(sn);
	struct syngate_keys *keys;
	int error = 0;
	u8 *bytes, id;

	if (GENL_REQ_ATTR_CHECK(info, SYNGATE_ATTR_KEY_ID) || GENL_REQ_ATTR_CHECK(info, SYNGATE_ATTR_KEY))
		return -EINVAL;
	id = nla_get_u8(info->attrs[SYNGATE_ATTR_KEY_ID]);
	bytes = nla_data(info->attrs[SYNGATE_ATTR_KEY]);
	if (old && old->used & BIT(id)) {
		NL_SET_ERR_MSG(info->extack, "this key id is in use; retire it first");
		error = -EEXIST;
		goto out;
	}
	keys = kzalloc(sizeof(*keys), GFP_KERNEL);
	if (!keys) {
		error = -ENOMEM;
		goto out;
	}
	if (old)
		*keys = *old;
	keys->used |= BIT(id);
	keys->key[id].key[0] = get_unaligned_le64(bytes);
	keys->key[id].key[1] = get_unaligned_le64(bytes + 8);
	replace_keys(sn, keys);
out:
	/* The message's buffer goes back to the allocator as it is. */
	memzero_explicit(bytes, 16);
	return error;
}

static int command_key_del(struct sk_buff *skb, struct genl_info *info)
{
	struct syngate_net *sn = syngate_pernet(genl_info_net(info));
	const struct syngate_keys *old = keys_of(sn);
	struct syngate_keys *keys;
	u8 id;

	if (GENL_REQ_ATTR_CHECK(info, SYNGATE_ATTR_KEY_ID))
		return -EINVAL;
	id = nla_get_u8(info->attrs[SYNGATE_ATTR_KEY_ID]);
	if (!old || !(old->used & BIT(id))) {
		NL_SET_ERR_MSG(info->extack, "there is no key with this id");
		return -ENOENT;
	}
	keys = kmemdup(old, sizeof(*keys), GFP_KERNEL);
	if (!keys)
		return -ENOMEM;
	keys->used &= ~BIT(id);
	memzero_explicit(&keys->key[id], sizeof(keys->key[id]));
	replace_keys(sn, keys);
	return 0;
}

static int put_counters(struct sk_buff *reply, const struct syngate_net *sn)
{
	struct nlattr *nest = nla_nest_start(reply, SYNGATE_ATTR_COUNTERS);
	unsigned int i;
	int cpu;

	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < SYNGATE_COUNTER_NUMBER; i++) {
		u64 sum = 0;

		for_each_possible_cpu(cpu)
			sum += READ_ONCE(per_cpu_ptr(sn->counters, cpu)->value[i]);
		if (nla_put_u64_64bit(reply, 1 + i, sum, 1 + SYNGATE_COUNTER_NUMBER))
			return -EMSGSIZE;
	}
	nla_nest_end(reply, nest);
	return 0;
}

static int put_state(struct sk_buff *reply, struct syngate_net *sn)
{
	const struct syngate_keys *keys = keys_of(sn);
	const struct syngate_ports *ports = rcu_dereference_protected(sn->drop_ports, true);

	if (nla_put_u8(reply, SYNGATE_ATTR_ENABLED, sn->enabled) || nla_put_u16(reply, SYNGATE_ATTR_EXID, sn->exid) ||
	    nla_put_u16(reply, SYNGATE_ATTR_WINDOW, sn->window) || nla_put_u16(reply, SYNGATE_ATTR_KEYS, keys ? keys->used : 0) ||
	    nla_put(reply, SYNGATE_ATTR_DROP_PORTS, ports ? ports->ranges * 4 : 0, ports ? ports->range : NULL) ||
	    nla_put_string(reply, SYNGATE_ATTR_BACKEND, syngate_backend == SYNGATE_BACKEND_HASH ? "hash" : "prefetch"))
		return -EMSGSIZE;
	return put_counters(reply, sn);
}

static int command_get(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *reply = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	void *header;

	if (!reply)
		return -ENOMEM;
	header = genlmsg_put_reply(reply, info, &family, 0, SYNGATE_CMD_GET);
	if (!header || put_state(reply, syngate_pernet(genl_info_net(info)))) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
	genlmsg_end(reply, header);
	return genlmsg_reply(reply, info);
}

static const struct genl_small_ops operations[] = {
	{ .cmd = SYNGATE_CMD_GET, .doit = command_get, .flags = GENL_UNS_ADMIN_PERM },
	{ .cmd = SYNGATE_CMD_SET, .doit = command_set, .flags = GENL_UNS_ADMIN_PERM },
	{ .cmd = SYNGATE_CMD_KEY_ADD, .doit = command_key_add, .flags = GENL_UNS_ADMIN_PERM },
	{ .cmd = SYNGATE_CMD_KEY_DEL, .doit = command_key_del, .flags = GENL_UNS_ADMIN_PERM },
};

static struct genl_family family __ro_after_init = {
	.name = SYNGATE_GENL_NAME,
	.version = SYNGATE_GENL_VERSION,
	.maxattr = SYNGATE_ATTR_MAX,
	.policy = policy,
	.netnsok = true,
	.module = THIS_MODULE,
	.small_ops = operations,
	.n_small_ops = ARRAY_SIZE(operations),
	.resv_start_op = SYNGATE_CMD_KEY_DEL + 1,
};

int __init syngate_netlink_init(void)
{
	return genl_register_family(&family);
}

void syngate_netlink_exit(void)
{
	genl_unregister_family(&family);
}
