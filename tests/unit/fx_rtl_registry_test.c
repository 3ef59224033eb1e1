/* SPDX-License-Identifier: MIT */
/* The Rtl registry functions, as Microsoft documents them, and handles of keys. */
#include "fx_fixture.h"
#include "registry_dir.h"

#include "base/fault.h"
#include "base/log.h"
#include "base/mem.h"
#include "nt/handle.h"
#include "object/irql.h"
#include "support/registry.h"

#define TEXT(name, text) DECLARE_CONST_UNICODE_STRING(name, text)
#define OWN              L"\\Registry\\Machine\\Software\\T"

static uint64_t blocks;

static int setup(void **state)
{
	(void)state;
	blocks = mem_live_blocks();
	test_registry_begin();
	registry_hold(); /* so that it is not opened for every call */
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	registry_release();
	test_registry_end();
	assert_int_equal(mem_live_blocks(), blocks);
	return 0;
}

static WCHAR *own(void)
{
	static WCHAR path[] = OWN;

	return path;
}

static void write_own(PCWSTR name, ULONG type, const void *data, ULONG len)
{
	assert_int_equal(RtlWriteRegistryValue(RTL_REGISTRY_ABSOLUTE, OWN, name, type,
					       (PVOID)(uintptr_t)data, len),
			 STATUS_SUCCESS);
}

/* --- keys --- */

static void test_create_and_check__each_root__where_windows_has_it(void **state)
{
	static const struct {
		ULONG relative;
		const char *path;
		bool is_volatile;
	} roots[] = {
		{ RTL_REGISTRY_SERVICES, "\\Machine\\System\\CurrentControlSet\\Services\\X",
		  false },
		{ RTL_REGISTRY_CONTROL, "\\Machine\\System\\CurrentControlSet\\Control\\X", false },
		{ RTL_REGISTRY_WINDOWS_NT,
		  "\\Machine\\Software\\Microsoft\\Windows NT\\CurrentVersion\\X", false },
		{ RTL_REGISTRY_DEVICEMAP, "\\Machine\\Hardware\\DeviceMap\\X", true },
		{ RTL_REGISTRY_USER, "\\User\\.Default\\X", false },
	};
	WCHAR name[] = L"X", below[] = L"X\\Y", deep[] = L"X\\No\\Z";
	(void)state;
	for (size_t i = 0; i < UW_ARRAY_SIZE(roots); i++) {
		struct report rep = REPORT_INIT;
		struct registry *r;
		registry_key key, sub;

		assert_int_equal(RtlCheckRegistryKey(roots[i].relative, name),
				 STATUS_OBJECT_NAME_NOT_FOUND);
		assert_int_equal(RtlCreateRegistryKey(roots[i].relative, name), STATUS_SUCCESS);
		assert_int_equal(RtlCreateRegistryKey(roots[i].relative, name), STATUS_SUCCESS);
		assert_int_equal(
			RtlCheckRegistryKey(roots[i].relative | RTL_REGISTRY_OPTIONAL, name),
			STATUS_SUCCESS);
		assert_int_equal(RtlCreateRegistryKey(roots[i].relative, deep),
				 STATUS_OBJECT_NAME_NOT_FOUND);
		assert_int_equal(RtlCreateRegistryKey(roots[i].relative, below), STATUS_SUCCESS);
		assert_int_equal(registry_enter(false, &rep, &r), STATUS_SUCCESS);
		assert_int_equal(registry_find(r, REGISTRY_ROOT, roots[i].path, &key),
				 STATUS_SUCCESS);
		assert_int_equal(registry_add(r, key, "s", "S", false, &sub),
				 roots[i].is_volatile ? STATUS_CHILD_MUST_BE_VOLATILE
						      : STATUS_SUCCESS);
		registry_leave();
	}
}

