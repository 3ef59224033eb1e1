/* SPDX-License-Identifier: MIT */
/* The allocator of device addresses, and a random walk beside a bitmap that is obviously right. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/fault.h"
#include "base/mem.h"
#include "dma/iova.h"

static const struct iova_range two_ranges[] = { { 0x1000, 0x8fff }, { 0x10000, 0x1ffff } };
static const dma_iova anywhere = { UINT64_MAX };

static struct iova_alloc *make(const struct iova_range *ranges, unsigned int count)
{
	struct iova_alloc *a = NULL;

	assert_int_equal(iova_alloc_new(ranges, count, &a), 0);
	return a;
}

static uint64_t get(struct iova_alloc *a, uint64_t len, uint64_t align, uint64_t max)
{
	dma_iova at = { 0 };

	assert_int_equal(iova_alloc_get(a, len, align, (dma_iova){ max }, &at), 0);
	return at.v;
}

static void test_new__ranges_out_of_order_or_overlapping_or_none__refused(void **state)
{
	const struct iova_range down[] = { { 0x2000, 0x2fff }, { 0x1000, 0x1fff } };
	const struct iova_range overlap[] = { { 0x1000, 0x2000 }, { 0x2000, 0x2fff } };
	const struct iova_range inverted[] = { { 0x2000, 0x1fff } };
	struct iova_alloc *a = NULL;

	(void)state;
	assert_int_equal(iova_alloc_new(down, 2, &a), -EINVAL);
	assert_int_equal(iova_alloc_new(overlap, 2, &a), -EINVAL);
	assert_int_equal(iova_alloc_new(inverted, 1, &a), -EINVAL);
	assert_int_equal(iova_alloc_new(down, 0, &a), -EINVAL);
	assert_null(a);
}

static void test_get__prefers_the_highest_place(void **state)
{
	struct iova_alloc *a = make(two_ranges, 2);

	(void)state;
	assert_int_equal(get(a, 0x1000, 0x1000, UINT64_MAX), 0x1f000);
	assert_int_equal(get(a, 0x1000, 0x1000, UINT64_MAX), 0x1e000);
	iova_alloc_free(a);
}

static void test_get__ends_at_or_below_max(void **state)
{
	struct iova_alloc *a = make(two_ranges, 2);

	(void)state;
	assert_int_equal(get(a, 0x1000, 0x1000, 0x10fff), 0x10000);
	assert_int_equal(get(a, 0x1000, 0x1000, 0x10fff), 0x8000);
	assert_int_equal(get(a, 0x800, 0x800, 0x17ff), 0x1000);
	iova_alloc_free(a);
}

static void test_get__max_below_every_range__no_space(void **state)
{
	struct iova_alloc *a = make(two_ranges, 2);
	dma_iova at = { 7 };

	(void)state;
	assert_int_equal(iova_alloc_get(a, 1, 1, (dma_iova){ 0xfff }, &at), -ENOSPC);
	assert_int_equal(at.v, 7);
	iova_alloc_free(a);
}

static void test_get__never_spans_a_hole_between_ranges(void **state)
{
	struct iova_alloc *a = make(two_ranges, 2);
	dma_iova at;

	(void)state;
	assert_int_equal(iova_alloc_get(a, 0x10001, 1, anywhere, &at), -ENOSPC);
	iova_alloc_free(a);
}

static void test_new__touching_ranges__are_one(void **state)
{
	const struct iova_range touching[] = { { 0x1000, 0x1fff }, { 0x2000, 0x2fff } };
	struct iova_alloc *a = make(touching, 2);

	(void)state;
	assert_int_equal(get(a, 0x2000, 1, UINT64_MAX), 0x1000);
	iova_alloc_free(a);
}

static void test_get__bad_length_or_alignment__refused(void **state)
{
	struct iova_alloc *a = make(two_ranges, 2);
	dma_iova at;

	(void)state;
	assert_int_equal(iova_alloc_get(a, 0, 1, anywhere, &at), -EINVAL);
	assert_int_equal(iova_alloc_get(a, 1, 0, anywhere, &at), -EINVAL);
	assert_int_equal(iova_alloc_get(a, 1, 3, anywhere, &at), -EINVAL);
	assert_int_equal(iova_alloc_get(a, UINT64_MAX, 1, anywhere, &at), -ENOSPC);
	iova_alloc_free(a);
}

static void test_get__alignment_pushes_below_the_range__no_space(void **state)
{
	const struct iova_range odd[] = { { 0x1800, 0x2fff } };
	struct iova_alloc *a = make(odd, 1);
	dma_iova at;

	(void)state;
	assert_int_equal(iova_alloc_get(a, 0x100, 0x4000, anywhere, &at), -ENOSPC);
	assert_int_equal(get(a, 0x100, 0x1000, UINT64_MAX), 0x2000);
	iova_alloc_free(a);
}

static void test_alloc__all_64_bits__top_and_bottom_are_usable(void **state)
{
	const struct iova_range all[] = { { 0, UINT64_MAX } };
	struct iova_alloc *a = make(all, 1);

	(void)state;
	assert_int_equal(iova_alloc_free_bytes(a), UINT64_MAX);
	assert_int_equal(get(a, 0x1000, 0x1000, UINT64_MAX), UINT64_MAX - 0xfff);
	assert_int_equal(iova_alloc_take(a, (dma_iova){ 0 }, 0x1000), 0);
	iova_alloc_put(a, (dma_iova){ UINT64_MAX - 0xfff }, 0x1000);
	iova_alloc_put(a, (dma_iova){ 0 }, 0x1000);
	assert_int_equal(iova_alloc_free_bytes(a), UINT64_MAX);
	iova_alloc_free(a);
}

static void test_take__taken_or_outside_or_wrapping__refused(void **state)
{
	struct iova_alloc *a = make(two_ranges, 2);

	(void)state;
	assert_int_equal(iova_alloc_take(a, (dma_iova){ 0x2000 }, 0x1000), 0);
	assert_int_equal(iova_alloc_take(a, (dma_iova){ 0x2fff }, 1), -EEXIST);
	assert_int_equal(iova_alloc_take(a, (dma_iova){ 0x1fff }, 2), -EEXIST);
	assert_int_equal(iova_alloc_take(a, (dma_iova){ 0x9000 }, 1), -EEXIST);
	assert_int_equal(iova_alloc_take(a, (dma_iova){ 0x1000 }, 0), -EINVAL);
	assert_int_equal(iova_alloc_take(a, (dma_iova){ 0x1000 }, UINT64_MAX), -EINVAL);
	iova_alloc_free(a);
}

static void test_put__joins_neighbours_so_that_the_whole_range_fits_again(void **state)
{
	struct iova_alloc *a = make(two_ranges + 1, 1);
	uint64_t at[3];

	(void)state;
	for (int i = 0; i < 3; i++)
		at[i] = get(a, 0x5000, 0x1000, UINT64_MAX);
	iova_alloc_put(a, (dma_iova){ at[0] }, 0x5000);
	iova_alloc_put(a, (dma_iova){ at[2] }, 0x5000);
	iova_alloc_put(a, (dma_iova){ at[1] }, 0x5000);
	assert_int_equal(get(a, 0x10000, 0x1000, UINT64_MAX), 0x10000);
	iova_alloc_free(a);
}

static void test_put__while_memory_is_short__still_gives_back(void **state)
{
	struct iova_alloc *a = make(two_ranges, 2);
	uint64_t free_before = iova_alloc_free_bytes(a);
	uint64_t at = get(a, 0x1000, 0x1000, 0x5fff);

	(void)state;
	fault_arm(FAULT_ALLOC, 1);
	iova_alloc_put(a, (dma_iova){ at }, 0x1000);
	assert_int_equal(fault_disarm(), 0);
	assert_int_equal(iova_alloc_free_bytes(a), free_before);
	iova_alloc_free(a);
}

static void test_get__each_allocation_fails_in_turn__nothing_changes(void **state)
{
	uint64_t blocks = mem_live_blocks();
	struct iova_alloc *a = make(two_ranges, 2);
	uint64_t free_before = iova_alloc_free_bytes(a);
	dma_iova at = { 0 };
	int err = -ENOMEM;

	(void)state;
	for (uint64_t k = 1; err; k++) {
		fault_arm(FAULT_ALLOC, k);
		err = iova_alloc_get(a, 0x100, 0x100, (dma_iova){ 0x4fff }, &at);
		fault_disarm();
		assert_true(err == 0 || err == -ENOMEM);
		assert_int_equal(iova_alloc_free_bytes(a), free_before - (err ? 0 : 0x100));
		assert_true(k < 10);
	}
	iova_alloc_free(a);
	assert_int_equal(mem_live_blocks(), blocks);
}

static void test_new__each_allocation_fails_in_turn__no_leak(void **state)
{
	uint64_t blocks = mem_live_blocks();
	struct iova_alloc *a = NULL;

	(void)state;
	for (uint64_t k = 1; !a; k++) {
		fault_arm(FAULT_ALLOC, k);
		if (iova_alloc_new(two_ranges, 2, &a))
			assert_int_equal(mem_live_blocks(), blocks);
		fault_disarm();
		assert_true(k < 10);
	}
	iova_alloc_free(a);
	assert_int_equal(mem_live_blocks(), blocks);
}

/* --- the model: one byte a unit of address --- */
enum { SPACE = 512, HELD = 64 };

