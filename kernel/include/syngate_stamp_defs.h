/* SPDX-FileCopyrightText: syngate authors */
/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* generated from rtl/syngate_defs.json by scripts/gen-defs; do not edit */
#ifndef SYNGATE_STAMP_DEFS_H
#define SYNGATE_STAMP_DEFS_H

/* stamp keys that can live at once */
#define SYNGATE_STAMP_KEYS 16
/* TCP option kind of the stamp (RFC 4727 experiment 1) */
#define SYNGATE_STAMP_KIND 253
/* length of the stamp option */
#define SYNGATE_STAMP_BYTES 20
/* version nibble of the stamp */
#define SYNGATE_STAMP_VERSION 1
/* default ExID (RFC 6994), 0x5347 = SG */
#define SYNGATE_STAMP_EXID 21319

/* Byte offsets in the stamp option. */
/* 1 bytes: 253 */
#define SYNGATE_STAMP_OPTION_KIND 0
/* 1 bytes: 20 */
#define SYNGATE_STAMP_OPTION_LENGTH 1
/* 2 bytes: ExID, big endian */
#define SYNGATE_STAMP_OPTION_EXID 2
/* 1 bytes: version in 7:4, key id in 3:0 */
#define SYNGATE_STAMP_OPTION_VERSION_KEY 4
/* 1 bytes: flags in 7:4 (bit 4: the segment has timestamps), rcv_wscale in 3:0 */
#define SYNGATE_STAMP_OPTION_FLAGS_WSCALE 5
/* 2 bytes: client MSS as decoded from the cookie, big endian */
#define SYNGATE_STAMP_OPTION_MSS 6
/* 4 bytes: box clock now in ms plus the flow's offset, big endian */
#define SYNGATE_STAMP_OPTION_CLOCK 8
/* 8 bytes: SipHash-2-4, little endian as the SipHash reference stores it */
#define SYNGATE_STAMP_OPTION_MAC 12
#define SYNGATE_STAMP_OPTION_BYTES 20

/* Byte offsets in the stamp message. */
/* 16 bytes: source address as on the wire; IPv4 as ::ffff:a.b.c.d */
#define SYNGATE_STAMP_MESSAGE_SADDR 0
/* 2 bytes: source port, as on the wire */
#define SYNGATE_STAMP_MESSAGE_SPORT 16
/* 1 bytes: as in the option */
#define SYNGATE_STAMP_MESSAGE_VERSION_KEY 18
/* 1 bytes: as in the option */
#define SYNGATE_STAMP_MESSAGE_FLAGS_WSCALE 19
/* 4 bytes: TSecr as on the wire, 0 without timestamps */
#define SYNGATE_STAMP_MESSAGE_TSECR 20
/* 4 bytes: sequence number, as on the wire */
#define SYNGATE_STAMP_MESSAGE_SEQ 24
/* 4 bytes: acknowledgment number, as on the wire */
#define SYNGATE_STAMP_MESSAGE_ACK 28
/* 2 bytes: as in the option */
#define SYNGATE_STAMP_MESSAGE_MSS 32
/* 1 bytes: 4 or 6 */
#define SYNGATE_STAMP_MESSAGE_IP_VERSION 34
/* 1 bytes: 0 */
#define SYNGATE_STAMP_MESSAGE_ZERO 35
/* 4 bytes: as in the option */
#define SYNGATE_STAMP_MESSAGE_CLOCK 36
#define SYNGATE_STAMP_MESSAGE_BYTES 40

#endif
