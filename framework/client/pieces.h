/* SPDX-License-Identifier: MIT */
/*
 * pieces.h - memory that comes from elsewhere in large pieces, cut up for whoever asks: what
 * uwdf_memory_alloc() gives, between processes and in process. Nothing is given back before the
 * end.
 */
#ifndef CLIENT_PIECES_H
#define CLIENT_PIECES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

struct piece {
	struct piece *next;
	uint8_t *base; /* the source's */
	size_t len, used;
	uint64_t name; /* the source's: what it calls the piece */
	void *place;   /* the source's */
};
struct pieces {
	struct piece *first; /* owned */
};
/* Where pieces come from and go. */
struct pieces_source {
	/* Fills in base and what is the source's own. @piece->len: whole pages, wanted. 0 or
	 * -errno.
	 */
	int (*get)(void *arg, struct piece *piece);
	void (*put)(void *arg, struct piece *piece);
	void *arg;
};

/* @len bytes at a multiple of 64, as the source gives them: zeroed. -ENOMEM; what get() said. */
int pieces_alloc(struct pieces *pieces, const struct pieces_source *source, size_t len,
		 void **out) UW_MUST_CHECK;
void pieces_free(struct pieces *pieces, const struct pieces_source *source);

/* The piece that [at, at + len) lies in, as far as it was given; NULL: in none. */
static inline const struct piece *pieces_find(const struct pieces *pieces, const void *at,
					      size_t len)
{
	const struct piece *piece = pieces->first;

	for (; piece; piece = piece->next) {
		uintptr_t offset = (uintptr_t)at - (uintptr_t)piece->base;

		/* what lies below it is beyond any length */
		if (offset <= piece->used && len <= piece->used - offset)
			return piece;
	}
	return NULL;
}

#endif
