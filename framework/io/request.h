/* SPDX-License-Identifier: MIT */
/*
 * request.h - WDFREQUEST: a slot of its device's pool, from a packet's arrival to its completion.
 *
 * The owner loop moves a request between places (a queue's waiting list, a queue's list of what the
 * driver has) with plain stores. What other threads may change is the word, below, by
 * compare-and-swap, and `ops`: what they ask the owner to do with it.
 */
#ifndef FX_REQUEST_H
#define FX_REQUEST_H

#include "base/list.h"
#include "irq/loop.h"
#include "object/object.h"
#include "request_memory.h"
#include "verifier/rules.h"

struct fx_file;
struct fx_io;
struct fx_packet;
struct fx_queue;

/* The word: one state and the cancel bits. */
enum fx_request_word {
	REQUEST_FREE = 0,       /* in the pool */
	REQUEST_ARRIVED = 1,    /* the owner is about to place it */
	REQUEST_WAITING = 2,    /* in a queue; guarded by the queue's lock */
	REQUEST_DRIVER = 3,     /* the driver owns it */
	REQUEST_MOVING = 4,     /* given back by another thread; the owner has not seen it yet */
	REQUEST_COMPLETING = 5, /* completed; the owner may not have seen it yet */
	REQUEST_STATE = 0xff,
	REQUEST_CANCELABLE = 0x100, /* EvtRequestCancel is armed */
	REQUEST_CANCELLED = 0x200,  /* somebody wants it cancelled */
	REQUEST_CLAIMED = 0x400,    /* EvtRequestCancel is due or ran: unmarking comes too late */
};

/* What other threads ask of the owner. Handled in this order. */
enum fx_request_op {
	REQUEST_OP_CALL_OFF = 1, /* EvtRequestCancel is due */
	REQUEST_OP_STOP_ACK = 2,
	REQUEST_OP_REQUEUE = 4,
	REQUEST_OP_FORWARD = 8,
	REQUEST_OP_COMPLETE = 16,
	REQUEST_OP_RECYCLE = 32, /* the last reference went */
};

enum fx_request_kind {
	REQUEST_READ,
	REQUEST_WRITE,
	REQUEST_CONTROL,
	REQUEST_INTERNAL,
	REQUEST_CREATE,
	REQUEST_KINDS
};

/* Which list holds fx_request.link. */
enum fx_request_place {
	PLACE_NONE,
	PLACE_WAITING, /* queue->waiting, guarded by queue->lock */
	PLACE_TAKEN,   /* queue->taken, guarded by queue->lock */
	PLACE_OWNED,   /* queue->owned or io->creates; owner only */
};

enum fx_request_stop { STOP_NONE, STOP_NOTIFIED };

struct fx_request {
	struct fx_object base;
	uint32_t word;            /* atomic */
	uint8_t kind;             /* enum fx_request_kind */
	uint8_t place;            /* enum fx_request_place */
	uint8_t stop;             /* enum fx_request_stop; atomic */
	bool presented;           /* the driver has had it: EvtIoCanceledOnQueue applies */
	struct fx_io *io;         /* borrowed: owns the pool; NULL: it went before us */
	struct fx_queue *queue;   /* borrowed: where it is or came from; NULL: none yet */
	struct fx_packet *packet; /* borrowed: until completed */
	struct list link;         /* see place; free: io->pool.free */

	void *in, *out; /* what the driver sees; NULL: none */
	size_t in_len, out_len;
	uint64_t offset;
	uint32_t code;
	NTSTATUS status; /* of completion */
	size_t information;
	void *context; /* the driver's, of the request attributes; zeroed between uses */

	struct fx_file *file;          /* borrowed: outlives its requests */
	struct list file_link;         /* file->requests; owner only */
	PFN_WDF_REQUEST_CANCEL cancel; /* published by REQUEST_CANCELABLE or REQUEST_CLAIMED */
	struct list off_link;          /* io->called_off; owner only */
	bool cancelled_on_queue;       /* due is EvtIoCanceledOnQueue, not EvtRequestCancel */
	bool needs_context;            /* the slow way took it: make it again before use */
	bool memories;                 /* in_memory or out_memory are made */
	uint32_t ops;                  /* atomic: enum fx_request_op */
	struct irq_message msg;        /* posted while ops is not 0 */
	struct fx_queue *op_queue;     /* counted; of REQUEST_OP_FORWARD */
	uint64_t op_handle;            /* atomic; of REQUEST_OP_STOP_ACK: which use of the slot */
	void *buffer;                  /* owned: the system buffer, kept between uses */
	size_t buffer_len;
	struct fx_memory in_memory, out_memory;
};

