/* SPDX-License-Identifier: MIT */
/*
 * gate.c - power: hold, resume, purge. The PnP thread asks by a call on the owner loop and waits.
 *
 * Hold and purge tell the driver about every request it has (EvtIoStop) and wait until each was
 * completed, handed back or (hold) acknowledged. There is no deadline, as in KMDF: a driver without
 * EvtIoStop is waited for; every minute says so.
 */
#include "base/barrier.h"
#include "irp.h"
#include "reserve.h"
#include "room.h"

typedef bool queue_filter(const struct fx_queue *q);

static bool power_managed(const struct fx_queue *q)
{
	return q->power_managed;
}

static bool any_queue(const struct fx_queue *q)
{
	(void)q;
	return true;
}

/* The queues in turn, for a walk that calls the driver: begin_queues(), then until NULL. */
static void begin_queues(struct fx_io *io)
{
	io->cursor = io->queues.next;
}

static struct fx_queue *next_queue(struct fx_io *io, queue_filter *which)
{
	while (io->cursor != &io->queues) {
		struct fx_queue *q = list_entry(io->cursor, struct fx_queue, io_link);

		io->cursor = q->io_link.next;
		if (which(q))
			return q;
	}
	return NULL;
}

static bool no_unacknowledged(struct fx_io *io)
{
	list_for_each (link, &io->queues) {
		if (list_entry(link, struct fx_queue, io_link)->unacknowledged)
			return false;
	}
	return true;
}

static bool queues_are_empty(struct fx_io *io, queue_filter *which)
{
	list_for_each (link, &io->queues) {
		struct fx_queue *q = list_entry(link, struct fx_queue, io_link);

		if (which(q) && (queue_driver_count(q) || q->waiting_count || queue_parked(q)))
			return false;
	}
	return true;
}

static bool managed_are_empty(struct fx_io *io)
{
	return queues_are_empty(io, power_managed) && list_empty(&io->done);
}

static bool all_is_over(struct fx_io *io)
{
	return queues_are_empty(io, any_queue) && list_empty(&io->unqueued) &&
	       list_empty(&io->files) && list_empty(&io->closing) && list_empty(&io->done);
}

void io_check_power(struct fx_io *io)
{
	if (!io->power_waiting || !io->power_is_done(io))
		return;
	io->power_waiting = false;
	exec_event_set(&io->power_done);
}

static void await(struct fx_io *io, bool (*is_done)(struct fx_io *io))
{
	io->power_is_done = is_done;
	io->power_waiting = true;
	io->due = true;
	io_run(io);
}

/*
 * Is there anything to tell the driver about @req? It may be on its way back already. What a child
 * forwarded is cancelled by that child's end, which only EvtRequestCancel tells the parent of.
 */
static bool can_be_told(const struct fx_request *req)
{
	uint32_t word = request_word(req);
	uint32_t state = word & REQUEST_STATE;

	if (state == REQUEST_DRIVER && req->moved)
		return !(word & REQUEST_CLAIMED);
	return (state == REQUEST_DRIVER || state == REQUEST_SENT) && !(word & REQUEST_CANCELLED);
}

static void tell_stop(struct fx_queue *q, struct fx_request *req, ULONG action)
{
	struct io_call call;

	if (!q->evt_stop || !can_be_told(req))
		return;
	if (request_word(req) & REQUEST_CANCELABLE)
		action |= WdfRequestStopRequestCancelable;
	call = io_enter_driver(q->io, q->scope, "EvtIoStop", FX_CODE(q->evt_stop));
	q->evt_stop(queue_handle(q), request_handle(req), action);
	io_leave_driver(q->io, &call);
}

/* Each of the requests that the driver has now, once, whatever the callback does to the list. */
static void for_each_owned(struct fx_queue *q,
			   void (*visit)(struct fx_queue *q, struct fx_request *req, ULONG arg),
			   ULONG arg)
{
	struct list *link;
	struct list now;

	list_init(&now);
	queue_absorb_taken(q);
	list_splice_back(&now, &q->owned);
	while ((link = list_pop_front(&now))) {
		list_push_back(&q->owned, link);
		visit(q, list_entry(link, struct fx_request, link), arg);
	}
}

static void visit_stop(struct fx_queue *q, struct fx_request *req, ULONG action)
{
	if (req->stop == STOP_NONE)
		q->unacknowledged++;
	__atomic_store_n(&req->stop, STOP_NOTIFIED, __ATOMIC_RELAXED);
	tell_stop(q, req, action);
}

static void visit_resume(struct fx_queue *q, struct fx_request *req, ULONG arg)
{
	struct io_call call;

	(void)arg;
	if (!q->evt_resume || !can_be_told(req))
		return;
	call = io_enter_driver(q->io, q->scope, "EvtIoResume", FX_CODE(q->evt_resume));
	q->evt_resume(queue_handle(q), request_handle(req));
	io_leave_driver(q->io, &call);
}

static void change_gates(struct fx_io *io, queue_filter *which, uint32_t set, uint32_t clear)
{
	list_for_each (link, &io->queues) {
		struct fx_queue *q = list_entry(link, struct fx_queue, io_link);

		if (!which(q))
			continue;
		spin_lock_acquire(&q->lock);
		queue_gate_set_locked(q, set, clear);
		q->ready_due = q->waiting_count != 0;
		spin_lock_release(&q->lock);
		queue_kick(q);
	}
	/* seq_cst: see request_mark() */
	barrier_full();
}

