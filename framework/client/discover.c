/* SPDX-License-Identifier: MIT */
/* discover.c - the hosts that run now, and opening a device by name, interface or socket. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "base/mem.h"
#include "base/sys.h"
#include "discover.h"
#include "link.h"
#include "naming.h"
#include "runtime_dir.h"
#include "socket_transport.h"
#include "uwdf/client.h"

_Static_assert(sizeof(struct uwdf_error) == sizeof(struct report), "copied as a whole");

void error_from_report(struct uwdf_error *error, const struct report *rep)
{
	if (error)
		memcpy(error, rep, sizeof(*error));
}

/* --- hosts --- */

struct host_scan {
	const char *dir;
	struct uwdf_host_entry *entries;
	size_t max, count; /* count goes on past max, as snprintf() does */
};

/* Pid of the process that listens at @path; -ECONNREFUSED: it is dead. */
static int host_pid(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct ucred who;
	socklen_t len = sizeof(who);
	int fd, err;

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	fd = sys_socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return fd;
	err = sys_connect(fd, (const struct sockaddr *)&addr, sizeof(addr));
	if (!err)
		err = sys_getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len);
	sys_close(fd);
	return err ? err : who.pid;
}

static int visit(void *arg, const char *file)
{
	struct host_scan *scan = arg;
	struct uwdf_host_entry entry = { .pid = 0 };
	const size_t suffix = strlen(RUNTIME_SOCKET_SUFFIX);
	size_t len = strlen(file);

	if (len <= suffix || len - suffix >= sizeof(entry.name) ||
	    strcmp(file + len - suffix, RUNTIME_SOCKET_SUFFIX) != 0)
		return 0;
	memcpy(entry.name, file, len - suffix);
	if (!runtime_name_valid(entry.name) ||
	    runtime_socket_path(scan->dir, entry.name, entry.socket, sizeof(entry.socket)))
		return 0;
	entry.pid = host_pid(entry.socket);
	if (entry.pid == -EMFILE || entry.pid == -ENFILE || entry.pid == -ENOMEM)
		return entry.pid;
	if (entry.pid < 0)
		return 0; /* dead, or not for us */
	if (scan->count < scan->max)
		scan->entries[scan->count] = entry;
	scan->count++;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct uwdf_host_entry *)a)->name,
		      ((const struct uwdf_host_entry *)b)->name);
}

/* -ENOENT, which is no failure, leaves @rep as it was: nobody hosted anything yet. */
static int hosts_dir(struct report *rep, char *buf, size_t len)
{
	int err = runtime_dir_check(rep, buf, len);

	if (err == -ENOENT && rep)
		rep->text[0] = '\0';
	return err;
}

static int find_hosts(struct report *rep, struct uwdf_host_entry *entries, size_t max,
		      size_t *count)
{
	char dir[256];
	struct host_scan scan = { .dir = dir, .entries = entries, .max = max };
	int err = hosts_dir(rep, dir, sizeof(dir));

	*count = 0;
	if (err)
		return err == -ENOENT ? 0 : err;
	err = sys_list_dir(dir, visit, &scan);
	if (err)
		return report_fail(rep, err, "listing %s", dir);
	if (scan.count && entries)
		qsort(entries, scan.count < max ? scan.count : max, sizeof(*entries), by_name);
	*count = scan.count;
	return 0;
}

int uwdf_hosts(struct uwdf_host_entry *entries, size_t max, size_t *count)
{
	return find_hosts(NULL, entries, max, count);
}

/* --- naming --- */

static int no_such_device(const char *name, struct report *rep)
{
	report_fail(rep, -ENOENT, "opening device %s: no host that runs has it", name);
	report_hint(rep,
		    "uwdf devices    # or start it: uwdf run DRIVER --device ADDRESS --name %s",
		    name);
	return -ENOENT;
}

int socket_of(const char *what, struct report *rep, char *buf, size_t len)
{
	char dir[256];
	int err;

	if (strchr(what, '/'))
		return snprintf(buf, len, "%s", what) < (int)len
			       ? 0
			       : report_fail(rep, -ENAMETOOLONG, "opening %s", what);
	if (!runtime_name_valid(what)) {
		report_fail(rep, -EINVAL, "opening device '%s': not a device name", what);
		report_hint(rep, "uwdf devices    # lists the names there are");
		return -EINVAL;
	}
	err = hosts_dir(rep, dir, sizeof(dir));
	if (err)
		return err == -ENOENT ? no_such_device(what, rep) : err;
	err = runtime_socket_path(dir, what, buf, len);
	return err ? report_fail(rep, err, "opening device %s", what) : 0;
}

/* A device's name, or a path, and what is behind it. */
static int open_path(const char *what, const struct socket_target *own, struct report *rep,
		     struct uwdf_transport **out)
{
	struct stat st;
	char path[256];
	int err = socket_of(what, rep, path, sizeof(path));

