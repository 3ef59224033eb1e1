/* SPDX-License-Identifier: MIT */
/*
 * in_process.c - requests that carry their own buffers to the device and back.
 *
 * The device completes on any thread; the handle's owner takes results from the done list, which an
 * eventfd announces. A request lives until its result was taken and no cancel call looks at it.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/mem.h"
#include "base/sys.h"
#include "in_process_impl.h"
#include "op_limits.h"
#include "uwdf/status.h"

/* Lock held. */
void in_process_unref_locked(struct in_flight *f)
{
	if (--f->refs == 0)
		mem_free(f);
}

/* --- submit --- */

/* What of an op is copied: not what lies in the handle's own memory. */
struct copies {
	size_t in_len, out_len;
	size_t out_at;
};

/* Buffered control: one system buffer, as KMDF has it. Else the output lies behind the input. */
static struct copies copies_of(const struct in_process *p, const struct uwdf_op *op)
{
	struct copies copies = { .in_len = op->in_len, .out_len = op->out_len };

	if (op->in_len && pieces_find(&p->memory, op->in, op->in_len))
		copies.in_len = 0;
	if (op->out_len && pieces_find(&p->memory, op->out, op->out_len))
		copies.out_len = 0;
	if (!op_is_control_of(op, UWDF_METHOD_BUFFERED))
		copies.out_at = (copies.in_len + 15u) & ~(size_t)15;
	return copies;
}

/* Lock held. */
static void come_back_locked(struct in_flight *f, int32_t status, uint64_t information)
{
	struct in_process *p = f->transport;

	/* nobody but the removal cancelled it: say so */
	if (status == UWDF_STATUS_CANCELLED && p->leaving && !f->cancel_asked)
		status = UWDF_STATUS_DEVICE_REMOVED;
	f->status = status;
	f->information = information;
	f->back = true;
	list_remove(&f->link);
	/* under the lock, so that the owner's drain cannot come between list and eventfd */
	if (list_empty(&p->done))
		in_process_raise_locked(p);
	list_push_back(&p->done, &f->link);
	exec_cond_broadcast(&p->came_back);
}

/* The device's thread. */
static void complete(struct uwdf_io *io, int32_t status, uint64_t information)
{
	struct in_flight *f = io->owner;
	struct in_process *p = f->transport;
	bool must_close;

	exec_mutex_lock(&p->lock);
	come_back_locked(f, status, information);
	must_close = in_process_must_close_locked(p);
	exec_mutex_unlock(&p->lock);
	if (must_close)
		in_process_close_file(p);
}

static struct in_flight *make(struct in_process *p, struct uwdf_op *op)
{
	struct copies copies = copies_of(p, op);
	size_t len = copies.out_at + copies.out_len;
	struct in_flight *f;

	f = mem_calloc(1, sizeof(*f) + (len > copies.in_len ? len : copies.in_len));
	if (!f)
		return NULL;
	if (copies.in_len)
		memcpy(f->data, op->in, op->in_len);
	if (op_is_control_of(op, UWDF_METHOD_IN_DIRECT) && copies.out_len)
		memcpy(f->data + copies.out_at, op->out, op->out_len); /* for the driver to read */
	f->transport = p;
	f->op = op;
	f->refs = 1;
	f->io = (struct uwdf_io){ .kind = (enum uwdf_io_kind)op->kind,
				  .code = op->code,
				  .in = copies.in_len ? f->data
					: op->in_len  ? op->in
						      : NULL,
				  .in_len = op->in_len,
				  .out = copies.out_len ? f->data + copies.out_at
					 : op->out_len  ? op->out
							: NULL,
				  .out_len = op->out_len,
				  .offset = op->offset,
				  .complete = complete,
				  .owner = f };
	return f;
}

static int may_submit(const struct in_process *p, const struct uwdf_op *op)
{
	const bool shares = p->table.memory;
	bool in_shared = shares && pieces_find(&p->memory, op->in, op->in_len);
	bool out_shared = shares && pieces_find(&p->memory, op->out, op->out_len);

	if (p->removed)
		return -ENODEV;
	return op_is_too_long(op, in_shared, out_shared) ? -EMSGSIZE : 0;
}

/* Lock held. */
static int enlist_locked(struct in_process *p, struct in_flight *f)
{
	if (p->gone)
		return -EPIPE;
	if (p->count >= UWDF_WIRE_MAX_OUTSTANDING)
		return -EAGAIN;
	p->count++;
	f->tag = ++p->last_tag;
	list_push_back(&p->out, &f->link);
	__atomic_store_n(&f->op->tag, f->tag, __ATOMIC_RELAXED);
	return 0;
}

static void cancel_at_device(struct in_process *p, struct in_flight *f)
{
	p->ops->cancel(&f->io); /* may complete it from within */
	exec_mutex_lock(&p->lock);
	in_process_unref_locked(f);
	exec_mutex_unlock(&p->lock);
}

/* Whoever wanted its end meanwhile could not tell the device, which did not have it. */
static void give(struct in_process *p, struct in_flight *f)
{
	bool cancel_late, must_close;

	p->ops->submit(p->file, &f->io);
	exec_mutex_lock(&p->lock);
	f->given = true;
	cancel_late = !f->back && (f->cancel_asked || p->leaving || p->let_go);
	f->refs += cancel_late;
	p->users--;
	must_close = in_process_must_close_locked(p);
	exec_mutex_unlock(&p->lock);
	if (cancel_late)
		cancel_at_device(p, f);
	if (must_close)
		in_process_close_file(p);
}

/* How all that is submitted now ends; 0: the device says. */
static int32_t why_refused_locked(const struct in_process *p)
{
	if (p->leaving)
		return UWDF_STATUS_DEVICE_REMOVED;
	return p->let_go ? UWDF_STATUS_INVALID_HANDLE : 0;
}

