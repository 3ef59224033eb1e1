/* SPDX-License-Identifier: MIT */
/* loop_impl.h - the loop as its own files see it. */
#ifndef IRQ_LOOP_IMPL_H
#define IRQ_LOOP_IMPL_H

#include "base/exec.h"
#include "base/spin.h"
#include "irq/loop.h"
#include "loop_mailbox.h"

/* A source is live until it is removed, then waits for its back end to let go of it. */
struct irq_source {
	struct irq_loop *loop; /* borrowed: outlives its sources */
	enum irq_source_kind kind;
	int fd;                /* borrowed until removed */
	bool removed;          /* fn must not run any more */
	bool armed;            /* io_uring: a request for it is in the kernel */
	bool cancelling;       /* io_uring: that request was asked to end */
	unsigned int refusals; /* io_uring: failures in a row */
	irq_source_fn *fn;
	void *arg;
	struct list link; /* io_uring: to be armed or cancelled; removed: to be freed */
};

/* What waits for descriptors. All on the loop's thread. */
struct loop_backend {
	enum irq_loop_backend kind;
	int (*open)(struct irq_loop *loop);
	void (*close)(struct irq_loop *loop);
	int (*add)(struct irq_loop *loop, struct irq_source *source);
	/* true: the back end still refers to @source and calls loop_source_bury() later */
	bool (*remove)(struct irq_loop *loop, struct irq_source *source);
	/* Wait (0: only look) and call loop_source_fired() for what is ready; 0 or -errno. */
	int (*wait)(struct irq_loop *loop, uint64_t deadline_ns);
	/* Would wait() find something? Without a system call; NULL: that cannot be told. */
	bool (*has_news)(struct irq_loop *loop);
};

struct irq_loop {
	const struct loop_backend *backend;
	void *backend_data; /* owned by backend */
	struct loop_mailbox mailbox;
	struct list deferred[IRQ_PHASES];
	struct list serving[IRQ_PHASES]; /* of the wake-up on the stack: still to be run */
	struct irq_message *unread;      /* likewise */
	struct list timers;              /* ascending by due_ns */
	struct list due;                 /* likewise: taken out of timers, still to be run */
	struct list buried;       /* sources to free once nothing on the stack refers to them */
	struct irq_source *wake;  /* the mailbox's bell */
	struct list pollers;      /* of irq_poller */
	struct list *next_poller; /* to be run in this round; a removed one is skipped */
	struct spin spin;         /* before sleeping, while there are pollers */
	struct yielding yielding; /* where that does not pay */
	uint32_t polled_rounds;   /* since the kernel was looked at */
	uint32_t owner;           /* exec_thread_id() of the thread that runs it */
	unsigned int failures;    /* waits that failed, in a row */
	bool stopping;
	struct irq_loop_stats stats; /* atomic, relaxed; written by the loop's thread */
	struct irq_loop_params params;
	struct exec_thread *thread; /* owned; NULL when the creator drives the loop */
	struct exec_event started;
	int start_err; /* valid once started is set */
};

extern const struct loop_backend loop_uring;
extern const struct loop_backend loop_epoll;

/* One writer, so no locked instruction. */
static inline void loop_count(uint64_t *counter, uint64_t more)
{
	__atomic_store_n(counter, *counter + more, __ATOMIC_RELAXED);
}

void loop_source_fired(struct irq_source *source);
void loop_source_bury(struct irq_source *source);

/* What a round with pollers needs of the kernel. */
enum loop_need { LOOP_WAIT, LOOP_LOOK, LOOP_NOTHING };
enum loop_need loop_poll(struct irq_loop *loop, uint64_t deadline_ns);
bool loop_poll_sleep(struct irq_loop *loop); /* false: there is something to serve */
void loop_poll_awake(struct irq_loop *loop);

static inline bool loop_has_deferred(const struct irq_loop *loop)
{
	bool has = false;

	for (unsigned int phase = 0; phase < IRQ_PHASES; phase++)
		has |= !list_empty(&loop->deferred[phase]);
	return has;
}

uint64_t loop_timers_next(const struct irq_loop *loop); /* EXEC_FOREVER: none */
void loop_timers_run(struct irq_loop *loop);

#endif
