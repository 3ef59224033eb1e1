/* SPDX-License-Identifier: MIT */
/* WDFLOOKASIDE: buffers are used again, a bounded number waits, everything goes in the end. */
#include "fx_fixture.h"

#include <string.h>

#include "base/fault.h"
#include "base/mem.h"
#include "object/driver.h"
#include "object/irql.h"
#include "support/lookaside.h"
#include "verifier/verifier.h"

typedef struct piece {
	ULONG value;
} piece;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(piece, piece_of);

#define LEN 100

static WDFLOOKASIDE lookaside;
static WDFMEMORY memory;
static unsigned int cleanups, destroys;

static int setup_with(void **state, const char *verify)
{
	if (fx_setup(state) || fx_verify(verify) || fx_load())
		return -1;
	cleanups = destroys = 0;
	memory = NULL;
	return WdfLookasideListCreate(NULL, LEN, NonPagedPoolNx, NULL, 0, &lookaside);
}

static int setup(void **state)
{
	return setup_with(state, "");
}

/* The verifier keeps freed objects, and records of live ones. */
static int setup_counting(void **state)
{
	return setup_with(state, "VerifierOn=0");
}

static WDFMEMORY take(void)
{
	WDFMEMORY one = NULL;

	assert_int_equal(WdfMemoryCreateFromLookaside(lookaside, &one), STATUS_SUCCESS);
	return one;
}

static void test_take__buffer_of_its_size(void **state)
{
	size_t len = 0;
	char *buffer, out[LEN];

	(void)state;
	memory = take();
	buffer = WdfMemoryGetBuffer(memory, &len);
	assert_non_null(buffer);
	assert_int_equal(len, LEN);
	memset(buffer, 0x5a, LEN);
	assert_int_equal(WdfMemoryCopyToBuffer(memory, LEN - 1, out, 1), STATUS_SUCCESS);
	assert_int_equal(out[0], 0x5a);
	assert_int_equal(WdfMemoryCopyToBuffer(memory, LEN, out, 1), STATUS_BUFFER_TOO_SMALL);
}

static void test_take__after_a_deletion__same_buffer(void **state)
{
	void *first, *second;

	(void)state;
	memory = take();
	first = WdfMemoryGetBuffer(memory, NULL);
	WdfObjectDelete(memory);
	memory = take();
	second = WdfMemoryGetBuffer(memory, NULL);
	assert_ptr_equal(first, second);
}

static void test_take__referenced_after_deletion__not_yet_used_again(void **state)
{
	WDFMEMORY other;

	(void)state;
	memory = take();
	WdfObjectReference(memory);
	WdfObjectDelete(memory);
	other = take();
	assert_ptr_not_equal(WdfMemoryGetBuffer(memory, NULL), WdfMemoryGetBuffer(other, NULL));
	WdfObjectDereference(memory);
}

static void test_give_back__many__a_bounded_number_waits(void **state)
{
	static WDFMEMORY all[2 * LOOKASIDE_DEPTH];
	uint64_t blocks = mem_live_blocks();

	(void)state;
	for (size_t i = 0; i < UW_ARRAY_SIZE(all); i++)
		all[i] = take();
	for (size_t i = 0; i < UW_ARRAY_SIZE(all); i++)
		WdfObjectDelete(all[i]);
	assert_int_equal(mem_live_blocks(), blocks + LOOKASIDE_DEPTH);
	WdfObjectDelete(lookaside);
	assert_int_equal(mem_live_blocks(), blocks - 1);
}

static void test_delete__memory_still_out__stays_valid(void **state)
{
	uint64_t blocks = mem_live_blocks();

	(void)state;
	memory = take();
	WdfObjectDelete(take());
	WdfObjectDelete(lookaside);
	memset(WdfMemoryGetBuffer(memory, NULL), 1, LEN);
	WdfObjectDelete(memory);
	assert_int_equal(mem_live_blocks(), blocks - 1);
}

static void test_take__from_a_deleted_list__nothing_waits(void **state)
{
	uint64_t blocks;

	(void)state;
	WdfObjectReference(lookaside);
	WdfObjectDelete(lookaside);
	blocks = mem_live_blocks();
	WdfObjectDelete(take());
	assert_int_equal(mem_live_blocks(), blocks);
	WdfObjectDereference(lookaside);
}

