/* SPDX-License-Identifier: MIT */
/*
 * reserve.h - guaranteed forward progress of a queue: requests set aside for when there is no
 * memory for another, and the packets that wait for one of them.
 */
#ifndef FX_RESERVE_H
#define FX_RESERVE_H

#include "queue.h"

struct fx_irp;
struct request_chunk;

struct fx_reserve {
	struct fx_queue *queue; /* borrowed: owns us */
	WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY policy;
	struct request_chunk *chunk; /* owned until the queue goes, then the pool's */
	struct fx_irp *examined;     /* owned; what EvtIoWdmIrpForForwardProgress is shown */
	/* owner only */
	struct list idle;      /* fx_request.link: nobody has them */
	struct list arrived;   /* fx_packet.link: came while a callback was on the stack */
	struct list parked;    /* fx_packet.link: wait for one of idle */
	uint32_t parked_count; /* of both; atomic, written by the owner */
};

static inline struct fx_reserve *queue_reserve(const struct fx_queue *q)
{
	return __atomic_load_n(&q->reserve, __ATOMIC_ACQUIRE);
}
/* Packets that wait for a request; they wait in their queue as far as others can tell. Any thread.
 */
static inline uint32_t queue_parked(const struct fx_queue *q)
{
	const struct fx_reserve *reserve = queue_reserve(q);

	return reserve ? __atomic_load_n(&reserve->parked_count, __ATOMIC_RELAXED) : 0;
}

/* The DDI. PASSIVE, any thread. */
NTSTATUS reserve_assign(struct fx_queue *q, const WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY *policy);

/* --- owner --- */
/* In place of the ordinary way: a request for @packet, now, or later, or never. */
void reserve_place(struct fx_queue *q, struct fx_packet *packet, enum fx_request_kind kind);
/* The same before EvtIoInCallerContext, which sees the request that could be made: as a reserved
 * one may have to be waited for, it goes to its queue past that callback. No callback on the stack.
 */
void reserve_place_for_caller(struct fx_queue *q, struct fx_packet *packet,
			      enum fx_request_kind kind);
void reserve_run(struct fx_queue *q); /* whatever is due; no callback on the stack */
void reserve_cancel_packet(struct fx_packet *packet);
/* What waits for a request, of @file only if it is given. */
void reserve_cancel_waiting(struct fx_queue *q, const struct fx_file *file);
void reserve_take_back(struct fx_request *req); /* it was completed */
void reserve_detach(struct fx_queue *q);        /* the queue has no requests and gets none */

/* --- whoever ends the queue --- */
void reserve_end(struct fx_queue *q);  /* PASSIVE, after reserve_detach(): the driver's callbacks */
void reserve_free(struct fx_queue *q); /* nobody refers to the queue */

#endif
