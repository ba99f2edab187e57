/* SPDX-FileCopyrightText: syngate authors */
/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Generic netlink interface of syngate.ko: family "syngate", one state for each network namespace. All commands need CAP_NET_ADMIN over
 * the namespace. What a namespace does is counted there; key material goes in, never out.
 */
#ifndef SYNGATE_UAPI_H
#define SYNGATE_UAPI_H

#define SYNGATE_GENL_NAME "syngate"
#define SYNGATE_GENL_VERSION 1

enum {
	SYNGATE_CMD_UNSPEC,
	SYNGATE_CMD_GET,     /* answers with everything below but KEY */
	SYNGATE_CMD_SET,     /* ENABLED, EXID, WINDOW, DROP_PORTS: what is there is set, the rest stays */
	SYNGATE_CMD_KEY_ADD, /* KEY_ID, KEY; an id in use is refused (EEXIST): no stamp in flight may change its meaning */
	SYNGATE_CMD_KEY_DEL, /* KEY_ID; ENOENT if there is none */
};

enum {
	SYNGATE_ATTR_UNSPEC,
	SYNGATE_ATTR_ENABLED,    /* u8: 0 or 1 */
	SYNGATE_ATTR_EXID,       /* u16, host order: ExID of the stamp option */
	SYNGATE_ATTR_WINDOW,     /* u16: the window in the box's SYN-ACK */
	SYNGATE_ATTR_DROP_PORTS, /* binary, pairs of u16 (first, last): listeners whose unstamped segments are dropped, not reset */
	SYNGATE_ATTR_KEY_ID,     /* u8: 0 to 15 */
	SYNGATE_ATTR_KEY,        /* 16 bytes, as the SipHash reference has them in memory */
	SYNGATE_ATTR_KEYS,       /* u16: bit n is set when key id n is there */
	SYNGATE_ATTR_BACKEND,    /* string: hash or prefetch */
	SYNGATE_ATTR_COUNTERS,   /* nested: 1 + index in SYNGATE_COUNTERS, u64 each */
	SYNGATE_ATTR_PAD,
	SYNGATE_ATTR_END,
};
#define SYNGATE_ATTR_MAX (SYNGATE_ATTR_END - 1)
#define SYNGATE_DROP_RANGES 64 /* pairs in DROP_PORTS */

/* Each stamped segment is counted in `stamped` and in exactly one of those marked (verdict). */
#define SYNGATE_COUNTERS(X)                                                                                           \
	X(stamped, "segments that carry a stamp")                                                                     \
	X(accepted, "valid hand-offs for which a request was made (verdict)")                                         \
	X(duplicate, "valid stamps of a connection that is already here, passed on (verdict)")                        \
	X(no_listener, "valid stamps to a port on which nobody listens, passed on (verdict)")                         \
	X(malformed, "stamps of wrong length, version or flags, dropped (verdict)")                                   \
	X(bad_checksum, "stamped segments with a wrong TCP checksum, dropped (verdict)")                              \
	X(unknown_key, "stamps under a key id that is not here, dropped (verdict)")                                   \
	X(bad_mac, "stamps whose MAC is wrong, dropped (verdict)")                                                    \
	X(refused_by_sysctl, "the client uses an option that a sysctl has switched off here, dropped (verdict)")      \
	X(refused_by_security, "refused by the kernel's security module, dropped (verdict)")                          \
	X(queue_full, "the listener has too many unaccepted requests, dropped (verdict)")                             \
	X(no_memory, "no memory for the request, dropped (verdict)")                                                  \
	X(time_wait_kept, "a TIME_WAIT socket that a SYN could not have replaced either, dropped (verdict)")          \
	X(stale_busy, "an old connection of the same addresses and ports that was in use just now, dropped (verdict)") \
	X(time_wait_replaced, "TIME_WAIT sockets replaced by Linux's rule for SYNs")                                  \
	X(stale_replaced, "old connections of the same addresses and ports that were reset")                          \
	X(request_replaced, "old requests of the same addresses and ports that were dropped")                         \
	X(unstamped_dropped, "unstamped segments for a listener under DROP_PORTS, dropped instead of reset")

#define SYNGATE_COUNTER_INDEX(name, help) SYNGATE_COUNTER_##name,
enum { SYNGATE_COUNTERS(SYNGATE_COUNTER_INDEX) SYNGATE_COUNTER_NUMBER };

#endif
