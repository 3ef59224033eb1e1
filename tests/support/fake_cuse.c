/* SPDX-License-Identifier: MIT */
#include "fake_cuse.h"

#include "uw_test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>

#include "base/mem.h"

#define SOON exec_deadline_ms(60000)

struct fake_cuse fake_cuse;

/* --- the kernel side --- */

static int fake_channel_open(const char *name, const struct cuse_events *events, void *arg,
			     struct report *rep, struct cuse_channel **out, int *out_fd)
{
	const char one = 1;

	(void)name;
	if (fake_cuse.refusal)
		return report_fail(rep, fake_cuse.refusal, "opening the fake");
	fake_cuse.fd = eventfd(one, EFD_SEMAPHORE | EFD_NONBLOCK | EFD_CLOEXEC);
	assert_true(fake_cuse.fd >= 0);
	fake_cuse.events = events;
	fake_cuse.arg = arg;
	fake_cuse.is_made = false;
	*out = (struct cuse_channel *)(void *)&fake_cuse;
	*out_fd = fake_cuse.fd;
	return 0;
}

static void fake_channel_close(struct cuse_channel *channel)
{
	(void)channel;
	close(fake_cuse.fd);
	fake_cuse.fd = -1;
	unlink(fake_cuse.path);
}

static void make(void)
{
	int fd = fake_cuse.makes_none ? -1 : open(fake_cuse.path, O_CREAT | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	fake_cuse.is_made = true;
	fake_cuse.events->made(fake_cuse.arg);
}

/* The last thing that anybody does with @call. */
static void answered(struct cuse_call *call, int err, size_t count)
{
	exec_mutex_lock(&fake_cuse.lock);
	call->answers++;
	call->err = err;
	call->count = count;
	exec_cond_broadcast(&fake_cuse.changed);
	exec_mutex_unlock(&fake_cuse.lock);
}

static void deliver(struct cuse_call *signal)
{
	struct cuse_interrupt *interrupt;

	exec_mutex_lock(&fake_cuse.lock);
	interrupt = signal->signalled->answers ? NULL : signal->signalled->interrupt;
	exec_mutex_unlock(&fake_cuse.lock);
	if (interrupt)
		interrupt->run(interrupt);
	answered(signal, 0, 0);
}

static void dispatch(struct cuse_call *c)
{
	const struct cuse_events *events = fake_cuse.events;

	switch (c->what) {
	case FAKE_OPEN:
		events->open(fake_cuse.arg, c, c->flags);
		break;
	case FAKE_READ:
		events->read(fake_cuse.arg, c, c->file, c->len, c->offset);
		break;
	case FAKE_WRITE:
		events->write(fake_cuse.arg, c, c->file, &c->data, c->offset);
		break;
	case FAKE_IOCTL:
		events->ioctl(fake_cuse.arg, c, c->file, &c->ioctl);
		break;
	case FAKE_POLL:
		events->poll(fake_cuse.arg, c, c->file, c->waiter);
		break;
	case FAKE_RELEASE:
		events->release(fake_cuse.arg, c, c->file);
		break;
	default:
		deliver(c);
		break;
	}
}

static int fake_serve(struct cuse_channel *channel)
{
	struct cuse_call *call = NULL;
	uint64_t one;

	(void)channel;
	if (read(fake_cuse.fd, &one, sizeof(one)) != sizeof(one))
		return -EAGAIN;
	exec_mutex_lock(&fake_cuse.lock);
	if (fake_cuse.is_made && fake_cuse.queued) {
		call = fake_cuse.queue[0];
		fake_cuse.queued--;
		memmove(&fake_cuse.queue[0], &fake_cuse.queue[1],
			fake_cuse.queued * sizeof(fake_cuse.queue[0]));
	}
	exec_mutex_unlock(&fake_cuse.lock);
	if (fake_cuse.ends)
		return -ENODEV;
	if (call)
		dispatch(call);
	else
		make();
	return 0;
}

static void fake_caller(struct cuse_call *call, struct server_peer *out)
{
	*out = call->caller;
}

static void fake_on_interrupt(struct cuse_call *call, struct cuse_interrupt *interrupt)
{
	exec_mutex_lock(&fake_cuse.lock);
	call->interrupt = interrupt;
	exec_cond_broadcast(&fake_cuse.changed);
	exec_mutex_unlock(&fake_cuse.lock);
}

static void fake_error(struct cuse_call *call, int err)
{
	answered(call, err, 0);
}

static int fake_opened(struct cuse_call *call, uint64_t file)
{
	bool gone = call->gone;

	call->file = file;
	answered(call, 0, 0);
	return gone ? -ENOENT : 0;
}

static void fake_data(struct cuse_call *call, const void *data, size_t len)
{
	assert_true(len <= sizeof(call->bytes));
	if (len)
		memcpy(call->bytes, data, len);
	answered(call, 0, len);
}

static void fake_written(struct cuse_call *call, size_t len)
{
	answered(call, 0, len);
}

static void fake_retry(struct cuse_call *call, const struct iovec *in, size_t in_count,
		       const struct iovec *out, size_t out_count)
{
	assert_true(in_count <= CUSE_MOST_PARTS && out_count <= CUSE_MOST_PARTS);
	memcpy(call->in, in, in_count * sizeof(*in));
	if (out_count)
		memcpy(call->out, out, out_count * sizeof(*out));
	call->in_count = in_count;
	call->out_count = out_count;
	call->again = true;
	answered(call, 0, 0);
}

static void fake_controlled(struct cuse_call *call, int result, const struct iovec *parts,
			    size_t count)
{
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		if (parts[i].iov_len)
			memcpy(call->bytes + used, parts[i].iov_base, parts[i].iov_len);
		used += parts[i].iov_len;
	}
	assert_true(used <= call->ioctl.out_len);
	answered(call, result, used);
}

