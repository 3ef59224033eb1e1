/* SPDX-License-Identifier: MIT */
/* The verifier and pool: rules 4, 14 and 15, wrong tags, blocks that are freed twice. */
#include "stop_child.h"

#include "fx_fixture.h"

#include "base/exec.h"
#include "base/mem.h"
#include "object/driver.h"
#include "verifier/pool_track.h"
#include "verifier/verifier.h"

#define TAG   0x31676174 /* "tag1" */
#define OTHER 0x32676174
#define FILE_LINE(line)                                                                            \
	assert_said("fx_verifier_pool_test.c:%d (", (line)) /* as a report shows it */

static void up(const char *verify)
{
	void *state = NULL;

	assert_int_equal(fx_setup(&state), 0);
	assert_int_equal(fx_verify(verify), 0);
	assert_int_equal(fx_load(), 0);
}

static int setup(void **state)
{
	return fx_setup(state) || fx_load();
}

static uint32_t broken(enum fx_rule rule)
{
	return fx_verifier_breaks_of(fx.driver->fx, rule);
}

/* Not through a function of this file: its line is what is looked for. */
#define ALLOCATE(len) ExAllocatePool2(POOL_FLAG_NON_PAGED, (len), TAG)

/* --- rule 4 --- */

enum { FREE_NULL_LINE = __LINE__ + 4 };
static void child_free_null(void *verify)
{
	up(verify);
	ExFreePool(NULL);
	fail();
}

static char on[] = "", off[] = "VerifierOn=0";

static void test_rule_4__free_null__stops_with_the_caller(void **state)
{
	char *const verify[] = { on, off };

	(void)state;
	for (size_t i = 0; i < UW_ARRAY_SIZE(verify); i++) {
		assert_true(child_stops(child_free_null, verify[i]));
		assert_said("driver tested stopped: WDF_VIOLATION 0x10d (0x4, 0x0, 0x");
		assert_null(strstr(stop_output, "(0x4, 0x0, 0x0, "));
		assert_said("WDF_REQUIRED_PARAMETER_IS_NULL, rule 4\n");
		assert_called_from("child_free_null", FREE_NULL_LINE);
	}
}

static void free_null_with_tag(void *arg)
{
	ExFreePoolWithTag(arg, TAG);
}

static void test_rule_4__with_a_tag__the_same(void **state)
{
	(void)state;
	assert_true(fx_stops(free_null_with_tag, NULL, WDF_REQUIRED_PARAMETER_IS_NULL));
}

/* --- rule 14 --- */

static void test_rule_14__no_length__broken_and_null(void **state)
{
	(void)state;
	assert_null(ExAllocatePool2(POOL_FLAG_NON_PAGED, 0, TAG));
	assert_int_equal(broken(FX_RULE_ZERO_LENGTH_POOL), 1);
	assert_null(ExAllocatePoolWithTag(NonPagedPoolNx, 0, TAG));
	assert_null(ExAllocatePool(PagedPool, 0));
	assert_null(ExAllocatePoolZero(NonPagedPoolNx, 0, TAG));
	assert_null(ExAllocatePoolUninitialized(NonPagedPoolNx, 0, TAG));
	assert_int_equal(broken(FX_RULE_ZERO_LENGTH_POOL), 5);
	assert_true(fx_broke());
	ExFreePool(ALLOCATE(1));
	assert_false(fx_broke());
}

static void child_no_length(void *arg)
{
	(void)arg;
	up("VerifierOn=0");
	assert_null(ALLOCATE(0));
	assert_true(fx_broke());
}

static void test_rule_14__verifier_off__the_same(void **state)
{
	(void)state;
	assert_true(child_returns(child_no_length, NULL));
	assert_said("driver tested broke rule 14: ExAllocatePool2 of no bytes at all\n");
}

/* --- rule 15 --- */

