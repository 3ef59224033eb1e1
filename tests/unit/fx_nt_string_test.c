/* SPDX-License-Identifier: MIT */
/* Counted strings, wide characters, conversions, safe strings: after Microsoft's documentation. */
#include "fx_fixture.h"

#include <ntstrsafe.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/mem.h"
#include "check.h"
#include "nt/upcase.h"

static UNICODE_STRING wide(PCWSTR text)
{
	UNICODE_STRING string;

	RtlInitUnicodeString(&string, text);
	return string;
}

#define assert_wide(string, text)                                                                  \
	assert_true(RtlEqualUnicodeString(&(string), &(UNICODE_STRING)RTL_CONSTANT_STRING(text),   \
					  FALSE))

static void test_init__too_long__cut_or_refused(void **state)
{
	WCHAR *text = malloc(40000 * sizeof(WCHAR));
	UNICODE_STRING string = { 1, 1, NULL };
	ANSI_STRING narrow;
	(void)state;
	for (int i = 0; i < 39999; i++)
		text[i] = L'x';
	text[39999] = 0;
	assert_int_equal(RtlInitUnicodeStringEx(&string, text), STATUS_NAME_TOO_LONG);
	assert_int_equal(string.Length, 1);
	RtlInitUnicodeString(&string, text);
	assert_int_equal(string.Length, 65532);
	text[32766] = 0;
	assert_int_equal(RtlInitUnicodeStringEx(&string, text), STATUS_SUCCESS);
	assert_int_equal(string.Length, 65532);
	assert_int_equal(string.MaximumLength, 65534);
	assert_int_equal(RtlUnicodeStringInit(&string, text), STATUS_SUCCESS);
	text[32766] = L'x';
	assert_int_equal(RtlUnicodeStringInit(&string, text), STATUS_INVALID_PARAMETER);
	assert_int_equal(RtlUnicodeStringInit(NULL, text), STATUS_INVALID_PARAMETER);
	RtlInitAnsiString(&narrow, "abc");
	assert_int_equal(narrow.Length, 3);
	assert_int_equal(narrow.MaximumLength, 4);
	RtlInitString(&narrow, NULL);
	assert_int_equal(narrow.Length + narrow.MaximumLength, 0);
	free(text);
}

static void test_copy_and_append__what_fits(void **state)
{
	UNICODE_STRING to, from = wide(L"abcdef");
	WCHAR room[5];
	(void)state;
	RtlInitEmptyUnicodeString(&to, room, 7); /* three letters and a half */
	RtlCopyUnicodeString(&to, &from);
	assert_wide(to, L"abc");
	RtlInitEmptyUnicodeString(&to, room, sizeof(room));
	assert_int_equal(RtlAppendUnicodeToString(&to, L"abc"), STATUS_SUCCESS);
	assert_int_equal(room[3], 0);
	assert_int_equal(RtlAppendUnicodeToString(&to, NULL), STATUS_SUCCESS);
	assert_int_equal(RtlAppendUnicodeToString(&to, L"def"), STATUS_BUFFER_TOO_SMALL);
	assert_wide(to, L"abc");
	from = wide(L"de");
	assert_int_equal(RtlAppendUnicodeStringToString(&to, &from), STATUS_SUCCESS);
	assert_wide(to, L"abcde");
	assert_int_equal(RtlAppendUnicodeStringToString(&to, &from), STATUS_BUFFER_TOO_SMALL);
	RtlCopyUnicodeString(&to, NULL);
	assert_int_equal(to.Length, 0);
}

