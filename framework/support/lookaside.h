/* SPDX-License-Identifier: MIT */
/*
 * lookaside.h - WDFLOOKASIDE: buffers of one size that are used again.
 *
 * What comes back waits for the next one who asks, up to LOOKASIDE_DEPTH of them. Each memory
 * object that is out holds a reference: the list may be deleted first.
 */
#ifndef FX_LOOKASIDE_H
#define FX_LOOKASIDE_H

#include "object/object.h"

#define LOOKASIDE_DEPTH 64

struct fx_lookaside {
	struct fx_object base;
	struct spin_lock lock;       /* rank LOCK_RANK_ITEMS */
	void *kept[LOOKASIDE_DEPTH]; /* owned; guarded by lock, as are the next two */
	unsigned int kept_count;
	bool over;                       /* deleted: nothing is kept any more */
	size_t len;                      /* of each buffer */
	WDF_OBJECT_ATTRIBUTES attrs;     /* of each memory object; Size 0: none were given */
	struct fx_object *memory_parent; /* counted; NULL: the driver */
	bool paged;                      /* so is the memory made from it */
};

/* A buffer comes back, with the reference of the memory object that had it. */
void fx_lookaside_put(struct fx_lookaside *lookaside, void *buffer);

#endif
