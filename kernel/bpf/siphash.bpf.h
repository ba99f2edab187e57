/* SPDX-FileCopyrightText: syngate authors */
/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* SipHash-2-4 (Aumasson and Bernstein) of whole 64-bit words, without loops for the verifier's sake. */
#ifndef SYNGATE_SIPHASH_BPF_H
#define SYNGATE_SIPHASH_BPF_H

#include <linux/types.h>

/* Words of a message are little endian on the wire. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define SYNGATE_LE64(x) (x)
#else
#define SYNGATE_LE64(x) __builtin_bswap64(x)
#endif

struct siphash {
	__u64 v0, v1, v2, v3;
};

static __always_inline __u64 siphash_rotate(__u64 x, int bits)
{
	return x << bits | x >> (64 - bits);
}

static __always_inline void siphash_round(struct siphash *s)
{
	s->v0 += s->v1;
	s->v1 = siphash_rotate(s->v1, 13) ^ s->v0;
	s->v0 = siphash_rotate(s->v0, 32);
	s->v2 += s->v3;
	s->v3 = siphash_rotate(s->v3, 16) ^ s->v2;
	s->v0 += s->v3;
	s->v3 = siphash_rotate(s->v3, 21) ^ s->v0;
	s->v2 += s->v1;
	s->v1 = siphash_rotate(s->v1, 17) ^ s->v2;
	s->v2 = siphash_rotate(s->v2, 32);
}

static __always_inline void siphash_word(struct siphash *s, __u64 word)
{
	s->v3 ^= word;
	siphash_round(s);
	siphash_round(s);
	s->v0 ^= word;
}

/* The hash of `words` (a constant) words as they stand in memory, under the key k0, k1. */
static __always_inline __u64 siphash_words(const __u64 *message, unsigned int words, __u64 k0, __u64 k1)
{
	struct siphash s = {
		k0 ^ 0x736f6d6570736575ULL, k1 ^ 0x646f72616e646f6dULL, k0 ^ 0x6c7967656e657261ULL, k1 ^ 0x7465646279746573ULL,
	};
	unsigned int i;

#pragma unroll
	for (i = 0; i < words; i++)
		siphash_word(&s, SYNGATE_LE64(message[i]));
	siphash_word(&s, (__u64)words * 8 << 56);
	s.v2 ^= 0xff;
	siphash_round(&s);
	siphash_round(&s);
	siphash_round(&s);
	siphash_round(&s);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

#endif