static void test_compare__case_and_length(void **state)
{
	UNICODE_STRING small = wide(L"pci\x00e4"), big = wide(L"PCI\x00c4"),
		       longer = wide(L"pcidrv");
	UNICODE_STRING prefix = wide(L"PCI");
	ULONG hash = 0, other = 0;
	STRING a, b;
	(void)state;
	assert_false(RtlEqualUnicodeString(&small, &big, FALSE));
	assert_true(RtlEqualUnicodeString(&small, &big, TRUE));
	assert_true(RtlCompareUnicodeString(&big, &small, FALSE) < 0);
	assert_true(RtlCompareUnicodeString(&prefix, &longer, TRUE) < 0);
	assert_true(RtlPrefixUnicodeString(&prefix, &longer, TRUE));
	assert_false(RtlPrefixUnicodeString(&prefix, &longer, FALSE));
	assert_false(RtlPrefixUnicodeString(&longer, &prefix, TRUE));
	assert_int_equal(RtlHashUnicodeString(&prefix, FALSE, HASH_STRING_ALGORITHM_DEFAULT, &hash),
			 STATUS_SUCCESS);
	assert_int_equal(hash, (('P' * 65599u) + 'C') * 65599u + 'I');
	assert_int_equal(RtlHashUnicodeString(&small, TRUE, HASH_STRING_ALGORITHM_X65599, &hash),
			 0);
	assert_int_equal(RtlHashUnicodeString(&big, TRUE, HASH_STRING_ALGORITHM_X65599, &other), 0);
	assert_int_equal(hash, other);
	assert_int_equal(RtlHashUnicodeString(&big, TRUE, 2, &other), STATUS_INVALID_PARAMETER);
	RtlInitString(&a, "abc");
	RtlInitString(&b, "ABD");
	assert_true(RtlCompareString(&a, &b, FALSE) > 0);
	assert_true(RtlCompareString(&a, &b, TRUE) < 0);
	b.Length = 2;
	assert_true(RtlCompareString(&a, &b, TRUE) > 0);
	a.Length = 2;
	assert_true(RtlEqualString(&a, &b, TRUE));
}

static void test_upcase__unicode_simple_mappings(void **state)
{
	UNICODE_STRING from = wide(L"a\x00e9\x03b1\x0436\x4e2d"
				   L"1"),
		       to;
	WCHAR room[3];
	(void)state;
	assert_int_equal(RtlUpcaseUnicodeString(&to, &from, TRUE), STATUS_SUCCESS);
	assert_wide(to, L"A\x00c9\x0391\x0416\x4e2d"
			L"1");
	assert_int_equal(RtlDowncaseUnicodeString(&to, &to, FALSE), STATUS_SUCCESS);
	assert_true(RtlEqualUnicodeString(&to, &from, FALSE));
	RtlFreeUnicodeString(&to);
	assert_null(to.Buffer);
	RtlInitEmptyUnicodeString(&to, room, sizeof(room));
	assert_int_equal(RtlUpcaseUnicodeString(&to, &from, FALSE), STATUS_BUFFER_OVERFLOW);
	assert_int_equal(RtlUpcaseUnicodeChar(L'\x0131'), 0x0131); /* its capital is ASCII's I */
	assert_int_equal(RtlDowncaseUnicodeChar(L'Z'), 'z');
	assert_int_equal(RtlUpperChar('q'), 'Q');
}

