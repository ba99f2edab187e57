/* SPDX-FileCopyrightText: syngate authors */
/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* For test modules: the address of a symbol that the kernel does not export. */
#ifndef SYNGATE_TEST_KALLSYMS_H
#define SYNGATE_TEST_KALLSYMS_H

#include <linux/kprobes.h>

static unsigned long (*lookup_name)(const char *name);

/* kallsyms_lookup_name() is not exported itself; a probe on it tells where it is. */
static int find_lookup_name(void)
{
	struct kprobe probe = { .symbol_name = "kallsyms_lookup_name" };
	unsigned long address;
	int error = register_kprobe(&probe);

	if (error)
		return error;
	address = (unsigned long)probe.addr;
#ifdef CONFIG_X86_KERNEL_IBT
	/* The probe may sit behind the ENDBR64 of the function. */
	if (address & 0xf)
		address -= 4;
#endif
	unregister_kprobe(&probe);
	lookup_name = (void *)address;
	return 0;
}

#endif
