/* SPDX-License-Identifier: MIT */
#include "sync/timer.h"

#include "pnp/device.h"
#include "verifier/verifier.h"

static struct irq_loop *loop_of(const struct fx_timer *timer)
{
	return timer->serial.device->irq_loop;
}

/* --- expiry --- */

static void call_driver(struct fx_timer *timer, KIRQL level)
{
	struct fx_serial_call call = fx_serial_enter(&timer->serial, level);

	timer->callback((WDFTIMER)fx_object_handle(&timer->base));
	fx_serial_leave(&timer->serial, call, timer->base.driver, "EvtTimerFunc",
			FX_CODE(timer->callback));
}

static void run_passive(struct fx_work *work)
{
	call_driver(uw_container_of(work, struct fx_timer, work), PASSIVE_LEVEL);
}

/* Loop thread. */
static void arm(struct fx_timer *timer, const struct fx_due *due)
{
	/* only an absolute time needs to know what time it is */
	uint64_t at = due->absolute ? fx_due_next(due, exec_now_ns()) : due->at;

	irq_loop_timer_start_within(loop_of(timer), &timer->armed, at, timer->tolerance_ns);
}

/* The next expiry of the same phase that is still to come. */
static struct fx_due next_period(const struct fx_timer *timer, uint64_t now_ns)
{
	uint64_t at = timer->due.absolute ? now_ns : timer->due.at;

	at += timer->period_ns;
	if (at <= now_ns)
		at += (now_ns - at) / timer->period_ns * timer->period_ns + timer->period_ns;
	return (struct fx_due){ .at = at };
}

enum expiry { NOT_QUEUED, NOT_YET, EXPIRED };

static enum expiry take_expiry_locked(struct fx_timer *timer, uint64_t now_ns)
	UW_REQUIRES(timer->lock)
{
	if (!timer->queued)
		return NOT_QUEUED;
	if (fx_due_next(&timer->due, now_ns) > now_ns)
		return NOT_YET;
	timer->queued = timer->period_ns != 0;
	if (timer->queued)
		timer->due = next_period(timer, now_ns);
	return EXPIRED;
}

static void expired(struct irq_timer *armed)
{
	struct fx_timer *timer = uw_container_of(armed, struct fx_timer, armed);
	uint64_t now = exec_now_ns();
	enum expiry expiry;
	struct fx_due due;
	bool queued;

	spin_lock_acquire(&timer->lock);
	expiry = take_expiry_locked(timer, now);
	queued = timer->queued;
	due = timer->due;
	spin_lock_release(&timer->lock);
	if (queued) /* before the callback, which may start or stop it */
		arm(timer, &due);
	if (expiry != EXPIRED || !timer->callback)
		return;
	if (timer->passive)
		(void)fx_work_queue(&timer->work); /* queued already: one call for both */
	else
		call_driver(timer, DISPATCH_LEVEL);
}

/* --- starting and stopping --- */

static void started_elsewhere(struct irq_message *message)
{
	struct fx_timer *timer = uw_container_of(message, struct fx_timer, message);
	struct fx_due due;
	bool queued;

	spin_lock_acquire(&timer->lock);
	timer->posted = false;
	queued = timer->queued;
	due = timer->due;
	spin_lock_release(&timer->lock);
	if (queued)
		arm(timer, &due);
	else
		irq_loop_timer_stop(&timer->armed);
}

static enum fx_timer_started enter_queue_locked(struct fx_timer *timer, const struct fx_due *due)
	UW_REQUIRES(timer->lock)
{
	bool was = timer->queued;

	if (timer->ended)
		return FX_TIMER_ENDED;
	if (timer->stops) {
		timer->start_refused = true;
		return FX_TIMER_REFUSED;
	}
	timer->queued = true;
	timer->due = *due;
	return was ? FX_TIMER_WAS_QUEUED : FX_TIMER_WAS_IDLE;
}

enum fx_timer_started fx_timer_start(struct fx_timer *timer, int64_t time)
{
	struct fx_due due = fx_due_from(time);
	bool ours = false, post = false;
	enum fx_timer_started started;

