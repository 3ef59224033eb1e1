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

#include <stddef.h>

#include "base/list.h"
#include "irq/loop.h"
#include "object/object.h"
#include "request_memory.h"
#include "verifier/rules.h"

struct fx_file;
struct fx_io;
struct fx_irp;
struct fx_packet;
struct fx_queue;
struct fx_reserve;
struct fx_sent;
struct request_chunk;
struct request_pool;

/* The word: one state and the cancel bits. */
enum fx_request_word {
	REQUEST_FREE = 0,       /* in the pool */
	REQUEST_ARRIVED = 1,    /* the owner is about to place it */
	REQUEST_WAITING = 2,    /* in a queue; guarded by the queue's lock */
	REQUEST_DRIVER = 3,     /* the driver owns it */
	REQUEST_MOVING = 4,     /* given back by another thread; the owner has not seen it yet */
	REQUEST_COMPLETING = 5, /* completed; the owner may not have seen it yet */
	REQUEST_SENT = 6,       /* sent to an I/O target, and not back yet */
	REQUEST_MADE = 7,       /* as REQUEST_DRIVER: one that the driver itself created */
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
	REQUEST_OP_ARM = 64,     /* it was sent with a time-out; of a made one with a reference */
	REQUEST_OP_SENT = 128,   /* what it was sent to is done with it */
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
	PLACE_WAITING,  /* queue->waiting, guarded by queue->lock */
	PLACE_TAKEN,    /* queue->taken, guarded by queue->lock */
	PLACE_OWNED,    /* queue->owned or io->unqueued; owner only */
	PLACE_CALLBACK, /* none: a queue's callback has it just now; owner only */
};

/* How it was prepared for an I/O target. */
enum fx_request_format {
	FORMAT_NONE,
	FORMAT_AS_IT_CAME, /* WdfRequestFormatRequestUsingCurrentType */
	FORMAT_IO,         /* WdfIoTargetFormatRequestFor...: in sent */
	FORMAT_LOCATION,   /* WdfRequestWdmFormatUsingStackLocation: in sent->packet */
};

enum fx_request_stop { STOP_NONE, STOP_NOTIFIED };

/* fx_request.head of one that its queue's callback has, and that nobody marked, wants cancelled or
 * was told to stop: what is completed then needs no look at any of it. */
#define REQUEST_HEAD_IN_CALLBACK                                                                   \
	((uint64_t)REQUEST_DRIVER | (uint64_t)PLACE_CALLBACK << 16 | (uint64_t) true << 24)

/* The same when the callback has returned. */
#define REQUEST_HEAD_OWNED                                                                         \
	((uint64_t)REQUEST_DRIVER | (uint64_t)PLACE_OWNED << 16 | (uint64_t) true << 24)
/* fx_request.extras of one that is listed, and nothing else. */
#define REQUEST_ONLY_LISTED ((uint64_t) true << 8)

struct fx_request {
	struct fx_object base;
	union {
		struct {
			uint16_t word;  /* atomic */
			uint8_t place;  /* enum fx_request_place */
			bool presented; /* the driver has had it: EvtIoCanceledOnQueue applies */
			uint8_t stop;   /* enum fx_request_stop; atomic */
		};
		uint64_t head; /* all of it at a glance; 32 bits say what is usual */
	};
	void *in, *out; /* what the driver sees; NULL: none */
	size_t in_len, out_len;
	uint32_t code;
	union {
		struct {
			uint8_t kind; /* enum fx_request_kind */
			bool copied;  /* out is the system buffer: to be copied back */
		};
		uint32_t kind_and_copied; /* see request_set_kind() */
	};
	struct fx_io *io;         /* borrowed: whose it is now; NULL: it went before us; atomic */
	struct fx_queue *queue;   /* borrowed: where it is or came from; NULL: none yet */
	struct fx_packet *packet; /* borrowed: until completed */
	struct fx_file *file;     /* borrowed: outlives its requests */
	void *buffer;             /* owned: the system buffer, kept between uses */
	size_t buffer_len;
	void *context; /* the driver's, of the request attributes; zeroed between uses */
	union {
		struct {
			bool memories;      /* in_memory, out_memory or irp are made */
			bool listed;        /* in file->requests; owner only */
			bool needs_context; /* the slow way took it: make it again before use */
			bool big_buffer;    /* more than is kept between uses */
			bool reserved;      /* reserve is set */
			bool followed;      /* its packet is fx_io.traced */
			bool moved;         /* io is the parent's, the slot is home's */
		};
		uint64_t extras; /* 0: its slot is used again as it is */
	};
	NTSTATUS status; /* of completion */
	bool made;       /* created by the driver: of no pool; io is set while it is sent */
	bool from_irp;   /* constant: by WdfRequestCreateFromIrp */
	bool has_others; /* of an internal control: others is set, and there are no buffers */
	uint8_t format;  /* enum fx_request_format */
	size_t information;
	union {
		struct list link;             /* see place; free: in io->pool.later, or */
		struct fx_request *next_free; /* in io->pool.first's list */
	};

