/* SPDX-License-Identifier: MIT */
/*
 * target.c - the state of a WDFIOTARGET: two gates, one into it and one out of it.
 *
 * Started: both are open. Stopped: what is sent waits in it. Purged, closed, deleted: nothing gets
 * in. WDF_REQUEST_SEND_OPTION_IGNORE_TARGET_STATE and SEND_AND_FORGET pass a stopped or purged one.
 */
#include "target_impl.h"

#include "target.h"

NTSTATUS target_admit_locked(struct fx_target *target, bool any_state, bool *out_now)
{
	*out_now = false;
	switch (target->state) {
	case WdfIoTargetStarted:
		*out_now = any_state || !target->starting;
		return STATUS_SUCCESS;
	case WdfIoTargetStopped:
		*out_now = any_state;
		return STATUS_SUCCESS;
	case WdfIoTargetPurged:
		*out_now = any_state;
		return any_state ? STATUS_SUCCESS : STATUS_INVALID_DEVICE_STATE;
	default:
		return STATUS_INVALID_DEVICE_STATE;
	}
}

WDF_IO_TARGET_STATE target_state(struct fx_target *target)
{
	WDF_IO_TARGET_STATE state;

	spin_lock_acquire(&target->lock);
	state = target->state;
	spin_lock_release(&target->lock);
	return state;
}

static bool can_start_locked(const struct fx_target *target)
{
	return target->state == WdfIoTargetStarted || target->state == WdfIoTargetStopped ||
	       target->state == WdfIoTargetPurged;
}

NTSTATUS target_start(struct fx_target *target)
{
	bool stopping, submit, can;

	spin_lock_acquire(&target->lock);
	stopping = target->stoppers && fx_irql_get() > PASSIVE_LEVEL;
	can = can_start_locked(target);
	submit = can && !target->starting;
	if (can)
		target->state = WdfIoTargetStarted;
	target->starting |= submit;
	spin_lock_release(&target->lock);
	if (stopping)
		fx_rule_break(target->base.driver, FX_RULE_START_WHILE_STOPPING, &target->base,
			      "WdfIoTargetStart above PASSIVE_LEVEL while another thread stops or "
			      "purges the target");
	if (submit)
		sent_submit_waiting(target);
	return can ? STATUS_SUCCESS : STATUS_INVALID_DEVICE_STATE;
}

/* @return the state was one that can be left for @state. */
static bool set_state(struct fx_target *target, WDF_IO_TARGET_STATE state)
{
	bool can;

	spin_lock_acquire(&target->lock);
	can = can_start_locked(target);
	if (can)
		target->state = state;
	spin_lock_release(&target->lock);
	return can;
}

/* Complains if the caller must not wait for what is out. */
static bool may_wait(struct fx_target *target, const char *function)
{
	bool out;

	spin_lock_acquire(&target->lock);
	out = !list_empty(&target->below);
	spin_lock_release(&target->lock);
	if (!out || !target_is_inside(target))
		return true;
	fx_verifier_break(target->base.driver,
			  "%s in a callback of the device behind the target, which may complete "
			  "what was sent there only when the callback is over",
			  function);
	return false;
}

static void wait_as_stopper(struct fx_target *target, const char *what)
{
	uint32_t others;

	if (!may_wait(target, "WdfIoTargetStop or WdfIoTargetPurge, to wait,"))
		return;
	spin_lock_acquire(&target->lock);
	others = target->stoppers++;
	spin_lock_release(&target->lock);
	if (others)
		fx_rule_break(
			target->base.driver, FX_RULE_TARGET_WAIT_TWICE, &target->base,
			"WdfIoTargetStop or WdfIoTargetPurge waits while another thread waits "
			"in one of them");
	target_wait_idle(target, what);
	spin_lock_acquire(&target->lock);
	target->stoppers--;
	spin_lock_release(&target->lock);
}

void target_stop(struct fx_target *target, WDF_IO_TARGET_SENT_IO_ACTION action)
{
	if (!set_state(target, WdfIoTargetStopped))
		return;
	if (action == WdfIoTargetCancelSentIo)
		sent_cancel_all(target);
	if (action != WdfIoTargetLeaveSentIoPending)
		wait_as_stopper(target, "what was sent before WdfIoTargetStop");
}

void target_purge(struct fx_target *target, bool wait)
{
	if (!set_state(target, WdfIoTargetPurged))
		return;
	sent_cancel_all(target);
	if (wait)
		wait_as_stopper(target, "what was sent before WdfIoTargetPurge");
}

/* @return @state is where it goes: nothing follows the end, and a closed one is not closed again
 * for a removal. */
