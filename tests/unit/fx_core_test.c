/* SPDX-License-Identifier: MIT */
/* The headers' own arithmetic and names: wdfcore.h, and what wdfobject.h makes of a type's name. */
#include "fx_fixture.h"

#include <ntstrsafe.h>
#include <string.h>

/* A type that sources declare by hand, without one of the usual macros. */
typedef struct {
	ULONG value;
} BY_HAND;
WDF_DECLARE_TYPE_AND_GLOBALS(BY_HAND, &WDF_TYPE_NAME_TO_TYPE_INFO(BY_HAND), NULL, );
WDF_DECLARE_CASTING_FUNCTION(BY_HAND, GetByHand)

/* One whose description is elsewhere. */
typedef struct {
	ULONG value;
} SHARED;
static PCWDF_OBJECT_CONTEXT_TYPE_INFO shared_type(void);
#define SHARED_EXTERNAL_INIT_FUNCTION shared_type
#define SHARED_EXTERNAL_INIT          4711
WDF_DECLARE_SHARED_CONTEXT_TYPE_WITH_NAME(SHARED, GetShared)
static PCWDF_OBJECT_CONTEXT_TYPE_INFO shared_type(void)
{
	return WDF_GET_CONTEXT_TYPE_INFO(SHARED);
}

WDF_DECLARE_CUSTOM_TYPE(MARKED)

static void test_align__power_of_two__down_and_up(void **state)
{
	(void)state;
	assert_int_equal(WDF_ALIGN_SIZE_DOWN(4097, 4096), 4096);
	assert_int_equal(WDF_ALIGN_SIZE_DOWN(4096, 4096), 4096);
	assert_int_equal(WDF_ALIGN_SIZE_DOWN(7, 8), 0);
	assert_int_equal(WDF_ALIGN_SIZE_UP(4097, 4096), 8192);
	assert_int_equal(WDF_ALIGN_SIZE_UP(4096, 4096), 4096);
	assert_int_equal(WDF_ALIGN_SIZE_UP(0, 8), 0);
}

static void test_align__near_the_end__wraps(void **state)
{
	(void)state;
	assert_int_equal(WDF_ALIGN_SIZE_UP(SIZE_MAX - 2, 8), 0);
	assert_true(WDF_ALIGN_SIZE_DOWN(SIZE_MAX, 8) == SIZE_MAX - 7);
}

static void test_pointer__offset__in_bytes_whatever_the_type(void **state)
{
	ULONG words[4] = { 1, 2, 3, 4 };
	PULONG third = WDF_PTR_ADD_OFFSET_TYPE(words, 8, PULONG);

	(void)state;
	assert_int_equal(*third, 3);
	assert_ptr_equal(WDF_PTR_ADD_OFFSET(words, 8), third);
	assert_int_equal(WDF_PTR_GET_OFFSET(words, third), 8);
	assert_int_equal(WDF_PTR_GET_OFFSET(words, words), 0);
}

static void test_timeout__units__of_100_ns(void **state)
{
	(void)state;
	assert_true(WDF_REL_TIMEOUT_IN_SEC(2) == -20000000);
	assert_true(WDF_REL_TIMEOUT_IN_MS(3) == -30000);
	assert_true(WDF_REL_TIMEOUT_IN_US(4) == -40);
	assert_true(WDF_ABS_TIMEOUT_IN_SEC(2) == 20000000);
	assert_true(WDF_ABS_TIMEOUT_IN_MS(3) == 30000);
	assert_true(WDF_ABS_TIMEOUT_IN_US(4) == 40);
	/* a number that fits ULONG alone: no overflow on the way */
	assert_true(WDF_REL_TIMEOUT_IN_SEC(0xffffffff) == -42949672950000000);
}

