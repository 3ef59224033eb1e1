/* SPDX-License-Identifier: MIT */
/* queue_state.c - start, stop, drain, purge, and whoever waits for their effect. */
#include "base/barrier.h"
#include "queue.h"
#include "reserve.h"
#include "room.h"

void queue_start(struct fx_queue *q)
{
	spin_lock_acquire(&q->lock);
	queue_gate_set_locked(q, 0, GATE_STOPPED);
	if (!(q->gate & GATE_SHUTDOWN))
		queue_gate_set_locked(q, 0, GATE_REFUSE | GATE_CANCEL_ALL);
	/* It may have been stopped between being told and retrieving: tell again. */
	q->ready_due = q->waiting_count != 0;
	spin_lock_release(&q->lock);
	queue_kick(q);
}

static bool watch_locked(struct fx_queue *q, struct fx_queue_watch *slot,
			 const struct fx_queue_watch *watch) UW_REQUIRES(q->lock)
{
	if (!watch->fn)
		return true;
	if (slot->fn)
		return false;
	*slot = *watch;
	queue_gate_set_locked(q, GATE_WATCHED, 0);
	return true;
}

/* A driver's own wait must not keep a deletion from waiting. */
static struct fx_queue_watch *slot_of(struct fx_queue *q, enum queue_change change)
{
	if (change == QUEUE_END)
		return &q->end;
	return change == QUEUE_STOP || change == QUEUE_STOP_AND_PURGE ? &q->idle : &q->empty;
}

NTSTATUS queue_change(struct fx_queue *q, enum queue_change change,
		      const struct fx_queue_watch *watch)
{
	bool stops = change == QUEUE_STOP || change == QUEUE_STOP_AND_PURGE;
	bool cancels =
		change == QUEUE_PURGE || change == QUEUE_STOP_AND_PURGE || change == QUEUE_END;

	spin_lock_acquire(&q->lock);
	if (!watch_locked(q, slot_of(q, change), watch)) {
		spin_lock_release(&q->lock);
		return STATUS_INVALID_DEVICE_REQUEST;
	}
	if (stops && !(q->gate & GATE_SHUTDOWN))
		queue_gate_set_locked(q, GATE_STOPPED, GATE_REFUSE); /* it accepts, KMDF's rule */
	else
		queue_gate_set_locked(q, stops ? GATE_STOPPED : GATE_REFUSE, 0);
	if (cancels) {
		queue_gate_set_locked(q, GATE_CANCEL_ALL, 0);
		q->todo |= TODO_CANCEL_WAITING | TODO_CANCEL_OWNED;
	}
	spin_lock_release(&q->lock);
	/* seq_cst: either request_mark() sees GATE_CANCEL_ALL or our walk sees the mark */
	barrier_full();
	queue_kick(q);
	return STATUS_SUCCESS;
}

static void wake_waiter(WDFQUEUE queue, WDFCONTEXT context)
{
	(void)queue;
	exec_event_set(context);
}

static const char *const change_names[] = { "stop", "stop and purge", "drain", "purge",
					    "be deleted" };

/* On the owner loop the wait could never end: what it waits for runs here. */
static bool wait_is_possible(struct fx_queue *q, enum queue_change change)
{
	if (!io_is_owner(q->io))
		return true;
	fx_rule_break(q->io->driver, FX_RULE_LEVEL, &q->base,
		      "a WDFQUEUE was asked to %s synchronously from a callback of its own "
		      "thread, which would wait for itself; it goes on without waiting",
		      change_names[change]);
	return false;
}

NTSTATUS queue_change_and_wait(struct fx_queue *q, enum queue_change change)
{
	struct fx_queue_watch nobody = { 0 };
	struct exec_event event;
	struct fx_queue_watch watch = { .fn = wake_waiter, .context = &event, .internal = true };
	NTSTATUS status;

	if (!wait_is_possible(q, change))
		return queue_change(q, change, &nobody);
	if (exec_event_init(&event))
		return STATUS_INSUFFICIENT_RESOURCES;
	status = queue_change(q, change, &watch);
	if (NT_SUCCESS(status)) {
		while (!exec_event_wait(&event, io_patience_end(q->io->driver)))
			fx_rule_break(q->io->driver, FX_RULE_LONG_WAIT, &q->base,
				      "waiting for a WDFQUEUE to %s; the driver still has %u "
				      "of its requests",
				      change_names[change], (unsigned)queue_driver_count(q));
	}
	exec_event_deinit(&event);
	return status;
}

