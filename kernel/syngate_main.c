// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: GPL-2.0
/* Server half of syngate: see docs/how-to/server-module.md. */
#include <linux/module.h>
#include <net/net_namespace.h>

#include "syngate.h"

static char *backend = "auto";
module_param(backend, charp, 0400);
MODULE_PARM_DESC(backend, "auto (default), hash, prefetch");

unsigned int syngate_net_id;

static int __net_init net_init(struct net *net)
{
	struct syngate_net *sn = syngate_pernet(net);

	sn->counters = alloc_percpu(struct syngate_counters);
	if (!sn->counters)
		return -ENOMEM;
	sn->exid = SYNGATE_STAMP_EXID;
	sn->window = 64240;
	return 0;
}

/* The hooks go first: between this and net_exit() the kernel waits for those that are still running. */
static void __net_exit net_pre_exit(struct net *net)
{
	syngate_disable(net);
}

static void __net_exit net_exit(struct net *net)
{
	struct syngate_net *sn = syngate_pernet(net);

	kfree_sensitive(rcu_dereference_protected(sn->keys, true));
	kfree(rcu_dereference_protected(sn->drop_ports, true));
	free_percpu(sn->counters);
}

static struct pernet_operations net_operations = {
	.init = net_init,
	.pre_exit = net_pre_exit,
	.exit = net_exit,
	.id = &syngate_net_id,
	.size = sizeof(struct syngate_net),
};

static int __init syngate_init(void)
{
	int error = syngate_request_init(backend);

	if (error)
		return error;
	error = register_pernet_subsys(&net_operations);
	if (error)
		return error;
	error = syngate_netlink_init();
	if (error) {
		unregister_pernet_subsys(&net_operations);
		return error;
	}
#ifdef SYNGATE_TEST
	pr_warn("syngate: test build, not for servers\n");
#endif
	pr_info("syngate: loaded, %s back-end; enable it in a network namespace by syngatectl\n",
		syngate_backend == SYNGATE_BACKEND_HASH ? "hash" : "prefetch");
	return 0;
}

static void __exit syngate_exit(void)
{
	syngate_netlink_exit();
	unregister_pernet_subsys(&net_operations);
}

module_init(syngate_init);
module_exit(syngate_exit);
MODULE_DESCRIPTION("Accepts TCP connections whose handshake a syngate SYN-cookie pipeline has validated");
MODULE_AUTHOR("syngate authors");
MODULE_VERSION(SYNGATE_VERSION);
MODULE_LICENSE("GPL");
