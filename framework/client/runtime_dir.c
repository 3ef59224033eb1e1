/* SPDX-License-Identifier: MIT */
#include "runtime_dir.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "base/sys.h"
#include "uwdf/client.h"

#define ROOT_DIR "/run/uwdf"

static const char *environment(const char *name)
{
	const char *value =
		getenv(name); /* NOLINT(concurrency-mt-unsafe): read only, as libc does */

	return value && value[0] ? value : NULL;
}

/*
 * The user as the first user namespace knows them: a client inside "unshare -Ur" must look where
 * the same user's hosts outside it put their sockets.
 */
static uid_t user_outside(void)
{
	uid_t uid = sys_geteuid();
	unsigned int inside, outside, count;
	char map[4096];

	if (sys_read_file("/proc/self/uid_map", map, sizeof(map)) < 0)
		return uid;
	for (char *line = map; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		/* NOLINTNEXTLINE(cert-err34-c): the kernel wrote these numbers */
		if (sscanf(line, "%u %u %u", &inside, &outside, &count) == 3 && uid >= inside &&
		    uid - inside < count)
			return outside + (uid - inside);
	}
	return uid;
}

static bool is_own_dir(const char *path)
{
	struct stat st;

	return path[0] == '/' && !sys_stat(path, &st) && S_ISDIR(st.st_mode) &&
	       st.st_uid == sys_geteuid();
}

static int put_text(char *buf, size_t len, const char *first, const char *second)
{
	int put = snprintf(buf, len, "%s%s", first, second);

	return put < 0 || (size_t)put >= len ? -ENAMETOOLONG : 0;
}

int uwdf_runtime_dir(char *buf, size_t len)
{
	const char *chosen = environment("UWDF_RUNTIME_DIR");
	const char *xdg = environment("XDG_RUNTIME_DIR");
	char number[16];
	uid_t uid;

	if (chosen)
		return chosen[0] == '/' ? put_text(buf, len, chosen, "") : -EINVAL;
	uid = user_outside();
	if (uid == 0)
		return put_text(buf, len, ROOT_DIR, "");
	/* left over from another user's session, it would be of no use to either side */
	if (xdg && is_own_dir(xdg))
		return put_text(buf, len, xdg, "/uwdf");
	snprintf(number, sizeof(number), "%u", uid);
	return put_text(buf, len, "/tmp/uwdf-", number);
}

static int find_dir(struct report *rep, char *buf, size_t len)
{
	int err = uwdf_runtime_dir(buf, len);

	if (err == -EINVAL) {
		report_fail(rep, err,
			    "choosing the runtime directory: UWDF_RUNTIME_DIR is not absolute");
		report_hint(rep, "export UWDF_RUNTIME_DIR=\"$PWD/run\"");
	} else if (err) {
		report_fail(rep, err, "choosing the runtime directory");
	}
	return err;
}

/* Whoever else can write there could pose as a host; lstat, because a link's owner is not its
 * target's. */
static int check_owner(const char *dir, bool for_host, struct report *rep)
{
	uid_t me = sys_geteuid();
	struct stat st;
	int err = sys_lstat(dir, &st);

	if (err)
		return report_fail(rep, err, "opening runtime directory %s", dir);
	if (!S_ISDIR(st.st_mode))
		return report_fail(rep, -ENOTDIR, "opening runtime directory %s", dir);
	if (st.st_uid != me && (for_host || st.st_uid != 0)) {
		report_fail(rep, -EACCES, "runtime directory %s belongs to uid %u, not to uid %u",
			    dir, st.st_uid, me);
		report_hint(rep, "export UWDF_RUNTIME_DIR=\"$HOME/.uwdf\"");
		return -EACCES;
	}
	if (st.st_mode & (S_IWGRP | S_IWOTH)) {
		report_fail(rep, -EACCES, "runtime directory %s can be written by others", dir);
		report_hint(rep, "chmod go-w %s", dir);
		return -EACCES;
	}
	return 0;
}

int runtime_dir_check(struct report *rep, char *buf, size_t len)
{
	int err = find_dir(rep, buf, len);

	return err ? err : check_owner(buf, false, rep);
}

int runtime_dir_prepare(struct report *rep, char *buf, size_t len)
{
	int err = find_dir(rep, buf, len);

	if (err)
		return err;
	err = sys_mkdir(buf, strcmp(buf, ROOT_DIR) ? 0700 : 0755);
	if (err && err != -EEXIST) {
		report_fail(rep, err, "making runtime directory %s", buf);
		report_hint(rep, "export UWDF_RUNTIME_DIR=/a/directory/of/your/own");
		return err;
	}
	return check_owner(buf, true, rep);
}

bool runtime_name_valid(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-+";
	size_t len = strlen(name);

	return len > 0 && len < 64 && strspn(name, allowed) == len && name[0] != '.' &&
	       name[0] != '-';
}

int runtime_socket_path(const char *dir, const char *name, char *buf, size_t len)
{
	int put = snprintf(buf, len, "%s/%s" RUNTIME_SOCKET_SUFFIX, dir, name);

	if (put < 0 || (size_t)put >= len ||
	    (size_t)put >= sizeof(((struct sockaddr_un *)0)->sun_path))
		return -ENAMETOOLONG;
	return 0;
}