/* Nothing waits: no request, and no packet for one. */
static bool nothing_waits(const struct fx_queue *q)
{
	return !q->waiting_count && !queue_parked(q);
}

static bool idle_locked(const struct fx_queue *q)
{
	return !queue_driver_count(q);
}

/* Takes one watch whose time has come. */
static bool take_due_watch(struct fx_queue *q, struct fx_queue_watch *out)
{
	struct fx_queue_watch *due = NULL;

	spin_lock_acquire(&q->lock);
	if (idle_locked(q)) {
		if (q->idle.fn)
			due = &q->idle;
		else if (q->empty.fn && nothing_waits(q))
			due = &q->empty;
		else if (q->end.fn && nothing_waits(q))
			due = &q->end;
	}
	if (due) {
		*out = *due;
		due->fn = NULL;
		if (!q->idle.fn && !q->empty.fn && !q->end.fn)
			queue_gate_set_locked(q, 0, GATE_WATCHED);
	}
	spin_lock_release(&q->lock);
	return due != NULL;
}

void queue_run_watches(struct fx_queue *q)
{
	struct fx_queue_watch watch;

	while (take_due_watch(q, &watch)) {
		struct fx_scope *scope = watch.internal ? NULL : q->scope;
		struct io_call call =
			io_enter_driver(q->io, scope, "EvtIoQueueState", FX_CODE(watch.fn));

		watch.fn(queue_handle(q), watch.context);
		io_leave_driver(q->io, &call);
	}
}

NTSTATUS queue_ready_notify(struct fx_queue *q, PFN_WDF_IO_QUEUE_STATE fn, WDFCONTEXT context)
{
	const char *wrong = NULL;

	spin_lock_acquire(&q->lock);
	if (q->type != WdfIoQueueDispatchManual)
		wrong = "WdfIoQueueReadyNotify on a queue that is not manual";
	else if (fn && q->ready)
		wrong = "WdfIoQueueReadyNotify: a callback is set already";
	else if (!fn && !q->ready)
		wrong = "WdfIoQueueReadyNotify: there is no callback to clear";
	else if (!fn && !(q->gate & GATE_STOPPED))
		wrong = "WdfIoQueueReadyNotify: stop the queue before clearing the callback";
	else {
		q->ready = fn;
		q->ready_context = context;
		q->ready_due = q->waiting_count != 0;
	}
	spin_lock_release(&q->lock);
	if (wrong) {
		fx_rule_break(q->io->driver, FX_RULE_READY_NOTIFY, &q->base, "%s", wrong);
		return STATUS_INVALID_DEVICE_REQUEST;
	}
	queue_kick(q);
	return STATUS_SUCCESS;
}

WDF_IO_QUEUE_STATE queue_state(struct fx_queue *q, ULONG *out_waiting, ULONG *out_driver)
{
	uint32_t state = 0, waiting, driver, gate;

	spin_lock_acquire(&q->lock);
	gate = q->gate;
	waiting = q->waiting_count + queue_parked(q);
	driver = (uint32_t)queue_driver_count(q);
	spin_lock_release(&q->lock);
	state |= gate & GATE_REFUSE ? 0 : WdfIoQueueAcceptRequests;
	state |= gate & GATE_STOPPED ? 0 : WdfIoQueueDispatchRequests;
	state |= waiting ? 0 : WdfIoQueueNoRequests;
	state |= driver ? 0 : WdfIoQueueDriverNoRequests;
	state |= gate & GATE_HELD ? WdfIoQueuePnpHeld : 0;
	if (out_waiting)
		*out_waiting = waiting;
	if (out_driver)
		*out_driver = driver;
	return (WDF_IO_QUEUE_STATE)state;
}
