/* SPDX-FileCopyrightText: syngate authors */
/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/*
 * The tc program in the kernel: loading, pinning, attaching. Pins in a folder of a BPF file system keep it findable between calls:
 * "program", "keys", "counters". Functions return 0 or an exit status, after an error message on standard error.
 */
#ifndef SYNGATE_BPF_PROGRAM_H
#define SYNGATE_BPF_PROGRAM_H

#include <stdbool.h>

#include "syngate_bpf.h"

/* As sim/cli/exit_code.h has them. */
enum { EXIT_GOOD = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_INPUT = 3, EXIT_MISSING = 4 };

/* The loaded program's descriptors, and the id by which tc knows it. */
struct program {
	int fd, keys, counters;
	__u32 id;
};

/* Opens what is pinned in `folder`. EXIT_FAILED when nothing is; silent with `quiet`. */
int program_open(const char *folder, struct program *program, bool quiet);
/* Loads the program and pins it. EXIT_MISSING when this kernel cannot run it. */
int program_load(const char *folder, const struct syngate_bpf_settings *settings, struct program *program);
/* Takes the pins away. The program ends when it is attached nowhere. */
int program_unpin(const char *folder);

int program_attach(const struct program *program, const char *device, __u32 priority);
int program_detach(const char *device, __u32 priority);
/* True when this very program is attached there. */
bool program_is_at(const struct program *program, const char *device, __u32 priority);

/* The text to standard error; returns `status`. */
int fail(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
