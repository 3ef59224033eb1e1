/* SPDX-License-Identifier: MIT */
/*
 * file.h - an open file: the client's shell (struct fx_file) and, where the driver asked for file
 * objects, a WDFFILEOBJECT.
 *
 * In a stack of devices the client has a root, and each device below has its own part of the chain:
 * file objects, requests and what the driver agreed to are a level's, the rest is the root's.
 *
 * The shell outlives the device if the client is slow to close it: then io is NULL and whatever is
 * submitted is refused.
 */
#ifndef FX_FILE_H
#define FX_FILE_H

#include "base/list.h"
#include "base/lock.h"
#include "io.h"
#include "irq/loop.h"
#include "object/object.h"

struct fx_queue;
struct fx_request;

struct fx_file_object {
	struct fx_object base;
	struct fx_file *file;     /* borrowed: NULL after close */
	struct fx_device *device; /* borrowed: our parent */
	uint32_t process_id;      /* of whoever opened it */
	FILE_OBJECT wdm;          /* the driver's view; FsContext and FsContext2 are its own */
	WCHAR name[];             /* wdm.FileName's */
};

struct fx_file {
	struct spin_lock lock; /* rank LOCK_RANK_FILE */
	struct fx_io *io;      /* guarded by lock; cleared by the owner when the device goes */
	uint32_t process_id;   /* of whoever opened it; constant */
	struct fx_file *below; /* owned: the same open at the device below; NULL: there is none */
	struct fx_file *root;  /* constant: the client's, at the top of the stack; may be us */
	uint64_t submitted;    /* root: packets of all levels; guarded by lock */
	bool over;             /* root: guarded by lock: no packet comes through any more */
	struct fx_file_object *object; /* NULL: the driver wants none; owner only after open */
	/* owner only */
	struct list io_link;      /* root: io->files, io->closing */
	struct list requests;     /* fx_request.file_link */
	uint64_t returned;        /* root: packets handed back */
	bool nameless;            /* constant: for what drivers send without an open */
	bool posts;               /* constant, of a root: drivers send into it, by message alone */
	bool joined;              /* a create came here */
	bool opening;             /* root: the create is on its way */
	const char *name;         /* root: borrowed while it is being opened; UTF-8; may be NULL */
	bool opened;              /* and the driver agreed */
	enum fx_packet_kind told; /* the last of cleanup and close that came here; or none */
	bool closing;
	bool orphan;     /* closed by us: the shell stays until the client closes it */
	bool close_came; /* the client closed it */
	struct irq_message close_msg;
	void (*closed)(void *arg); /* NULL: ended is set instead */
	void *closed_arg;
	struct exec_event ended;
	struct fx_packet end;     /* root: its cleanup, then its close */
	enum fx_packet_kind seen; /* root: with which of them as an IRP a driver is; atomic */
	/* owned: for drivers that see them first; NULL: it does not, or has had it */
	struct fx_irp *cleanup_irp, *close_irp;
};

/* --- file.c, file_close.c; owner loop --- */
/* A create request: to EvtDeviceFileCreate, or to the queue that asked for creates. */
void file_arrive_create(struct fx_io *io, struct fx_queue *q, struct fx_request *req);
void file_free(struct fx_file *root); /* and its parts below */
/* A create comes to this level of the stack: its file object is made. */
NTSTATUS file_join(struct fx_file *file);
/* Has the driver nothing to handle creates by, and are they for the device below? It may see them
 * first, as IRPs. */
bool file_create_goes_down(const struct fx_io *io);
void file_created(struct fx_file *file); /* a create that succeeded there is handed back */
/*
 * Of a root: its cleanup is on its way down the stack, and what is outstanding is cancelled at each
 * device that it came to; at the others when it is over. The close follows when nothing is.
 */
void file_begin_close(struct fx_file *file);
void file_close_all(struct fx_io *io);
void file_run_closing(struct fx_io *io); /* what comes next for those with nothing outstanding */
/* Cleanup or close has come to a device; its driver does not see it first, or passed it on. */
void file_end_arrives(struct fx_io *io, struct fx_packet *packet);
void file_cancel_ahead(struct fx_file *file); /* the cleanup of this level has to wait */
void file_put_by_irps(struct fx_file *file);  /* it will not need them */
/* The IRP for its cleanup or close, each once. */
struct fx_irp *file_take_irp(struct fx_file *file, enum fx_packet_kind kind);
static inline struct fx_irp **file_irp(struct fx_file *file, enum fx_packet_kind kind)
{
	return kind == FX_PACKET_CLEANUP ? &file->cleanup_irp : &file->close_irp;
}

static inline WDFFILEOBJECT file_handle(const struct fx_file *file)
{
	return file && file->object ? (WDFFILEOBJECT)fx_object_handle(&file->object->base) : NULL;
}

/* Who sends through it: a client, which is another program or speaks for one, or a driver. */
static inline KPROCESSOR_MODE file_mode(const struct fx_file *file)
{
	return file->root->posts ? KernelMode : UserMode;
}

#endif
