/* SPDX-License-Identifier: MIT */
#include "support/items.h"

#include <string.h>

#include "base/mem.h"

#define FIRST_ROOM 8

void fx_items_init(struct fx_items *items)
{
	spin_lock_init(&items->lock, LOCK_RANK_ITEMS);
	items->at = NULL;
	items->count = 0;
	items->room = 0;
}

void fx_items_deinit(struct fx_items *items)
{
	mem_free(items->at);
	items->at = NULL;
	items->count = 0;
	items->room = 0;
}

/* Room for more than @room, unless somebody else was faster. */
static NTSTATUS grow(struct fx_items *items, uint32_t room)
{
	uint32_t more = room ? room * 2 : FIRST_ROOM;
	void **old, **at;

	if (more < room)
		return STATUS_INSUFFICIENT_RESOURCES;
	at = mem_calloc(more, sizeof(*at));
	if (!at)
		return STATUS_INSUFFICIENT_RESOURCES;
	spin_lock_acquire(&items->lock);
	old = at;
	if (items->room == room) {
		if (items->count)
			memcpy(at, items->at, items->count * sizeof(*at));
		old = items->at;
		items->at = at;
		items->room = more;
	}
	spin_lock_release(&items->lock);
	mem_free(old);
	return STATUS_SUCCESS;
}

static NTSTATUS insert_locked(struct fx_items *items, uint32_t index, void *item)
	UW_REQUIRES(items->lock)
{
	if (index == FX_ITEMS_END)
		index = items->count;
	if (index > items->count)
		return STATUS_ARRAY_BOUNDS_EXCEEDED;
	if (items->count == items->room)
		return STATUS_BUFFER_TOO_SMALL;
	memmove(&items->at[index + 1], &items->at[index],
		(items->count - index) * sizeof(*items->at));
	items->at[index] = item;
	items->count++;
	return STATUS_SUCCESS;
}

NTSTATUS fx_items_insert(struct fx_items *items, uint32_t index, void *item)
{
	NTSTATUS status;
	uint32_t room;

	do {
		spin_lock_acquire(&items->lock);
		status = insert_locked(items, index, item);
		room = items->room;
		spin_lock_release(&items->lock);
		if (status != STATUS_BUFFER_TOO_SMALL)
			return status;
		status = grow(items, room);
	} while (NT_SUCCESS(status));
	return status;
}

static void *take_locked(struct fx_items *items, uint32_t index) UW_REQUIRES(items->lock)
{
	void *item = items->at[index];

	items->count--;
	memmove(&items->at[index], &items->at[index + 1],
		(items->count - index) * sizeof(*items->at));
	return item;
}

void *fx_items_take(struct fx_items *items, uint32_t index)
{
	void *item = NULL;

	spin_lock_acquire(&items->lock);
	if (index < items->count)
		item = take_locked(items, index);
	spin_lock_release(&items->lock);
	return item;
}

void *fx_items_take_if(struct fx_items *items, bool (*matches)(const void *item, const void *arg),
		       const void *arg)
{
	void *item = NULL;

	spin_lock_acquire(&items->lock);
	for (uint32_t i = 0; i < items->count && !item; i++) {
		if (matches(items->at[i], arg))
			item = take_locked(items, i);
	}
	spin_lock_release(&items->lock);
	return item;
}

uint32_t fx_items_count(struct fx_items *items)
{
	uint32_t count;

	spin_lock_acquire(&items->lock);
	count = items->count;
	spin_lock_release(&items->lock);
	return count;
}

void *fx_items_get_locked(const struct fx_items *items, uint32_t index)
{
	if (index == FX_ITEMS_END)
		index = items->count - 1;
	return index < items->count ? items->at[index] : NULL;
}