static void fake_polled(struct cuse_call *call, unsigned int events)
{
	call->events = events;
	answered(call, 0, 0);
}

static void fake_wake(struct cuse_waiter *waiter)
{
	__atomic_add_fetch(&waiter->woken, 1, __ATOMIC_RELEASE);
}

static void fake_forget(struct cuse_waiter *waiter)
{
	__atomic_add_fetch(&waiter->forgotten, 1, __ATOMIC_RELEASE);
}

const struct cuse_kernel fake_cuse_kernel = { .open = fake_channel_open,
					      .close = fake_channel_close,
					      .serve = fake_serve,
					      .caller = fake_caller,
					      .on_interrupt = fake_on_interrupt,
					      .error = fake_error,
					      .opened = fake_opened,
					      .data = fake_data,
					      .written = fake_written,
					      .retry = fake_retry,
					      .controlled = fake_controlled,
					      .polled = fake_polled,
					      .wake = fake_wake,
					      .forget = fake_forget };

/* --- programs --- */

static void ring(void)
{
	const uint64_t one = 1;

	assert_int_equal(write(fake_cuse.fd, &one, sizeof(one)), sizeof(one));
}

void fake_call(struct cuse_call *call)
{
	exec_mutex_lock(&fake_cuse.lock);
	assert_true(fake_cuse.queued < UW_ARRAY_SIZE(fake_cuse.queue));
	fake_cuse.queue[fake_cuse.queued++] = call;
	exec_mutex_unlock(&fake_cuse.lock);
	ring();
}

void fake_await(struct cuse_call *call)
{
	uint64_t deadline = SOON;

	exec_mutex_lock(&fake_cuse.lock);
	while (!call->answers)
		if (!exec_cond_wait(&fake_cuse.changed, &fake_cuse.lock, deadline))
			fail_msg("call %d is never answered", (int)call->what);
	assert_int_equal(call->answers, 1);
	exec_mutex_unlock(&fake_cuse.lock);
}

static void await_interrupt(struct cuse_call *call)
{
	uint64_t deadline = SOON;

	exec_mutex_lock(&fake_cuse.lock);
	while (!call->interrupt && !call->answers)
		if (!exec_cond_wait(&fake_cuse.changed, &fake_cuse.lock, deadline))
			fail_msg("call %d cannot be interrupted", (int)call->what);
	exec_mutex_unlock(&fake_cuse.lock);
}

void fake_end(void)
{
	fake_cuse.ends = true;
	ring();
}

static int finish(struct cuse_call *call)
{
	fake_call(call);
	fake_await(call);
	return call->err ? call->err : (int)call->count;
}

void fake_signal(struct cuse_call *call)
{
	struct cuse_call signal = { .what = FAKE_SIGNAL, .signalled = call };

	await_interrupt(call);
	(void)finish(&signal);
}

int fake_open(int flags, uint64_t *file)
{
	struct cuse_call call = { .what = FAKE_OPEN,
				  .flags = flags,
				  .caller = { .uid = geteuid(), .pid = (uint32_t)getpid() } };
	int err = finish(&call);

	*file = call.file;
	return err;
}

