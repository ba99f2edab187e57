// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: GPL-2.0
#include "genl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static struct nlmsghdr *header_of(struct genl *g)
{
	return (struct nlmsghdr *)g->message;
}

void genl_begin(struct genl *g, __u8 command)
{
	struct nlmsghdr *h = header_of(g);
	struct genlmsghdr *genl = NLMSG_DATA(h);

	memset(g->message, 0, sizeof(g->message));
	h->nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	h->nlmsg_type = g->family;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	h->nlmsg_seq = 1;
	genl->cmd = command;
	genl->version = 1;
}

void genl_put(struct genl *g, __u16 type, const void *data, size_t length)
{
	struct nlmsghdr *h = header_of(g);
	struct nlattr *a = (struct nlattr *)(g->message + NLMSG_ALIGN(h->nlmsg_len));

	a->nla_type = type;
	a->nla_len = (__u16)(NLA_HDRLEN + length);
	memcpy((char *)a + NLA_HDRLEN, data, length);
	h->nlmsg_len = (__u32)(NLMSG_ALIGN(h->nlmsg_len) + NLA_ALIGN(a->nla_len));
}

void genl_parse(const struct nlattr *first, size_t length, const struct nlattr **table, unsigned int max)
{
	const struct nlattr *a = first;

	memset(table, 0, (max + 1) * sizeof(*table));
	while (length >= NLA_HDRLEN && a->nla_len >= NLA_HDRLEN && a->nla_len <= length) {
		unsigned int type = a->nla_type & NLA_TYPE_MASK;
		size_t step = NLA_ALIGN(a->nla_len);

		if (type <= max)
			table[type] = a;
		if (step >= length)
			break;
		length -= step;
		a = (const struct nlattr *)((const char *)a + step);
	}
}

const char *genl_text(const struct nlattr *a, const char *otherwise)
{
	return a && memchr(genl_data(a), 0, genl_length(a)) ? genl_data(a) : otherwise;
}

void genl_answer(const struct genl *g, const struct nlattr **table, unsigned int max)
{
	const struct nlmsghdr *h = (const struct nlmsghdr *)g->answer;
	const size_t before = NLMSG_HDRLEN + GENL_HDRLEN;

	genl_parse((const struct nlattr *)(g->answer + before), h->nlmsg_len > before ? h->nlmsg_len - before : 0, table, max);
}

/* The text that goes with an error, if the kernel sent one. */
static const char *text_of(const struct nlmsghdr *h)
{
	const struct nlattr *table[NLMSGERR_ATTR_MAX + 1];
	const struct nlmsgerr *e = NLMSG_DATA(h);
	size_t skip = NLMSG_HDRLEN + sizeof(*e);

	if (!(h->nlmsg_flags & NLM_F_ACK_TLVS))
		return "";
	if (!(h->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(e->msg.nlmsg_len) - NLMSG_HDRLEN;
	if (skip >= h->nlmsg_len)
		return "";
	genl_parse((const struct nlattr *)((const char *)h + skip), h->nlmsg_len - skip, table, NLMSGERR_ATTR_MAX);
	return genl_text(table[NLMSGERR_ATTR_MSG], "");
}

int genl_call(struct genl *g, const char **why)
{
	struct nlmsghdr *h = (struct nlmsghdr *)g->answer;
	static char error[sizeof(g->answer)];
	const struct nlmsgerr *e;

	*why = "";
	/* An answer of an earlier call, or none, is no answer. */
	memset(g->answer, 0, NLMSG_HDRLEN);
	if (send(g->socket, g->message, header_of(g)->nlmsg_len, 0) < 0)
		return -errno;
	for (;;) {
		/* The state comes first, the acknowledgment after it: keep the state. */
		ssize_t n = recv(g->socket, error, sizeof(error), 0);

		if (n < 0)
			return -errno;
		if (!NLMSG_OK((struct nlmsghdr *)error, (unsigned int)n))
			return -EBADMSG;
		if (((struct nlmsghdr *)error)->nlmsg_type == NLMSG_ERROR)
			break;
		memcpy(g->answer, error, (size_t)n);
	}
	h = (struct nlmsghdr *)error;
	e = NLMSG_DATA(h);
	if (h->nlmsg_len < NLMSG_LENGTH(sizeof(*e)) || e->error > 0 || e->error < -4095)
		return -EBADMSG;
	if (e->error)
		*why = text_of(h);
	return e->error;
}

int genl_open(struct genl *g, const char *family)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	const struct timeval limit = { .tv_sec = 10 };
	const struct nlattr *table[CTRL_ATTR_MAX + 1];
	const int on = 1;
	const char *why;
	int error;

	g->socket = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (g->socket < 0 || connect(g->socket, (const struct sockaddr *)&kernel, sizeof(kernel)) < 0) {
		perror("syngatectl: netlink");
		return -1;
	}
	setsockopt(g->socket, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(g->socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	g->family = GENL_ID_CTRL;
	genl_begin(g, CTRL_CMD_GETFAMILY);
	genl_put(g, CTRL_ATTR_FAMILY_NAME, family, strlen(family) + 1);
	error = genl_call(g, &why);
	if (error == -ENOENT) {
		fprintf(stderr, "syngatectl: this kernel has no syngate: modprobe syngate\n");
		return -1;
	}
	if (!error) {
		genl_answer(g, table, CTRL_ATTR_MAX);
		if (!table[CTRL_ATTR_FAMILY_ID] || genl_length(table[CTRL_ATTR_FAMILY_ID]) != sizeof(g->family))
			error = -EBADMSG;
	}
	if (error) {
		fprintf(stderr, "syngatectl: generic netlink: %s\n", strerror(-error));
		return -1;
	}
	memcpy(&g->family, genl_data(table[CTRL_ATTR_FAMILY_ID]), sizeof(g->family));
	return 0;
}

void genl_close(struct genl *g)
{
	/* The message may have held a key. */
	explicit_bzero(g->message, sizeof(g->message));
	close(g->socket);
}