static inline uint32_t request_word(const struct fx_request *req)
{
	return __atomic_load_n(&req->word, __ATOMIC_ACQUIRE);
}
static inline uint32_t request_state(const struct fx_request *req)
{
	return request_word(req) & REQUEST_STATE;
}
/* Before every change of the word, in debug builds: a seed may let somebody else be faster. */
static inline void request_race_point(void)
{
#ifdef UW_DEBUG_LOCKS
	if (exec_sim_active())
		exec_yield();
#endif
}
static inline void request_set_word(struct fx_request *req, uint32_t word)
{
	request_race_point();
	__atomic_store_n(&req->word, word, __ATOMIC_RELEASE);
}
/* On failure *expected is what it is now. seq_cst: see request_mark(). */
static inline bool request_swap_word(struct fx_request *req, uint32_t *expected, uint32_t word)
{
	request_race_point();
	return __atomic_compare_exchange_n(&req->word, expected, word, false, __ATOMIC_SEQ_CST,
					   __ATOMIC_ACQUIRE);
}
/* Which rule it breaks to treat a request in @word's state as the driver's own. */
static inline enum fx_rule request_rule_of(uint32_t word)
{
	return (word & REQUEST_STATE) == REQUEST_WAITING ? FX_RULE_REQUEST_ONLY_FOUND
							 : FX_RULE_REQUEST_NOT_OWNED;
}
static inline WDFREQUEST request_handle(const struct fx_request *req)
{
	return (WDFREQUEST)fx_object_handle(&req->base);
}

/* --- request_pool.c; owner loop --- */
NTSTATUS request_pool_init(struct fx_io *io);
void request_pool_deinit(struct fx_io *io);
struct fx_request *request_get(struct fx_io *io); /* NULL: no memory */
void request_retire(struct fx_request *req);      /* completed: back to the pool, sooner or later */
void request_recycle(struct fx_request *req);     /* its last reference went */

/* --- request_buffers.c; owner loop --- */
NTSTATUS request_bind(struct fx_request *req, struct fx_packet *packet);
/* Copies back what the driver said it produced; returns what the client is told. */
size_t request_unbind(struct fx_request *req, NTSTATUS status, size_t information);

/* --- request_api.c --- */
void request_parameters(const struct fx_request *req, PWDF_REQUEST_PARAMETERS out);

/* --- request_fast.c --- */
/* The completion of @req as the client sees it, then retire it. Owner loop. */
void request_finish(struct fx_request *req, NTSTATUS status, size_t information);
/* Out of the list that the driver's requests are in. Owner loop. */
void request_leave(struct fx_request *req);
void request_ask(struct fx_request *req, uint32_t op); /* any thread: have the owner do it */
void request_run_ops(struct irq_message *msg);
/* The DDI: the driver is done with it. Any thread. */
void request_complete(struct fx_request *req, NTSTATUS status, size_t information);

/* --- request_move.c; any thread --- */
NTSTATUS request_forward(struct fx_request *req, struct fx_queue *to);
NTSTATUS request_requeue(struct fx_request *req);
void request_stop_acknowledge(struct fx_request *req, bool requeue);
void request_do_acknowledge(struct fx_request *req);                  /* owner */
void request_do_forward(struct fx_request *req, struct fx_queue *to); /* owner */
void request_do_requeue(struct fx_request *req);                      /* owner */

/* --- cancel.c --- */
NTSTATUS request_mark(struct fx_request *req, PFN_WDF_REQUEST_CANCEL cancel,
		      bool fail_if_cancelled);
NTSTATUS request_unmark(struct fx_request *req);
bool request_is_cancelled(struct fx_request *req);
void request_cancel(struct fx_request *req);          /* owner: somebody wants it cancelled */
void request_cancel_on_queue(struct fx_request *req); /* owner: it is in no list now */
void request_call_off(struct fx_request *req);        /* claimed: have EvtRequestCancel called */
void request_run_call_off(struct fx_request *req);    /* owner, no callback on the stack */

#endif
