/* SPDX-License-Identifier: MIT */
/*
 * client.c - handles: many requests over a transport, and single ones that wait.
 *
 * A single request that waits may meet answers of others; they are kept aside (stash) for
 * uwdf_reap(), and an eventfd beside the transport's descriptor says so to poll(). A transport that
 * does not signal what nobody waits for (watch) is told only of those who poll: from the first
 * uwdf_poll_fd() on the eventfd is raised whenever something may be left, until a reap found
 * nothing and the transport is on the watch again.
 */
#include "uwdf/client.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "base/mem.h"
#include "base/sys.h"
#include "uwdf/status.h"
#include "uwdf/transport.h"
#include "uwdf/wire.h"
#include "wait.h"

/* How long a request that timed out has to obey its cancellation before it is left behind. */
#define CANCEL_GRACE_MS 500

struct uwdf_handle {
	struct uwdf_transport *transport; /* owned */
	int epoll_fd;                     /* owned: transport and stash */
	int stash_fd;                     /* owned; an eventfd */
	bool raised; /* the eventfd is: there may be something that the transport's does not say */
	bool polled; /* uwdf_poll_fd() was called, and the transport has to be told */
	struct uwdf_op *stash_first, **stash_end;
	enum uwdf_event event; /* met on the way to an answer, and kept as such answers are */
	bool wants_events;     /* then the eventfd says so, too */
	struct plain_memory *memories; /* owned; where the transport shares none */
};

struct plain_memory {
	struct plain_memory *next;
	_Alignas(64) uint8_t bytes[];
};

int uwdf_open_transport(struct uwdf_transport *transport, uwdf_handle **out)
{
	uwdf_handle *h = mem_calloc(1, sizeof(*h));
	int err = -ENOMEM;

	if (!h)
		goto err_transport;
	h->transport = transport;
	h->stash_end = &h->stash_first;
	h->stash_fd = err = sys_eventfd(0, EFD_NONBLOCK);
	if (err < 0)
		goto err_free;
	h->epoll_fd = err = sys_epoll_create1(0);
	if (err < 0)
		goto err_stash;
	err = sys_epoll_ctl(h->epoll_fd, EPOLL_CTL_ADD, h->stash_fd, EPOLLIN, 0);
	if (!err)
		err = sys_epoll_ctl(h->epoll_fd, EPOLL_CTL_ADD, transport->ops->fd(transport),
				    EPOLLIN, 0);
	if (err)
		goto err_epoll;
	*out = h;
	return 0;

err_epoll:
	sys_close(h->epoll_fd);
err_stash:
	sys_close(h->stash_fd);
err_free:
	mem_free(h);
err_transport:
	transport->ops->close(transport);
	return err;
}

void uwdf_close(uwdf_handle *h)
{
	if (!h)
		return;
	h->transport->ops->close(h->transport);
	sys_close(h->epoll_fd);
	sys_close(h->stash_fd);
	while (h->memories) {
		struct plain_memory *memory = h->memories;

		h->memories = memory->next;
		mem_free(memory);
	}
	mem_free(h);
}

/* --- for poll() --- */

static void raise_if(uwdf_handle *h, bool wanted)
{
	if (wanted == h->raised)
		return;
	/* the counter has room for 2^64 - 2 signals; a failure costs poll() a wake-up, no answer */
	if (wanted && sys_eventfd_signal(h->stash_fd))
		return;
	if (!wanted)
		(void)sys_eventfd_drain(h->stash_fd);
	h->raised = wanted;
}

/* What is kept here, the transport's descriptor does not say. @more: nor something else. */
static void tell_poll(uwdf_handle *h, bool more)
{
	/* for who did not ask for events it would stay readable: they never take them */
	raise_if(h, more || h->stash_first || (h->event && h->wants_events));
}

