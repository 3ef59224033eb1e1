/* SPDX-License-Identifier: MIT */
/* WDFKEY: keys opened, made and removed, values of every kind, and what Microsoft's manual says of
 * each that goes wrong. */
#include "key_fixture.h"

#include <pthread.h>

#include "object/irql.h"
#include "support/registry.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, key_setup, key_teardown)

TEXT(value_name, L"Value");
TEXT(other_name, L"Other");

/* --- keys --- */

static void test_parameters__of_the_driver__where_windows_has_it(void **state)
{
	TEXT(full, L"\\REGISTRY\\machine\\System\\CurrentControlSet\\Services\\tested\\Parameters");
	ULONG number = 0;
	WDFKEY same;
	(void)state;
	assert_int_equal(WdfRegistryAssignULong(key, &value_name, 7), STATUS_SUCCESS);
	assert_int_equal(WdfRegistryOpenKey(NULL, &full, KEY_READ, NULL, &same), STATUS_SUCCESS);
	assert_int_equal(WdfRegistryQueryULong(same, &value_name, &number), STATUS_SUCCESS);
	assert_int_equal(number, 7);
	WdfRegistryClose(same);
}

static void test_state__of_the_driver__another_key_than_parameters(void **state)
{
	WDFKEY own;
	ULONG number;
	(void)state;
	assert_int_equal(WdfDriverOpenPersistentStateRegistryKey(WdfGetDriver(),
								 KEY_READ | KEY_WRITE, NULL, &own),
			 STATUS_SUCCESS);
	assert_int_equal(WdfRegistryAssignULong(own, &value_name, 1), STATUS_SUCCESS);
	assert_int_equal(WdfRegistryQueryULong(own, &value_name, &number), STATUS_SUCCESS);
	assert_int_equal(WdfRegistryQueryULong(key, &value_name, &number),
			 STATUS_OBJECT_NAME_NOT_FOUND);
	WdfRegistryClose(own);
}

static void test_create__first_and_again__disposition_says(void **state)
{
	TEXT(name, L"Sub");
	WDFKEY first, again;
	ULONG disposition;
	(void)state;
	assert_int_equal(WdfRegistryCreateKey(key, &name, KEY_READ, REG_OPTION_NON_VOLATILE,
					      &disposition, NULL, &first),
			 STATUS_SUCCESS);
	assert_int_equal(disposition, REG_CREATED_NEW_KEY);
	assert_int_equal(WdfRegistryCreateKey(key, &name, KEY_READ, REG_OPTION_NON_VOLATILE,
					      &disposition, NULL, &again),
			 STATUS_SUCCESS);
	assert_int_equal(disposition, REG_OPENED_EXISTING_KEY);
	assert_ptr_not_equal(first, again);
	WdfRegistryClose(first);
	WdfRegistryClose(again);
}

static void test_create__parent_missing__not_found(void **state)
{
	TEXT(deep, L"A\\B");
	TEXT(above, L"A\\");
	WDFKEY made = key;
	(void)state;
	assert_int_equal(WdfRegistryCreateKey(key, &deep, KEY_READ, 0, NULL, NULL, &made),
			 STATUS_OBJECT_NAME_NOT_FOUND);
	assert_null(made);
	WdfRegistryClose(make(key, &above, KEY_READ));
	WdfRegistryClose(make(key, &deep, KEY_READ));
	assert_int_equal(WdfRegistryOpenKey(key, &deep, KEY_READ, NULL, &made), STATUS_SUCCESS);
	WdfRegistryClose(made);
}

