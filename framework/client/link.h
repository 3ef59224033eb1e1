/* SPDX-License-Identifier: MIT */
/*
 * link.h - one connection to a host: entries and their payloads, whole datagrams.
 *
 * One thread at a time, but link_send() may come from any thread while another receives.
 */
#ifndef CLIENT_LINK_H
#define CLIENT_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/report.h"
#include "uwdf/wire.h"
#include "wait.h"

#define LINK_REPLY_MS 5000 /* how long a host may take to greet, open or describe itself */

struct link {
	int fd;            /* owned, non-blocking */
	uint64_t next_tag; /* of calls; above every tag that the transport gives to operations */
	uint8_t *buf;      /* owned: one datagram */
	char name[64];     /* of the host's device */
	bool reset_seen;
};

/* Connect to @path and shake hands. -ENOENT, -ECONNREFUSED, -EACCES, -EPROTO, -ETIMEDOUT, -ENOMEM.
 */
int link_open(const char *path, struct report *rep, struct link *link) UW_MUST_CHECK;
void link_close(struct link *link);

/* Fills in magic and version. 0; -EAGAIN the host does not keep up (waited a second); -EPIPE. */
int link_send(struct link *link, struct uwdf_entry *entry, const void *payload) UW_MUST_CHECK;
/* Never waits: 1 and an entry, whose payload lies in @link until the next call; 0; -EPIPE; -EPROTO.
 */
int link_receive(struct link *link, struct uwdf_entry *out, const void **payload) UW_MUST_CHECK;
/* Send, wait for the answer: 0 whatever its status says. For links that carry nothing else. */
int link_call(struct link *link, struct uwdf_entry *entry, const void *payload, int timeout_ms,
	      const void **answer) UW_MUST_CHECK;
/* Pid of the host, as the kernel knows it; 0 unknown. */
int link_host_pid(const struct link *link);

#endif
