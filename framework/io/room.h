/* SPDX-License-Identifier: MIT */
/* room.h - struct fx_io: what the files of one device's I/O share. */
#ifndef FX_IO_ROOM_H
#define FX_IO_ROOM_H

#include "base/compiler.h"
#include "base/trace.h"
#include "file.h"
#include "io.h"
#include "object/driver.h"
#include "object/irql.h"
#include "queue.h"
#include "verifier/callback.h"
#include "verifier/verifier.h"

#define REQUEST_CHUNK       64u        /* requests allocated at once */
#define REQUEST_BUFFER_LEN  2048u      /* first system buffer: a whole Ethernet frame */
#define REQUEST_BUFFER_KEEP 65536u     /* larger ones are not kept between uses */
#define REQUEST_SEALED_MOST (1u << 20) /* of those, of all slots, that are kept sealed */

struct request_chunk {
	struct request_chunk *next;
	unsigned int count;
	UW_CACHE_ALIGNED struct fx_request slots[]; /* many at a time: no line more than it takes */
};
static_assert(sizeof(struct fx_request) % UW_CACHELINE == 0, "each begins a cache line");
struct fx_target;
/*
 * Free slots: what was used last is in the cache. A verifier that listens wants the oldest first,
 * so that a generation lasts long; what is put back then is in @later.
 */
struct request_pool {
	struct fx_request *first; /* fx_request.next_free; NULL: none is ready */
	struct list later;        /* taken when there is no other; some need their contexts again */
	struct request_chunk *chunks;
	size_t sealed_len; /* of big buffers that are kept for request_unseal() */
};

/* See irp.h. */
struct irp_room {
	struct spin_lock lock;
	struct list idle; /* fx_irp.link, oldest first; guarded by lock, as the next */
	unsigned int idle_count;
	struct list held; /* fx_irp.link: of packets that are with the driver as IRPs; owner only */
};

#define IO_NO_THREAD UINT32_MAX /* 0 is a thread that was never asked who it is */
struct fx_io {
	struct fx_device *device; /* borrowed: owns us */
	struct fx_driver *driver; /* borrowed */
	struct irq_loop *owner;   /* borrowed: outlives us */
	struct fx_io *below;      /* borrowed: the next lower device's; may be NULL */
	struct fx_io *parent;     /* borrowed: of a child device; NULL: it is none; constant */
	uint32_t owner_thread;    /* exec_thread_id() of its thread; constant */
	struct fx_queue *routes[REQUEST_KINDS]; /* atomic; NULL: default_queue, but for creates */
	struct fx_queue *default_queue;         /* atomic */
	struct fx_io_config config;
	size_t context_len;    /* of the driver's context in each request; 0: none */
	bool context_is_small; /* request_is_small_context() */
	/* Who may end a request the short way: owner_thread, if context_is_small and a flush is
	 * due; else nobody. */
	uint32_t simple_thread; /* written by the owner; atomic */
	bool has_many;          /* a queue has been given WdfLxIoQueueSetMany() */

	/* owner only */
	uint32_t in_driver;           /* driver callbacks on the stack */
	bool running;                 /* io_run() is on the stack */
	bool going_on;                /* file_run_closing() is */
	bool entered;                 /* in an entry that ends with io_run() */
	bool due;                     /* something may be, of what io_run() does */
	bool flush_due;               /* flush is deferred */
	struct list kicked;           /* fx_queue.kick_link: queue_run() is due */
	struct list for_caller;       /* fx_packet.link: EvtIoInCallerContext is due */
	struct fx_request *at_caller; /* EvtIoInCallerContext has it just now; NULL: none */
	struct list called_off;       /* fx_request.off_link: EvtRequestCancel is due */
	struct list closing;          /* fx_file.io_link */
	struct irq_message close_msg; /* they wait for the end of a callback that waits */
	bool close_parked;            /* with it */
	struct list sent_due;         /* fx_sent.due_link: its completion routine is due */
	struct irq_message tell_msg;  /* they run with it */
	bool tell_posted;             /* it is on its way */
	struct irq_deferred later;    /* io_run() for what a DPC caused */
	struct irq_deferred flush;
	uint32_t untraced;              /* packets until the next one that is traced */
	const struct fx_packet *traced; /* it is followed to its end; NULL: none */
	struct list done; /* fx_packet.link: completed, not yet handed back; linked forward only */
	struct list late; /* fx_request.link: whose client just got its packet back: EvtDestroy */
	const struct fx_request *ending_late; /* one of these, whose last reference may go */
	struct request_pool pool;
	struct list queues;   /* fx_queue.io_link, in creation order */
	struct list *cursor;  /* in queues: the next to tell; a callback may delete any of them */
	struct list files;    /* fx_file.io_link */
	struct list unqueued; /* fx_request.link: given to EvtDeviceFileCreate or
				 EvtIoInCallerContext */
	bool detour;          /* constant: not every packet goes straight to its queue */
	bool held;            /* atomic: power-managed queues do not present */
	bool dead;            /* purged for good */
	bool power_waiting;   /* power_done is wanted */
	bool (*power_is_done)(struct fx_io *io);
	void (*unused)(void *arg); /* fx_io_when_unused(); NULL: nobody asked */
	void *unused_arg;

