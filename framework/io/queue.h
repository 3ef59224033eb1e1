/* SPDX-License-Identifier: MIT */
/*
 * queue.h - WDFQUEUE: requests that wait for the driver, and those it has.
 *
 * Owner loop only, plain stores: owned, presented, finished. Under lock, because a driver retrieves
 * from any thread: waiting, taken, the gate's changes, the notifications. The way of a request that
 * is presented at once touches no lock: the gate is open exactly if nothing waits.
 */
#ifndef FX_QUEUE_H
#define FX_QUEUE_H

#include "request.h"
#include "sync/scope.h"
#include "uwdf/wdflx.h"

/* Why a request cannot be presented at once. 0: it can. */
enum fx_gate {
	GATE_STOPPED = 1,     /* WdfIoQueueStop */
	GATE_HELD = 2,        /* the device is not in D0 */
	GATE_MANUAL = 4,      /* always, on a manual queue */
	GATE_WAITERS = 8,     /* others wait: behind them. Not on a manual queue */
	GATE_REFUSE = 16,     /* WdfIoQueueDrain, WdfIoQueuePurge: new ones are refused */
	GATE_SHUTDOWN = 32,   /* purged by PnP: WdfIoQueueStart() accepts nothing any more */
	GATE_CANCEL_ALL = 64, /* purged: what the driver hands back or marks is cancelled */
	GATE_WATCHED = 128,   /* somebody waits for the driver's requests or for all */
	GATE_JOINING = 256,   /* made by another thread: the owner does not know it yet */
	/* none of these, but there is more to think of than the gate: a scope's lock, a verifier,
	 * reserved requests, or EvtIoInCallerContext */
	GATE_NOT_SIMPLE = 512,
	GATE_LIMITED = 1024, /* nor this: how many the driver may have is compared. Constant */
	GATE_ROUTED = 2048,  /* nor this: the default queue, and some types go elsewhere. Stays */
	/* not even waiting ones are presented */
	GATE_CLOSED = GATE_STOPPED | GATE_HELD | GATE_JOINING | GATE_MANUAL,
	/* a request that ends makes the owner look at the queue */
	GATE_ATTENTION = GATE_WAITERS | GATE_WATCHED | GATE_HELD | GATE_SHUTDOWN | GATE_CANCEL_ALL,
};

/* Work for the owner, guarded by lock. */
enum fx_queue_todo {
	TODO_CANCEL_WAITING = 1,
	TODO_CANCEL_OWNED = 2,
};

/* Somebody waits for a count to reach zero: a driver's callback. */
struct fx_queue_watch {
	PFN_WDF_IO_QUEUE_STATE fn; /* NULL: nobody */
	WDFCONTEXT context;
	bool internal; /* ours: no scope lock around it */
};

struct fx_queue {
	struct fx_object base;
	struct fx_io *io;           /* borrowed: outlives us */
	uint32_t gate;              /* atomic; changed under lock */
	struct fx_reserve *reserve; /* owned, atomic; NULL: no forward-progress policy */
	uint32_t limit;             /* requests the driver may have before presenting pauses */
	uint64_t presented;         /* owner only: became the driver's on the owner loop */
	uint64_t finished;          /* owner only: of those, left it again */
	struct list owned;          /* owner only: fx_request.link */
	struct fx_scope *scope;     /* borrowed: of the device or own_scope; NULL: none */
	PFN_WDF_IO_QUEUE_IO_READ evt_read;
	PFN_WDF_IO_QUEUE_IO_WRITE evt_write;
	PFN_WDF_IO_QUEUE_IO_DEVICE_CONTROL evt_control;
	PFN_WDF_IO_QUEUE_IO_INTERNAL_DEVICE_CONTROL evt_internal;
	PFN_WDF_IO_QUEUE_IO_DEFAULT evt_default;
	PFN_WDFLX_IO_QUEUE_IO_MANY evt_many[REQUEST_WRITE + 1]; /* NULL: one at a time */
	PFN_WDF_IO_QUEUE_IO_STOP evt_stop;
	PFN_WDF_IO_QUEUE_IO_RESUME evt_resume;
	PFN_WDF_IO_QUEUE_IO_CANCELED_ON_QUEUE evt_cancelled;
	WDF_IO_QUEUE_DISPATCH_TYPE type;
	bool power_managed, zero_length, is_default, committed;

