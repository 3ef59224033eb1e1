/* SPDX-License-Identifier: MIT */
/*
 * loop_uring.c - the loop on io_uring; the only file that includes liburing.
 *
 * An eventfd is watched by one multishot poll that stays in the kernel, so a wake-up costs one
 * io_uring_enter() and submits nothing: cheaper than a read armed anew each time. A request that
 * ends for whatever reason is armed again; arming looks at the descriptor's state, and nothing is
 * drained before its event was seen, so no signal is lost on the way.
 */
#include <errno.h>
#include <liburing.h>

#include "base/fault.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/report.h"
#include "base/sys.h"
#include "loop_impl.h"

#define SUBMISSIONS  64
#define COMPLETIONS  1024
#define BATCH        64
#define REFUSALS     8   /* of one source in a row, before it is given up */
#define CLOSE_ROUNDS 100 /* waits for cancelled requests to end; one is usual */

struct uring_data {
	struct io_uring ring;
	struct list to_arm;     /* sources with no request in the kernel */
	struct list to_cancel;  /* sources whose request must end */
	unsigned int in_kernel; /* sources with a request in the kernel */
};

struct completion {
	struct irq_source *source; /* NULL: a cancellation's own, of no interest */
	int result;
	bool more;
};

/* From the best to what any io_uring has: newer kernels take all, each older one refuses some. */
static const unsigned int flag_sets[] = {
	IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_COOP_TASKRUN |
		IORING_SETUP_TASKRUN_FLAG,
	IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG,
	IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG,
	0,
};

static int init_ring(struct io_uring *ring)
{
	int err = -EINVAL;

	if (fault_hit(FAULT_SYSCALL))
		return -ENOMEM;
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(flag_sets) && err == -EINVAL; i++) {
		struct io_uring_params params = { .flags = flag_sets[i] | IORING_SETUP_CQSIZE,
						  .cq_entries = COMPLETIONS };

		err = io_uring_queue_init_params(SUBMISSIONS, ring, &params);
	}
	return err;
}

static int uring_open(struct irq_loop *loop)
{
	struct uring_data *data = mem_calloc(1, sizeof(*data));
	int err;

	if (!data)
		return -ENOMEM;
	err = init_ring(&data->ring);
	if (err) {
		mem_free(data);
		return err;
	}
	if (io_uring_register_ring_fd(&data->ring) < 0)
		log_debug("loop", "ring descriptor not registered: each wait costs a little more");
	list_init(&data->to_arm);
	list_init(&data->to_cancel);
	loop->backend_data = data;
	return 0;
}

/* --- requests --- */

static struct io_uring_sqe *next_sqe(struct irq_loop *loop)
{
	struct uring_data *data = loop->backend_data;
	struct io_uring_sqe *sqe = io_uring_get_sqe(&data->ring);

	if (sqe || fault_hit(FAULT_SUBMIT))
		return sqe;
	loop_count(&loop->stats.syscalls, 1);
	return io_uring_submit(&data->ring) < 0 ? NULL : io_uring_get_sqe(&data->ring);
}

/* Turns the two lists into requests as far as there is room; the rest waits for the next round. */
static void prepare(struct irq_loop *loop)
{
	struct uring_data *data = loop->backend_data;
	struct irq_source *source;
	struct io_uring_sqe *sqe;

	while (!list_empty(&data->to_cancel) && (sqe = next_sqe(loop))) {
		source = list_entry(list_pop_front(&data->to_cancel), struct irq_source, link);
		io_uring_prep_cancel(sqe, source, 0);
		io_uring_sqe_set_data(sqe, NULL);
		source->cancelling = true;
	}
	while (!list_empty(&data->to_arm) && (sqe = next_sqe(loop))) {
		source = list_entry(list_pop_front(&data->to_arm), struct irq_source, link);
		if (source->kind == IRQ_SOURCE_READABLE) /* armed anew each time: level-triggered */
			io_uring_prep_poll_add(sqe, source->fd, POLLIN);
		else
			io_uring_prep_poll_multishot(sqe, source->fd, POLLIN);
		io_uring_sqe_set_data(sqe, source);
		source->armed = true;
		data->in_kernel++;
	}
}

static void want_armed(struct irq_source *source)
{
	struct uring_data *data = source->loop->backend_data;

	list_push_back(&data->to_arm, &source->link);
}

static void want_cancelled(struct irq_source *source)
{
	struct uring_data *data = source->loop->backend_data;

	if (!source->cancelling && list_empty(&source->link))
		list_push_back(&data->to_cancel, &source->link);
}

static int uring_add(struct irq_loop *loop, struct irq_source *source)
{
	(void)loop;
	want_armed(source);
	return 0;
}

