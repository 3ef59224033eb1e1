/* SPDX-License-Identifier: MIT */
#include "fake_remote.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <sys/eventfd.h>

#include "base/mem.h"
#include "base/sys.h"
#include "uwdf/status.h"

/* A handle. */
struct fake_connection {
	struct fake_connection *older;
	struct uwdf_op *pending[FAKE_REMOTE_OPS], *answered[FAKE_REMOTE_OPS];
	unsigned int pending_count, answered_count;
	enum uwdf_event events[8];
	unsigned int event_count;
	bool dead;
	int fd;
};

struct fake_remote fake_remote;

#define F (&fake_remote)

static struct fake_connection *of(const uwdf_handle *handle)
{
	return (struct fake_connection *)(uintptr_t)handle;
}

static void signal_locked(struct fake_connection *c)
{
	assert_int_equal(sys_eventfd_signal(c->fd), 0);
}

static bool take(struct uwdf_op **ops, unsigned int *count, const struct uwdf_op *op)
{
	for (unsigned int i = 0; i < *count; i++) {
		if (ops[i] != op)
			continue;
		memmove(&ops[i], &ops[i + 1], (--*count - i) * sizeof(*ops));
		return true;
	}
	return false;
}

static void answer_locked(struct fake_connection *c, struct uwdf_op *op, int32_t status,
			  size_t information)
{
	assert_true(take(c->pending, &c->pending_count, op));
	op->status = status;
	op->information = information;
	c->answered[c->answered_count++] = op;
	signal_locked(c);
}

/* --- the calls --- */

static int fake_open(const char *what, int timeout_ms, struct uwdf_error *error, int32_t *status,
		     uwdf_handle **out)
{
	struct fake_connection *c;

	(void)what;
	(void)error;
	assert_true(timeout_ms > 0);
	if (F->open_takes_ms)
		exec_sleep_ms(F->open_takes_ms);
	*status = F->open_status;
	if (F->open_err)
		return F->open_err;
	c = mem_calloc(1, sizeof(*c));
	assert_non_null(c);
	c->fd = sys_eventfd(0, EFD_NONBLOCK);
	assert_true(c->fd >= 0);
	exec_mutex_lock(&F->lock);
	c->older = F->newest;
	F->newest = c;
	F->opens++;
	exec_mutex_unlock(&F->lock);
	*out = (uwdf_handle *)(void *)c;
	return 0;
}

/* What is outstanding then would have been forgotten by the sink: that must not be. */
static void fake_close(uwdf_handle *handle)
{
	struct fake_connection *c = of(handle), **at = &F->newest;

	exec_mutex_lock(&F->lock);
	assert_int_equal(c->pending_count + c->answered_count, 0);
	F->closes++;
	while (*at != c)
		at = &(*at)->older;
	*at = c->older;
	exec_mutex_unlock(&F->lock);
	sys_close(c->fd);
	mem_free(c);
}

static int fake_submit(uwdf_handle *handle, struct uwdf_op *op)
{
	struct fake_connection *c = of(handle);
	int err = 0;

	exec_mutex_lock(&F->lock);
	if (c->dead)
		err = -EPIPE;
	else if ((F->room && c->pending_count >= F->room) || c->pending_count == FAKE_REMOTE_OPS)
		err = -EAGAIN;
	else
		c->pending[c->pending_count++] = op;
	exec_mutex_unlock(&F->lock);
	return err;
}

static int fake_reap_many(uwdf_handle *handle, int timeout_ms, struct uwdf_op **ops,
			  unsigned int max)
{
	struct fake_connection *c = of(handle);
	int got;

	assert_int_equal(timeout_ms, 0);
	exec_mutex_lock(&F->lock);
	got = (int)(c->answered_count < max ? c->answered_count : max);
	memcpy(ops, c->answered, (size_t)got * sizeof(*ops));
	c->answered_count -= (unsigned int)got;
	memmove(c->answered, c->answered + got, c->answered_count * sizeof(*ops));
	if (!got && c->dead)
		got = -EPIPE;
	if ((!got && !c->event_count) || F->ends_in_silence)
		(void)sys_eventfd_drain(c->fd);
	exec_mutex_unlock(&F->lock);
	return got;
}

static int fake_cancel(uwdf_handle *handle, struct uwdf_op *op)
{
	struct fake_connection *c = of(handle);
	if (F->refuses_cancels)
		return -EAGAIN;
	exec_mutex_lock(&F->lock);
	F->cancels++;
	for (unsigned int i = 0; i < c->pending_count && !F->is_stubborn; i++)
		if (c->pending[i] == op)
			answer_locked(c, op, UWDF_STATUS_CANCELLED, 0);
	exec_mutex_unlock(&F->lock);
	return 0;
}

