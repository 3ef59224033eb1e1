/* SPDX-License-Identifier: MIT */
#include "fake_device.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/sealed.h"
#include "base/sys.h"
#include "uwdf/status.h"

#define SOON exec_deadline_ms(60000)

/* Lock held. */
static int32_t count_open(struct fake_device *d)
{
	d->opens += UWDF_STATUS_OK(d->open_status);
	return d->open_status;
}

static int32_t fake_open(void *device, uint32_t process_id, struct uwdf_file **out)
{
	struct fake_device *d = device;
	int32_t status;

	exec_mutex_lock(&d->lock);
	d->process_id = process_id;
	d->opening = d->open_waits;
	exec_cond_broadcast(&d->changed);
	while (d->open_waits && exec_cond_wait(&d->changed, &d->lock, SOON))
		;
	d->opening = false;
	status = count_open(d);
	exec_mutex_unlock(&d->lock);
	*out = device; /* one device, so its opens need no more */
	return status;
}

static void fake_open_start(void *device, struct uwdf_open *open)
{
	struct fake_device *d = device;
	int32_t status = UWDF_STATUS_SUCCESS;
	bool waits;

	exec_mutex_lock(&d->lock);
	d->process_id = open->process_id;
	(void)snprintf(d->file_name, sizeof(d->file_name), "%s",
		       open->file_name ? open->file_name : "");
	waits = d->open_waits && !d->kept; /* a second one meanwhile is answered at once */
	if (waits) {
		d->opening = true;
		d->kept = open;
	} else {
		status = count_open(d);
	}
	exec_cond_broadcast(&d->changed);
	exec_mutex_unlock(&d->lock);
	if (!waits)
		open->done(open, status, UWDF_STATUS_OK(status) ? device : NULL);
}

static void fake_close(struct uwdf_file *file)
{
	struct fake_device *d = (struct fake_device *)file;

	exec_mutex_lock(&d->lock);
	d->closes++;
	exec_cond_broadcast(&d->changed);
	exec_mutex_unlock(&d->lock);
}

static void fake_close_start(struct uwdf_file *file, void (*done)(void *arg), void *arg)
{
	fake_close(file);
	done(arg);
}

static void pend(struct fake_device *d, struct uwdf_io *io)
{
	exec_mutex_lock(&d->lock);
	io->private_area[0] = (uint64_t)(uintptr_t)d;
	assert_true(d->pending_count < UW_ARRAY_SIZE(d->pending));
	d->pending[d->pending_count++] = io;
	exec_cond_broadcast(&d->changed);
	exec_mutex_unlock(&d->lock);
}

static void echo(struct uwdf_io *io)
{
	size_t len = io->in_len < io->out_len ? io->in_len : io->out_len;

	if (len)
		memmove(io->out, io->in, len);
	io->complete(io, UWDF_STATUS_SUCCESS, len);
}

static void count_waiting(struct fake_device *d, unsigned int by)
{
	exec_mutex_lock(&d->lock);
	d->waiting += by;
	exec_cond_broadcast(&d->changed);
	exec_mutex_unlock(&d->lock);
}

static void wait_on_loop(struct fake_device *d, struct uwdf_io *io)
{
	io->complete(io, UWDF_STATUS_SUCCESS, 0);
	count_waiting(d, 1);
	while (!__atomic_load_n(&d->go_on, __ATOMIC_ACQUIRE))
		d->pump(d->loop, exec_deadline_ms(1));
	count_waiting(d, (unsigned int)-1);
}

static bool is_pending(struct fake_device *d, const struct uwdf_io *io)
{
	bool found = false;

	exec_mutex_lock(&d->lock);
	for (unsigned int i = 0; i < d->pending_count; i++)
		found |= d->pending[i] == io;
	exec_mutex_unlock(&d->lock);
	return found;
}

/* Only its cancel ends it. */
static void wait_for_cancel(struct fake_device *d, struct uwdf_io *io)
{
	pend(d, io);
	count_waiting(d, 1);
	while (is_pending(d, io))
		d->pump(d->loop, exec_deadline_ms(1));
	count_waiting(d, (unsigned int)-1);
}