static bool end_locked(struct fx_target *target, WDF_IO_TARGET_STATE state,
		       const struct fx_sink *of)
{
	bool closed = target->state == WdfIoTargetClosed;

	if (of && target->sink != of)
		return false; /* it has been opened anew since */
	if (target->state == WdfIoTargetDeleted ||
	    (closed && state == WdfIoTargetClosedForQueryRemove))
		return state == WdfIoTargetDeleted;
	target->state = state;
	return true;
}

/* Once it was closed its driver may open it anew, while we tell it of what it had before. */
static bool take_sink(struct fx_target *target, const struct fx_sink *sink)
{
	bool mine;

	spin_lock_acquire(&target->lock);
	mine = target->sink == sink;
	if (mine)
		target->sink = NULL;
	spin_lock_release(&target->lock);
	return mine;
}

static void let_go(struct fx_target *target, struct fx_sink *sink)
{
	if (target->kind != TARGET_NAMED || !sink)
		return; /* it is a part of the target or of its device */
	if (take_sink(target, sink) && sink->ops->close)
		sink->ops->close(sink);
}

/* Who tells of a removal may wait for the loop of the very device: that one does not wait. */
static void end_for_good(struct fx_target *target, struct fx_sink *sink)
{
	const struct irq_loop *self = irq_loop_of_thread();
	bool waits;

	let_go(target, sink);
	spin_lock_acquire(&target->lock);
	waits = !self || self != target->last_loop;
	spin_lock_release(&target->lock);
	if (waits)
		target_wait_unnoticed(target);
}

/* @of: only if it is that which is open, or was closed for its removal; NULL: whatever it is. */
static void end_of(struct fx_target *target, WDF_IO_TARGET_STATE state, const struct fx_sink *of)
{
	struct fx_sink *sink;
	bool goes;

	spin_lock_acquire(&target->lock);
	goes = end_locked(target, state, of);
	sink = target->sink;
	spin_lock_release(&target->lock);
	if (!goes)
		return;
	sent_cancel_all(target);
	if (!may_wait(target, "a target is closed") && state != WdfIoTargetDeleted)
		return; /* its sink stays until the next close, or its end */
	target_wait_idle(target, "what was sent before the target was closed");
	if (state != WdfIoTargetClosedForQueryRemove)
		end_for_good(target, sink);
	else if (sink && sink->ops->suspend)
		sink->ops->suspend(sink);
}

void target_end(struct fx_target *target, WDF_IO_TARGET_STATE state)
{
	end_of(target, state, NULL);
}

bool fx_target_attach(struct fx_target *target, struct fx_sink *sink, struct fx_sink **out_old)
{
	bool same;

	spin_lock_acquire(&target->lock);
	same = target->state == target->opening_from;
	if (same) {
		*out_old = target->sink;
		target->sink = sink;
		target->last_loop = sink->loop;
		target->state = WdfIoTargetStarted;
		target->opening = false; /* it may be asked from here on */
	}
	spin_lock_release(&target->lock);
	return same;
}

/* --- what a sink that was opened by name tells --- */

/* As it was opened; nothing, if its driver opens it anew at this moment. */
static WDF_IO_TARGET_OPEN_PARAMS params_of(struct fx_target *target)
{
	WDF_IO_TARGET_OPEN_PARAMS params = { 0 };

	spin_lock_acquire(&target->lock);
	if (!target->opening)
		params = target->params;
	spin_lock_release(&target->lock);
	return params;
}

NTSTATUS fx_target_query_remove(struct fx_target *target, const struct fx_sink *of)
{
	PFN_WDF_IO_TARGET_QUERY_REMOVE evt = params_of(target).EvtIoTargetQueryRemove;

	if (evt)
		return FX_CALL(target->base.driver, "EvtIoTargetQueryRemove", evt,
			       target_handle(target));
	end_of(target, WdfIoTargetClosedForQueryRemove, of);
	return STATUS_SUCCESS;
}

void fx_target_remove_canceled(struct fx_target *target)
{
	PFN_WDF_IO_TARGET_REMOVE_CANCELED evt = params_of(target).EvtIoTargetRemoveCanceled;

	if (evt)
		FX_CALL_VOID(target->base.driver, "EvtIoTargetRemoveCanceled", evt,
			     target_handle(target));
	else
		(void)target_open_again(target); /* if that fails, it stays closed */
}

void fx_target_remove_complete(struct fx_target *target, const struct fx_sink *of)
{
	PFN_WDF_IO_TARGET_REMOVE_COMPLETE evt = params_of(target).EvtIoTargetRemoveComplete;

	if (evt)
		FX_CALL_VOID(target->base.driver, "EvtIoTargetRemoveComplete", evt,
			     target_handle(target));
	else
		end_of(target, WdfIoTargetClosed, of);
}