static void on_cleanup(WDFOBJECT object)
{
	piece_of(object)->value++;
	cleanups++;
}

static void on_destroy(WDFOBJECT object)
{
	assert_int_equal(piece_of(object)->value, 1);
	destroys++;
}

static WDFOBJECT parent_object(void)
{
	WDFOBJECT parent = NULL;

	assert_int_equal(WdfObjectCreate(WDF_NO_OBJECT_ATTRIBUTES, &parent), STATUS_SUCCESS);
	return parent;
}

static WDFLOOKASIDE list_of_pieces(WDFOBJECT parent)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFLOOKASIDE list = NULL;

	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attrs, piece);
	attrs.EvtCleanupCallback = on_cleanup;
	attrs.EvtDestroyCallback = on_destroy;
	attrs.ParentObject = parent;
	assert_int_equal(WdfLookasideListCreate(NULL, LEN, PagedPool, &attrs, 0, &list),
			 STATUS_SUCCESS);
	memset(&attrs, 0xff, sizeof(attrs)); /* the list has its own copy */
	return list;
}

static void test_memory_attributes__context_zeroed_each_time_and_callbacks(void **state)
{
	WDFLOOKASIDE list = list_of_pieces(NULL);

	(void)state;
	for (unsigned int i = 1; i <= 3; i++) {
		assert_int_equal(WdfMemoryCreateFromLookaside(list, &memory), STATUS_SUCCESS);
		assert_int_equal(piece_of(memory)->value, 0);
		WdfObjectDelete(memory);
		assert_int_equal(cleanups, i);
		assert_int_equal(destroys, i);
	}
}

static void test_memory_attributes__parent__memory_goes_with_it(void **state)
{
	WDFOBJECT parent = parent_object();
	WDFLOOKASIDE list = list_of_pieces(parent);

	(void)state;
	assert_int_equal(WdfMemoryCreateFromLookaside(list, &memory), STATUS_SUCCESS);
	WdfObjectDelete(parent);
	assert_int_equal(destroys, 1);
	assert_int_equal(WdfMemoryCreateFromLookaside(list, &memory), STATUS_DELETE_PENDING);
	assert_null(memory);
}

static void test_create__wrong__refused(void **state)
{
	WDF_OBJECT_ATTRIBUTES wrong;
	WDFLOOKASIDE list = lookaside;

	(void)state;
	WDF_OBJECT_ATTRIBUTES_INIT(&wrong);
	wrong.Size = 1;
	assert_int_equal(WdfLookasideListCreate(NULL, 0, PagedPool, NULL, 0, &list),
			 STATUS_INVALID_PARAMETER);
	assert_null(list);
	assert_int_equal(WdfLookasideListCreate(NULL, 1, (POOL_TYPE)64, NULL, 0, &list),
			 STATUS_INVALID_PARAMETER);
	assert_int_equal(WdfLookasideListCreate(&wrong, 1, PagedPool, NULL, 0, &list),
			 STATUS_INFO_LENGTH_MISMATCH);
	assert_int_equal(WdfLookasideListCreate(NULL, 1, PagedPool, &wrong, 0, &list),
			 STATUS_INFO_LENGTH_MISMATCH);
	assert_null(list);
}

static const struct fx_object_class other_device_class = {
	.type = FX_TYPE_DEVICE,
	.name = "WDFDEVICE of a test",
};

static WDFOBJECT below_a_device(void)
{
	struct fx_driver *driver = fx_driver_from_globals(WdfDriverGlobals);
	WDF_OBJECT_ATTRIBUTES attrs;
	struct fx_object *device;
	WDFOBJECT child = NULL;

	assert_int_equal(fx_object_new(&other_device_class, sizeof(*device), driver,
				       fx_driver_object(driver), NULL, &device),
			 STATUS_SUCCESS);
	assert_int_equal(fx_object_commit(device, NULL), STATUS_SUCCESS);
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = fx_object_handle(device);
	assert_int_equal(WdfObjectCreate(&attrs, &child), STATUS_SUCCESS);
	return child;
}

