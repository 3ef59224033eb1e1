/* SPDX-License-Identifier: MIT */
/* request_fast.c - the end of a request, and what other threads ask the owner to do with one. */
#include "request_fast.h"

#include "sent.h"

/* Completion statuses that only KMDF itself knows become ones that clients know. */
UW_COLD static NTSTATUS translate_status(struct fx_request *req, NTSTATUS status)
{
	switch (status) {
	case STATUS_WDF_PAUSED:
	case STATUS_WDF_BUSY:
		return STATUS_DEVICE_BUSY;
	case STATUS_WDF_INTERNAL_ERROR:
		return STATUS_INTERNAL_ERROR;
	case STATUS_WDF_NOT_ENOUGH_MAP_REGISTERS:
		return STATUS_INSUFFICIENT_RESOURCES;
	case STATUS_PENDING:
		fx_verifier_break(req->base.driver,
				  "a WDFREQUEST was completed with STATUS_PENDING");
		return STATUS_INVALID_DEVICE_REQUEST;
	default:
		return STATUS_INVALID_DEVICE_REQUEST;
	}
}

/* Is it none that a client knows? */
static inline bool is_translated(NTSTATUS status)
{
	return uw_unlikely(status == STATUS_PENDING ||
			   ((ULONG)status & 0x0fff0000u) ==
				   ((ULONG)STATUS_WDF_PAUSED & 0x0fff0000u));
}

void request_give_unqueued(struct fx_request *req)
{
	req->place = PLACE_OWNED;
	req->presented = true;
	request_list(req);
	list_push_back(&req->io->unqueued, &req->link);
	request_set_word(req, REQUEST_DRIVER);
}

void request_list(struct fx_request *req)
{
	if (req->listed)
		return;
	req->listed = true;
	list_push_back(&req->file->requests, &req->file_link);
}

void request_stay(struct fx_request *req)
{
	request_list(req);
	req->place = PLACE_OWNED;
	list_push_back(&req->queue->owned, &req->link);
}

/* The driver does not have it any more. */
static void leave(struct fx_request *req)
{
	struct fx_queue *q = req->queue;

	if (req->stop != STOP_NONE && q) {
		__atomic_store_n(&req->stop, STOP_NONE, __ATOMIC_RELAXED);
		q->unacknowledged--;
	}
	if (uw_unlikely(q && req->place == PLACE_TAKEN)) {
		spin_lock_acquire(&q->lock);
		list_remove(&req->link);
		__atomic_store_n(&q->taken_count, q->taken_count - 1, __ATOMIC_RELAXED);
		spin_lock_release(&q->lock);
	} else if (uw_likely(req->place == PLACE_OWNED || req->place == PLACE_CALLBACK)) {
		if (req->place == PLACE_OWNED)
			list_remove(&req->link);
		if (q)
			io_count(&q->finished, 1);
	}
	req->place = PLACE_NONE;
}

void request_leave(struct fx_request *req)
{
	request_list(req);
	leave(req);
}

void request_finish(struct fx_request *req, NTSTATUS status, size_t information)
{
	struct fx_packet *packet = req->packet;
	struct fx_queue *q = req->queue;
	struct fx_io *io = req->io;

	if (is_translated(status))
		status = translate_status(req, status);
	request_set_word(req, REQUEST_COMPLETING);
	information = request_unbind(req, status, information);
	leave(req);
	if (req->listed)
		list_remove(&req->file_link);
	req->listed = false;
	req->followed = false;
	packet_finish(io, packet, status, information);
	req->packet = NULL;
	request_retire(req, packet);
	if (q && uw_unlikely(queue_gate(q) & GATE_ATTENTION))
		queue_kick(q);
	else if (!q && io->power_waiting)
		io_run_later(io);
}

/* Apart: who calls nothing saves no registers. */
void request_end_with_much(const void *site, WDFREQUEST handle, struct fx_request *req,
			   size_t information)
{
	memcpy(req->packet->out, req->out, information);
	request_end_simply(req->io, req, handle, site, information, false);
}

