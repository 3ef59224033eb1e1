/* SPDX-License-Identifier: MIT */
/* queue.c - in, to the driver, and back. Owner loop. */
#include "queue.h"

#include "queue_fast.h"
#include "reserve.h"
#include "room.h"

void queue_gate_set_locked(struct fx_queue *q, uint32_t set, uint32_t clear)
{
	__atomic_store_n(&q->gate, (q->gate & ~clear) | set, __ATOMIC_RELEASE);
}

void queue_unlink_waiting_locked(struct fx_queue *q, struct fx_request *req)
{
	list_remove(&req->link);
	req->place = PLACE_NONE;
	__atomic_store_n(&q->waiting_count, q->waiting_count - 1, __ATOMIC_RELAXED);
	if (!q->waiting_count)
		queue_gate_set_locked(q, 0, GATE_WAITERS);
}

static void link_waiting_locked(struct fx_queue *q, struct fx_request *req, bool at_front)
	UW_REQUIRES(q->lock)
{
	if (at_front)
		list_push_front(&q->waiting, &req->link);
	else
		list_push_back(&q->waiting, &req->link);
	if (!q->waiting_count)
		q->ready_due = true;
	__atomic_store_n(&q->waiting_count, q->waiting_count + 1, __ATOMIC_RELAXED);
	if (q->type != WdfIoQueueDispatchManual)
		queue_gate_set_locked(q, GATE_WAITERS, 0);
	req->place = PLACE_WAITING;
	request_set_word(req, REQUEST_WAITING);
}

/* What somebody wants cancelled does not wait; nor does what a driver hands back to a purged queue.
 */
static bool stays_out(const struct fx_queue *q, const struct fx_request *req)
{
	return (request_word(req) & REQUEST_CANCELLED) ||
	       (req->presented && (q->gate & GATE_CANCEL_ALL));
}

void queue_insert(struct fx_queue *q, struct fx_request *req, bool at_front)
{
	bool out;

	req->queue = q;
	request_list(req);
	spin_lock_acquire(&q->lock);
	out = stays_out(q, req);
	if (!out)
		link_waiting_locked(q, req, at_front);
	spin_lock_release(&q->lock);
	if (uw_unlikely(out))
		request_cancel_on_queue(req);
	queue_kick(q);
}

void queue_arrive(struct fx_queue *q, struct fx_request *req)
{
	if (queue_can_present(q)) {
		req->queue = q;
		queue_present(q, req);
	} else {
		queue_insert(q, req, false);
	}
}

void queue_give(struct fx_queue *q, struct fx_request *req)
{
	req->place = PLACE_OWNED;
	req->presented = true;
	list_push_back(&q->owned, &req->link);
	io_count(&q->presented, 1);
	request_set_word(req, REQUEST_DRIVER);
}

bool queue_handles(const struct fx_queue *q, enum fx_request_kind kind)
{
	switch (kind) {
	case REQUEST_READ:
		return q->evt_read || q->evt_default;
	case REQUEST_WRITE:
		return q->evt_write || q->evt_default;
	case REQUEST_CONTROL:
		return q->evt_control || q->evt_default;
	case REQUEST_INTERNAL:
		return q->evt_internal || q->evt_default;
	default:
		return q->evt_default;
	}
}

static struct fx_request *pop_presentable(struct fx_queue *q)
{
	struct fx_request *req = NULL;

	spin_lock_acquire(&q->lock);
	if (!(q->gate & GATE_CLOSED) && q->waiting_count && queue_below_limit(q)) {
		req = list_first(&q->waiting, struct fx_request, link);
		queue_unlink_waiting_locked(q, req);
		request_set_word(req, REQUEST_ARRIVED);
	}
	spin_lock_release(&q->lock);
	return req;
}

static void tell_ready(struct fx_queue *q)
{
	PFN_WDF_IO_QUEUE_STATE fn = NULL;
	WDFCONTEXT context = NULL;
	struct io_call call;

	spin_lock_acquire(&q->lock);
	if (q->ready && q->ready_due && !(q->gate & (GATE_CLOSED & ~GATE_MANUAL))) {
		fn = q->ready;
		context = q->ready_context;
		q->ready_due = false;
	}
	spin_lock_release(&q->lock);
	if (!fn)
		return;
	call = io_enter_driver(q->io, q->scope, "EvtIoQueueState", FX_CODE(fn));
	fn(queue_handle(q), context);
	io_leave_driver(q->io, &call);
}

