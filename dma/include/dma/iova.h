/* SPDX-License-Identifier: MIT */
/* iova.h - device addresses: their type and the allocator of address ranges. */
#ifndef DMA_IOVA_H
#define DMA_IOVA_H

#include <stdint.h>

#include "base/compiler.h"

/* A device (IO virtual) address; a type of its own so that it cannot be swapped with a length. */
typedef struct {
	uint64_t v;
} dma_iova;

struct iova_alloc;
struct iova_range {
	uint64_t first, last; /* inclusive */
};

/** iova_alloc_new() - an allocator over @ranges (ascending, disjoint, inclusive). -EINVAL, -ENOMEM
 */
int iova_alloc_new(const struct iova_range *ranges, unsigned int count,
		   struct iova_alloc **out) UW_MUST_CHECK;
struct iova_alloc *iova_alloc_free(struct iova_alloc *a); /* NULL is fine; returns NULL */
/**
 * iova_alloc_get() - take @len bytes aligned to @align (power of two) that end at or below @max.
 * Prefers the highest fitting place, so that low addresses stay for devices with few address bits.
 * Return: 0; -ENOSPC; -ENOMEM; -EINVAL.
 */
int iova_alloc_get(struct iova_alloc *a, uint64_t len, uint64_t align, dma_iova max,
		   dma_iova *out) UW_MUST_CHECK;
/** iova_alloc_take() - take exactly this range; -EEXIST when any of it is taken or outside. */
int iova_alloc_take(struct iova_alloc *a, dma_iova at, uint64_t len) UW_MUST_CHECK;
/** iova_alloc_put() - give back a range got or taken earlier. Never fails: the node is kept with
 * it. */
void iova_alloc_put(struct iova_alloc *a, dma_iova at, uint64_t len);
uint64_t iova_alloc_free_bytes(const struct iova_alloc *a);

#endif
