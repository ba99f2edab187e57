/* SPDX-FileCopyrightText: syngate authors */
/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* For the BPF target, which has no C library: what syngate_stamp.h wants of <string.h>. */
#ifndef SYNGATE_BPF_STRING_H
#define SYNGATE_BPF_STRING_H

#define NULL ((void *)0)
#define memset __builtin_memset
#define memcpy __builtin_memcpy

#endif