static void test_create__options__volatile_and_nothing_else(void **state)
{
	TEXT(name, L"Volatile");
	TEXT(below, L"Below");
	WDFKEY top, made;
	(void)state;
	assert_int_equal(WdfRegistryCreateKey(key, &name, KEY_ALL_ACCESS, REG_OPTION_VOLATILE, NULL,
					      NULL, &top),
			 STATUS_SUCCESS);
	assert_int_equal(WdfRegistryCreateKey(top, &below, KEY_READ, 0, NULL, NULL, &made),
			 STATUS_CHILD_MUST_BE_VOLATILE);
	assert_int_equal(WdfRegistryCreateKey(top, &below, KEY_READ,
					      REG_OPTION_VOLATILE | REG_OPTION_BACKUP_RESTORE, NULL,
					      NULL, &made),
			 STATUS_SUCCESS);
	WdfRegistryClose(made);
	WdfRegistryClose(top);
	assert_int_equal(WdfRegistryCreateKey(key, &below, KEY_READ, REG_OPTION_CREATE_LINK, NULL,
					      NULL, &made),
			 STATUS_NOT_SUPPORTED);
	assert_int_equal(WdfRegistryCreateKey(key, &below, KEY_READ, 0x10, NULL, NULL, &made),
			 STATUS_INVALID_PARAMETER);
}

static void test_open__names_that_are_wrong__the_status_for_each(void **state)
{
	static WCHAR long_name[257];
	TEXT(empty, L"");
	TEXT(missing, L"Missing");
	TEXT(relative, L"Machine\\System");
	TEXT(absolute, L"\\Registry\\Machine\\System");
	TEXT(not_registry, L"\\RegistryX\\Machine");
	TEXT(root, L"\\Registry");
	UNICODE_STRING odd = { 3, 6, (PWCH)(uintptr_t)L"ab" },
		       beyond = { 6, 4, (PWCH)(uintptr_t)L"abc" };
	UNICODE_STRING no_buffer = { 4, 4, NULL };
	UNICODE_STRING too_long = { 512, 514, long_name };
	(void)state;
	for (int i = 0; i < 256; i++)
		long_name[i] = 'n';
	expect_open(key, &empty, STATUS_SUCCESS); /* the same key once more */
	expect_open(NULL, &absolute, STATUS_SUCCESS);
	expect_open(NULL, &root, STATUS_SUCCESS);
	expect_open(key, &missing, STATUS_OBJECT_NAME_NOT_FOUND);
	expect_open(NULL, &empty, STATUS_OBJECT_PATH_SYNTAX_BAD);
	expect_open(NULL, &relative, STATUS_OBJECT_PATH_SYNTAX_BAD);
	expect_open(NULL, &not_registry, STATUS_OBJECT_PATH_SYNTAX_BAD);
	expect_open(key, &absolute, STATUS_OBJECT_PATH_SYNTAX_BAD);
	expect_open(key, &odd, STATUS_INVALID_PARAMETER);
	expect_open(key, &beyond, STATUS_INVALID_PARAMETER);
	expect_open(key, &no_buffer, STATUS_INVALID_PARAMETER);
	expect_open(key, &too_long, STATUS_OBJECT_NAME_INVALID);
}

static void test_remove_key__only_without_subkeys__and_the_handle_is_gone(void **state)
{
	TEXT(name, L"Sub");
	TEXT(below, L"Below");
	WDFKEY sub = make(key, &name, KEY_ALL_ACCESS), lower = make(sub, &below, KEY_ALL_ACCESS);
	WDFKEY second;
	ULONG number;
	(void)state;
	assert_int_equal(WdfRegistryOpenKey(sub, &below, KEY_ALL_ACCESS, NULL, &second),
			 STATUS_SUCCESS);
	assert_int_equal(WdfRegistryAssignULong(lower, &value_name, 1), STATUS_SUCCESS);
	assert_int_equal(WdfRegistryRemoveKey(sub), STATUS_CANNOT_DELETE);
	assert_int_equal(WdfRegistryRemoveKey(lower), STATUS_SUCCESS);
	/* another handle of the key that is gone */
	assert_int_equal(WdfRegistryQueryULong(second, &value_name, &number), STATUS_KEY_DELETED);
	assert_int_equal(WdfRegistryAssignULong(second, &value_name, 1), STATUS_KEY_DELETED);
	assert_int_equal(WdfRegistryRemoveValue(second, &value_name), STATUS_KEY_DELETED);
	expect_open(second, &name, STATUS_KEY_DELETED);
	assert_int_equal(WdfRegistryRemoveKey(second), STATUS_KEY_DELETED);
	WdfRegistryClose(second);
	assert_int_equal(WdfRegistryRemoveKey(sub), STATUS_SUCCESS);
	expect_open(key, &name, STATUS_OBJECT_NAME_NOT_FOUND);
}

