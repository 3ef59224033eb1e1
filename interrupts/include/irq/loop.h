/* SPDX-License-Identifier: MIT */
/*
 * loop.h - the I/O loop: one thread, one io_uring (or epoll where io_uring is refused).
 *
 * One wake-up serves all that is ready, in phases: sources (ISRs), then deferred work (DPCs), then
 * messages and timers (requests), then flushes (completions posted), then signals (each client
 * woken once). Under the simulated executor the loop uses the epoll way, so that a seed decides its
 * order too.
 */
#ifndef IRQ_LOOP_H
#define IRQ_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/list.h"

struct irq_loop;

enum irq_loop_backend { IRQ_LOOP_AUTO, IRQ_LOOP_URING, IRQ_LOOP_EPOLL };

struct irq_loop_params {
	const char *name;              /* of its thread, at most 15 characters */
	enum irq_loop_backend backend; /* AUTO: io_uring, else epoll with one notice */
	int node;                      /* NUMA node; -1 anywhere */
	bool own_thread; /* false: the creating thread drives it with irq_loop_run_once() */
};

/*
 * PASSIVE. Return: 0; -ENOMEM; -EMFILE; -EAGAIN no thread; with IRQ_LOOP_URING what io_uring was
 * refused with (-EPERM, -ENOSYS, ...).
 */
int irq_loop_new(const struct irq_loop_params *params, struct irq_loop **out) UW_MUST_CHECK;
/* Stops and joins its thread. Sources and timers must be removed before. NULL is fine; returns
 * NULL. */
struct irq_loop *irq_loop_free(struct irq_loop *loop);
bool irq_loop_is_self(const struct irq_loop *loop); /* is the caller this loop's thread? cheap */
/* The loop that this thread was started for, to be compared with one that may be gone; or NULL. */
struct irq_loop *irq_loop_of_thread(void);
/* exec_thread_id() of its thread, for who asks more often than that call allows; constant. */
uint32_t irq_loop_thread(const struct irq_loop *loop);
enum irq_loop_backend irq_loop_backend(const struct irq_loop *loop);
/* One wake-up: wait until @deadline_ns for something, serve it. own_thread == false only. 1 served,
 * 0 not. */
int irq_loop_run_once(struct irq_loop *loop, uint64_t deadline_ns) UW_MUST_CHECK;
/*
 * The same from inside a message, a timer, deferred work or a poller's run() of any loop, on the
 * loop's own thread: what it waits for may be this loop's to do. What the wake-up on the stack has
 * not come to yet goes first, so the order of messages stays. Not from inside a source.
 */
void irq_loop_pump(struct irq_loop *loop, uint64_t deadline_ns);

/* --- sources --- */
struct irq_source;
typedef void irq_source_fn(void *arg,
			   uint64_t count); /* loop thread; count: eventfd value, else 1 */
enum irq_source_kind {
	IRQ_SOURCE_EVENTFD, /* an eventfd, drained by the loop: its value is the count */
	IRQ_SOURCE_EDGE, /* an eventfd nobody drains: one call for each signal or bunch of them */
	IRQ_SOURCE_READABLE, /* anything else: called again as long as it is readable */
};
/*
 * PASSIVE or the loop's own thread. The descriptor is borrowed until the source is removed.
 * Return: 0; -EBADF no descriptor; -ENOMEM; -ENOSPC. @out is set before @fn can run.
 */
int irq_loop_add_source(struct irq_loop *loop, enum irq_source_kind kind, int fd, irq_source_fn *fn,
			void *arg, struct irq_source **out) UW_MUST_CHECK;
/* After return fn does not run and will not run again. Not from inside another loop's callback. */
void irq_loop_remove_source(struct irq_source *source);

/* --- messages: any thread to the loop; intrusive, never fails, order kept per sender --- */
struct irq_message {
	struct irq_message *next;             /* private */
	void (*run)(struct irq_message *msg); /* loop thread */
};
/* @msg stays the caller's until it runs; it must not be posted again before. Safe at DISPATCH. */
void irq_loop_post(struct irq_loop *loop, struct irq_message *msg);
/* Post and wait until it ran; runs it at once when the caller is the loop. PASSIVE or loop thread.
 */
void irq_loop_call(struct irq_loop *loop, void (*fn)(void *arg), void *arg);

/* --- deferred work of this wake-up, loop thread only --- */
enum irq_phase { IRQ_PHASE_DPC, IRQ_PHASE_FLUSH, IRQ_PHASE_SIGNAL, IRQ_PHASES };
struct irq_deferred {
	struct list link; /* list_init() it once; on no list when idle */
	void (*run)(struct irq_deferred *work);
};
/* Queue @work for its phase; false when it was queued already. */
bool irq_loop_defer(struct irq_loop *loop, enum irq_phase phase, struct irq_deferred *work);
void irq_loop_undefer(struct irq_deferred *work);

/* --- what comes through memory alone, loop thread only --- */
/*
 * A ring that another process fills: no descriptor tells of what is in it while the loop is awake.
 * The loop runs it every round and, where that pays, spins a little before it sleeps.
 */
struct irq_poller {
	struct list link; /* list_init() it once */
	/*
	 * Serve what there is, within bounds: false when there was nothing. It may pump the loop,
	 * which may run it again, and remove any poller.
	 */
	bool (*run)(struct irq_poller *poller);
	/*
	 * @asleep: the loop is about to wait; have the other side ring from now on, look again:
	 * false when there is something after all. Else it is awake again; the result is ignored.
	 */
	bool (*sleep)(struct irq_poller *poller, bool asleep);
};
/* @spin_ns: the most that the loop may spin before it sleeps; the greatest of its pollers counts.
 * In a simulation it never does. */
void irq_loop_poller_add(struct irq_loop *loop, struct irq_poller *poller, uint64_t spin_ns);
void irq_loop_poller_remove(struct irq_loop *loop, struct irq_poller *poller); /* twice is fine */

/* --- timers, loop thread only --- */
struct irq_timer {
	struct list link; /* list_init() it once */
	uint64_t due_ns;  /* of exec_now_ns() */
	void (*run)(struct irq_timer *timer);
};
/* Also anew, from its own function: due already, it runs in the next wake-up. */
void irq_loop_timer_start(struct irq_loop *loop, struct irq_timer *timer, uint64_t due_ns);
/* Due between @due_ns and @slack_ns later, together with another timer where there is one then. */
void irq_loop_timer_start_within(struct irq_loop *loop, struct irq_timer *timer, uint64_t due_ns,
				 uint64_t slack_ns);
bool irq_loop_timer_stop(struct irq_timer *timer); /* true: it was pending */

struct irq_loop_stats {
	uint64_t wakeups, events, messages, timers, deferred, syscalls;
};
struct irq_loop_stats irq_loop_stats(const struct irq_loop *loop);

#endif
