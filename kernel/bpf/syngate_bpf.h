/* SPDX-FileCopyrightText: syngate authors */
/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* What syngate_tc.bpf.c and its loader share: the layout of the maps, the names of the counters. */
#ifndef SYNGATE_BPF_H
#define SYNGATE_BPF_H

#include <linux/types.h>

/*
 * An element of the map "keys", one for each key id. Words of the SipHash key as the reference loads them (little endian) into integers of
 * this machine. The loader changes either `used` or the words at a time, never both.
 */
struct syngate_bpf_key {
	__u64 k0, k1;
	__u64 used; /* 0 or 1 */
};

/* The program's read-only data, written before it is loaded. */
struct syngate_bpf_settings {
	__u16 exid;        /* ExID of the stamp option, host order */
	__u16 learn_clock; /* 0 only in tests: the server goes on with its own clock */
};

/*
 * Each stamped segment is counted in `stamped` and in exactly one of the others. Same names as the module's where they mean the same.
 * What the kernel does with an accepted one comes later: see docs/how-to/tc-bpf.md, limits.
 */
#define SYNGATE_BPF_COUNTERS(X)                                                                                                   \
	X(stamped, "segments that carry a stamp")                                                                                 \
	X(accepted, "valid hand-offs that were given to the kernel as requests")                                                  \
	X(duplicate, "valid stamps of a connection that is already here, passed on")                                              \
	X(no_listener, "valid stamps to a port on which nobody listens, passed on")                                               \
	X(malformed, "stamps of wrong length, version or flags, dropped")                                                         \
	X(unknown_key, "stamps under a key id that is not here, dropped")                                                         \
	X(bad_mac, "stamps whose MAC is wrong, dropped")                                                                          \
	X(time_wait_kept, "valid stamps whose addresses and ports are in TIME_WAIT here, dropped")                                \
	X(refused, "the kernel refuses the request: an option of the client is switched off here, or an MPTCP listener, dropped") \
	X(no_memory, "no memory for the request, dropped")

#define SYNGATE_BPF_COUNTER_INDEX(name, help) SYNGATE_BPF_COUNTER_##name,
enum { SYNGATE_BPF_COUNTERS(SYNGATE_BPF_COUNTER_INDEX) SYNGATE_BPF_COUNTER_NUMBER };

#endif