static uint32_t take_todo(struct fx_queue *q)
{
	uint32_t todo;

	spin_lock_acquire(&q->lock);
	todo = q->todo;
	q->todo = 0;
	spin_lock_release(&q->lock);
	return todo;
}

/* A purge is over when the driver has none of its requests; unless new ones are refused, what comes
 * then is not the purge's. */
static void end_purge(struct fx_queue *q)
{
	spin_lock_acquire(&q->lock);
	if (!(q->gate & (GATE_REFUSE | GATE_SHUTDOWN)) && !q->todo && !queue_driver_count(q))
		queue_gate_set_locked(q, 0, GATE_CANCEL_ALL);
	spin_lock_release(&q->lock);
}

void queue_run(struct fx_queue *q)
{
	uint32_t todo = take_todo(q);
	struct fx_request *req;

	if (todo & TODO_CANCEL_WAITING)
		queue_cancel_waiting(q);
	if (todo & TODO_CANCEL_OWNED)
		queue_cancel_owned(q);
	if (queue_gate(q) & GATE_CANCEL_ALL)
		end_purge(q);
	if (uw_unlikely(queue_reserve(q)))
		reserve_run(q);
	if (q->type == WdfIoQueueDispatchManual)
		tell_ready(q);
	else
		while ((req = pop_presentable(q)))
			queue_present(q, req);
	if (queue_gate(q) & GATE_WATCHED)
		queue_run_watches(q);
}

static void come_to_owner(struct irq_message *msg)
{
	struct fx_queue *q = uw_container_of(msg, struct fx_queue, msg);
	struct fx_io *io = q->io;

	/* whoever is in one of its callbacks, and waits there, has it in hand */
	if (q->gone && io_park(io, msg))
		return;
	io_begin(io);
	spin_lock_acquire(&q->lock);
	q->posted = false;
	spin_lock_release(&q->lock);
	if (queue_gate(q) & GATE_JOINING && !q->gone)
		queue_join(q);
	if (!q->gone)
		queue_kick(q);
	io_run(io);
	fx_object_unref(&q->base);
}

void queue_post(struct fx_queue *q)
{
	bool post;

	spin_lock_acquire(&q->lock);
	post = !q->posted; /* else the message is on its way, or the owner reads it just now */
	if (post)
		q->msg.run = come_to_owner;
	q->posted = true;
	spin_lock_release(&q->lock);
	if (!post)
		return;
	fx_object_ref(&q->base); /* the owner may delete the queue before the message comes */
	irq_loop_post(q->io->owner, &q->msg);
}

void queue_kick(struct fx_queue *q)
{
	if (!io_is_owner(q->io)) {
		queue_post(q);
		return;
	}
	if (list_empty(&q->kick_link) && !q->gone)
		list_push_back(&q->io->kicked, &q->kick_link);
	io_run_later(q->io);
}

/* Requests that other threads retrieved join the owner's list: before every walk of it. */
void queue_absorb_taken(struct fx_queue *q)
{
	struct list taken;
	struct list *link;

	list_init(&taken);
	spin_lock_acquire(&q->lock);
	list_splice_back(&taken, &q->taken);
	io_count(&q->presented, q->taken_count);
	__atomic_store_n(&q->taken_count, 0, __ATOMIC_RELAXED);
	while ((link = list_pop_front(&taken))) {
		list_entry(link, struct fx_request, link)->place = PLACE_OWNED;
		list_push_back(&q->owned, link);
	}
	spin_lock_release(&q->lock);
}

static struct fx_request *pop_waiting(struct fx_queue *q)
{
	struct fx_request *req = NULL;

	spin_lock_acquire(&q->lock);
	if (q->waiting_count) {
		req = list_first(&q->waiting, struct fx_request, link);
		queue_unlink_waiting_locked(q, req);
		request_set_word(req, REQUEST_ARRIVED | REQUEST_CANCELLED);
	}
	spin_lock_release(&q->lock);
	return req;
}

void queue_cancel_waiting(struct fx_queue *q)
{
	struct fx_request *req;

	while ((req = pop_waiting(q)))
		request_cancel_on_queue(req);
	reserve_cancel_waiting(q, NULL);
}

/* Those marked cancelable get EvtRequestCancel (later, from io_run()): the list does not change. */
void queue_cancel_owned(struct fx_queue *q)
{
	queue_absorb_taken(q);
	list_for_each (link, &q->owned) {
		struct fx_request *req = list_entry(link, struct fx_request, link);

		if (request_word(req) & REQUEST_CANCELABLE)
			request_cancel(req);
	}
}
