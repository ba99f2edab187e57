// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: GPL-2.0
/* syngatectl: keys, switches and counters of syngate.ko in this network namespace. */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "genl.h"
#include "syngate_uapi.h"

enum { EXIT_GOOD, EXIT_KERNEL, EXIT_USAGE };

static const char usage[] =
	"syngatectl: the server half of syngate in this network namespace\n"
	"\n"
	"  syngatectl [--json | --prometheus] status   what is set, which keys are there, counters\n"
	"  syngatectl enable | disable                 take hand-offs here, or go on as without the module\n"
	"  syngatectl key add ID [FILE]                16 bytes as 32 hex digits in memory order, from FILE or standard input\n"
	"  syngatectl key retire ID                    stamps under this key are dropped from now on\n"
	"  syngatectl set exid N                       ExID of the stamp option (0x5347)\n"
	"  syngatectl set window N                     the window in the box's SYN-ACK (64240)\n"
	"  syngatectl set drop-unstamped PORTS | off   listeners on which nothing but stamped segments opens a connection: 443,8000-8010\n"
	"\n"
	"Rotate keys without losing a connection: add the new one on all servers, let the box use it, retire the old one after a second.\n"
	"In a container's namespace: nsenter -t PID -n syngatectl ...\n"
	"Needs CAP_NET_ADMIN. Exit status: 0 done, 1 refused by the kernel, 2 wrong usage.\n";

static const char *const names[] = {
#define NAME(name, help) #name,
	SYNGATE_COUNTERS(NAME)
};
static const char *const helps[] = {
#define HELP(name, help) help,
	SYNGATE_COUNTERS(HELP)
};

struct state {
	bool enabled;
	__u16 exid, window, keys;
	const char *backend;
	const __u16 *ports;
	size_t ranges;
	__u64 counter[SYNGATE_COUNTER_NUMBER];
};

static int wrong_usage(const char *what, const char *argument)
{
	fprintf(stderr, "syngatectl: %s%s%s\nsyngatectl: try syngatectl --help\n", what, argument ? ": " : "", argument ? argument : "");
	return EXIT_USAGE;
}

static int refused(const char *what, int error, const char *why)
{
	fprintf(stderr, "syngatectl: %s: %s%s%s%s\n", what, strerror(-error), *why ? ": " : "", why,
		error == -EPERM ? " (CAP_NET_ADMIN over this network namespace is needed)" : "");
	return EXIT_KERNEL;
}

/* True when the whole of `text` is a number from `least` to `most`. */
static bool number(const char *text, unsigned long least, unsigned long most, unsigned long *value)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*value = strtoul(text, &end, 0);
	return !*end && !errno && *value >= least && *value <= most;
}

static __u64 u64_of(const struct nlattr *a)
{
	__u64 value = 0;

	/* Little-endian machines read a shorter number right; the kernel says which length it is. */
	if (a && genl_length(a) == 1)
		value = *(const __u8 *)genl_data(a);
	else if (a && genl_length(a) == 2)
		value = *(const __u16 *)genl_data(a);
	else if (a && genl_length(a) == 8)
		memcpy(&value, genl_data(a), 8);
	return value;
}

static void read_state(const struct genl *g, struct state *s)
{
	const struct nlattr *table[SYNGATE_ATTR_MAX + 1], *counters[SYNGATE_COUNTER_NUMBER + 1];
	const struct nlattr *ports, *nest;

	genl_answer(g, table, SYNGATE_ATTR_MAX);
	s->enabled = u64_of(table[SYNGATE_ATTR_ENABLED]);
	s->exid = (__u16)u64_of(table[SYNGATE_ATTR_EXID]);
	s->window = (__u16)u64_of(table[SYNGATE_ATTR_WINDOW]);
	s->keys = (__u16)u64_of(table[SYNGATE_ATTR_KEYS]);
	s->backend = genl_text(table[SYNGATE_ATTR_BACKEND], "?");
	ports = table[SYNGATE_ATTR_DROP_PORTS];
	s->ports = ports ? genl_data(ports) : NULL;
	s->ranges = ports ? genl_length(ports) / 4 : 0;
	nest = table[SYNGATE_ATTR_COUNTERS];
	memset(counters, 0, sizeof(counters));
	if (nest)
		genl_parse(genl_data(nest), genl_length(nest), counters, SYNGATE_COUNTER_NUMBER);
	for (int i = 0; i < SYNGATE_COUNTER_NUMBER; i++)
		s->counter[i] = u64_of(counters[1 + i]);
}