struct walk {
	bool taken[SPACE];
	struct {
		uint64_t at, len;
	} held[HELD];
	unsigned int held_count;
	uint64_t random;
};

static const struct iova_range walk_ranges[] = { { 3, 200 }, { 220, 255 }, { 300, SPACE - 1 } };

static uint64_t walk_random(struct walk *w, uint64_t bound)
{
	w->random ^= w->random << 13;
	w->random ^= w->random >> 7;
	w->random ^= w->random << 17;
	return w->random % bound;
}

static bool model_is_free(const struct walk *w, uint64_t at, uint64_t len)
{
	for (unsigned int r = 0; r < 3; r++) {
		if (at < walk_ranges[r].first || at + len - 1 > walk_ranges[r].last)
			continue;
		for (uint64_t i = at; i < at + len; i++) {
			if (w->taken[i])
				return false;
		}
		return true;
	}
	return false;
}

/* The highest place by trying them all; -1 where there is none. */
static int64_t model_get(const struct walk *w, uint64_t len, uint64_t align, uint64_t max)
{
	for (int64_t at = SPACE - 1; at >= 0; at--) {
		if ((uint64_t)at % align || (uint64_t)at + len - 1 > max ||
		    (uint64_t)at + len > SPACE)
			continue;
		if (model_is_free(w, (uint64_t)at, len))
			return at;
	}
	return -1;
}