static void test_create__paged_for_two_devices__invalid_parameter(void **state)
{
	WDF_OBJECT_ATTRIBUTES one, other;
	WDFLOOKASIDE list;

	(void)state;
	WDF_OBJECT_ATTRIBUTES_INIT(&one);
	WDF_OBJECT_ATTRIBUTES_INIT(&other);
	one.ParentObject = below_a_device();
	other.ParentObject = below_a_device();
	assert_int_equal(WdfLookasideListCreate(&one, 1, PagedPool, &other, 0, &list),
			 STATUS_INVALID_PARAMETER);
	assert_int_equal(WdfLookasideListCreate(&one, 1, NonPagedPool, &other, 0, &list),
			 STATUS_SUCCESS);
	assert_int_equal(WdfLookasideListCreate(&one, 1, PagedPool, &one, 0, &list),
			 STATUS_SUCCESS);
	assert_int_equal(WdfLookasideListCreate(&one, 1, PagedPool, NULL, 0, &list),
			 STATUS_SUCCESS);
}

static void test_level__paged_is_made_at_passive_others_at_dispatch(void **state)
{
	WDFLOOKASIDE list = NULL;
	KIRQL before = fx_irql_raise(DISPATCH_LEVEL);

	(void)state;
	assert_int_equal(WdfLookasideListCreate(NULL, 1, NonPagedPoolNx, NULL, 0, &list),
			 STATUS_SUCCESS);
	assert_int_equal(WdfMemoryCreateFromLookaside(list, &memory), STATUS_SUCCESS);
	assert_false(fx_broke());
	assert_int_equal(WdfLookasideListCreate(NULL, 1, PagedPool, NULL, 0, &list),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_true(fx_broke());
	fx_irql_raise(FX_DIRQL);
	assert_int_equal(WdfMemoryCreateFromLookaside(lookaside, &memory),
			 STATUS_INVALID_DEVICE_REQUEST);
	fx_irql_restore(before);
	assert_true(fx_broke());
	assert_null(memory);
}

static void test_no_memory__insufficient_resources(void **state)
{
	WDFLOOKASIDE list = lookaside;
	uint64_t blocks = mem_live_blocks();

	(void)state;
	fault_arm(FAULT_ALLOC, 1);
	assert_int_equal(WdfLookasideListCreate(NULL, 1, PagedPool, NULL, 0, &list),
			 STATUS_INSUFFICIENT_RESOURCES);
	assert_null(list);
	for (uint64_t k = 1; k <= 2; k++) { /* the object, its buffer */
		fault_arm(FAULT_ALLOC, k);
		assert_int_equal(WdfMemoryCreateFromLookaside(lookaside, &memory),
				 STATUS_INSUFFICIENT_RESOURCES);
		assert_null(memory);
		assert_int_equal(mem_live_blocks(), blocks);
	}
	fault_disarm();
	WdfObjectDelete(take());
}

static void test_large_buffers__begin_at_a_page(void **state)
{
	WDFLOOKASIDE list;

	(void)state;
	assert_int_equal(WdfLookasideListCreate(NULL, PAGE_SIZE + 1, PagedPool, NULL, 0, &list),
			 STATUS_SUCCESS);
	assert_int_equal(WdfMemoryCreateFromLookaside(list, &memory), STATUS_SUCCESS);
	assert_int_equal((uintptr_t)WdfMemoryGetBuffer(memory, NULL) % PAGE_SIZE, 0);
}

#define T(name)  cmocka_unit_test_setup_teardown(name, setup, fx_teardown)
#define TC(name) cmocka_unit_test_setup_teardown(name, setup_counting, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_take__buffer_of_its_size),
		T(test_take__after_a_deletion__same_buffer),
		T(test_take__referenced_after_deletion__not_yet_used_again),
		TC(test_give_back__many__a_bounded_number_waits),
		TC(test_delete__memory_still_out__stays_valid),
		TC(test_take__from_a_deleted_list__nothing_waits),
		T(test_memory_attributes__context_zeroed_each_time_and_callbacks),
		T(test_memory_attributes__parent__memory_goes_with_it),
		T(test_create__wrong__refused),
		T(test_create__paged_for_two_devices__invalid_parameter),
		T(test_level__paged_is_made_at_passive_others_at_dispatch),
		cmocka_unit_test_setup_teardown(test_no_memory__insufficient_resources,
						setup_counting, fx_teardown),
		T(test_large_buffers__begin_at_a_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