static void test_ansi__utf8_both_ways(void **state)
{
	UNICODE_STRING from = wide(L"a\x00e4\x20ac\xd83d\xde00"), back;
	ANSI_STRING narrow;
	CHAR room[6];
	(void)state;
	assert_int_equal(RtlUnicodeStringToAnsiSize(&from), 11);
	assert_int_equal(RtlUnicodeStringToAnsiString(&narrow, &from, TRUE), STATUS_SUCCESS);
	assert_string_equal(narrow.Buffer, "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
	assert_int_equal(narrow.Length, 10);
	assert_int_equal(RtlAnsiStringToUnicodeSize(&narrow), 12);
	assert_int_equal(RtlAnsiStringToUnicodeString(&back, &narrow, TRUE), STATUS_SUCCESS);
	assert_true(RtlEqualUnicodeString(&back, &from, FALSE));
	RtlFreeUnicodeString(&back);
	RtlFreeAnsiString(&narrow);
	RtlInitEmptyAnsiString(&narrow, room, sizeof(room)); /* five bytes: no half letter */
	assert_int_equal(RtlUnicodeStringToAnsiString(&narrow, &from, FALSE),
			 STATUS_BUFFER_OVERFLOW);
	assert_string_equal(room, "a\xc3\xa4");
	narrow.MaximumLength = 0;
	assert_int_equal(RtlUnicodeStringToAnsiString(&narrow, &from, FALSE),
			 STATUS_BUFFER_OVERFLOW);
}

static void test_ansi__bad_text__replaced(void **state)
{
	static const char *const bad[] = { "\x80", "\xc0\x80", "\xe2\x82",     "\xed\xa0\x80",
					   "\xf5", "\xf8",     "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf" };
	UNICODE_STRING lone = wide(L"\xd83d!"), out;
	ANSI_STRING narrow;
	(void)state;
	assert_int_equal(RtlUnicodeStringToAnsiString(&narrow, &lone, TRUE), STATUS_SUCCESS);
	assert_string_equal(narrow.Buffer, "\xef\xbf\xbd!");
	RtlFreeAnsiString(&narrow);
	for (size_t i = 0; i < ARRAYSIZE(bad); i++) {
		RtlInitAnsiString(&narrow, bad[i]);
		assert_int_equal(RtlAnsiStringToUnicodeString(&out, &narrow, TRUE), STATUS_SUCCESS);
		assert_int_equal(out.Buffer[0], 0xfffd);
		RtlFreeUnicodeString(&out);
	}
}

static void test_numbers__to_and_from_text(void **state)
{
	DECLARE_UNICODE_STRING_SIZE(text, 34);
	ULONG value = 0;
	(void)state;
	assert_int_equal(RtlIntegerToUnicodeString(0xbeef, 16, &text), STATUS_SUCCESS);
	assert_wide(text, L"BEEF");
	assert_int_equal(RtlIntegerToUnicodeString(0, 0, &text), STATUS_SUCCESS);
	assert_wide(text, L"0");
	assert_int_equal(RtlInt64ToUnicodeString(1ull << 40, 10, &text), STATUS_SUCCESS);
	assert_wide(text, L"1099511627776");
	assert_int_equal(RtlIntegerToUnicodeString(1, 7, &text), STATUS_INVALID_PARAMETER);
	text.MaximumLength = 4;
	assert_int_equal(RtlIntegerToUnicodeString(100, 10, &text), STATUS_BUFFER_OVERFLOW);
	assert_int_equal(RtlIntegerToUnicodeString(10, 10, &text), STATUS_SUCCESS);
	static const struct {
		PCWSTR text;
		ULONG base, value;
	} rows[] = {
		{ L"  -12x", 0, (ULONG)-12 },
		{ L"+0x1F", 0, 31 },
		{ L"0o17", 0, 15 },
		{ L"0b101", 0, 5 },
		{ L"ff", 16, 255 },
		{ L"78", 8, 7 },
		{ L"", 10, 0 },
		{ L"zz", 0, 0 },
		{ L"4294967297", 10, 1 },
	};
	for (size_t i = 0; i < ARRAYSIZE(rows); i++) {
		UNICODE_STRING from = wide(rows[i].text);

		assert_int_equal(RtlUnicodeStringToInteger(&from, rows[i].base, &value), 0);
		assert_int_equal(value, rows[i].value);
	}
	assert_int_equal(RtlUnicodeStringToInteger(&text, 3, &value), STATUS_INVALID_PARAMETER);
}

static void test_guid__to_and_from_text(void **state)
{
	static const GUID guid = {
		0xB74CFEC2, 0x9366, 0x454A, { 0xBA, 0x71, 0x7C, 0x27, 0xB5, 0x14, 0x70, 0xA4 }
	};
	static const PCWSTR bad[] = { L"", L"{B74CFEC2-9366-454A-BA71-7C27B51470A4",
				      L"(B74CFEC2-9366-454A-BA71-7C27B51470A4}",
				      L"{B74CFEC2-9366-454A-BA71-7C27B51470AG}",
				      L"{B74CFEC2-9366-454A+BA71-7C27B51470A4}" };
	UNICODE_STRING text, from = wide(L"{B74CFEC2-9366-454A-BA71-7C27B51470A4}");
	GUID back;
	(void)state;
	assert_int_equal(RtlStringFromGUID(&guid, &text), STATUS_SUCCESS);
	assert_wide(text, L"{b74cfec2-9366-454a-ba71-7c27b51470a4}");
	RtlFreeUnicodeString(&text);
	assert_int_equal(RtlGUIDFromString(&from, &back), STATUS_SUCCESS);
	assert_memory_equal(&back, &guid, sizeof(guid));
	for (size_t i = 0; i < ARRAYSIZE(bad); i++) {
		from = wide(bad[i]);
		assert_int_equal(RtlGUIDFromString(&from, &back), STATUS_INVALID_PARAMETER);
	}
}

static void test_append__length_above_room__refused(void **state)
{
	WCHAR room[8] = { 0 };
	UNICODE_STRING broken = { 12, 4, room }, more = wide(L"abcdefgh");
	(void)state;
	assert_int_equal(RtlAppendUnicodeStringToString(&broken, &more), STATUS_BUFFER_TOO_SMALL);
	assert_int_equal(broken.Length, 12);
}

/* One table of capitals: what the registry takes for one name, the comparison does, too. */
static void test_upcase__as_the_registry_folds(void **state)
{
	(void)state;
	for (unsigned int c = 0; c < 0x10000; c++)
		check(RtlUpcaseUnicodeChar((WCHAR)c) == fx_upcase((WCHAR)c), "U+%04X", c);
	assert_int_equal(RtlUpcaseUnicodeChar(0xb5), 0xb5); /* the micro sign has none on NT */
}

static void test_buffers__are_pool(void **state)
{
	UNICODE_STRING from = wide(L"text"), to;
	(void)state;
	assert_int_equal(RtlUpcaseUnicodeString(&to, &from, TRUE), STATUS_SUCCESS);
	ExFreePool(to.Buffer);
	to.Buffer = ExAllocatePoolZero(PagedPool, 10, 0x31546167);
	RtlFreeUnicodeString(&to);
	RtlFreeUnicodeString(&to); /* nothing any more */
	assert_null(to.Buffer);
}

static void test_print__short_integers_and_pointers(void **state)
{
	char text[80];
	(void)state;
	assert_int_equal(RtlStringCbPrintfA(text, sizeof(text), "%hx %hhx %hd %p", 0x1ffff, -1,
					    0x18000, (void *)(uintptr_t)0xabc0),
			 STATUS_SUCCESS);
	assert_string_equal(text, "ffff ff -32768 000000000000ABC0");
}

/* A counted string needs no zero, however long it is. */
static void test_strsafe__counted_print__fills_to_the_last_letter(void **state)
{
	static WCHAR room[600], text[601];
	UNICODE_STRING to = { 0, sizeof(room), room };
	(void)state;
	for (unsigned int i = 0; i < 600; i++)
		text[i] = (WCHAR)('a' + i % 26);
	assert_int_equal(RtlUnicodeStringPrintf(&to, L"%s", text), STATUS_SUCCESS);
	assert_int_equal(to.Length, sizeof(room));
	assert_memory_equal(room, text, sizeof(room));
	assert_int_equal(RtlUnicodeStringPrintf(&to, L"%s!", text), STATUS_BUFFER_OVERFLOW);
	assert_int_equal(to.Length, sizeof(room));
}

static void test_out_of_memory__said(void **state)
{
	UNICODE_STRING from = wide(L"text"), out;
	ANSI_STRING narrow, source;
	static const GUID guid;
	(void)state;
	RtlInitAnsiString(&source, "text");
	fault_arm(FAULT_ALLOC, 1);
	assert_int_equal(RtlUnicodeStringToAnsiString(&narrow, &from, TRUE), STATUS_NO_MEMORY);
	fault_arm(FAULT_ALLOC, 1);
	assert_int_equal(RtlAnsiStringToUnicodeString(&out, &source, TRUE), STATUS_NO_MEMORY);
	fault_arm(FAULT_ALLOC, 1);
	assert_int_equal(RtlUpcaseUnicodeString(&out, &from, TRUE), STATUS_NO_MEMORY);
	fault_arm(FAULT_ALLOC, 1);
	assert_int_equal(RtlStringFromGUID(&guid, &out), STATUS_NO_MEMORY);
	fault_disarm();
}

static void test_wide__as_the_c_library_but_16_bits(void **state)
{
	WCHAR text[16] = L"Abc";
	(void)state;
	assert_int_equal(wcslen(L"four"), 4);
	assert_int_equal(wcsnlen(L"four", 2), 2);
	assert_true(wcscmp(L"a", L"b") < 0 && wcscmp(L"b", L"a") > 0 && !wcscmp(L"b", L"b"));
	assert_true(wcscmp(L"ab", L"a") > 0);
	assert_int_equal(wcsncmp(L"abx", L"aby", 2), 0);
	assert_int_equal(_wcsicmp(L"EDU\x00c4", L"edu\x00e4"), 0);
	assert_true(_wcsnicmp(L"EDU1", L"edu2", 4) < 0);
	assert_ptr_equal(wcscat(text, L"def"), text);
	assert_int_equal(wcscmp(text, L"Abcdef"), 0);
	assert_ptr_equal(wcschr(text, L'c'), text + 2);
	assert_ptr_equal(wcschr(text, 0), text + 6);
	assert_null(wcschr(text, L'q'));
	assert_null(wcsrchr(text, L'q'));
	assert_ptr_equal(wcsrchr(text, L'A'), text);
	assert_ptr_equal(wcsstr(text, L"cde"), text + 2);
	assert_ptr_equal(wcsstr(text, L""), text);
	assert_null(wcsstr(text, L"cdx"));
	assert_int_equal(wcscmp(_wcsupr(text), L"ABCDEF"), 0);
	assert_int_equal(wcscmp(_wcslwr(text), L"abcdef"), 0);
	memset(text, 0xff, sizeof(text));
	wcsncpy(text, L"ab", 4);
	assert_int_equal(text[3], 0);
	assert_int_equal(text[4], 0xffff);
	wcscpy(text, L"xyz");
	assert_int_equal(wcslen(text), 3);
}

static void test_strsafe__narrow__cuts_and_terminates(void **state)
{
	char text[6] = "?????";
	size_t len = 9;
	(void)state;
	assert_int_equal(RtlStringCbCopyA(text, sizeof(text), "abc"), STATUS_SUCCESS);
	assert_int_equal(RtlStringCbCatA(text, sizeof(text), "de"), STATUS_SUCCESS);
	assert_string_equal(text, "abcde");
	assert_int_equal(RtlStringCbCatA(text, sizeof(text), "f"), STATUS_BUFFER_OVERFLOW);
	assert_int_equal(RtlStringCchCopyA(text, 4, "12345"), STATUS_BUFFER_OVERFLOW);
	assert_string_equal(text, "123");
	assert_int_equal(RtlStringCchCopyNA(text, 6, "12345", 2), STATUS_SUCCESS);
	assert_int_equal(RtlStringCchCatNA(text, 6, "xyz", 1), STATUS_SUCCESS);
	assert_int_equal(RtlStringCbCatNA(text, 6, "xyz", 2), STATUS_SUCCESS);
	assert_string_equal(text, "12xxy");
	assert_int_equal(RtlStringCbCopyNA(text, 6, "abc", 1), STATUS_SUCCESS);
	assert_int_equal(RtlStringCchCatA(text, 6, "b"), STATUS_SUCCESS);
	assert_string_equal(text, "ab");
	assert_int_equal(RtlStringCbCopyA(text, 0, "x"), STATUS_INVALID_PARAMETER);
	assert_int_equal(RtlStringCchCopyA(text, NTSTRSAFE_MAX_CCH + 1ull, "x"),
			 STATUS_INVALID_PARAMETER);
	assert_string_equal(text, "ab");
	memset(text, 'x', sizeof(text)); /* no end to append at */
	assert_int_equal(RtlStringCbCatA(text, sizeof(text), ""), STATUS_INVALID_PARAMETER);
	assert_int_equal(RtlStringCbLengthA(text, sizeof(text), &len), STATUS_INVALID_PARAMETER);
	assert_int_equal(len, 0);
	assert_int_equal(RtlStringCchLengthA("abc", 4, &len), STATUS_SUCCESS);
	assert_int_equal(len, 3);
	assert_int_equal(RtlStringCbLengthA("abc", 3, NULL), STATUS_INVALID_PARAMETER);
	assert_int_equal(RtlStringCbPrintfA(text, sizeof(text), "%ws-%d", L"ab", 7),
			 STATUS_SUCCESS);
	assert_string_equal(text, "ab-7");
	assert_int_equal(RtlStringCchPrintfA(text, 4, "%s", "12345"), STATUS_BUFFER_OVERFLOW);
	assert_string_equal(text, "123");
	assert_int_equal(RtlStringCchPrintfA(text, 0, "x"), STATUS_INVALID_PARAMETER);
}

static void test_strsafe__wide__sizes_in_bytes_or_characters(void **state)
{
	WCHAR text[6];
	size_t len;
	(void)state;
	assert_int_equal(RtlStringCbCopyW(text, sizeof(text), L"abc"), STATUS_SUCCESS);
	assert_int_equal(RtlStringCchCatW(text, 6, L"de"), STATUS_SUCCESS);
	assert_int_equal(RtlStringCbCatW(text, sizeof(text), L"f"), STATUS_BUFFER_OVERFLOW);
	assert_int_equal(wcscmp(text, L"abcde"), 0);
	assert_int_equal(RtlStringCbLengthW(text, sizeof(text), &len), STATUS_SUCCESS);
	assert_int_equal(len, 10);
	assert_int_equal(RtlStringCchLengthW(text, 6, &len), STATUS_SUCCESS);
	assert_int_equal(len, 5);
	assert_int_equal(RtlStringCbCopyNW(text, sizeof(text), L"xyz", 4), STATUS_SUCCESS);
	assert_int_equal(RtlStringCbCatNW(text, sizeof(text), L"123", 2), STATUS_SUCCESS);
	assert_int_equal(RtlStringCchCatNW(text, 6, L"45", 1), STATUS_SUCCESS);
	assert_int_equal(wcscmp(text, L"xy14"), 0);
	assert_int_equal(RtlStringCchCopyNW(text, 2, L"xyz", 3), STATUS_BUFFER_OVERFLOW);
	assert_int_equal(wcscmp(text, L"x"), 0);
	assert_int_equal(RtlStringCchCopyW(text, 6, L"w"), STATUS_SUCCESS);
	assert_int_equal(RtlStringCbCopyW(text, 1, L"x"), STATUS_INVALID_PARAMETER);
	assert_int_equal(RtlStringCbPrintfW(text, sizeof(text), L"%s%hs%c", L"a", "b", L'c'),
			 STATUS_SUCCESS);
	assert_int_equal(wcscmp(text, L"abc"), 0);
	assert_int_equal(RtlStringCchPrintfW(text, 6, L"%S\x20ac%C%3d", "\xc3\xa4", 'x', 1),
			 STATUS_BUFFER_OVERFLOW);
	assert_int_equal(wcscmp(text, L"\x00e4\x20acx  "), 0);
	assert_int_equal(RtlStringCbPrintfW(text, 0, L"x"), STATUS_INVALID_PARAMETER);
}

static void test_strsafe__counted(void **state)
{
	DECLARE_UNICODE_STRING_SIZE(text, 5);
	UNICODE_STRING odd = { 3, 4, text_buffer }, more = { 6, 4, text_buffer },
		       none = { 0, 2, NULL };
	UNICODE_STRING from = wide(L"abcd");
	WCHAR *big = calloc(1000, sizeof(WCHAR));
	(void)state;
	assert_int_equal(RtlUnicodeStringValidate(&odd), STATUS_INVALID_PARAMETER);
	assert_int_equal(RtlUnicodeStringValidate(&more), STATUS_INVALID_PARAMETER);
	assert_int_equal(RtlUnicodeStringValidate(&none), STATUS_INVALID_PARAMETER);
	assert_int_equal(RtlUnicodeStringValidate(NULL), STATUS_INVALID_PARAMETER);
	assert_int_equal(RtlUnicodeStringCopy(&text, &from), STATUS_SUCCESS);
	assert_int_equal(RtlUnicodeStringCat(&text, &from), STATUS_BUFFER_OVERFLOW);
	assert_wide(text, L"abcda");
	assert_int_equal(RtlUnicodeStringCopyString(&text, L"xy"), STATUS_SUCCESS);
	assert_int_equal(RtlUnicodeStringCatString(&text, L"z"), STATUS_SUCCESS);
	assert_wide(text, L"xyz");
	assert_int_equal(RtlUnicodeStringCopyString(&text, L"1234567"), STATUS_BUFFER_OVERFLOW);
	assert_wide(text, L"12345");
	assert_int_equal(RtlUnicodeStringCatString(&text, NULL), STATUS_INVALID_PARAMETER);
	assert_int_equal(RtlUnicodeStringCopy(&odd, &from), STATUS_INVALID_PARAMETER);
	assert_int_equal(RtlUnicodeStringPrintf(&text, L"%d-%wZ", 1, &from),
			 STATUS_BUFFER_OVERFLOW);
	assert_wide(text, L"1-abc");
	assert_int_equal(RtlUnicodeStringPrintf(&text, L"%05d", 42), STATUS_SUCCESS);
	assert_wide(text, L"00042");
	assert_int_equal(RtlUnicodeStringPrintf(&text, L"%600d", 1), STATUS_BUFFER_OVERFLOW);
	assert_wide(text, L"     ");
	RtlInitEmptyUnicodeString(&from, big, 2000);
	assert_int_equal(RtlUnicodeStringPrintf(&from, L"%250d%250d%250d", 1, 2, 3),
			 STATUS_SUCCESS);
	assert_int_equal(from.Length, 1500);
	assert_int_equal(RtlUnicodeStringPrintf(&from, L"%250d%250d%250d%251d", 1, 2, 3, 4),
			 STATUS_BUFFER_OVERFLOW);
	free(big);
}

static void test_system_routine__only_the_interfaces_own(void **state)
{
	UNICODE_STRING known = wide(L"KeSetEvent"), libc = wide(L"printf"),
		       other = wide(L"IoNoSuch");
	UNICODE_STRING own = wide(L"uwdf_host_new");
	PVOID here = MmGetSystemRoutineAddress(&known);
	(void)state;
	/* in a program that does not export it, it is not there; a wrong function never is */
	assert_true(!here || here == (PVOID)(ULONG_PTR)KeSetEvent);
	assert_null(MmGetSystemRoutineAddress(&libc) == NULL ? NULL : (PVOID)(ULONG_PTR) "libc");
	assert_null(MmGetSystemRoutineAddress(&other));
	assert_null(MmGetSystemRoutineAddress(&own));
	assert_true(RtlIsNtDdiVersionAvailable(NTDDI_WIN7));
	assert_false(RtlIsNtDdiVersionAvailable(NTDDI_WIN10 + 1));
	assert_int_equal(MmQuerySystemSize(), MmLargeSystem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_init__too_long__cut_or_refused),
		cmocka_unit_test(test_copy_and_append__what_fits),
		cmocka_unit_test(test_compare__case_and_length),
		cmocka_unit_test(test_upcase__unicode_simple_mappings),
		cmocka_unit_test(test_ansi__utf8_both_ways),
		cmocka_unit_test(test_ansi__bad_text__replaced),
		cmocka_unit_test(test_numbers__to_and_from_text),
		cmocka_unit_test(test_guid__to_and_from_text),
		cmocka_unit_test(test_append__length_above_room__refused),
		cmocka_unit_test(test_upcase__as_the_registry_folds),
		cmocka_unit_test(test_buffers__are_pool),
		cmocka_unit_test(test_print__short_integers_and_pointers),
		cmocka_unit_test(test_strsafe__counted_print__fills_to_the_last_letter),
		cmocka_unit_test(test_out_of_memory__said),
		cmocka_unit_test(test_wide__as_the_c_library_but_16_bits),
		cmocka_unit_test(test_strsafe__narrow__cuts_and_terminates),
		cmocka_unit_test(test_strsafe__wide__sizes_in_bytes_or_characters),
		cmocka_unit_test(test_strsafe__counted),
		cmocka_unit_test(test_system_routine__only_the_interfaces_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
