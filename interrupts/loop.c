/* SPDX-License-Identifier: MIT */
/* loop.c - the loop itself: its life, and the phases of one wake-up. */
#include "irq/loop.h"

#include <assert.h>
#include <errno.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/report.h"
#include "base/sys.h"
#include "loop_impl.h"

#define FAILURES_IN_A_ROW 8 /* of waiting, before the loop lets time pass between tries */

/* --- one wake-up --- */

static void free_buried(struct irq_loop *loop)
{
	while (uw_unlikely(!list_empty(&loop->buried)))
		mem_free(list_entry(list_pop_front(&loop->buried), struct irq_source, link));
}

static uint64_t sleep_until(struct irq_loop *loop, uint64_t deadline_ns)
{
	uint64_t due = loop_timers_next(loop);

	if (loop_has_deferred(loop))
		return 0;
	if (due < deadline_ns)
		deadline_ns = due;
	if (!deadline_ns || !loop_poll_sleep(loop))
		return 0;
	return loop_mailbox_announce_sleep(&loop->mailbox) ? deadline_ns : 0;
}

UW_COLD static void wait_failed(struct irq_loop *loop, int err)
{
	if (++loop->failures < FAILURES_IN_A_ROW)
		return; /* short of memory for a moment: every source is still armed, try again */
	if (loop->failures == FAILURES_IN_A_ROW)
		log_error("loop", "%s: waiting for events: %s", loop->params.name, err_text(err));
	exec_sleep_ms(1);
}

static void serve_sources(struct irq_loop *loop, uint64_t deadline_ns)
{
	int err = loop->backend->wait(loop, sleep_until(loop, deadline_ns));

	loop_mailbox_awake(&loop->mailbox);
	loop_poll_awake(loop);
	loop_count(&loop->stats.wakeups, 1);
	free_buried(loop);
	if (uw_unlikely(err))
		wait_failed(loop, err);
	else
		loop->failures = 0;
}

/* What is queued meanwhile waits for the next round: a DPC that queues itself starves nobody. */
static void serve_deferred(struct irq_loop *loop, enum irq_phase phase)
{
	struct list *batch = &loop->serving[phase];
	struct list *link;

	list_splice_back(batch, &loop->deferred[phase]);
	while ((link = list_pop_front(batch))) {
		struct irq_deferred *work = list_entry(link, struct irq_deferred, link);

		loop_count(&loop->stats.deferred, 1);
		work->run(work);
	}
}

static void serve_messages(struct irq_loop *loop)
{
	struct irq_message *msg;

	if (!loop->unread)
		loop->unread = loop_mailbox_take(&loop->mailbox);
	while ((msg = loop->unread)) {
		loop->unread = msg->next; /* running it may free it, or pump the loop */
		loop_count(&loop->stats.messages, 1);
		msg->run(msg);
	}
}

static uint64_t served_so_far(const struct irq_loop *loop)
{
	const struct irq_loop_stats *stats = &loop->stats;

	return stats->events + stats->messages + stats->timers + stats->deferred;
}

static bool wake_up_once(struct irq_loop *loop, uint64_t deadline_ns)
{
	uint64_t before = served_so_far(loop);
	enum loop_need need = LOOP_WAIT;

	if (!list_empty(&loop->pollers))
		need = loop_poll(loop, deadline_ns);
	if (need != LOOP_NOTHING)
		serve_sources(loop, need == LOOP_WAIT ? deadline_ns : 0);
	serve_deferred(loop, IRQ_PHASE_DPC);
	serve_messages(loop);
	loop_timers_run(loop);
	serve_deferred(loop, IRQ_PHASE_FLUSH);
	serve_deferred(loop, IRQ_PHASE_SIGNAL);
	return served_so_far(loop) != before;
}

int irq_loop_run_once(struct irq_loop *loop, uint64_t deadline_ns)
{
	assert(!loop->thread && irq_loop_is_self(loop));
	return wake_up_once(loop, deadline_ns);
}

/* Work that the wake-up on the stack has taken out already: waiting must not hold it up. */
static bool has_taken(const struct irq_loop *loop)
{
	return loop->unread || !list_empty(&loop->serving[IRQ_PHASE_DPC]) ||
	       !list_empty(&loop->serving[IRQ_PHASE_FLUSH]) || !list_empty(&loop->due);
}

void irq_loop_pump(struct irq_loop *loop, uint64_t deadline_ns)
{
	assert(irq_loop_is_self(loop));
	(void)wake_up_once(loop, has_taken(loop) ? 0 : deadline_ns);
}

/* --- life --- */

static void bell_rang(void *arg, uint64_t count)
{
	(void)arg; /* the messages are taken in their own phase */
	(void)count;
}

static int open_on(struct irq_loop *loop, const struct loop_backend *backend)
{
	int err = backend->open(loop);

	if (err)
		return err;
	loop->backend = backend;
	err = irq_loop_add_source(loop, IRQ_SOURCE_EDGE, loop->mailbox.bell, bell_rang, loop,
				  &loop->wake);
	if (err)
		backend->close(loop);
	return err;
}

static int open_auto(struct irq_loop *loop)
{
	static bool noticed; /* atomic */
	int err;

	if (exec_sim_active())
		return open_on(loop, &loop_epoll); /* the ring would block outside the simulation */
	err = open_on(loop, &loop_uring);
	if (!err)
		return 0;
	if (!__atomic_exchange_n(&noticed, true, __ATOMIC_RELAXED))
		log_notice("loop", "io_uring is refused (%s): using epoll, which is slower",
			   err_text(err));
	return open_on(loop, &loop_epoll);
}

