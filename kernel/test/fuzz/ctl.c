// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: GPL-2.0
/*
 * syngatectl against a kernel that answers anything: each input is a list of datagrams (two bytes of length, then the bytes) for its
 * recv(). Every way of printing the state is tried. The program's own output goes to /dev/null.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#ifndef __has_feature
#define __has_feature(x) 0 /* gcc says it by a macro */
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

static FILE *sink;
static const unsigned char *input;
static size_t input_left;
static char *answer;
static size_t answer_size;

static int fuzz_socket(int domain, int type, int protocol)
{
	(void)domain;
	(void)type;
	(void)protocol;
	return 1000;
}

static int fuzz_connect(int fd, const struct sockaddr *address, socklen_t length)
{
	(void)fd;
	(void)address;
	(void)length;
	return 0;
}

static ssize_t fuzz_send(int fd, const void *data, size_t length, int flags)
{
	(void)fd;
	(void)data;
	(void)flags;
	return (ssize_t)length;
}

/* Behind what came nothing may be read: neither here nor in the copy that is kept. */
static ssize_t fuzz_recv(int fd, void *buffer, size_t length, int flags)
{
	size_t n;

	(void)fd;
	(void)flags;
	ASAN_UNPOISON_MEMORY_REGION(buffer, length);
	if (input_left < 2) {
		errno = EAGAIN;
		return -1;
	}
	n = (size_t)(input[0] << 8 | input[1]) % (length + 1);
	input += 2;
	input_left -= 2;
	if (n > input_left)
		n = input_left;
	memcpy(buffer, input, n);
	input += n;
	input_left -= n;
	ASAN_POISON_MEMORY_REGION((char *)buffer + n, length - n);
	/* Acknowledgments are not kept. */
	if (answer && n >= sizeof(struct nlmsghdr) && ((struct nlmsghdr *)buffer)->nlmsg_type != NLMSG_ERROR) {
		ASAN_UNPOISON_MEMORY_REGION(answer, answer_size);
		ASAN_POISON_MEMORY_REGION(answer + n, answer_size - n);
	}
	return (ssize_t)n;
}

static int fuzz_close(int fd)
{
	(void)fd;
	return 0;
}

#define socket(...) fuzz_socket(__VA_ARGS__)
#define connect(...) fuzz_connect(__VA_ARGS__)
#define send(...) fuzz_send(__VA_ARGS__)
#define recv(...) fuzz_recv(__VA_ARGS__)
#define setsockopt(...) ((void)(on), (void)(limit))
#define close(fd) fuzz_close(fd)
#define perror(text) fprintf(sink, "%s\n", text)
#undef stderr
#define stderr sink
/* The structure has a member of that name: macros with arguments leave it alone. */
#include "../../ctl/genl.c"
#define printf(...) fprintf(sink, __VA_ARGS__)
#define main syngatectl_main
#include "../../ctl/syngatectl.c"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static const char *const formats[] = { "", "--json", "--prometheus" };
	static struct genl g;
	char ports[64];

	if (!sink)
		sink = fopen("/dev/null", "w");
	input = data;
	input_left = size;
	answer = g.answer;
	answer_size = sizeof(g.answer);
	/* Nothing has been received yet; the program may write a header there. */
	ASAN_UNPOISON_MEMORY_REGION(g.answer, sizeof(g.answer));
	memset(g.answer, 0xff, sizeof(g.answer));
	ASAN_POISON_MEMORY_REGION(g.answer + NLMSG_HDRLEN, sizeof(g.answer) - NLMSG_HDRLEN);
	if (genl_open(&g, SYNGATE_GENL_NAME) == 0)
		for (size_t i = 0; i < 3; i++)
			status(&g, formats[i]);
	genl_close(&g);
	/* The same bytes as what a user types. */
	snprintf(ports, sizeof(ports), "%.*s", (int)(size < 60 ? size : 60), (const char *)data);
	set(&g, "drop-unstamped", ports);
	return 0;
}
