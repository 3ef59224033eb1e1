/* SPDX-License-Identifier: MIT */
/*
 * target_wait.c - waiting for what was sent.
 *
 * A thread that is a loop of the sender's or of the sink's has work to do for what it waits for, so
 * it runs its loop meanwhile; any other sleeps.
 */
#include "target_impl.h"

struct idler {
	struct fx_target_wait wait;
	struct list link; /* target->idlers; guarded by target->lock */
	uint32_t own;     /* of target->telling, or of notices: this thread is in them */
	bool notices;     /* it waits for those, and for nothing else */
};

/* On the stack of who runs his loop while he waits. */
struct pump {
	struct pump *outer;
	struct irq_message *parked; /* last one first */
};
static __thread struct pump *innermost __attribute__((tls_model("initial-exec")));

static __thread struct target_telling *telling_now __attribute__((tls_model("initial-exec")));
static __thread struct target_telling *noticing_now __attribute__((tls_model("initial-exec")));

/* Those of @target that this thread is in: they end only after the wait. */
static uint32_t count_here(const struct target_telling *at, const struct fx_target *target)
{
	uint32_t count = 0;

	for (; at; at = at->outer)
		count += at->target == target;
	return count;
}

bool io_is_awaited(const struct fx_io *io)
{
	return io->in_driver && innermost;
}

bool io_park(const struct fx_io *io, struct irq_message *msg)
{
	if (uw_likely(!io_is_awaited(io)))
		return false;
	msg->next = innermost->parked;
	innermost->parked = msg;
	return true;
}

bool io_park_stack(const struct fx_io *io, struct irq_message *msg)
{
	for (; io; io = io->below)
		if (io_park(io, msg))
			return true;
	return false;
}

static void pump_begin(struct pump *pump)
{
	*pump = (struct pump){ .outer = innermost };
	innermost = pump;
}

/* Those that came first go first. */
static void pump_end(struct pump *pump, struct irq_loop *loop)
{
	struct irq_message *forward = NULL, *msg;

	innermost = pump->outer;
	while ((msg = pump->parked)) {
		pump->parked = msg->next;
		msg->next = forward;
		forward = msg;
	}
	while ((msg = forward)) {
		forward = msg->next;
		irq_loop_post(loop, msg);
	}
}

static struct irq_loop *loop_of_lower(struct fx_target *target)
{
	struct irq_loop *loop = target_sink(target)->loop;

	return loop && irq_loop_is_self(loop) ? loop : NULL;
}

/* Others may close it meanwhile. */
static struct irq_loop *loop_of_named(struct fx_target *target)
{
	struct irq_loop *self = irq_loop_of_thread();
	bool is_self;

	spin_lock_acquire(&target->lock);
	is_self = self && target->sink && target->sink->loop == self;
	spin_lock_release(&target->lock);
	return is_self ? self : NULL;
}

/* Of the device that sends, if this is its loop. Who tells of a removal is none, and behind what he
 * tells the room may be gone: see target_wait_unnoticed(). */
static struct fx_io *own_room(struct fx_target *target)
{
	return !count_here(noticing_now, target) && io_is_owner(target->io) ? target->io : NULL;
}

static struct irq_loop *own_loop(struct fx_target *target)
{
	struct fx_io *io = own_room(target);

	if (io)
		return io->owner;
	return target->kind == TARGET_NAMED ? loop_of_named(target) : loop_of_lower(target);
}

static void over_comes(struct irq_message *msg)
{
	uw_container_of(msg, struct fx_target_wait, msg)->over = true;
}

NTSTATUS target_wait_init(struct fx_target_wait *wait, struct fx_target *target)
{
	*wait = (struct fx_target_wait){ .loop = own_loop(target), .msg.run = over_comes };
	return exec_event_init(&wait->event) ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
}

void target_wait_deinit(struct fx_target_wait *wait)
{
	exec_event_deinit(&wait->event);
}

void target_wait_over(struct fx_target_wait *wait)
{
	if (wait->loop)
		irq_loop_post(wait->loop, &wait->msg);
	else
		exec_event_set(&wait->event);
}