static bool uring_remove(struct irq_loop *loop, struct irq_source *source)
{
	struct uring_data *data = loop->backend_data;

	if (!source->armed) {
		list_remove(&source->link); /* from to_arm: the kernel knows nothing of it */
		return false;
	}
	want_cancelled(source);
	prepare(loop);
	/* now rather than at the next wait: the caller is about to close the descriptor */
	if (!fault_hit(FAULT_SUBMIT)) {
		loop_count(&loop->stats.syscalls, 1);
		if (io_uring_submit(&data->ring) < 0)
			return true; /* the next wait submits it */
	}
	return true;
}

/* --- completions --- */

static void request_ended(struct irq_source *source)
{
	struct uring_data *data = source->loop->backend_data;

	data->in_kernel--;
	source->armed = false;
	source->cancelling = false;
	list_remove(&source->link); /* from to_cancel, if it ended by itself */
	if (source->removed)
		loop_source_bury(source);
	else if (source->refusals < REFUSALS)
		want_armed(source);
	else
		log_error("loop", "descriptor %d cannot be watched any more", source->fd);
}

static void handle(const struct completion *done)
{
	struct irq_source *source = done->source;

	if (!source)
		return;
	if (fault_hit(FAULT_COMPLETE)) {
		/* as if it had failed: end the request, so that it is armed anew */
		if (done->more)
			want_cancelled(source);
	} else if (done->result > 0) {
		source->refusals = 0;
		loop_source_fired(source);
	} else if (!source->cancelling) {
		source->refusals++;
	}
	if (!done->more)
		request_ended(source);
}

static unsigned int collect(struct io_uring *ring, struct completion *out)
{
	struct io_uring_cqe *cqes[BATCH];
	unsigned int count = io_uring_peek_batch_cqe(ring, cqes, BATCH);

	for (unsigned int i = 0; i < count; i++)
		out[i] = (struct completion){ .source = io_uring_cqe_get_data(cqes[i]),
					      .result = cqes[i]->res,
					      .more = cqes[i]->flags & IORING_CQE_F_MORE };
	io_uring_cq_advance(ring, count);
	return count;
}

/* --- waiting --- */

static int enter(struct io_uring *ring, uint64_t deadline_ns)
{
	struct __kernel_timespec limit;
	struct io_uring_cqe *cqe;
	uint64_t now, left;

	if (deadline_ns == EXEC_FOREVER)
		return io_uring_submit_and_wait(ring, 1);
	if (!deadline_ns)
		return io_uring_submit_and_get_events(ring);
	now = exec_now_ns();
	left = deadline_ns > now ? deadline_ns - now : 0;
	limit.tv_sec = (int64_t)(left / EXEC_NS_PER_S);
	limit.tv_nsec = (int64_t)(left % EXEC_NS_PER_S);
	return io_uring_submit_and_wait_timeout(ring, &cqe, 1, &limit, NULL);
}

static bool is_expected(int err)
{
	return err >= 0 || err == -ETIME || err == -EINTR || err == -EAGAIN || err == -EBUSY;
}

static int uring_wait(struct irq_loop *loop, uint64_t deadline_ns)
{
	struct uring_data *data = loop->backend_data;
	struct completion done[BATCH];
	unsigned int count;
	int err;

	prepare(loop);
	/* a completion already there needs no system call: the ones of a full batch */
	if (fault_hit(FAULT_SUBMIT)) {
		err = -EAGAIN;
	} else {
		loop_count(&loop->stats.syscalls, 1);
		err = enter(&data->ring, deadline_ns);
	}
	count = collect(&data->ring, done);
	for (unsigned int i = 0; i < count; i++)
		handle(&done[i]);
	return is_expected(err) || count ? 0 : err;
}

/* With deferred task work a completion is not in the ring before somebody enters the kernel for it;
 * TASKRUN_FLAG has the kernel say so. */
static bool uring_has_news(struct irq_loop *loop)
{
	struct uring_data *data = loop->backend_data;

	return io_uring_cq_ready(&data->ring) || !list_empty(&data->to_arm) ||
	       !list_empty(&data->to_cancel) ||
	       (IO_URING_READ_ONCE(*data->ring.sq.kflags) &
		(IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW));
}

static void uring_close(struct irq_loop *loop)
{
	struct uring_data *data = loop->backend_data;

	/* every source was removed: let their requests end, since they point at the sources */
	for (int i = 0; i < CLOSE_ROUNDS && data->in_kernel; i++)
		if (uring_wait(loop, exec_deadline_ms(10)))
			break;
	io_uring_queue_exit(&data->ring);
	mem_free(data);
}

const struct loop_backend loop_uring = {
	.kind = IRQ_LOOP_URING,
	.open = uring_open,
	.close = uring_close,
	.add = uring_add,
	.remove = uring_remove,
	.wait = uring_wait,
	.has_news = uring_has_news,
};
