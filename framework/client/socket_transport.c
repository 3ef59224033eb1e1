/* SPDX-License-Identifier: MIT */
/*
 * socket_transport.c - operations over the socket: the way to hosts that offer no rings.
 *
 * cancel() may run beside anything else, so it touches the descriptor only; all else is the
 * owner's.
 */
#include "socket_transport.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "link.h"
#include "op_limits.h"
#include "ring_transport.h"
#include "slots.h"
#include "uwdf/status.h"

struct socket_transport {
	struct uwdf_transport base;
	struct link link;
	uint32_t handle; /* from OPEN */
	struct op_slots slots;
	bool dead;
};

static struct socket_transport *of(struct uwdf_transport *t)
{
	return uw_container_of(t, struct socket_transport, base);
}

/* --- submit, cancel --- */

/* What the second buffer holds goes with a code that lets the driver read it. */
static size_t out_data_len(const struct uwdf_op *op)
{
	return op_is_control_of(op, UWDF_METHOD_IN_DIRECT) ? op->out_len : 0;
}

static int submit(struct uwdf_transport *t, struct uwdf_op *op)
{
	struct socket_transport *st = of(t);
	struct uwdf_entry entry = { .opcode = (uint16_t)op->kind,
				    .handle = st->handle,
				    .code = op->code,
				    .in_len = (uint32_t)op->in_len,
				    .offset = op->offset,
				    .out_len = (uint32_t)op->out_len };
	size_t more = out_data_len(op);
	int err;

	if (st->link.removed)
		return -ENODEV;
	if (st->dead)
		return -EPIPE;
	if (op_is_too_long(op, false, false))
		return -EMSGSIZE;
	if (more) {
		entry.in_len += (uint32_t)more;
		entry.flags = UWDF_FLAG_OUT_DATA;
	}
	err = slots_take(&st->slots, op, &entry.tag);
	if (err)
		return err;
	err = link_send_two(&st->link, &entry, op->in, op->out, more);
	if (err) {
		slots_release(&st->slots, slot_of_tag(entry.tag));
		return err;
	}
	__atomic_store_n(&op->tag, entry.tag, __ATOMIC_RELAXED);
	return 0;
}

static int cancel(struct uwdf_transport *t, uint64_t tag)
{
	struct socket_transport *st = of(t);

	return link_cancel(&st->link, st->handle, tag);
}

static int cancel_all(struct uwdf_transport *t)
{
	return cancel(t, 0);
}

static void forget(struct uwdf_transport *t, struct uwdf_op *op)
{
	slots_forget(&of(t)->slots, op);
}

/* --- answers --- */

/* The host is gone: hand out what it still owed, one by one. */
static int reap_dead(struct socket_transport *st, struct uwdf_op **out)
{
	*out = slots_take_lost(&st->slots);
	return *out ? 1 : -EPIPE;
}

static int reap(struct uwdf_transport *t, struct uwdf_op **out)
{
	struct socket_transport *st = of(t);
	struct uwdf_entry entry;
	const void *payload;

	for (unsigned int i = 0; !st->dead; i++) {
		struct uwdf_op *op;
		int got;

		if (i == LINK_LOOK_MOST)
			return 0; /* the rest keeps the socket readable */
		got = link_receive(&st->link, &entry, &payload);
		if (got == 0)
			return 0;
		st->dead = got < 0;
		if (st->dead || !(entry.flags & UWDF_FLAG_ANSWER) ||
		    !slots_answered(&st->slots, entry.tag, &op) || !op)
			continue;
		slots_finish(op, entry.status, entry.information, payload, entry.in_len);
		*out = op;
		return 1;
	}
	return reap_dead(st, out);
}

static int wait_ready(struct uwdf_transport *t, int timeout_ms)
{
	return wait_fd(of(t)->link.fd, POLLIN, wait_until_ms(timeout_ms));
}

static int transport_fd(struct uwdf_transport *t)
{
	return of(t)->link.fd;
}

static const char *transport_name(struct uwdf_transport *t)
{
	return of(t)->link.name;
}

static void close_transport(struct uwdf_transport *t)
{
	struct socket_transport *st = of(t);

	link_close(&st->link); /* the host cancels what this connection had outstanding */
	slots_deinit(&st->slots);
	mem_free(st);
}

static int notify(struct uwdf_transport *t, int on)
{
	return link_notify(&of(t)->link, on);
}

static int let_go(struct uwdf_transport *t)
{
	struct socket_transport *st = of(t);

	return link_let_go(&st->link, st->handle);
}

static void set_patience(struct uwdf_transport *t, int timeout_ms)
{
	of(t)->link.send_ms = timeout_ms;
}

