/* SPDX-FileCopyrightText: syngate authors */
/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/*
 * Finds the stamp in a TCP segment and makes the byte string that its MAC covers. Plain C for kernel and user space; the caller brings
 * the SipHash-2-4. Layouts: syngate_stamp_defs.h, generated from the definitions that RTL and model share; rules:
 * docs/reference/datapath.md.
 *
 *     struct syngate_stamp s;
 *     if (syngate_stamp_parse(options, length, exid, &s) == SYNGATE_STAMP_PRESENT) {
 *             __u8 message[SYNGATE_STAMP_MESSAGE_BYTES];
 *             syngate_stamp_message(&s, &segment, message);
 *             good = syngate_stamp_mac_is(&s, siphash of message under the key s.key_id);
 *     }
 */
#ifndef SYNGATE_STAMP_H
#define SYNGATE_STAMP_H

#include "syngate_stamp_defs.h"
#ifdef __KERNEL__
#include <linux/string.h>
#include <linux/types.h>
#else
#include <linux/types.h>
#include <string.h>
#endif

#define SYNGATE_STAMP_FLAG_TIMESTAMPS 0x10 /* the segment has timestamps */
#define SYNGATE_STAMP_FLAGS_RESERVED 0xe0  /* zero in this version */

enum syngate_stamp_result {
	SYNGATE_STAMP_ABSENT,    /* no option of this kind and ExID */
	SYNGATE_STAMP_MALFORMED, /* wrong length, version or flags; never made by the box */
	SYNGATE_STAMP_PRESENT,   /* well formed; says nothing of the MAC */
};

struct syngate_stamp {
	__u8 version_key, flags_wscale; /* as in the option */
	__u8 key_id;
	__u8 rcv_wscale;       /* window scale that the box announced */
	__u16 mss;             /* the client's, decoded from the cookie */
	__u32 clock;           /* ms: the TSval that the box would send now */
	const __u8 *mac;       /* 8 bytes, in the segment */
	__u8 timestamps;       /* 1: the segment has them */
	__u32 tsval, tsecr;    /* of the segment, 0 without timestamps */
};

/* What the MAC covers besides the option itself. Ports and numbers are in network byte order, as on the wire. */
struct syngate_stamp_segment {
	__u8 saddr[16];        /* IPv4 as ::ffff:a.b.c.d */
	__be16 sport;
	__be32 seq, ack;
	__u8 ip_version;       /* 4 or 6 */
};

static inline __u16 syngate_get16(const __u8 *p)
{
	return (__u16)(p[0] << 8 | p[1]);
}

static inline __u32 syngate_get32(const __u8 *p)
{
	return (__u32)syngate_get16(p) << 16 | syngate_get16(p + 2);
}

static inline void syngate_put16(__u8 *p, __u16 value)
{
	p[0] = (__u8)(value >> 8);
	p[1] = (__u8)value;
}

static inline void syngate_put32(__u8 *p, __u32 value)
{
	syngate_put16(p, (__u16)(value >> 16));
	syngate_put16(p + 2, (__u16)value);
}

/*
 * Walks the TCP options as Linux does: END stops, a length below 2 or beyond the end stops, the last timestamps count. Of several stamps
 * the first counts; it is malformed when its flag disagrees with the timestamps.
 */
static inline enum syngate_stamp_result syngate_stamp_parse(const __u8 *options, unsigned int length, __u16 exid,
							    struct syngate_stamp *s)
{
	const __u8 *stamp = NULL;
	unsigned int at = 0;
	__u8 stamp_length = 0;

	memset(s, 0, sizeof(*s));
	while (at < length && options[at] != 0) {
		const __u8 *o = options + at;
		__u8 size;

		if (o[0] == 1) {
			at++;
			continue;
		}
		if (at + 1 >= length)
			break;
		size = o[1];
		if (size < 2 || size > length - at)
			break;
		at += size;
		if (o[0] == 8 && size == 10) {
			s->timestamps = 1;
			s->tsval = syngate_get32(o + 2);
			s->tsecr = syngate_get32(o + 6);
		} else if (o[0] == SYNGATE_STAMP_KIND && size >= 4 && !stamp &&
			   syngate_get16(o + SYNGATE_STAMP_OPTION_EXID) == exid) {
			stamp = o;
			stamp_length = size;
		}
	}
	if (!stamp)
		return SYNGATE_STAMP_ABSENT;
	if (stamp_length != SYNGATE_STAMP_BYTES || stamp[SYNGATE_STAMP_OPTION_VERSION_KEY] >> 4 != SYNGATE_STAMP_VERSION)
		return SYNGATE_STAMP_MALFORMED;
	s->version_key = stamp[SYNGATE_STAMP_OPTION_VERSION_KEY];
	s->flags_wscale = stamp[SYNGATE_STAMP_OPTION_FLAGS_WSCALE];
	s->key_id = s->version_key & (SYNGATE_STAMP_KEYS - 1);
	s->rcv_wscale = s->flags_wscale & 15;
	s->mss = syngate_get16(stamp + SYNGATE_STAMP_OPTION_MSS);
	s->clock = syngate_get32(stamp + SYNGATE_STAMP_OPTION_CLOCK);
	s->mac = stamp + SYNGATE_STAMP_OPTION_MAC;
	if (s->flags_wscale & SYNGATE_STAMP_FLAGS_RESERVED ||
	    !!(s->flags_wscale & SYNGATE_STAMP_FLAG_TIMESTAMPS) != s->timestamps)
		return SYNGATE_STAMP_MALFORMED;
	return SYNGATE_STAMP_PRESENT;
}

/* The 40 bytes under the MAC. */
static inline void syngate_stamp_message(const struct syngate_stamp *s, const struct syngate_stamp_segment *segment, __u8 *message)
{
	memset(message, 0, SYNGATE_STAMP_MESSAGE_BYTES);
	memcpy(message + SYNGATE_STAMP_MESSAGE_SADDR, segment->saddr, 16);
	memcpy(message + SYNGATE_STAMP_MESSAGE_SPORT, &segment->sport, 2);
	message[SYNGATE_STAMP_MESSAGE_VERSION_KEY] = s->version_key;
	message[SYNGATE_STAMP_MESSAGE_FLAGS_WSCALE] = s->flags_wscale;
	syngate_put32(message + SYNGATE_STAMP_MESSAGE_TSECR, s->tsecr);
	memcpy(message + SYNGATE_STAMP_MESSAGE_SEQ, &segment->seq, 4);
	memcpy(message + SYNGATE_STAMP_MESSAGE_ACK, &segment->ack, 4);
	syngate_put16(message + SYNGATE_STAMP_MESSAGE_MSS, s->mss);
	message[SYNGATE_STAMP_MESSAGE_IP_VERSION] = segment->ip_version;
	syngate_put32(message + SYNGATE_STAMP_MESSAGE_CLOCK, s->clock);
}

/* Compares in constant time: 1 when the option holds this MAC (its bytes are the value's, little endian). */
static inline int syngate_stamp_mac_is(const struct syngate_stamp *s, __u64 mac)
{
	unsigned int difference = 0;
	int i;

	for (i = 0; i < 8; i++)
		difference |= s->mac[i] ^ (__u8)(mac >> (8 * i));
	return difference == 0;
}

#endif