static void flush(struct fake_device *d, struct uwdf_io *io)
{
	__atomic_add_fetch(&d->flushes, 1, __ATOMIC_RELAXED);
	io->complete(io, UWDF_STATUS_SUCCESS, 0);
}

static void fake_submit(struct uwdf_file *file, struct uwdf_io *io)
{
	struct fake_device *d = (struct fake_device *)file;

	__atomic_add_fetch(&d->submitted, 1, __ATOMIC_RELAXED);
	if (io->kind == UWDF_IO_WRITE)
		io->complete(io, UWDF_STATUS_SUCCESS, io->in_len);
	else if (io->kind == UWDF_IO_FLUSH)
		flush(d, io);
	else if (io->kind == UWDF_IO_READ || io->code == FAKE_PEND || io->code == FAKE_STUBBORN)
		pend(d, io);
	else if (io->code == FAKE_ECHO)
		echo(io);
	else if (io->code == FAKE_WAIT && d->loop)
		wait_on_loop(d, io);
	else if (io->code == FAKE_WAIT_CANCEL && d->loop)
		wait_for_cancel(d, io);
	else
		io->complete(io, UWDF_STATUS_INVALID_DEVICE_REQUEST, 0);
}

static bool take(struct fake_device *d, const struct uwdf_io *io)
{
	for (unsigned int i = 0; i < d->pending_count; i++)
		if (d->pending[i] == io) {
			d->pending_count--;
			memmove(&d->pending[i], &d->pending[i + 1],
				(d->pending_count - i) * sizeof(d->pending[0]));
			exec_cond_broadcast(&d->changed);
			return true;
		}
	return false;
}

static void fake_cancel(struct uwdf_io *io)
{
	struct fake_device *d = (struct fake_device *)(uintptr_t)io->private_area[0];
	bool mine;

	if (!d)
		return; /* it never pended */
	exec_mutex_lock(&d->lock);
	d->cancels++;
	exec_cond_broadcast(&d->changed);
	mine = io->code != FAKE_STUBBORN && take(d, io);
	exec_mutex_unlock(&d->lock);
	if (mine)
		io->complete(io, UWDF_STATUS_CANCELLED, 0);
}

static int fake_memory_new(struct uwdf_file *file, size_t len, struct uwdf_io_memory *out)
{
	struct fake_device *d = (struct fake_device *)file;
	int err = sealed_memory_new(len, &out->base, &out->fd);

	if (err)
		return err;
	__atomic_add_fetch(&d->memories, 1, __ATOMIC_RELAXED);
	out->len = len;
	out->place = d;
	return 0;
}

static void fake_memory_free(struct uwdf_io_memory *memory)
{
	struct fake_device *d = memory->place;

	__atomic_sub_fetch(&d->memories, 1, __ATOMIC_RELAXED);
	sys_munmap(memory->base, memory->len);
}

static void fake_submit_many(struct uwdf_file *file, struct uwdf_io *const *ios, size_t count,
			     struct uwdf_io *const **turn)
{
	for (size_t i = 0; i < count; i++) {
		*turn = &ios[i];
		fake_submit(file, ios[i]);
	}
}

static void fake_reap(struct uwdf_file *file)
{
	(void)file; /* what is done was completed at once */
}

static struct irq_loop *fake_loop(struct uwdf_file *file)
{
	return ((struct fake_device *)file)->loop;
}

/* clang-format off */
#define FAKE_OPS                           \
	.open = fake_open,                 \
	.close = fake_close,               \
	.open_start = fake_open_start,     \
	.close_start = fake_close_start,   \
	.submit = fake_submit,             \
	.cancel = fake_cancel,             \
	.memory_new = fake_memory_new,     \
	.memory_free = fake_memory_free
/* clang-format on */