static void test_handle__any_key__one_that_stays(void **state)
{
	(void)state;
	assert_non_null(WdfRegistryWdmGetHandle(key));
	assert_ptr_equal(WdfRegistryWdmGetHandle(key), WdfRegistryWdmGetHandle(key));
}

/* --- rights --- */

static void expect_rights(ACCESS_MASK access, NTSTATUS query, NTSTATUS set, NTSTATUS remove)
{
	TEXT(name, L"Rights");
	WDFKEY opened = make(key, &name, KEY_ALL_ACCESS);
	ULONG number;

	assert_int_equal(WdfRegistryAssignULong(opened, &value_name, 1), STATUS_SUCCESS);
	WdfRegistryClose(opened);
	assert_int_equal(WdfRegistryOpenKey(key, &name, access, NULL, &opened), STATUS_SUCCESS);
	assert_int_equal(WdfRegistryQueryULong(opened, &value_name, &number), query);
	assert_int_equal(WdfRegistryAssignULong(opened, &value_name, 2), set);
	assert_int_equal(WdfRegistryRemoveValue(opened, &value_name), set);
	assert_int_equal(WdfRegistryRemoveKey(opened), remove);
	if (!NT_SUCCESS(remove))
		WdfRegistryClose(opened);
}

static void test_rights__as_asked_for__nothing_more(void **state)
{
	const NTSTATUS yes = STATUS_SUCCESS, no = STATUS_ACCESS_DENIED;
	(void)state;
	expect_rights(KEY_READ, yes, no, no);
	expect_rights(KEY_WRITE, no, yes, no);
	expect_rights(KEY_QUERY_VALUE, yes, no, no);
	expect_rights(KEY_SET_VALUE, no, yes, no);
	expect_rights(KEY_READ | DELETE, yes, no, yes);
	expect_rights(DELETE, no, no, yes);
	expect_rights(GENERIC_READ, yes, no, no);
	expect_rights(GENERIC_WRITE, no, yes, no);
	expect_rights(GENERIC_EXECUTE, yes, no, no);
	expect_rights(0, no, no, no);
	expect_rights(READ_CONTROL, no, no, no);
	expect_rights(KEY_ALL_ACCESS, yes, yes, yes);
	expect_rights(GENERIC_ALL, yes, yes, yes);
	expect_rights(MAXIMUM_ALLOWED, yes, yes, yes);
	expect_rights(STANDARD_RIGHTS_ALL, yes, yes, yes); /* as the samples use it */
	expect_rights(STANDARD_RIGHTS_ALL | KEY_QUERY_VALUE, yes, no, yes);
}

/* --- values --- */

static void test_value__any_type__as_it_was_given(void **state)
{
	static const ULONG types[] = { REG_NONE,   REG_SZ,       REG_EXPAND_SZ,
				       REG_BINARY, REG_DWORD,    REG_DWORD_BIG_ENDIAN,
				       REG_LINK,   REG_MULTI_SZ, REG_RESOURCE_LIST,
				       REG_QWORD,  0xcafe0000 };
	UCHAR in[11], out[12];
	(void)state;
	for (ULONG i = 0; i < UW_ARRAY_SIZE(types); i++) {
		ULONG len = 77, type = 77;

		memset(in, (int)i + 1, sizeof(in));
		memset(out, 0, sizeof(out));
		assert_int_equal(WdfRegistryAssignValue(key, &value_name, types[i], i, in),
				 STATUS_SUCCESS);
		assert_int_equal(
			WdfRegistryQueryValue(key, &value_name, sizeof(out), out, &len, &type),
			STATUS_SUCCESS);
		assert_int_equal(len, i);
		assert_int_equal(type, types[i]);
		assert_memory_equal(in, out, i);
		assert_int_equal(out[i], 0);
	}
}

