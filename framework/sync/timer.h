/* SPDX-License-Identifier: MIT */
/*
 * timer.h - WDFTIMER.
 *
 * "In the timer queue" is a flag under the timer's lock, with the time it is due, so that starting
 * and stopping answer at once in any thread. The device's interrupt loop alone arms the irq_timer:
 * directly when it starts the timer itself, by a message for others. An irq_timer that runs and
 * finds the timer stopped, or due later, knows what to do.
 */
#ifndef FX_TIMER_H
#define FX_TIMER_H

#include "irq/loop.h"
#include "object/object.h"
#include "object/pool.h"
#include "sync/due.h"
#include "sync/serial.h"

struct fx_timer {
	struct fx_object base;
	struct fx_serial serial;
	PFN_WDF_TIMER callback; /* NULL: nothing to call */
	uint64_t period_ns;     /* 0: expires once */
	uint64_t tolerance_ns;
	bool passive;         /* the callback runs on the pool */
	bool high_resolution; /* constant, as all above */

	struct irq_timer armed;     /* loop thread */
	struct irq_message message; /* another thread's start, on its way to the loop */
	struct fx_work work;        /* of a passive one */

	struct spin_lock lock; /* rank LOCK_RANK_TIMER; guards what follows */
	struct fx_due due;     /* while queued */
	bool queued;           /* started, not yet expired; a periodic one always */
	bool posted;           /* message is on its way */
	bool ended;            /* being deleted */
	bool start_refused;    /* somebody tried while stops was not 0 */
	unsigned int stops;    /* threads that stop and wait */
};

extern const struct fx_object_class fx_timer_class;

/* @timer is zeroed but for base, serial and the constants. */
void fx_timer_init(struct fx_timer *timer);

enum fx_timer_started { FX_TIMER_WAS_IDLE, FX_TIMER_WAS_QUEUED, FX_TIMER_REFUSED, FX_TIMER_ENDED };
enum fx_timer_started fx_timer_start(struct fx_timer *timer, int64_t due);
bool fx_timer_stop(struct fx_timer *timer); /* true: it was in the queue */
/* And no callback runs or is due any more. PASSIVE, not inside the timer's callback. */
bool fx_timer_stop_and_wait(struct fx_timer *timer);
bool fx_timer_is_stopping(struct fx_timer *timer);
bool fx_timer_in_callback(const struct fx_timer *timer); /* is it the caller that runs it? */

static inline struct fx_timer *fx_timer_from_handle(struct fx_driver *driver, WDFTIMER handle)
{
	return uw_container_of(fx_object_from_handle(driver, handle, FX_TYPE_TIMER),
			       struct fx_timer, base);
}

#endif
