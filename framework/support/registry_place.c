/* SPDX-License-Identifier: MIT */
/* registry_place.c - where the registry's file is, and the one connection that a process has. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/lock.h"
#include "base/sys.h"
#include "support/registry.h"

#define PATH_LEN 4096

static const char *environment(const char *name)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): read only, as libc does */
	const char *value = getenv(name);

	return value && value[0] ? value : NULL;
}

static NTSTATUS place(struct report *rep, const char *variable, const char *below, char *buf,
		      size_t len)
{
	const char *value = environment(variable);
	int put;

	if (!value || value[0] != '/') {
		report_say(rep, "choosing the registry's file: %s is %s", variable,
			   value ? "no absolute path" : "not set");
		report_hint(rep, "export UWDF_REGISTRY=\"$PWD/registry.db\"");
		return STATUS_OBJECT_PATH_SYNTAX_BAD;
	}
	put = snprintf(buf, len, "%s%s", value, below);
	if (put >= 0 && (size_t)put < len)
		return STATUS_SUCCESS;
	report_say(rep, "choosing the registry's file: %s is too long", variable);
	return STATUS_OBJECT_PATH_SYNTAX_BAD;
}

NTSTATUS registry_place(struct report *rep, char *buf, size_t len)
{
	if (environment("UWDF_REGISTRY"))
		return place(rep, "UWDF_REGISTRY", "", buf, len);
	if (!sys_geteuid()) {
		(void)snprintf(buf, len, "/var/lib/uwdf/registry.db");
		return STATUS_SUCCESS;
	}
	if (environment("XDG_STATE_HOME"))
		return place(rep, "XDG_STATE_HOME", "/uwdf/registry.db", buf, len);
	return place(rep, "HOME", "/.local/state/uwdf/registry.db", buf, len);
}

/* The folders of @path, which only their owner may look into. */
static int make_folders(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		int err;

		*slash = '\0';
		err = sys_mkdir(path, 0700);
		*slash = '/';
		if (err && err != -EEXIST && err != -EROFS && err != -EACCES && err != -EPERM)
			return err; /* those: it may be there; opening the file will tell */
	}
	return 0;
}

NTSTATUS registry_place_prepare(struct report *rep, char *buf, size_t len)
{
	NTSTATUS status = registry_place(rep, buf, len);
	int err;

	if (!NT_SUCCESS(status))
		return status;
	err = make_folders(buf);
	if (!err)
		return STATUS_SUCCESS;
	report_fail(rep, err, "making the folders of registry %s", buf);
	return STATUS_REGISTRY_IO_FAILED;
}

/* --- the process's own --- */

static struct rank_mutex lock = RANK_MUTEX_INIT(LOCK_RANK_REGISTRY);
static struct registry *shared; /* guarded by lock; NULL: not open */
static unsigned int holders;    /* guarded by lock */

static NTSTATUS open_shared(bool create, struct report *rep)
{
	char path[PATH_LEN];
	NTSTATUS status;

	if (create)
		status = registry_place_prepare(rep, path, sizeof(path));
	else
		status = registry_place(rep, path, sizeof(path));
	return NT_SUCCESS(status) ? registry_open(path, create, rep, &shared) : status;
}

static void close_unused(void)
{
	if (holders)
		return;
	registry_close(shared);
	shared = NULL;
}

NTSTATUS registry_enter(bool create, struct report *rep, struct registry **out) UW_NO_TSA
{
	NTSTATUS status = STATUS_SUCCESS;

	rank_mutex_lock(&lock);
	if (!shared)
		status = open_shared(create, rep);
	if (NT_SUCCESS(status))
		*out = shared;
	else
		rank_mutex_unlock(&lock);
	return status;
}

void registry_leave(void) UW_NO_TSA
{
	close_unused();
	rank_mutex_unlock(&lock);
}

void registry_hold(void)
{
	rank_mutex_lock(&lock);
	holders++;
	rank_mutex_unlock(&lock);
}

void registry_release(void)
{
	rank_mutex_lock(&lock);
	holders--;
	close_unused();
	rank_mutex_unlock(&lock);
}