static int submit(struct uwdf_transport *t, struct uwdf_op *op)
{
	struct in_process *p = in_process_of(t);
	int err = may_submit(p, op);
	struct in_flight *f = err ? NULL : make(p, op);
	int32_t refused;

	if (!f)
		return err ? err : -ENOMEM;
	exec_mutex_lock(&p->lock);
	err = enlist_locked(p, f);
	refused = why_refused_locked(p);
	if (!err && refused)
		come_back_locked(f, refused, 0);
	else if (!err)
		p->users++;
	exec_mutex_unlock(&p->lock);
	if (err)
		mem_free(f);
	else if (!refused)
		give(p, f);
	return err;
}

/* --- cancel, forget --- */

static struct in_flight *find_locked(struct list *head, uint64_t tag)
{
	list_for_each (it, head) {
		struct in_flight *f = list_entry(it, struct in_flight, link);

		if (f->tag == tag)
			return f;
	}
	return NULL;
}

static void cancel_one(struct in_process *p, uint64_t tag, bool by_client)
{
	struct in_flight *f;
	bool given;

	exec_mutex_lock(&p->lock);
	f = find_locked(&p->out, tag);
	given = f && f->given;
	if (f)
		f->cancel_asked |= by_client;
	if (given)
		f->refs++;
	exec_mutex_unlock(&p->lock);
	if (given)
		cancel_at_device(p, f);
}

static int cancel(struct uwdf_transport *t, uint64_t tag)
{
	cancel_one(in_process_of(t), tag, true);
	return 0;
}

/* The first request out with a tag above @tag, or 0: the list is in the order of submission. */
static uint64_t next_tag_out(struct in_process *p, uint64_t tag)
{
	uint64_t next = 0;

	exec_mutex_lock(&p->lock);
	list_for_each (it, &p->out) {
		next = list_entry(it, struct in_flight, link)->tag;
		if (next > tag)
			break;
		next = 0;
	}
	exec_mutex_unlock(&p->lock);
	return next;
}

void in_process_cancel_all(struct in_process *p, bool by_client)
{
	uint64_t tag = 0;

	while ((tag = next_tag_out(p, tag)))
		cancel_one(p, tag, by_client);
}

static int cancel_all(struct uwdf_transport *t)
{
	in_process_cancel_all(in_process_of(t), true);
	return 0;
}

static void forget(struct uwdf_transport *t, struct uwdf_op *op)
{
	struct in_process *p = in_process_of(t);
	struct in_flight *f;

	exec_mutex_lock(&p->lock);
	f = find_locked(&p->out, op->tag);
	if (!f)
		f = find_locked(&p->done, op->tag);
	if (f)
		f->op = NULL;
	exec_mutex_unlock(&p->lock);
}

/* --- results --- */

static void finish(const struct in_flight *f, struct uwdf_op *op)
{
	size_t len = f->information < op->out_len ? (size_t)f->information : op->out_len;

	/* an error carries no data, a warning (its upper bits are 10) does */
	if (len && ((uint32_t)f->status >> 30) != 3 && f->io.out != op->out)
		memcpy(op->out, f->io.out, len);
	op->status = f->status;
	op->information = f->information;
	__atomic_store_n(&op->tag, 0, __ATOMIC_RELAXED);
}

/* Lock held: the next result's operation, NULL when none is ready. */
static struct uwdf_op *take_locked(struct in_process *p)
{
	struct uwdf_op *op = NULL;
	struct list *node;

	while (!op && (node = list_pop_front(&p->done))) {
		struct in_flight *f = list_entry(node, struct in_flight, link);

		op = f->op;
		if (op)
			finish(f, op);
		p->count--;
		in_process_unref_locked(f);
	}
	return op;
}

/* Lock held: what was told is the owner's from here. */
static void take_events_locked(struct in_process *p)
{
	enum uwdf_event event;

	while ((event = events_take(&p->told))) {
		p->removed |= event == UWDF_REMOVED;
		events_put(&p->events, event);
	}
}

static int reap(struct uwdf_transport *t, struct uwdf_op **out)
{
	struct in_process *p = in_process_of(t);
	struct uwdf_op *op;
	bool over;

	__atomic_store_n(&p->owner, exec_thread_id(), __ATOMIC_RELAXED);
	exec_mutex_lock(&p->lock);
	take_events_locked(p);
	op = take_locked(p);
	over = p->gone && !p->count;
	/* who polls when all is over hears of it every time, as of a socket that was hung up */
	if (list_empty(&p->done) && !over)
		(void)sys_eventfd_drain(p->done_fd);
	exec_mutex_unlock(&p->lock);
	if (!op)
		return over ? -EPIPE : 0;
	*out = op;
	return 1;
}

static int wait_ready(struct uwdf_transport *t, int timeout_ms)
{
	uint64_t deadline = timeout_ms < 0 ? EXEC_FOREVER : exec_deadline_ms((uint64_t)timeout_ms);
	int got = exec_wait_fd(in_process_of(t)->done_fd, POLLIN, deadline);

	return got > 0 ? 1 : got;
}

static int transport_fd(struct uwdf_transport *t)
{
	return in_process_of(t)->done_fd;
}

static const char *transport_name(struct uwdf_transport *t)
{
	return in_process_of(t)->name;
}

const struct uwdf_transport_ops in_process_ops = {
	.submit = submit,
	.cancel = cancel,
	.reap = reap,
	.forget = forget,
	.wait = wait_ready,
	.fd = transport_fd,
	.name = transport_name,
	.close = in_process_close,
	.notify = in_process_notify,
	.event = in_process_event,
	.let_go = in_process_let_go,
	.cancel_all = cancel_all,
	.memory = in_process_memory,
};
