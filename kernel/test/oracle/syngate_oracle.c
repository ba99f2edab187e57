// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: GPL-2.0
/*
 * Asks the running kernel for SYN cookies, for tests only: it shows the kernel's secrets.
 *
 * /proc/syngate_oracle_secrets  struct oracle_secrets
 * /proc/syngate_oracle_cookies  struct oracle_cookie without end: random tuples, and what the kernel's own
 *                               __cookie_v4_init_sequence() and __cookie_v6_init_sequence() answer
 * Same seed, same tuples. Secrets are drawn by the kernel at their first use, so cookies are made before they are shown.
 */
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/proc_fs.h>
#include <linux/uaccess.h>
#include <net/tcp.h>

#include "syngate_symbols.h"
#include "syngate_oracle.h"

static unsigned long long seed = 1;
module_param(seed, ullong, 0444);
MODULE_PARM_DESC(seed, "of the tuples");

static struct rnd_state random_state;
static struct oracle_secrets secrets;

static void ask(struct oracle_cookie *c)
{
	struct tcphdr th = {};
	u16 mss;
	u8 choice;

	memset(c, 0, sizeof(*c));
	prandom_bytes_state(&random_state, &choice, 1);
	c->family = choice & 1 ? 6 : 4;
	prandom_bytes_state(&random_state, c->saddr, c->family == 6 ? 16 : 4);
	prandom_bytes_state(&random_state, c->daddr, c->family == 6 ? 16 : 4);
	prandom_bytes_state(&random_state, &c->sport, 2);
	prandom_bytes_state(&random_state, &c->dport, 2);
	prandom_bytes_state(&random_state, &c->seq, 4);
	prandom_bytes_state(&random_state, &c->mss, 2);
	/* Small values as often as any: the table's steps lie there. */
	if (choice & 2)
		c->mss %= 2048;
	th.source = (__force __be16)c->sport;
	th.dest = (__force __be16)c->dport;
	th.seq = htonl(c->seq);
	/* Asked again when the minute has turned in between. */
	do {
		c->count = tcp_cookie_time();
		mss = c->mss;
		if (c->family == 6) {
			struct ipv6hdr ip = { .version = 6 };

			memcpy(&ip.saddr, c->saddr, 16);
			memcpy(&ip.daddr, c->daddr, 16);
			c->cookie = __cookie_v6_init_sequence(&ip, &th, &mss);
		} else {
			struct iphdr ip = { .version = 4, .ihl = 5 };

			memcpy(&ip.saddr, c->saddr, 4);
			memcpy(&ip.daddr, c->daddr, 4);
			c->cookie = __cookie_v4_init_sequence(&ip, &th, &mss);
		}
	} while (c->count != (u32)tcp_cookie_time());
	c->mss_rounded = mss;
}

static ssize_t read_cookies(struct file *file, char __user *to, size_t size, loff_t *position)
{
	size_t done = 0;
	struct oracle_cookie c;

	while (size - done >= sizeof(c)) {
		ask(&c);
		if (copy_to_user(to + done, &c, sizeof(c)))
			return -EFAULT;
		done += sizeof(c);
		cond_resched();
	}
	return done;
}

static int copy_secret(const char *name, void *to, size_t size)
{
	const void *from = syngate_find_symbol(name);

	if (!from)
		return -ENOENT;
	memcpy(to, from, size);
	return 0;
}

/* The key of the offsets exists once the kernel has answered a SYN with timestamps; what is read before may be zeros. */
static int copy_offset_secret(void)
{
	secrets.by_addresses = !copy_secret("ts_secret", secrets.net, sizeof(secrets.net));
	return secrets.by_addresses ? 0 : copy_secret("net_secret", secrets.net, sizeof(secrets.net));
}

static ssize_t read_secrets(struct file *file, char __user *to, size_t size, loff_t *position)
{
	copy_offset_secret();
	return simple_read_from_buffer(to, size, position, &secrets, sizeof(secrets));
}

static const struct proc_ops cookies_ops = { .proc_read = read_cookies };
static const struct proc_ops secrets_ops = { .proc_read = read_secrets };

static int __init oracle_init(void)
{
	struct oracle_cookie c;
	int error, i;

	prandom_seed_state(&random_state, seed);
	for (i = 0; i < 64; i++)
		ask(&c);
	error = copy_secret("syncookie_secret", secrets.v4, sizeof(secrets.v4)) ?:
		copy_secret("syncookie6_secret", secrets.v6, sizeof(secrets.v6)) ?:
		copy_offset_secret();
	if (error) {
		pr_err("syngate_oracle: this kernel hides a secret\n");
		return error;
	}
	if (!proc_create("syngate_oracle_cookies", 0400, NULL, &cookies_ops))
		return -ENOMEM;
	if (!proc_create("syngate_oracle_secrets", 0400, NULL, &secrets_ops)) {
		remove_proc_entry("syngate_oracle_cookies", NULL);
		return -ENOMEM;
	}
	return 0;
}

static void __exit oracle_exit(void)
{
	remove_proc_entry("syngate_oracle_cookies", NULL);
	remove_proc_entry("syngate_oracle_secrets", NULL);
	memzero_explicit(&secrets, sizeof(secrets));
}

module_init(oracle_init);
module_exit(oracle_exit);
MODULE_DESCRIPTION("SYN cookies and secrets of the running kernel, for tests");
MODULE_LICENSE("GPL");
