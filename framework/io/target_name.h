/* SPDX-License-Identifier: MIT */
/* target_name.h - a device that a target opened by name: what target_name.c and _notice.c share. */
#ifndef FX_TARGET_NAME_H
#define FX_TARGET_NAME_H

#include "base/exec.h"
#include "sent.h"
#include "target.h"

struct named_sink {
	struct fx_sink sink;
	/* all else is guarded by named_lock */
	struct fx_named_device *at; /* borrowed: it forgets us before it goes; NULL: it did */
	struct list link;           /* in at->sinks */
	struct fx_file *file;       /* owned; NULL: closed. Constant while a packet is out. Not of
				       a device of another host */
	bool attached;              /* the target has it */
	bool open;                  /* so it has, and the device's file with it */
	bool asked;                 /* for query-remove, and agreed */
	bool told;                  /* a thread tells the target something */
	bool orphan;                /* closed meanwhile: that thread frees it */
};

/* Callbacks, loops and drivers are not waited for under it; the lock of a target is taken inside.
 */
extern struct exec_mutex named_lock;

/* Nobody finds @named any more, to tell its target of anything; it is freed, now or by the thread
 * that just does that. */
void named_leave(struct named_sink *named);
/* --- target_name.c --- */
/* false: @at is about to go. */
bool named_join(struct named_sink *named, struct fx_named_device *at);
/* What was opened is the target's, unless the device is about to go, or the target did. @out_old:
 * as fx_target_attach() has it. */
NTSTATUS named_attach(struct named_sink *named, struct fx_sink **out_old);

#endif