static void test_paths__wrong__the_status_for_each(void **state)
{
	WCHAR relative[] = L"X", nothing[] = L"";
	(void)state;
	assert_int_equal(RtlCheckRegistryKey(RTL_REGISTRY_ABSOLUTE, own()),
			 STATUS_OBJECT_NAME_NOT_FOUND); /* and no file is made */
	assert_int_equal(access(test_registry_path, F_OK), -1);
	assert_int_equal(RtlDeleteRegistryValue(RTL_REGISTRY_ABSOLUTE, OWN, L"v"),
			 STATUS_OBJECT_NAME_NOT_FOUND);
	assert_int_equal(access(test_registry_path, F_OK), -1);
	assert_int_equal(RtlCreateRegistryKey(RTL_REGISTRY_ABSOLUTE, own()), STATUS_SUCCESS);
	assert_int_equal(RtlCheckRegistryKey(RTL_REGISTRY_ABSOLUTE, relative),
			 STATUS_OBJECT_PATH_SYNTAX_BAD);
	assert_int_equal(RtlCheckRegistryKey(RTL_REGISTRY_MAXIMUM, own()),
			 STATUS_INVALID_PARAMETER);
	assert_int_equal(RtlCheckRegistryKey(RTL_REGISTRY_ABSOLUTE, NULL),
			 STATUS_INVALID_PARAMETER);
	assert_int_equal(RtlCheckRegistryKey(RTL_REGISTRY_SERVICES, nothing), STATUS_SUCCESS);
	assert_int_equal(RtlCheckRegistryKey(RTL_REGISTRY_HANDLE, (PWSTR)(uintptr_t)4),
			 STATUS_INVALID_HANDLE);
}

/* --- values --- */

static void test_write_and_delete__value__there_and_gone(void **state)
{
	ULONG number = 7, out = 0;
	RTL_QUERY_REGISTRY_TABLE table[] = {
		{ .Flags = RTL_QUERY_REGISTRY_DIRECT | RTL_QUERY_REGISTRY_REQUIRED,
		  .Name = (WCHAR[]){ L"v" },
		  .EntryContext = &out },
		{ 0 },
	};
	(void)state;
	write_own(L"v", REG_DWORD, &number, sizeof(number)); /* makes the key */
	write_own(NULL, REG_SZ, L"d", 4);
	write_own(L"empty", REG_NONE, NULL, 0);
	assert_int_equal(RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, OWN, table, NULL, NULL),
			 STATUS_SUCCESS);
	assert_int_equal(out, 7);
	assert_int_equal(RtlDeleteRegistryValue(RTL_REGISTRY_ABSOLUTE, OWN, L"V"), STATUS_SUCCESS);
	assert_int_equal(RtlDeleteRegistryValue(RTL_REGISTRY_ABSOLUTE, OWN, L"v"),
			 STATUS_OBJECT_NAME_NOT_FOUND);
	assert_int_equal(RtlDeleteRegistryValue(RTL_REGISTRY_ABSOLUTE, OWN, NULL), STATUS_SUCCESS);
	assert_int_equal(RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, OWN, table, NULL, NULL),
			 STATUS_OBJECT_NAME_NOT_FOUND);
	assert_int_equal(RtlWriteRegistryValue(RTL_REGISTRY_ABSOLUTE, OWN, L"v", REG_SZ, NULL, 4),
			 STATUS_INVALID_PARAMETER);
	assert_int_equal(RtlWriteRegistryValue(RTL_REGISTRY_ABSOLUTE, OWN L"\\No\\Key", L"v",
					       REG_DWORD, &number, 4),
			 STATUS_OBJECT_NAME_NOT_FOUND);
}

static void test_any_call__above_passive__refused(void **state)
{
	RTL_QUERY_REGISTRY_TABLE table[] = { { 0 } };
	KIRQL before = fx_irql_raise(DISPATCH_LEVEL);
	const NTSTATUS no = STATUS_INVALID_DEVICE_REQUEST;
	(void)state;
	assert_int_equal(RtlCheckRegistryKey(RTL_REGISTRY_ABSOLUTE, own()), no);
	assert_int_equal(RtlCreateRegistryKey(RTL_REGISTRY_ABSOLUTE, own()), no);
	assert_int_equal(RtlWriteRegistryValue(RTL_REGISTRY_ABSOLUTE, OWN, L"v", REG_NONE, NULL, 0),
			 no);
	assert_int_equal(RtlDeleteRegistryValue(RTL_REGISTRY_ABSOLUTE, OWN, L"v"), no);
	assert_int_equal(RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, OWN, table, NULL, NULL), no);
	assert_int_equal(ZwClose((HANDLE)(uintptr_t)4), no);
	fx_irql_restore(before);
	assert_int_equal(RtlCheckRegistryKey(RTL_REGISTRY_ABSOLUTE, own()),
			 STATUS_OBJECT_NAME_NOT_FOUND);
}

