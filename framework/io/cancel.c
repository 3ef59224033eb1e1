/* SPDX-License-Identifier: MIT */
/*
 * cancel.c - who gets a request that somebody wants cancelled: the driver or its EvtRequestCancel.
 *
 * The word decides, by compare-and-swap; the owner cancels, so a mark or unmark on its thread, with
 * no verifier to find who else is at it, needs none (request_step_word()). A marked request is
 * claimed exactly once: by the canceller (EvtRequestCancel is due, and nothing else happens to it
 * until the driver completes it) or by unmarking. An unmarked one only learns that it is wanted
 * (REQUEST_CANCELLED), which marking finds. EvtRequestCancel always comes from io_run() on the
 * owner, never from inside a DDI, so a driver may hold its locks around every call here. A
 * reference keeps the handle good until it ran.
 */
#include "irp.h"
#include "queue.h"
#include "room.h"
#include "sent.h"

void request_call_off(struct fx_request *req)
{
	fx_object_ref(&req->base);
	if (!io_is_owner(req->io)) {
		request_ask(req, REQUEST_OP_CALL_OFF);
		return;
	}
	list_push_back(&req->io->called_off, &req->off_link);
	io_run_later(req->io);
}

void request_run_call_off(struct fx_request *req)
{
	struct fx_queue *q = req->queue;
	struct fx_io *io = req->io; /* one that came from a child goes home when it is over */
	struct io_call call;

	if (req->cancelled_on_queue) {
		call = io_enter_driver(io, q->scope, "EvtIoCanceledOnQueue",
				       FX_CODE(q->evt_cancelled));
		req->cancelled_on_queue = false;
		q->evt_cancelled(queue_handle(q), request_handle(req));
	} else {
		call = io_enter_driver(io, q->scope, "EvtRequestCancel", FX_CODE(req->cancel));
		req->cancel(request_handle(req));
	}
	io_leave_driver(io, &call);
	fx_object_unref(&req->base);
}

/* It is in no list. The driver hears of it if it has ever had the request. */
void request_cancel_on_queue(struct fx_request *req)
{
	struct fx_queue *q = req->queue;

	if (!req->presented || !q->evt_cancelled) {
		request_finish(req, STATUS_CANCELLED, 0);
		return;
	}
	queue_give(q, req);
	request_set_word(req, REQUEST_DRIVER | REQUEST_CANCELLED | REQUEST_CLAIMED);
	req->cancelled_on_queue = true;
	request_call_off(req);
}

/* @return it is out of its queue and the caller's; false: somebody else was faster. */
static bool take_from_queue(struct fx_request *req)
{
	struct fx_queue *q = req->queue;
	bool mine;

	spin_lock_acquire(&q->lock);
	mine = req->place == PLACE_WAITING;
	if (mine) {
		queue_unlink_waiting_locked(q, req);
		request_set_word(req, REQUEST_ARRIVED | REQUEST_CANCELLED);
	}
	spin_lock_release(&q->lock);
	return mine;
}

/* One look at the word. @return done; false: it changed meanwhile. */
static bool try_cancel(struct fx_request *req)
{
	uint32_t word = request_word(req);

	switch (word & REQUEST_STATE) {
	case REQUEST_WAITING:
		if (!take_from_queue(req))
			return false;
		request_cancel_on_queue(req);
		queue_kick(req->queue);
		return true;
	case REQUEST_DRIVER:
		if (!(word & REQUEST_CANCELABLE)) {
			if (!request_swap_word(req, &word, word | REQUEST_CANCELLED))
				return false;
			irp_show_cancelled(req);
			return true;
		}
		if (!request_swap_word(req, &word,
				       (word & ~(uint32_t)REQUEST_CANCELABLE) | REQUEST_CANCELLED |
					       REQUEST_CLAIMED))
			return false;
		irp_show_cancelled(req);
		request_call_off(req);
		return true;
	case REQUEST_SENT:
		if (!request_swap_word(req, &word, word | REQUEST_CANCELLED))
			return false;
		(void)sent_cancel(req->sent);
		return true;
	case REQUEST_ARRIVED: /* a callback that allocates for it is on the stack */
	case REQUEST_MOVING:
		return request_swap_word(req, &word, word | REQUEST_CANCELLED);
	default:
		return true;
	}
}

void request_cancel(struct fx_request *req)
{
	while (!try_cancel(req))
		;
}

static NTSTATUS refuse_mark(struct fx_request *req, enum fx_rule rule, const char *why)
{
	fx_rule_break(req->base.driver, rule, &req->base, "%s", why);
	return STATUS_INVALID_DEVICE_REQUEST;
}

