/* SPDX-License-Identifier: MIT */
/*
 * client.c - handles: many requests over a transport, and single ones that wait.
 *
 * A single request that waits may meet answers of others; they are kept aside (stash) for
 * uwdf_reap(), and an eventfd beside the transport's descriptor says so to poll().
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
	int stash_fd; /* owned; an eventfd, raised while the stash holds something */
	struct uwdf_op *stash_first, **stash_end;
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
	mem_free(h);
}

int uwdf_poll_fd(const uwdf_handle *h)
{
	return h->epoll_fd;
}

const char *uwdf_handle_name(const uwdf_handle *h)
{
	return h->transport->ops->name(h->transport);
}

/* --- many requests --- */

static int check_op(const struct uwdf_op *op)
{
	bool wants_in = op->kind != UWDF_READ, wants_out = op->kind != UWDF_WRITE;

	if (op->kind != UWDF_READ && op->kind != UWDF_WRITE && op->kind != UWDF_CONTROL)
		return -EINVAL;
	if ((op->in_len && (!wants_in || !op->in)) || (op->out_len && (!wants_out || !op->out)))
		return -EINVAL;
	if (op->in_len > UWDF_WIRE_MAX_PAYLOAD || op->out_len > UWDF_WIRE_MAX_PAYLOAD)
		return -EMSGSIZE;
	return 0;
}

int uwdf_submit(uwdf_handle *h, struct uwdf_op *op)
{
	int err = check_op(op);

	if (err)
		return err;
	op->next = NULL;
	return h->transport->ops->submit(h->transport, op);
}

int uwdf_cancel(uwdf_handle *h, struct uwdf_op *op)
{
	uint64_t tag = __atomic_load_n(&op->tag, __ATOMIC_RELAXED);

	return tag ? h->transport->ops->cancel(h->transport, tag) : 0;
}

static void stash_put(uwdf_handle *h, struct uwdf_op *op)
{
	op->next = NULL;
	*h->stash_end = op;
	h->stash_end = &op->next;
	/* the counter has room for 2^64 - 2 signals; a failure costs poll() a wake-up, no answer */
	if (sys_eventfd_signal(h->stash_fd))
		return;
}

static struct uwdf_op *stash_take(uwdf_handle *h)
{
	struct uwdf_op *op = h->stash_first;

	if (!op)
		return NULL;
	h->stash_first = op->next;
	if (!h->stash_first) {
		h->stash_end = &h->stash_first;
		(void)sys_eventfd_drain(h->stash_fd);
	}
	return op;
}

/* As uwdf_reap(), passing over the stash. */
static int reap_fresh(uwdf_handle *h, wait_deadline deadline, struct uwdf_op **out)
{
	struct uwdf_transport *t = h->transport;

	for (;;) {
		int got = t->ops->reap(t, out);

		if (got)
			return got;
		got = t->ops->wait(t, wait_left_ms(deadline));
		if (got <= 0)
			return got;
	}
}

int uwdf_reap(uwdf_handle *h, int timeout_ms, struct uwdf_op **out)
{
	struct uwdf_op *op = stash_take(h);

	if (!op)
		return reap_fresh(h, wait_until_ms(timeout_ms), out);
	*out = op;
	return 1;
}

/* --- one request, waiting --- */

/* 1: @op came back; others go to the stash. */
static int await_op(uwdf_handle *h, struct uwdf_op *op, int timeout_ms)
{
	wait_deadline deadline = wait_until_ms(timeout_ms);
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
