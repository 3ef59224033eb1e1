/* SPDX-License-Identifier: MIT */
/*
 * in_process.c - requests that carry their own buffers to the device and back.
 *
 * The device completes on any thread; the handle's owner takes results from the done list, which an
 * eventfd announces. A request lives until its result was taken and no cancel call looks at it.
 */
#include "in_process.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>

#include "base/exec.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/sys.h"
#include "uwdf/wire.h"

struct in_process {
	struct uwdf_transport base;
	const struct uwdf_device_io_ops *ops;
	struct uwdf_file *file; /* owned */
	int done_fd;            /* owned; raised while done is not empty */
	struct exec_mutex lock;
	struct exec_cond came_back; /* a request, for close() */
	struct list out;            /* requests at the device; guarded by lock, as all below */
	struct list done;           /* and those that came back */
	uint32_t count;             /* on both */
	uint64_t last_tag;
	char name[64];
};

struct in_flight {
	struct list link;             /* in out or done; guarded by lock */
	struct in_process *transport; /* borrowed: outlives its requests */
	struct uwdf_op *op;           /* the client's; NULL once forgotten; guarded by lock */
	uint64_t tag;
	uint32_t refs; /* the lists' and those of cancel calls; guarded by lock */
	int32_t status;
	uint64_t information;
	struct uwdf_io io;
	_Alignas(16) uint8_t data[];
};

static struct in_process *of(struct uwdf_transport *t)
{
	return uw_container_of(t, struct in_process, base);
}

/* Lock held. */
static void unref_locked(struct in_flight *f)
{
	if (--f->refs == 0)
		mem_free(f);
}

/* --- submit --- */

#define METHOD_BUFFERED 0u

/* Buffered control: one system buffer, as KMDF has it. Else the output lies behind the input. */
static size_t out_place(const struct uwdf_op *op)
{
	if (op->kind == UWDF_CONTROL && (op->code & 3u) == METHOD_BUFFERED)
		return 0;
	return (op->in_len + 15u) & ~(size_t)15;
}

/* One more on a counter that is drained to zero again and again: it cannot fail. */
static void ring(struct in_process *p)
{
	const uint64_t one = 1;

	(void)!sys_write_quiet(p->done_fd, &one, sizeof(one));
}

/* The device's thread. */
static void complete(struct uwdf_io *io, int32_t status, uint64_t information)
{
	struct in_flight *f = io->owner;
	struct in_process *p = f->transport;

	exec_mutex_lock(&p->lock);
	f->status = status;
	f->information = information;
	list_remove(&f->link);
	/* under the lock, so that the owner's drain cannot come between list and eventfd */
	if (list_empty(&p->done))
		ring(p);
	list_push_back(&p->done, &f->link);
	exec_cond_broadcast(&p->came_back);
	exec_mutex_unlock(&p->lock);
}

static struct in_flight *make(struct in_process *p, struct uwdf_op *op)
{
	size_t place = out_place(op), len = place + op->out_len;
	struct in_flight *f;

	f = mem_calloc(1, sizeof(*f) + (len > op->in_len ? len : op->in_len));
	if (!f)
		return NULL;
	if (op->in_len)
		memcpy(f->data, op->in, op->in_len);
	f->transport = p;
	f->op = op;
	f->refs = 1;
	f->io = (struct uwdf_io){ .kind = (enum uwdf_io_kind)op->kind,
				  .code = op->code,
				  .in = op->in_len ? f->data : NULL,
				  .in_len = op->in_len,
				  .out = op->out_len ? f->data + place : NULL,
				  .out_len = op->out_len,
				  .offset = op->offset,
				  .complete = complete,
				  .owner = f };
	return f;
}