	struct fx_file
		*nameless; /* owned: what comes without an open file; never closed by others */

	struct fx_file
		*to_self; /* the same, for what the device sends to itself; NULL: it may not */

	/* any thread */
	struct spin_lock
		queues_lock;     /* rank LOCK_RANK_QUEUE: who looks at queues beside the owner */
	struct list targets;     /* fx_target.io_link; guarded by queues_lock */
	struct fx_target *lower; /* borrowed, child of device: WdfDeviceGetIoTarget; constant */
	struct fx_target *self;  /* the same: WdfDeviceGetSelfIoTarget; NULL: none */
	bool may_open, started;  /* atomic */
	struct exec_event power_done;
	struct fx_scope device_scope;
	struct fx_scope
		*file_scope; /* constant: device_scope if the device asked for it, or NULL */
	struct irq_message owned_msg; /* the owner is to say what the driver has */
	bool owned_posted;            /* atomic */
	uint64_t submitted, completed, cancelled, files_open; /* atomic, written by the owner */
	struct trace_ring trace; /* of kinds enum fx_io_event; by the owner */
	struct irp_room irps;
	DEVICE_OBJECT wdm; /* the device as WDM describes it */
	DEVICE_OBJECT bus; /* the bus's under it, if it is the lowest of its stack */
};

static inline bool io_is_owner(const struct fx_io *io)
{
	return io->owner_thread == exec_thread_id();
}
/* Is this a callback of the device, or of one below in its stack? What comes in now waits for it.
 */
static inline bool io_is_inside(const struct fx_io *io)
{
	if (!io_is_owner(io))
		return false;
	while (io && !io->in_driver)
		io = io->below;
	return io;
}
/* A lock around callbacks of @level: may it be one to sleep on? Not where all run at DISPATCH. */
static inline bool io_is_passive(const struct fx_io *io, WDF_EXECUTION_LEVEL level)
{
	return level == WdfExecutionLevelPassive && io->config.level == PASSIVE_LEVEL;
}
/* When the next word about a driver that is waited for is due. @driver: NULL: not known. */
static inline uint64_t io_patience_end(const struct fx_driver *driver)
{
	return exec_deadline_ms(driver ? driver->verifier.patience_ms : FX_PATIENCE_S * 1000);
}
/* Do cleanup and close of a file go on to the device below? KMDF's default: a filter's do. */
static inline bool io_forwards_close(const struct fx_io *io)
{
	WDF_TRI_STATE forward = WdfUseDefault;

	if (io->config.file_config.Size)
		forward = io->config.file_config.AutoForwardCleanupClose;
	return forward == WdfUseDefault ? io->config.filter : forward == WdfTrue;
}
/* The owner's counters: others read them, nobody else writes. */
static inline void io_count(uint64_t *counter, uint64_t by)
{
	__atomic_store_n(counter, *counter + by, __ATOMIC_RELAXED);
}
/* The same where one instruction does it: that is one to wait for instead of three. */
static inline void io_count_many(uint64_t *counter, uint64_t by)
{
#if defined(UW_X86_INSTRUCTIONS)
	__asm__("addq %1, %0" : "+m"(*counter) : "r"(by));
#else
	io_count(counter, by);
#endif
}
/* The end of a file is over where @file is: it was no request of anybody's. */
static inline void io_count_no_end(const struct fx_file *file)
{
	if (!file->io)
		return;
	io_count(&file->io->submitted, (uint64_t)-1);
	io_count(&file->io->completed, (uint64_t)-1);
}
/* By one. */
static inline void io_count_one(uint64_t *counter)
{
#if defined(UW_X86_INSTRUCTIONS)
	__asm__("incq %0" : "+m"(*counter));
#else
	io_count(counter, 1);
#endif
}
/* Around every driver callback on the owner loop: its level, its scope, and that one is on the
 * stack. */