enum { LEFT_LINE = __LINE__ + 6 };
static void child_left(void *verify)
{
	void *blocks[3];

	up(verify);
	blocks[0] = ExAllocatePool2(POOL_FLAG_NON_PAGED, 100, TAG);
	blocks[1] = ExAllocatePoolWithTag(NonPagedPoolNx, 20, OTHER);
	blocks[2] = ExAllocatePoolZero(PagedPool, 3, OTHER);
	ExFreePool(ExAllocatePool2(POOL_FLAG_NON_PAGED, 200, TAG));
	fx_unload();
	*(uint32_t *)verify = fx_broke();
	/* it is still there */
	memset(blocks[0], 1, 100);
	for (size_t i = 0; i < UW_ARRAY_SIZE(blocks); i++)
		ExFreePool(blocks[i]);
	fx_teardown(NULL);
}

static void child_left_on(void *arg)
{
	char verify[8] = "";

	(void)arg;
	child_left(verify);
	assert_int_equal(verify[0], 1);
}

static void test_rule_15__pool_left_at_unload__told_by_tag_with_lines(void **state)
{
	(void)state;
	assert_true(child_returns(child_left_on, NULL));
	assert_said(
		"driver tested broke rule 15: it is unloaded, and 123 bytes of pool in 3 blocks "
		"that it allocated are left\n");
	assert_said("  tag 'tag1': 100 bytes in 1 block\n");
	assert_said("  tag 'tag2': 23 bytes in 2 blocks\n");
	assert_said(": 100 bytes with tag 'tag1', allocated by thread %u from child_left at ",
		    exec_thread_id());
	FILE_LINE(LEFT_LINE);
	assert_said(": 20 bytes with tag 'tag2', allocated by thread ");
	FILE_LINE(LEFT_LINE + 1);
	FILE_LINE(LEFT_LINE + 2);
	assert_null(strstr(stop_output, "200 bytes"));
}

static void child_left_off(void *arg)
{
	char verify[16] = "VerifierOn=0";

	(void)arg;
	child_left(verify);
	assert_int_equal(verify[0], 0);
}

static void test_rule_15__verifier_off__silent(void **state)
{
	(void)state;
	assert_true(child_returns(child_left_off, NULL));
	assert_null(strstr(stop_output, "rule 15"));
}

/* What the framework's own functions allocate for their caller counts, too. */
/* What another driver frees after the unload has to be forgotten: its address comes back soon. */
static void child_left_and_again(void *arg)
{
	void *block;

	(void)arg;
	up(on);
	block = ALLOCATE(100);
	fx_unload();
	assert_true(fx_pool_is_watched());
	ExFreePool(block);
	assert_false(fx_pool_is_watched());
	assert_int_equal(fx_load(), 0);
	ExFreePool(ALLOCATE(100));
	fx_unload();
	assert_false(fx_pool_is_watched());
	(void)fx_broke();
	fx_teardown(NULL);
}

static void test_rule_15__left_and_freed_after_all__forgotten(void **state)
{
	(void)state;
	assert_true(child_returns(child_left_and_again, NULL));
}

enum { LEFT = 4000 };
static void *left[LEFT];

static void free_left(void *arg)
{
	for (size_t i = 0; i < LEFT; i++) {
		ExFreePoolWithTag(left[i], TAG);
		__atomic_store_n((size_t *)arg, i, __ATOMIC_RELEASE);
	}
}

/* As another driver may, which does not know that this one goes. */
static void child_free_during_unload(void *arg)
{
	size_t freed = 0;
	struct exec_thread_params params = {
		.name = "other", .run = free_left, .arg = &freed, .node = -1
	};
	struct exec_thread *thread;

	(void)arg;
	up(on);
	for (size_t i = 0; i < LEFT; i++)
		left[i] = ALLOCATE(100);
	assert_int_equal(exec_thread_start(&params, &thread), 0);
	while (__atomic_load_n(&freed, __ATOMIC_ACQUIRE) < LEFT / 8)
		exec_give_way();
	fx_unload();
	exec_thread_join(thread);
	assert_false(fx_pool_is_watched());
	(void)fx_broke();
	fx_teardown(NULL);
}

static void test_rule_15__freed_by_others_meanwhile__nothing_lost(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 5; i++)
		assert_true(child_returns(child_free_during_unload, NULL));
}

static void child_string_left(void *arg)
{
	ANSI_STRING from;
	UNICODE_STRING to = { 0 };

	(void)arg;
	up("");
	RtlInitAnsiString(&from, "text");
	assert_int_equal(RtlAnsiStringToUnicodeString(&to, &from, TRUE), STATUS_SUCCESS);
	fx_unload();
	assert_true(fx_broke());
	RtlFreeUnicodeString(&to);
	fx_teardown(NULL);
}

