/* SPDX-License-Identifier: MIT */
/* WDFMEMORY: what it gives, and every length that it refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/fault.h"
#include "base/mem.h"
#include "io_fixture.h"

static struct io_fixture f;
static WDFMEMORY memory;
static char text[] = "0123456789";

static int setup(void **state)
{
	(void)state;
	io_fixture_setup(&f, NULL);
	return 0;
}

/* Of which no allocation is the verifier's. */
static int setup_counting(void **state)
{
	(void)state;
	io_fixture_setup_verify(&f, NULL, "VerifierOn=0");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	io_fixture_teardown(&f);
	return 0;
}

static void test_create__buffer_is_zeroed_and_ours(void **state)
{
	char *buffer, zero[100] = { 0 };
	size_t len;

	(void)state;
	assert_int_equal(WdfMemoryCreate(WDF_NO_OBJECT_ATTRIBUTES, NonPagedPoolNx, 0x64636261, 100,
					 &memory, (PVOID *)&buffer),
			 STATUS_SUCCESS);
	assert_memory_equal(buffer, zero, 100);
	assert_ptr_equal(WdfMemoryGetBuffer(memory, &len), buffer);
	assert_int_equal(len, 100);
	assert_ptr_equal(WdfMemoryGetBuffer(memory, NULL), buffer);
	WdfObjectDelete(memory);
}

static void test_create__empty__invalid_parameter(void **state)
{
	(void)state;
	assert_int_equal(WdfMemoryCreate(WDF_NO_OBJECT_ATTRIBUTES, PagedPool, 0, 0, &memory, NULL),
			 STATUS_INVALID_PARAMETER);
	assert_null(memory);
	assert_int_equal(WdfMemoryCreatePreallocated(WDF_NO_OBJECT_ATTRIBUTES, text, 0, &memory),
			 STATUS_INVALID_PARAMETER);
}

static void test_create__longer_than_any_machine__insufficient_resources(void **state)
{
	PVOID buffer = text;

	(void)state;
	assert_int_equal(
		WdfMemoryCreate(NULL, NonPagedPoolNx, 0, ((size_t)1 << 39) + 1, &memory, &buffer),
		STATUS_INSUFFICIENT_RESOURCES);
	assert_int_equal(WdfMemoryCreate(NULL, NonPagedPoolNx, 0, SIZE_MAX, &memory, &buffer),
			 STATUS_INSUFFICIENT_RESOURCES);
	assert_null(memory);
	assert_ptr_equal(buffer, text);
}

static void test_create__pool_types(void **state)
{
	static const unsigned int good[] = {
		NonPagedPool, PagedPool,      NonPagedPoolCacheAligned,
		257,          NonPagedPoolNx, NonPagedPoolNxCacheAligned
	};
	static const unsigned int wrong[] = { 64, 1024, 0x80000000 };

	(void)state;
	for (size_t i = 0; i < UW_ARRAY_SIZE(good); i++)
		assert_int_equal(WdfMemoryCreate(NULL, (POOL_TYPE)good[i], 0, 1, &memory, NULL),
				 STATUS_SUCCESS);
	for (size_t i = 0; i < UW_ARRAY_SIZE(wrong); i++)
		assert_int_equal(WdfMemoryCreate(NULL, (POOL_TYPE)wrong[i], 0, 1, &memory, NULL),
				 STATUS_INVALID_PARAMETER);
}

static void test_create__a_page_or_more__begins_at_a_page(void **state)
{
	PVOID buffer;

	(void)state;
	for (size_t len = PAGE_SIZE; len <= 5 * PAGE_SIZE; len += PAGE_SIZE / 2) {
		assert_int_equal(WdfMemoryCreate(NULL, PagedPool, 0, len, &memory, &buffer),
				 STATUS_SUCCESS);
		assert_int_equal((uintptr_t)buffer % PAGE_SIZE, 0);
	}
	assert_int_equal(WdfMemoryCreate(NULL, PagedPool, 0, 1, &memory, &buffer), STATUS_SUCCESS);
	assert_int_equal((uintptr_t)buffer % MEMORY_ALLOCATION_ALIGNMENT, 0);
}