static void keep_event(uwdf_handle *h)
{
	struct uwdf_transport *t = h->transport;

	if (h->event || !t->ops->event)
		return;
	h->event = t->ops->event(t);
	if (h->event)
		tell_poll(h, h->raised);
}

/* Reaped for now: the transport signals from here; what came before is told by the eventfd. */
static void watch(uwdf_handle *h)
{
	bool more;

	if (!h->polled)
		return;
	more = h->transport->ops->watch(h->transport);
	keep_event(h);
	tell_poll(h, more);
}

int uwdf_poll_fd(const uwdf_handle *handle)
{
	uwdf_handle *h = (uwdf_handle *)(uintptr_t)handle; /* who asks has it, and it is one */

	if (!h->polled && h->transport->ops->watch) {
		h->polled = true;
		watch(h);
	}
	return h->epoll_fd;
}

const char *uwdf_handle_name(const uwdf_handle *h)
{
	return h->transport->ops->name(h->transport);
}

/* --- many requests --- */

static int check_op(const struct uwdf_op *op)
{
	bool wants_in = op->kind == UWDF_WRITE || op->kind == UWDF_CONTROL;
	bool wants_out = op->kind == UWDF_READ || op->kind == UWDF_CONTROL;

	if (!wants_in && !wants_out && (op->kind != UWDF_FLUSH || op->code || op->offset))
		return -EINVAL;
	if ((op->in_len && (!wants_in || !op->in)) || (op->out_len && (!wants_out || !op->out)))
		return -EINVAL;
	return 0;
}

static int submit_quietly(uwdf_handle *h, struct uwdf_op *op)
{
	int err = check_op(op);

	if (err)
		return err;
	op->next = NULL;
	return h->transport->ops->submit(h->transport, op);
}

static int flush(uwdf_handle *h)
{
	return h->transport->ops->flush ? h->transport->ops->flush(h->transport) : 0;
}

/* How many of them the transport took in its shortest way. */
static unsigned int submit_some(uwdf_handle *h, struct uwdf_op *const *ops, unsigned int count)
{
	const struct uwdf_transport_ops *t = h->transport->ops;

	return t->submit_some ? t->submit_some(h->transport, ops, count) : 0;
}

int uwdf_submit(uwdf_handle *h, struct uwdf_op *op)
{
	int err = submit_some(h, &op, 1) ? 0 : submit_quietly(h, op);

	/* the op is away: that the device could not be woken is no reason to send it again */
	if (!err && flush(h))
		return 0;
	return err;
}

int uwdf_submit_many(uwdf_handle *h, struct uwdf_op *const *ops, unsigned int count)
{
	unsigned int taken = submit_some(h, ops, count);
	int err = 0;

	while (taken < count && !err) {
		err = submit_quietly(h, ops[taken]);
		taken += !err;
		if (!err && taken < count)
			taken += submit_some(h, &ops[taken], count - taken);
	}
	if (taken && flush(h))
		return (int)taken; /* as above */
	return taken ? (int)taken : err;
}

int uwdf_cancel(uwdf_handle *h, struct uwdf_op *op)
{
	uint64_t tag = __atomic_load_n(&op->tag, __ATOMIC_RELAXED);

	return tag ? h->transport->ops->cancel(h->transport, tag) : 0;
}

int uwdf_cancel_all(uwdf_handle *h)
{
	return h->transport->ops->cancel_all ? h->transport->ops->cancel_all(h->transport)
					     : -EOPNOTSUPP;
}

static void stash_put(uwdf_handle *h, struct uwdf_op *op)
{
	op->next = NULL;
	*h->stash_end = op;
	h->stash_end = &op->next;
	tell_poll(h, false);
}

static struct uwdf_op *stash_take(uwdf_handle *h)
{
	struct uwdf_op *op = h->stash_first;

	if (!op)
		return NULL;
	h->stash_first = op->next;
	if (!h->stash_first)
		h->stash_end = &h->stash_first;
	tell_poll(h, false);
	return op;
}

