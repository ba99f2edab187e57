/* SPDX-FileCopyrightText: syngate authors */
/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* The address of a symbol that the kernel does not export. */
#ifndef SYNGATE_SYMBOLS_H
#define SYNGATE_SYMBOLS_H

#include <linux/kprobes.h>

/*
 * kallsyms_lookup_name() is not exported itself; a probe on it, taken away at once, tells where it is.
 * NULL when the kernel has no kprobes, no kallsyms or no such symbol.
 */
static void *syngate_find_symbol(const char *name)
{
	struct kprobe probe = { .symbol_name = "kallsyms_lookup_name" };
	unsigned long (*lookup)(const char *name);
	unsigned long address;

	if (register_kprobe(&probe))
		return NULL;
	address = (unsigned long)probe.addr;
#ifdef CONFIG_X86_KERNEL_IBT
	/* The probe may sit behind the ENDBR64 of the function. */
	if (address & 0xf)
		address -= 4;
#endif
	unregister_kprobe(&probe);
	lookup = (void *)address;
	return (void *)lookup(name);
}

#endif
