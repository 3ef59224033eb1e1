/* SPDX-License-Identifier: MIT */
/*
 * socket_transport.c - slots of outstanding operations; a tag names its slot and the slot's use.
 *
 * cancel() may run beside anything else, so it touches the descriptor only; all else is the
 * owner's.
 */
#include "socket_transport.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/mem.h"
#include "link.h"
#include "uwdf/status.h"

#define FIRST_SLOTS 64u
#define SLOT_MASK   0xffffull /* low bits of a tag: slot + 1; the bits above: which use of it */

struct socket_transport {
	struct uwdf_transport base;
	struct link link;
	uint32_t handle;        /* from OPEN */
	struct uwdf_op **slots; /* owned; NULL is free, &forgotten waits for an answer to drop */
	uint16_t *free_slots;   /* owned; a stack */
	uint32_t slot_count, free_count;
	uint64_t use;         /* counts submissions, so that a tag never comes back soon */
	uint32_t dead_cursor; /* host gone: slots before it are answered */
	uint64_t cancels;     /* atomic; numbers the cancel entries */
	bool dead;
};

static struct uwdf_op forgotten;

static struct socket_transport *of(struct uwdf_transport *t)
{
	return uw_container_of(t, struct socket_transport, base);
}

/* --- slots --- */

static int grow_slots(struct socket_transport *st)
{
	uint32_t count = st->slot_count ? st->slot_count * 2 : FIRST_SLOTS;
	struct uwdf_op **slots;
	uint16_t *stack;

	if (count > UWDF_WIRE_MAX_OUTSTANDING)
		return -EAGAIN;
	slots = mem_realloc(st->slots, count * sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	st->slots = slots;
	stack = mem_realloc(st->free_slots, count * sizeof(*stack));
	if (!stack)
		return -ENOMEM;
	st->free_slots = stack;
	for (uint32_t i = count; i-- > st->slot_count;) {
		slots[i] = NULL;
		stack[st->free_count++] = (uint16_t)i;
	}
	st->slot_count = count;
	return 0;
}

static int take_slot(struct socket_transport *st, struct uwdf_op *op, uint64_t *out_tag)
{
	int err = st->free_count ? 0 : grow_slots(st);
	uint16_t slot;

	if (err)
		return err;
	slot = st->free_slots[--st->free_count];
	st->slots[slot] = op;
	*out_tag = (++st->use << 16 & ~(3ull << 62)) | (slot + 1u);
	return 0;
}

static void release_slot(struct socket_transport *st, uint32_t slot)
{
	st->slots[slot] = NULL;
	st->free_slots[st->free_count++] = (uint16_t)slot;
}

/* --- submit, cancel --- */

static int submit(struct uwdf_transport *t, struct uwdf_op *op)
{
	struct socket_transport *st = of(t);
	struct uwdf_entry entry = { .opcode = (uint16_t)op->kind,
				    .handle = st->handle,
				    .code = op->code,
				    .in_len = (uint32_t)op->in_len,
				    .offset = op->offset,
				    .out_len = (uint32_t)op->out_len };
	int err;

	if (st->dead)
		return -EPIPE;
	err = take_slot(st, op, &entry.tag);
	if (err)
		return err;
	err = link_send(&st->link, &entry, op->in);
	if (err) {
		release_slot(st, (uint32_t)(entry.tag & SLOT_MASK) - 1);
		return err;
	}
	__atomic_store_n(&op->tag, entry.tag, __ATOMIC_RELAXED);
	return 0;
}

static int cancel(struct uwdf_transport *t, uint64_t tag)
{
	struct socket_transport *st = of(t);
	struct uwdf_entry entry = { .opcode = UWDF_OP_CANCEL, .handle = st->handle, .offset = tag };

	/* slot field 0: no operation has such a tag, and bit 62 keeps it apart from calls */
	entry.tag = 1ull << 62 | __atomic_add_fetch(&st->cancels, 1, __ATOMIC_RELAXED) << 16;
	return link_send(&st->link, &entry, NULL);
}

static void forget(struct uwdf_transport *t, struct uwdf_op *op)
{
	struct socket_transport *st = of(t);

	st->slots[(op->tag & SLOT_MASK) - 1] = &forgotten;
}

/* --- answers --- */

static void finish(struct uwdf_op *op, const struct uwdf_entry *answer, const void *payload)
{
	size_t len = answer->in_len < op->out_len ? answer->in_len : op->out_len;

	if (payload && len)
		memcpy(op->out, payload, len);
	op->status = answer->status;
	op->information = answer->information;
	__atomic_store_n(&op->tag, 0, __ATOMIC_RELAXED);
}

/* The operation that @entry answers, if it is still wanted. */
static struct uwdf_op *take_answered(struct socket_transport *st, const struct uwdf_entry *entry)
{
	uint32_t slot = (uint32_t)(entry->tag & SLOT_MASK) - 1;
	struct uwdf_op *op;

	if (!(entry->flags & UWDF_FLAG_ANSWER) || slot >= st->slot_count)
		return NULL;
	op = st->slots[slot];
	if (!op || (op != &forgotten && op->tag != entry->tag))
		return NULL;
	release_slot(st, slot);
	return op == &forgotten ? NULL : op;
}

/* The host is gone: hand out what it still owed, one by one. */
static int reap_dead(struct socket_transport *st, struct uwdf_op **out)
{
	const struct uwdf_entry answer = { .status = UWDF_STATUS_DEVICE_REMOVED };

	for (; st->dead_cursor < st->slot_count; st->dead_cursor++) {
		struct uwdf_op *op = st->slots[st->dead_cursor];

		st->slots[st->dead_cursor] = NULL;
		if (!op || op == &forgotten)
			continue;
		finish(op, &answer, NULL);
		*out = op;
		return 1;
	}
	return -EPIPE;
}

static int reap(struct uwdf_transport *t, struct uwdf_op **out)
{
	struct socket_transport *st = of(t);
	struct uwdf_entry entry;
	const void *payload;

	while (!st->dead) {
		int got = link_receive(&st->link, &entry, &payload);
		struct uwdf_op *op;

		if (got == 0)
			return 0;
		st->dead = got < 0;
		op = st->dead ? NULL : take_answered(st, &entry);
		if (!op)
			continue;
		finish(op, &entry, payload);
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
	mem_free(st->free_slots);
	mem_free(st->slots);
	mem_free(st);
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
};

/* --- open --- */

static int open_target(struct socket_transport *st, const struct socket_target *target,
		       struct report *rep)
{
	const char *name = target->name && !target->name[0] ? st->link.name : target->name;
	struct uwdf_entry entry = { .opcode = UWDF_OP_OPEN };
	const void *none;
	int err;

	entry.flags = name ? 0 : UWDF_FLAG_OPEN_GUID;
	entry.in_len = name ? (uint32_t)strlen(name) : 16;
	err = link_call(&st->link, &entry, name ? (const void *)name : target->guid, LINK_REPLY_MS,
			&none);
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
	if (!UWDF_STATUS_OK(entry.status))
		return report_fail(rep, -EIO, "opening %s: the driver said 0x%08x", st->link.name,
				   (uint32_t)entry.status);
	st->handle = entry.handle;
	return 0;
}

int socket_transport_open(const char *path, const struct socket_target *target, struct report *rep,
			  struct uwdf_transport **out)
{
	struct socket_transport *st = mem_calloc(1, sizeof(*st));
	int err;

	if (!st)
		return report_fail(rep, -ENOMEM, "opening %s", path);
	st->base.ops = &socket_ops;
	err = link_open(path, rep, &st->link);
	if (err)
		goto err_free;
	err = open_target(st, target, rep);
	if (err)
		goto err_close;
	*out = &st->base;
	return 0;

err_close:
	link_close(&st->link);
err_free:
	mem_free(st);
	return err;
}
