// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel module's two doors in user space: netlink messages of any bytes, and segments of any bytes in the LOCAL_IN hook, among them
 * stamped ones that are good but for what the input changes. syngate_request.c and syngate_existing.c, which touch sockets only, are
 * stand-ins here that count a verdict as they would. Each input loads the module and removes it: what it leaks, a sanitizer finds.
 */
#include "shim.h"

#include "syngate.h"

enum syngate_backend syngate_backend;

/* The input, from the front; zeros behind its end. */
static const u8 *input;
static size_t input_left;

static u8 take(void)
{
	if (!input_left)
		return 0;
	input_left--;
	return *input++;
}

static u16 take16(void)
{
	u16 high = take();

	return (u16)(high << 8 | take());
}

/* What the world outside answers, as the input says. */
static struct {
	bool established, listener;
	u8 existing, request;
	u8 keys[SYNGATE_STAMP_KEYS][16]; /* as sent */
	u16 there;                       /* ids that the kernel must have */
	bool judged;                     /* the segment's stamp was found good */
} world;
static struct sock established_socket, listener_socket;

struct sock *shim_established(const struct sk_buff *skb)
{
	PROMISE(skb->data == skb->head, "the data begin at the network header");
	if (!world.established)
		return NULL;
	established_socket.references++;
	return &established_socket;
}

struct sock *shim_listener(const struct sk_buff *skb, unsigned int header)
{
	PROMISE(skb->data + header <= skb->head + skb->linear, "the data begin at the TCP header, which is in one block");
	PROMISE(header == __tcp_hdrlen((const struct tcphdr *)skb->data), "the length is that of the TCP header");
	return world.listener ? &listener_socket : NULL;
}

void sock_gen_put(struct sock *sk)
{
	sk->references--;
}

/* The stamp that the module found good, found again from the segment's bytes. */
static void judge(const struct syngate_handoff *h)
{
	const u8 *option = h->stamp.mac - SYNGATE_STAMP_OPTION_MAC;
	u8 message[40] = { 0 };
	siphash_key_t key;
	u64 mac, found;

	PROMISE(h->skb->data == h->skb->head, "the data begin at the network header again");
	PROMISE(h->stamp.mac + 8 <= h->skb->head + h->skb->linear && option > (const u8 *)h->th, "the MAC lies in the header");
	PROMISE(world.there & 1 << h->stamp.key_id, "a key that is there");
	if (h->is6) {
		memcpy(message, h->skb->head + 8, 16);
	} else {
		message[10] = message[11] = 0xff;
		memcpy(message + 12, h->skb->head + 12, 4);
	}
	memcpy(message + 16, h->th, 2);
	memcpy(message + 18, option + 4, 2);
	for (int i = 0; i < 4; i++)
		message[20 + i] = (u8)(h->stamp.tsecr >> (24 - 8 * i));
	memcpy(message + 24, (const u8 *)h->th + 4, 8);
	memcpy(message + 32, option + 6, 2);
	message[34] = h->is6 ? 6 : 4;
	memcpy(message + 36, option + 8, 4);
	key.key[0] = get_unaligned_le64(world.keys[h->stamp.key_id]);
	key.key[1] = get_unaligned_le64(world.keys[h->stamp.key_id] + 8);
	mac = siphash(message, sizeof(message), &key);
	found = get_unaligned_le64(h->stamp.mac);
	PROMISE(mac == found, "no socket is touched for a stamp whose MAC is wrong");
	world.judged = true;
}

enum syngate_existing syngate_existing(struct syngate_handoff *h, struct sock *sk)
{
	judge(h);
	sock_gen_put(sk);
	switch (world.existing % 4) {
	case 0:
		return SYNGATE_EXISTING_PASS;
	case 1:
		syngate_count(h->sn, stale_busy);
		return SYNGATE_EXISTING_DROP;
	case 2:
		syngate_count(h->sn, time_wait_kept);
		return SYNGATE_EXISTING_DROP;
	default:
		return SYNGATE_EXISTING_GONE;
	}
}