static void print_ports(const struct state *s)
{
	for (size_t i = 0; i < s->ranges; i++) {
		printf("%s%u", i ? "," : "", s->ports[2 * i]);
		if (s->ports[2 * i + 1] != s->ports[2 * i])
			printf("-%u", s->ports[2 * i + 1]);
	}
}

static void print_keys(const struct state *s, const char *separator)
{
	const char *before = "";

	for (int id = 0; id < 16; id++) {
		if (s->keys & 1 << id) {
			printf("%s%d", before, id);
			before = separator;
		}
	}
}

static void print_text(const struct state *s)
{
	printf("%s, %s back-end\nexid            0x%04x\nwindow          %u\nkeys            ", s->enabled ? "enabled" : "disabled", s->backend,
	       s->exid, s->window);
	print_keys(s, " ");
	printf("%s\ndrop-unstamped  ", s->keys ? "" : "none");
	print_ports(s);
	printf("%s\n", s->ranges ? "" : "off");
	for (int i = 0; i < SYNGATE_COUNTER_NUMBER; i++)
		printf("%12" PRIu64 "  %-20s %s\n", (uint64_t)s->counter[i], names[i], helps[i]);
}

static void print_json(const struct state *s)
{
	printf("{\"schema\":\"syngatectl.status/1\",\"enabled\":%s,\"backend\":\"%s\",\"exid\":%u,\"window\":%u,\"keys\":[",
	       s->enabled ? "true" : "false", s->backend, s->exid, s->window);
	print_keys(s, ",");
	printf("],\"drop_unstamped\":\"");
	print_ports(s);
	printf("\",\"counters\":{");
	for (int i = 0; i < SYNGATE_COUNTER_NUMBER; i++)
		printf("%s\"%s\":%" PRIu64, i ? "," : "", names[i], (uint64_t)s->counter[i]);
	printf("}}\n");
}

static void print_prometheus(const struct state *s)
{
	printf("# HELP syngate_server_enabled 1 when hand-offs are taken in this network namespace.\n"
	       "# TYPE syngate_server_enabled gauge\nsyngate_server_enabled %d\n", s->enabled);
	for (int i = 0; i < SYNGATE_COUNTER_NUMBER; i++)
		printf("# HELP syngate_server_%s_total %s\n# TYPE syngate_server_%s_total counter\nsyngate_server_%s_total %" PRIu64 "\n",
		       names[i], helps[i], names[i], names[i], (uint64_t)s->counter[i]);
}

static int status(struct genl *g, const char *format)
{
	struct state s;
	const char *why;
	int error;

	genl_begin(g, SYNGATE_CMD_GET);
	error = genl_call(g, &why);
	if (error)
		return refused("status", error, why);
	read_state(g, &s);
	if (!strcmp(format, "--json"))
		print_json(&s);
	else if (!strcmp(format, "--prometheus"))
		print_prometheus(&s);
	else
		print_text(&s);
	return EXIT_GOOD;
}

static int call(struct genl *g, const char *what)
{
	const char *why;
	int error = genl_call(g, &why);

	return error ? refused(what, error, why) : EXIT_GOOD;
}

static int enable(struct genl *g, bool on)
{
	__u8 value = on;

	genl_begin(g, SYNGATE_CMD_SET);
	genl_put(g, SYNGATE_ATTR_ENABLED, &value, 1);
	return call(g, on ? "enable" : "disable");
}

/* Reads 32 hex digits; white space around them does not matter, anything else does. */
static bool read_key(FILE *file, __u8 *key)
{
	char text[128] = "";
	size_t n = fread(text, 1, sizeof(text) - 1, file), digits = 0;
	bool good = !ferror(file);

	memset(key, 0, 16);
	for (size_t i = 0; i < n && good; i++) {
		const char *hex = "0123456789abcdef0123456789ABCDEF";
		const char *at = text[i] ? strchr(hex, text[i]) : NULL;

		if (strchr(" \t\r\n", text[i]) && (digits == 0 || digits == 32))
			continue;
		good = at && digits < 32;
		if (good)
			key[digits / 2] = (__u8)(key[digits / 2] << 4 | ((at - hex) & 15));
		digits++;
	}
	explicit_bzero(text, sizeof(text));
	return good && digits == 32;
}

