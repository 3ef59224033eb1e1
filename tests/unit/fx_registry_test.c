/* SPDX-License-Identifier: MIT */
/* WDFKEY: keys opened, made and removed, values of every kind, and what Microsoft's manual says of
 * each that goes wrong. */
#include "fx_fixture.h"
#include "registry_dir.h"

#include <pthread.h>

#include "object/irql.h"
#include "support/registry.h"

#define TEXT(name, text) DECLARE_CONST_UNICODE_STRING(name, text)

static WDFKEY key;
TEXT(value_name, L"Value");
TEXT(other_name, L"Other");

static int setup(void **state)
{
	int err = fx_setup(state);

	test_registry_begin();
	err = err ? err : fx_load();
	key = NULL;
	if (!err && !NT_SUCCESS(WdfDriverOpenParametersRegistryKey(WdfGetDriver(), KEY_ALL_ACCESS,
								   NULL, &key)))
		err = -1;
	if (err)
		test_registry_end(); /* no teardown follows */
	return err;
}

static int teardown(void **state)
{
	int err = fx_teardown(state);

	test_registry_end();
	return err;
}

static WDFKEY make(WDFKEY parent, PCUNICODE_STRING name, ACCESS_MASK access)
{
	WDFKEY made;

	assert_int_equal(WdfRegistryCreateKey(parent, name, access, 0, NULL, NULL, &made),
			 STATUS_SUCCESS);
	return made;
}

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

