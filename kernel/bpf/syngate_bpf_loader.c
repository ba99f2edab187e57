// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: GPL-2.0
/*
 * syngate-bpf: attaches the tc program, gives it keys, shows its counters. docs/how-to/tc-bpf.md.
 * Result on standard output, everything else on standard error.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../include/syngate_stamp_defs.h"
#include "program.h"

#define DEFAULT_FOLDER "/sys/fs/bpf/syngate"
#define DEFAULT_PRIORITY 100

static const char usage[] =
	"usage: syngate-bpf [OPTIONS] COMMAND\n"
	"  attach DEVICE        verify stamps of what DEVICE receives; loads the program if it is not loaded yet\n"
	"  detach DEVICE        no longer\n"
	"  key add ID [FILE]    a stamp key: id 0 to 15; FILE (default: standard input) holds 32 hex digits\n"
	"  key retire ID        stamps under this key are dropped from now on\n"
	"  status               where it is attached, key ids, counters\n"
	"  unload               detach everywhere, forget keys and counters\n"
	"options:\n"
	"  --exid N             ExID of the stamp option, as the box has it (default 0x5347); when the program is loaded\n"
	"  --json, --prometheus status as one JSON object, as Prometheus text\n"
	"  --pin FOLDER         in a BPF file system (default " DEFAULT_FOLDER ")\n"
	"  --priority N         of the tc filter (default 100)\n"
	"exit status: 0 good, 1 failed, 2 usage, 3 bad key file, 4 this kernel cannot run the program\n"
	"example: syngate-bpf attach eth0 && syngate-bpf key add 3 /etc/syngate/stamp3.key && syngate-bpf status\n";

struct state;

struct arguments {
	const char *folder;
	__u32 priority;
	struct syngate_bpf_settings settings;
	bool set; /* the settings were given, not the defaults */
	void (*print)(const struct state *);
};

/* Sysctls without which the kernel refuses what clients were offered by the box. */
static void warn_of_sysctls(void)
{
	static const char *const names[] = { "tcp_syncookies", "tcp_timestamps", "tcp_sack", "tcp_window_scaling" };
	unsigned int i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[128];
		FILE *file;
		int value;

		snprintf(path, sizeof(path), "/proc/sys/net/ipv4/%s", names[i]);
		file = fopen(path, "r");
		if (!file)
			continue;
		if (fscanf(file, "%d", &value) == 1 && value == 0)
			fprintf(stderr, "syngate-bpf: net.ipv4.%s is 0: the kernel will refuse %s\n", names[i],
				i ? "hand-offs of clients that use the option" : "every hand-off");
		fclose(file);
	}
}

/* 0 to limit, decimal or 0x hex. */
static bool parse_number(const char *text, unsigned long limit, unsigned long *value)
{
	char *end;

	errno = 0;
	*value = strtoul(text, &end, 0);
	return isdigit((unsigned char)*text) && *end == 0 && !errno && *value <= limit;
}

/* For each device that the program is attached to. */
static void each_device(const struct program *program, __u32 priority, void (*visit)(const char *, __u32, void *), void *context)
{
	struct if_nameindex *all = if_nameindex(), *one;

	for (one = all; one && one->if_index; one++)
		if (program_is_at(program, one->if_name, priority))
			visit(one->if_name, priority, context);
	if (all)
		if_freenameindex(all);
}

static int attach(const struct arguments *arguments, const char *device)
{
	struct program program;
	int status = EXIT_GOOD;
	bool loaded;

	if (!if_nametoindex(device))
		return fail(EXIT_USAGE, "no device '%s'", device);
	loaded = program_open(arguments->folder, &program, true) == EXIT_GOOD;
	if (loaded && arguments->set)
		return fail(EXIT_FAILED, "the program is loaded already and keeps its ExID: unload it first");
	if (!loaded)
		status = program_load(arguments->folder, &arguments->settings, &program);
	if (status)
		return status;
	warn_of_sysctls();
	status = program_attach(&program, device, arguments->priority);
	/* What came with this call goes with it. */
	if (status && !loaded)
		program_unpin(arguments->folder);
	return status;
}

