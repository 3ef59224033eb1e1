/* SPDX-License-Identifier: MIT */
/*
 * items.h - pointers in an order, for the objects that are lists.
 *
 * Each call is atomic; a caller that looks at an item while others may take it out does so under
 * the lock, with the _locked functions. The array grows outside of it and never shrinks.
 */
#ifndef FX_ITEMS_H
#define FX_ITEMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/lock.h"
#include "wdf.h"

struct fx_items {
	struct spin_lock lock; /* rank LOCK_RANK_ITEMS */
	void **at;             /* owned; guarded by lock, as are count and room */
	uint32_t count, room;
};

#define FX_ITEMS_END UINT32_MAX /* behind the last one */

void fx_items_init(struct fx_items *items);
void fx_items_deinit(struct fx_items *items); /* what is in it is the caller's business */

/*
 * In front of the item at @index; FX_ITEMS_END or the count: behind the last one.
 * Return: STATUS_ARRAY_BOUNDS_EXCEEDED @index is larger; STATUS_INSUFFICIENT_RESOURCES.
 */
NTSTATUS fx_items_insert(struct fx_items *items, uint32_t index, void *item) UW_MUST_CHECK;
/* Out of the list; NULL: there is none. */
void *fx_items_take(struct fx_items *items, uint32_t index);
/* The first that @matches, out of the list; NULL: none does. @matches runs under the lock. */
void *fx_items_take_if(struct fx_items *items, bool (*matches)(const void *item, const void *arg),
		       const void *arg);
uint32_t fx_items_count(struct fx_items *items);
/* NULL past the end; FX_ITEMS_END: the last one. */
void *fx_items_get_locked(const struct fx_items *items, uint32_t index);

#endif