struct io_call {
	struct fx_scope *scope;
	KIRQL level_before;
	bool entered;
	struct fx_callback_entry entry;
	const char *name; /* of the callback, and where it begins */
	uintptr_t code;
};
/* @call: where it stays, all of it written. */
static inline void io_enter_driver_in(struct fx_io *io, struct fx_scope *scope, const char *name,
				      uintptr_t code, struct io_call *call)
{
	call->scope = scope;
	call->name = name;
	call->code = code;
	io->in_driver++;
	call->level_before = fx_irql_get();
	call->entered = fx_scope_enter(scope);
	fx_irql_raise(io->config.level);
	call->entry = fx_callback_enter();
}
static inline struct io_call io_enter_driver(struct fx_io *io, struct fx_scope *scope,
					     const char *name, uintptr_t code)
{
	struct io_call call;

	io_enter_driver_in(io, scope, name, code, &call);
	return call;
}
static inline void io_leave_driver(struct fx_io *io, const struct io_call *call)
{
	/* whoever gave the lock back changed the level with it, and is told of the lock */
	if (uw_unlikely(!fx_callback_is_same(call->entry)) &&
	    (!call->entered || fx_scope_is_mine(call->scope)))
		fx_callback_changed(io->driver, call->entry, call->name, call->code);
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
void io_run_due(struct fx_io *io);
/* Do whatever is due, unless a callback is on the stack: whoever put it there does it. Owner. */
static inline void io_run(struct fx_io *io)
{
	io->entered = false;
	if (uw_unlikely(io->due))
		io_run_due(io);
}
/* See that io_run() comes, from a place that must not call a driver now. Owner. */
void io_run_later(struct fx_io *io);
void io_check_power(struct fx_io *io); /* gate.c: has what fx_io_hold() waits for come? */

/* --- target_wait.c; owner --- */
/*
 * Somebody runs this loop from inside a callback of this device, to wait for what was sent: what
 * calls the driver by itself has to wait for the end of that. @return @msg runs again then.
 */
bool io_park(const struct fx_io *io, struct irq_message *msg);
/* The same of what calls drivers down the stack from @io: some level waits. */
bool io_park_stack(const struct fx_io *io, struct irq_message *msg);
/* A callback of this device is on the stack: does somebody wait there? */
bool io_is_awaited(const struct fx_io *io);

/* --- target_local.c --- */
/* WdfIoTargetSelfAssignDefaultIoQueue()'s; NULL: none, or it is gone. Owner. */
struct fx_queue *target_self_queue(const struct fx_io *io);

/* --- target_create.c --- */
/* PASSIVE: nothing is sent any more; what is out is cancelled and waited for. */
void io_end_targets(struct fx_io *io);

/* --- file.c --- */
NTSTATUS file_nameless_new(struct fx_io *io);
void file_nameless_free(struct fx_io *io);

/* --- packet_fast.c; owner --- */
/* fx_packet.state: by fx_io_submit_many(), no other thread has a part in it. */
#define PACKET_OF_LOOP 4u
/* And it went the short way: no create, and nobody follows it. */
#define PACKET_SHORT 8u
/* It comes with a burst. */
static inline void packet_come(struct fx_packet *packet, struct fx_file *file, uint32_t state)
{
	packet->file = file;
	packet->state = state;
	packet->phase = 0;
}
static inline enum fx_request_kind packet_kind(const struct fx_packet *packet)
{
	static_assert(FX_PACKET_CREATE - FX_PACKET_READ == REQUEST_CREATE, "in the same order");
	return (enum fx_request_kind)(packet->kind - FX_PACKET_READ);
}
/* Cleanup and close: they are neither refused nor cancelled. */
static inline bool packet_is_end(enum fx_packet_kind kind)
{
	return kind == FX_PACKET_CLEANUP || kind == FX_PACKET_CLOSE;
}
/* fx_packet.phase */
#define PHASE_PARKED      1u  /* fx_packet.parked_at says where */
#define PHASE_CANCEL_CAME 2u  /* the cancel message has run */
#define PHASE_WAITS       4u  /* completed, handed back when the cancel message comes */
#define PHASE_IRP         8u  /* fx_packet.irp is the driver's way to it */
#define PHASE_BELOW       16u /* fx_irp.below: an IRP that the driver passed on */
#define PHASE_LATE        32u /* fx_packet.late: EvtDestroy of its slot is still to come */
/* STATUS_PENDING: go on. Anything else is the packet's end, the driver never sees it. */
NTSTATUS packet_judge(const struct fx_packet *packet);
/* As packet_judge(): may it go to @q? */
NTSTATUS packet_judge_for(const struct fx_packet *packet, const struct fx_queue *q);
/* Has a driver that passes on what is not its own no queue or handler for it? */
bool packet_is_for_below(const struct fx_io *io, const struct fx_queue *q,
			 enum fx_request_kind kind);
bool packet_is_empty_transfer(const struct fx_packet *packet); /* a read or write of nothing */
void packet_place(struct fx_packet *packet);                   /* it has arrived */
/* The driver of a filter does not want it: on to the next lower device. */
void packet_pass_down(struct fx_packet *packet);
void packet_trace(struct fx_io *io, const struct fx_packet *packet, enum fx_io_event event) UW_COLD;
/* When it is handed back, @req, its slot, loses the framework's reference. */
void packet_bring_late(struct fx_packet *packet, struct fx_request *req) UW_COLD;
/* It has come: one in TRACE_SAMPLE is followed. */
static inline void packet_sample(struct fx_io *io, const struct fx_packet *packet)
{
	if (uw_unlikely(!io->untraced--))
		packet_trace(io, packet, FX_IO_ARRIVED);
}
/* What is completed from here on is handed back by the flush to come. */
static inline void packet_flush_later(struct fx_io *io)
{
	if (uw_likely(io->flush_due))
		return;
	io->flush_due = true;
	__atomic_store_n(&io->simple_thread, io->context_is_small ? io->owner_thread : IO_NO_THREAD,
			 __ATOMIC_RELAXED);
	irq_loop_defer(io->owner, IRQ_PHASE_FLUSH, &io->flush);
}
/* It is over: what the client is told, and behind @last of the list of those completed. */
static inline struct list *packet_end_behind(struct list *last, struct fx_packet *packet,
					     NTSTATUS status, size_t information)
{
	packet->request = NULL;
	packet->status = status;
	packet->information = information;
	last->next = &packet->link; /* the rest of its link is set when the list is taken */
	return &packet->link;
}
/* It is over as far as this room is concerned, which flushes soon. */
static inline void packet_end(struct fx_io *io, struct fx_packet *packet, NTSTATUS status,
			      size_t information)
{
	struct list *last = io->done.prev;

	io_count_one(&io->completed);
	io->done.prev = packet_end_behind(last, packet, status, information);
}
static inline void packet_finish(struct fx_io *io, struct fx_packet *packet, NTSTATUS status,
				 size_t information)
{
	packet_end(io, packet, status, information);
	if (uw_unlikely(packet == io->traced))
		packet_trace(io, packet, FX_IO_COMPLETED);
	if (uw_unlikely(status == STATUS_CANCELLED))
		io_count(&io->cancelled, 1);
	packet_flush_later(io);
}
void packet_flush(struct fx_io *io);
void packet_flush_comes(struct irq_deferred *work);
void packet_arrive(struct irq_message *msg);

/* --- packet_file.c; owner --- */
/* A cleanup, a close or a flush has arrived: for no queue. */
void packet_place_unqueued(struct fx_io *io, struct fx_packet *packet) UW_COLD;

/* --- caller.c; owner --- */
/* For EvtIoInCallerContext, now or when no callback is on the stack. */
void caller_place(struct fx_io *io, struct fx_packet *packet, enum fx_request_kind kind);
void caller_present(struct fx_io *io, struct fx_request *req); /* no callback on the stack */
bool caller_has(const struct fx_request *req); /* is this its EvtIoInCallerContext? any thread */

/* --- route.c --- */
struct fx_queue *io_route(struct fx_io *io, enum fx_request_kind kind);
/* A type goes to another queue than the default one, or there is a default one now. Any thread. */
void route_changed(struct fx_io *io);

#endif