static void test_query_value__buffer_too_small__overflow_with_the_first_part(void **state)
{
	ULONG len, type;
	char out[8] = "........";
	(void)state;
	assert_int_equal(WdfRegistryAssignValue(key, &value_name, REG_BINARY, 6,
						(PVOID)(uintptr_t) "abcdef"),
			 STATUS_SUCCESS);
	assert_int_equal(WdfRegistryQueryValue(key, &value_name, 4, out, &len, &type),
			 STATUS_BUFFER_OVERFLOW);
	assert_memory_equal(out, "abcd....", 8);
	assert_int_equal(len, 6);
	assert_int_equal(type, REG_BINARY);
	len = type = 0;
	assert_int_equal(WdfRegistryQueryValue(key, &value_name, 0, NULL, &len, &type),
			 STATUS_BUFFER_OVERFLOW);
	assert_int_equal(len, 6);
	assert_int_equal(type, REG_BINARY);
	assert_int_equal(WdfRegistryQueryValue(key, &value_name, 100, NULL, NULL, NULL),
			 STATUS_BUFFER_OVERFLOW);
	assert_int_equal(WdfRegistryQueryValue(key, &value_name, 6, out, NULL, NULL),
			 STATUS_SUCCESS);
	assert_memory_equal(out, "abcdef..", 8);
}

static void test_query_value__missing__not_found_and_nothing_set(void **state)
{
	ULONG len = 5, type = 6;
	(void)state;
	assert_int_equal(WdfRegistryQueryValue(key, &value_name, 0, NULL, &len, &type),
			 STATUS_OBJECT_NAME_NOT_FOUND);
	assert_int_equal(len, 5);
	assert_int_equal(type, 6);
}

static void test_value__default_and_odd_names__kept_apart(void **state)
{
	static WCHAR with_zero[] = { 'a', 0, 'b' };
	UNICODE_STRING zero = { 6, 6, with_zero }, before = { 2, 6, with_zero };
	TEXT(none, L"");
	TEXT(slashes, L"a\\b/c");
	TEXT(upper, L"\xc4\x3b1"); /* A umlaut, alpha */
	TEXT(lower, L"\xe4\x391");
	ULONG number;
	(void)state;
	assert_int_equal(WdfRegistryAssignULong(key, &none, 1), STATUS_SUCCESS);
	assert_int_equal(WdfRegistryAssignULong(key, &zero, 2), STATUS_SUCCESS);
	assert_int_equal(WdfRegistryAssignULong(key, &slashes, 3), STATUS_SUCCESS);
	assert_int_equal(WdfRegistryAssignULong(key, &upper, 4), STATUS_SUCCESS);
	assert_int_equal(WdfRegistryQueryULong(key, &none, &number), STATUS_SUCCESS);
	assert_int_equal(number, 1);
	assert_int_equal(WdfRegistryQueryULong(key, &zero, &number), STATUS_SUCCESS);
	assert_int_equal(number, 2);
	assert_int_equal(WdfRegistryQueryULong(key, &before, &number),
			 STATUS_OBJECT_NAME_NOT_FOUND);
	assert_int_equal(WdfRegistryQueryULong(key, &lower, &number), STATUS_SUCCESS);
	assert_int_equal(number, 4);
	assert_int_equal(WdfRegistryRemoveValue(key, &lower), STATUS_SUCCESS);
	assert_int_equal(WdfRegistryRemoveValue(key, &upper), STATUS_OBJECT_NAME_NOT_FOUND);
}