static bool stash_drop(uwdf_handle *h, const struct uwdf_op *op)
{
	struct uwdf_op **at = &h->stash_first;

	while (*at && *at != op)
		at = &(*at)->next;
	if (!*at)
		return false;
	*at = op->next;
	h->stash_end = *at ? h->stash_end : at;
	tell_poll(h, false);
	return true;
}

void uwdf_abandon(uwdf_handle *h, struct uwdf_op *op)
{
	if (!stash_drop(h, op))
		h->transport->ops->forget(h->transport, op);
}

/* As uwdf_reap(), passing over the stash. @for_event: an event ends it, too. */
static int reap_or_event(uwdf_handle *h, wait_deadline deadline, bool for_event,
			 struct uwdf_op **out)
{
	struct uwdf_transport *t = h->transport;

	for (;;) {
		int got = t->ops->reap(t, out);

		keep_event(h);
		if (got || (h->event && for_event))
			return got;
		if (deadline == 0)
			return 0;
		got = t->ops->wait(t, wait_left_ms(deadline));
		if (got <= 0)
			return got;
	}
}

static int reap_fresh(uwdf_handle *h, wait_deadline deadline, struct uwdf_op **out)
{
	return reap_or_event(h, deadline, false, out);
}

/* A look without waiting asks no clock. */
static wait_deadline deadline_of(int timeout_ms)
{
	return timeout_ms ? wait_until_ms(timeout_ms) : 0;
}

int uwdf_reap(uwdf_handle *h, int timeout_ms, struct uwdf_op **out)
{
	int got = 1;

	*out = stash_take(h);
	if (!*out)
		got = reap_fresh(h, deadline_of(timeout_ms), out);
	watch(h);
	return got;
}

static int reap_some(struct uwdf_transport *t, struct uwdf_op **ops, unsigned int max)
{
	return t->ops->reap_some ? t->ops->reap_some(t, ops, max) : t->ops->reap(t, ops);
}

int uwdf_reap_many(uwdf_handle *h, int timeout_ms, struct uwdf_op **ops, unsigned int max)
{
	struct uwdf_transport *t = h->transport;
	unsigned int count = 0;
	int got = 1;

	while (count < max && (ops[count] = stash_take(h)))
		count++;
	while (count < max && got > 0) {
		got = reap_some(t, &ops[count], max - count);
		if (!got && !count)
			got = reap_fresh(h, deadline_of(timeout_ms), &ops[0]);
		count += got > 0 ? (unsigned int)got : 0;
	}
	keep_event(h);
	watch(h);
	return count ? (int)count : got > 0 ? 0 : got;
}

void uwdf_set_patience(uwdf_handle *h, int timeout_ms)
{
	if (h->transport->ops->set_patience)
		h->transport->ops->set_patience(h->transport, timeout_ms);
}

void uwdf_set_spin(uwdf_handle *h, unsigned int us)
{
	if (h->transport->ops->set_spin)
		h->transport->ops->set_spin(h->transport, us * UINT64_C(1000));
}

/* The host has answered something: that may have come behind events and the end of the rings. */
static void heard(uwdf_handle *h)
{
	keep_event(h);
	watch(h);
}

static int shared_memory(uwdf_handle *h, size_t len, void **out)
{
	int err = h->transport->ops->memory(h->transport, len, out);

	heard(h);
	return err;
}

int uwdf_memory_alloc(uwdf_handle *h, size_t len, void **out)
{
	struct plain_memory *memory;

	if (h->transport->ops->memory)
		return shared_memory(h, len, out);
	if (len > SIZE_MAX - sizeof(*memory))
		return -ENOMEM;
	memory = mem_aligned_zalloc(_Alignof(struct plain_memory), sizeof(*memory) + len);
	if (!memory)
		return -ENOMEM;
	memory->next = h->memories;
	h->memories = memory;
	*out = memory->bytes;
	return 0;
}

