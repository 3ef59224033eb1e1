/* SPDX-License-Identifier: MIT */
/*
 * One list of segments, ascending, each free or taken; no two free neighbours touch. A get cuts a
 * free segment into at most three, a put joins at most three, so giving back needs no memory.
 *
 * Linear on purpose: a domain has tens of segments, and next to each get stands a system call that
 * pins pages.
 */
#include "dma/iova.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>

#include "base/list.h"
#include "base/mem.h"

struct segment {
	struct list link; /* iova_alloc.segments, by address */
	uint64_t first, last;
	bool taken;
};

struct iova_alloc {
	struct list segments; /* owned */
};

static int segment_new(uint64_t first, uint64_t last, bool taken, struct segment **out)
{
	struct segment *seg = mem_calloc(1, sizeof(*seg));

	if (!seg)
		return -ENOMEM;
	seg->first = first;
	seg->last = last;
	seg->taken = taken;
	*out = seg;
	return 0;
}

/* Join the free @seg with @next where both are free and touch; @seg survives. */
static void segment_join(struct segment *seg, struct segment *next)
{
	if (seg->taken || next->taken || seg->last + 1 != next->first)
		return;
	seg->last = next->last;
	list_remove(&next->link);
	mem_free(next);
}

/* Append a free segment; a range that touches the one before is one with it. */
static int segment_append(struct iova_alloc *a, const struct iova_range *range)
{
	struct segment *seg;
	int err = segment_new(range->first, range->last, false, &seg);

	if (err)
		return err;
	list_push_back(&a->segments, &seg->link);
	if (seg->link.prev != &a->segments)
		segment_join(list_entry(seg->link.prev, struct segment, link), seg);
	return 0;
}

static bool ranges_are_valid(const struct iova_range *ranges, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		if (ranges[i].first > ranges[i].last)
			return false;
		if (i > 0 && ranges[i].first <= ranges[i - 1].last)
			return false;
	}
	return count > 0;
}

int iova_alloc_new(const struct iova_range *ranges, unsigned int count, struct iova_alloc **out)
{
	struct iova_alloc *a;
	int err;

	if (!ranges_are_valid(ranges, count))
		return -EINVAL;
	a = mem_calloc(1, sizeof(*a));
	if (!a)
		return -ENOMEM;
	list_init(&a->segments);
	for (unsigned int i = 0; i < count; i++) {
		err = segment_append(a, &ranges[i]);
		if (err) {
			iova_alloc_free(a);
			return err;
		}
	}
	*out = a;
	return 0;
}

struct iova_alloc *iova_alloc_free(struct iova_alloc *a)
{
	struct list *node;

	if (!a)
		return NULL;
	while ((node = list_pop_front(&a->segments)))
		mem_free(list_entry(node, struct segment, link));
	mem_free(a);
	return NULL;
}

/* Take [first, last] out of the free segment @seg, which then stands for the taken part. */
static int segment_cut(struct segment *seg, uint64_t first, uint64_t last)
{
	struct segment *below = NULL, *above = NULL;

	if (seg->first < first && segment_new(seg->first, first - 1, false, &below))
		return -ENOMEM;
	if (last < seg->last && segment_new(last + 1, seg->last, false, &above)) {
		mem_free(below);
		return -ENOMEM;
	}
	if (below)
		list_insert_between(&below->link, seg->link.prev, &seg->link);
	if (above)
		list_insert_between(&above->link, &seg->link, seg->link.next);
	seg->first = first;
	seg->last = last;
	seg->taken = true;
	return 0;
}

/* The highest aligned start in @seg such that @len bytes end at or below @max. */
static bool segment_fits(const struct segment *seg, uint64_t len, uint64_t align, uint64_t max,
			 uint64_t *out_start)
{
	uint64_t top = seg->last < max ? seg->last : max;
	uint64_t start;

	if (seg->taken || top < seg->first || top - seg->first < len - 1)
		return false;
	start = (top - (len - 1)) & ~(align - 1);
	if (start < seg->first)
		return false;
	*out_start = start;
	return true;
}

int iova_alloc_get(struct iova_alloc *a, uint64_t len, uint64_t align, dma_iova max, dma_iova *out)
{
	uint64_t start;
	int err;

	if (len == 0 || align == 0 || (align & (align - 1)))
		return -EINVAL;
	for (struct list *it = a->segments.prev; it != &a->segments; it = it->prev) {
		struct segment *seg = list_entry(it, struct segment, link);

		if (!segment_fits(seg, len, align, max.v, &start))
			continue;
		err = segment_cut(seg, start, start + (len - 1));
		if (!err)
			out->v = start;
		return err;
	}
	return -ENOSPC;
}

int iova_alloc_take(struct iova_alloc *a, dma_iova at, uint64_t len)
{
	uint64_t last = at.v + (len - 1);

	if (len == 0 || last < at.v)
		return -EINVAL;
	list_for_each (it, &a->segments) {
		struct segment *seg = list_entry(it, struct segment, link);

		if (!seg->taken && seg->first <= at.v && last <= seg->last)
			return segment_cut(seg, at.v, last);
	}
	return -EEXIST;
}

static struct segment *segment_find(struct iova_alloc *a, uint64_t first)
{
	list_for_each (it, &a->segments) {
		struct segment *seg = list_entry(it, struct segment, link);

		if (seg->first == first && seg->taken)
			return seg;
	}
	return NULL;
}

void iova_alloc_put(struct iova_alloc *a, dma_iova at, uint64_t len)
{
	struct segment *seg = segment_find(a, at.v);

	assert(seg && seg->last - seg->first == len - 1);
	if (!seg || seg->last - seg->first != len - 1)
		return;
	seg->taken = false;
	if (seg->link.next != &a->segments)
		segment_join(seg, list_entry(seg->link.next, struct segment, link));
	if (seg->link.prev != &a->segments)
		segment_join(list_entry(seg->link.prev, struct segment, link), seg);
}

uint64_t iova_alloc_free_bytes(const struct iova_alloc *a)
{
	uint64_t sum = 0;

	list_for_each (it, &a->segments) {
		const struct segment *seg = list_entry(it, struct segment, link);
		uint64_t most = seg->last - seg->first; /* one less, so that 2^64 bytes fit */

		if (seg->taken)
			continue;
		sum = sum > UINT64_MAX - most - 1 || most == UINT64_MAX ? UINT64_MAX
									: sum + most + 1;
	}
	return sum;
}
