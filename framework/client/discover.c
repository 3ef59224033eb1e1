/* SPDX-License-Identifier: MIT */
/* discover.c - the hosts that run now, and opening a device by name, interface or socket. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "base/mem.h"
#include "base/sys.h"
#include "discover.h"
#include "link.h"
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

static int find_hosts(struct report *rep, struct uwdf_host_entry *entries, size_t max,
		      size_t *count)
{
	char dir[256];
	struct host_scan scan = { .dir = dir, .entries = entries, .max = max };
	int err = runtime_dir_check(rep, dir, sizeof(dir));

	*count = 0;
	if (err)
		return err == -ENOENT ? 0 : err; /* nobody hosted anything yet */
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

/* "{b74cfec2-9366-454a-ba71-7c27b51470a4}", braces optional, as the 16 bytes of a GUID in memory.
 */
static bool parse_guid(const char *text, uint8_t out[16])
{
	static const uint8_t place[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
	bool braces = text[0] == '{';
	const char *at = text + braces;

	for (unsigned int i = 0; i < 16; i++) {
		char digits[3] = { 0 };

		if ((i == 4 || i == 6 || i == 8 || i == 10) && *at++ != '-')
			return false;
		if (!isxdigit((unsigned char)at[0]) || !isxdigit((unsigned char)at[1]))
			return false;
		memcpy(digits, at, 2);
		out[place[i]] = (uint8_t)strtoul(digits, NULL, 16);
		at += 2;
	}
	return !strcmp(at, braces ? "}" : "");
}

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
	err = runtime_dir_check(rep, dir, sizeof(dir));
	if (err == -ENOENT && rep)
		rep->text[0] = '\0';
	if (err)
		return err == -ENOENT ? no_such_device(what, rep) : err;
	err = runtime_socket_path(dir, what, buf, len);
	return err ? report_fail(rep, err, "opening device %s", what) : 0;
}

static int open_path(const char *what, struct report *rep, struct uwdf_transport **out)
{
	const struct socket_target own = { .name = "" };
	struct stat st;
	char path[256];
	int err = socket_of(what, rep, path, sizeof(path));

	if (err)
		return err;
	if (!strchr(what, '/') && sys_stat(path, &st) == -ENOENT)
		return no_such_device(what, rep);
	err = socket_transport_open(path, &own, rep, out);
	if (err == -ECONNREFUSED || err == -ENOENT)
		report_hint(rep, "uwdf devices    # the host of %s is gone; start it again", what);
	return err;
}

#define MAX_HOSTS 256

/* The first of them that gives it; else the first that has it, or may have, says why not. */
static int open_at_one_of(const struct uwdf_host_entry *hosts, size_t count, const uint8_t *guid,
			  struct report *rep, struct uwdf_transport **out)
{
	const struct socket_target target = { .guid = guid };
	int result = -ENOENT;

	for (size_t i = 0; i < count; i++) {
		struct report why = REPORT_INIT;
		int err = socket_transport_open(hosts[i].socket, &target, &why, out);

		if (!err)
			return 0;
		if (result == -ENOENT && (err == -EIO || err == -ETIMEDOUT)) {
			result = err;
			*rep = why;
		}
	}
	return result;
}

static int open_interface(const uint8_t *guid, const char *what, struct report *rep,
			  struct uwdf_transport **out)
{
	struct uwdf_host_entry *hosts;
	size_t count;
	int err;

	hosts = mem_calloc(MAX_HOSTS, sizeof(*hosts));
	if (!hosts)
		return report_fail(rep, -ENOMEM, "opening interface %s", what);
	if (find_hosts(rep, hosts, MAX_HOSTS, &count))
		count = 0;
	err = open_at_one_of(hosts, count < MAX_HOSTS ? count : MAX_HOSTS, guid, rep, out);
	mem_free(hosts);
	if (err == -ENOENT) {
		report_fail(rep, err, "opening interface %s: no host that runs has it", what);
		report_hint(rep, "uwdf devices    # shows the interfaces of each device");
	}
	return err;
}

int uwdf_open(const char *what, struct uwdf_error *error, uwdf_handle **out)
{
	struct report rep = REPORT_INIT;
	struct uwdf_transport *transport;
	uint8_t guid[16];
	int err;

	if (parse_guid(what, guid))
		err = open_interface(guid, what, &rep, &transport);
	else
		err = open_path(what, &rep, &transport);
	if (!err) {
		err = uwdf_open_transport(transport, out);
		if (err)
			report_fail(&rep, err, "opening %s", what);
	}
	error_from_report(error, &rep);
	return err;
}
