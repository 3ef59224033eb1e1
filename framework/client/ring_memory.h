/* SPDX-License-Identifier: MIT */
/* ring_memory.h - memory that client and host share, for payloads that are not to be copied. */
#ifndef CLIENT_RING_MEMORY_H
#define CLIENT_RING_MEMORY_H

#include "link.h"
#include "pieces.h"
#include "uwdf/ring.h"

struct ring_memory {
	struct pieces pieces; /* a piece's name: UWDF_RING_AT() its first byte */
	uint32_t count;
};

/* Maps what the host passed: 0; -EPROTO it is not a sealed memfd of @len bytes; -ENOMEM. */
int ring_memory_map(int fd, uint64_t len, uint8_t **out) UW_MUST_CHECK;
/* @len bytes, zeroed, until ring_memory_free(). -ENOMEM: also the host's limit. */
int ring_memory_alloc(struct ring_memory *memory, struct link *link, uint32_t handle, size_t len,
		      void **out) UW_MUST_CHECK;
void ring_memory_free(struct ring_memory *memory);

/* Does [at, at + len) lie there? Then *out_at is what the host calls it. */
static inline bool ring_memory_find(const struct ring_memory *memory, const void *at, size_t len,
				    uint64_t *out_at)
{
	const struct piece *piece = pieces_find(&memory->pieces, at, len);

	if (piece)
		*out_at = piece->name + (uint64_t)((const uint8_t *)at - piece->base);
	return piece;
}

#endif