/* --- queries --- */

static char heard[1024];
static NTSTATUS answer;

static NTSTATUS hear(PWSTR name, ULONG type, PVOID data, ULONG len, PVOID context, PVOID entry)
{
	size_t used = strlen(heard);

	assert_ptr_equal(context, heard);
	assert_ptr_equal(entry, &answer);
	used += (size_t)snprintf(heard + used, sizeof(heard) - used,
				 "%c=%u:", name ? (char)(name[0] ? name[0] : '@') : '-', type);
	for (ULONG i = 0; data && i < len; i++)
		used += (size_t)snprintf(heard + used, sizeof(heard) - used, "%02x",
					 ((UCHAR *)data)[i]);
	snprintf(heard + used, sizeof(heard) - used, " ");
	return answer;
}

static NTSTATUS ask(ULONG flags, PCWSTR name, ULONG type, PVOID data, ULONG len)
{
	RTL_QUERY_REGISTRY_TABLE table[] = {
		{ .QueryRoutine = hear,
		  .Flags = flags,
		  .Name = (PWSTR)(uintptr_t)name,
		  .EntryContext = &answer,
		  .DefaultType = type,
		  .DefaultData = data,
		  .DefaultLength = len },
		{ 0 },
	};

	heard[0] = '\0';
	return RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, OWN, table, heard, NULL);
}

static void fill(void)
{
	answer = STATUS_SUCCESS;
	write_own(L"b", REG_BINARY, "\1\2\3\4\5", 5);
	write_own(L"d", REG_DWORD, "\7\0\0", 4);
	write_own(L"e", REG_EXPAND_SZ, L"%a", 6);
	write_own(L"m", REG_MULTI_SZ, L"x\0yz\0", 12);
	write_own(L"s", REG_SZ, L"t", 4);
}

static void test_query__routine__gets_each_as_documented(void **state)
{
	(void)state;
	fill();
	assert_int_equal(ask(0, L"D", REG_NONE, NULL, 0), STATUS_SUCCESS);
	assert_string_equal(heard, "D=4:07000000 ");
	assert_int_equal(ask(0, L"m", REG_NONE, NULL, 0), STATUS_SUCCESS);
	assert_string_equal(heard, "m=1:78000000 m=1:79007a000000 ");
	assert_int_equal(ask(RTL_QUERY_REGISTRY_NOEXPAND, L"m", REG_NONE, NULL, 0), STATUS_SUCCESS);
	assert_string_equal(heard, "m=7:7800000079007a0000000000 ");
	assert_int_equal(ask(0, L"e", REG_NONE, NULL, 0), STATUS_SUCCESS);
	assert_string_equal(heard, "e=1:250061000000 ");
	assert_int_equal(ask(RTL_QUERY_REGISTRY_NOEXPAND, L"e", REG_NONE, NULL, 0), STATUS_SUCCESS);
	assert_string_equal(heard, "e=2:250061000000 ");
	assert_int_equal(ask(RTL_QUERY_REGISTRY_NOVALUE, NULL, REG_NONE, NULL, 0), STATUS_SUCCESS);
	assert_string_equal(heard, "-=0: ");
	assert_int_equal(ask(RTL_QUERY_REGISTRY_NOEXPAND, NULL, REG_NONE, NULL, 0), STATUS_SUCCESS);
	assert_string_equal(heard, "b=3:0102030405 d=4:07000000 e=2:250061000000 "
				   "m=7:7800000079007a0000000000 s=1:74000000 ");
}

