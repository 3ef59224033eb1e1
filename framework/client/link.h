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
#include "events.h"
#include "uwdf/client.h"
#include "uwdf/wire.h"
#include "wait.h"

#define LINK_REPLY_MS  5000 /* how long a host may take to greet, open or describe itself */
#define LINK_GREET_MS  3000 /* how long it may take to greet where others may be asked */
#define LINK_SEND_MS   1000 /* how long link_send() waits for room, unless told otherwise */
#define LINK_LOOK_MOST 64u  /* datagrams in one look: a host may write as fast as they are read */

#define LINK_DESCRIPTORS 3u

struct link {
	int fd;            /* owned, non-blocking */
	uint64_t next_tag; /* of calls; above every tag that the transport gives to operations */
	wait_deadline open_by; /* what the opener waits for, comes by then */
	int send_ms;           /* how long link_send() waits for room */
	uint8_t *buf;          /* owned: one datagram */
	char name[64];         /* of the host's device */
	bool reset_seen, hung_up;
	struct events events;              /* that nobody has taken yet */
	bool removed;                      /* the device is gone, says the host */
	bool rings_ended;                  /* the host reads the rings no more */
	uint32_t rings_of;                 /* the handle with rings; 0: there is none */
	uint64_t notices;                  /* asked for */
	uint32_t features;                 /* of the host: UWDF_FEATURE_* */
	int descriptors[LINK_DESCRIPTORS]; /* owned: what came with the last datagram */
	unsigned int descriptor_count;
};

/* Connect to @path and shake hands. -ENOENT, -ECONNREFUSED, -EACCES, -EPROTO, -ETIMEDOUT, -ENOMEM.
 * @by: when whoever opens wants to know. */
int link_open(const char *path, wait_deadline by, struct report *rep,
	      struct link *link) UW_MUST_CHECK;
int link_reply_ms(const struct link *link); /* how long an answer may take while it is opened */
void link_close(struct link *link);

/* Fills in magic and version. 0; -EAGAIN the host does not keep up (waited send_ms); -EPIPE. */
int link_send(struct link *link, struct uwdf_entry *entry, const void *payload) UW_MUST_CHECK;
/* The same; @more: behind @payload, counted in the entry's in_len. */
int link_send_two(struct link *link, struct uwdf_entry *entry, const void *payload,
		  const void *more, size_t more_len) UW_MUST_CHECK;
/* Notes events, and returns them, too. Never waits: 1 and an entry, whose payload lies in @link
 * until the next call; 0; -EPIPE; -EPROTO.
 */
int link_receive(struct link *link, struct uwdf_entry *out, const void **payload) UW_MUST_CHECK;
/* Ask to be told of events; its answer is nobody's. As link_send(), and -ENODEV. */
int link_notify(struct link *link, bool on) UW_MUST_CHECK;
/* The same, and wait for the answer as long as link_send() waits for room. */
int link_notify_heard(struct link *link, bool on) UW_MUST_CHECK;
/* Close @handle and go on listening: UWDF_LET_GO tells that it is closed. As link_notify(). */
int link_let_go(struct link *link, uint32_t handle) UW_MUST_CHECK;
/* Send, wait for the answer: 0 whatever its status says. For links that carry nothing else. */
int link_call(struct link *link, struct uwdf_entry *entry, const void *payload, int timeout_ms,
	      const void **answer) UW_MUST_CHECK;
/* The host said that its user has all he may have: -EDQUOT, and @rep has its words. */
int link_over_quota(const char *what, const struct uwdf_entry *answer, const char *text,
		    struct report *rep);
/* Any thread: have @handle's request with @tag end, or all of them for 0. */
int link_cancel(struct link *link, uint32_t handle, uint64_t tag) UW_MUST_CHECK;
void link_drop_descriptors(struct link *link);
/* Pid of the host, as the kernel knows it; 0 unknown. */
int link_host_pid(const struct link *link);

#endif