static int submit(struct uwdf_transport *t, struct uwdf_op *op)
{
	struct in_process *p = of(t);
	struct in_flight *f = make(p, op);

	if (!f)
		return -ENOMEM;
	exec_mutex_lock(&p->lock);
	if (p->count >= UWDF_WIRE_MAX_OUTSTANDING) {
		exec_mutex_unlock(&p->lock);
		mem_free(f);
		return -EAGAIN;
	}
	p->count++;
	f->tag = ++p->last_tag;
	list_push_back(&p->out, &f->link);
	exec_mutex_unlock(&p->lock);
	__atomic_store_n(&op->tag, f->tag, __ATOMIC_RELAXED);
	p->ops->submit(p->file, &f->io);
	return 0;
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

static int cancel(struct uwdf_transport *t, uint64_t tag)
{
	struct in_process *p = of(t);
	struct in_flight *f;

	exec_mutex_lock(&p->lock);
	f = find_locked(&p->out, tag);
	if (f)
		f->refs++;
	exec_mutex_unlock(&p->lock);
	if (!f)
		return 0;
	p->ops->cancel(&f->io); /* may complete it from within */
	exec_mutex_lock(&p->lock);
	unref_locked(f);
	exec_mutex_unlock(&p->lock);
	return 0;
}

static void forget(struct uwdf_transport *t, struct uwdf_op *op)
{
	struct in_process *p = of(t);
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
	if (len && ((uint32_t)f->status >> 30) != 3)
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
		unref_locked(f);
	}
	if (list_empty(&p->done))
		(void)sys_eventfd_drain(p->done_fd);
	return op;
}

static int reap(struct uwdf_transport *t, struct uwdf_op **out)
{
	struct in_process *p = of(t);
	struct uwdf_op *op;

	exec_mutex_lock(&p->lock);
	op = take_locked(p);
	exec_mutex_unlock(&p->lock);
	if (!op)
		return 0;
	*out = op;
	return 1;
}

static int wait_ready(struct uwdf_transport *t, int timeout_ms)
{
	uint64_t deadline = timeout_ms < 0 ? EXEC_FOREVER : exec_deadline_ms((uint64_t)timeout_ms);
	int got = exec_wait_fd(of(t)->done_fd, POLLIN, deadline);

	return got > 0 ? 1 : got;
}

static int transport_fd(struct uwdf_transport *t)
{
	return of(t)->done_fd;
}

static const char *transport_name(struct uwdf_transport *t)
{
	return of(t)->name;
}

/* --- open, close --- */

static void destroy(struct in_process *p)
{
	sys_close(p->done_fd);
	exec_cond_deinit(&p->came_back);
	exec_mutex_deinit(&p->lock);
	mem_free(p);
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

static void cancel_all(struct in_process *p)
{
	uint64_t tag = 0;

	while ((tag = next_tag_out(p, tag)))
		(void)cancel(&p->base, tag); /* it never fails */
}

static void close_transport(struct uwdf_transport *t)
{
	struct in_process *p = of(t);
	struct list *node;

	cancel_all(p);
	exec_mutex_lock(&p->lock);
	while (!list_empty(&p->out))
		exec_cond_wait(&p->came_back, &p->lock, EXEC_FOREVER);
	while ((node = list_pop_front(&p->done)))
		unref_locked(list_entry(node, struct in_flight, link));
	exec_mutex_unlock(&p->lock);
	p->ops->close(p->file);
	destroy(p);
}

static const struct uwdf_transport_ops in_process_ops = {
	.submit = submit,
	.cancel = cancel,
	.reap = reap,
	.forget = forget,
	.wait = wait_ready,
	.fd = transport_fd,
	.name = transport_name,
	.close = close_transport,
};

static int init_locks(struct in_process *p)
{
	int err = exec_mutex_init(&p->lock);

	if (err)
		return err;
	err = exec_cond_init(&p->came_back);
	if (err)
		exec_mutex_deinit(&p->lock);
	return err;
}

static struct in_process *alloc(const char *name, int *err)
{
	struct in_process *p = mem_calloc(1, sizeof(*p));

	*err = p ? init_locks(p) : -ENOMEM;
	if (*err) {
		mem_free(p);
		return NULL;
	}
	p->base.ops = &in_process_ops;
	list_init(&p->out);
	list_init(&p->done);
	strncpy(p->name, name, sizeof(p->name) - 1);
	return p;
}

int in_process_transport_new(const struct uwdf_device_io_ops *ops, void *device, const char *name,
			     struct uwdf_transport **out)
{
	int err;
	struct in_process *p = alloc(name, &err);

	if (!p)
		return err;
	p->ops = ops;
	p->done_fd = err = sys_eventfd(0, EFD_NONBLOCK);
	if (err >= 0)
		err = ops->open(device, (uint32_t)sys_getpid(), &p->file) < 0 ? -EIO
									      : 0; /* an NTSTATUS */
	if (err) {
		destroy(p);
		return err;
	}
	*out = &p->base;
	return 0;
}
