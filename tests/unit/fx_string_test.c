/* SPDX-License-Identifier: MIT */
/* WDFSTRING: a copy of its own, terminated; whatever is no string is refused. */
#include "fx_fixture.h"

#include <string.h>

#include "base/fault.h"
#include "base/mem.h"
#include "object/irql.h"

static WDFSTRING string;

static int setup(void **state)
{
	string = NULL;
	return fx_setup(state) || fx_load() ? -1 : 0;
}

/* Of which no allocation is the verifier's. */
static int setup_counting(void **state)
{
	string = NULL;
	return fx_setup(state) || fx_verify("VerifierOn=0") || fx_load() ? -1 : 0;
}

static void test_create__copies_and_terminates(void **state)
{
	WCHAR source[] = { 'u', 'w', 'd', 'f', 'X' };
	UNICODE_STRING text = { 8, 10, source }, out = { 0 };

	(void)state;
	assert_int_equal(WdfStringCreate(&text, WDF_NO_OBJECT_ATTRIBUTES, &string), STATUS_SUCCESS);
	memset(source, 0, sizeof(source));
	WdfStringGetUnicodeString(string, &out);
	assert_int_equal(out.Length, 8);
	assert_int_equal(out.MaximumLength, 10);
	assert_memory_equal(out.Buffer, L"uwdf", 10);
	WdfObjectDelete(string);
}

static void test_create__from_null__empty(void **state)
{
	UNICODE_STRING out = { 1, 1, (PWCH)&out };

	(void)state;
	assert_int_equal(WdfStringCreate(NULL, WDF_NO_OBJECT_ATTRIBUTES, &string), STATUS_SUCCESS);
	WdfStringGetUnicodeString(string, &out);
	assert_int_equal(out.Length, 0);
	assert_int_equal(out.MaximumLength, 0);
	assert_null(out.Buffer);
}

static void test_create__from_empty__a_terminating_zero(void **state)
{
	UNICODE_STRING text = { 0 }, out = { 1, 1, NULL };

	(void)state;
	assert_int_equal(WdfStringCreate(&text, WDF_NO_OBJECT_ATTRIBUTES, &string), STATUS_SUCCESS);
	WdfStringGetUnicodeString(string, &out);
	assert_int_equal(out.Length, 0);
	assert_int_equal(out.MaximumLength, 2);
	assert_int_equal(out.Buffer[0], 0);
}

static void test_create__longest__copied__one_more__overflow(void **state)
{
	static WCHAR source[0x8000];
	UNICODE_STRING text = { 0xfffc, 0xfffe, source }, out;

	(void)state;
	source[0x7ffd] = 'z';
	assert_int_equal(WdfStringCreate(&text, WDF_NO_OBJECT_ATTRIBUTES, &string), STATUS_SUCCESS);
	WdfStringGetUnicodeString(string, &out);
	assert_int_equal(out.Length, 0xfffc);
	assert_int_equal(out.Buffer[0x7ffd], 'z');
	assert_int_equal(out.Buffer[0x7ffe], 0);
	text.Length = 0xfffe;
	assert_int_equal(WdfStringCreate(&text, WDF_NO_OBJECT_ATTRIBUTES, &string),
			 STATUS_INTEGER_OVERFLOW);
	assert_null(string);
}

static void test_create__no_string__invalid_parameter(void **state)
{
	WCHAR source[4] = { 'a', 'b', 'c', 0 };
	const UNICODE_STRING wrong[] = {
		{ 3, 8, source }, { 2, 7, source }, { 6, 4, source }, { 2, 2, NULL }
	};

	(void)state;
	for (size_t i = 0; i < UW_ARRAY_SIZE(wrong); i++) {
		string = (WDFSTRING)&string;
		assert_int_equal(WdfStringCreate(&wrong[i], WDF_NO_OBJECT_ATTRIBUTES, &string),
				 STATUS_INVALID_PARAMETER);
		assert_null(string);
	}
}

static void test_create__no_memory__insufficient_resources(void **state)
{
	DECLARE_CONST_UNICODE_STRING(text, L"text");
	uint64_t blocks = mem_live_blocks();

	(void)state;
	for (uint64_t k = 1; k <= 2; k++) { /* the object, its text */
		fault_arm(FAULT_ALLOC, k);
		assert_int_equal(WdfStringCreate(&text, WDF_NO_OBJECT_ATTRIBUTES, &string),
				 STATUS_INSUFFICIENT_RESOURCES);
		fault_disarm();
		assert_null(string);
		assert_int_equal(mem_live_blocks(), blocks);
	}
}

static void test_create__wrong_attributes__object_attributes_status(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;

	(void)state;
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.Size = 0;
	assert_int_equal(WdfStringCreate(NULL, &attrs, &string), STATUS_INFO_LENGTH_MISMATCH);
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.SynchronizationScope = WdfSynchronizationScopeDevice;
	assert_int_equal(WdfStringCreate(NULL, &attrs, &string),
			 STATUS_WDF_SYNCHRONIZATION_SCOPE_INVALID);
}

static void test_dispatch__refused(void **state)
{
	UNICODE_STRING out = { 6, 6, NULL };
	KIRQL before;

	(void)state;
	assert_int_equal(WdfStringCreate(NULL, WDF_NO_OBJECT_ATTRIBUTES, &string), STATUS_SUCCESS);
	before = fx_irql_raise(DISPATCH_LEVEL);
	WdfStringGetUnicodeString(string, &out);
	assert_true(fx_broke());
	assert_int_equal(out.Length, 6);
	assert_int_equal(WdfStringCreate(NULL, WDF_NO_OBJECT_ATTRIBUTES, &string),
			 STATUS_INVALID_DEVICE_REQUEST);
	fx_irql_restore(before);
	assert_true(fx_broke());
	assert_null(string);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_create__copies_and_terminates),
		T(test_create__from_null__empty),
		T(test_create__from_empty__a_terminating_zero),
		T(test_create__longest__copied__one_more__overflow),
		T(test_create__no_string__invalid_parameter),
		cmocka_unit_test_setup_teardown(test_create__no_memory__insufficient_resources,
						setup_counting, fx_teardown),
		T(test_create__wrong_attributes__object_attributes_status),
		T(test_dispatch__refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