static void test_rule_15__string_left__told(void **state)
{
	(void)state;
	assert_true(child_returns(child_string_left, NULL));
	assert_said("bytes of pool in 1 block that it allocated are left\n");
	assert_said("from child_string_left at ");
}

/* Cleanup callbacks that run as the driver's object goes may still free. */
static void *kept;

static void free_kept(WDFOBJECT object)
{
	(void)object;
	ExFreePoolWithTag(kept, TAG);
}

static void test_rule_15__freed_by_a_last_callback__silent(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFOBJECT object;

	(void)state;
	kept = ALLOCATE(10);
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.EvtDestroyCallback = free_kept;
	assert_int_equal(WdfObjectCreate(&attrs, &object), STATUS_SUCCESS);
	fx_unload();
	assert_false(fx_broke());
}

/* --- wrong blocks --- */

enum { TWICE_LINE = __LINE__ + 6 };
static void child_free_twice(void *arg)
{
	void *block;

	up(arg);
	block = ExAllocatePool2(POOL_FLAG_NON_PAGED, 100, TAG);
	ExFreePool(block);
	ExFreePool(block);
	fail();
}

static void test_freed_twice__stops_with_all_lines(void **state)
{
	(void)state;
	assert_true(child_stops(child_free_twice, on));
	assert_said("WDF_VERIFIER_FATAL_ERROR\n");
	assert_said("which is freed already: allocated from child_free_twice at ");
	FILE_LINE(TWICE_LINE);
	assert_said(", freed from child_free_twice at ");
	FILE_LINE(TWICE_LINE + 1);
	assert_called_from("child_free_twice", TWICE_LINE + 2);
}

static void child_other_tag(void *verify)
{
	up(verify);
	ExFreePoolWithTag(ALLOCATE(100), OTHER);
	fail();
}

static void test_freed_with_another_tag__stops(void **state)
{
	(void)state;
	assert_true(child_stops(child_other_tag, on));
	assert_said("ExFreePoolWithTag with tag 'tag2' of pool ");
	assert_said("which has tag 'tag1': 100 bytes, allocated from child_other_tag at ");
	assert_true(child_stops(child_other_tag, off));
	assert_said("WDF_VERIFIER_FATAL_ERROR\n");
}

static _Alignas(16) char other_memory[4096];

static void child_no_pool(void *verify)
{
	up(verify);
	ExFreePool(other_memory + 2048);
	fail();
}

static void child_no_address(void *verify)
{
	up(verify);
	ExFreePool((PVOID)(uintptr_t)0x120);
	fail();
}

/* What is before it looks like pool wherever one looks. */
static void child_unaligned(void *verify)
{
	up(verify);
	for (size_t i = 0; i < sizeof(other_memory); i++)
		other_memory[i] = "POOL"[i % 4];
	ExFreePool(other_memory + 2056);
	fail();
}

static void child_inside(void *verify)
{
	char *block;

	up(verify);
	block = ALLOCATE(100);
	ExFreePool(block + 8);
	fail();
}

static void test_freed_and_no_pool__stops(void **state)
{
	char *const verify[] = { on, off };
	void (*const wrong[])(void *) = { child_no_pool, child_no_address, child_unaligned,
					  child_inside };

	(void)state;
	for (size_t i = 0; i < UW_ARRAY_SIZE(verify); i++) {
		for (size_t j = 0; j < UW_ARRAY_SIZE(wrong); j++) {
			assert_true(child_stops(wrong[j], verify[i]));
			assert_said("driver tested stopped: WDF_VIOLATION");
			assert_said("which is no block of pool");
		}
	}
}

#if !defined(__SANITIZE_ADDRESS__) /* which sees such a write itself, at once */
static void child_write_after_free(void *arg)
{
	volatile char *block;

	(void)arg;
	up("Quarantine=1");
	block = ALLOCATE(100);
	ExFreePool((PVOID)(uintptr_t)block);
	block[99] = 0;
	ExFreePool(ALLOCATE(10)); /* the quarantine holds one */
	assert_true(fx_broke());
	fx_teardown(NULL);
}

