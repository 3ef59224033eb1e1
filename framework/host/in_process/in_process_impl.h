/* SPDX-License-Identifier: MIT */
/* in_process_impl.h - a handle in process, as its two files see it. */
#ifndef HOST_IN_PROCESS_IMPL_H
#define HOST_IN_PROCESS_IMPL_H

#include "base/exec.h"
#include "base/list.h"
#include "events.h"
#include "in_process.h"
#include "pieces.h"

struct in_process {
	struct uwdf_transport base;
	const struct uwdf_device_io_ops *ops;
	const struct uwdf_io_watch_ops *watch_ops;
	struct uwdf_io_watch watch;
	struct uwdf_file *file; /* owned, unless closing */
	int done_fd;            /* owned; raised while reap() has something to say */
	struct exec_mutex lock;
	struct exec_cond came_back; /* a request, or a call; for close() */
	struct list out;            /* requests at the device; guarded by lock, as all below */
	struct list done;           /* and those that came back */
	uint32_t count;             /* on both */
	uint32_t users;             /* of file: calls on the stack */
	uint64_t last_tag;
	struct events told;   /* by the device, that reap() has not come by */
	bool leaving;         /* the device: nothing more reaches it */
	bool gone;            /* and was removed */
	uint32_t lets_go;     /* so often the client closed its file, and is not told yet */
	bool let_go;          /* once at least */
	bool closing, closed; /* file, because of one of these */
	/* the owner's */
	struct events events; /* that reap() came by */
	bool removed;         /* one of them said so */
	struct pieces memory;
	struct uwdf_transport_ops table; /* base.ops, without what the device does not have */
	char name[64];
	uint32_t owner; /* exec_thread_id() of who used it last; atomic */
};

struct in_flight {
	struct list link;             /* in out or done; guarded by lock */
	struct in_process *transport; /* borrowed: outlives its requests */
	struct uwdf_op *op;           /* the client's; NULL once forgotten; guarded by lock */
	uint64_t tag;
	uint32_t refs;     /* the lists' and those of cancel calls; guarded by lock, as all below */
	bool given;        /* the device has it: it can be cancelled there */
	bool back;         /* it is in done */
	bool cancel_asked; /* by the client */
	int32_t status;
	uint64_t information;
	struct uwdf_io io;
	_Alignas(16) uint8_t data[];
};

static inline struct in_process *in_process_of(struct uwdf_transport *t)
{
	return uw_container_of(t, struct in_process, base);
}

/* in_process.c */
extern const struct uwdf_transport_ops in_process_ops;
void in_process_unref_locked(struct in_flight *f);
/* Have all that is out end: the client's wish, or the device's. */
void in_process_cancel_all(struct in_process *p, bool by_client);

/* in_process_device.c */
/* Lock held: there is something for reap(). */
void in_process_raise_locked(struct in_process *p);
/* Lock held: is the file to be closed now? Then the caller lets go of the lock and calls
 * in_process_close_file(). */
bool in_process_must_close_locked(struct in_process *p) UW_MUST_CHECK;
void in_process_close_file(struct in_process *p);
int in_process_notify(struct uwdf_transport *t, int on);
enum uwdf_event in_process_event(struct uwdf_transport *t);
int in_process_let_go(struct uwdf_transport *t);
int in_process_memory(struct uwdf_transport *t, size_t len, void **out);
void in_process_close(struct uwdf_transport *t);

#endif
