/* SPDX-License-Identifier: MIT */
/*
 * watch.h - whoever has a device open in this process hears what becomes of it, as clients of other
 * processes do through a server (uwdf/device_io.h: struct uwdf_io_watch).
 */
#ifndef FX_WATCH_H
#define FX_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/exec.h"
#include "base/list.h"
#include "base/report.h"

struct uwdf_device;
struct uwdf_hold;

/* Of one device. */
struct fx_watches {
	struct list list; /* of fx_watch; guarded by watch.c's lock, as all that follows */
	uint32_t round;   /* one for each event */
	bool held;        /* it is to be unused: none begins */
	bool leaving;
	struct exec_event *asker; /* on his stack, while he waits for answers */
};

/* How long those who are asked may take, ms; for tests. */
extern unsigned int fx_watches_patience_ms;

void fx_watches_init(struct fx_watches *watches);
/*
 * May it be removed? Those who want to hear of it are told and have a second to close. @unused:
 * -EBUSY if one is left, at once if it is one that does not hear; else 0. What comes next is either
 * fx_watches_stay() or the removal. Control thread.
 */
int fx_watches_query(struct uwdf_device *host, bool unused, struct report *rep) UW_MUST_CHECK;
void fx_watches_stay(struct uwdf_device *host);
/* It is being removed; none begins any more. Once more is harmless. PASSIVE. */
void fx_watches_leave(struct uwdf_device *host);
/* None is left, and nobody is at @host because of one. PASSIVE. */
void fx_watches_end(struct uwdf_device *host);
/* Who has it open: up to @max; returns how many there are. Any thread; @host stays. */
size_t fx_watches_hold(struct uwdf_device *host, struct uwdf_hold *holds, size_t max);

#endif
