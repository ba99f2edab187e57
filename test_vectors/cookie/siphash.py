# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""SipHash-2-4 for the scripts of this folder, written from the paper, not from the model."""
import struct

MASK = (1 << 64) - 1


def rotl(x, n):
    return ((x << n) | (x >> (64 - n))) & MASK


def rounds(v, n):
    for _ in range(n):
        v[0] = (v[0] + v[1]) & MASK
        v[1] = rotl(v[1], 13) ^ v[0]
        v[0] = rotl(v[0], 32)
        v[2] = (v[2] + v[3]) & MASK
        v[3] = rotl(v[3], 16) ^ v[2]
        v[0] = (v[0] + v[3]) & MASK
        v[3] = rotl(v[3], 21) ^ v[0]
        v[2] = (v[2] + v[1]) & MASK
        v[1] = rotl(v[1], 17) ^ v[2]
        v[2] = rotl(v[2], 32)


def state(key, message):
    """The four words after finalization."""
    k0, k1 = struct.unpack("<QQ", key)
    v = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]
    padded = message + b"\0" * (7 - len(message) % 8) + bytes([len(message) & 255])
    for (m,) in struct.iter_unpack("<Q", padded):
        v[3] ^= m
        rounds(v, 2)
        v[0] ^= m
    v[2] ^= 255
    rounds(v, 4)
    return v


def fold(v):
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def siphash(key, message):
    return fold(state(key, message))


def squeeze(v):
    """64 more bits, as the second half of SipHash-128."""
    w = list(v)
    w[1] ^= 0xDD
    rounds(w, 4)
    return fold(w)