static void test_ulong__other_type_or_size__mismatch(void **state)
{
	ULONG number = 9;
	(void)state;
	assert_int_equal(WdfRegistryAssignValue(key, &value_name, REG_BINARY, 4, &number),
			 STATUS_SUCCESS);
	assert_int_equal(WdfRegistryQueryULong(key, &value_name, &number),
			 STATUS_OBJECT_TYPE_MISMATCH);
	assert_int_equal(WdfRegistryAssignValue(key, &value_name, REG_DWORD, 3, &number),
			 STATUS_SUCCESS);
	assert_int_equal(WdfRegistryQueryULong(key, &value_name, &number),
			 STATUS_OBJECT_TYPE_MISMATCH);
	assert_int_equal(number, 9);
	assert_int_equal(WdfRegistryAssignULong(key, &value_name, 0x12345678), STATUS_SUCCESS);
	assert_int_equal(WdfRegistryQueryULong(key, &value_name, &number), STATUS_SUCCESS);
	assert_int_equal(number, 0x12345678);
	assert_int_equal(WdfRegistryQueryULong(key, &other_name, &number),
			 STATUS_OBJECT_NAME_NOT_FOUND);
}

/* --- memory --- */

static void test_memory__assign_a_part__query_gives_it_back(void **state)
{
	WDFMEMORY_OFFSET part = { 2, 3 }, past = { 5, 4 }, wraps = { 4, (size_t)-2 };
	WDFMEMORY_OFFSET behind = { 9, 1 };
	WDFMEMORY memory, back;
	ULONG type;
	size_t len;
	char *data;
	(void)state;
	assert_int_equal(WdfMemoryCreate(NULL, PagedPool, 0, 8, &memory, (PVOID *)&data),
			 STATUS_SUCCESS);
	memcpy(data, "abcdefgh", 8);
	assert_int_equal(WdfRegistryAssignMemory(key, &value_name, REG_BINARY, memory, &past),
			 STATUS_INTEGER_OVERFLOW);
	assert_int_equal(WdfRegistryAssignMemory(key, &value_name, REG_BINARY, memory, &wraps),
			 STATUS_INTEGER_OVERFLOW);
	assert_int_equal(WdfRegistryAssignMemory(key, &value_name, REG_BINARY, memory, &behind),
			 STATUS_INTEGER_OVERFLOW);
	assert_int_equal(WdfRegistryQueryMemory(key, &value_name, PagedPool, NULL, &back, &type),
			 STATUS_OBJECT_NAME_NOT_FOUND);
	assert_null(back);
	assert_int_equal(WdfRegistryAssignMemory(key, &value_name, REG_BINARY, memory, &part),
			 STATUS_SUCCESS);
	assert_int_equal(WdfRegistryQueryMemory(key, &value_name, PagedPool, NULL, &back, &type),
			 STATUS_SUCCESS);
	assert_memory_equal(WdfMemoryGetBuffer(back, &len), "cde", 3);
	assert_int_equal(len, 3);
	assert_int_equal(type, REG_BINARY);
	WdfObjectDelete(back);
	assert_int_equal(WdfRegistryAssignMemory(key, &value_name, REG_NONE, memory, NULL),
			 STATUS_SUCCESS);
	assert_int_equal(WdfRegistryQueryMemory(key, &value_name, PagedPool, NULL, &back, NULL),
			 STATUS_SUCCESS);
	assert_memory_equal(WdfMemoryGetBuffer(back, &len), "abcdefgh", 8);
	assert_int_equal(len, 8);
	WdfObjectDelete(back);
	WdfObjectDelete(memory);
}

static void test_memory__empty_value__data_not_found(void **state)
{
	WDFMEMORY back = NULL;
	(void)state;
	assert_int_equal(
		WdfRegistryAssignValue(key, &value_name, REG_BINARY, 0, (PVOID)(uintptr_t) ""),
		STATUS_SUCCESS);
	assert_int_equal(WdfRegistryQueryMemory(key, &value_name, PagedPool, NULL, &back, NULL),
			 STATUS_RESOURCE_DATA_NOT_FOUND);
	assert_null(back);
}

/* --- level, attributes, lifetime --- */

