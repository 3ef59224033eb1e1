/* SPDX-License-Identifier: MIT */
/*
 * request_move.c - a driver hands a request back: to another queue, to its own, to a stopped
 * device, to a queue of the device's parent.
 *
 * On the owner at once. Elsewhere the request is nobody's (REQUEST_MOVING) until the owner sees it:
 * only the owner changes the list it is in. A parent has its children's owner. What goes to it is
 * in its room until it is over; the slot, the contexts and the file stay the child's, which
 * therefore waits for it.
 */
#include "queue.h"
#include "room.h"

static NTSTATUS refuse(struct fx_request *req, enum fx_rule rule, const char *why)
{
	fx_rule_break(req->base.driver, rule, &req->base, "%s", why);
	return STATUS_INVALID_DEVICE_REQUEST;
}

#define NOT_OWNED "a WDFREQUEST was handed back that the driver does not own"

/* Take it from the driver. */
static NTSTATUS release_from_driver(struct fx_request *req)
{
	uint32_t word = request_word(req);

	do {
		if ((word & REQUEST_STATE) != REQUEST_DRIVER)
			return refuse(req, request_rule_of(word), NOT_OWNED);
		if (word & REQUEST_CANCELABLE)
			return refuse(req, FX_RULE_MOVED_CANCELABLE,
				      "a WDFREQUEST was handed back while it is marked cancelable");
	} while (!request_swap_word(req, &word, (word & REQUEST_CANCELLED) | REQUEST_MOVING));
	return STATUS_SUCCESS;
}

static void watch_old_queue(struct fx_queue *q)
{
	if (q && (queue_gate(q) & GATE_ATTENTION))
		queue_kick(q);
}

static void set_room(struct fx_request *req, struct fx_io *io)
{
	/* others may ask which device it is part of */
	__atomic_store_n(&req->io, io, __ATOMIC_RELEASE);
}

/* It counts where it ends, and goes the long way there: its file is another room's. */
static void move_to_parent(struct fx_request *req, struct fx_io *parent)
{
	struct fx_io *child = req->io;

	req->home = child;
	req->moved = true;
	req->followed = false;
	if (child->traced == req->packet)
		child->traced = NULL;
	__atomic_fetch_and(&req->packet->state, ~PACKET_SHORT, __ATOMIC_RELAXED);
	io_count(&child->submitted, (uint64_t)-1);
	io_count(&parent->submitted, 1);
	set_room(req, parent);
}

void request_go_home(struct fx_request *req)
{
	set_room(req, req->home);
	req->moved = false;
}

void request_do_forward(struct fx_request *req, struct fx_queue *to)
{
	struct fx_queue *from = req->queue;

	request_leave(req);
	watch_old_queue(from);
	if (uw_unlikely(to->io != req->io))
		move_to_parent(req, to->io);
	if (uw_unlikely(to->gone)) /* deleted since the driver asked */
		request_finish(req, STATUS_CANCELLED, 0);
	else
		queue_insert(to, req, false); /* if it was purged since: cancelled */
}

void request_do_requeue(struct fx_request *req)
{
	request_leave(req);
	queue_insert(req->queue, req, true);
}

static NTSTATUS forward(struct fx_request *req, struct fx_queue *to)
{
	NTSTATUS status = release_from_driver(req);

	if (!NT_SUCCESS(status))
		return status;
	if (io_is_owner(req->io)) {
		request_do_forward(req, to);
	} else {
		req->op_queue = to;
		fx_object_ref(&to->base);
		request_ask(req, REQUEST_OP_FORWARD);
	}
	return STATUS_SUCCESS;
}

/* Does @to take it? */
static NTSTATUS forward_checked(struct fx_request *req, struct fx_queue *to)
{
	if (to->type != WdfIoQueueDispatchManual &&
	    !queue_handles(to, (enum fx_request_kind)req->kind))
		return refuse(req, FX_RULE_NO_HANDLER,
			      "a WDFREQUEST was forwarded to a queue without a handler for it");
	if (queue_gate(to) & GATE_REFUSE)
		return STATUS_WDF_BUSY;
	return forward(req, to);
}

