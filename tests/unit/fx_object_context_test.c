/* SPDX-License-Identifier: MIT */
/* Custom types, shared context types, contexts of odd sizes, and WdfObjectQuery. */
#include "fx_fixture.h"

#include <string.h>

#include "base/fault.h"

typedef struct _OWNER {
	int number;
} OWNER;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(OWNER, GetOwner)

/* Another component's view of OWNER. */
typedef OWNER GUEST;
static PCWDF_OBJECT_CONTEXT_TYPE_INFO owner_type(VOID)
{
	return WDF_GET_CONTEXT_TYPE_INFO(OWNER);
}
#define GUEST_EXTERNAL_INIT_FUNCTION owner_type
WDF_DECLARE_SHARED_CONTEXT_TYPE_WITH_NAME(GUEST, GetGuest)

WDF_DECLARE_CUSTOM_TYPE(CAT)
WDF_DECLARE_CUSTOM_TYPE(DOG)

static int setup(void **state)
{
	int err = fx_setup(state);

	if (!err)
		err = fx_load();
	fx_log_clear();
	return err;
}

static WDFOBJECT plain(void)
{
	WDFOBJECT object;

	assert_int_equal(WdfObjectCreate(NULL, &object), STATUS_SUCCESS);
	return object;
}

static void note_cleanup(WDFOBJECT object)
{
	(void)object;
	fx_note("cat-cleanup");
}

static void note_destroy(WDFOBJECT object)
{
	assert_int_equal(WdfObjectGetCustomTypeData(object, CAT), 9);
	fx_note("cat-destroy");
}

static void test_custom_type__added__told_apart_with_data_and_callbacks(void **state)
{
	WDFOBJECT object = plain();
	(void)state;
	assert_false(WdfObjectIsCustomType(object, CAT));
	assert_int_equal(WdfObjectAddCustomTypeWithData(object, CAT, 9, note_cleanup, note_destroy),
			 STATUS_SUCCESS);
	assert_true(WdfObjectIsCustomType(object, CAT));
	assert_false(WdfObjectIsCustomType(object, DOG));
	assert_int_equal(WdfObjectAddCustomType(object, DOG), STATUS_SUCCESS);
	assert_int_equal(WdfObjectGetCustomTypeData(object, DOG), 0);
	assert_int_equal(WdfObjectGetCustomTypeData(object, CAT), 9);
	WdfObjectDelete(object);
	assert_string_equal(fx_log(), "cat-cleanup cat-destroy");
}

static void test_custom_type__added_twice__first_data_stays(void **state)
{
	WDFOBJECT object = plain();
	(void)state;
	assert_int_equal(WdfObjectAddCustomTypeWithData(object, DOG, 1, NULL, NULL),
			 STATUS_SUCCESS);
	assert_int_equal(WdfObjectAddCustomTypeWithData(object, DOG, 2, NULL, NULL),
			 STATUS_OBJECT_NAME_EXISTS);
	assert_int_equal(WdfObjectGetCustomTypeData(object, DOG), 1);
}

static void test_custom_type__no_memory__refused(void **state)
{
	WDFOBJECT object = plain();
	(void)state;
	fault_arm(FAULT_ALLOC, 1);
	assert_int_equal(WdfObjectAddCustomType(object, DOG), STATUS_INSUFFICIENT_RESOURCES);
	fault_disarm();
	assert_false(WdfObjectIsCustomType(object, DOG));
}

static void test_shared_type__made_as_guest__one_context_under_both_names(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFOBJECT object;
	PVOID context;
	(void)state;
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attrs, GUEST);
	assert_int_equal(WdfObjectCreate(&attrs, &object), STATUS_SUCCESS);
	assert_non_null(GetGuest(object));
	assert_ptr_equal(GetOwner(object), GetGuest(object));
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attrs, OWNER);
	assert_int_equal(WdfObjectAllocateContext(object, &attrs, &context),
			 STATUS_OBJECT_NAME_EXISTS);
	assert_ptr_equal(context, GetGuest(object));
}

/* @override bytes of the first and of a second context: zeroed, aligned, writable to the end. */
static void try_size(size_t override)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFOBJECT object;
	PVOID second;
	char *first;

	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attrs, OWNER);
	attrs.ContextSizeOverride = override;
	assert_int_equal(WdfObjectCreate(&attrs, &object), STATUS_SUCCESS);
	first = (char *)GetOwner(object);
	attrs.ContextTypeInfo = WDF_GET_CONTEXT_TYPE_INFO(WDF_CUSTOM_TYPE_CONTEXT_CAT);
	attrs.ContextSizeOverride = override + 16;
	assert_int_equal(WdfObjectAllocateContext(object, &attrs, &second), STATUS_SUCCESS);
	assert_int_equal((uintptr_t)first % 16, 0);
	assert_int_equal((uintptr_t)second % 16, 0);
	for (size_t i = 0; i < override; i++)
		assert_int_equal(first[i] | ((char *)second)[i], 0);
	memset(first, 0xff, override);
	memset(second, 0xff, override + 16);
	assert_ptr_equal(GetOwner(object), first);
	assert_ptr_equal(WdfObjectContextGetObject(second), object);
	assert_ptr_equal(WdfObjectContextGetObject(first), object);
	WdfObjectDelete(object);
}

static void test_context__every_size__zeroed_aligned_and_whole(void **state)
{
	(void)state;
	for (size_t len = sizeof(OWNER); len < 150; len++)
		try_size(len);
	try_size(1 << 20);
}

static void test_context__size_that_wraps__refused(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFOBJECT object;
	(void)state;
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attrs, OWNER);
	for (size_t less = 0; less < 256; less++) {
		attrs.ContextSizeOverride = SIZE_MAX - less;
		assert_int_equal(WdfObjectCreate(&attrs, &object), STATUS_INSUFFICIENT_RESOURCES);
	}
	object = plain();
	assert_int_equal(WdfObjectAllocateContext(object, &attrs, NULL),
			 STATUS_INSUFFICIENT_RESOURCES);
}

static void test_context__type_of_no_bytes__refused(void **state)
{
	static const WDF_OBJECT_CONTEXT_TYPE_INFO mark = { sizeof(mark), "mark", 0, &mark, NULL };
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFOBJECT object;
	(void)state;
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ContextTypeInfo = &mark;
	assert_int_equal(WdfObjectCreate(&attrs, &object), STATUS_WDF_OBJECT_ATTRIBUTES_INVALID);
}

static void test_query__any_guid__not_found(void **state)
{
	static const GUID guid = { 1, 2, 3, { 4 } };
	char buffer[8] = "as it is";
	WDFOBJECT object = plain();
	(void)state;
	assert_int_equal(WdfObjectQuery(object, &guid, sizeof(buffer), buffer), STATUS_NOT_FOUND);
	assert_memory_equal(buffer, "as it is", 8);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_custom_type__added__told_apart_with_data_and_callbacks),
		TEST(test_custom_type__added_twice__first_data_stays),
		TEST(test_custom_type__no_memory__refused),
		TEST(test_shared_type__made_as_guest__one_context_under_both_names),
		TEST(test_context__every_size__zeroed_aligned_and_whole),
		TEST(test_context__size_that_wraps__refused),
		TEST(test_context__type_of_no_bytes__refused),
		TEST(test_query__any_guid__not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