static void hold(void *arg)
{
	struct fx_io *io = arg;
	bool tell = !io->held; /* once: a second hold only waits */
	struct fx_queue *q;

	io_begin(io);
	__atomic_store_n(&io->held, true, __ATOMIC_RELAXED);
	change_gates(io, power_managed, GATE_HELD, 0);
	begin_queues(io);
	while (tell && (q = next_queue(io, power_managed)))
		for_each_owned(q, visit_stop, WdfRequestStopActionSuspend);
	await(io, no_unacknowledged);
}

static void resume(void *arg)
{
	struct fx_io *io = arg;
	struct fx_queue *q;

	io_begin(io);
	begin_queues(io);
	while ((q = next_queue(io, power_managed)))
		if (queue_gate(q) & GATE_HELD)
			for_each_owned(q, visit_resume, 0);
	__atomic_store_n(&io->held, false, __ATOMIC_RELAXED);
	change_gates(io, power_managed, 0, GATE_HELD); /* all told before any presents */
	io_run(io);
	exec_event_set(&io->power_done);
}

/* What waits and what is marked first; then the driver is told about the rest. */
static void purge_queues(struct fx_io *io, queue_filter *which)
{
	struct fx_queue *q;

	io_begin(io);
	change_gates(io, which, GATE_SHUTDOWN | GATE_REFUSE | GATE_CANCEL_ALL, 0);
	begin_queues(io);
	while ((q = next_queue(io, which))) {
		queue_cancel_waiting(q);
		queue_cancel_owned(q);
	}
	io_run(io); /* EvtRequestCancel, EvtIoCanceledOnQueue */
	begin_queues(io);
	while ((q = next_queue(io, which)))
		for_each_owned(q, visit_stop, WdfRequestStopActionPurge);
}

static void purge_managed(void *arg)
{
	struct fx_io *io = arg;

	purge_queues(io, power_managed);
	await(io, managed_are_empty);
}

static void purge_all(void *arg)
{
	struct fx_io *io = arg;

	io->dead = true;
	__atomic_store_n(&io->may_open, false, __ATOMIC_RELEASE);
	purge_queues(io, any_queue);
	file_close_all(io);
	await(io, all_is_over);
}

static void say_owned(struct fx_io *io, struct list *owned)
{
	list_for_each (link, owned)
		fx_rule_break(io->driver, FX_RULE_LONG_WAIT,
			      &list_entry(link, struct fx_request, link)->base,
			      "a change of power or removal waits for this WDFREQUEST");
}

static void say_all_owned(struct irq_message *msg)
{
	struct fx_io *io = uw_container_of(msg, struct fx_io, owned_msg);

	__atomic_store_n(&io->owned_posted, false, __ATOMIC_RELEASE);
	say_owned(io, &io->unqueued);
	irp_say_held(io);
	list_for_each (link, &io->queues) {
		struct fx_queue *q = list_entry(link, struct fx_queue, io_link);

		queue_absorb_taken(q);
		say_owned(io, &q->owned);
	}
}

/* What waits for the driver only the owner can name: if it can, it does. */
static void have_owned_said(struct fx_io *io)
{
	if (__atomic_exchange_n(&io->owned_posted, true, __ATOMIC_ACQ_REL))
		return;
	io->owned_msg.run = say_all_owned;
	irq_loop_post(io->owner, &io->owned_msg);
}

/* Beside the owner, which may be in a callback that does not return. */
static void say_whom_we_wait_for(struct fx_io *io, bool begun)
{
	struct fx_io_stats now = fx_io_stats(io);

	if (!begun)
		fx_rule_break(io->driver, FX_RULE_LONG_WAIT, NULL,
			      "a change of power or removal waits for a callback "
			      "of the driver to return");
	else
		fx_rule_break(io->driver, FX_RULE_LONG_WAIT, NULL,
			      "a change of power or removal waits for the driver to give up "
			      "%llu requests",
			      (unsigned long long)(now.submitted - now.completed));
	have_owned_said(io);
}

/* On the stack of who waits, until power_done is set. */
struct change {
	struct irq_message msg;
	struct fx_io *io;
	void (*fn)(void *arg);
	bool begun; /* atomic */
};

static void begin_change(struct irq_message *msg)
{
	struct change *change = uw_container_of(msg, struct change, msg);

	__atomic_store_n(&change->begun, true, __ATOMIC_RELEASE);
	change->fn(change->io);
}

static void change_comes(struct irq_message *msg)
{
	struct change *change = uw_container_of(msg, struct change, msg);
	/* the end of all I/O closes files, at every level */
	bool parked =
		change->fn == purge_all ? io_park_stack(change->io, msg) : io_park(change->io, msg);

	if (!parked)
		begin_change(msg);
}

static void do_and_wait(struct fx_io *io, void (*fn)(void *arg))
{
	struct change change = { .msg.run = change_comes, .io = io, .fn = fn };

	exec_event_clear(&io->power_done);
	if (io_is_owner(io))
		begin_change(&change.msg);
	else
		irq_loop_post(io->owner, &change.msg);
	while (!exec_event_wait(&io->power_done, io_patience_end(io->driver)))
		say_whom_we_wait_for(io, __atomic_load_n(&change.begun, __ATOMIC_ACQUIRE));
}

void fx_io_hold(struct fx_io *io)
{
	do_and_wait(io, hold);
}

void fx_io_resume(struct fx_io *io)
{
	do_and_wait(io, resume);
}

void fx_io_purge(struct fx_io *io, bool power_managed_only)
{
	do_and_wait(io, power_managed_only ? purge_managed : purge_all);
	if (!power_managed_only)
		io_end_targets(io);
}
