/* SPDX-License-Identifier: MIT */
/* WDFKEY: values that are text, one or several. */
#include "key_fixture.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, key_setup, key_teardown)

TEXT(value_name, L"Value");
TEXT(other_name, L"Other");

/* --- text --- */

static void test_unicode_string__round_trip__with_its_zero(void **state)
{
	TEXT(text, L"h\xe9llo");
	WCHAR stored[8], room[8];
	UNICODE_STRING out = { 0, sizeof(room), room }, tight = { 0, 10, room };
	UNICODE_STRING small = { 4, 8, room };
	USHORT bytes = 0;
	ULONG len, type;
	(void)state;
	assert_int_equal(WdfRegistryAssignUnicodeString(key, &value_name, &text), STATUS_SUCCESS);
	assert_int_equal(
		WdfRegistryQueryValue(key, &value_name, sizeof(stored), stored, &len, &type),
		STATUS_SUCCESS);
	assert_int_equal(type, REG_SZ);
	assert_int_equal(len, 12);
	assert_memory_equal(stored, L"h\xe9llo", 12);
	memset(room, 0xee, sizeof(room));
	assert_int_equal(WdfRegistryQueryUnicodeString(key, &value_name, &bytes, &out),
			 STATUS_SUCCESS);
	assert_int_equal(bytes, 12);
	assert_int_equal(out.Length, 10);
	assert_memory_equal(room, L"h\xe9llo", 12);
	memset(room, 0xee, sizeof(room));
	assert_int_equal(WdfRegistryQueryUnicodeString(key, &value_name, NULL, &tight),
			 STATUS_SUCCESS);
	assert_int_equal(tight.Length, 10);
	assert_int_equal(room[5], 0xeeee); /* no room for the zero */
	bytes = 0;
	assert_int_equal(WdfRegistryQueryUnicodeString(key, &value_name, &bytes, &small),
			 STATUS_BUFFER_OVERFLOW);
	assert_int_equal(bytes, 12);
	assert_int_equal(small.Length, 4);
	bytes = 0;
	assert_int_equal(WdfRegistryQueryUnicodeString(key, &value_name, &bytes, NULL),
			 STATUS_SUCCESS);
	assert_int_equal(bytes, 12);
	assert_int_equal(WdfRegistryQueryUnicodeString(key, &value_name, NULL, NULL),
			 STATUS_INVALID_PARAMETER);
}

static void test_unicode_string__not_ended_or_other_type__text_or_mismatch(void **state)
{
	WCHAR room[8];
	UNICODE_STRING out = { 0, sizeof(room), room }, odd = { 3, 4, room };
	USHORT bytes;
	(void)state;
	assert_int_equal(
		WdfRegistryAssignValue(key, &value_name, REG_SZ, 4, (PVOID)(uintptr_t)L"ab"),
		STATUS_SUCCESS);
	assert_int_equal(WdfRegistryQueryUnicodeString(key, &value_name, &bytes, &out),
			 STATUS_SUCCESS);
	assert_int_equal(out.Length, 4);
	assert_int_equal(bytes, 6);
	assert_int_equal(
		WdfRegistryAssignValue(key, &value_name, REG_EXPAND_SZ, 4, (PVOID)(uintptr_t)L"ab"),
		STATUS_SUCCESS);
	assert_int_equal(WdfRegistryQueryUnicodeString(key, &value_name, &bytes, &out),
			 STATUS_OBJECT_TYPE_MISMATCH);
	assert_int_equal(WdfRegistryQueryUnicodeString(key, &other_name, &bytes, &out),
			 STATUS_OBJECT_NAME_NOT_FOUND);
	assert_int_equal(WdfRegistryAssignUnicodeString(key, &value_name, &odd),
			 STATUS_INVALID_PARAMETER);
}

static void test_unicode_string__longer_than_one_can_be__integer_overflow(void **state)
{
	WCHAR *text = calloc(40000, sizeof(WCHAR));
	USHORT bytes;
	(void)state;
	for (int i = 0; i < 39999; i++)
		text[i] = 'x';
	assert_int_equal(WdfRegistryAssignValue(key, &value_name, REG_SZ, 80000, text),
			 STATUS_SUCCESS);
	assert_int_equal(WdfRegistryQueryUnicodeString(key, &value_name, &bytes, NULL),
			 STATUS_INTEGER_OVERFLOW);
	free(text);
}

static void expect_text(WDFSTRING string, PCWSTR expected)
{
	UNICODE_STRING text, wanted;

	RtlInitUnicodeString(&wanted, expected);
	WdfStringGetUnicodeString(string, &text);
	assert_int_equal(text.Length, wanted.Length);
	assert_memory_equal(text.Buffer, expected, text.Length + sizeof(WCHAR));
}

