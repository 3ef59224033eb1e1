/* SPDX-License-Identifier: MIT */
#include "support/descriptors.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

struct descriptor {
	uint64_t value[4];
	uint64_t shown[4];
	size_t len; /* of each */
};
static_assert(sizeof(IO_RESOURCE_DESCRIPTOR) <= sizeof(((struct descriptor *)0)->value),
	      "the longest descriptor fits");

void fx_descriptors_init(struct fx_descriptors *list, size_t len)
{
	fx_items_init(&list->items);
	list->len = len;
}

void fx_descriptors_deinit(struct fx_descriptors *list)
{
	void *descriptor;

	while ((descriptor = fx_items_take(&list->items, 0)))
		mem_free(descriptor);
	fx_items_deinit(&list->items);
}

NTSTATUS fx_descriptors_insert(struct fx_descriptors *list, uint32_t index, const void *value)
{
	struct descriptor *descriptor = mem_calloc(1, sizeof(*descriptor));
	NTSTATUS status;

	if (!descriptor)
		return STATUS_INSUFFICIENT_RESOURCES;
	memcpy(descriptor->value, value, list->len);
	descriptor->len = list->len;
	status = fx_items_insert(&list->items, index, descriptor);
	if (!NT_SUCCESS(status))
		mem_free(descriptor);
	return status;
}

static struct descriptor *at_locked(struct fx_descriptors *list, uint32_t index)
{
	return index == FX_ITEMS_END ? NULL : fx_items_get_locked(&list->items, index);
}

void *fx_descriptors_show(struct fx_descriptors *list, uint32_t index)
{
	struct descriptor *descriptor;

	spin_lock_acquire(&list->items.lock);
	descriptor = at_locked(list, index);
	if (descriptor)
		memcpy(descriptor->shown, descriptor->value, list->len);
	spin_lock_release(&list->items.lock);
	return descriptor ? descriptor->shown : NULL;
}

int64_t fx_descriptors_index_of(struct fx_descriptors *list, const void *shown)
{
	int64_t index = -1;

	spin_lock_acquire(&list->items.lock);
	for (uint32_t i = 0; i < list->items.count; i++) {
		if (((struct descriptor *)list->items.at[i])->shown == shown)
			index = i;
	}
	spin_lock_release(&list->items.lock);
	return index;
}

bool fx_descriptors_update(struct fx_descriptors *list, uint32_t index, const void *value)
{
	struct descriptor *descriptor;

	spin_lock_acquire(&list->items.lock);
	descriptor = at_locked(list, index);
	if (descriptor)
		memcpy(descriptor->value, value, list->len);
	spin_lock_release(&list->items.lock);
	return descriptor;
}

bool fx_descriptors_remove(struct fx_descriptors *list, uint32_t index)
{
	void *descriptor = fx_items_take(&list->items, index);

	mem_free(descriptor);
	return descriptor;
}

static bool is_equal(const void *item, const void *value)
{
	const struct descriptor *descriptor = item;

	return !memcmp(descriptor->value, value, descriptor->len);
}

bool fx_descriptors_remove_equal(struct fx_descriptors *list, const void *value)
{
	void *descriptor = fx_items_take_if(&list->items, is_equal, value);

	mem_free(descriptor);
	return descriptor;
}