static int detach(const struct arguments *arguments, const char *device)
{
	struct program program;
	int status = program_open(arguments->folder, &program, false);

	if (status)
		return status;
	if (!program_is_at(&program, device, arguments->priority))
		return fail(EXIT_FAILED, "%s: the program is not attached there with priority %u", device, arguments->priority);
	return program_detach(device, arguments->priority);
}

static int read_key(const char *name, struct syngate_bpf_key *key)
{
	FILE *file = name ? fopen(name, "r") : stdin;
	char text[64];
	size_t length, i;

	if (!name)
		name = "standard input";
	if (!file)
		return fail(EXIT_INPUT, "%s: %s", name, strerror(errno));
	length = fread(text, 1, sizeof(text), file);
	if (file != stdin)
		fclose(file);
	while (length && isspace((unsigned char)text[length - 1]))
		length--;
	if (length != 32)
		return fail(EXIT_INPUT, "%s: a key has 32 hex digits, here are %zu characters", name, length);
	memset(key, 0, sizeof(*key));
	for (i = 0; i < 32; i++) {
		__u64 digit = (__u64)(text[i] & 15) + (isalpha((unsigned char)text[i]) ? 9 : 0);

		if (!isxdigit((unsigned char)text[i]))
			return fail(EXIT_INPUT, "%s: character %zu is no hex digit", name, i + 1);
		/* Bytes in the order of memory; the words are little endian. */
		*(i < 16 ? &key->k0 : &key->k1) |= digit << (8 * (i / 2 % 8) + (i % 2 ? 0 : 4));
	}
	explicit_bzero(text, sizeof(text));
	return EXIT_GOOD;
}

static int write_key(int map, __u32 id, const struct syngate_bpf_key *key)
{
	if (bpf_map_update_elem(map, &id, key, BPF_ANY))
		return fail(EXIT_FAILED, "key %u: %s", id, strerror(errno));
	return EXIT_GOOD;
}

static int add_key(int map, __u32 id, const char *file)
{
	struct syngate_bpf_key key;
	int status;

	if (bpf_map_lookup_elem(map, &id, &key))
		return fail(EXIT_FAILED, "key %u: %s", id, strerror(errno));
	if (key.used)
		return fail(EXIT_FAILED, "key id %u is in use: stamps in flight must not change their meaning; use another id, or retire it first", id);
	status = read_key(file, &key);
	/* In two steps: the program reads while this writes, and must never see a key in use that is half written. */
	if (!status)
		status = write_key(map, id, &key);
	key.used = 1;
	if (!status)
		status = write_key(map, id, &key);
	explicit_bzero(&key, sizeof(key));
	return status;
}

static int retire_key(int map, __u32 id)
{
	struct syngate_bpf_key key;
	int status;

	if (bpf_map_lookup_elem(map, &id, &key))
		return fail(EXIT_FAILED, "key %u: %s", id, strerror(errno));
	if (!key.used)
		return fail(EXIT_FAILED, "there is no key with id %u", id);
	key.used = 0;
	status = write_key(map, id, &key);
	explicit_bzero(&key, sizeof(key));
	return status ? status : write_key(map, id, &key);
}

static int change_key(const struct arguments *arguments, int count, char **words)
{
	bool add = count >= 2 && count <= 3 && !strcmp(words[0], "add");
	struct program program;
	unsigned long id;
	int status;

	if (!add && !(count == 2 && !strcmp(words[0], "retire")))
		return fail(EXIT_USAGE, "expected: key add ID [FILE], or key retire ID");
	if (!parse_number(words[1], SYNGATE_STAMP_KEYS - 1, &id))
		return fail(EXIT_USAGE, "'%s' is no key id (0 to %d)", words[1], SYNGATE_STAMP_KEYS - 1);
	status = program_open(arguments->folder, &program, false);
	if (status)
		return status;
	return add ? add_key(program.keys, (__u32)id, count == 3 ? words[2] : NULL) : retire_key(program.keys, (__u32)id);
}