	/* for reports; relaxed: two threads may be at it where the driver is wrong */
	const void *given_to; /* the callback, or who retrieved it */
	const void *left_at;  /* where the driver gave it up last */
	uint64_t left_handle; /* which use of the slot that was */
	const void *marked_at;
	uint64_t marked_handle; /* the same; of another use: not this time */
	const char *left_how;   /* a literal; NULL: "completed in" */
	uint64_t how_handle;    /* the same; of another use: "completed in" */

	/* what else the packet said: who has a reference may ask while the packet ends */
	union {
		uint64_t offset;         /* of a read or write */
		const void *type3_input; /* of METHOD_NEITHER, the client's; NULL: none */
		void *others[3];         /* arguments 1, 2 and 4; if has_others */
	};
	struct list file_link;         /* file->requests; owner only */
	PFN_WDF_REQUEST_CANCEL cancel; /* published by REQUEST_CANCELABLE or REQUEST_CLAIMED */
	struct list off_link;          /* io->called_off; owner only */
	struct fx_reserve *reserve;    /* borrowed: goes back there; NULL: to the pool */
	uint32_t ops;                  /* atomic: enum fx_request_op */
	bool sealed;                   /* see request_seal(); owner only */
	bool sealed_site_known;        /* left_at is of the use that was sealed; owner only */
	bool cancelled_on_queue;       /* due is EvtIoCanceledOnQueue, not EvtRequestCancel */
	struct irq_message msg;        /* posted while ops is not 0 */
	struct fx_queue *op_queue;     /* counted; of REQUEST_OP_FORWARD */
	uint64_t op_handle;            /* atomic; of REQUEST_OP_STOP_ACK: which use of the slot */
	struct fx_memory in_memory, out_memory;
	MDL in_mdl, out_mdl;  /* as asked for last */
	struct fx_irp *irp;   /* counted among io->irps; atomic; of WdfRequestWdmGetIrp; of one that
				 the driver made: what it was made from, see request_irp.c */
	struct fx_sent *sent; /* owned: made when it is first formatted or sent; NULL: never */
	PFN_WDF_REQUEST_COMPLETION_ROUTINE completion; /* for the next sending; NULL: none */
	WDFCONTEXT completion_context;
	struct fx_io *home; /* borrowed: owns the slot; if moved */
};
static_assert(offsetof(struct fx_request, head) == offsetof(struct fx_request, word) &&
		      offsetof(struct fx_request, place) == offsetof(struct fx_request, head) + 2 &&
		      offsetof(struct fx_request, presented) ==
			      offsetof(struct fx_request, head) + 3 &&
		      offsetof(struct fx_request, listed) ==
			      offsetof(struct fx_request, extras) + 1 &&
		      __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	      "REQUEST_HEAD_IN_CALLBACK");

static inline uint32_t request_word(const struct fx_request *req)
{
	return __atomic_load_n(&req->word, __ATOMIC_ACQUIRE);
}
static inline uint32_t request_state(const struct fx_request *req)
{
	return request_word(req) & REQUEST_STATE;
}
/* Do file and queue say where it came from? Not of one that is completed or set aside, whose file
 * and queue may be gone, nor of one that the driver made. */