	if (err)
		return err;
	if (!strchr(what, '/') && sys_stat(path, &st) == -ENOENT)
		return no_such_device(what, rep);
	err = socket_transport_open(path, own, rep, out);
	if (err == -ECONNREFUSED || err == -ENOENT)
		report_hint(rep, "uwdf devices    # the host of %s is gone; start it again", what);
	return err;
}

#define MAX_HOSTS 256

/* It does not have it, it is gone, or it is none of ours. */
static bool is_no(int err)
{
	return err == -ENOENT || err == -ECONNREFUSED || err == -EPIPE || err == -EACCES ||
	       err == -EPERM;
}

/* One that hangs and does not greet has not said that it may have it; but with the caller's time
 * over nobody can say that none has. */
static bool says_nothing(const struct socket_target *one, int err)
{
	return err == -ETIMEDOUT && !*one->greeted && wait_left_ms(one->by);
}

/* The first of them that gives it; else the first that has it, or may have, says why not. */
static int open_at_one_of(const struct uwdf_host_entry *hosts, size_t count,
			  const struct socket_target *target, struct report *rep,
			  struct uwdf_transport **out)
{
	int result = -ENOENT;

	for (size_t i = 0; i < count; i++) {
		struct socket_target one = *target;
		struct report why = REPORT_INIT;
		bool greeted = false;
		int32_t status = 0;
		int err;

		one.status = &status;
		one.one_of_many = count > 1;
		one.greeted = &greeted;
		err = socket_transport_open(hosts[i].socket, &one, &why, out);
		if (!err)
			return 0;
		if (result == -ENOENT && !is_no(err) && !says_nothing(&one, err)) {
			result = err;
			*rep = why;
			if (target->status)
				*target->status = status;
		}
	}
	return result;
}

/* Whoever has it: an interface, or a name of NT's. */
static int open_anywhere(const struct socket_target *target, const char *what, struct report *rep,
			 struct uwdf_transport **out)
{
	const char *kind = target->guid ? "interface" : "device";
	struct uwdf_host_entry *hosts;
	size_t count;
	int err;

	hosts = mem_calloc(MAX_HOSTS, sizeof(*hosts));
	if (!hosts)
		return report_fail(rep, -ENOMEM, "opening %s %s", kind, what);
	err = find_hosts(rep, hosts, MAX_HOSTS, &count);
	if (!err)
		err = open_at_one_of(hosts, count < MAX_HOSTS ? count : MAX_HOSTS, target, rep,
				     out);
	mem_free(hosts);
	if (err == -ENOENT) {
		report_fail(rep, err, "opening %s %s: no host that runs has it", kind, what);
		report_hint(rep, "uwdf devices    # shows the interfaces of each device");
	}
	return err;
}

static int open_nt_name(const char *what, const struct socket_target *how, struct report *rep,
			struct uwdf_transport **out)
{
	char name[UWDF_WIRE_MAX_NAME + 1];
	struct socket_target target = *how;

	if (naming_to_nt(what, name, sizeof(name)))
		return report_fail(rep, -ENAMETOOLONG, "opening device %s", what);
	target.rest = name;
	target.is_nt_name = true;
	return open_anywhere(&target, what, rep, out);
}

static int open_name(const char *what, const struct socket_target *how, struct report *rep,
		     struct uwdf_transport **out)
{
	const char *rest = how->rest;
	char name[64];

	if (!*rest)
		return open_path(what, how, rep, out);
	if ((size_t)(rest - what) >= sizeof(name))
		return report_fail(rep, -ENAMETOOLONG, "opening device %s", what);
	memcpy(name, what, (size_t)(rest - what));
	name[rest - what] = '\0';
	return open_path(name, how, rep, out);
}

static int open_what(const char *what, const struct socket_target *how, struct report *rep,
		     struct uwdf_transport **out)
{
	struct socket_target target = *how;
	struct naming naming;

	naming_parse(what, &naming);
	target.rest = naming.rest;
	switch (naming.kind) {
	case NAMING_INTERFACE:
		target.guid = naming.guid;
		return open_anywhere(&target, what, rep, out);
	case NAMING_NT:
		return open_nt_name(what, how, rep, out);
	case NAMING_PATH:
		target.rest = "";
		return open_path(what, &target, rep, out);
	default:
		return open_name(what, &target, rep, out);
	}
}

int uwdf_open(const char *what, struct uwdf_error *error, uwdf_handle **out)
{
	return uwdf_open_within(what, -1, error, NULL, out);
}

int uwdf_open_within(const char *what, int timeout_ms, struct uwdf_error *error, int32_t *status,
		     uwdf_handle **out)
{
	const struct socket_target how = { .by = wait_until_ms(timeout_ms), .status = status };
	struct report rep = REPORT_INIT;
	struct uwdf_transport *transport;
	int err;

	if (status)
		*status = 0;
	err = open_what(what, &how, &rep, &transport);

	if (!err) {
		err = uwdf_open_transport(transport, out);
		if (err)
			report_fail(&rep, err, "opening %s", what);
	}
	error_from_report(error, &rep);
	return err;
}