	spin_lock_acquire(&timer->lock);
	started = enter_queue_locked(timer, &due);
	if (uw_likely(started == FX_TIMER_WAS_IDLE || started == FX_TIMER_WAS_QUEUED)) {
		ours = irq_loop_is_self(loop_of(timer));
		post = !ours && !timer->posted;
		timer->posted |= post;
	}
	spin_lock_release(&timer->lock);
	if (uw_likely(ours))
		arm(timer, &due);
	else if (post)
		irq_loop_post(loop_of(timer), &timer->message);
	return started;
}

bool fx_timer_stop(struct fx_timer *timer)
{
	bool was, ended;

	spin_lock_acquire(&timer->lock);
	was = timer->queued;
	timer->queued = false;
	ended = timer->ended;
	spin_lock_release(&timer->lock);
	if (!ended && uw_likely(irq_loop_is_self(loop_of(timer))))
		irq_loop_timer_stop(&timer->armed);
	return was;
}

static void disarm(void *arg)
{
	struct fx_timer *timer = arg;

	irq_loop_timer_stop(&timer->armed);
}

bool fx_timer_stop_and_wait(struct fx_timer *timer)
{
	bool was, ended;

	spin_lock_acquire(&timer->lock);
	was = timer->queued;
	ended = timer->ended;
	timer->queued = false;
	timer->start_refused = false;
	timer->stops++;
	spin_lock_release(&timer->lock);
	if (!ended) {
		irq_loop_call(loop_of(timer), disarm, timer); /* behind a callback that runs */
		fx_work_flush(&timer->work);
	}
	spin_lock_acquire(&timer->lock);
	timer->stops--;
	was |= timer->start_refused;
	spin_lock_release(&timer->lock);
	return was;
}

bool fx_timer_is_stopping(struct fx_timer *timer)
{
	bool stopping;

	spin_lock_acquire(&timer->lock);
	stopping = timer->stops != 0;
	spin_lock_release(&timer->lock);
	return stopping;
}

bool fx_timer_in_callback(const struct fx_timer *timer)
{
	return fx_work_is_mine(&timer->work);
}

/* --- life --- */

static bool end_locked(struct fx_timer *timer) UW_REQUIRES(timer->lock)
{
	timer->ended = true;
	timer->queued = false;
	return timer->posted;
}

static void drop_reference(struct fx_work *work)
{
	struct fx_timer *timer = uw_container_of(work, struct fx_timer, work);

	fx_serial_let_go(&timer->base, &timer->serial);
}

static void timer_dispose(struct fx_object *obj)
{
	struct fx_timer *timer = uw_container_of(obj, struct fx_timer, base);
	bool more;

	/* looked at before the call: a message that is seen no more has begun, and the loop ends it
	 * before it takes the call */
	do {
		spin_lock_acquire(&timer->lock);
		more = end_locked(timer);
		spin_lock_release(&timer->lock);
		irq_loop_call(loop_of(timer), disarm, timer);
	} while (more);
	if (uw_unlikely(fx_timer_in_callback(timer))) {
		fx_rule_break(obj->driver, FX_RULE_TIMER_IN_CALLBACK, obj,
			      "a WDFTIMER is deleted in its own callback at "
			      "PASSIVE_LEVEL: KMDF waits for itself there");
		fx_serial_keep(obj, &timer->serial);
	}
	fx_work_close(&timer->work, drop_reference);
}

static const char *timer_pending(struct fx_object *obj)
{
	struct fx_timer *timer = uw_container_of(obj, struct fx_timer, base);
	bool queued;

	spin_lock_acquire(&timer->lock);
	queued = timer->queued;
	spin_lock_release(&timer->lock);
	if (queued)
		return timer->period_ns ? "periodic" : "started";
	return timer->passive ? fx_work_state(&timer->work) : NULL;
}

const struct fx_object_class fx_timer_class = {
	.type = FX_TYPE_TIMER,
	.name = "WDFTIMER",
	.driver_may_delete = true,
	.passive_cleanup = true,
	.pending = timer_pending,
	.dispose = timer_dispose,
};

void fx_timer_init(struct fx_timer *timer)
{
	list_init(&timer->armed.link);
	timer->armed.run = expired;
	timer->message.run = started_elsewhere;
	fx_work_init(&timer->work, run_passive);
	spin_lock_init(&timer->lock, LOCK_RANK_TIMER);
}