static bool pump_until(struct fx_target_wait *wait, struct fx_io *io, uint64_t deadline_ns)
{
	struct pump pump;

	pump_begin(&pump);
	while (!wait->over && exec_now_ns() < deadline_ns) {
		if (io)
			request_run_sent(io);
		irq_loop_pump(wait->loop, deadline_ns);
	}
	pump_end(&pump, wait->loop);
	return wait->over;
}

/* @io: its completion routines are waited for, too; NULL: not. */
static bool wait_until(struct fx_target_wait *wait, struct fx_io *io, uint64_t deadline_ns)
{
	if (wait->loop)
		return pump_until(wait, io, deadline_ns);
	return exec_event_wait(&wait->event, deadline_ns);
}

static void wait_patiently(struct fx_target_wait *wait, struct fx_target *target, struct fx_io *io,
			   const char *what)
{
	struct fx_driver *driver = target->base.driver;

	while (!wait_until(wait, io, io_patience_end(driver)))
		fx_rule_break(driver, FX_RULE_LONG_WAIT, &target->base,
			      "waiting for %s to be completed by its I/O target", what);
}

bool target_wait(struct fx_target_wait *wait, struct fx_target *target, uint64_t deadline_ns,
		 const char *what)
{
	if (deadline_ns != EXEC_FOREVER)
		return wait_until(wait, NULL, deadline_ns);
	wait_patiently(wait, target, NULL, what);
	return true;
}

/* --- until it is idle --- */

void target_telling_begin(struct target_telling *telling, const struct fx_target *target)
{
	*telling = (struct target_telling){ .outer = telling_now, .target = target };
	telling_now = telling;
}

void target_telling_end(const struct target_telling *telling)
{
	telling_now = telling->outer;
}

static bool is_idle_locked(const struct fx_target *target, const struct idler *idler)
{
	if (idler->notices)
		return target->notices == idler->own;
	return list_empty(&target->below) && target->telling == idler->own;
}

void target_tell_idle_locked(struct fx_target *target)
{
	struct list *link;
	struct list now;

	list_init(&now);
	list_splice_back(&now, &target->idlers);
	while ((link = list_pop_front(&now))) {
		struct idler *idler = list_entry(link, struct idler, link);

		if (is_idle_locked(target, idler))
			target_wait_over(&idler->wait);
		else
			list_push_back(&target->idlers, link);
	}
}

/* @io: as wait_until() has it. */
static void wait_as(struct idler *idler, struct fx_target *target, struct fx_io *io,
		    const char *what)
{
	bool idle;

	if (!NT_SUCCESS(target_wait_init(&idler->wait, target)))
		return; /* with default attributes an event allocates nothing */
	spin_lock_acquire(&target->lock);
	idle = is_idle_locked(target, idler);
	if (!idle)
		list_push_back(&target->idlers, &idler->link);
	spin_lock_release(&target->lock);
	if (!idle)
		wait_patiently(&idler->wait, target, io, what);
	target_wait_deinit(&idler->wait);
}

void target_wait_idle(struct fx_target *target, const char *what)
{
	struct idler idler = { .own = count_here(telling_now, target) };

	wait_as(&idler, target, own_room(target), what);
}

/* --- until nobody tells it of a removal --- */

void target_notice_begin(struct target_telling *telling, struct fx_target *target)
{
	*telling = (struct target_telling){ .outer = noticing_now, .target = target };
	noticing_now = telling;
	spin_lock_acquire(&target->lock);
	target->notices++;
	spin_lock_release(&target->lock);
}

void target_notice_end(const struct target_telling *telling, struct fx_target *target)
{
	noticing_now = telling->outer;
	spin_lock_acquire(&target->lock);
	target->notices--;
	target_tell_idle_locked(target);
	spin_lock_release(&target->lock);
}

void target_wait_unnoticed(struct fx_target *target)
{
	struct idler idler = { .own = count_here(noticing_now, target), .notices = true };

	wait_as(&idler, target, NULL, "its removal callback");
}
