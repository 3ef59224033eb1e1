/* SPDX-License-Identifier: MIT */
/* cuse_request.c - from a program's call to the device and back. */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "cuse_impl.h"

static int may_have(struct cuse_file *f, size_t bytes)
{
	struct quota *quota = &f->cuse->quota;

	if (f->cuse->leaving || f->state != CUSE_FILE_OPEN)
		return -ENODEV;
	if (!quota_has_room(quota, f->user, QUOTA_REQUESTS, 1) ||
	    !quota_has_room(quota, f->user, QUOTA_BYTES, bytes))
		return -EDQUOT;
	return 0;
}

struct cuse_request *cuse_request_new(struct cuse_file *f, struct cuse_call *call, size_t data_len)
{
	struct cuse_request *r = NULL;
	size_t bytes = sizeof(*r) + data_len;
	int err = may_have(f, bytes);

	if (!err)
		r = mem_calloc(1, bytes);
	if (!r) {
		f->cuse->kernel->error(call, err ? err : -ENOMEM);
		return NULL;
	}
	quota_take(f->user, QUOTA_REQUESTS, 1);
	quota_take(f->user, QUOTA_BYTES, bytes);
	r->charge = bytes;
	r->file = f;
	r->call = call;
	list_init(&r->link);
	return r;
}

/* --- back --- */

/* Others read it, nobody else writes. */
static void count(struct cuse_request *r, uint32_t by)
{
	struct cuse_file *f = r->file;

	__atomic_store_n(&f->outstanding, f->outstanding + by, __ATOMIC_RELAXED);
	if (r->io.kind == UWDF_IO_READ)
		f->reading += by;
	if (r->io.kind == UWDF_IO_WRITE)
		f->writing += by;
}

static int err_of(const struct cuse_request *r)
{
	if (r->status != UWDF_STATUS_CANCELLED)
		return cuse_errno_of(r->status);
	if (r->interrupted)
		return -EINTR;
	return r->file->state == CUSE_FILE_OPEN ? -ECANCELED : -ENODEV;
}

static size_t at_most(uint64_t information, size_t len)
{
	return information < len ? (size_t)information : len;
}

static void answer_read(struct cuse_request *r, int err)
{
	const struct cuse_kernel *kernel = r->file->cuse->kernel;
	bool at_end = (uint32_t)r->status == 0xc0000011u; /* STATUS_END_OF_FILE */

	if (err && !at_end)
		kernel->error(r->call, err);
	else
		kernel->data(r->call, r->io.out,
			     at_end ? 0 : at_most(r->information, r->io.out_len));
}

static void answer_write(struct cuse_request *r, int err)
{
	const struct cuse_kernel *kernel = r->file->cuse->kernel;

	if (err)
		kernel->error(r->call, err);
	else
		kernel->written(r->call, at_most(r->information, r->io.in_len));
}

static void request_free(struct cuse_request *r)
{
	quota_give_back(r->file->user, QUOTA_REQUESTS, 1);
	quota_give_back(r->file->user, QUOTA_BYTES, r->charge);
	mem_free(r);
}

/* Loop thread: the device is done with it. */
static void request_done(struct irq_message *msg)
{
	struct cuse_request *r = uw_container_of(msg, struct cuse_request, done);
	struct cuse_file *f = r->file;
	int err = err_of(r);

	list_remove(&r->link);
	count(r, (uint32_t)-1);
	if (r->io.kind == UWDF_IO_READ)
		answer_read(r, err);
	else if (r->io.kind == UWDF_IO_WRITE)
		answer_write(r, err);
	else
		cuse_control_answer(r, err);
	request_free(r);
	cuse_file_wake(f);
	cuse_file_close_if_dry(f);
}

/* The device's thread. */
static void io_complete(struct uwdf_io *io, int32_t status, uint64_t information)
{
	struct cuse_request *r = io->owner;

	r->status = status;
	r->information = information;
	irq_loop_post(r->file->cuse->loop, &r->done);
}

/* --- there --- */

static void cancel(struct cuse_request *r)
{
	if (!r->cancel_sent)
		r->file->cuse->params.ops->cancel(&r->io);
	r->cancel_sent = true;
}

static void interrupted(struct cuse_interrupt *interrupt)
{
	struct cuse_request *r = uw_container_of(interrupt, struct cuse_request, interrupt);

	r->interrupted = true;
	cancel(r);
}

void cuse_requests_cancel(struct cuse_file *f)
{
	/* completions come by message, so the list stands still meanwhile */
	list_for_each (it, &f->requests)
		cancel(list_entry(it, struct cuse_request, link));
}

void cuse_request_submit(struct cuse_request *r)
{
	struct cuse *cuse = r->file->cuse;

	r->io.complete = io_complete;
	r->io.owner = r;
	r->done.run = request_done;
	r->interrupt.run = interrupted;
	list_push_back(&r->file->requests, &r->link);
	count(r, 1);
	cuse->params.ops->submit(r->file->file, &r->io);
	cuse->kernel->on_interrupt(r->call, &r->interrupt);
}

void cuse_read(struct cuse_file *f, struct cuse_call *call, size_t len, uint64_t offset)
{
	struct cuse_request *r = cuse_request_new(f, call, len);

	if (!r)
		return;
	r->io = (struct uwdf_io){
		.kind = UWDF_IO_READ, .out = r->data, .out_len = len, .offset = offset
	};
	cuse_request_submit(r);
}

void cuse_write(struct cuse_file *f, struct cuse_call *call, const struct iovec *data,
		uint64_t offset)
{
	struct cuse_request *r = cuse_request_new(f, call, data->iov_len);

	if (!r)
		return;
	memcpy(r->data, data->iov_base, data->iov_len);
	r->io = (struct uwdf_io){
		.kind = UWDF_IO_WRITE, .in = r->data, .in_len = data->iov_len, .offset = offset
	};
	cuse_request_submit(r);
}