int fake_read(uint64_t file, void *buf, size_t len)
{
	struct cuse_call call = { .what = FAKE_READ, .file = file, .len = len };
	int done = finish(&call);

	if (done > 0)
		memcpy(buf, call.bytes, (size_t)done);
	return done;
}

int fake_write(uint64_t file, const void *buf, size_t len)
{
	struct cuse_call call = { .what = FAKE_WRITE,
				  .file = file,
				  .data = { (void *)(uintptr_t)buf, len } };

	return finish(&call);
}

static size_t length_of(const struct iovec *parts, size_t count)
{
	size_t len = 0;

	for (size_t i = 0; i < count; i++)
		len += parts[i].iov_len;
	return len;
}

bool fake_ioctl_round(struct cuse_call *call, uint8_t *memory, size_t room)
{
	size_t used = 0;

	finish(call);
	if (!call->again)
		return false;
	assert_true(length_of(call->in, call->in_count) <= room);
	for (size_t i = 0; i < call->in_count; i++) {
		memcpy(memory + used, call->in[i].iov_base, call->in[i].iov_len);
		used += call->in[i].iov_len;
	}
	call->ioctl.in = memory;
	call->ioctl.in_len = used;
	call->ioctl.out_len = length_of(call->out, call->out_count);
	call->again = false;
	call->answers = 0;
	return true;
}

static void scatter(const struct cuse_call *call)
{
	size_t used = 0;

	for (size_t i = 0; i < call->out_count; i++) {
		size_t len = call->out[i].iov_len;

		len = call->count - used < len ? call->count - used : len;
		memcpy(call->out[i].iov_base, call->bytes + used, len);
		used += len;
	}
}

int fake_ioctl(uint64_t file, unsigned int number, void *argument)
{
	struct cuse_call call = { .what = FAKE_IOCTL,
				  .file = file,
				  .ioctl = { .number = number, .address = (uintptr_t)argument } };
	uint8_t memory[4096];

	for (int round = 0; fake_ioctl_round(&call, memory, sizeof(memory)); round++)
		assert_true(round < 2);
	scatter(&call);
	return call.err;
}

unsigned int fake_poll(uint64_t file, struct cuse_waiter *waiter)
{
	struct cuse_call call = { .what = FAKE_POLL, .file = file, .waiter = waiter };

	assert_int_equal(finish(&call), 0);
	return call.events;
}

int fake_release(uint64_t file)
{
	struct cuse_call call = { .what = FAKE_RELEASE, .file = file };

	return finish(&call);
}

/* --- a node on a fake device --- */

int cuse_fixture_start(struct cuse_fixture *f)
{
	f->rep = (struct report)REPORT_INIT;
	return cuse_start(&f->params, &f->rep, &f->cuse);
}

void cuse_fixture_stop(struct cuse_fixture *f)
{
	assert_int_equal(cuse_free(f->cuse, SOON), 0);
	f->cuse = NULL;
}

int cuse_fixture_setup(void **state)
{
	struct cuse_fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	(void)snprintf(f->directory, sizeof(f->directory), "/tmp/uwdf-test-XXXXXX");
	assert_non_null(mkdtemp(f->directory));
	f->blocks = mem_live_blocks();
	f->descriptors = test_open_fds();
	fake_device_init(&f->device);
	fake_cuse = (struct fake_cuse){ .fd = -1 };
	assert_int_equal(exec_mutex_init(&fake_cuse.lock), 0);
	assert_int_equal(exec_cond_init(&fake_cuse.changed), 0);
	(void)snprintf(fake_cuse.path, sizeof(fake_cuse.path), "%s/node", f->directory);
	f->params = (struct cuse_params){ .name = "node",
					  .directory = f->directory,
					  .kernel = &fake_cuse_kernel,
					  .ops = &fake_device_ops,
					  .device = &f->device };
	*state = f;
	return 0;
}

int cuse_fixture_teardown(void **state)
{
	struct cuse_fixture *f = *state;

	if (f->cuse)
		cuse_fixture_stop(f);
	fake_device_deinit(&f->device);
	exec_cond_deinit(&fake_cuse.changed);
	exec_mutex_deinit(&fake_cuse.lock);
	assert_int_equal(mem_live_blocks(), f->blocks);
	assert_int_equal(test_open_fds(), f->descriptors);
	assert_int_equal(rmdir(f->directory), 0);
	free(f);
	return 0;
}
