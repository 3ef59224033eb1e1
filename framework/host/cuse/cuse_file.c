/* SPDX-License-Identifier: MIT */
/* cuse_file.c - opens of the node: from open() to the last close(), and poll(). */
#include <errno.h>
#include <poll.h>

#include "base/mem.h"
#include "cuse_impl.h"

static void set_state(struct cuse_file *f, enum cuse_file_state state)
{
	exec_mutex_lock(&f->cuse->lock);
	f->state = state;
	exec_mutex_unlock(&f->cuse->lock);
}

/* --- close --- */

static void answer(struct cuse_file *f, int err)
{
	struct cuse_call *call = f->call;

	f->call = NULL;
	if (call)
		f->cuse->kernel->error(call, err);
}

/* Both the device and the kernel have done with it; whoever waits for that is told last. */
static void file_free(struct cuse_file *f)
{
	const struct cuse_kernel *kernel = f->cuse->kernel;
	struct cuse_call *call = f->call;

	if (f->waiter)
		kernel->forget(f->waiter);
	irq_loop_undefer(&f->give_up);
	if (f->user)
		quota_give_back(f->user, QUOTA_HANDLES, 1);
	exec_mutex_lock(&f->cuse->lock);
	list_remove(&f->link);
	exec_mutex_unlock(&f->cuse->lock);
	mem_free(f);
	if (call)
		kernel->error(call, 0);
}

/* The device has done with it. */
static void ended(struct cuse_file *f)
{
	struct cuse *cuse = f->cuse;

	set_state(f, CUSE_FILE_ENDED);
	cuse->open_files--;
	if (f->released)
		file_free(f);
	cuse_note_dry(cuse);
}

static void closed(struct irq_message *msg)
{
	ended(uw_container_of(msg, struct cuse_file, done));
}

/* The device's thread. */
static void close_done(void *arg)
{
	struct cuse_file *f = arg;

	f->done.run = closed;
	irq_loop_post(f->cuse->loop, &f->done);
}

void cuse_file_close_if_dry(struct cuse_file *f)
{
	if (f->state != CUSE_FILE_CLOSING || f->outstanding)
		return;
	set_state(f, CUSE_FILE_ENDING);
	f->cuse->params.ops->close_start(f->file, close_done, f);
}

static void start_closing(struct cuse_file *f)
{
	if (f->state != CUSE_FILE_OPEN)
		return;
	set_state(f, CUSE_FILE_CLOSING);
	cuse_requests_cancel(f);
	cuse_file_close_if_dry(f);
}

void cuse_file_release(struct cuse_file *f, struct cuse_call *call)
{
	f->released = true;
	f->call = call;
	if (f->state == CUSE_FILE_ENDED)
		file_free(f);
	else
		start_closing(f);
}

void cuse_files_close(struct cuse *cuse, bool forgotten)
{
	list_for_each_safe (it, next, &cuse->files) {
		struct cuse_file *f = list_entry(it, struct cuse_file, link);

		cuse_file_wake(f);
		f->released |= forgotten && f->state != CUSE_FILE_OPENING;
		start_closing(f);
	}
}

void cuse_files_free(struct cuse *cuse)
{
	list_for_each_safe (it, next, &cuse->files)
		file_free(list_entry(it, struct cuse_file, link));
}

/* --- open --- */

/* A file that nobody has: who opened it was interrupted, or the device is on its way out. */
static void close_unwanted(struct cuse_file *f)
{
	f->released = true;
	start_closing(f);
}

static void refused(struct cuse_file *f)
{
	f->released = true;
	answer(f, f->cuse->leaving ? -ENODEV : cuse_errno_of(f->status));
	ended(f);
}

/* Loop thread: the driver has answered. */
static void opened(struct irq_message *msg)
{
	struct cuse_file *f = uw_container_of(msg, struct cuse_file, done);
	struct cuse_call *call = f->call;
	struct cuse *cuse = f->cuse;

	irq_loop_undefer(&f->give_up);
	if (!UWDF_STATUS_OK(f->status)) {
		refused(f);
		return;
	}
	set_state(f, CUSE_FILE_OPEN);
	if (cuse->leaving)
		answer(f, -ENODEV);
	f->call = NULL;
	if (!call || cuse->leaving || cuse->kernel->opened(call, (uintptr_t)f))
		close_unwanted(f);
}

