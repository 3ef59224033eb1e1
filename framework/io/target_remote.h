/* SPDX-License-Identifier: MIT */
/*
 * target_remote.h - a device of another host that a target opened: what the files of target_remote
 * share.
 *
 * The handle of libuwdf-client belongs to the sender's owner loop: requests, cancels and the close
 * come there by message, answers and events by its descriptor. Nothing there waits for the other
 * host. What the driver is told of a removal, a thread of the pool tells.
 */
#ifndef FX_TARGET_REMOTE_H
#define FX_TARGET_REMOTE_H

#include "object/pool.h"
#include "remote.h"
#include "target_name.h"

#define REMOTE_OPS      1024u /* outstanding at the other host; more wait here */
#define REMOTE_OPEN_MS  10000 /* for all of an open */
#define REMOTE_CLOSE_MS 5000u /* for the other host to say that it has closed its file */
#define REMOTE_GRACE_MS 5000u /* for it to end what is cancelled */
#define REMOTE_EVENTS   4u    /* more never wait: see remote_note() */

struct remote_op {
	struct uwdf_op op;   /* its user is the packet */
	struct list link;    /* in remote->free, or in cancels or asked while its end is wanted */
	uint64_t give_up_ns; /* in asked */
};

struct remote {
	struct irq_loop *loop; /* borrowed: the sender's owner loop, outlives the target */
	uint32_t refs;         /* atomic: the sink's, and one for each queued work */

	/* the loop's, but before it is begun */
	uwdf_handle *handle; /* owned; NULL: closed */
	struct irq_source *source;
	struct irq_timer tick;
	struct remote_op *ops; /* owned; REMOTE_OPS of them */
	struct list free;      /* of those below ops_used */
	uint32_t ops_used;
	struct list waiting; /* fx_packet.link: for room; oldest first */
	struct list cancels; /* remote_op.link: to be asked for; oldest first */
	struct list asked;   /* remote_op.link: the other host was; both by give_up_ns */
	uint32_t retry_ms;   /* until what the other host had no room for is tried again */
	bool gone;           /* it is: nothing will come of anything */
	struct fx_target_wait *letting_go; /* borrowed; until let_go_by_ns */
	uint64_t let_go_by_ns;
	bool let_go_unsent; /* it had no room for the asking */

	struct fx_work work;
	struct spin_lock lock;         /* rank LOCK_RANK_TARGET; guards what follows */
	uint8_t events[REMOTE_EVENTS]; /* enum uwdf_event, to be told */
	uint32_t event_count;
	bool telling;

	struct fx_named_device device; /* as the notices know it */
};

struct remote_sink {
	struct named_sink named; /* first: it is freed as that */
	struct remote *remote;   /* counted */
};

extern const struct fx_remote_ops *remote_ops; /* NULL: there are no other hosts */

/* --- target_remote_open.c --- */
/* Nobody here has the name: does another host? @status: what is said if none does. */
NTSTATUS remote_open(const struct fx_sink_name *open, NTSTATUS status);

/* --- target_remote.c; any thread --- */
void remote_submit(struct remote *remote, struct fx_packet *packet);
void remote_cancel(struct fx_packet *packet);
/* --- the loop --- */
/* Takes the handle into use: 0, or -errno and it is as before. */
int remote_begin(struct remote *remote) UW_MUST_CHECK;
/* No packet is out. */
void remote_end(struct remote *remote);
/* Close the file there; @wait is told of it, perhaps at once. */
void remote_let_go(struct remote *remote, struct fx_target_wait *wait);
NTSTATUS remote_status(int err);

/* --- target_remote_notice.c --- */
void remote_notice_init(struct remote *remote);
void remote_note(struct remote *remote, enum uwdf_event event); /* the loop */
void remote_unref(struct remote *remote);                       /* PASSIVE */
/* Until nothing is told any more; not inside that, nor on a loop. PASSIVE. */
void remote_wait_told(struct remote *remote);

#endif
