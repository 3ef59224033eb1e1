/* SPDX-License-Identifier: MIT */
/*
 * server_ring.h - one handle's rings, from the host's side.
 *
 * Two threads meet here. The server's loop makes and frees a ring and is what its client talks to
 * over the socket; the ring's own loop, which is the device's, serves it: so a request goes from
 * the client's memory to the driver without another thread. They speak by messages.
 */
#ifndef HOST_SERVER_RING_H
#define HOST_SERVER_RING_H

#include "server_impl.h"
#include "uwdf/ring.h"

struct ring_region {
	uint8_t *base;                /* of memory; the first's is part of the rings' own */
	uint64_t len;                 /* atomic, set last; 0: there is none */
	struct uwdf_io_memory memory; /* owned; server's loop */
};

/* The slot that a client's tag names. Ring's loop. */
struct ring_request {
	struct uwdf_io io;
	struct server_ring *ring;
	uint64_t tag; /* 0: free */
	uint32_t charge;
	bool cancel_asked; /* by the client */
	bool cancel_sent;  /* to the device */
	bool cancel_late;  /* as soon as the device has it */
	int32_t status;    /* with done */
	uint64_t information;
	struct irq_message done;   /* completed by another thread */
	struct irq_message cancel; /* from the server's loop, while cancel_posted */
	uint64_t cancel_tag;       /* atomic */
	bool cancel_posted;        /* atomic */
	struct uwdf_ring_entry entry UW_CACHE_ALIGNED; /* our copy */
	uint8_t out[UWDF_RING_INLINE];
};

#define RING_BURST 32

/* What is given to the device together; on the stack of who does. */
struct ring_burst {
	struct ring_burst *outer; /* given up to here, when a driver had the loop run */
	unsigned int count;
	struct uwdf_io *const *turn; /* those behind it are not at the device yet */
	bool late_cancels;
	struct uwdf_io *ios[RING_BURST];
};

struct server_ring {
	/* the ring's loop */
	struct irq_poller poller;
	struct irq_deferred signal; /* the client is told what was answered */
	struct irq_deferred rung;   /* it has told us that there is something */
	struct uwdf_ring_header *header;
	struct uwdf_ring_entry *entries;
	struct uwdf_ring_answer *answers;
	struct ring_request *requests; /* owned; one a slot */
	uint32_t mask;                 /* entries - 1 */
	uint32_t taken, answered;      /* positions */
	uint32_t outstanding;          /* at the device; atomic for who only looks */
	uint32_t held;                 /* by those on the stack */
	struct ring_burst *burst;      /* the innermost on the stack */
	uint64_t charge;               /* bytes that may be copied for those */
	uint64_t granted;              /* as many or more, taken of the user's quota */
	bool closing;                  /* nothing new reaches the device */
	bool broken;                   /* the client lied: nothing is read any more */
	const char *lie;               /* a literal; goes with broke */
	struct irq_source *bell;       /* owned: bell_fd in the loop */

	/* constant */
	const struct uwdf_device_io_ops *ops;
	struct uwdf_file *file; /* the server_file's */
	struct irq_loop *loop;  /* borrowed: ends after we are detached */
	struct server *server;
	struct connection *connection; /* borrowed: outlives us */
	struct server_file *owner;     /* the same */
	struct quota_user *user;       /* the connection's; NULL: nobody counts */
	uint8_t rights;
	bool is_direct; /* its reads and writes are not copied */
	bool of_loop;   /* the device is served by our loop, and takes many at a time */
	int bell_fd;    /* owned: the client rings */
	int client_fd; /* owned: we ring; the client has no descriptor of it, only one that waits */
	struct ring_region regions[UWDF_RING_MAX_REGION];

	/* the server's loop */
	uint64_t memory_len; /* of the rings' own: not what the header says now */
	uint32_t region_count;
	uint64_t region_bytes;
	uint32_t quota_requests; /* taken of the user's, until it is gone */
	uint64_t quota_bytes;
	bool detaching;

	/* between the two */
	struct irq_message attach, detach, cancel_all; /* to the ring's loop */
	struct irq_message broke, gone;                /* to the server's */
	bool cancel_all_posted;                        /* atomic */
};

/* server_ring_fast.c; ring's loop */
void ring_fast_init(struct server_ring *ring); /* before it is the ring's loop's */
void ring_attach(struct irq_message *msg);
void ring_detach(struct irq_message *msg);
void ring_cancel_one(struct irq_message *msg);
void ring_cancel_all(struct irq_message *msg);

/* server_ring_charge.c; ring's loop */
/* STATUS_SUCCESS: what it charges is granted now; STATUS_INSUFFICIENT_RESOURCES: too much at a
 * time for one ring; STATUS_QUOTA_EXCEEDED: for the user. */
int32_t ring_grant(struct server_ring *ring) UW_COLD;
void ring_grant_less(struct server_ring *ring) UW_COLD; /* most of what it does not need now */
#define RING_GRANT_KEPT (1u << 20) /* granted beyond what it charges: not given back */

/* server_ring_judge.c */
/* What is wrong with an entry's tag, or NULL: it names a free slot. */
const char *ring_judge_tag(const struct server_ring *ring, uint64_t tag);
const char *ring_judge_rest(const struct server_ring *ring, const struct uwdf_ring_entry *e);
/* Of one with a buffer of more than UWDF_WIRE_MAX_PAYLOAD: what it charges, and does it ask for
 * more to be copied at a time than the other clients can wait for? */
uint32_t ring_charge_of_long(const struct server_ring *ring, const struct uwdf_ring_entry *e);
bool ring_copies_too_much(const struct server_ring *ring, const struct uwdf_ring_entry *e);
/* What is wrong with the rest of our copy of an entry, or NULL. */
static inline const char *ring_judge(const struct server_ring *ring,
				     const struct uwdf_ring_entry *e)
{
	/* nearly all of them: a control whose payload is inline */
	if (uw_likely(e->opcode == UWDF_OP_CONTROL && !e->flags && e->in_len <= UWDF_RING_INLINE &&
		      e->out_len <= UWDF_RING_INLINE && !(e->offset >> 32)))
		return NULL;
	return ring_judge_rest(ring, e);
}
/* Where [at, at + len) is in our mapping of a region; NULL: it is nowhere. */
static inline void *ring_memory(const struct server_ring *ring, uint64_t at, uint64_t len)
{
	uint32_t index = UWDF_RING_REGION_OF(at);
	uint64_t offset = UWDF_RING_OFFSET_OF(at), have;

	if (uw_unlikely(index >= UWDF_RING_MAX_REGION))
		return NULL;
	have = __atomic_load_n(&ring->regions[index].len, __ATOMIC_ACQUIRE);
	if (uw_unlikely(offset > have || len > have - offset))
		return NULL;
	return ring->regions[index].base + offset;
}

#endif