/* On the loop's own thread: a ring with SINGLE_ISSUER belongs to the thread that made it. */
static int open_backend(struct irq_loop *loop)
{
	loop->owner = exec_thread_id();
	switch (loop->params.backend) {
	case IRQ_LOOP_AUTO:
		return open_auto(loop);
	case IRQ_LOOP_URING:
		return exec_sim_active() ? -EOPNOTSUPP : open_on(loop, &loop_uring);
	case IRQ_LOOP_EPOLL:
		return open_on(loop, &loop_epoll);
	}
	return -EINVAL;
}

static void close_backend(struct irq_loop *loop)
{
	irq_loop_remove_source(loop->wake);
	loop->backend->close(loop);
	free_buried(loop);
}

static __thread struct irq_loop *of_thread __attribute__((tls_model("initial-exec")));

struct irq_loop *irq_loop_of_thread(void)
{
	return of_thread;
}

static void loop_thread(void *arg)
{
	struct irq_loop *loop = arg;
	int err = open_backend(loop);

	loop->start_err = err;
	exec_event_set(&loop->started);
	if (err)
		return;
	of_thread = loop;
	while (!loop->stopping)
		wake_up_once(loop, EXEC_FOREVER);
	close_backend(loop);
}

static int start_thread(struct irq_loop *loop)
{
	struct exec_thread_params params = { .name = loop->params.name,
					     .run = loop_thread,
					     .arg = loop,
					     .node = loop->params.node };
	int err = exec_event_init(&loop->started);

	if (err)
		return err;
	err = exec_thread_start(&params, &loop->thread);
	if (!err) {
		exec_event_wait(&loop->started, EXEC_FOREVER);
		err = loop->start_err;
		if (err)
			exec_thread_join(loop->thread);
	}
	exec_event_deinit(&loop->started);
	return err;
}

int irq_loop_new(const struct irq_loop_params *params, struct irq_loop **out)
{
	struct irq_loop *loop = mem_aligned_zalloc(UW_CACHELINE, sizeof(*loop));
	int err;

	if (!loop)
		return -ENOMEM;
	loop->params = *params;
	for (unsigned int phase = 0; phase < IRQ_PHASES; phase++) {
		list_init(&loop->deferred[phase]);
		list_init(&loop->serving[phase]);
	}
	list_init(&loop->pollers);
	loop->next_poller = &loop->pollers;
	list_init(&loop->timers);
	list_init(&loop->due);
	list_init(&loop->buried);
	err = loop_mailbox_init(&loop->mailbox);
	if (err)
		goto err_free;
	err = params->own_thread ? start_thread(loop) : open_backend(loop);
	if (err)
		goto err_mailbox;
	*out = loop;
	return 0;

err_mailbox:
	loop_mailbox_deinit(&loop->mailbox);
err_free:
	mem_free(loop);
	return err;
}

static void stop(void *arg)
{
	struct irq_loop *loop = arg;

	loop->stopping = true;
}

struct irq_loop *irq_loop_free(struct irq_loop *loop)
{
	if (!loop)
		return NULL;
	if (loop->thread) {
		assert(!irq_loop_is_self(loop));
		irq_loop_call(loop, stop, loop);
		exec_thread_join(loop->thread);
	} else {
		close_backend(loop);
	}
	loop_mailbox_deinit(&loop->mailbox);
	mem_free(loop);
	return NULL;
}

bool irq_loop_is_self(const struct irq_loop *loop)
{
	return loop->owner == exec_thread_id();
}

uint32_t irq_loop_thread(const struct irq_loop *loop)
{
	return loop->owner;
}

enum irq_loop_backend irq_loop_backend(const struct irq_loop *loop)
{
	return loop->backend->kind;
}

struct irq_loop_stats irq_loop_stats(const struct irq_loop *loop)
{
	const struct irq_loop_stats *from = &loop->stats;

	return (struct irq_loop_stats){
		.wakeups = __atomic_load_n(&from->wakeups, __ATOMIC_RELAXED),
		.events = __atomic_load_n(&from->events, __ATOMIC_RELAXED),
		.messages = __atomic_load_n(&from->messages, __ATOMIC_RELAXED),
		.timers = __atomic_load_n(&from->timers, __ATOMIC_RELAXED),
		.deferred = __atomic_load_n(&from->deferred, __ATOMIC_RELAXED),
		.syscalls = __atomic_load_n(&from->syscalls, __ATOMIC_RELAXED),
	};
}

/* --- messages and deferred work --- */

void irq_loop_post(struct irq_loop *loop, struct irq_message *msg)
{
	loop_mailbox_push(&loop->mailbox, msg);
}

struct call {
	struct irq_message msg;
	void (*fn)(void *arg);
	void *arg;
	struct exec_event done;
};

static void run_call(struct irq_message *msg)
{
	struct call *call = uw_container_of(msg, struct call, msg);

	call->fn(call->arg);
	exec_event_set(&call->done);
}

void irq_loop_call(struct irq_loop *loop, void (*fn)(void *arg), void *arg)
{
	struct call call = { .msg.run = run_call, .fn = fn, .arg = arg };
	int err;

	if (irq_loop_is_self(loop)) {
		fn(arg);
		return;
	}
	err = exec_event_init(&call.done);
	assert(!err); /* with default attributes it allocates nothing */
	(void)err;
	irq_loop_post(loop, &call.msg);
	exec_event_wait(&call.done, EXEC_FOREVER);
	exec_event_deinit(&call.done);
}

bool irq_loop_defer(struct irq_loop *loop, enum irq_phase phase, struct irq_deferred *work)
{
	assert(irq_loop_is_self(loop));
	if (!list_empty(&work->link))
		return false;
	list_push_back(&loop->deferred[phase], &work->link);
	return true;
}

void irq_loop_undefer(struct irq_deferred *work)
{
	list_remove(&work->link);
}