const struct uwdf_device_io_ops fake_device_ops = { FAKE_OPS };
const struct uwdf_device_io_ops fake_device_loop_ops = {
	FAKE_OPS,
	.submit_many = fake_submit_many,
	.reap = fake_reap,
	.loop = fake_loop,
};

void fake_device_init(struct fake_device *d)
{
	memset(d, 0, sizeof(*d));
	assert_int_equal(exec_mutex_init(&d->lock), 0);
	assert_int_equal(exec_cond_init(&d->changed), 0);
}

void fake_device_deinit(struct fake_device *d)
{
	assert_int_equal(d->pending_count, 0);
	assert_int_equal(d->opens, d->closes);
	assert_int_equal(d->memories, 0);
	assert_int_equal(d->waiting, 0);
	exec_cond_deinit(&d->changed);
	exec_mutex_deinit(&d->lock);
}

static void await(struct fake_device *d, const unsigned int *what, unsigned int count)
{
	uint64_t deadline = SOON;

	exec_mutex_lock(&d->lock);
	while (*what != count)
		if (!exec_cond_wait(&d->changed, &d->lock, deadline))
			fail_msg("waited for %u, there are %u", count, *what);
	exec_mutex_unlock(&d->lock);
}

void fake_device_await_pending(struct fake_device *d, unsigned int count)
{
	await(d, &d->pending_count, count);
}

void fake_device_await_cancels(struct fake_device *d, unsigned int count)
{
	await(d, &d->cancels, count);
}

unsigned int fake_device_count(struct fake_device *d, const unsigned int *number)
{
	unsigned int now;

	exec_mutex_lock(&d->lock);
	now = __atomic_load_n(number, __ATOMIC_RELAXED);
	exec_mutex_unlock(&d->lock);
	return now;
}

unsigned int fake_device_closes(struct fake_device *d)
{
	return FAKE_COUNT(d, closes);
}

void fake_device_await_closes(struct fake_device *d, unsigned int count)
{
	await(d, &d->closes, count);
}

void fake_device_await_waiting(struct fake_device *d, unsigned int count)
{
	await(d, &d->waiting, count);
}

void fake_device_go_on(struct fake_device *d)
{
	__atomic_store_n(&d->go_on, true, __ATOMIC_RELEASE);
}

static struct uwdf_io *oldest(struct fake_device *d)
{
	struct uwdf_io *io;

	exec_mutex_lock(&d->lock);
	io = d->pending_count ? d->pending[0] : NULL;
	if (io)
		take(d, io);
	exec_mutex_unlock(&d->lock);
	return io;
}

static void finish(struct uwdf_io *io, int32_t status, const char *text)
{
	size_t len = strlen(text);

	if (len > io->out_len)
		len = io->out_len;
	if (len)
		memcpy(io->out, text, len);
	io->complete(io, status, len);
}

void fake_device_finish(struct fake_device *d, int32_t status, const char *text)
{
	struct uwdf_io *io = oldest(d);

	assert_non_null(io);
	finish(io, status, text);
}

void fake_device_finish_if_any(struct fake_device *d, int32_t status, const char *text)
{
	struct uwdf_io *io = oldest(d);

	if (io)
		finish(io, status, text);
}

void fake_device_await_opening(struct fake_device *d)
{
	bool opening;

	exec_mutex_lock(&d->lock);
	while (!d->opening && exec_cond_wait(&d->changed, &d->lock, SOON))
		;
	opening = d->opening;
	exec_mutex_unlock(&d->lock);
	assert_true(opening);
}

void fake_device_let_open(struct fake_device *d)
{
	struct uwdf_open *open;
	int32_t status;

	exec_mutex_lock(&d->lock);
	open = d->kept;
	status = open ? count_open(d) : UWDF_STATUS_SUCCESS;
	d->kept = NULL;
	d->opening = d->open_waits = false;
	exec_cond_broadcast(&d->changed);
	exec_mutex_unlock(&d->lock);
	if (open)
		open->done(open, status,
			   UWDF_STATUS_OK(status) ? (struct uwdf_file *)(void *)d : NULL);
}