static void test_any_call__above_passive__refused(void **state)
{
	KIRQL before = fx_irql_raise(DISPATCH_LEVEL);
	const NTSTATUS no = STATUS_INVALID_DEVICE_REQUEST;
	TEXT(name, L"Sub");
	UNICODE_STRING out = { 0, 0, NULL };
	WDFMEMORY memory;
	ULONG number;
	WDFKEY made;
	(void)state;
	(void)fx_broke();
	assert_int_equal(WdfRegistryOpenKey(key, &name, 0, NULL, &made), no);
	assert_int_equal(WdfRegistryCreateKey(key, &name, 0, 0, NULL, NULL, &made), no);
	assert_int_equal(WdfDriverOpenParametersRegistryKey(WdfGetDriver(), 0, NULL, &made), no);
	assert_int_equal(WdfDriverOpenPersistentStateRegistryKey(WdfGetDriver(), 0, NULL, &made),
			 no);
	assert_int_equal(WdfRegistryRemoveKey(key), no);
	assert_int_equal(WdfRegistryRemoveValue(key, &name), no);
	assert_int_equal(WdfRegistryQueryValue(key, &name, 0, NULL, NULL, NULL), no);
	assert_int_equal(WdfRegistryQueryMemory(key, &name, PagedPool, NULL, &memory, NULL), no);
	assert_int_equal(WdfRegistryQueryUnicodeString(key, &name, NULL, &out), no);
	assert_int_equal(WdfRegistryQueryULong(key, &name, &number), no);
	assert_int_equal(WdfRegistryAssignValue(key, &name, 0, 0, &number), no);
	assert_int_equal(WdfRegistryAssignUnicodeString(key, &name, &name), no);
	assert_int_equal(WdfRegistryAssignULong(key, &name, 0), no);
	assert_null(WdfRegistryWdmGetHandle(key));
	WdfRegistryClose(key);
	fx_irql_restore(before);
	assert_true(fx_broke());
	assert_int_equal(WdfRegistryAssignULong(key, &name, 0), STATUS_SUCCESS);
}

static void test_level__objects_of_others__refused_above_passive(void **state)
{
	const NTSTATUS no = STATUS_INVALID_DEVICE_REQUEST;
	WDFCOLLECTION strings;
	WDFMEMORY memory;
	WDFSTRING string;
	KIRQL before;
	(void)state;
	assert_int_equal(WdfCollectionCreate(NULL, &strings), STATUS_SUCCESS);
	assert_int_equal(WdfStringCreate(NULL, NULL, &string), STATUS_SUCCESS);
	assert_int_equal(WdfMemoryCreate(NULL, PagedPool, 0, 8, &memory, NULL), STATUS_SUCCESS);
	before = fx_irql_raise(DISPATCH_LEVEL);
	assert_int_equal(WdfRegistryQueryMultiString(key, &value_name, NULL, strings), no);
	assert_int_equal(WdfRegistryQueryString(key, &value_name, string), no);
	assert_int_equal(WdfRegistryAssignMemory(key, &value_name, 0, memory, NULL), no);
	assert_int_equal(WdfRegistryAssignMultiString(key, &value_name, strings), no);
	assert_int_equal(WdfRegistryAssignString(key, &value_name, string), no);
	fx_irql_restore(before);
}

static void note_cleanup(WDFOBJECT object)
{
	ULONG number;

	(void)object;
	/* a key may still be used by its own cleanup */
	if (NT_SUCCESS(WdfRegistryQueryULong(object, &value_name, &number)))
		fx_note_number("Cleanup", number);
}

static void test_attributes__wrong_or_with_callbacks__as_for_any_object(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	TEXT(missing, L"Missing");
	TEXT(empty, L"");
	WDFKEY made;
	(void)state;
	fx_log_clear();
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.Size--;
	assert_int_equal(WdfRegistryOpenKey(key, &empty, KEY_READ, &attrs, &made),
			 STATUS_INFO_LENGTH_MISMATCH);
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.EvtCleanupCallback = note_cleanup;
	assert_int_equal(WdfRegistryOpenKey(key, &missing, KEY_READ, &attrs, &made),
			 STATUS_OBJECT_NAME_NOT_FOUND);
	assert_string_equal(fx_log(), "");
	assert_int_equal(WdfRegistryAssignULong(key, &value_name, 3), STATUS_SUCCESS);
	attrs.ParentObject = key;
	assert_int_equal(WdfRegistryOpenKey(key, &empty, KEY_READ, &attrs, &made), STATUS_SUCCESS);
	WdfRegistryClose(key);
	assert_string_equal(fx_log(), "Cleanup3");
}

