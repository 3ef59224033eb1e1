/* SPDX-License-Identifier: MIT */
/* room.h - struct fx_io: what the files of one device's I/O share. */
#ifndef FX_IO_ROOM_H
#define FX_IO_ROOM_H

#include "file.h"
#include "io.h"
#include "object/irql.h"
#include "queue.h"
#include "verifier/callback.h"
#include "verifier/verifier.h"

#define PATIENCE_MS         60000u /* of waiting for a driver, before that is said */
#define REQUEST_CHUNK       64u    /* requests allocated at once */
#define REQUEST_BUFFER_LEN  2048u  /* first system buffer: a whole Ethernet frame */
#define REQUEST_BUFFER_KEEP 65536u /* larger ones are not kept between uses */

struct request_chunk {
	struct request_chunk *next;
	struct fx_request slots[REQUEST_CHUNK];
};
struct request_pool {
	struct list free; /* oldest first, so that a generation lasts long */
	struct request_chunk *chunks;
};

struct fx_io {
	struct fx_device *device;               /* borrowed: owns us */
	struct fx_driver *driver;               /* borrowed */
	struct irq_loop *owner;                 /* borrowed: outlives us */
	struct fx_queue *routes[REQUEST_KINDS]; /* atomic; NULL: default_queue, but for creates */
	struct fx_queue *default_queue;         /* atomic */
	struct fx_io_config config;
	size_t context_len; /* of the driver's context in each request; 0: none */

	/* owner only */
	uint32_t in_driver;        /* driver callbacks on the stack */
	bool running;              /* io_run() is on the stack */
	bool entered;              /* in an entry that ends with io_run() */
	struct list kicked;        /* fx_queue.kick_link: queue_run() is due */
	struct list called_off;    /* fx_request.off_link: EvtRequestCancel is due */
	struct list closing;       /* fx_file.io_link */
	struct irq_deferred later; /* io_run() for what a DPC caused */
	struct irq_deferred flush;
	struct list done; /* fx_packet.link: completed, not yet handed back */
	struct request_pool pool;
	struct list queues;  /* fx_queue.io_link, in creation order */
	struct list files;   /* fx_file.io_link */
	struct list creates; /* fx_request.link: given to EvtDeviceFileCreate */
	bool held;           /* atomic: power-managed queues do not present */
	bool dead;           /* purged for good */
	bool power_waiting;  /* power_done is wanted */
	bool (*power_is_done)(struct fx_io *io);

	/* any thread */
	struct spin_lock
		queues_lock;    /* rank LOCK_RANK_QUEUE: who looks at queues beside the owner */
	bool may_open, started; /* atomic */
	struct exec_event power_done;
	struct fx_scope device_scope;
	struct fx_scope
		*file_scope; /* constant: device_scope if the device asked for it, or NULL */
	uint64_t submitted, completed, cancelled, files_open; /* atomic, written by the owner */
};

static inline bool io_is_owner(const struct fx_io *io)
{
	return irq_loop_is_self(io->owner);
}
/* A lock around callbacks of @level: may it be one to sleep on? Not where all run at DISPATCH. */
static inline bool io_is_passive(const struct fx_io *io, WDF_EXECUTION_LEVEL level)
{
	return level == WdfExecutionLevelPassive && io->config.level == PASSIVE_LEVEL;
}
/* The owner's counters: others read them, nobody else writes. */
static inline void io_count(uint64_t *counter, uint64_t by)
{
	__atomic_store_n(counter, *counter + by, __ATOMIC_RELAXED);
}
/* Around every driver callback on the owner loop: its level, its scope, and that one is on the
 * stack. */
struct io_call {
	struct fx_scope *scope;
	KIRQL level_before;
	bool entered;
	struct fx_callback_entry entry;
};
static inline struct io_call io_enter_driver(struct fx_io *io, struct fx_scope *scope)
{
	struct io_call call = { .scope = scope };

	io->in_driver++;
	call.level_before = fx_irql_get();
	call.entered = fx_scope_enter(scope);
	fx_irql_raise(io->config.level);
	call.entry = fx_callback_enter();
	return call;
}
static inline void io_leave_driver(struct fx_io *io, const struct io_call *call)
{
	/* whoever gave the lock back changed the level with it, and is told of the lock */
	if (uw_unlikely(!fx_callback_is_same(call->entry)) &&
	    (!call->entered || fx_scope_is_mine(call->scope)))
		fx_callback_changed(io->driver, call->entry, "a callback for I/O");
	fx_scope_leave(call->scope, call->entered, io->driver);
	fx_irql_restore(call->level_before);
	io->in_driver--;
}

/* The owner comes in by message, call or flush: what becomes due waits for the io_run() at the end.
 */
static inline void io_begin(struct fx_io *io)
{
	io->entered = true;
}
/* --- io_fast.c --- */
/* Do whatever is due, unless a callback is on the stack: whoever put it there does it. Owner. */
void io_run(struct fx_io *io);
/* See that io_run() comes, from a place that must not call a driver now. Owner. */
void io_run_later(struct fx_io *io);
void io_check_power(struct fx_io *io); /* gate.c: has what fx_io_hold() waits for come? */

/* --- packet_fast.c; owner --- */
void packet_finish(struct fx_packet *packet, NTSTATUS status, size_t information);
void packet_flush(struct irq_deferred *work);
void packet_arrive(struct irq_message *msg);

/* --- route.c --- */
struct fx_queue *io_route(struct fx_io *io, enum fx_request_kind kind);

#endif