static void test_query__default__instead_of_what_is_missing(void **state)
{
	(void)state;
	fill();
	assert_int_equal(ask(0, L"no", REG_NONE, NULL, 0), STATUS_SUCCESS);
	assert_string_equal(heard, "");
	assert_int_equal(ask(0, L"no", REG_SZ, (WCHAR[]){ L"hi" }, 0), STATUS_SUCCESS);
	assert_string_equal(heard, "n=1:680069000000 ");
	assert_int_equal(ask(0, L"no", REG_MULTI_SZ, (WCHAR[]){ L"a\0b\0" }, 0), STATUS_SUCCESS);
	assert_string_equal(heard, "n=1:61000000 n=1:62000000 ");
	assert_int_equal(ask(0, L"no", REG_DWORD, (ULONG[]){ 5 }, 4), STATUS_SUCCESS);
	assert_string_equal(heard, "n=4:05000000 ");
	assert_int_equal(ask(RTL_QUERY_REGISTRY_REQUIRED, L"no", REG_DWORD, (ULONG[]){ 5 }, 4),
			 STATUS_OBJECT_NAME_NOT_FOUND);
}

static void test_query__routine_fails__that_is_the_answer(void **state)
{
	(void)state;
	fill();
	answer = STATUS_NO_SUCH_DEVICE;
	assert_int_equal(ask(RTL_QUERY_REGISTRY_DELETE, NULL, REG_NONE, NULL, 0),
			 STATUS_NO_SUCH_DEVICE);
	assert_string_equal(heard, "b=3:0102030405 "); /* the first, and it stays */
	answer = STATUS_SUCCESS;
	assert_int_equal(ask(RTL_QUERY_REGISTRY_DELETE, L"b", REG_NONE, NULL, 0), STATUS_SUCCESS);
	assert_int_equal(ask(RTL_QUERY_REGISTRY_REQUIRED, L"b", REG_NONE, NULL, 0),
			 STATUS_OBJECT_NAME_NOT_FOUND);
	assert_int_equal(ask(RTL_QUERY_REGISTRY_DELETE, NULL, REG_NONE, NULL, 0), STATUS_SUCCESS);
	assert_int_equal(ask(0, NULL, REG_NONE, NULL, 0), STATUS_SUCCESS);
	assert_string_equal(heard, "");
}

static void test_query__subkeys__there_and_back(void **state)
{
	ULONG one = 0, two = 0;
	RTL_QUERY_REGISTRY_TABLE table[] = {
		{ .Flags = RTL_QUERY_REGISTRY_SUBKEY, .Name = (WCHAR[]){ L"Sub" } },
		{ .Flags = RTL_QUERY_REGISTRY_DIRECT,
		  .Name = (WCHAR[]){ L"d" },
		  .EntryContext = &one },
		{ .Flags = RTL_QUERY_REGISTRY_DIRECT | RTL_QUERY_REGISTRY_TOPKEY,
		  .Name = (WCHAR[]){ L"d" },
		  .EntryContext = &two },
		{ .QueryRoutine = hear,
		  .Flags = RTL_QUERY_REGISTRY_SUBKEY,
		  .Name = (WCHAR[]){ L"Sub" },
		  .EntryContext = &answer },
		{ 0 },
	};
	ULONG nine = 9;
	(void)state;
	fill();
	assert_int_equal(RtlWriteRegistryValue(RTL_REGISTRY_ABSOLUTE, OWN L"\\Sub", L"d", REG_DWORD,
					       &nine, 4),
			 STATUS_SUCCESS);
	heard[0] = '\0';
	assert_int_equal(RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, OWN, table, heard, NULL),
			 STATUS_SUCCESS);
	assert_int_equal(one, 9);
	assert_int_equal(two, 7);
	assert_string_equal(heard, "d=4:09000000 ");
	table[0].Name = (WCHAR[]){ L"No" };
	assert_int_equal(RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, OWN, table, heard, NULL),
			 STATUS_OBJECT_NAME_NOT_FOUND);
}

static NTSTATUS direct(PCWSTR name, PVOID into, ULONG more_flags, ULONG default_type)
{
	RTL_QUERY_REGISTRY_TABLE table[] = {
		{ .Flags = RTL_QUERY_REGISTRY_DIRECT | RTL_QUERY_REGISTRY_REQUIRED | more_flags,
		  .Name = (PWSTR)(uintptr_t)name,
		  .EntryContext = into,
		  .DefaultType = default_type },
		{ 0 },
	};

	return RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, OWN, table, NULL, NULL);
}

