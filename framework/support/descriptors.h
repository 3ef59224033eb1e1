/* SPDX-License-Identifier: MIT */
/*
 * descriptors.h - resource descriptors in an order: what WDFCMRESLIST and WDFIORESLIST are made of.
 *
 * A driver is shown a copy of a descriptor, always in the same place: what it writes there changes
 * nothing, and the place says which descriptor it means.
 */
#ifndef FX_DESCRIPTORS_H
#define FX_DESCRIPTORS_H

#include "support/items.h"

struct fx_descriptors {
	struct fx_items items; /* of struct descriptor, owned */
	size_t len;            /* bytes of each descriptor */
};

void fx_descriptors_init(struct fx_descriptors *list, size_t len);
void fx_descriptors_deinit(struct fx_descriptors *list);
/* A copy of *@value in front of @index; as fx_items_insert(). */
NTSTATUS fx_descriptors_insert(struct fx_descriptors *list, uint32_t index,
			       const void *value) UW_MUST_CHECK;
/* The driver's copy, made anew; NULL past the end. */
void *fx_descriptors_show(struct fx_descriptors *list, uint32_t index);
/* Index of the descriptor that was shown at @shown, or -1. */
int64_t fx_descriptors_index_of(struct fx_descriptors *list, const void *shown);
/* These say false when there is no such descriptor. */
bool fx_descriptors_update(struct fx_descriptors *list, uint32_t index, const void *value);
bool fx_descriptors_remove(struct fx_descriptors *list, uint32_t index);
bool fx_descriptors_remove_equal(struct fx_descriptors *list, const void *value);

static inline uint32_t fx_descriptors_count(struct fx_descriptors *list)
{
	return fx_items_count(&list->items);
}

#endif