static inline bool request_has_sender(const struct fx_request *req)
{
	uint32_t state = request_state(req);

	return state != REQUEST_FREE && state != REQUEST_COMPLETING && !req->made;
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
	__atomic_store_n(&req->word, (uint16_t)word, __ATOMIC_RELEASE);
}
/* In a DDI: where the driver called it. */
#define REQUEST_CALLER ((const void *)((const char *)__builtin_return_address(0) - 1))

static inline void request_note(const void **place, const void *site)
{
	__atomic_store_n(place, site, __ATOMIC_RELAXED);
}
static inline void request_note_marked(struct fx_request *req, const void *site)
{
	request_note(&req->marked_at, site);
	__atomic_store_n(&req->marked_handle, req->base.handle, __ATOMIC_RELAXED);
}
/* The driver gave it up at @site. Any thread. */
static inline void request_note_gone(struct fx_request *req, const char *how, const void *site)
{
	request_note(&req->left_at, site);
	__atomic_store_n(&req->left_how, how, __ATOMIC_RELAXED);
	__atomic_store_n(&req->how_handle, req->base.handle, __ATOMIC_RELAXED);
	__atomic_store_n(&req->left_handle, req->base.handle, __ATOMIC_RELAXED);
}
/* The same, if it has it. */
static inline void request_note_left(struct fx_request *req, const char *how, const void *site)
{
	if (uw_likely(request_state(req) == REQUEST_DRIVER))
		request_note_gone(req, how, site);
}
/* On failure *expected is what it is now. seq_cst: see request_mark(). */
static inline bool request_swap_word(struct fx_request *req, uint32_t *expected, uint32_t word)
{
	uint16_t before = (uint16_t)*expected;
	bool done;

	request_race_point();
	done = __atomic_compare_exchange_n(&req->word, &before, (uint16_t)word, false,
					   __ATOMIC_SEQ_CST, __ATOMIC_ACQUIRE);
	*expected = before;
	return done;
}
/* Which rule it breaks to treat a request in @word's state as the driver's own. */
static inline enum fx_rule request_rule_of(uint32_t word)
{
	if ((word & REQUEST_STATE) == REQUEST_MADE)
		return FX_RULE_REQUEST_NOT_DELIVERED;
	return (word & REQUEST_STATE) == REQUEST_WAITING ? FX_RULE_REQUEST_ONLY_FOUND
							 : FX_RULE_REQUEST_NOT_OWNED;
}
static inline WDFREQUEST request_handle(const struct fx_request *req)
{
	return (WDFREQUEST)fx_object_handle(&req->base);
}

/* --- request_pool.c; owner loop --- */
void request_pool_make(struct request_pool *pool); /* nothing is in it */
NTSTATUS request_pool_init(struct fx_io *io);
void request_pool_deinit(struct fx_io *io);
/* request_take() when there is no free slot, or it is not ready. NULL: no memory. */
struct fx_request *request_get_slowly(struct fx_io *io) UW_COLD;
/* request_recycle() of any. */
void request_recycle_slowly(struct fx_io *io, struct fx_request *req);
void request_unplace(struct fx_request *req); /* bound, but it ends in no queue here */
/* request_retire() of any. @packet: of which it was, completed, not handed back yet; NULL: of
 * none that ends here. */
void request_retire_slowly(struct fx_request *req, struct fx_packet *packet);
void request_free_big_buffer(struct fx_request *req); /* if it has one */
/* A used slot that keeps its contexts and children: the handle changes, unless somebody refers to
 * it. */
void request_slot_renew(struct fx_request *req);
/* @count slots beside the pool, with contexts. Any thread. */
NTSTATUS request_chunk_new(struct fx_io *io, unsigned int count, struct request_chunk **out);
void request_chunk_free(struct fx_io *io, struct request_chunk *chunk); /* never used */
void request_chunk_keep(struct fx_io *io, struct request_chunk *chunk); /* the pool ends it */
/* A slot in nobody's hands, which the driver has seen: with EvtCleanup and EvtDestroy. Any thread.
 */
void request_slot_delete(struct fx_request *req);

/* Of those in @io->late the framework's last reference goes. Owner. */
void request_end_late(struct fx_io *io) UW_COLD;

