/* SPDX-License-Identifier: MIT */
#include "uw_test.h"

#include <string.h>

#include "base/fault.h"
#include "base/mem.h"

static void test_mem__allocated_and_freed__balances(void **state)
{
	uint64_t before = mem_live_blocks();
	unsigned char *zeroed, *aligned;
	char *text, *copy;

	(void)state;
	zeroed = mem_calloc(3, 5);
	aligned = mem_aligned_zalloc(64, 70);
	copy = mem_strdup("seven");
	text = mem_asprintf("%s and %d", copy, 8);
	assert_int_equal(mem_live_blocks(), before + 4);
	assert_int_equal((uintptr_t)aligned % 64, 0);
	assert_int_equal(zeroed[14] | aligned[69], 0);
	assert_string_equal(text, "seven and 8");
	mem_free(zeroed);
	mem_free(aligned);
	mem_free(copy);
	mem_free(text);
	mem_free(NULL);
	assert_int_equal(mem_live_blocks(), before);
}

static void test_mem__moved__stays_one_block(void **state)
{
	uint64_t before = mem_live_blocks();
	char *block = mem_realloc(NULL, 4);

	(void)state;
	assert_non_null(block);
	memcpy(block, "abc", 4);
	block = mem_realloc(block, 100000);
	assert_non_null(block);
	assert_string_equal(block, "abc");
	assert_int_equal(mem_live_blocks(), before + 1);
	mem_free(block);
	assert_int_equal(mem_live_blocks(), before);
}

static void test_mem__sizes_that_overflow__are_refused(void **state)
{
	(void)state;
	assert_null(mem_calloc(SIZE_MAX / 2, 4));
	assert_null(mem_aligned_zalloc(64, SIZE_MAX));
}

static void *allocate(unsigned int which, void *old)
{
	switch (which) {
	case 0:
		return mem_alloc(1);
	case 1:
		return mem_calloc(1, 1);
	case 2:
		return mem_aligned_zalloc(8, 8);
	case 3:
		return mem_realloc(old, 100);
	case 4:
		return mem_strdup("x");
	default:
		return mem_asprintf("%d", 1);
	}
}

static void test_mem__each_kind__can_be_made_to_fail(void **state)
{
	void *old = mem_alloc(1);
	uint64_t before = mem_live_blocks();

	(void)state;
	assert_non_null(old);
	for (unsigned int which = 0; which < 6; which++) {
		fault_arm(FAULT_ALLOC, 1);
		assert_null(allocate(which, old));
		assert_true(fault_fired());
		assert_int_equal(fault_disarm(), 1);
		assert_int_equal(mem_live_blocks(), before);
	}
	mem_free(old);
}

static void test_fault__counting__fails_nothing(void **state)
{
	(void)state;
	fault_arm(FAULT_ANY, 0);
	mem_free(mem_alloc(1));
	mem_free(mem_alloc(1));
	assert_false(fault_fired());
	assert_int_equal(fault_disarm(), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mem__allocated_and_freed__balances),
		cmocka_unit_test(test_mem__moved__stays_one_block),
		cmocka_unit_test(test_mem__sizes_that_overflow__are_refused),
		cmocka_unit_test(test_mem__each_kind__can_be_made_to_fail),
		cmocka_unit_test(test_fault__counting__fails_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