/* What `status` shows. */
struct state {
	char devices[32][IF_NAMESIZE];
	unsigned int device_number;
	bool key[SYNGATE_STAMP_KEYS];
	__u64 counter[SYNGATE_BPF_COUNTER_NUMBER];
};

static const char *const names[] = {
#define NAME(name, help) #name,
	SYNGATE_BPF_COUNTERS(NAME)
};
static const char *const helps[] = {
#define HELP(name, help) help,
	SYNGATE_BPF_COUNTERS(HELP)
};

static int read_counter(const struct program *program, __u32 index, __u64 *sum)
{
	int cpus = libbpf_num_possible_cpus(), i;
	__u64 *values = calloc(cpus > 0 ? (size_t)cpus : 1, sizeof(*values));

	*sum = 0;
	if (cpus < 1 || !values || bpf_map_lookup_elem(program->counters, &index, values)) {
		free(values);
		return fail(EXIT_FAILED, "counter %u: %s", index, strerror(errno));
	}
	for (i = 0; i < cpus; i++)
		*sum += values[i];
	free(values);
	return EXIT_GOOD;
}

static void note_device(const char *device, __u32 priority, void *context)
{
	struct state *state = context;

	(void)priority;
	if (state->device_number < sizeof(state->devices) / sizeof(state->devices[0]))
		snprintf(state->devices[state->device_number++], IF_NAMESIZE, "%s", device);
}

static int read_state(const struct program *program, __u32 priority, struct state *state)
{
	struct syngate_bpf_key key;
	int status = EXIT_GOOD;
	__u32 i;

	memset(state, 0, sizeof(*state));
	each_device(program, priority, note_device, state);
	for (i = 0; i < SYNGATE_STAMP_KEYS; i++) {
		if (bpf_map_lookup_elem(program->keys, &i, &key))
			return fail(EXIT_FAILED, "key %u: %s", i, strerror(errno));
		state->key[i] = key.used;
	}
	explicit_bzero(&key, sizeof(key));
	for (i = 0; i < SYNGATE_BPF_COUNTER_NUMBER && !status; i++)
		status = read_counter(program, i, &state->counter[i]);
	return status;
}

static void print_keys(const struct state *state, const char *separator)
{
	const char *before = "";
	int id;

	for (id = 0; id < SYNGATE_STAMP_KEYS; id++) {
		if (state->key[id]) {
			printf("%s%d", before, id);
			before = separator;
		}
	}
}

static void print_text(const struct state *state)
{
	unsigned int i;

	fputs("attached to ", stdout);
	for (i = 0; i < state->device_number; i++)
		printf(" %s", state->devices[i]);
	fputs(state->device_number ? "\nkeys         " : " no device\nkeys         ", stdout);
	print_keys(state, " ");
	puts("");
	for (i = 0; i < SYNGATE_BPF_COUNTER_NUMBER; i++)
		printf("%12" PRIu64 "  %-16s %s\n", (uint64_t)state->counter[i], names[i], helps[i]);
}

static void print_json(const struct state *state)
{
	unsigned int i;

	fputs("{\"schema\":\"syngate-bpf.status/1\",\"version\":\"" SYNGATE_VERSION "\",\"devices\":[", stdout);
	for (i = 0; i < state->device_number; i++)
		printf("%s\"%s\"", i ? "," : "", state->devices[i]);
	fputs("],\"keys\":[", stdout);
	print_keys(state, ",");
	fputs("],\"counters\":{", stdout);
	for (i = 0; i < SYNGATE_BPF_COUNTER_NUMBER; i++)
		printf("%s\"%s\":%" PRIu64, i ? "," : "", names[i], (uint64_t)state->counter[i]);
	puts("}}");
}