static void test_string__declared__counted_without_its_end(void **state)
{
	DECLARE_CONST_UNICODE_STRING(name, L"edu");
	DECLARE_UNICODE_STRING_SIZE(room, 8);

	(void)state;
	assert_int_equal(name.Length, 6);
	assert_int_equal(name.MaximumLength, 8);
	assert_memory_equal(name.Buffer, L"edu", 8);
	assert_int_equal(room.Length, 0);
	assert_int_equal(room.MaximumLength, 16);
	room.Buffer[7] = L'x'; /* the last of eight */
	assert_int_equal(RtlUnicodeStringCopy(&room, &name), STATUS_SUCCESS);
	assert_int_equal(room.Length, 6);
}

/* What the macros make of a type's name: sources and debuggers meet these names. */
static void test_type__name__gives_the_names_of_its_parts(void **state)
{
	WDF_TYPE_NAME_POINTER_TYPE(BY_HAND) pointer = NULL;
	BY_HAND by_hand = { 7 };

	(void)state;
	pointer = &by_hand;
	assert_int_equal(pointer->value, 7);
	assert_string_equal(WDF_TYPE_NAME_TO_TYPE_INFO(BY_HAND).ContextName, "BY_HAND");
	assert_ptr_equal(&WDF_TYPE_NAME_TO_TYPE_INFO(BY_HAND), &WDF_BY_HAND_TYPE_INFO);
	assert_int_equal(WDF_TYPE_NAME_TO_EXTERNAL_INIT(SHARED), 4711);
	assert_ptr_equal(WDF_TYPE_NAME_TO_EXTERNAL_INIT_FUNCTION(SHARED), shared_type);
	assert_ptr_equal(WDF_SHARED_TYPE_INFO.EvtDriverGetUniqueContextType, shared_type);
}

static WDFOBJECT object_with(PCWDF_OBJECT_CONTEXT_TYPE_INFO type)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFOBJECT object = NULL;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ContextTypeInfo = type;
	assert_int_equal(WdfObjectCreate(&attrs, &object), STATUS_SUCCESS);
	return object;
}

static void test_type__declared_by_hand_or_shared__found_in_its_object(void **state)
{
	WDFOBJECT object;

	(void)state;
	assert_int_equal(fx_load(), 0);
	object = object_with(WDF_GET_CONTEXT_TYPE_INFO(BY_HAND));
	assert_non_null(GetByHand(object));
	assert_ptr_equal(GetByHand(object), WdfObjectGetTypedContext(object, BY_HAND));
	WdfObjectDelete(object);
	object = object_with(WDF_GET_CONTEXT_TYPE_INFO(SHARED));
	assert_non_null(GetShared(object));
	assert_null(GetByHand(object));
	WdfObjectDelete(object);
}

static void test_custom_type__functions_of_its_name__what_the_macros_call(void **state)
{
	WDF_CUSTOM_TYPE_CONTEXT_NAME(MARKED) * marked;
	WDFOBJECT object;

	(void)state;
	assert_int_equal(fx_load(), 0);
	object = object_with(NULL);
	assert_null(WDF_GET_CUSTOM_TYPE_FUNCTION_NAME(MARKED)(object));
	assert_int_equal(WDF_ADD_CUSTOM_TYPE_FUNCTION_NAME(MARKED)(object, 7, NULL, NULL),
			 STATUS_SUCCESS);
	marked = WDF_GET_CUSTOM_TYPE_FUNCTION_NAME(MARKED)(object);
	assert_non_null(marked);
	assert_int_equal(marked->Data, 7);
	assert_true(WdfObjectIsCustomType(object, MARKED));
	WdfObjectDelete(object);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fx_setup, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_align__power_of_two__down_and_up),
		cmocka_unit_test(test_align__near_the_end__wraps),
		cmocka_unit_test(test_pointer__offset__in_bytes_whatever_the_type),
		cmocka_unit_test(test_timeout__units__of_100_ns),
		cmocka_unit_test(test_string__declared__counted_without_its_end),
		cmocka_unit_test(test_type__name__gives_the_names_of_its_parts),
		TEST(test_type__declared_by_hand_or_shared__found_in_its_object),
		TEST(test_custom_type__functions_of_its_name__what_the_macros_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
