/* SPDX-FileCopyrightText: syngate authors */
/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* What the oracle module tells user space. Numbers in host order, addresses and ports as on the wire. */
#ifndef SYNGATE_ORACLE_H
#define SYNGATE_ORACLE_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdint.h>
typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
#endif

struct oracle_secrets {
	u8 v4[2][16];   /* syncookie_secret: key of the first hash, of the second */
	u8 v6[2][16];   /* syncookie6_secret */
	u8 net[16];     /* timestamp offsets: net_secret, or ts_secret if by_addresses */
	u8 by_addresses; /* 1: secure_tcp_ts_off() of addresses only; 0: secure_tcp_seq_and_ts_off(), of ports too */
	u8 zero[7];
};

struct oracle_cookie {
	u8 family;      /* 4 or 6 */
	u8 zero;
	u16 mss;        /* as in the client's SYN */
	u16 mss_rounded; /* what the kernel made of it */
	u16 sport;      /* wire order */
	u16 dport;      /* wire order */
	u16 zero2;
	u32 seq;        /* of the SYN */
	u32 count;      /* minute */
	u32 cookie;
	u8 saddr[16];   /* IPv4: the first four */
	u8 daddr[16];
};

#endif
