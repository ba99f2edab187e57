/* SPDX-FileCopyrightText: syngate authors */
/* SPDX-License-Identifier: GPL-2.0 */
/* As much generic netlink as one family with small messages needs. */
#ifndef SYNGATECTL_GENL_H
#define SYNGATECTL_GENL_H

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stddef.h>

struct genl {
	int socket;
	__u16 family;
	_Alignas(8) char message[4096];  /* what is sent */
	_Alignas(8) char answer[16384];  /* what came */
};

/* Opens the socket and asks for the family. 0, or -1 with a message on standard error. */
int genl_open(struct genl *g, const char *family);
void genl_begin(struct genl *g, __u8 command);
/* Attributes must fit into the message; the caller knows that they do. */
void genl_put(struct genl *g, __u16 type, const void *data, size_t length);
/* Sends and waits for the answer: 0, or the kernel's -errno; `why` is what the kernel says, "" if nothing. */
int genl_call(struct genl *g, const char **why);
/* Fills table[0..max] with the attributes behind `first`, NULL where there is none. */
void genl_parse(const struct nlattr *first, size_t length, const struct nlattr **table, unsigned int max);
/* The attributes of the last answer. */
void genl_answer(const struct genl *g, const struct nlattr **table, unsigned int max);
/* The text in an attribute; `otherwise` when it is not there or does not end inside it. */
const char *genl_text(const struct nlattr *a, const char *otherwise);
void genl_close(struct genl *g);

static inline const void *genl_data(const struct nlattr *a)
{
	return (const char *)a + NLA_HDRLEN;
}

static inline size_t genl_length(const struct nlattr *a)
{
	return (size_t)a->nla_len - NLA_HDRLEN;
}

#endif