static void expect_open(WDFKEY parent, PCUNICODE_STRING name, NTSTATUS expected)
{
	WDFKEY opened = key;

	assert_int_equal(WdfRegistryOpenKey(parent, name, KEY_READ, NULL, &opened), expected);
	if (NT_SUCCESS(expected))
		WdfRegistryClose(opened);
	else
		assert_null(opened);
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
	WDFCOLLECTION strings = collection(1);
	WDFMEMORY memory;
	WDFSTRING string;
	KIRQL before;
	(void)state;
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

/* --- a device's keys --- */

static struct {
	WDFKEY early;
	NTSTATUS status;
} in_init;

static void open_in_init(PWDFDEVICE_INIT init)
{
	assert_int_equal(WdfFdoInitOpenRegistryKey(init, PLUGPLAY_REGKEY_DEVICE,
						   STANDARD_RIGHTS_ALL, NULL, &in_init.early),
			 STATUS_SUCCESS);
	assert_int_equal(WdfRegistryAssignULong(in_init.early, &value_name, 5), STATUS_SUCCESS);
	in_init.status = WdfFdoInitOpenRegistryKey(init, 3, KEY_READ, NULL, &in_init.early);
}

static ULONG number_in(ULONG type, ACCESS_MASK access)
{
	ULONG number = 0;
	WDFKEY opened;

	assert_int_equal(WdfDeviceOpenRegistryKey(fx_made.device, type, access, NULL, &opened),
			 STATUS_SUCCESS);
	if (!NT_SUCCESS(WdfRegistryQueryULong(opened, &value_name, &number)))
		number = 0;
	WdfRegistryClose(opened);
	return number;
}

static void expect_number_at(PCWSTR path, ULONG expected)
{
	UNICODE_STRING name;
	ULONG number;
	WDFKEY opened;

	RtlInitUnicodeString(&name, path);
	assert_int_equal(WdfRegistryOpenKey(NULL, &name, KEY_READ, NULL, &opened), STATUS_SUCCESS);
	assert_int_equal(WdfRegistryQueryULong(opened, &value_name, &number), STATUS_SUCCESS);
	assert_int_equal(number, expected);
	WdfRegistryClose(opened);
}

static void set_in(ULONG type, ULONG number)
{
	WDFKEY opened;

	assert_int_equal(
		WdfDeviceOpenRegistryKey(fx_made.device, type, KEY_SET_VALUE, NULL, &opened),
		STATUS_SUCCESS);
	assert_int_equal(WdfRegistryAssignULong(opened, &value_name, number), STATUS_SUCCESS);
	WdfRegistryClose(opened);
}

#define ROOT L"\\Registry\\Machine\\System\\CurrentControlSet\\"
#define EDU  L"PCI\\VEN_1234&DEV_11E8&SUBSYS_11001AF4&REV_10\\model:edu"

static void test_device_keys__hardware_and_software__where_windows_has_them(void **state)
{
	(void)state;
	fx_script.in_init = open_in_init;
	fx_up();
	assert_int_equal(in_init.status, STATUS_INVALID_PARAMETER);
	assert_int_equal(number_in(PLUGPLAY_REGKEY_DEVICE, KEY_READ), 5);
	assert_int_equal(number_in(PLUGPLAY_REGKEY_DRIVER, KEY_READ), 0);
	set_in(PLUGPLAY_REGKEY_DRIVER, 6);
	assert_int_equal(number_in(PLUGPLAY_REGKEY_DRIVER, KEY_READ), 6);
	set_in(PLUGPLAY_REGKEY_DEVICE | PLUGPLAY_REGKEY_CURRENT_HWPROFILE, 7);
	assert_int_equal(number_in(PLUGPLAY_REGKEY_DEVICE, KEY_READ), 5);
	expect_number_at(ROOT L"Enum\\" EDU L"\\Device Parameters", 5);
	expect_number_at(ROOT L"Control\\Class\\{4d36e97e-e325-11ce-bfc1-08002be10318}\\0000", 6);
	expect_number_at(ROOT L"Hardware "
			      L"Profiles\\Current\\System\\CurrentControlSet\\Enum"
			      L"\\" EDU L"\\Device Parameters",
			 7);
	fx_remove();
}

static void test_device_keys__class_given__numbered_in_it(void **state)
{
	TEXT(hardware, ROOT L"Enum\\" EDU);
	TEXT(taken, ROOT L"Control\\Class\\{net}");
	TEXT(number, L"0000");
	TEXT(class_name, L"ClassGUID");
	TEXT(class, L"{net}");
	WDFKEY opened;
	(void)state;
	fx_up();
	(void)number_in(PLUGPLAY_REGKEY_DEVICE, KEY_READ); /* makes it */
	assert_int_equal(WdfRegistryOpenKey(NULL, &hardware, KEY_WRITE, NULL, &opened),
			 STATUS_SUCCESS);
	assert_int_equal(WdfRegistryAssignUnicodeString(opened, &class_name, &class),
			 STATUS_SUCCESS);
	WdfRegistryClose(opened);
	opened = make(NULL, &taken, KEY_READ);
	WdfRegistryClose(make(opened, &number, KEY_READ));
	WdfRegistryClose(opened);
	set_in(PLUGPLAY_REGKEY_DRIVER, 8);
	expect_number_at(ROOT L"Control\\Class\\{net}\\0001", 8);
	fx_remove();
}

static void test_device_keys__wrong_type_or_level__refused(void **state)
{
	static const ULONG wrong[] = { 0, 3, PLUGPLAY_REGKEY_CURRENT_HWPROFILE, 0x101 };
	TEXT(empty, L"");
	TEXT(name, L"Sub");
	UNICODE_STRING odd = { 1, 2, (PWCH)(uintptr_t)L"x" };
	WDFKEY opened;
	KIRQL before;
	(void)state;
	fx_up();
	for (size_t i = 0; i < UW_ARRAY_SIZE(wrong); i++)
		assert_int_equal(
			WdfDeviceOpenRegistryKey(fx_made.device, wrong[i], KEY_READ, NULL, &opened),
			STATUS_INVALID_PARAMETER);
	assert_int_equal(WdfDeviceOpenDevicemapKey(fx_made.device, &empty, KEY_READ, NULL, &opened),
			 STATUS_INVALID_PARAMETER);
	assert_true(fx_broke());
	assert_int_equal(WdfDeviceOpenDevicemapKey(fx_made.device, &odd, KEY_READ, NULL, &opened),
			 STATUS_INVALID_PARAMETER);
	before = fx_irql_raise(DISPATCH_LEVEL);
	assert_int_equal(WdfDeviceOpenRegistryKey(fx_made.device, 1, KEY_READ, NULL, &opened),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(WdfDeviceOpenDevicemapKey(fx_made.device, &name, KEY_READ, NULL, &opened),
			 STATUS_INVALID_DEVICE_REQUEST);
	fx_irql_restore(before);
	fx_remove();
}

static void test_devicemap__made_volatile__a_key_below_must_be_too(void **state)
{
	TEXT(serial, L"SERIALCOMM");
	TEXT(full, L"\\Registry\\Machine\\HARDWARE\\DEVICEMAP\\SerialComm");
	TEXT(below, L"Below");
	WDFKEY map, made;
	(void)state;
	fx_up();
	assert_int_equal(
		WdfDeviceOpenDevicemapKey(fx_made.device, &serial, KEY_ALL_ACCESS, NULL, &map),
		STATUS_SUCCESS);
	expect_open(NULL, &full, STATUS_SUCCESS);
	assert_int_equal(WdfRegistryCreateKey(map, &below, KEY_READ, 0, NULL, NULL, &made),
			 STATUS_CHILD_MUST_BE_VOLATILE);
	WdfRegistryClose(map);
	fx_remove();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

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
		TEST(test_unicode_string__round_trip__with_its_zero),
		TEST(test_unicode_string__not_ended_or_other_type__text_or_mismatch),
		TEST(test_unicode_string__longer_than_one_can_be__integer_overflow),
		TEST(test_string__round_trip__replaces_what_it_had),
		TEST(test_multi_string__round_trip__appended_in_order),
		TEST(test_multi_string__wrong_collection__invalid_parameter),
		TEST(test_multi_string__values_that_are_none__the_status_for_each),
		TEST(test_any_call__above_passive__refused),
		TEST(test_level__objects_of_others__refused_above_passive),
		TEST(test_attributes__wrong_or_with_callbacks__as_for_any_object),
		TEST(test_handle__after_remove__void),
		TEST(test_file__gone_bad__registry_corrupt_and_said_why),
		TEST(test_threads__four_in_one_key__each_sees_its_own),
		TEST(test_device_keys__hardware_and_software__where_windows_has_them),
		TEST(test_device_keys__class_given__numbered_in_it),
		TEST(test_device_keys__wrong_type_or_level__refused),
		TEST(test_devicemap__made_volatile__a_key_below_must_be_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
