/* SPDX-License-Identifier: MIT */
/*
 * server_quota.h - what users have of a device, by its socket or by its node, and how much more
 * they may have. One thread's, but for what says "any thread".
 */
#ifndef HOST_SERVER_QUOTA_H
#define HOST_SERVER_QUOTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "server.h"

/* A user's share; stays when he leaves, until others need the room. */
struct quota_user {
	struct list link; /* in quota->users */
	uint32_t uid;
	uint32_t told;              /* atomic: a bit for each enum quota_kind: the log has it */
	uint64_t used[QUOTA_KINDS]; /* atomic */
};

struct quota {
	const char *name; /* borrowed: the device's, for the log */
	struct server_quota limits;
	struct list users; /* of quota_user, owned */
	uint32_t user_count;
};

#define QUOTA_TEXT 160u

void quota_init(struct quota *quota, const char *name, const struct server_quota *limits);
void quota_deinit(struct quota *quota); /* all have left */
/* His share, made if he has none; NULL: no memory. Stays as long as anything is taken of it. */
struct quota_user *quota_user_of(struct quota *quota, uint32_t uid);
/* False: that would be more than he may have, which the log is told once. Any thread. */
bool quota_has_room(struct quota *quota, struct quota_user *user, enum quota_kind kind,
		    uint64_t count) UW_MUST_CHECK;
static inline void quota_take(struct quota_user *user, enum quota_kind kind, uint64_t count)
{
	__atomic_fetch_add(&user->used[kind], count, __ATOMIC_RELAXED);
}
/* Any thread, of a user who has something else, too, until it returned. */
static inline void quota_give_back(struct quota_user *user, enum quota_kind kind, uint64_t count)
{
	__atomic_fetch_sub(&user->used[kind], count, __ATOMIC_RELAXED);
}
/* Both in one. Any thread. The log is not told. */
bool quota_try_take(const struct quota *quota, struct quota_user *user, enum quota_kind kind,
		    uint64_t count) UW_MUST_CHECK;
/* What he hears; its length. */
size_t quota_text(const struct quota *quota, const struct quota_user *user, enum quota_kind kind,
		  char *buf, size_t len);

#endif