static __attribute__((noinline)) void
end_owned_with_much(const void *site, WDFREQUEST handle, struct fx_request *req, size_t information)
{
	memcpy(req->packet->out, req->out, information);
	request_end_simply(req->io, req, handle, site, information, true);
}

void request_end_owned(const void *site, WDFREQUEST handle, struct fx_request *req,
		       size_t information)
{
	if (req->copied &&
	    uw_unlikely(!request_copy_small(req->packet->out, req->out, information)) &&
	    information)
		end_owned_with_much(site, handle, req, information);
	else
		request_end_simply(req->io, req, handle, site, information, true);
}

void request_ask(struct fx_request *req, uint32_t op)
{
	/* acq_rel: what this thread wrote before is there when the owner takes the ops */
	if (!__atomic_fetch_or(&req->ops, op, __ATOMIC_ACQ_REL))
		irq_loop_post(req->io->owner, &req->msg);
}

void request_run_ops(struct irq_message *msg)
{
	struct fx_request *req = uw_container_of(msg, struct fx_request, msg);
	struct fx_io *io = req->io;
	uint32_t ops = __atomic_exchange_n(&req->ops, 0, __ATOMIC_ACQ_REL);

	if (uw_unlikely(!io))
		return; /* it went before the message came: the slot is lost */
	io_begin(io);
	if (ops & REQUEST_OP_CALL_OFF) {
		list_push_back(&io->called_off, &req->off_link);
		io->due = true;
	}
	if (ops & REQUEST_OP_STOP_ACK)
		request_do_acknowledge(req);
	if ((ops & REQUEST_OP_REQUEUE) && request_state(req) == REQUEST_MOVING)
		request_do_requeue(req);
	if ((ops & REQUEST_OP_FORWARD) && request_state(req) == REQUEST_MOVING) {
		struct fx_queue *to = req->op_queue;

		request_do_forward(req, to);
		fx_object_unref(&to->base);
	}
	if ((ops & REQUEST_OP_COMPLETE) && request_state(req) == REQUEST_COMPLETING)
		request_finish(req, req->status, req->information);
	if (uw_unlikely(ops & (REQUEST_OP_ARM | REQUEST_OP_SENT)))
		request_run_sent_ops(req, ops);
	if (ops & REQUEST_OP_RECYCLE)
		request_recycle_slowly(req->io, req);
	io_run(io);
}

/* Not on the owner, or marked, or not the driver's at all. */
UW_COLD static void complete_slowly(struct fx_request *req, NTSTATUS status, size_t information)
{
	uint32_t word = request_word(req);

	do {
		if ((word & REQUEST_STATE) != REQUEST_DRIVER) {
			fx_rule_break(req->base.driver,
				      (word & REQUEST_STATE) == REQUEST_COMPLETING
					      ? FX_RULE_REQUEST_COMPLETED_TWICE
					      : request_rule_of(word),
				      &req->base,
				      "a WDFREQUEST was completed that the driver does not own");
			return;
		}
	} while (!request_swap_word(req, &word, (word & REQUEST_CANCELLED) | REQUEST_COMPLETING));
	if (word & REQUEST_CANCELABLE)
		fx_rule_break(req->base.driver, FX_RULE_COMPLETED_CANCELABLE, &req->base,
			      "a WDFREQUEST was completed while it is marked cancelable");
	if (io_is_owner(req->io)) {
		request_finish(req, status, information);
		return;
	}
	req->status = status;
	req->information = information;
	request_ask(req, REQUEST_OP_COMPLETE);
}

void request_complete(struct fx_request *req, NTSTATUS status, size_t information)
{
	if (uw_unlikely(req->base.debug) && request_state(req) == REQUEST_DRIVER)
		req->base.driver->object_hooks->completed(&req->base);
	/* Not marked: nobody but its driver and this thread changes the word, no swap is needed. */
	if (uw_likely(request_word(req) == REQUEST_DRIVER && io_is_owner(req->io)))
		request_finish(req, status, information);
	else
		complete_slowly(req, status, information);
}