unsigned int syngate_request(struct syngate_handoff *h, struct sock *listener)
{
	judge(h);
	PROMISE(listener == &listener_socket, "the listener that was found");
	if (world.request % 4 == 1) {
		syngate_count(h->sn, queue_full);
		return NF_DROP;
	}
	syngate_count(h->sn, accepted);
	return NF_ACCEPT;
}

int syngate_request_init(const char *wanted)
{
	PROMISE(!strcmp(wanted, "auto"), "the default back-end");
	return 0;
}

/* ---- Netlink ---- */

static bool reply_seen;

void fuzz_reply(const u8 *bytes, unsigned int length)
{
	const struct nlmsghdr *h = (const struct nlmsghdr *)bytes;
	unsigned int at = NLMSG_HDRLEN + GENL_HDRLEN, seen = 0;

	reply_seen = true;
	PROMISE(h->nlmsg_len == length, "a reply says how long it is");
	while (at + NLA_HDRLEN <= length) {
		const struct nlattr *a = (const struct nlattr *)(bytes + at);

		PROMISE(a->nla_len >= NLA_HDRLEN && at + a->nla_len <= length, "attributes of a reply lie inside it");
		seen |= 1u << (a->nla_type & NLA_TYPE_MASK);
		if (a->nla_type == SYNGATE_ATTR_KEYS)
			PROMISE(nla_get_u16(a) == world.there, "the ids of the keys that were added");
		PROMISE(a->nla_type != SYNGATE_ATTR_KEY, "no key is ever told");
		at += NLA_ALIGN(a->nla_len);
	}
	PROMISE(at == length && seen & 1u << SYNGATE_ATTR_COUNTERS, "a reply is whole");
	for (int id = 0; id < SYNGATE_STAMP_KEYS; id++) {
		u16 different = 0;

		if (!(world.there & 1 << id))
			continue;
		for (int i = 0; i < 16; i++)
			different |= (u16)(1 << (world.keys[id][i] & 15));
		/* A key of few values can be elsewhere by chance. */
		if (__builtin_popcount(different) >= 8)
			PROMISE(!memmem(bytes, length, world.keys[id], 16), "no key is ever told");
	}
}

static u8 message[2048] __aligned(4);
static unsigned int message_length;

static void attribute(u16 type, const void *data, unsigned int length)
{
	struct nlattr *a = (struct nlattr *)(message + message_length);

	if (message_length + NLA_ALIGN(NLA_HDRLEN + length) > sizeof(message))
		return;
	memset(a, 0, NLA_ALIGN(NLA_HDRLEN + length));
	a->nla_type = type;
	a->nla_len = (u16)(NLA_HDRLEN + length);
	memcpy(nla_data(a), data, length);
	message_length += NLA_ALIGN(NLA_HDRLEN + length);
}

