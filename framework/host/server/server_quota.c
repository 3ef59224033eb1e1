/* SPDX-License-Identifier: MIT */
/*
 * server_quota.c - what one user may have of a device at a time, over all of his connections, or
 * opens of its node, so that who takes all he can get takes nothing from others.
 */
#include "server_quota.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"

#define USERS_KEPT 256u /* so many are remembered at least as long as they stay away */

/* All the numbers there are. */
/* clang-format off */
static const struct quota_rule {
	const char *name, *what;
	uint64_t usual, most;
} rules[QUOTA_KINDS] = {
	[QUOTA_CONNECTIONS] = { "connections", "connections",           128,         65536 },
	[QUOTA_HANDLES]     = { "handles",     "open handles",          1024,        1u << 20 },
	[QUOTA_REQUESTS]    = { "requests",    "outstanding requests",  131072,       1u << 24 },
	[QUOTA_BYTES]       = { "bytes",       "bytes in his requests", 1ull << 30,  1ull << 40 },
};
/* clang-format on */

static uint64_t limit_of(const struct quota *quota, enum quota_kind kind)
{
	uint64_t chosen = quota->limits.most[kind];

	return chosen ? chosen : rules[kind].usual;
}

/* --- users --- */

static struct quota_user *find(struct quota *quota, uint32_t uid)
{
	list_for_each (it, &quota->users) {
		struct quota_user *user = list_entry(it, struct quota_user, link);

		if (user->uid == uid)
			return user;
	}
	return NULL;
}

static void forget(struct quota *quota, struct quota_user *user)
{
	list_remove(&user->link);
	quota->user_count--;
	mem_free(user);
}

static bool has_left(const struct quota_user *user)
{
	uint64_t used = 0;

	for (unsigned int kind = 0; kind < QUOTA_KINDS; kind++)
		used |= __atomic_load_n(&user->used[kind], __ATOMIC_RELAXED);
	return !used;
}

/* The one who was here first of those that have left: room for a new one. */
static void forget_one(struct quota *quota)
{
	list_for_each_safe (it, next, &quota->users) {
		struct quota_user *user = list_entry(it, struct quota_user, link);

		if (!has_left(user))
			continue;
		forget(quota, user);
		return;
	}
}

struct quota_user *quota_user_of(struct quota *quota, uint32_t uid)
{
	struct quota_user *user = find(quota, uid);

	if (user)
		return user;
	if (quota->user_count >= USERS_KEPT)
		forget_one(quota);
	user = mem_calloc(1, sizeof(*user));
	if (!user)
		return NULL;
	user->uid = uid;
	list_push_back(&quota->users, &user->link);
	quota->user_count++;
	return user;
}

void quota_init(struct quota *quota, const char *name, const struct server_quota *limits)
{
	*quota = (struct quota){ .name = name, .limits = *limits };
	list_init(&quota->users);
}

void quota_deinit(struct quota *quota)
{
	list_for_each_safe (it, next, &quota->users)
		forget(quota, list_entry(it, struct quota_user, link));
}

/* --- taking --- */

static void complain(struct quota *quota, struct quota_user *user, enum quota_kind kind)
{
	char text[QUOTA_TEXT];

	if (__atomic_fetch_or(&user->told, 1u << kind, __ATOMIC_RELAXED) & 1u << kind)
		return;
	quota_text(quota, user, kind, text, sizeof(text));
	log_warn("server", "%s: %s", quota->name, text);
}

bool quota_has_room(struct quota *quota, struct quota_user *user, enum quota_kind kind,
		    uint64_t count)
{
	uint64_t limit = limit_of(quota, kind);
	uint64_t used = __atomic_load_n(&user->used[kind], __ATOMIC_RELAXED);

	if (uw_likely(count <= limit && used <= limit - count))
		return true;
	complain(quota, user, kind);
	return false;
}

bool quota_try_take(const struct quota *quota, struct quota_user *user, enum quota_kind kind,
		    uint64_t count)
{
	uint64_t limit = limit_of(quota, kind);
	uint64_t used = __atomic_load_n(&user->used[kind], __ATOMIC_RELAXED);

	do {
		if (count > limit || used > limit - count)
			return false;
	} while (!__atomic_compare_exchange_n(&user->used[kind], &used, used + count, true,
					      __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	return true;
}

size_t quota_text(const struct quota *quota, const struct quota_user *user, enum quota_kind kind,
		  char *buf, size_t len)
{
	int put = snprintf(buf, len,
			   "user %" PRIu32 " has reached the limit of %" PRIu64
			   " %s (uwdf run --quota %s=N)",
			   user->uid, limit_of(quota, kind), rules[kind].what, rules[kind].name);

	return put < 0 ? 0 : (size_t)put < len ? (size_t)put : len - 1;
}

/* --- the option --- */

static const struct quota_rule *rule_named(const char *text, size_t len)
{
	for (size_t i = 0; i < QUOTA_KINDS; i++)
		if (strlen(rules[i].name) == len && !memcmp(rules[i].name, text, len))
			return &rules[i];
	return NULL;
}

/* "NAME=NUMBER" at *text; moves behind it. */
static bool parse_one(const char **text, struct server_quota *quota)
{
	const size_t len = strcspn(*text, "=");
	const struct quota_rule *rule = rule_named(*text, len);
	const char *number = *text + len + 1;
	unsigned long long value;
	char *end;

	if (!rule || (*text)[len] != '=' || number[0] < '0' || number[0] > '9')
		return false;
	errno = 0;
	value = strtoull(number, &end, 10);
	if (errno || value == 0 || value > rule->most || (*end && (*end != ',' || !end[1])))
		return false;
	quota->most[rule - rules] = value;
	*text = *end ? end + 1 : end;
	return true;
}

UW_EXPORT int server_quota_parse(const char *text, struct server_quota *out, struct report *rep)
{
	struct server_quota quota = *out;
	const char *at = text;

	while (*at)
		if (!parse_one(&at, &quota))
			break;
	if (*at || !text[0]) {
		report_fail(rep, -EINVAL, "reading the quota '%s'", text);
		report_hint(rep, "--quota connections=128,handles=1024,requests=131072,"
				 "bytes=1073741824 (any of them, from 1)");
		return -EINVAL;
	}
	*out = quota;
	return 0;
}