static void test_create__paged_at_dispatch__refused(void **state)
{
	KIRQL before = fx_irql_raise(DISPATCH_LEVEL);

	(void)state;
	assert_int_equal(WdfMemoryCreate(NULL, NonPagedPoolNx, 0, 1, &memory, NULL),
			 STATUS_SUCCESS);
	assert_false(io_broke());
	assert_int_equal(WdfMemoryCreate(NULL, PagedPool, 0, 1, &memory, NULL),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_true(io_broke());
	assert_int_equal(WdfMemoryCreatePreallocated(NULL, text, 1, &memory), STATUS_SUCCESS);
	fx_irql_raise(FX_DIRQL);
	assert_int_equal(WdfMemoryCreatePreallocated(NULL, text, 1, &memory),
			 STATUS_INVALID_DEVICE_REQUEST);
	fx_irql_restore(before);
	assert_true(io_broke());
}

static void test_create__no_memory__insufficient_resources(void **state)
{
	uint64_t blocks = mem_live_blocks();

	(void)state;
	for (uint64_t k = 1; k <= 2; k++) { /* the object, its buffer */
		fault_arm(FAULT_ALLOC, k);
		assert_int_equal(
			WdfMemoryCreate(WDF_NO_OBJECT_ATTRIBUTES, PagedPool, 0, 10, &memory, NULL),
			STATUS_INSUFFICIENT_RESOURCES);
		assert_null(memory);
		assert_int_equal(mem_live_blocks(), blocks);
		fault_disarm();
	}
	fault_arm(FAULT_ALLOC, 1);
	assert_int_equal(WdfMemoryCreatePreallocated(WDF_NO_OBJECT_ATTRIBUTES, text, 10, &memory),
			 STATUS_INSUFFICIENT_RESOURCES);
	fault_disarm();
}

static void test_create__wrong_attributes__object_attributes_status(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;

	(void)state;
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.Size--;
	assert_int_equal(WdfMemoryCreate(&attrs, PagedPool, 0, 1, &memory, NULL),
			 STATUS_INFO_LENGTH_MISMATCH);
	assert_int_equal(WdfMemoryCreatePreallocated(&attrs, text, 1, &memory),
			 STATUS_INFO_LENGTH_MISMATCH);
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ExecutionLevel = WdfExecutionLevelPassive;
	assert_false(NT_SUCCESS(WdfMemoryCreate(&attrs, PagedPool, 0, 1, &memory, NULL)));
}

static void test_create__with_parent__goes_with_it(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFMEMORY child;

	(void)state;
	assert_int_equal(WdfMemoryCreate(WDF_NO_OBJECT_ATTRIBUTES, PagedPool, 0, 1, &memory, NULL),
			 STATUS_SUCCESS);
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = memory;
	assert_int_equal(WdfMemoryCreatePreallocated(&attrs, text, 10, &child), STATUS_SUCCESS);
	WdfObjectDelete(memory); /* the teardown counts blocks */
}

static void test_preallocated__assign__other_buffer(void **state)
{
	char other[4];
	size_t len;

	(void)state;
	assert_int_equal(WdfMemoryCreatePreallocated(WDF_NO_OBJECT_ATTRIBUTES, text, 10, &memory),
			 STATUS_SUCCESS);
	assert_ptr_equal(WdfMemoryGetBuffer(memory, &len), text);
	assert_int_equal(len, 10);
	assert_int_equal(WdfMemoryAssignBuffer(memory, other, 4), STATUS_SUCCESS);
	assert_ptr_equal(WdfMemoryGetBuffer(memory, &len), other);
	assert_int_equal(len, 4);
	assert_int_equal(WdfMemoryAssignBuffer(memory, other, 0), STATUS_INVALID_PARAMETER);
}

static void assign_one(void *arg)
{
	(void)WdfMemoryAssignBuffer(arg, text, 1);
}

static void test_assign__not_preallocated__stops(void **state)
{
	(void)state;
	assert_int_equal(WdfMemoryCreate(WDF_NO_OBJECT_ATTRIBUTES, PagedPool, 0, 1, &memory, NULL),
			 STATUS_SUCCESS);
	assert_true(io_stops(assign_one, memory, WDF_INVALID_HANDLE));
}

static void test_copy__whole_and_part(void **state)
{
	char out[10];

	(void)state;
	assert_int_equal(WdfMemoryCreate(WDF_NO_OBJECT_ATTRIBUTES, PagedPool, 0, 10, &memory, NULL),
			 STATUS_SUCCESS);
	assert_int_equal(WdfMemoryCopyFromBuffer(memory, 0, text, 10), STATUS_SUCCESS);
	assert_int_equal(WdfMemoryCopyFromBuffer(memory, 8, text, 2), STATUS_SUCCESS);
	assert_int_equal(WdfMemoryCopyToBuffer(memory, 0, out, 10), STATUS_SUCCESS);
	assert_memory_equal(out, "0123456701", 10);
	assert_int_equal(WdfMemoryCopyToBuffer(memory, 9, out, 1), STATUS_SUCCESS);
	assert_int_equal(out[0], '1');
}

static void test_copy__outside__refused(void **state)
{
	static const struct {
		size_t offset, len;
	} wrong[] = { { 0, 11 }, { 10, 1 },       { 11, 1 },       { 1, 10 },
		      { 5, 6 },  { 1, SIZE_MAX }, { SIZE_MAX, 1 }, { SIZE_MAX, SIZE_MAX } };

	(void)state;
	assert_int_equal(WdfMemoryCreate(WDF_NO_OBJECT_ATTRIBUTES, PagedPool, 0, 10, &memory, NULL),
			 STATUS_SUCCESS);
	for (size_t i = 0; i < UW_ARRAY_SIZE(wrong); i++) {
		assert_int_equal(
			WdfMemoryCopyFromBuffer(memory, wrong[i].offset, text, wrong[i].len),
			STATUS_INVALID_BUFFER_SIZE);
		assert_int_equal(WdfMemoryCopyToBuffer(memory, wrong[i].offset, text, wrong[i].len),
				 STATUS_BUFFER_TOO_SMALL);
	}
	assert_int_equal(WdfMemoryCopyToBuffer(memory, 0, text, 0), STATUS_INVALID_PARAMETER);
	assert_int_equal(WdfMemoryCopyFromBuffer(memory, 0, text, 0), STATUS_INVALID_PARAMETER);
}

static void create_to_null(void *arg)
{
	(void)arg;
	(void)WdfMemoryCreate(WDF_NO_OBJECT_ATTRIBUTES, PagedPool, 0, 1, NULL, NULL);
}

static void create_of_null(void *arg)
{
	(void)arg;
	(void)WdfMemoryCreatePreallocated(WDF_NO_OBJECT_ATTRIBUTES, NULL, 1, &memory);
}

static void copy_to_null(void *arg)
{
	(void)arg;
	(void)WdfMemoryCopyToBuffer(memory, 0, NULL, 1);
}

static void copy_from_null(void *arg)
{
	(void)arg;
	(void)WdfMemoryCopyFromBuffer(memory, 0, NULL, 1);
}

static void assign_null(void *arg)
{
	(void)arg;
	(void)WdfMemoryAssignBuffer(memory, NULL, 1);
}

static void test_null_pointers__stop(void **state)
{
	(void)state;
	assert_int_equal(WdfMemoryCreatePreallocated(WDF_NO_OBJECT_ATTRIBUTES, text, 10, &memory),
			 STATUS_SUCCESS);
	assert_true(io_stops(create_to_null, NULL, WDF_REQUIRED_PARAMETER_IS_NULL));
	assert_true(io_stops(create_of_null, NULL, WDF_REQUIRED_PARAMETER_IS_NULL));
	assert_true(io_stops(copy_to_null, NULL, WDF_REQUIRED_PARAMETER_IS_NULL));
	assert_true(io_stops(copy_from_null, NULL, WDF_REQUIRED_PARAMETER_IS_NULL));
	assert_true(io_stops(assign_null, NULL, WDF_REQUIRED_PARAMETER_IS_NULL));
}

static void get_buffer(void *arg)
{
	(void)WdfMemoryGetBuffer(arg, NULL);
}

static void test_wrong_handle__stops(void **state)
{
	(void)state;
	assert_true(io_stops(get_buffer, io_manual_queue(&f), WDF_INVALID_HANDLE));
	assert_true(io_stops(get_buffer, NULL, WDF_INVALID_HANDLE));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_create__buffer_is_zeroed_and_ours),
		T(test_create__empty__invalid_parameter),
		T(test_create__longer_than_any_machine__insufficient_resources),
		T(test_create__pool_types),
		T(test_create__a_page_or_more__begins_at_a_page),
		T(test_create__paged_at_dispatch__refused),
		cmocka_unit_test_setup_teardown(test_create__no_memory__insufficient_resources,
						setup_counting, teardown),
		T(test_create__wrong_attributes__object_attributes_status),
		T(test_create__with_parent__goes_with_it),
		T(test_preallocated__assign__other_buffer),
		T(test_assign__not_preallocated__stops),
		T(test_copy__whole_and_part),
		T(test_copy__outside__refused),
		T(test_null_pointers__stop),
		T(test_wrong_handle__stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