/* Sends the message in a block of its own size. What it changes is kept in mind. */
static void send_message(u8 command)
{
	struct netlink_ext_ack ack = { 0 };
	u8 *bytes = malloc(message_length ? message_length : 1), id, key[16];
	struct syngate_net *sn = shim_net.of_module;
	const struct nlattr *id_attribute = NULL, *key_attribute = NULL;
	u16 before = sn->keys ? sn->keys->used : 0;
	int result;

	memcpy(bytes, message, message_length);
	reply_seen = false;
	for (unsigned int at = 0; at + NLA_HDRLEN <= message_length;) {
		const struct nlattr *a = (const struct nlattr *)(message + at);

		if (a->nla_len < NLA_HDRLEN || at + a->nla_len > message_length)
			break;
		if ((a->nla_type & NLA_TYPE_MASK) == SYNGATE_ATTR_KEY_ID)
			id_attribute = a;
		if ((a->nla_type & NLA_TYPE_MASK) == SYNGATE_ATTR_KEY)
			key_attribute = a;
		at += NLA_ALIGN(a->nla_len);
	}
	result = shim_genl_call(command, bytes, message_length, &ack);
	PROMISE(result <= 0 && result >= -4095, "0 or an error");
	PROMISE(reply_seen == (command == SYNGATE_CMD_GET && !result), "GET, and nothing else, replies");
	if (!result && command == SYNGATE_CMD_KEY_ADD) {
		PROMISE(id_attribute && key_attribute && nla_len(id_attribute) == 1 && nla_len(key_attribute) == 16, "a key and its id");
		id = nla_get_u8(id_attribute);
		memcpy(key, nla_data(key_attribute), 16);
		PROMISE(id < SYNGATE_STAMP_KEYS && !(before & 1 << id), "an id that was free");
		memcpy(world.keys[id], key, 16);
		world.there |= (u16)(1 << id);
		PROMISE(sn->keys->key[id].key[0] == get_unaligned_le64(key), "the key's bytes, in their order");
		memset(key, 0, sizeof(key));
		PROMISE(!memcmp(nla_data((struct nlattr *)(bytes + ((const u8 *)key_attribute - message))), key, 16),
			"the message's copy of a key is wiped");
	}
	if (!result && command == SYNGATE_CMD_KEY_DEL) {
		PROMISE(id_attribute && nla_get_u8(id_attribute) < SYNGATE_STAMP_KEYS, "an id");
		id = nla_get_u8(id_attribute);
		world.there &= (u16)~(1 << id);
		PROMISE(!sn->keys->key[id].key[0] && !sn->keys->key[id].key[1], "a retired key is wiped");
	}
	PROMISE((sn->keys ? sn->keys->used : 0) == world.there, "keys change by KEY_ADD and KEY_DEL only");
	PROMISE(sn->window != 0, "a window of 0 is refused");
	if (sn->drop_ports)
		for (unsigned int i = 0; i < sn->drop_ports->ranges; i++)
			PROMISE(sn->drop_ports->range[i].first <= sn->drop_ports->range[i].last && i < SYNGATE_DROP_RANGES, "whole ranges");
	free(bytes);
}

static void raw_message(void)
{
	u8 command = take() % 6;
	size_t n = take();

	message_length = 0;
	for (size_t i = 0; i < n && input_left; i++)
		message[message_length++] = take();
	send_message(command);
}

static void made_message(void)
{
	u8 command = take() % 6, which = take(), byte;
	u16 word, ports[2 * (SYNGATE_DROP_RANGES + 2)];

	message_length = 0;
	if (which & 1) {
		byte = take() & 3;
		attribute(SYNGATE_ATTR_ENABLED, &byte, 1);
	}
	if (which & 2) {
		word = take16();
		attribute(SYNGATE_ATTR_EXID, &word, 2);
	}
	if (which & 4) {
		word = take16();
		attribute(SYNGATE_ATTR_WINDOW, &word, 2);
	}
	if (which & 8) {
		unsigned int n = take() % (sizeof(ports) / 2);

		for (unsigned int i = 0; i < n; i++)
			ports[i] = take16();
		attribute(SYNGATE_ATTR_DROP_PORTS, ports, n * 2);
	}
	if (which & 16) {
		byte = take() % 18;
		attribute(SYNGATE_ATTR_KEY_ID, &byte, 1);
	}
	if (which & 32) {
		u8 key[17], seed = take();

		for (int i = 0; i < 17; i++)
			key[i] = (u8)(seed + i * 29);
		attribute(SYNGATE_ATTR_KEY, key, seed % 8 == 7 ? 17 : 16);
	}
	if (which & 64) {
		word = take16();
		attribute(take(), &word, 2);
	}
	if (which & 128 && message_length)
		message_length -= take() % 4;
	send_message(command);
}