static void test_direct__texts__into_counted_strings(void **state)
{
	DECLARE_UNICODE_STRING_SIZE(small, 1);
	DECLARE_UNICODE_STRING_SIZE(list, 8);
	UNICODE_STRING made = { 0 };
	(void)state;
	fill();
	assert_int_equal(direct(L"e", &made, 0, 0), STATUS_SUCCESS);
	assert_int_equal(made.Length, 4);
	assert_int_equal(made.MaximumLength, 6);
	assert_memory_equal(made.Buffer, L"%a", 6);
	RtlFreeUnicodeString(&made);
	assert_int_equal(direct(L"s", &small, 0, 0), STATUS_BUFFER_TOO_SMALL);
	assert_int_equal(small.Length, 0);
	assert_int_equal(direct(L"m", &list, RTL_QUERY_REGISTRY_NOEXPAND, 0), STATUS_SUCCESS);
	assert_int_equal(list.Length, 12);
	assert_memory_equal(list.Buffer, L"x\0yz\0", 12);
}

static void test_direct__numbers_and_bytes__as_the_first_word_says(void **state)
{
	struct {
		LONG len;
		UCHAR more[12];
	} out = { .len = -5 };
	ULONG number = 1;
	(void)state;
	fill();
	assert_int_equal(direct(L"b", &out, 0, 0), STATUS_SUCCESS);
	assert_memory_equal(&out, "\1\2\3\4\5", 5);
	out.len = -4;
	assert_int_equal(direct(L"b", &out, 0, 0), STATUS_BUFFER_TOO_SMALL);
	out.len = 13;
	assert_int_equal(direct(L"b", &out, 0, 0), STATUS_SUCCESS);
	assert_int_equal(out.len, 5);
	assert_memory_equal(out.more, "\3\0\0\0\1\2\3\4\5", 9);
	out.len = 12;
	assert_int_equal(direct(L"b", &out, 0, 0), STATUS_BUFFER_TOO_SMALL);
	out.len = 7;
	assert_int_equal(direct(L"b", &out, 0, 0), STATUS_BUFFER_TOO_SMALL);
	assert_int_equal(direct(L"d", &number, RTL_QUERY_REGISTRY_TYPECHECK,
				(ULONG)REG_SZ << RTL_QUERY_REGISTRY_TYPECHECK_SHIFT),
			 STATUS_OBJECT_TYPE_MISMATCH);
	assert_int_equal(number, 1);
	assert_int_equal(direct(L"d", &number, RTL_QUERY_REGISTRY_TYPECHECK,
				(ULONG)REG_DWORD << RTL_QUERY_REGISTRY_TYPECHECK_SHIFT),
			 STATUS_SUCCESS);
	assert_int_equal(number, 7);
}

static void test_query__rows_that_contradict_themselves__refused(void **state)
{
	ULONG out;
	RTL_QUERY_REGISTRY_TABLE table[] = { { 0 }, { 0 } };
	(void)state;
	fill();
	assert_int_equal(direct(NULL, &out, 0, 0), STATUS_INVALID_PARAMETER);
	assert_int_equal(direct(L"d", NULL, 0, 0), STATUS_INVALID_PARAMETER);
	assert_int_equal(direct(L"d", &out, RTL_QUERY_REGISTRY_SUBKEY, 0),
			 STATUS_INVALID_PARAMETER);
	assert_int_equal(ask(RTL_QUERY_REGISTRY_DIRECT, L"d", 0, NULL, 0),
			 STATUS_INVALID_PARAMETER);
	table[0].Flags = RTL_QUERY_REGISTRY_SUBKEY;
	assert_int_equal(RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, OWN, table, NULL, NULL),
			 STATUS_INVALID_PARAMETER);
	assert_int_equal(RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, OWN, NULL, NULL, NULL),
			 STATUS_INVALID_PARAMETER);
}

static void count_line(void *arg, enum log_level level, const char *area, const char *text)
{
	(void)level;
	(void)text;
	*(unsigned int *)arg += !strcmp(area, "registry");
}

