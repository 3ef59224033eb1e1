/* SPDX-License-Identifier: MIT */
/* queue_retrieve.c - a driver takes a request out of its queue itself. Any thread. */
#include "queue.h"
#include "room.h"

static bool fits(const struct fx_request *req, const struct queue_pick *pick)
{
	return (!pick->file || req->file == pick->file) && (!pick->exact || req == pick->exact);
}

static struct fx_request *pick_locked(struct fx_queue *q, const struct queue_pick *pick)
	UW_REQUIRES(q->lock)
{
	list_for_each (link, &q->waiting) {
		struct fx_request *req = list_entry(link, struct fx_request, link);

		if (fits(req, pick))
			return req;
	}
	return NULL;
}

/* On the owner straight into its list; elsewhere into the one that the lock guards. */
static void hand_over_locked(struct fx_queue *q, struct fx_request *req) UW_REQUIRES(q->lock)
{
	queue_unlink_waiting_locked(q, req);
	if (io_is_owner(q->io)) {
		queue_give(q, req);
		return;
	}
	req->place = PLACE_TAKEN;
	req->presented = true;
	list_push_back(&q->taken, &req->link);
	__atomic_store_n(&q->taken_count, q->taken_count + 1, __ATOMIC_RELAXED);
	request_set_word(req, REQUEST_DRIVER);
}

NTSTATUS queue_retrieve(struct fx_queue *q, const struct queue_pick *pick, struct fx_request **out)
{
	struct fx_request *req = NULL;
	NTSTATUS status = STATUS_SUCCESS;

	if (q->type == WdfIoQueueDispatchParallel)
		return STATUS_INVALID_DEVICE_STATE;
	spin_lock_acquire(&q->lock);
	if (q->gate & (GATE_STOPPED | GATE_HELD))
		status = STATUS_WDF_PAUSED;
	else if ((q->gate & GATE_JOINING) || !(req = pick_locked(q, pick)))
		status = pick->exact ? STATUS_NOT_FOUND : STATUS_NO_MORE_ENTRIES;
	else
		hand_over_locked(q, req);
	spin_lock_release(&q->lock);
	if (req)
		*out = req;
	return status;
}

static bool waits_here(const struct fx_queue *q, const struct fx_request *req)
{
	return req->queue == q && req->place == PLACE_WAITING;
}

NTSTATUS queue_find(struct fx_queue *q, struct fx_file *file, struct fx_request *after,
		    struct fx_request **out)
{
	NTSTATUS status = STATUS_NO_MORE_ENTRIES;
	struct list *link;

	spin_lock_acquire(&q->lock);
	if (after && !waits_here(q, after)) {
		spin_lock_release(&q->lock);
		return STATUS_NOT_FOUND;
	}
	for (link = after ? after->link.next : q->waiting.next; link != &q->waiting;
	     link = link->next) {
		struct fx_request *req = list_entry(link, struct fx_request, link);

		if (!file || req->file == file) {
			fx_object_ref(&req->base); /* while it waits it is ours to refer to */
			*out = req;
			status = STATUS_SUCCESS;
			break;
		}
	}
	spin_lock_release(&q->lock);
	return status;
}
