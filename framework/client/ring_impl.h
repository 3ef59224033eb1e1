/* SPDX-License-Identifier: MIT */
/* ring_impl.h - a transport over rings, as the files that open and that use one see it. */
#ifndef CLIENT_RING_IMPL_H
#define CLIENT_RING_IMPL_H

#include "base/spin.h"
#include "ring_memory.h"
#include "ring_stage.h"
#include "ring_transport.h"
#include "slots.h"

#define RING_SOCKET_EVENT 1u /* of wait_fd: the socket's */

/* Where an operation's payload was copied to. */
struct staged {
	struct ring_run run;
	const uint8_t *out; /* NULL: its output comes otherwise */
};

struct ring_transport {
	struct uwdf_transport base;
	struct uwdf_ring_header *header; /* owned mapping */
	struct uwdf_ring_entry *entries;
	struct uwdf_ring_answer *answers;
	uint32_t mask, published, answered;
	uint32_t looks; /* in vain */
	bool dead;      /* the host is gone */
	struct spin spin;
	struct op_slots slots;
	struct staged *staged; /* owned; by slot */
	uint8_t *region;       /* in the mapping: the host's region 0 */
	struct ring_stage stage;
	struct ring_memory memory;
	uint64_t memory_len;
	int bell_fd, wait_fd; /* owned */
	uint32_t handle;
	struct link link;
};

extern const struct uwdf_transport_ops ring_transport_ops;
/* All but the link and what the handle did with the rings; frees @rt. */
void ring_transport_release(struct ring_transport *rt);

#endif