/* The device's thread. */
static void open_done(struct uwdf_open *open, int32_t status, struct uwdf_file *file)
{
	struct cuse_file *f = open->owner;

	f->status = status;
	f->file = file;
	f->done.run = opened;
	irq_loop_post(f->cuse->loop, &f->done);
}

/* The driver cannot be called off; the program need not wait for it. */
static void give_up(struct irq_deferred *work)
{
	answer(uw_container_of(work, struct cuse_file, give_up), -EINTR);
}

static void open_interrupted(struct cuse_interrupt *interrupt)
{
	struct cuse_file *f = uw_container_of(interrupt, struct cuse_file, interrupt);

	if (f->call)
		irq_loop_defer(f->cuse->loop, IRQ_PHASE_FLUSH, &f->give_up);
}

static struct cuse_file *file_new(struct cuse *cuse)
{
	struct cuse_file *f = mem_calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->cuse = cuse;
	f->state = CUSE_FILE_OPENING;
	f->opened_ns = exec_now_ns();
	f->open = (struct uwdf_open){ .done = open_done, .owner = f };
	f->interrupt.run = open_interrupted;
	f->give_up.run = give_up;
	list_init(&f->link);
	list_init(&f->requests);
	list_init(&f->give_up.link);
	return f;
}

static void start_opening(struct cuse_file *f, struct cuse_call *call)
{
	struct cuse *cuse = f->cuse;

	f->call = call;
	f->open.process_id = f->process_id;
	cuse->open_files++;
	cuse->params.ops->open_start(cuse->params.device, &f->open);
	cuse->kernel->on_interrupt(call, &f->interrupt);
}

static int take_share(struct cuse_file *f)
{
	struct quota *quota = &f->cuse->quota;
	struct quota_user *user = quota_user_of(quota, f->user_id);

	if (!user)
		return -ENOMEM;
	if (!quota_has_room(quota, user, QUOTA_HANDLES, 1))
		return -EDQUOT;
	quota_take(user, QUOTA_HANDLES, 1);
	f->user = user;
	return 0;
}

/* Counted first: whoever wants the device unused holds opens, then counts. */
static int enter(struct cuse_file *f, struct cuse_call *call, int flags)
{
	const struct cuse_params *params = &f->cuse->params;
	int err = cuse_access_judge(f->cuse, call, flags, f);

	if (!err)
		err = take_share(f);
	if (err)
		return err;
	exec_mutex_lock(&f->cuse->lock);
	list_push_back(&f->cuse->files, &f->link);
	exec_mutex_unlock(&f->cuse->lock);
	return params->opens_are_held && params->opens_are_held(params->arg) ? -EBUSY : 0;
}

void cuse_file_open(struct cuse *cuse, struct cuse_call *call, int flags)
{
	struct cuse_file *f = cuse->leaving ? NULL : file_new(cuse);
	int err;

	if (!f) {
		cuse->kernel->error(call, cuse->leaving ? -ENODEV : -ENOMEM);
		return;
	}
	err = enter(f, call, flags);
	if (err) {
		file_free(f);
		cuse->kernel->error(call, err);
		return;
	}
	start_opening(f, call);
}

/* --- poll --- */

/* A device of KMDF says nothing beforehand; but where a request waits, another one would, too. */
static unsigned int ready_for(const struct cuse_file *f)
{
	unsigned int events = 0;

	if (f->cuse->leaving || f->state != CUSE_FILE_OPEN)
		return POLLERR | POLLHUP;
	if (!f->reading)
		events |= POLLIN | POLLRDNORM;
	if (!f->writing)
		events |= POLLOUT | POLLWRNORM;
	return events;
}

void cuse_file_wake(struct cuse_file *f)
{
	struct cuse_waiter *waiter = f->waiter;

	f->waiter = NULL;
	if (waiter)
		f->cuse->kernel->wake(waiter);
}

void cuse_file_poll(struct cuse_file *f, struct cuse_call *call, struct cuse_waiter *waiter)
{
	if (waiter) {
		if (f->waiter)
			f->cuse->kernel->forget(f->waiter);
		f->waiter = waiter;
	}
	f->cuse->kernel->polled(call, ready_for(f));
}