/* --- request_seal.c; owner loop, a verified driver --- */
/* Completed: no byte of its buffer and its MDLs is the driver's until request_unseal(). */
void request_seal(struct fx_request *req) UW_COLD;
void request_unseal(struct fx_request *req) UW_COLD; /* if it is sealed: was it left alone? */

/* --- request_buffers.c; owner loop --- */
NTSTATUS request_grow_buffer(struct fx_request *req, size_t len) UW_COLD;
/* request_bind() of all but small buffered controls, reads and writes. */
NTSTATUS request_bind_other(struct fx_request *req, struct fx_packet *packet);
/* More @information than there is output: what the client is told. */
size_t request_clamp(const struct fx_request *req, size_t information);

/* Is the client's memory neither copied nor described? Any thread. */
bool request_is_neither(const struct fx_request *req);

/* --- request_api.c --- */
void request_parameters(const struct fx_request *req, PWDF_REQUEST_PARAMETERS out);
/* @mdl says where @buffer is; @out is @mdl. Fails for more than an MDL can say. */
NTSTATUS request_describe(MDL *mdl, void *buffer, size_t len, PMDL *out);

/* --- request_format.c --- */
void request_unformat(struct fx_request *req); /* forget all that is for a sending */
/* Is it the driver's, to be formatted, sent or used again? If not, rule 38 or what fits. */
bool request_is_at_hand(struct fx_request *req, const char *what);

/* --- request_irp.c: requests that the driver makes from an IRP, any thread --- */
/* It is @irp's from now on; false: @irp is not the driver's to send, or another request's. */
bool request_take_irp(struct fx_request *req, struct fx_irp *irp);
void request_leave_irp(struct fx_request *req);
/* It is about to be sent; false: its IRP is not the driver's any more. */
bool request_send_irp(struct fx_request *req);
void request_irp_back(struct fx_request *req); /* from where it was sent */
/* Of one that is being sent: does somebody want the IRP cancelled that it was made from? */
bool request_irp_is_cancelled(const struct fx_request *req);
/* Formatted for what @location says; NULL: what its IRP says. false: nothing that can be sent. */
bool request_format_location(struct fx_request *req, const IO_STACK_LOCATION *location);

/* --- request_tell.c; any thread --- */
void request_tell(const struct fx_object *obj, const void *handle, fx_say_site *say);

/* --- request_fast.c; see also request_fast.h --- */
/* The completion of @req as the client sees it, then retire it. Owner loop. */
void request_finish(struct fx_request *req, NTSTATUS status, size_t information);
/* Out of the list that the driver's requests are in; it goes on elsewhere. Owner loop. */
void request_leave(struct fx_request *req);
/* It outlives what the owner does just now: into its file's list, if it is not there. Owner loop.
 */
void request_list(struct fx_request *req);
/* Its queue's callback has returned, and it is still there: into the lists. Owner loop. */
void request_stay(struct fx_request *req);
/* request_end_simply() with output to be copied back; of one that outlived its queue's callback.
 * What a DDI was called with is where it was: in order of its registers. */
void request_end_with_much(const void *site, WDFREQUEST handle, struct fx_request *req,
			   size_t information);
void request_end_owned(const void *site, WDFREQUEST handle, struct fx_request *req,
		       size_t information);
void request_ask(struct fx_request *req, uint32_t op); /* any thread: have the owner do it */
void request_run_ops(struct irq_message *msg);
void request_give_unqueued(struct fx_request *req); /* the driver's, and of no queue. Owner */
/* The DDI: the driver is done with it. Any thread. */
void request_complete(struct fx_request *req, NTSTATUS status, size_t information);

/* --- request_move.c; any thread --- */
NTSTATUS request_forward(struct fx_request *req, struct fx_queue *to);
/* To a queue of the device whose child has it. It stays what it is: handle, contexts, file. */
NTSTATUS request_forward_to_parent(struct fx_request *req, struct fx_queue *to);
NTSTATUS request_requeue(struct fx_request *req);
void request_stop_acknowledge(struct fx_request *req, bool requeue);
void request_do_acknowledge(struct fx_request *req);                  /* owner */
void request_do_forward(struct fx_request *req, struct fx_queue *to); /* owner */
void request_do_requeue(struct fx_request *req);                      /* owner */
void request_go_home(struct fx_request *req);                         /* owner: moved, and over */

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
