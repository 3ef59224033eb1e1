/* SPDX-License-Identifier: MIT */
/*
 * target.h - where a driver's requests go: struct fx_sink, and the WDFIOTARGET in front of it.
 *
 * WdfRequestSend -> struct fx_target (state, what is sent, what waits for a start) -> struct
 * fx_sink -> the next lower device, the device itself, or another found by name.
 *
 * What is below a device is the sink in struct fx_device_head.below (io.h): whoever builds the
 * stack sets it before the driver hears of the device, and keeps it as long as the device is there.
 * NULL: nothing is below. Then the default target is there all the same, and what is sent to it
 * completes with STATUS_INVALID_DEVICE_REQUEST, as a bus driver completes what it does not know.
 */
#ifndef FX_TARGET_H
#define FX_TARGET_H

#include "base/exec.h"
#include "base/list.h"
#include "base/lock.h"
#include "io.h"
#include "object/object.h"

struct fx_sink;
struct fx_target;

struct fx_sink_ops {
	/*
	 * Take @packet, whose public part is filled in. complete() of it runs once, whatever
	 * happens, in any thread at DISPATCH_LEVEL or below, also before this returns.
	 * @from: the file, at the sender's device, of the request that is sent on; NULL: the
	 * request is the driver's own. Any thread, DISPATCH_LEVEL or below; blocks nowhere.
	 */
	void (*submit)(struct fx_sink *sink, struct fx_packet *packet, struct fx_file *from);
	/*
	 * Ask for the end of a packet. It was submitted, and complete() of it has not returned: the
	 * target sees to both. Once a packet. Any thread, DISPATCH_LEVEL or below; complete() may
	 * run inside it.
	 */
	void (*cancel)(struct fx_sink *sink, struct fx_packet *packet);
	/*
	 * The target is closed for a removal that may not come: no packet is out, none will come.
	 * The sink stays to hear of it. PASSIVE; where close() is NULL, so is this.
	 */
	void (*suspend)(struct fx_sink *sink);
	/*
	 * The target is done with it: no packet is out, none will come. PASSIVE; frees it. NULL:
	 * it is not the target's, as those in fx_device_head.below.
	 */
	void (*close)(struct fx_sink *sink);
};

struct fx_sink {
	const struct fx_sink_ops *ops;
	/* The loop that completes its packets: who waits on that very thread runs it meanwhile.
	 * NULL: none. Constant; of a sink with close() it may be gone: only to be compared. */
	struct irq_loop *loop;
	/* borrowed: whose it is, for fx_target_query_remove() and so on. NULL for those in
	 * fx_device_head.below. */
	struct fx_target *target;
};

/* --- a device in this host: the next lower one, or the sender itself --- */
struct fx_local_sink {
	struct fx_sink sink;
	struct fx_io *to; /* borrowed: outlives the sender's device */
};
/*
 * Packets go into the I/O room of @to: those that come @from a file go in with that file's below,
 * all others without a file (WdfRequestGetFileObject gives NULL for them). They pass queues, power
 * and removal of that device as a client's do, but need no open and no enabled interface.
 */
void fx_local_sink_init(struct fx_local_sink *local, struct fx_device *to);

/* --- a device of this host by name: target_name.c --- */
struct fx_sink_name {
	const UNICODE_STRING *name; /* TargetDeviceName */
	struct fx_driver *driver;   /* who asks */
	struct fx_target *target;   /* gets the sink, by fx_target_attach() */
};
/* PASSIVE; waits for the driver of the device to complete its create request. */
NTSTATUS fx_sink_open_name(const struct fx_sink_name *open);
/*
 * The target is open, with @sink, which is its own from here on, and the open is over. false: it
 * was closed or deleted meanwhile. @out_old: what it was suspended with, for the caller to close;
 * or NULL.
 */
bool fx_target_attach(struct fx_target *target, struct fx_sink *sink, struct fx_sink **out_old);

/* What a device that can be opened by name knows of the targets that did; a part of it. */
struct fx_named_device {
	struct list sinks; /* guarded by the lock of target_name.c, as is the rest */
	bool leaving;      /* or about to: no more opens */
};
/*
 * Whoever knows the devices by name (pnp/shown.h): calls @found for the one that @name means, as
 * long as it cannot go, with what is behind its name in @file_name, UTF-8. A failure: nobody was
 * called.
 */
typedef void fx_found(void *arg, struct fx_device *device, struct fx_named_device *named);
struct fx_named_search {
	const UNICODE_STRING *name;
	char *file_name;
	size_t len;
	fx_found *found;
	void *arg;
};
NTSTATUS fx_named_find(const struct fx_named_search *search);

/* --- what happens to such a device: target_notice.c --- */
void fx_named_init(struct fx_named_device *named);
/*
 * PASSIVE, on a thread that may block and is no loop. May it be removed? From here on it cannot be
 * opened. A failure is a veto of @out_refuser's target; those that had agreed hear of the end of it
 * by fx_named_remove_canceled(). @must_go: it is removed all the same; called again, it asks those
 * behind the one that refused.
 */
NTSTATUS fx_named_query_remove(struct fx_named_device *named, bool must_go,
			       struct fx_driver **out_refuser);
void fx_named_remove_canceled(struct fx_named_device *named);
void fx_named_leave(struct fx_named_device *named); /* it cannot be opened any more */
void fx_named_remove_complete(struct fx_named_device *named);
void fx_named_forget(struct fx_named_device *named); /* it goes; nobody is told */
/* Each target that has it open, under a lock. PASSIVE. */
void fx_named_each(struct fx_named_device *named,
		   void (*fn)(void *arg, WDFIOTARGET target, struct fx_driver *driver), void *arg);

/*
 * --- what a sink that was opened by name tells its target ---
 * PASSIVE, on a thread that may block and is no loop. The driver's callback runs inside, or KMDF's
 * own way if there is none: close for query-remove, open again, close; but nothing is closed if the
 * target has another sink than @of, which stays meanwhile, by now.
 */
NTSTATUS fx_target_query_remove(struct fx_target *target,
				const struct fx_sink *of); /* a failure is a veto */
void fx_target_remove_canceled(struct fx_target *target);
void fx_target_remove_complete(struct fx_target *target, const struct fx_sink *of);

/* The device whose stack a WDFIOTARGET is in; NULL: it was opened by name, or is closed. */
struct fx_device *fx_target_device(struct fx_object *target);

#endif