static void close_it(void *arg)
{
	WdfRegistryClose(arg);
}

static void remove_it(void *arg)
{
	(void)WdfRegistryRemoveKey(arg);
}

static void test_handle__after_remove__void(void **state)
{
	TEXT(name, L"Sub");
	WDFKEY sub = make(key, &name, KEY_ALL_ACCESS);
	(void)state;
	assert_int_equal(WdfRegistryRemoveKey(sub), STATUS_SUCCESS);
	assert_true(fx_stops(close_it, key == sub ? NULL : WdfGetDriver(), WDF_INVALID_HANDLE));
	assert_true(fx_stops(remove_it, WdfGetDriver(), WDF_INVALID_HANDLE));
}

static void test_file__gone_bad__registry_corrupt_and_said_why(void **state)
{
	FILE *file;
	WDFKEY made;
	(void)state;
	WdfRegistryClose(key); /* the last one: the file closes */
	file = fopen(test_registry_path, "w");
	for (int i = 0; i < 1000; i++)
		fputs("no registry", file);
	fclose(file);
	assert_int_equal(WdfDriverOpenParametersRegistryKey(WdfGetDriver(), KEY_READ, NULL, &made),
			 STATUS_REGISTRY_CORRUPT);
	assert_null(made);
}

/* --- threads --- */

static void *set_and_get(void *arg)
{
	UNICODE_STRING name = { 2, 2, arg };
	TEXT(below, L"Shared");
	NTSTATUS status = STATUS_SUCCESS;
	ULONG number = 0;
	WDFKEY own;

	for (ULONG i = 1; NT_SUCCESS(status) && i <= 50; i++) {
		status = WdfRegistryCreateKey(key, &below, KEY_ALL_ACCESS, 0, NULL, NULL, &own);
		if (!NT_SUCCESS(status))
			break;
		status = WdfRegistryAssignULong(own, &name, i);
		if (NT_SUCCESS(status))
			status = WdfRegistryQueryULong(own, &name, &number);
		WdfRegistryClose(own);
		if (number != i)
			status = STATUS_DATA_ERROR;
	}
	return NT_SUCCESS(status) ? NULL : arg;
}

static void test_threads__four_in_one_key__each_sees_its_own(void **state)
{
	static WCHAR names[] = { 'a', 'b', 'c', 'd' };
	pthread_t threads[4];
	void *wrong;
	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, set_and_get, &names[i]), 0);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], &wrong), 0);
		assert_null(wrong);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_parameters__of_the_driver__where_windows_has_it),
		TEST(test_state__of_the_driver__another_key_than_parameters),
		TEST(test_create__first_and_again__disposition_says),
		TEST(test_create__parent_missing__not_found),
		TEST(test_create__options__volatile_and_nothing_else),
		TEST(test_open__names_that_are_wrong__the_status_for_each),
		TEST(test_remove_key__only_without_subkeys__and_the_handle_is_gone),
		TEST(test_handle__any_key__one_that_stays),
		TEST(test_rights__as_asked_for__nothing_more),
		TEST(test_value__any_type__as_it_was_given),
		TEST(test_query_value__buffer_too_small__overflow_with_the_first_part),
		TEST(test_query_value__missing__not_found_and_nothing_set),
		TEST(test_value__default_and_odd_names__kept_apart),
		TEST(test_ulong__other_type_or_size__mismatch),
		TEST(test_memory__assign_a_part__query_gives_it_back),
		TEST(test_memory__empty_value__data_not_found),
		TEST(test_any_call__above_passive__refused),
		TEST(test_level__objects_of_others__refused_above_passive),
		TEST(test_attributes__wrong_or_with_callbacks__as_for_any_object),
		TEST(test_handle__after_remove__void),
		TEST(test_file__gone_bad__registry_corrupt_and_said_why),
		TEST(test_threads__four_in_one_key__each_sees_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