NTSTATUS request_forward(struct fx_request *req, struct fx_queue *to)
{
	if (to->io != req->io)
		return refuse(req, FX_RULE_FORWARD_TARGET,
			      "a WDFREQUEST was forwarded to a queue of another device");
	if (to == req->queue)
		return refuse(req, FX_RULE_FORWARD_TARGET,
			      "a WDFREQUEST was forwarded to the queue it came from");
	return forward_checked(req, to);
}

/* Why @req, which the driver has, must not go to @to; NULL: it may. */
static const char *why_not_to_parent(const struct fx_request *req, const struct fx_queue *to)
{
	if (req->made || !req->queue)
		return "a WDFREQUEST was forwarded to a parent that came from no queue";
	if (!req->io->parent)
		return "a WDFREQUEST was forwarded to the parent of a device that has none";
	if (to->io != req->io->parent)
		return "a WDFREQUEST was forwarded to a queue that is not the parent device's";
	if (req->reserve)
		return "a WDFREQUEST was forwarded to a parent that is reserved for low memory";
	if (!req->io->config.to_parent)
		return "a WDFREQUEST was forwarded to a parent without "
		       "WdfPdoInitAllowForwardingRequestToParent";
	return NULL;
}

NTSTATUS request_forward_to_parent(struct fx_request *req, struct fx_queue *to)
{
	const char *why;

	if (!request_is_at_hand(req, "forwarding"))
		return STATUS_INVALID_DEVICE_REQUEST;
	why = why_not_to_parent(req, to);
	if (why)
		return refuse(req, FX_RULE_FORWARD_TO_PARENT, why);
	return forward_checked(req, to);
}

static void requeue_released(struct fx_request *req)
{
	if (io_is_owner(req->io))
		request_do_requeue(req);
	else
		request_ask(req, REQUEST_OP_REQUEUE);
}

NTSTATUS request_requeue(struct fx_request *req)
{
	uint32_t word = request_word(req);
	NTSTATUS status;

	if (req->queue && (word & REQUEST_STATE) != REQUEST_DRIVER) /* the queue may be gone */
		return refuse(req, request_rule_of(word), NOT_OWNED);
	if (!req->queue || req->queue->type != WdfIoQueueDispatchManual)
		return refuse(req,
			      req->queue ? FX_RULE_REQUEUE_NOT_MANUAL
					 : FX_RULE_REQUEST_WITHOUT_QUEUE,
			      "WdfRequestRequeue on a WDFREQUEST of no manual queue");
	status = release_from_driver(req);
	if (NT_SUCCESS(status))
		requeue_released(req);
	return status;
}

/* It may have ended before the acknowledgement came, and its slot be in use again. */
void request_do_acknowledge(struct fx_request *req)
{
	if (__atomic_load_n(&req->op_handle, __ATOMIC_RELAXED) != req->base.handle ||
	    __atomic_load_n(&req->stop, __ATOMIC_RELAXED) == STOP_NONE)
		return;
	__atomic_store_n(&req->stop, STOP_NONE, __ATOMIC_RELAXED);
	req->queue->unacknowledged--;
	io_run_later(req->io);
}

static void acknowledge(struct fx_request *req)
{
	__atomic_store_n(&req->op_handle, req->base.handle, __ATOMIC_RELAXED);
	if (io_is_owner(req->io))
		request_do_acknowledge(req);
	else
		request_ask(req, REQUEST_OP_STOP_ACK);
}

void request_stop_acknowledge(struct fx_request *req, bool requeue)
{
	if (__atomic_load_n(&req->stop, __ATOMIC_RELAXED) == STOP_NONE) {
		(void)refuse(req, FX_RULE_STOP_ACKNOWLEDGE,
			     "WdfRequestStopAcknowledge without EvtIoStop");
		return;
	}
	if (!requeue)
		acknowledge(req);
	else if (NT_SUCCESS(release_from_driver(req)))
		requeue_released(req);
}
