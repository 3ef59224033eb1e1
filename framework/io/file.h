/* SPDX-License-Identifier: MIT */
/*
 * file.h - an open file: the client's shell (struct fx_file) and, where the driver asked for file
 * objects, a WDFFILEOBJECT.
 *
 * The shell outlives the device if the client is slow to close it: then io is NULL and whatever is
 * submitted is refused.
 */
#ifndef FX_FILE_H
#define FX_FILE_H

#include "base/list.h"
#include "base/lock.h"
#include "irq/loop.h"
#include "object/object.h"

struct fx_io;
struct fx_queue;
struct fx_request;

struct fx_file_object {
	struct fx_object base;
	struct fx_file *file;     /* borrowed: NULL after close */
	struct fx_device *device; /* borrowed: our parent */
	uint32_t process_id;      /* of whoever opened it */
	FILE_OBJECT wdm;          /* the driver's view; FsContext and FsContext2 are its own */
};

struct fx_file {
	struct spin_lock lock; /* rank LOCK_RANK_FILE */
	struct fx_io *io;      /* guarded by lock; cleared by the owner when the device goes */
	uint32_t process_id;   /* of whoever opened it; constant */
	uint64_t submitted;    /* packets; guarded by lock */
	bool over;             /* guarded by lock: no packet comes through any more */
	struct fx_file_object *object; /* NULL: the driver wants none; owner only after open */
	/* owner only */
	struct list io_link;  /* io->files */
	struct list requests; /* fx_request.file_link */
	uint64_t returned;    /* packets handed back */
	bool opened;          /* EvtDeviceFileCreate agreed */
	bool cleaned;         /* EvtFileCleanup was called */
	bool closing;
	bool orphan;     /* closed by us: the shell stays until the client closes it */
	bool close_came; /* the client closed it */
	struct irq_message close_msg;
	void (*closed)(void *arg); /* NULL: ended is set instead */
	void *closed_arg;
	struct exec_event ended;
};

/* --- file.c; owner loop --- */
/* A create request: to EvtDeviceFileCreate, or to the queue that asked for creates. */
void file_arrive_create(struct fx_io *io, struct fx_queue *q, struct fx_request *req);
void file_begin_close(struct fx_file *file); /* EvtFileCleanup, cancel what is outstanding */
void file_close_all(struct fx_io *io);
void file_run_closing(struct fx_io *io); /* EvtFileClose for those with nothing outstanding */

static inline WDFFILEOBJECT file_handle(const struct fx_file *file)
{
	return file && file->object ? (WDFFILEOBJECT)fx_object_handle(&file->object->base) : NULL;
}

#endif