static bool cancel_all(const struct fx_queue *q)
{
	return queue_gate(q) & GATE_CANCEL_ALL;
}

/* It is wanted already: tell the driver now, or by EvtRequestCancel. @return swapped. */
static bool mark_too_late(struct fx_request *req, uint32_t *word, bool fail_if_cancelled)
{
	uint32_t with = REQUEST_CANCELLED | (fail_if_cancelled ? 0 : REQUEST_CLAIMED);

	if (!request_swap_word(req, word,
			       (*word & ~(uint32_t)REQUEST_CANCELABLE) | REQUEST_DRIVER | with))
		return false;
	if (!fail_if_cancelled)
		request_call_off(req);
	return true;
}

static NTSTATUS mark(struct fx_request *req, PFN_WDF_REQUEST_CANCEL cancel, bool fail_if_cancelled)
{
	NTSTATUS too_late = fail_if_cancelled ? STATUS_CANCELLED : STATUS_SUCCESS;
	struct fx_queue *q = req->queue; /* once marked, it may be over */
	uint32_t word = request_word(req);

	for (;;) {
		if ((word & REQUEST_STATE) != REQUEST_DRIVER)
			return refuse_mark(req, request_rule_of(word),
					   "a WDFREQUEST was marked cancelable that the "
					   "driver does not own");
		if (word & (REQUEST_CANCELABLE | REQUEST_CLAIMED))
			return refuse_mark(req, FX_RULE_MARKED_TWICE,
					   "a WDFREQUEST was marked cancelable twice");
		req->cancel = cancel; /* published by the swap */
		if ((word & REQUEST_CANCELLED) || cancel_all(q)) {
			if (mark_too_late(req, &word, fail_if_cancelled))
				return too_late;
		} else if (request_swap_word(req, &word, word | REQUEST_CANCELABLE)) {
			break;
		}
	}
	/* A purge may have walked by just before the swap; its gate is visible then (see
	 * queue_change()), and either its canceller or we take the mark back. */
	word |= REQUEST_CANCELABLE;
	if (uw_unlikely(cancel_all(q)) && mark_too_late(req, &word, fail_if_cancelled))
		return too_late;
	return STATUS_SUCCESS;
}

NTSTATUS request_mark(struct fx_request *req, PFN_WDF_REQUEST_CANCEL cancel, bool fail_if_cancelled)
{
	NTSTATUS status;

	if (!req->queue)
		return refuse_mark(req, FX_RULE_REQUEST_WITHOUT_QUEUE,
				   "a WDFREQUEST that came from no queue was marked cancelable");
	if (io_is_owner(req->io)) /* nothing is completed meanwhile */
		return mark(req, cancel, fail_if_cancelled);
	/* Elsewhere it may be cancelled and over between two looks at its word; with a reference
	 * its slot cannot be the next request by then, whose word we would change. */
	fx_object_ref(&req->base);
	status = mark(req, cancel, fail_if_cancelled);
	fx_object_unref(&req->base);
	return status;
}

NTSTATUS request_unmark(struct fx_request *req)
{
	uint32_t word = request_word(req);

	if (!req->queue)
		return refuse_mark(req, FX_RULE_REQUEST_WITHOUT_QUEUE,
				   "a WDFREQUEST that came from no queue was unmarked");
	for (;;) {
		if ((word & REQUEST_STATE) != REQUEST_DRIVER)
			return refuse_mark(
				req, request_rule_of(word),
				"a WDFREQUEST was unmarked that the driver does not own");
		if (word & REQUEST_CLAIMED)
			return STATUS_CANCELLED;
		if (!(word & REQUEST_CANCELABLE))
			return refuse_mark(req, FX_RULE_NOT_MARKED,
					   "a WDFREQUEST was unmarked that is not cancelable");
		if (request_swap_word(req, &word, word & ~(uint32_t)REQUEST_CANCELABLE))
			return STATUS_SUCCESS;
	}
}

bool request_is_cancelled(struct fx_request *req)
{
	uint32_t word = request_word(req);

	if ((word & REQUEST_STATE) != REQUEST_DRIVER || (word & REQUEST_CANCELABLE)) {
		fx_rule_break(req->base.driver, FX_RULE_IS_CANCELED, &req->base,
			      "WdfRequestIsCanceled on a WDFREQUEST that is cancelable or not "
			      "the driver's");
		return false;
	}
	return word & REQUEST_CANCELLED;
}