static void test_string__round_trip__replaces_what_it_had(void **state)
{
	TEXT(one, L"one");
	TEXT(another, L"another");
	WDFSTRING from, to;
	(void)state;
	assert_int_equal(WdfStringCreate(&one, NULL, &from), STATUS_SUCCESS);
	assert_int_equal(WdfStringCreate(&another, NULL, &to), STATUS_SUCCESS);
	assert_int_equal(WdfRegistryAssignString(key, &value_name, from), STATUS_SUCCESS);
	assert_int_equal(WdfRegistryQueryString(key, &value_name, to), STATUS_SUCCESS);
	expect_text(to, L"one");
	assert_int_equal(WdfRegistryQueryString(key, &other_name, to),
			 STATUS_OBJECT_NAME_NOT_FOUND);
	assert_int_equal(WdfRegistryAssignULong(key, &value_name, 1), STATUS_SUCCESS);
	assert_int_equal(WdfRegistryQueryString(key, &value_name, to), STATUS_OBJECT_TYPE_MISMATCH);
	assert_int_equal(WdfRegistryAssignValue(key, &value_name, REG_SZ, 0, (PVOID)(uintptr_t) ""),
			 STATUS_SUCCESS);
	assert_int_equal(WdfRegistryQueryString(key, &value_name, to),
			 STATUS_RESOURCE_DATA_NOT_FOUND);
	expect_text(to, L"one");
}

/* --- several texts --- */

static WDFCOLLECTION collection(unsigned int strings)
{
	TEXT(text, L"text");
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFCOLLECTION made;
	WDFSTRING string;

	assert_int_equal(WdfCollectionCreate(NULL, &made), STATUS_SUCCESS);
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = made;
	while (strings--) {
		UNICODE_STRING part = text;

		part.Length = (USHORT)(part.Length - strings * sizeof(WCHAR));
		assert_int_equal(WdfStringCreate(&part, &attrs, &string), STATUS_SUCCESS);
		assert_int_equal(WdfCollectionAdd(made, string), STATUS_SUCCESS);
	}
	return made;
}

static void test_multi_string__round_trip__appended_in_order(void **state)
{
	static const WCHAR expected[] = L"te\0tex\0text\0";
	WDFCOLLECTION from = collection(3), to = collection(1);
	WDF_OBJECT_ATTRIBUTES attrs;
	WCHAR stored[16];
	ULONG len, type;
	(void)state;
	assert_int_equal(WdfRegistryAssignMultiString(key, &value_name, from), STATUS_SUCCESS);
	assert_int_equal(
		WdfRegistryQueryValue(key, &value_name, sizeof(stored), stored, &len, &type),
		STATUS_SUCCESS);
	assert_int_equal(type, REG_MULTI_SZ);
	assert_int_equal(len, sizeof(expected));
	assert_memory_equal(stored, expected, sizeof(expected));
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = to;
	assert_int_equal(WdfRegistryQueryMultiString(key, &value_name, &attrs, to), STATUS_SUCCESS);
	assert_int_equal(WdfCollectionGetCount(to), 4);
	expect_text(WdfCollectionGetItem(to, 0), L"text");
	expect_text(WdfCollectionGetItem(to, 1), L"te");
	expect_text(WdfCollectionGetItem(to, 3), L"text");
	WdfObjectDelete(to);
	WdfObjectDelete(from);
}

static void test_multi_string__wrong_collection__invalid_parameter(void **state)
{
	WDFCOLLECTION none = collection(0), mixed = collection(1);
	(void)state;
	assert_int_equal(WdfRegistryAssignMultiString(key, &value_name, none),
			 STATUS_INVALID_PARAMETER);
	assert_int_equal(WdfCollectionAdd(mixed, WdfGetDriver()), STATUS_SUCCESS);
	assert_int_equal(WdfRegistryAssignMultiString(key, &value_name, mixed),
			 STATUS_INVALID_PARAMETER);
}

static void expect_multi(ULONG type, const void *data, ULONG len, NTSTATUS expected)
{
	WDFCOLLECTION to = collection(1);

	assert_int_equal(
		WdfRegistryAssignValue(key, &value_name, type, len, (PVOID)(uintptr_t)data),
		STATUS_SUCCESS);
	assert_int_equal(WdfRegistryQueryMultiString(key, &value_name, NULL, to), expected);
	assert_int_equal(WdfCollectionGetCount(to), NT_SUCCESS(expected) ? 2 : 1);
	WdfObjectDelete(to);
}

static void test_multi_string__values_that_are_none__the_status_for_each(void **state)
{
	WCHAR *text = calloc(40000, sizeof(WCHAR));
	WDFCOLLECTION to = collection(0);
	(void)state;
	for (int i = 0; i < 39998; i++)
		text[i] = 'x';
	expect_multi(REG_SZ, L"a\0", 6, STATUS_OBJECT_TYPE_MISMATCH);
	expect_multi(REG_MULTI_SZ, "", 0, STATUS_RESOURCE_DATA_NOT_FOUND);
	expect_multi(REG_MULTI_SZ, L"", 2, STATUS_RESOURCE_DATA_NOT_FOUND);
	expect_multi(REG_MULTI_SZ, L"a", 2, STATUS_SUCCESS); /* not ended */
	expect_multi(REG_MULTI_SZ, text, 80000, STATUS_INTEGER_OVERFLOW);
	assert_int_equal(WdfRegistryQueryMultiString(key, &other_name, NULL, to),
			 STATUS_OBJECT_NAME_NOT_FOUND);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_unicode_string__round_trip__with_its_zero),
		TEST(test_unicode_string__not_ended_or_other_type__text_or_mismatch),
		TEST(test_unicode_string__longer_than_one_can_be__integer_overflow),
		TEST(test_string__round_trip__replaces_what_it_had),
		TEST(test_multi_string__round_trip__appended_in_order),
		TEST(test_multi_string__wrong_collection__invalid_parameter),
		TEST(test_multi_string__values_that_are_none__the_status_for_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