static enum uwdf_event take_event(struct uwdf_transport *t)
{
	return events_take(&of(t)->link.events);
}

static const struct uwdf_transport_ops socket_ops = {
	.submit = submit,
	.cancel = cancel,
	.reap = reap,
	.forget = forget,
	.wait = wait_ready,
	.fd = transport_fd,
	.name = transport_name,
	.close = close_transport,
	.notify = notify,
	.event = take_event,
	.let_go = let_go,
	.set_patience = set_patience,
	.cancel_all = cancel_all,
};

/* --- open --- */

static int put_target(const struct link *link, const struct socket_target *target, uint8_t *buf,
		      uint32_t *out_len)
{
	const size_t rest = strlen(target->rest);
	size_t before = target->guid ? 16 : target->is_nt_name ? 0 : strlen(link->name);

	if ((target->guid ? 0 : before) + rest > UWDF_WIRE_MAX_NAME)
		return -ENAMETOOLONG;
	memcpy(buf, target->guid ? (const void *)target->guid : link->name, before);
	memcpy(buf + before, target->rest, rest);
	*out_len = (uint32_t)(before + rest);
	return 0;
}

static int open_target(struct socket_transport *st, const struct socket_target *target,
		       struct report *rep)
{
	struct uwdf_entry entry = { .opcode = UWDF_OP_OPEN };
	uint8_t name[16 + UWDF_WIRE_MAX_NAME];
	const void *text;
	int err;

	entry.flags = target->guid ? UWDF_FLAG_OPEN_GUID : 0;
	err = put_target(&st->link, target, name, &entry.in_len);
	if (err)
		return report_fail(rep, err, "opening %s: the name is too long", st->link.name);
	err = link_call(&st->link, &entry, name, link_reply_ms(&st->link), &text);
	if (err == -ETIMEDOUT) /* the host itself has just greeted us */
		return report_fail(rep, err, "opening %s: its driver has not agreed to it yet",
				   st->link.name);
	if (err)
		return report_fail(rep, err, "opening %s: the host does not answer", st->link.name);
	if (entry.status == UWDF_STATUS_OBJECT_NAME_NOT_FOUND)
		return -ENOENT; /* the caller knows what was asked for */
	if (entry.status == UWDF_STATUS_DEVICE_REMOVED)
		return report_fail(rep, -ECONNREFUSED, "opening %s: the device is being removed",
				   st->link.name);
	if (entry.status == UWDF_STATUS_QUOTA_EXCEEDED && entry.in_len)
		return link_over_quota(st->link.name, &entry, text, rep);
	if (!UWDF_STATUS_OK(entry.status) && target->status)
		*target->status = entry.status;
	if (!UWDF_STATUS_OK(entry.status))
		return report_fail(rep, -EIO, "opening %s: the driver said 0x%08x", st->link.name,
				   (uint32_t)entry.status);
	st->handle = entry.handle;
	return 0;
}

/* $UWDF_TRANSPORT, for whoever wants to look at what goes over the socket. */
static bool want_rings(void)
{
	const char *text = getenv("UWDF_TRANSPORT"); /* NOLINT(concurrency-mt-unsafe): read only */

	return !text || strcmp(text, "socket") != 0;
}

/* Is the connection of no use any more? */
static bool is_fatal(int err)
{
	return err == -EPROTO || err == -EPIPE || err == -ETIMEDOUT;
}

static wait_deadline greet_by(const struct socket_target *target)
{
	wait_deadline soon = wait_until_ms(LINK_GREET_MS);

	if (!target->one_of_many || (target->by >= 0 && target->by < soon))
		return target->by;
	return soon;
}

int socket_transport_open(const char *path, const struct socket_target *target, struct report *rep,
			  struct uwdf_transport **out)
{
	struct socket_transport *st = mem_calloc(1, sizeof(*st));
	int err;

	if (!st)
		return report_fail(rep, -ENOMEM, "opening %s", path);
	st->base.ops = &socket_ops;
	st->slots.most = UWDF_WIRE_MAX_OUTSTANDING;
	err = link_open(path, greet_by(target), rep, &st->link);
	if (err)
		goto err_free;
	st->link.open_by = target->by;
	if (target->greeted)
		*target->greeted = true;
	err = open_target(st, target, rep);
	if (err)
		goto err_close;
	err = want_rings() ? ring_transport_open(&st->link, st->handle, out) : -EOPNOTSUPP;
	if (!err) {
		mem_free(st); /* the link is the rings' */
		return 0;
	}
	if (is_fatal(err)) {
		report_fail(rep, err, "opening %s: asking for shared memory", st->link.name);
		goto err_close;
	}
	*out = &st->base;
	return 0;

err_close:
	link_close(&st->link);
err_free:
	mem_free(st);
	return err;
}