/* The names of syngatectl's metrics: a server has one or the other. */
static void print_prometheus(const struct state *state)
{
	unsigned int i;

	for (i = 0; i < SYNGATE_BPF_COUNTER_NUMBER; i++)
		printf("# HELP syngate_server_%s_total %s\n# TYPE syngate_server_%s_total counter\nsyngate_server_%s_total %" PRIu64 "\n",
		       names[i], helps[i], names[i], names[i], (uint64_t)state->counter[i]);
}

static int show_status(const struct arguments *arguments)
{
	struct program program;
	struct state state;
	int status = program_open(arguments->folder, &program, false);

	if (!status)
		status = read_state(&program, arguments->priority, &state);
	if (status)
		return status;
	warn_of_sysctls();
	arguments->print(&state);
	return EXIT_GOOD;
}

static void detach_one(const char *device, __u32 priority, void *context)
{
	(void)context;
	program_detach(device, priority);
}

static int unload(const struct arguments *arguments)
{
	const struct syngate_bpf_key none = {};
	struct program program;
	int status = program_open(arguments->folder, &program, false);
	__u32 id;

	if (status)
		return status;
	each_device(&program, arguments->priority, detach_one, NULL);
	for (id = 0; id < SYNGATE_STAMP_KEYS && !status; id++)
		status = write_key(program.keys, id, &none);
	return status ? status : program_unpin(arguments->folder);
}

static int run(const struct arguments *arguments, int count, char **words)
{
	const char *command = count ? words[0] : "";

	if (!strcmp(command, "attach") && count == 2)
		return attach(arguments, words[1]);
	if (!strcmp(command, "detach") && count == 2)
		return detach(arguments, words[1]);
	if (!strcmp(command, "key"))
		return change_key(arguments, count - 1, words + 1);
	if (!strcmp(command, "status") && count == 1)
		return show_status(arguments);
	if (!strcmp(command, "unload") && count == 1)
		return unload(arguments);
	if (!count) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	return fail(EXIT_USAGE, "unknown command '%s', or wrong arguments: try syngate-bpf --help", command);
}

static int silent(enum libbpf_print_level level, const char *format, va_list arguments)
{
	/* The errors below say it in this command's words; SYNGATE_BPF_VERBOSE shows libbpf's, with the verifier's log. */
	return getenv("SYNGATE_BPF_VERBOSE") && level != LIBBPF_DEBUG ? vfprintf(stderr, format, arguments) : 0;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "exid", required_argument, NULL, 'e' }, { "help", no_argument, NULL, 'h' },
		{ "json", no_argument, NULL, 'j' },       { "pin", required_argument, NULL, 'p' },
		{ "priority", required_argument, NULL, 'n' }, { "prometheus", no_argument, NULL, 'm' },
#ifdef SYNGATE_TEST
		{ "keep-own-clock", no_argument, NULL, 'c' },
#endif
		{ NULL, 0, NULL, 0 },
	};
	struct arguments arguments = { .folder = DEFAULT_FOLDER, .print = print_text, .priority = DEFAULT_PRIORITY,
				       .settings = { .exid = SYNGATE_STAMP_EXID, .learn_clock = 1 } };
	unsigned long number;
	int option;

	libbpf_set_print(silent);
	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case 'e':
			if (!parse_number(optarg, 0xffff, &number))
				return fail(EXIT_USAGE, "--exid: '%s' is no number from 0 to 0xffff", optarg);
			arguments.settings.exid = (__u16)number;
			arguments.set = true;
			break;
		case 'n':
			if (!parse_number(optarg, 0xffff, &number) || !number)
				return fail(EXIT_USAGE, "--priority: '%s' is no number from 1 to 65535", optarg);
			arguments.priority = (__u32)number;
			break;
		case 'j':
			arguments.print = print_json;
			break;
		case 'm':
			arguments.print = print_prometheus;
			break;
		case 'p':
			arguments.folder = optarg;
			break;
		case 'c':
			arguments.settings.learn_clock = 0;
			break;
		case 'h':
			fputs(usage, stdout);
			return EXIT_GOOD;
		default:
			return EXIT_USAGE;
		}
	}
	return run(&arguments, argc - optind, argv + optind);
}