/* --- events --- */

int uwdf_notify(uwdf_handle *h, int on)
{
	struct uwdf_transport *t = h->transport;
	int err;

	if (!t->ops->notify)
		return -EOPNOTSUPP;
	h->wants_events = on;
	err = t->ops->notify(t, !!on);
	heard(h);
	return err;
}

int uwdf_let_go(uwdf_handle *h)
{
	return h->transport->ops->let_go ? h->transport->ops->let_go(h->transport) : -EOPNOTSUPP;
}

int uwdf_next_event(uwdf_handle *h, int timeout_ms, enum uwdf_event *out)
{
	wait_deadline deadline = wait_until_ms(timeout_ms);
	struct uwdf_op *op;
	int got = 1;

	while (!h->event && got > 0) {
		got = reap_or_event(h, deadline, true, &op);
		if (got > 0)
			stash_put(h, op);
	}
	if (!h->event) {
		watch(h); /* who waited is not watched for */
		return got;
	}
	*out = h->event;
	h->event = 0;
	tell_poll(h, false);
	keep_event(h);
	watch(h);
	return 1;
}

/* --- one request, waiting --- */

/* 1: @op came back; others go to the stash. */
static int await_op(uwdf_handle *h, struct uwdf_op *op, int timeout_ms)
{
	wait_deadline deadline = deadline_of(timeout_ms);
	struct uwdf_op *got;
	int err;

	for (;;) {
		err = reap_fresh(h, deadline, &got);
		if (err <= 0)
			return err;
		if (got == op)
			return 1;
		stash_put(h, got);
	}
}

/* @op is late: cancel it, but if it succeeds on the last metre, do not lose what it brought. */
static int give_up(uwdf_handle *h, struct uwdf_op *op)
{
	int err = uwdf_cancel(h, op);

	if (!err)
		err = await_op(h, op, CANCEL_GRACE_MS);
	if (err == 1)
		return op->status == UWDF_STATUS_CANCELLED ? -ETIMEDOUT : 0;
	h->transport->ops->forget(h->transport, op);
	return -ETIMEDOUT;
}

static int run_op(uwdf_handle *h, struct uwdf_op *op, int timeout_ms, int32_t *status, size_t *done)
{
	int err = uwdf_submit(h, op);

	if (err)
		return err;
	err = await_op(h, op, timeout_ms);
	if (err == 0)
		err = give_up(h, op);
	else if (err > 0)
		err = 0;
	else
		h->transport->ops->forget(h->transport, op);
	watch(h);
	if (err)
		return err;
	if (status)
		*status = op->status;
	if (done)
		*done = op->information;
	return 0;
}

int uwdf_read(uwdf_handle *h, void *buf, size_t len, int timeout_ms, int32_t *status, size_t *done)
{
	struct uwdf_op op = { .kind = UWDF_READ, .out = buf, .out_len = len };

	return run_op(h, &op, timeout_ms, status, done);
}

int uwdf_write(uwdf_handle *h, const void *buf, size_t len, int timeout_ms, int32_t *status,
	       size_t *done)
{
	struct uwdf_op op = { .kind = UWDF_WRITE, .in = buf, .in_len = len };

	return run_op(h, &op, timeout_ms, status, done);
}

int uwdf_control(uwdf_handle *h, uint32_t code, const void *in, size_t in_len, void *out,
		 size_t out_len, int timeout_ms, int32_t *status, size_t *done)
{
	struct uwdf_op op = { .kind = UWDF_CONTROL,
			      .code = code,
			      .in = in,
			      .in_len = in_len,
			      .out = out,
			      .out_len = out_len };

	return run_op(h, &op, timeout_ms, status, done);
}

int uwdf_flush(uwdf_handle *h, int timeout_ms, int32_t *status)
{
	struct uwdf_op op = { .kind = UWDF_FLUSH };

	return run_op(h, &op, timeout_ms, status, NULL);
}