static void walk_hold(struct walk *w, uint64_t at, uint64_t len)
{
	memset(&w->taken[at], true, len);
	w->held[w->held_count].at = at;
	w->held[w->held_count++].len = len;
}

static void walk_get(struct walk *w, struct iova_alloc *a)
{
	uint64_t len = 1 + walk_random(w, 24), align = 1ull << walk_random(w, 6);
	uint64_t max = walk_random(w, SPACE + 100);
	int64_t want = model_get(w, len, align, max);
	dma_iova at = { 0 };

	assert_int_equal(iova_alloc_get(a, len, align, (dma_iova){ max }, &at),
			 want < 0 ? -ENOSPC : 0);
	if (want < 0)
		return;
	assert_int_equal(at.v, want);
	walk_hold(w, at.v, len);
}

static void walk_take(struct walk *w, struct iova_alloc *a)
{
	uint64_t len = 1 + walk_random(w, 24), at = walk_random(w, SPACE - 24);
	bool is_free = model_is_free(w, at, len);

	assert_int_equal(iova_alloc_take(a, (dma_iova){ at }, len), is_free ? 0 : -EEXIST);
	if (is_free)
		walk_hold(w, at, len);
}

static void walk_put(struct walk *w, struct iova_alloc *a)
{
	unsigned int i = (unsigned int)walk_random(w, w->held_count);

	memset(&w->taken[w->held[i].at], false, w->held[i].len);
	iova_alloc_put(a, (dma_iova){ w->held[i].at }, w->held[i].len);
	w->held[i] = w->held[--w->held_count];
}

static void walk_check_free_bytes(const struct walk *w, const struct iova_alloc *a)
{
	uint64_t count = 0;

	for (uint64_t at = 0; at < SPACE; at++)
		count += model_is_free(w, at, 1);
	assert_int_equal(iova_alloc_free_bytes(a), count);
}

static void test_random_gets_takes_and_puts__agree_with_a_bitmap(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct walk w = { .random = seed * 0x9e3779b97f4a7c15ull };
		struct iova_alloc *a = make(walk_ranges, 3);

		for (int step = 0; step < 500; step++) {
			uint64_t what = walk_random(&w, 5);

			if (w.held_count == HELD || (what < 2 && w.held_count > 0))
				walk_put(&w, a);
			else if (what == 2)
				walk_take(&w, a);
			else
				walk_get(&w, a);
			walk_check_free_bytes(&w, a);
		}
		iova_alloc_free(a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_new__ranges_out_of_order_or_overlapping_or_none__refused),
		cmocka_unit_test(test_get__prefers_the_highest_place),
		cmocka_unit_test(test_get__ends_at_or_below_max),
		cmocka_unit_test(test_get__max_below_every_range__no_space),
		cmocka_unit_test(test_get__never_spans_a_hole_between_ranges),
		cmocka_unit_test(test_new__touching_ranges__are_one),
		cmocka_unit_test(test_get__bad_length_or_alignment__refused),
		cmocka_unit_test(test_get__alignment_pushes_below_the_range__no_space),
		cmocka_unit_test(test_alloc__all_64_bits__top_and_bottom_are_usable),
		cmocka_unit_test(test_take__taken_or_outside_or_wrapping__refused),
		cmocka_unit_test(test_put__joins_neighbours_so_that_the_whole_range_fits_again),
		cmocka_unit_test(test_put__while_memory_is_short__still_gives_back),
		cmocka_unit_test(test_get__each_allocation_fails_in_turn__nothing_changes),
		cmocka_unit_test(test_new__each_allocation_fails_in_turn__no_leak),
		cmocka_unit_test(test_random_gets_takes_and_puts__agree_with_a_bitmap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