static void test_written_after_free__reported(void **state)
{
	(void)state;
	assert_true(child_returns(child_write_after_free, NULL));
	assert_said("100 bytes with tag 'tag1', was written to after it was freed: allocated from "
		    "child_write_after_free at ");
}
#endif

/* --- limits --- */

static void child_limit(void *arg)
{
	void *blocks[2];

	(void)arg;
	up("VerifierAllocateFailCount=2");
	blocks[0] = ALLOCATE(1);
	blocks[1] = ExAllocatePool(NonPagedPool, 1);
	assert_non_null(blocks[0]);
	assert_non_null(blocks[1]);
	assert_null(ALLOCATE(1));
	ExFreePool(blocks[0]);
	assert_null(ExAllocatePoolWithTag(PagedPool, 1, TAG)); /* every further one */
	ExFreePool(blocks[1]);
}

static void test_allocate_fail_count__pool_counts(void **state)
{
	(void)state;
	assert_true(child_returns(child_limit, NULL));
}

/* --- what is allowed --- */

static void test_blocks__aligned_zeroed_and_all_gone_in_the_end(void **state)
{
	static const SIZE_T sizes[] = { 1, 16, 100, 4095, 4096, 4097, 100000 };

	(void)state;
	for (size_t i = 0; i < UW_ARRAY_SIZE(sizes); i++) {
		char *block = ALLOCATE(sizes[i]);
		char *line = ExAllocatePoolZero(NonPagedPoolNxCacheAligned, sizes[i], OTHER);

		assert_int_equal((uintptr_t)block % (sizes[i] < PAGE_SIZE ? 16 : PAGE_SIZE), 0);
		assert_int_equal((uintptr_t)line % 64, 0);
		assert_int_equal(block[sizes[i] - 1], 0);
		memset(block, 1, sizes[i]);
		ExFreePool(block);
		ExFreePoolWithTag(line, OTHER);
	}
	fx_unload();
	assert_false(fx_broke());
}

enum { THREADS = 4, ROUNDS = 300 };

static void allocate_and_free(void *arg)
{
	char *blocks[8] = { 0 };

	(void)arg;
	for (unsigned int i = 0; i < ROUNDS; i++) {
		char **block = &blocks[i % UW_ARRAY_SIZE(blocks)];

		if (*block)
			ExFreePoolWithTag(*block, TAG);
		*block = ALLOCATE(1 + i * 7 % 500);
		assert_non_null(*block);
		**block = 1;
	}
	for (size_t i = 0; i < UW_ARRAY_SIZE(blocks); i++)
		ExFreePool(blocks[i]);
}

static void test_several_threads__nothing_missed(void **state)
{
	struct exec_thread_params params = { .name = "pool", .run = allocate_and_free, .node = -1 };
	struct exec_thread *threads[THREADS];

	(void)state;
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(exec_thread_start(&params, &threads[i]), 0);
	for (size_t i = 0; i < THREADS; i++)
		exec_thread_join(threads[i]);
	fx_unload();
	assert_false(fx_broke());
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rule_4__free_null__stops_with_the_caller),
		T(test_rule_4__with_a_tag__the_same),
		T(test_rule_14__no_length__broken_and_null),
		cmocka_unit_test(test_rule_14__verifier_off__the_same),
		cmocka_unit_test(test_rule_15__pool_left_at_unload__told_by_tag_with_lines),
		cmocka_unit_test(test_rule_15__verifier_off__silent),
		cmocka_unit_test(test_rule_15__left_and_freed_after_all__forgotten),
		cmocka_unit_test(test_rule_15__freed_by_others_meanwhile__nothing_lost),
		cmocka_unit_test(test_rule_15__string_left__told),
		T(test_rule_15__freed_by_a_last_callback__silent),
		cmocka_unit_test(test_freed_twice__stops_with_all_lines),
		cmocka_unit_test(test_freed_with_another_tag__stops),
		cmocka_unit_test(test_freed_and_no_pool__stops),
#if !defined(__SANITIZE_ADDRESS__)
		cmocka_unit_test(test_written_after_free__reported),
#endif
		cmocka_unit_test(test_allocate_fail_count__pool_counts),
		T(test_blocks__aligned_zeroed_and_all_gone_in_the_end),
		T(test_several_threads__nothing_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
