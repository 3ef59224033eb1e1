/* SPDX-License-Identifier: MIT */
/*
 * machine.h - one state machine of a device: its queue of events and who drains it.
 *
 * Any thread posts, up to DISPATCH level. One thread at a time drains: the one that posted, if the
 * owner lets it, else one that the owner asks to call fx_machine_drain(). Entry actions run there,
 * at PASSIVE, under no lock; they may post to every machine, their own included, and say where to
 * go next. What happens while somebody drains is left to that thread, so that machines which post
 * to each other never wait for each other. Priority events are delivered before ordinary ones; two
 * of one kind in the order in which they came, so that what one sender says is heard in its order.
 */
#ifndef FX_MACHINE_H
#define FX_MACHINE_H

#include "base/compiler.h"
#include "base/lock.h"
#include "pnp/machines/table.h"

#define FX_MACHINE_QUEUE   16u /* events of each kind that may wait */
#define FX_MACHINE_HISTORY 32u /* transitions remembered */

struct fx_machine;

/* What an entry action is told. */
struct fx_machine_turn {
	struct fx_machine *machine;
	uint16_t state; /* just entered */
	uint16_t from;
	uint32_t event; /* that led here, perhaps over several states */
	void *request;  /* that came with it; the owner's since the event was taken. NULL: none */
};

#define FX_MACHINE_STAY 0u
/* The state to go to, one of its row's successors; FX_MACHINE_STAY: wait for an event. */
typedef uint16_t fx_machine_act(void *owner, const struct fx_machine_turn *turn);

/* Order of KMDF's state change callbacks: leave and enter while the old state still holds, then
 * the change and the entry action, then post-process. Values of WDF_STATE_NOTIFICATION_TYPE. */
enum fx_machine_notice_type {
	FX_NOTICE_ENTER = 1,
	FX_NOTICE_POST_PROCESS = 2,
	FX_NOTICE_LEAVE = 4,
};
struct fx_machine_notice {
	enum fx_machine_notice_type type;
	uint16_t current;
	uint16_t next; /* 0 with FX_NOTICE_POST_PROCESS */
};

/* All in the draining thread, under no lock, but for hold(), may_drain() and defer(): in the
 * posting one, at its level. Each may be NULL; may_drain NULL: always. */
struct fx_machine_ops {
	void (*hold)(void *owner);   /* keep machine and owner: somebody will drain */
	void (*let_go)(void *owner); /* the last that this drainer does */
	bool (*may_drain)(void *owner, const struct fx_machine *machine);
	void (*defer)(void *owner, struct fx_machine *machine); /* fx_machine_drain() once, soon */
	void (*notify)(void *owner, struct fx_machine *machine,
		       const struct fx_machine_notice *notice);
	/* The state has no edge for it: a request that came with it must be completed. */
	void (*dropped)(void *owner, struct fx_machine *machine, uint32_t event, void *request);
	/* The act of the present state wanted to go where its row does not lead, or (0) to stay
	 * where nothing is waited for: the machine stays. */
	void (*astray)(void *owner, struct fx_machine *machine, uint16_t wanted);
};

struct fx_machine_event {
	uint32_t event;
	void *request;
};

struct fx_machine_queue {
	struct fx_machine_event ring[FX_MACHINE_QUEUE];
	uint32_t taken, put; /* both only grow */
};

struct fx_machine_step {
	uint64_t at_ns;
	uint16_t from, to;
	uint32_t event; /* FX_EVENT_NONE: by itself */
};

struct fx_machine {
	const struct fx_machine_table *table; /* borrowed, as all below: they outlive us */
	fx_machine_act *const *acts;          /* by FX_MACHINE_SLOT(); NULL entries do nothing */
	const struct fx_machine_ops *ops;
	void *owner;
	const char *label; /* for trace lines: the device's name */
	struct spin_lock lock;
	uint32_t state;                           /* atomic; written by the drainer under lock */
	bool draining;                            /* guarded by lock: claimed by a thread */
	struct fx_machine_queue urgent, ordinary; /* guarded by lock */
	struct fx_machine_step history[FX_MACHINE_HISTORY]; /* guarded by lock; a ring */
	uint64_t steps, dropped; /* guarded by lock: how many there were */
};

struct fx_machine_params {
	const struct fx_machine_table *table;
	fx_machine_act *const *acts; /* NULL: none */
	const struct fx_machine_ops *ops;
	void *owner;
	const char *label;
};

/**
 * fx_machine_init() - a machine in its table's first state.
 *
 * A state without an act goes to its only successor, if it waits for no event; else it rests.
 *
 * Return: 0; -EINVAL a state that must choose among successors, and waits for nothing, has no act.
 */
int fx_machine_init(struct fx_machine *m, const struct fx_machine_params *params) UW_MUST_CHECK;
/* Nobody drains or posts any more; events left in the queue are dropped. */
void fx_machine_deinit(struct fx_machine *m);
/**
 * fx_machine_post() - let @event happen.
 * @request: given to the act or to dropped(); NULL: none.
 *
 * May drain: without ops->may_drain the caller holds no lock and is at PASSIVE.
 *
 * Return: true; false: FX_MACHINE_QUEUE events of its kind wait already, and @request is still the
 *         caller's. An event that is pending and FX_EVENT_SINGLE, without a request, is one.
 */
bool fx_machine_post(struct fx_machine *m, uint32_t event, void *request) UW_MUST_CHECK;
/* For each ops->defer(). PASSIVE. */
void fx_machine_drain(struct fx_machine *m);

/* Any thread, any level. */
static inline uint16_t fx_machine_state(const struct fx_machine *m)
{
	return (uint16_t)__atomic_load_n(&m->state, __ATOMIC_ACQUIRE); /* pairs with set_state() */
}
/* Nobody drains it: it rests until an event comes. */
bool fx_machine_is_quiet(struct fx_machine *m);
/* The last transitions, oldest first; returns how many of at most @max. */
uint32_t fx_machine_history(struct fx_machine *m, struct fx_machine_step *out, uint32_t max);
uint64_t fx_machine_dropped(struct fx_machine *m);

#endif
