/* SPDX-License-Identifier: MIT */
#include "link.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "base/mem.h"
#include "base/sys.h"
#include "uwdf/status.h"

#define LINK_CALL_TAGS (1ull << 63)
/* its low bits are those of no operation, its high ones keep it from cancels and calls */
#define LINK_NOTICE_TAGS (3ull << 61)
#define LINK_LET_GO_TAG  (LINK_NOTICE_TAGS | 1ull << 60)
#define LINK_BUF_LEN     (sizeof(struct uwdf_entry) + UWDF_WIRE_MAX_PAYLOAD)

int link_send_two(struct link *link, struct uwdf_entry *entry, const void *payload,
		  const void *more, size_t more_len)
{
	struct iovec parts[3] = { { .iov_base = entry, .iov_len = sizeof(*entry) },
				  { .iov_base = (void *)(uintptr_t)payload,
				    .iov_len = entry->in_len - more_len },
				  { .iov_base = (void *)(uintptr_t)more, .iov_len = more_len } };
	struct msghdr msg = { .msg_iov = parts, .msg_iovlen = 3 };
	wait_deadline deadline = wait_until_ms(link->send_ms);

	entry->magic = UWDF_WIRE_MAGIC;
	entry->version = UWDF_WIRE_VERSION;
	for (;;) {
		ssize_t sent = sys_sendmsg(link->fd, &msg, MSG_DONTWAIT);

		if (sent >= 0)
			return 0;
		if (sent != -EAGAIN)
			return sent == -ECONNRESET ? -EPIPE : (int)sent;
		/* the host reads whatever happens, so this passes unless it is stopped */
		if (wait_fd(link->fd, POLLOUT, deadline) <= 0)
			return -EAGAIN;
	}
}

int link_send(struct link *link, struct uwdf_entry *entry, const void *payload)
{
	return link_send_two(link, entry, payload, NULL, 0);
}

int link_cancel(struct link *link, uint32_t handle, uint64_t tag)
{
	struct uwdf_entry entry = { .opcode = UWDF_OP_CANCEL, .handle = handle, .offset = tag };

	/* no operation has such a tag, and bit 62 keeps it apart from calls */
	entry.tag = 1ull << 62;
	if (link->features & UWDF_FEATURE_RING)
		entry.flags = UWDF_FLAG_SILENT;
	return link_send(link, &entry, NULL);
}

static int check_answer(const struct uwdf_entry *entry, size_t len)
{
	if (len < sizeof(*entry) || entry->magic != UWDF_WIRE_MAGIC)
		return -EPROTO;
	/* a host of another version says so in a plain header, which is all that we may read */
	if (entry->version != UWDF_WIRE_VERSION)
		return entry->opcode == UWDF_OP_HELLO ? 0 : -EPROTO;
	return entry->in_len == len - sizeof(*entry) ? 0 : -EPROTO;
}

/* --- events --- */

/* The answer to link_let_go(): what it asked for may have been closed before. */
static bool is_let_go(const struct uwdf_entry *entry)
{
	return entry->opcode == UWDF_OP_CLOSE && entry->flags & UWDF_FLAG_ANSWER &&
	       entry->tag == LINK_LET_GO_TAG;
}

static void note_event(struct link *link, const struct uwdf_entry *entry)
{
	static const enum uwdf_event events[] = {
		[UWDF_EVENT_REMOVED] = UWDF_REMOVED,
		[UWDF_EVENT_QUERY_REMOVE] = UWDF_QUERY_REMOVE,
		[UWDF_EVENT_STAYS] = UWDF_STAYS,
	};
	const uint32_t code = entry->code;

	link->rings_ended |= code == UWDF_EVENT_RINGS_END && entry->handle == link->rings_of;
	if (code >= UW_ARRAY_SIZE(events) || !events[code])
		return; /* of a later version */
	events_put(&link->events, events[code]);
	link->removed |= events[code] == UWDF_REMOVED;
}

int link_notify(struct link *link, bool on)
{
	struct uwdf_entry entry = { .opcode = UWDF_OP_NOTIFY, .code = on };

	entry.tag = LINK_NOTICE_TAGS | ++link->notices << 16;
	return link->removed ? -ENODEV : link_send(link, &entry, NULL);
}

int link_notify_heard(struct link *link, bool on)
{
	struct uwdf_entry entry = { .opcode = UWDF_OP_NOTIFY, .code = on };
	const void *none;
	int err = link->removed ? -ENODEV : link_call(link, &entry, NULL, link->send_ms, &none);

	if (err)
		return err == -ETIMEDOUT ? 0 : err; /* it is sent */
	return UWDF_STATUS_OK(entry.status) ? 0 : -ENODEV;
}