	struct spin_lock lock;               /* rank LOCK_RANK_QUEUE; guards what follows */
	struct list waiting;                 /* fx_request.link, oldest first */
	struct list taken;                   /* retrieved by other threads, not yet in owned */
	uint32_t waiting_count, taken_count; /* read without the lock by tests of zero */
	PFN_WDF_IO_QUEUE_STATE ready;        /* WdfIoQueueReadyNotify */
	WDFCONTEXT ready_context;
	bool ready_due;              /* waiting became non-empty and ready was not told */
	uint32_t todo;               /* enum fx_queue_todo */
	bool posted;                 /* msg is on its way */
	struct fx_queue_watch idle;  /* the driver has none: Stop */
	struct fx_queue_watch empty; /* nor does any wait: Drain, Purge */
	struct fx_queue_watch end;   /* the same: the queue is being deleted */

	struct irq_message msg;  /* holds a reference while posted */
	bool gone;               /* owner only: disposed of, only references are left */
	struct list kick_link;   /* io->kicked; owner only */
	struct list io_link;     /* io->queues; owner only */
	uint64_t unacknowledged; /* owner only: EvtIoStop sent, request still here */
	struct fx_scope own_scope;
};

static inline WDFQUEUE queue_handle(const struct fx_queue *q)
{
	return (WDFQUEUE)fx_object_handle(&q->base);
}
static inline uint32_t queue_gate(const struct fx_queue *q)
{
	return __atomic_load_n(&q->gate, __ATOMIC_ACQUIRE);
}
/* Requests the driver has. Exact on the owner loop; elsewhere a moment old. */
static inline uint64_t queue_driver_count(const struct fx_queue *q)
{
	return __atomic_load_n(&q->presented, __ATOMIC_RELAXED) -
	       __atomic_load_n(&q->finished, __ATOMIC_RELAXED) +
	       __atomic_load_n(&q->taken_count, __ATOMIC_RELAXED);
}

/* --- queue.c; owner loop unless said otherwise --- */
void queue_arrive(struct fx_queue *q, struct fx_request *req); /* a new one */
void queue_insert(struct fx_queue *q, struct fx_request *req, bool at_front);
void queue_give(struct fx_queue *q, struct fx_request *req); /* it is the driver's now */
void queue_run(struct fx_queue *q);  /* whatever is due; no callback on the stack */
void queue_kick(struct fx_queue *q); /* have queue_run() called; any thread */
/* The owner comes to it by message, which holds a reference; any thread. */
void queue_post(struct fx_queue *q);
void queue_absorb_taken(struct fx_queue *q);
void queue_gate_set_locked(struct fx_queue *q, uint32_t set, uint32_t clear) UW_REQUIRES(q->lock);
void queue_unlink_waiting_locked(struct fx_queue *q, struct fx_request *req) UW_REQUIRES(q->lock);
void queue_cancel_waiting(struct fx_queue *q);
void queue_cancel_owned(struct fx_queue *q);

/* --- queue_retrieve.c; any thread --- */
struct queue_pick {
	struct fx_file *file;     /* only of this file; NULL: any */
	struct fx_request *exact; /* only this one; NULL: any */
};
NTSTATUS queue_retrieve(struct fx_queue *q, const struct queue_pick *pick, struct fx_request **out);
NTSTATUS queue_find(struct fx_queue *q, struct fx_file *file, struct fx_request *after,
		    struct fx_request **out); /* referenced for the caller */

/* --- queue_state.c; any thread --- */
enum queue_change { QUEUE_STOP, QUEUE_STOP_AND_PURGE, QUEUE_DRAIN, QUEUE_PURGE, QUEUE_END };
void queue_start(struct fx_queue *q);
/* STATUS_INVALID_DEVICE_REQUEST: another callback is still due. @fn may be NULL. */
NTSTATUS queue_change(struct fx_queue *q, enum queue_change change,
		      const struct fx_queue_watch *watch);
NTSTATUS queue_change_and_wait(struct fx_queue *q, enum queue_change change);
NTSTATUS queue_ready_notify(struct fx_queue *q, PFN_WDF_IO_QUEUE_STATE fn, WDFCONTEXT context);
WDF_IO_QUEUE_STATE queue_state(struct fx_queue *q, ULONG *out_waiting, ULONG *out_driver);
void queue_run_watches(struct fx_queue *q); /* owner */

/* --- queue_create.c --- */
NTSTATUS queue_check_config(const WDF_IO_QUEUE_CONFIG *config);
NTSTATUS queue_new(struct fx_io *io, PWDF_IO_QUEUE_CONFIG config, PWDF_OBJECT_ATTRIBUTES attrs,
		   struct fx_queue **out);
/* Requests are routed to it: from now on the framework alone deletes it. */
void queue_keep(struct fx_queue *q);
bool queue_handles(const struct fx_queue *q, enum fx_request_kind kind);
void queue_join(struct fx_queue *q); /* owner: becomes one of the device's queues */

#endif
