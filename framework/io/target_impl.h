/* SPDX-License-Identifier: MIT */
/* target_impl.h - struct fx_target: what the files of WDFIOTARGET share. */
#ifndef FX_TARGET_IMPL_H
#define FX_TARGET_IMPL_H

#include "room.h"
#include "sent.h"
#include "target.h"

enum fx_target_kind {
	TARGET_LOWER, /* WdfDeviceGetIoTarget */
	TARGET_NAMED, /* WdfIoTargetCreate */
	TARGET_SELF,  /* WdfDeviceGetSelfIoTarget */
};

struct fx_target {
	struct fx_object base;
	struct fx_io *io;     /* borrowed: of the device whose driver sends; our ancestor's */
	struct fx_sink *sink; /* of TARGET_NAMED owned, set while it is open or closed for
				 query-remove; guarded by lock, constant while something is below */
	enum fx_target_kind kind;
	struct list io_link; /* io->targets; guarded by io->queues_lock */

	/* PASSIVE, one thread at a time, as KMDF asks of drivers */
	WDF_IO_TARGET_OPEN_PARAMS params; /* TargetDeviceName is a copy, owned; see opening */
	struct fx_sink to_self;           /* of TARGET_SELF */
	struct fx_queue
		*queue;   /* counted; atomic; of TARGET_SELF: where it goes; NULL: as others */
	FILE_OBJECT file; /* of TARGET_NAMED, as long as it is open */

	struct spin_lock lock; /* rank LOCK_RANK_TARGET; guards what follows */
	bool opening;          /* somebody opens it: has params to himself, until it is open */
	WDF_IO_TARGET_STATE opening_from; /* closed in which way; what changed it goes before */
	struct irq_loop *last_loop; /* of what was open last: may be gone, only to be compared */
	WDF_IO_TARGET_STATE state;
	bool starting;       /* somebody moves what waits below: others go behind it */
	struct list waiting; /* fx_sent.link: for a start, oldest first */
	struct list below;   /* fx_sent.link: the sink has or had it */
	uint32_t telling;    /* completion routines that run */
	uint32_t notices;    /* threads that tell it what becomes of its device */
	struct list idlers;  /* idler.link: wait until nothing is below and none is told */
	uint32_t stoppers;   /* threads in WdfIoTargetStop or Purge that wait */
};

/* --- target_local.c --- */
/* Where a target's requests go: what is below its device, or complain of nothing. */
struct fx_sink *target_sink(const struct fx_target *target);
void target_self_init(struct fx_target *target);
/* The room that a sink of this host goes into; NULL: it is another kind of sink. */
struct fx_io *target_room(const struct fx_sink *sink);
/*
 * Is this a callback of the device behind the target? What is sent there may only begin, or end,
 * when it is over: it must not wait for that. PASSIVE.
 */
bool target_is_inside(struct fx_target *target);
bool named_is_inside(struct fx_target *target); /* target_name.c: the same of TARGET_NAMED */
/* The bus's object under the stack that @io is part of; NULL: a control device's. */
PDEVICE_OBJECT target_bus_under(struct fx_io *io);

static inline WDFIOTARGET target_handle(const struct fx_target *target)
{
	return (WDFIOTARGET)fx_object_handle(&target->base);
}
static inline struct fx_target *target_from_handle(struct fx_driver *driver, WDFIOTARGET handle)
{
	return uw_container_of(fx_object_from_handle(driver, handle, FX_TYPE_IO_TARGET),
			       struct fx_target, base);
}

/* --- target_wait.c --- */
NTSTATUS target_wait_init(struct fx_target_wait *wait, struct fx_target *target);
void target_wait_deinit(struct fx_target_wait *wait);
void target_wait_over(
	struct fx_target_wait *wait); /* any thread; the waiter may be gone after it */
/* @return it is over; false: @deadline_ns passed. @obj: whom to name if it takes long. */
bool target_wait(struct fx_target_wait *wait, struct fx_target *target, uint64_t deadline_ns,
		 const char *what);
/* Until nothing is below @target, and no completion routine runs but those that this thread is in.
 * PASSIVE. */
void target_wait_idle(struct fx_target *target, const char *what);
/* On the stack of who calls a completion routine, around the call. */
struct target_telling {
	struct target_telling *outer;
	const struct fx_target *target;
};
void target_telling_begin(struct target_telling *telling, const struct fx_target *target);
void target_telling_end(const struct target_telling *telling);
/* Around what a thread tells @target of a removal; @telling is on its stack. */
void target_notice_begin(struct target_telling *telling, struct fx_target *target);
void target_notice_end(const struct target_telling *telling, struct fx_target *target);
/* Until none but this thread does that. Not on the device's own loop, which they may wait for. */
void target_wait_unnoticed(struct fx_target *target);
/* It may have become idle. */
void target_tell_idle_locked(struct fx_target *target) UW_REQUIRES(target->lock);

/* --- target.c --- */
NTSTATUS target_start(struct fx_target *target);
void target_stop(struct fx_target *target, WDF_IO_TARGET_SENT_IO_ACTION action);
void target_purge(struct fx_target *target, bool wait);
/* Nothing is sent any more, nothing is out; @state: closed in some way. PASSIVE. */
void target_end(struct fx_target *target, WDF_IO_TARGET_STATE state);
/* May it go to the sink now, or wait? A failure: neither. */
NTSTATUS target_admit_locked(struct fx_target *target, bool any_state, bool *out_now)
	UW_REQUIRES(target->lock);
WDF_IO_TARGET_STATE target_state(struct fx_target *target);

/* --- target_create.c --- */
NTSTATUS target_open(struct fx_target *target, const WDF_IO_TARGET_OPEN_PARAMS *params);
NTSTATUS target_open_again(struct fx_target *target);
NTSTATUS target_new(struct fx_io *io, enum fx_target_kind kind, PWDF_OBJECT_ATTRIBUTES attrs,
		    struct fx_target **out);

#endif