int link_let_go(struct link *link, uint32_t handle)
{
	struct uwdf_entry entry = { .opcode = UWDF_OP_CLOSE,
				    .handle = handle,
				    .tag = LINK_LET_GO_TAG };

	return link->removed ? -ENODEV : link_send(link, &entry, NULL);
}

/* --- receiving --- */

static void note_hang_up(struct link *link)
{
	if (!link->hung_up && !link->removed)
		events_put(&link->events, UWDF_REMOVED);
	link->hung_up = true;
}

/*
 * Descriptors that came with a datagram are the link's until somebody takes them. The kernel has
 * one header for all of them, and puts in as many as its padding has room for, too.
 */
static void keep_descriptors(struct link *link, struct msghdr *msg)
{
	struct cmsghdr *head = CMSG_FIRSTHDR(msg);
	size_t count;

	link_drop_descriptors(link);
	if (!head || head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS)
		return;
	count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	for (size_t i = 0; i < count; i++) {
		int fd;

		memcpy(&fd, CMSG_DATA(head) + i * sizeof(fd), sizeof(fd));
		if (link->descriptor_count < LINK_DESCRIPTORS)
			link->descriptors[link->descriptor_count++] = fd;
		else
			sys_close(fd);
	}
}

void link_drop_descriptors(struct link *link)
{
	while (link->descriptor_count)
		sys_close(link->descriptors[--link->descriptor_count]);
}