static void fake_abandon(uwdf_handle *handle, struct uwdf_op *op)
{
	struct fake_connection *c = of(handle);
	exec_mutex_lock(&F->lock);
	F->abandoned++;
	if (!take(c->pending, &c->pending_count, op))
		assert_true(take(c->answered, &c->answered_count, op));
	exec_mutex_unlock(&F->lock);
}

static void fake_set_patience(uwdf_handle *handle, int timeout_ms)
{
	(void)handle;
	assert_int_equal(timeout_ms, 0);
}

static int fake_poll_fd(const uwdf_handle *handle)
{
	struct fake_connection *c = of(handle);
	return c->fd;
}

static int fake_notify(uwdf_handle *handle, int on)
{
	(void)handle;
	assert_int_equal(on, 1);
	return F->notify_err;
}

static int fake_next_event(uwdf_handle *handle, int timeout_ms, enum uwdf_event *out)
{
	struct fake_connection *c = of(handle);
	int got = 0;

	assert_int_equal(timeout_ms, 0);
	exec_mutex_lock(&F->lock);
	if (c->event_count) {
		*out = c->events[0];
		memmove(c->events, c->events + 1, --c->event_count * sizeof(c->events[0]));
		got = 1;
	} else if (c->dead) {
		got = -EPIPE;
	}
	exec_mutex_unlock(&F->lock);
	return got;
}

static void tell_locked(struct fake_connection *c, enum uwdf_event event)
{
	assert_true(c->event_count < 8);
	c->events[c->event_count++] = event;
	signal_locked(c);
}

static int fake_let_go(uwdf_handle *handle)
{
	struct fake_connection *c = of(handle);

	if (F->busy_let_gos) {
		F->busy_let_gos--;
		return -EAGAIN;
	}
	if (F->let_go_err)
		return F->let_go_err;
	exec_mutex_lock(&F->lock);
	F->let_gos++;
	if (!F->never_lets_go)
		tell_locked(c, UWDF_LET_GO);
	exec_mutex_unlock(&F->lock);
	return 0;
}

const struct fx_remote_ops fake_remote_ops = {
	.open_within = fake_open,
	.close = fake_close,
	.submit = fake_submit,
	.reap_many = fake_reap_many,
	.cancel = fake_cancel,
	.abandon = fake_abandon,
	.set_patience = fake_set_patience,
	.poll_fd = fake_poll_fd,
	.notify = fake_notify,
	.next_event = fake_next_event,
	.let_go = fake_let_go,
};

/* --- the test's side --- */

void fake_remote_init(void)
{
	memset(F, 0, sizeof(*F));
	assert_int_equal(exec_mutex_init(&F->lock), 0);
	fx_remote_use(&fake_remote_ops);
}

void fake_remote_deinit(void)
{
	fx_remote_use(NULL);
	assert_int_equal(F->opens, F->closes);
	exec_mutex_deinit(&F->lock);
}

unsigned int fake_remote_pending(void)
{
	unsigned int count;

	exec_mutex_lock(&F->lock);
	count = F->newest ? F->newest->pending_count : 0;
	exec_mutex_unlock(&F->lock);
	return count;
}

unsigned int fake_remote_events(void)
{
	unsigned int count;

	exec_mutex_lock(&F->lock);
	count = F->newest ? F->newest->event_count : 0;
	exec_mutex_unlock(&F->lock);
	return count;
}

bool fake_remote_answer(unsigned int index, int32_t status, size_t information)
{
	struct fake_connection *c;
	bool found;

	exec_mutex_lock(&F->lock);
	c = F->newest;
	found = c && index < c->pending_count;
	if (found)
		answer_locked(c, c->pending[index], status, information);
	exec_mutex_unlock(&F->lock);
	return found;
}

void fake_remote_tell(enum uwdf_event event)
{
	exec_mutex_lock(&F->lock);
	if (F->newest)
		tell_locked(F->newest, event);
	exec_mutex_unlock(&F->lock);
}

void fake_remote_die(void)
{
	struct fake_connection *c;

	exec_mutex_lock(&F->lock);
	for (c = F->newest; c; c = c->older) {
		c->dead = true;
		while (c->pending_count)
			answer_locked(c, c->pending[0], UWDF_STATUS_DEVICE_REMOVED, 0);
		signal_locked(c);
	}
	exec_mutex_unlock(&F->lock);
}