static void test_query__each_allocation_fails__said_and_nothing_left(void **state)
{
	UNICODE_STRING made;
	unsigned int said = 0;
	uint64_t k = 1, before;
	NTSTATUS status;
	(void)state;
	fill();
	log_set_sink(count_line, &said);
	registry_release(); /* what sqlite keeps in an open registry is not counted */
	before = mem_live_blocks();
	do {
		made = (UNICODE_STRING){ 0 };
		fault_arm(FAULT_ALLOC, k++);
		status = direct(L"s", &made, 0, 0);
		if (NT_SUCCESS(status))
			status = ask(0, NULL, REG_NONE, NULL, 0);
		fault_disarm();
		RtlFreeUnicodeString(&made);
		assert_int_equal(mem_live_blocks(), before);
	} while (!NT_SUCCESS(status));
	registry_hold();
	log_set_sink(NULL, NULL);
	assert_true(k > 15);
	assert_true(said > 5); /* why the registry could not be opened */
}

/* --- handles --- */

static void in_driver_handles(void)
{
	TEXT(name, L"Value");
	ULONG number = 3, out = 0;
	RTL_QUERY_REGISTRY_TABLE table[] = {
		{ .Flags = RTL_QUERY_REGISTRY_DIRECT,
		  .Name = (WCHAR[]){ L"Value" },
		  .EntryContext = &out },
		{ 0 },
	};
	struct nt_object *object;
	PWSTR handle;
	WDFKEY key, reader;

	assert_int_equal(
		WdfDriverOpenParametersRegistryKey(WdfGetDriver(), KEY_ALL_ACCESS, NULL, &key),
		STATUS_SUCCESS);
	handle = WdfRegistryWdmGetHandle(key);
	assert_non_null(handle);
	assert_ptr_equal(handle, WdfRegistryWdmGetHandle(key));
	assert_int_equal(
		RtlWriteRegistryValue(RTL_REGISTRY_HANDLE, handle, L"Value", REG_DWORD, &number, 4),
		STATUS_SUCCESS);
	assert_int_equal(WdfRegistryQueryULong(key, &name, &out), STATUS_SUCCESS);
	assert_int_equal(out, 3);
	out = 0;
	assert_int_equal(
		WdfDriverOpenParametersRegistryKey(WdfGetDriver(), KEY_READ, NULL, &reader),
		STATUS_SUCCESS);
	handle = WdfRegistryWdmGetHandle(reader);
	assert_int_equal(RtlQueryRegistryValues(RTL_REGISTRY_HANDLE, handle, table, NULL, NULL),
			 STATUS_SUCCESS);
	assert_int_equal(out, 3);
	assert_int_equal(RtlDeleteRegistryValue(RTL_REGISTRY_HANDLE, handle, L"Value"),
			 STATUS_ACCESS_DENIED);
	assert_int_equal(ZwClose(handle), STATUS_HANDLE_NOT_CLOSABLE);
	assert_int_equal(nt_handle_get(handle, NT_FILE, 0, &object), STATUS_OBJECT_TYPE_MISMATCH);
	WdfRegistryClose(reader);
	assert_int_equal(RtlCheckRegistryKey(RTL_REGISTRY_HANDLE, handle), STATUS_INVALID_HANDLE);
	assert_int_equal(ZwClose(handle), STATUS_INVALID_HANDLE);
	WdfRegistryClose(key);
}

static void test_handle__of_a_wdfkey__good_for_what_the_key_is(void **state)
{
	registry_release();
	assert_int_equal(fx_setup(state), 0);
	assert_int_equal(fx_load(), 0);
	in_driver_handles();
	assert_int_equal(fx_teardown(state), 0);
	registry_hold();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_create_and_check__each_root__where_windows_has_it),
		TEST(test_paths__wrong__the_status_for_each),
		TEST(test_write_and_delete__value__there_and_gone),
		TEST(test_any_call__above_passive__refused),
		TEST(test_query__routine__gets_each_as_documented),
		TEST(test_query__default__instead_of_what_is_missing),
		TEST(test_query__routine_fails__that_is_the_answer),
		TEST(test_query__subkeys__there_and_back),
		TEST(test_direct__texts__into_counted_strings),
		TEST(test_direct__numbers_and_bytes__as_the_first_word_says),
		TEST(test_query__rows_that_contradict_themselves__refused),
		TEST(test_query__each_allocation_fails__said_and_nothing_left),
		TEST(test_handle__of_a_wdfkey__good_for_what_the_key_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
