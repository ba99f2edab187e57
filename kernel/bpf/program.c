// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: GPL-2.0
#include "program.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KERNEL_FUNCTION "bpf_sk_assign_tcp_reqsk"
#define HANDLE 1 /* of the filter, below its priority */

/* syngate_tc.bpf.o, in this program's own read-only data. */
__asm__(".pushsection .rodata\n"
	".balign 8\n"
	"object_start: .incbin \"" SYNGATE_BPF_OBJECT "\"\n"
	"object_end:\n"
	".popsection\n");
extern const char object_start[], object_end[];

static const char *const pins[] = { "program", "keys", "counters" };

int fail(int status, const char *format, ...)
{
	va_list arguments;

	fputs("syngate-bpf: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return status;
}

static void pin_path(char *path, size_t size, const char *folder, const char *name)
{
	snprintf(path, size, "%s/%s", folder, name);
}

static int open_pin(const char *folder, const char *name)
{
	char path[4096];

	pin_path(path, sizeof(path), folder, name);
	return bpf_obj_get(path);
}

static int read_id(struct program *program)
{
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(program->fd, &info, &size))
		return fail(EXIT_FAILED, "the program's id cannot be read: %s", strerror(errno));
	program->id = info.id;
	return EXIT_GOOD;
}

int program_open(const char *folder, struct program *program, bool quiet)
{
	program->fd = open_pin(folder, "program");
	program->keys = open_pin(folder, "keys");
	program->counters = open_pin(folder, "counters");
	if (program->fd >= 0 && program->keys >= 0 && program->counters >= 0)
		return read_id(program);
	if (quiet)
		return EXIT_FAILED;
	if (errno == ENOENT)
		return fail(EXIT_FAILED, "%s: no program is loaded; `attach DEVICE` loads it", folder);
	return fail(EXIT_FAILED, "%s: %s", folder, strerror(errno));
}

static int check_kernel(void)
{
	struct btf *btf = btf__load_vmlinux_btf();
	int id;

	if (!btf)
		return fail(EXIT_MISSING, "this kernel has no type information (CONFIG_DEBUG_INFO_BTF); use the module");
	id = btf__find_by_name_kind(btf, KERNEL_FUNCTION, BTF_KIND_FUNC);
	btf__free(btf);
	if (id < 0)
		return fail(EXIT_MISSING, "this kernel has no %s() (Linux 6.12 has); use the module", KERNEL_FUNCTION);
	return EXIT_GOOD;
}

static int write_settings(struct bpf_object *object, const struct syngate_bpf_settings *settings)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, ".rodata");
	size_t size = 0;

	if (!map || !bpf_map__initial_value(map, &size) || size != sizeof(*settings) || bpf_map__set_initial_value(map, settings, size))
		return fail(EXIT_FAILED, "the program's settings cannot be written: %zu bytes, expected %zu", size, sizeof(*settings));
	return EXIT_GOOD;
}

static int pin(const char *folder, const char *name, int fd)
{
	char path[4096];

	pin_path(path, sizeof(path), folder, name);
	if (bpf_obj_pin(fd, path))
		return fail(EXIT_FAILED, "%s: %s; is %s in a BPF file system (mount -t bpf bpf /sys/fs/bpf)?", path, strerror(errno), folder);
	return EXIT_GOOD;
}

static int pin_all(const char *folder, const struct program *program)
{
	const int fds[] = { program->fd, program->keys, program->counters };
	unsigned int i;
	int status;

	if (mkdir(folder, 0700) && errno != EEXIST)
		return fail(EXIT_FAILED, "%s: %s; is a BPF file system there (mount -t bpf bpf /sys/fs/bpf)?", folder, strerror(errno));
	for (i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		status = pin(folder, pins[i], fds[i]);
		if (status) {
			program_unpin(folder);
			return status;
		}
	}
	return EXIT_GOOD;
}

int program_load(const char *folder, const struct syngate_bpf_settings *settings, struct program *program)
{
	DECLARE_LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "syngate");
	struct bpf_object *object;
	int status = check_kernel(), error;

	if (status)
		return status;
	object = bpf_object__open_mem(object_start, (size_t)(object_end - object_start), &options);
	if (!object)
		return fail(EXIT_FAILED, "the program in this file cannot be read: %s", strerror(errno));
	status = write_settings(object, settings);
	if (status)
		return status;
	error = bpf_object__load(object);
	if (error)
		return fail(EXIT_FAILED, "the kernel refuses the program: %s; needs root (CAP_BPF, CAP_PERFMON, CAP_NET_ADMIN)", strerror(-error));
	program->fd = bpf_program__fd(bpf_object__find_program_by_name(object, "syngate"));
	program->keys = bpf_object__find_map_fd_by_name(object, "keys");
	program->counters = bpf_object__find_map_fd_by_name(object, "counters");
	/* The object stays open: the descriptors are its. */
	status = read_id(program);
	return status ? status : pin_all(folder, program);
}

int program_unpin(const char *folder)
{
	char path[4096];
	unsigned int i;

	for (i = 0; i < sizeof(pins) / sizeof(pins[0]); i++) {
		pin_path(path, sizeof(path), folder, pins[i]);
		if (unlink(path) && errno != ENOENT)
			return fail(EXIT_FAILED, "%s: %s", path, strerror(errno));
	}
	if (rmdir(folder) && errno != ENOENT)
		return fail(EXIT_FAILED, "%s: %s", folder, strerror(errno));
	return EXIT_GOOD;
}

#define AT_INGRESS(hook, device) DECLARE_LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)if_nametoindex(device), \
						     .attach_point = BPF_TC_INGRESS)

int program_attach(const struct program *program, const char *device, __u32 priority)
{
	DECLARE_LIBBPF_OPTS(bpf_tc_opts, options, .handle = HANDLE, .priority = priority, .prog_fd = program->fd);
	AT_INGRESS(hook, device);
	int error;

	if (!hook.ifindex)
		return fail(EXIT_USAGE, "no device '%s'", device);
	error = bpf_tc_hook_create(&hook);
	if (error && error != -EEXIST)
		return fail(EXIT_FAILED, "%s: clsact: %s; needs root and the kernel's sch_ingress", device, strerror(-error));
	error = bpf_tc_attach(&hook, &options);
	if (error == -EEXIST)
		return fail(EXIT_FAILED, "%s: there is a filter with priority %u already: detach it, or use --priority", device, priority);
	if (error)
		return fail(EXIT_FAILED, "%s: attach: %s; needs root and the kernel's cls_bpf", device, strerror(-error));
	return EXIT_GOOD;
}

int program_detach(const char *device, __u32 priority)
{
	DECLARE_LIBBPF_OPTS(bpf_tc_opts, options, .handle = HANDLE, .priority = priority);
	AT_INGRESS(hook, device);
	int error;

	if (!hook.ifindex)
		return fail(EXIT_USAGE, "no device '%s'", device);
	error = bpf_tc_detach(&hook, &options);
	if (error)
		return fail(EXIT_FAILED, "%s: detach: %s", device, strerror(-error));
	return EXIT_GOOD;
}

bool program_is_at(const struct program *program, const char *device, __u32 priority)
{
	DECLARE_LIBBPF_OPTS(bpf_tc_opts, options, .handle = HANDLE, .priority = priority);
	AT_INGRESS(hook, device);

	return hook.ifindex && bpf_tc_query(&hook, &options) == 0 && options.prog_id == program->id;
}
