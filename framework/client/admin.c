/* SPDX-License-Identifier: MIT */
/* admin.c - ask a host how it is, and to end. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/sys.h"
#include "discover.h"
#include "link.h"
#include "uwdf/client.h"
#include "uwdf/status.h"

#define MAX_STATUS_LEN (16u << 20) /* no honest host has more to say */

static int open_admin(const char *name, struct report *rep, struct link *link)
{
	char path[256];
	int err = socket_of(name, rep, path, sizeof(path));

	if (!err)
		err = link_open(path, -1, rep, link);
	if (err == -ENOENT && !strchr(name, '/')) {
		rep->text[0] = '\0'; /* which socket is missing tells a person less */
		report_fail(rep, err, "reaching %s: no host of that name runs", name);
	}
	if (err == -ENOENT || err == -ECONNREFUSED)
		report_hint(rep, "uwdf devices    # lists the hosts that run");
	return err;
}

static int refused(const char *name, const char *what, int32_t status, struct report *rep)
{
	return report_fail(rep, -EIO, "asking %s %s: the host said 0x%08x", name, what,
			   (uint32_t)status);
}

/* One piece of the text at *len; *more says whether another follows. */
static int fetch_piece(struct link *link, uint16_t opcode, char **text, size_t *len, bool *more,
		       int32_t *status)
{
	struct uwdf_entry entry = { .opcode = opcode,
				    .offset = *len,
				    .out_len = UWDF_WIRE_MAX_PAYLOAD };
	const void *piece;
	char *grown;
	int err = link_call(link, &entry, NULL, LINK_REPLY_MS, &piece);

	if (err)
		return err;
	*status = entry.status;
	*more = UWDF_STATUS_OK(entry.status) && (entry.flags & UWDF_FLAG_MORE) && entry.in_len;
	if (*len + entry.in_len > MAX_STATUS_LEN)
		return -EPROTO;
	grown = mem_realloc(*text, *len + entry.in_len + 1);
	if (!grown)
		return -ENOMEM;
	memcpy(grown + *len, piece, entry.in_len);
	*len += entry.in_len;
	grown[*len] = '\0';
	*text = grown;
	return 0;
}

static int fetch_text(struct link *link, uint16_t opcode, const char *name, struct report *rep,
		      char **out)
{
	char *text = NULL;
	size_t len = 0;
	bool more = true;
	int32_t status = UWDF_STATUS_SUCCESS;
	int err = 0;

	while (!err && more)
		err = fetch_piece(link, opcode, &text, &len, &more, &status);
	if (err)
		err = report_fail(rep, err, "asking %s how it is", name);
	else if (!UWDF_STATUS_OK(status))
		err = refused(name, "how it is", status, rep);
	if (!err) {
		*out = malloc(len + 1); /* the caller's to free(), so none of mem.c's books */
		if (*out && text)
			memcpy(*out, text, len + 1);
		else
			err = report_fail(rep, -ENOMEM, "asking %s how it is", name);
	}
	mem_free(text);
	return err;
}

static int ask_for_text(const char *name, uint16_t opcode, struct uwdf_error *error, char **json)
{
	struct report rep = REPORT_INIT;
	struct link link;
	int err = open_admin(name, &rep, &link);

	if (!err) {
		err = fetch_text(&link, opcode, name, &rep, json);
		link_close(&link);
	}
	error_from_report(error, &rep);
	return err;
}

int uwdf_host_status(const char *name, struct uwdf_error *error, char **json)
{
	return ask_for_text(name, UWDF_OP_STATUS, error, json);
}

int uwdf_host_why(const char *name, struct uwdf_error *error, char **json)
{
	return ask_for_text(name, UWDF_OP_WHY, error, json);
}

/* The host has ended when its process has; where the kernel names none, when it hangs up. */
static int await_end(struct link *link, int timeout_ms)
{
	int pid = link_host_pid(link);
	int fd = pid > 0 ? sys_pidfd_open(pid) : -1;
	int got;

	/* POLLIN of nothing: hang-up is always reported, answers that are left are not */
	got = fd >= 0 ? wait_fd(fd, POLLIN, wait_until_ms(timeout_ms))
		      : wait_fd(link->fd, 0, wait_until_ms(timeout_ms));
	sys_close(fd);
	return got > 0 ? 0 : got ? got : -ETIMEDOUT;
}

static int is_busy(const char *name, struct report *rep)
{
	report_say(rep, "unloading %s: clients have it open", name);
	report_hint(rep, "uwdf unload --why %s    # who; --force unloads in spite of them", name);
	return -EBUSY;
}

/* The host's own words: one line, and no longer than a report takes. */
static int is_vetoed(const char *name, const char *why, size_t len, struct report *rep)
{
	report_say(rep, "unloading %s: %.*s", name, (int)(len < 400 ? len : 400), why);
	report_hint(rep, "uwdf unload --force %s    # removes it all the same", name);
	return -ECANCELED;
}

/* The driver is asked first, and may take its time. */
static int ask_to_stop(struct link *link, const char *name, uint32_t flags, int timeout_ms,
		       struct report *rep)
{
	struct uwdf_entry entry = { .opcode = UWDF_OP_STOP, .flags = flags };
	const void *why;
	int err = link_call(link, &entry, NULL, timeout_ms, &why);

	if (err == -ETIMEDOUT) {
		report_fail(rep, err, "asking %s to stop: its driver has not answered", name);
		report_hint(rep, "uwdf unload --force %s    # does not ask", name);
		return err;
	}
	if (err == -EPIPE) {
		report_say(rep, "asking %s to stop: its host ended before it answered", name);
		report_hint(rep, "uwdf devices    # lists the hosts that run");
		return err;
	}
	if (err)
		return report_fail(rep, err, "asking %s to stop", name);
	if (entry.status == UWDF_STATUS_DEVICE_BUSY)
		return entry.in_len ? is_vetoed(name, why, entry.in_len, rep) : is_busy(name, rep);
	return UWDF_STATUS_OK(entry.status) ? 0 : refused(name, "to stop", entry.status, rep);
}

static int stop_host(struct link *link, const char *name, uint32_t flags, int timeout_ms,
		     struct report *rep)
{
	int err = ask_to_stop(link, name, flags, timeout_ms, rep);

	if (err)
		return err;
	err = await_end(link, timeout_ms);
	if (err) {
		report_fail(rep, err, "stopping %s: the host has not ended", name);
		report_hint(rep, "kill -KILL %d", link_host_pid(link));
	}
	return err;
}

static int reach_and_stop(const char *name, uint32_t flags, int timeout_ms,
			  struct uwdf_error *error)
{
	struct report rep = REPORT_INIT;
	struct link link;
	int err = open_admin(name, &rep, &link);

	if (!err) {
		err = stop_host(&link, name, flags, timeout_ms, &rep);
		link_close(&link);
	}
	error_from_report(error, &rep);
	return err;
}

int uwdf_host_stop(const char *name, int timeout_ms, struct uwdf_error *error)
{
	return reach_and_stop(name, 0, timeout_ms, error);
}

int uwdf_host_stop_unused(const char *name, int timeout_ms, struct uwdf_error *error)
{
	return reach_and_stop(name, UWDF_FLAG_IF_UNUSED, timeout_ms, error);
}

int uwdf_host_stop_forced(const char *name, int timeout_ms, struct uwdf_error *error)
{
	return reach_and_stop(name, UWDF_FLAG_FORCE, timeout_ms, error);
}