int link_receive(struct link *link, struct uwdf_entry *out, const void **payload)
{
	struct iovec part = { .iov_base = link->buf, .iov_len = LINK_BUF_LEN };
	union {
		char bytes[CMSG_SPACE(LINK_DESCRIPTORS * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct msghdr msg = { .msg_iov = &part,
			      .msg_iovlen = 1,
			      .msg_control = control.bytes,
			      .msg_controllen = sizeof(control.bytes) };
	ssize_t got = sys_recvmsg(link->fd, &msg, MSG_DONTWAIT);
	int err;

	/* the reset of a host that left entries unread comes ahead of the answers it had sent */
	if (got == -ECONNRESET && !link->reset_seen) {
		link->reset_seen = true;
		got = sys_recvmsg(link->fd, &msg, MSG_DONTWAIT);
	}
	if (got == -EAGAIN)
		return 0;
	if (got <= 0) {
		note_hang_up(link);
		return -EPIPE;
	}
	keep_descriptors(link, &msg);
	memcpy(out, link->buf, sizeof(*out));
	err = msg.msg_flags & MSG_TRUNC ? -EPROTO : check_answer(out, (size_t)got);
	if (!err && out->opcode == UWDF_OP_EVENT)
		note_event(link, out);
	if (!err && is_let_go(out))
		events_put(&link->events, UWDF_LET_GO);
	*payload = link->buf + sizeof(*out);
	return err ? err : 1;
}

static int await_answer(struct link *link, uint64_t tag, wait_deadline deadline,
			struct uwdf_entry *answer, const void **payload)
{
	for (;;) {
		int got = link_receive(link, answer, payload);

		if (got < 0)
			return got;
		/* tag 0: the host refuses the connection as such */
		if (got && (answer->flags & UWDF_FLAG_ANSWER) &&
		    (answer->tag == tag || answer->tag == 0))
			return 0;
		/* a host that says anything else without end is not listened to for longer */
		if (got && !wait_left_ms(deadline))
			return -ETIMEDOUT;
		if (got)
			continue;
		got = wait_fd(link->fd, POLLIN, deadline);
		if (got <= 0)
			return got ? got : -ETIMEDOUT;
	}
}

int link_call(struct link *link, struct uwdf_entry *entry, const void *payload, int timeout_ms,
	      const void **answer)
{
	wait_deadline deadline = wait_until_ms(timeout_ms);
	int err;

	entry->tag = LINK_CALL_TAGS | ++link->next_tag;
	err = link_send(link, entry, payload);
	/* a host that refuses the connection hangs up at once: its reason is there to be read */
	if (err && err != -EPIPE)
		return err;
	return await_answer(link, entry->tag, deadline, entry, answer);
}

static int peer(const struct link *link, struct ucred *out)
{
	socklen_t len = sizeof(*out);

	return sys_getsockopt(link->fd, SOL_SOCKET, SO_PEERCRED, out, &len);
}

int link_host_pid(const struct link *link)
{
	struct ucred who;

	return peer(link, &who) ? 0 : who.pid;
}

/* A host of somebody else must not learn what we send, unless we are root and asked for it. */
static int check_peer(const struct link *link, const char *path, struct report *rep)
{
	struct ucred who;
	int err = peer(link, &who);

	if (err)
		return report_fail(rep, err, "asking who serves %s", path);
	if (who.uid == sys_geteuid() || who.uid == 0 || sys_geteuid() == 0)
		return 0;
	report_fail(rep, -EACCES, "opening %s: its host runs as uid %u", path, who.uid);
	report_hint(rep, "run this program as the user that runs the host, or as root");
	return -EACCES;
}

static int connect_to(const char *path, struct link *link)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	size_t len = strlen(path);
	int err;

	if (len >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	memcpy(addr.sun_path, path, len);
	link->fd = sys_socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);
	if (link->fd < 0)
		return link->fd;
	err = sys_connect(link->fd, (const struct sockaddr *)&addr, sizeof(addr));
	if (err)
		sys_close(link->fd);
	return err;
}

int link_over_quota(const char *what, const struct uwdf_entry *answer, const char *text,
		    struct report *rep)
{
	report_say(rep, "opening %s: %.*s", what,
		   (int)(answer->in_len < 300 ? answer->in_len : 300), text);
	return -EDQUOT;
}

static int hello_refused(const struct uwdf_entry *answer, const char *text, const char *path,
			 struct report *rep)
{
	if (answer->version != UWDF_WIRE_VERSION ||
	    answer->status == UWDF_STATUS_REVISION_MISMATCH) {
		report_fail(rep, -EPROTO, "opening %s: the host speaks version %u, this library %u",
			    path, answer->version, UWDF_WIRE_VERSION);
		report_hint(rep, "use the uwdf and libuwdf-client of one release on both sides");
		return -EPROTO;
	}
	if (answer->status == UWDF_STATUS_ACCESS_DENIED) {
		report_fail(rep, -EACCES, "opening %s: the host serves its own user alone", path);
		report_hint(rep, "run this program as the user that runs the host");
		return -EACCES;
	}
	if (answer->status == UWDF_STATUS_QUOTA_EXCEEDED)
		return link_over_quota(path, answer, text, rep);
	if (answer->status == UWDF_STATUS_INSUFFICIENT_RESOURCES)
		return report_fail(rep, -EBUSY, "opening %s: the host has too many clients", path);
	return report_fail(rep, -EPROTO, "opening %s: the host refused with status 0x%08x", path,
			   (uint32_t)answer->status);
}

static int say_hello(struct link *link, const char *path, struct report *rep)
{
	struct uwdf_entry entry = { .opcode = UWDF_OP_HELLO, .out_len = sizeof(link->name) - 1 };
	const void *name;
	int err;

	entry.code = (uint32_t)sys_getpid();
	err = link_call(link, &entry, NULL, link_reply_ms(link), &name);
	if (err)
		return report_fail(rep, err, "opening %s: the host does not answer", path);
	if (entry.version != UWDF_WIRE_VERSION || !UWDF_STATUS_OK(entry.status))
		return hello_refused(&entry, name, path, rep);
	if (entry.in_len >= sizeof(link->name))
		return report_fail(rep, -EPROTO, "opening %s: the host's name is too long", path);
	memcpy(link->name, name, entry.in_len);
	link->name[entry.in_len] = '\0';
	link->features = entry.code;
	return 0;
}

int link_reply_ms(const struct link *link)
{
	int left = wait_left_ms(link->open_by);

	return left < 0 || left > LINK_REPLY_MS ? LINK_REPLY_MS : left;
}

int link_open(const char *path, wait_deadline by, struct report *rep, struct link *link)
{
	int err;

	*link = (struct link){ .fd = -1, .open_by = by, .send_ms = LINK_SEND_MS };
	link->buf = mem_alloc(LINK_BUF_LEN);
	if (!link->buf)
		return report_fail(rep, -ENOMEM, "opening %s", path);
	err = connect_to(path, link);
	if (err) {
		report_fail(rep, err, "connecting to %s", path);
		if (err == -EACCES || err == -EPERM)
			report_hint(rep, "run this program as the user that runs the host, or "
					 "as root");
		goto err_free;
	}
	err = check_peer(link, path, rep);
	if (!err)
		err = say_hello(link, path, rep);
	if (err)
		goto err_close;
	return 0;

err_close:
	sys_close(link->fd);
err_free:
	mem_free(link->buf);
	return err;
}

void link_close(struct link *link)
{
	link_drop_descriptors(link);
	sys_close(link->fd);
	mem_free(link->buf);
}
