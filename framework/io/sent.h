/* SPDX-License-Identifier: MIT */
/*
 * sent.h - one sending of a request: the packet that the sink gets, and who hears of its end.
 *
 * A request has one, made when it is first formatted or sent and kept, so that a request that is
 * sent again and again allocates nothing; a synchronous send without a request has one on the
 * stack. Under the target's lock: phase, users and the flags. `users` are threads inside the sink
 * for it (submit, cancel): whoever finds it done and leaves as the last one brings it to its end,
 * so a sink is never asked to cancel a packet that is over.
 */
#ifndef FX_SENT_H
#define FX_SENT_H

#include "request.h"
#include "sync/due.h"
#include "target.h"

enum fx_sent_phase {
	SENT_IDLE,  /* not sent */
	SENT_WAITS, /* in target->waiting, for a start */
	SENT_BELOW, /* in target->below: the sink has it */
	SENT_OVER,  /* in target->below: complete() ran */
};

/* Somebody who waits for a target's word; on his own stack. */
struct fx_target_wait {
	struct exec_event event;
	struct irq_loop *loop; /* the caller's own, run meanwhile; NULL: he sleeps */
	struct irq_message msg;
	bool over; /* with loop: written on it */
};

#define SENT_MEMORIES 3

struct fx_sent {
	struct fx_packet packet;
	struct fx_request *request;  /* borrowed: owns us; NULL: on somebody's stack */
	struct spin_lock lock;       /* rank LOCK_RANK_SENT */
	struct fx_target *target;    /* counted; guarded by lock; NULL: not sent */
	struct fx_file *from;        /* borrowed: of the request that is sent on; NULL: none */
	struct fx_target_wait *wait; /* borrowed: a synchronous send; NULL: asynchronous */
	struct list link;            /* see phase */
	struct irq_loop *loop;       /* atomic; borrowed: the owner, of the last sending */
	struct list due_link;        /* io->sent_due; owner only */

	/* guarded by target->lock */
	uint8_t phase;      /* enum fx_sent_phase */
	uint8_t users;      /* threads inside the sink */
	bool cancel_wanted; /* and if the sink was not asked yet, it will be */
	bool cancel_asked;
	bool timed_out;
	bool has_due;
	struct fx_due due;

	bool forget;            /* nobody hears of it: the request completes with it */
	struct irq_timer timer; /* owner only */
	NTSTATUS status;        /* of the sink */
	size_t information;

	/* how it was formatted */
	WDF_REQUEST_TYPE type;                     /* WdfRequestTypeNoFormat: as it came */
	struct fx_memory *memories[SENT_MEMORIES]; /* counted; input, output or the arguments */
	size_t offsets[SENT_MEMORIES];
	void *others[SENT_MEMORIES]; /* of WdfIoTargetFormatRequestForInternalIoctlOthers */
};

/* --- sent.c; any thread --- */
void sent_init(struct fx_sent *sent, struct fx_request *req);
/* What a driver asks of one sending. */
struct sent_options {
	bool any_state; /* also to a target that is stopped or purged */
	bool forget;
	bool has_due;
	struct fx_due due;
	struct fx_target_wait *wait;
};
/*
 * Off it goes. A failure is the target's state, and nothing has happened. After success whoever
 * hears of the end may have ended it already: only a waiter touches it again.
 */
NTSTATUS sent_send(struct fx_sent *sent, struct fx_target *target,
		   const struct sent_options *options);
bool sent_cancel(struct fx_sent *sent);             /* @return it was out, and had not completed */
bool sent_expire(struct fx_sent *sent);             /* the same, because its time is over */
void sent_cancel_all(struct fx_target *target);     /* what waits, and what is below */
void sent_submit_waiting(struct fx_target *target); /* it has started */
/* By the one who hears of its end: it leaves the target. @return the status for the driver. */
NTSTATUS sent_take_back(struct fx_sent *sent);
void sent_left(struct fx_target *target); /* and has been told of */
void sent_arm(struct fx_sent *sent);      /* owner: its timer, if it is out and has one */

/* --- request_end.c: how the driver hears of it --- */
void request_run_sent(struct fx_io *io);      /* owner: completion routines that are due */
void request_sent_over(struct fx_sent *sent); /* any thread */
void request_arm(struct fx_request *req);     /* any thread: sent_arm() on the owner */
void request_run_sent_ops(struct fx_request *req, uint32_t ops); /* owner */
void request_come_back(struct fx_request *req);                  /* it is the driver's again */

void sent_params(const struct fx_request *req, WDF_REQUEST_COMPLETION_PARAMS *out);

/* --- request_create.c --- */
NTSTATUS request_create(struct fx_driver *driver, PWDF_OBJECT_ATTRIBUTES attrs,
			struct fx_request **out);
NTSTATUS request_reuse(struct fx_request *req, const WDF_REQUEST_REUSE_PARAMS *params);

/* --- request_send.c --- */
/* false: it was not sent, and req->status says why. @site: of the driver's call. */
bool request_send(struct fx_request *req, struct fx_target *target,
		  const WDF_REQUEST_SEND_OPTIONS *options, const void *site);
/* Sends @sent, which is formatted, and waits. PASSIVE. */
NTSTATUS sent_and_wait(struct fx_sent *sent, struct fx_target *target,
		       const struct sent_options *options);
/* Size and flags are right; NULL: none. */
struct sent_options sent_read_options(const WDF_REQUEST_SEND_OPTIONS *options);
/* false: refused and reported. */
bool send_options_are_right(struct fx_driver *driver, const struct fx_object *obj,
			    const WDF_REQUEST_SEND_OPTIONS *options);

/* --- request_format.c --- */
/* One buffer of a format: memory object or plain memory. */
struct sent_buffer {
	struct fx_memory *memory; /* NULL: plain, or none at all */
	void *start;
	size_t len, offset;
};
NTSTATUS sent_buffer_of_memory(struct fx_driver *driver, WDFMEMORY handle,
			       const WDFMEMORY_OFFSET *offset, struct sent_buffer *out);
NTSTATUS sent_buffer_of_descriptor(struct fx_driver *driver, const WDF_MEMORY_DESCRIPTOR *from,
				   struct sent_buffer *out);
struct sent_format {
	WDF_REQUEST_TYPE type;
	bool others; /* the buffers are arguments 1, 2 and 4 */
	ULONG code;
	LONGLONG offset;
	struct sent_buffer in, out, third;
};
/* References the memory objects, and drops those it referenced before. */
void sent_format(struct fx_sent *sent, const struct sent_format *format);
void sent_unformat(struct fx_sent *sent);
struct fx_sent *request_sent(struct fx_request *req); /* NULL: no memory */
void request_free_sent(struct fx_request *req);

#endif