static int key_add(struct genl *g, __u8 id, const char *path)
{
	FILE *file = path ? fopen(path, "r") : stdin;
	__u8 key[16];
	bool good;

	if (!file) {
		fprintf(stderr, "syngatectl: %s: %s\n", path, strerror(errno));
		return EXIT_USAGE;
	}
	setvbuf(file, NULL, _IONBF, 0);
	good = read_key(file, key);
	if (path)
		fclose(file);
	if (!good)
		return wrong_usage("a key is 32 hex digits and nothing else", path ? path : "standard input");
	genl_begin(g, SYNGATE_CMD_KEY_ADD);
	genl_put(g, SYNGATE_ATTR_KEY_ID, &id, 1);
	genl_put(g, SYNGATE_ATTR_KEY, key, sizeof(key));
	explicit_bzero(key, sizeof(key));
	return call(g, "key add");
}

static int key_retire(struct genl *g, __u8 id)
{
	genl_begin(g, SYNGATE_CMD_KEY_DEL);
	genl_put(g, SYNGATE_ATTR_KEY_ID, &id, 1);
	return call(g, "key retire");
}

/* "443,8000-8010" as pairs; the number of pairs, or -1. `text` is changed. */
static int parse_ports(char *text, __u16 *ports)
{
	int ranges = 0;

	for (char *word = strtok(text, ","); word; word = strtok(NULL, ",")) {
		char *dash = strchr(word, '-');
		unsigned long first, last;

		if (dash)
			*dash++ = 0;
		if (ranges == SYNGATE_DROP_RANGES || !number(word, 1, 65535, &first) || !number(dash ? dash : word, first, 65535, &last))
			return -1;
		ports[2 * ranges] = (__u16)first;
		ports[2 * ranges++ + 1] = (__u16)last;
	}
	return ranges ? ranges : -1;
}

static int set(struct genl *g, const char *name, char *text)
{
	__u16 ports[2 * SYNGATE_DROP_RANGES];
	unsigned long value = 0;
	__u16 value16;

	genl_begin(g, SYNGATE_CMD_SET);
	if (!strcmp(name, "drop-unstamped")) {
		int ranges = strcmp(text, "off") ? parse_ports(text, ports) : 0;

		if (ranges < 0)
			return wrong_usage("drop-unstamped: expected ports like 443,8000-8010, or off", NULL);
		genl_put(g, SYNGATE_ATTR_DROP_PORTS, ports, (size_t)ranges * 4);
		return call(g, name);
	}
	if (strcmp(name, "exid") && strcmp(name, "window"))
		return wrong_usage("there is no such setting", name);
	if (!number(text, !strcmp(name, "window"), 65535, &value))
		return wrong_usage(name, "expected a number of 16 bits");
	value16 = (__u16)value;
	genl_put(g, !strcmp(name, "exid") ? SYNGATE_ATTR_EXID : SYNGATE_ATTR_WINDOW, &value16, 2);
	return call(g, name);
}

static int run(struct genl *g, int argc, char **argv)
{
	const char *command = argv[0];
	unsigned long id;

	if (argc == 1 && !strcmp(command, "enable"))
		return enable(g, true);
	if (argc == 1 && !strcmp(command, "disable"))
		return enable(g, false);
	if (argc == 3 && !strcmp(command, "set"))
		return set(g, argv[1], argv[2]);
	if (argc >= 3 && argc <= 4 && !strcmp(command, "key")) {
		if (!number(argv[2], 0, 15, &id))
			return wrong_usage("key ids are 0 to 15", argv[2]);
		if (!strcmp(argv[1], "add"))
			return key_add(g, (__u8)id, argc == 4 ? argv[3] : NULL);
		if (!strcmp(argv[1], "retire") && argc == 3)
			return key_retire(g, (__u8)id);
	}
	return wrong_usage("wrong command or arguments", command);
}

int main(int argc, char **argv)
{
	const char *format = "";
	struct genl g;
	int result;

	argc--;
	argv++;
	if (argc > 0 && (!strcmp(argv[0], "--json") || !strcmp(argv[0], "--prometheus"))) {
		format = argv[0];
		argc--;
		argv++;
	}
	if (argc == 0 || !strcmp(argv[0], "--help") || !strcmp(argv[0], "-h")) {
		fputs(usage, argc ? stdout : stderr);
		return argc ? EXIT_GOOD : EXIT_USAGE;
	}
	if (*format && strcmp(argv[0], "status"))
		return wrong_usage("--json and --prometheus are for status", NULL);
	if (genl_open(&g, SYNGATE_GENL_NAME))
		return EXIT_KERNEL;
	result = argc == 1 && !strcmp(argv[0], "status") ? status(&g, format) : run(&g, argc, argv);
	genl_close(&g);
	return result;
}