static void enable_and_add_key(void)
{
	u8 one = 1, id = 3, key[16];

	for (int i = 0; i < 16; i++)
		key[i] = (u8)(17 + i * 29);
	message_length = 0;
	attribute(SYNGATE_ATTR_ENABLED, &one, 1);
	send_message(SYNGATE_CMD_SET);
	message_length = 0;
	attribute(SYNGATE_ATTR_KEY_ID, &id, 1);
	attribute(SYNGATE_ATTR_KEY, key, 16);
	send_message(SYNGATE_CMD_KEY_ADD);
}

/* ---- Segments ---- */

#define VERDICTS(X)                                                                                                                 \
	X(accepted, NF_ACCEPT) X(duplicate, NF_ACCEPT) X(no_listener, NF_ACCEPT) X(malformed, NF_DROP) X(bad_checksum, NF_DROP)     \
	X(unknown_key, NF_DROP) X(bad_mac, NF_DROP) X(refused_by_sysctl, NF_DROP) X(queue_full, NF_DROP) X(time_wait_kept, NF_DROP) \
	X(stale_busy, NF_DROP)

/* What becomes of a segment: its verdict's counter, or the number of counters if it has no stamp. */
static unsigned int deliver(struct sk_buff *skb, u8 pf)
{
	struct syngate_net *sn = shim_net.of_module;
	const struct syngate_counters before = *sn->counters, *now = sn->counters;
	const u64 stamped = before.value[SYNGATE_COUNTER_stamped];
	unsigned int verdict, counted = SYNGATE_COUNTER_NUMBER, changes = 0;

	world.judged = false;
	verdict = shim_local_in(skb, pf);
	PROMISE(skb->data == skb->head, "the data begin at the network header, as before");
	PROMISE(established_socket.references == 0, "references are given back");
	PROMISE(verdict == NF_ACCEPT || verdict == NF_DROP, "a verdict of netfilter");
	for (unsigned int i = 0; i < SYNGATE_COUNTER_NUMBER; i++)
		changes += (unsigned int)(now->value[i] - before.value[i]);
	if (now->value[SYNGATE_COUNTER_stamped] == stamped) {
		bool dropped = now->value[SYNGATE_COUNTER_unstamped_dropped] != before.value[SYNGATE_COUNTER_unstamped_dropped];

		PROMISE(changes == (dropped ? 1 : 0) && verdict == (dropped ? NF_DROP : NF_ACCEPT) && !world.judged,
			"without a stamp nothing happens but what DROP_PORTS wants");
		return SYNGATE_COUNTER_NUMBER;
	}
#define LOOK(name, wanted)                                                                                  \
	if (now->value[SYNGATE_COUNTER_##name] != before.value[SYNGATE_COUNTER_##name]) {                   \
		PROMISE(counted == SYNGATE_COUNTER_NUMBER, "a stamped segment has one verdict");            \
		PROMISE(verdict == wanted, "the verdict that " #name " means");                             \
		counted = SYNGATE_COUNTER_##name;                                                           \
	}
	VERDICTS(LOOK)
	PROMISE(counted != SYNGATE_COUNTER_NUMBER && changes == 2, "a stamped segment has one verdict");
	return counted;
}

static void put16(u8 *p, unsigned int value)
{
	p[0] = (u8)(value >> 8);
	p[1] = (u8)value;
}

static void put_checksum(u8 *packet, unsigned int length, bool is6)
{
	unsigned int offset = is6 ? 40 : 20;
	struct sk_buff whole = { .head = packet, .data = packet, .len = length, .linear = length, .pages = packet };

	put16(packet + offset + 16, 0);
	put16(packet + offset + 16, nf_checksum(&whole, NF_INET_LOCAL_IN, offset, IPPROTO_TCP, is6 ? NFPROTO_IPV6 : NFPROTO_IPV4));
}

/* A segment of a stamp that is good under key `id`; returns its length. */
static unsigned int stamped_packet(u8 *packet, bool is6, bool timestamps, u8 id, u16 exid)
{
	unsigned int offset = is6 ? 40 : 20, options = timestamps ? 32 : 20, length = offset + 20 + options + take() % 16;
	u8 *tcp = packet + offset, *stamp = tcp + 20 + (timestamps ? 12 : 0), m[40] = { 0 };
	siphash_key_t key;
	u64 mac;

	memset(packet, 0, length);
	packet[0] = is6 ? 0x60 : 0x45;
	put16(packet + (is6 ? 4 : 2), is6 ? length - 40 : length);
	packet[is6 ? 6 : 9] = IPPROTO_TCP;
	memset(packet + (is6 ? 8 : 12), take(), is6 ? 16 : 4);
	packet[is6 ? 39 : 19] = 10;
	put16(tcp, 40000);
	put16(tcp + 2, 443);
	memset(tcp + 4, take(), 8);
	tcp[12] = (u8)((20 + options) / 4 << 4);
	tcp[13] = 0x10;
	if (timestamps) {
		memcpy(tcp + 20, "\1\1\10\12", 4);
		put16(tcp + 26, 77);
		put16(tcp + 30, take());
	}
	stamp[0] = SYNGATE_STAMP_KIND;
	stamp[1] = SYNGATE_STAMP_BYTES;
	put16(stamp + 2, exid);
	stamp[4] = (u8)(SYNGATE_STAMP_VERSION << 4 | id);
	stamp[5] = (u8)((timestamps ? 0x10 : 0) | 7);
	put16(stamp + 6, 1460);
	put16(stamp + 8, take16());
	if (is6) {
		memcpy(m, packet + 8, 16);
	} else {
		m[10] = m[11] = 0xff;
		memcpy(m + 12, packet + 12, 4);
	}
	memcpy(m + 16, tcp, 2);
	memcpy(m + 18, stamp + 4, 2);
	if (timestamps)
		memcpy(m + 20, tcp + 28, 4);
	memcpy(m + 24, tcp + 4, 8);
	memcpy(m + 32, stamp + 6, 2);
	m[34] = is6 ? 6 : 4;
	memcpy(m + 36, stamp + 8, 4);
	key.key[0] = get_unaligned_le64(world.keys[id]);
	key.key[1] = get_unaligned_le64(world.keys[id] + 8);
	mac = siphash(m, sizeof(m), &key);
	memcpy(stamp + 12, &mac, 8);
	put_checksum(packet, length, is6);
	return length;
}

/* The kernel looks at the IP header before any hook: what it drops or trims never gets there. False: dropped. */
static bool trimmed(const u8 *packet, unsigned int *length, bool is6)
{
	unsigned int total;

	if (is6) {
		if (*length < 40 || packet[0] >> 4 != 6)
			return false;
		total = 40u + (unsigned int)(packet[4] << 8 | packet[5]);
	} else {
		if (*length < 20 || packet[0] >> 4 != 4 || (packet[0] & 15) < 5)
			return false;
		total = (unsigned int)(packet[2] << 8 | packet[3]);
		if (total < (packet[0] & 15u) * 4)
			return false;
	}
	if (total > *length)
		return false;
	*length = total;
	return true;
}

/* `split` bytes of it lie in the first block, the IP header always. */
static unsigned int send_packet(const u8 *packet, unsigned int length, bool is6, unsigned int split)
{
	unsigned int header = is6 ? 40 : (packet[0] & 15u) * 4, verdict;
	struct sk_buff skb = { .len = length };
	u8 *pages;

	skb.linear = split < header ? header : split > length ? length : split;
	skb.head = malloc(skb.linear);
	memcpy(skb.head, packet, skb.linear);
	pages = malloc(length - skb.linear + 1);
	memcpy(pages, packet + skb.linear, length - skb.linear);
	skb.data = skb.head;
	skb.pages = pages;
	verdict = deliver(&skb, is6 ? NFPROTO_IPV6 : NFPROTO_IPV4);
	free(skb.head);
	free(pages);
	return verdict;
}

static bool is_bad(unsigned int verdict)
{
	return verdict == SYNGATE_COUNTER_malformed || verdict == SYNGATE_COUNTER_bad_mac || verdict == SYNGATE_COUNTER_unknown_key ||
	       verdict == SYNGATE_COUNTER_bad_checksum || verdict == SYNGATE_COUNTER_NUMBER;
}

static void stamped_segment(void)
{
	struct syngate_net *sn = shim_net.of_module;
	u8 packet[160], how = take(), id = take() % SYNGATE_STAMP_KEYS;
	bool is6 = how & 1, timestamps = how & 2;
	unsigned int offset = is6 ? 40 : 20, length, verdict, split = how & 4 ? take() : 160;

	length = stamped_packet(packet, is6, timestamps, id, sn->exid);
	if ((how & 24) == 8) {
		/* One bit of what the MAC covers: forged. */
		unsigned int options = offset + 20, at = take() % 46;

		at = at < 16 ? (is6 ? 8 + at : 12 + at % 4) : at < 18 ? offset + at - 16 : at < 26 ? offset + 4 + at - 18 :
		     options + (timestamps ? 12 : 0) + at - 26;
		packet[at] ^= (u8)(1 << take() % 8);
		put_checksum(packet, length, is6);
		verdict = send_packet(packet, length, is6, split);
		PROMISE(is_bad(verdict) && !world.judged, "a stamp with a bit turned is not taken");
		return;
	}
	if (how & 16) {
		for (int i = 0; i <= (how >> 6); i++)
			packet[take() % length] ^= take();
		if (how & 32)
			put_checksum(packet, length, is6);
		if (trimmed(packet, &length, is6))
			send_packet(packet, length, is6, split);
		return;
	}
	verdict = send_packet(packet, length, is6, split);
	if (world.there & 1 << id && verdict != SYNGATE_COUNTER_NUMBER)
		PROMISE(!is_bad(verdict), "the box's stamps are taken");
}

static void raw_segment(void)
{
	u8 packet[256], how = take();
	unsigned int length = 0, n = take();
	bool is6 = how & 1;

	while (length < n && input_left)
		packet[length++] = take();
	if (length >= 40 && how & 2) {
		packet[0] = (u8)(is6 ? 0x60 | (packet[0] & 15) : 0x45);
		put16(packet + (is6 ? 4 : 2), is6 ? length - 40 : length);
		packet[is6 ? 6 : 9] = IPPROTO_TCP;
		if (!is6)
			put16(packet + 6, 0);
		if (length >= (is6 ? 60 : 40) && how & 4)
			put_checksum(packet, length, is6);
	}
	if (length && trimmed(packet, &length, is6))
		send_packet(packet, length, is6, take());
}

static void change_world(void)
{
	u8 what = take();

	world.established = what & 1;
	world.listener = what & 2;
	world.existing = what >> 2 & 3;
	world.request = what >> 4 & 3;
	shim_net.ipv4.sysctl_tcp_timestamps = !(what & 64);
	shim_net.ipv4.sysctl_tcp_window_scaling = !(what & 128);
	shim_net.ipv4.sysctl_tcp_sack = take() & 1;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	u8 first;

	input = data;
	input_left = size;
	memset(&world, 0, sizeof(world));
	memset(&shim_net.ipv4, 1, sizeof(shim_net.ipv4));
	first = take();
	world.listener = true;
	shim_allocations_left = first & 64 ? take() : UINT_MAX;
	shim_reply_room = first & 128 ? 16 + take() * 2u : 0;
	syngate_backend = first & 32 ? SYNGATE_BACKEND_PREFETCH : SYNGATE_BACKEND_HASH;
	if (shim_module_init())
		return 0;
	if (!(first & 1))
		enable_and_add_key();
	for (int steps = 0; input_left && steps < 100; steps++) {
		switch (take() % 8) {
		case 0:
			raw_message();
			break;
		case 1:
		case 2:
			made_message();
			break;
		case 3:
		case 4:
		case 5:
			stamped_segment();
			break;
		case 6:
			raw_segment();
			break;
		default:
			change_world();
			break;
		}
	}
	shim_module_exit();
	return 0;
}
