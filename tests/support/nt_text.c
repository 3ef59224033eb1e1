/* SPDX-License-Identifier: MIT */
#include "nt_text.h"

#include <ntstrsafe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "nt/print.h"
#include "support/registry_name.h"

#define ALWAYS(what)                                                                               \
	do {                                                                                       \
		if (!(what)) {                                                                     \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #what);  \
			abort();                                                                   \
		}                                                                                  \
	} while (0)
#define UNITS 128u

/* UTF-16 from the bytes, whatever they are; the string is not terminated. */
static UNICODE_STRING units_of(const uint8_t *data, size_t len, WCHAR *out)
{
	UNICODE_STRING text = { .Buffer = out };
	size_t count = len / sizeof(WCHAR) < UNITS ? len / sizeof(WCHAR) : UNITS;

	if (count)
		memcpy(out, data, count * sizeof(WCHAR));
	text.Length = text.MaximumLength = (USHORT)(count * sizeof(WCHAR));
	return text;
}

/* Zeros are letters here, which names of the registry cannot have. */
static bool is_utf8(const char *text, size_t len)
{
	const char *end = text + len;

	while (text < end) {
		size_t part = strnlen(text, (size_t)(end - text));

		if (!registry_is_utf8(text, part))
			return false;
		text += part + 1;
	}
	return true;
}

/* --- formats --- */

#define ROOM  300u
#define GUARD 0x5a

static size_t print_narrow(char *out, size_t room, const char *format, ...)
{
	size_t need;
	va_list args;

	va_start(args, format);
	need = fx_vsnprintf(out, room, format, args);
	va_end(args);
	return need;
}

static size_t print_wide(WCHAR *out, size_t room, const WCHAR *format, ...)
{
	size_t need;
	va_list args;

	va_start(args, format);
	need = fx_vsnwprintf(out, room, format, args);
	va_end(args);
	return need;
}

/* A format that takes at most sixteen arguments, with fields that are not too wide. */
static void format_of(const uint8_t *data, size_t len, char *out)
{
	unsigned int taken = 0, digits = 0;
	size_t used = 0;

	for (size_t i = 0; i < len && used < UNITS - 1; i++) {
		char c = (char)data[i];

		taken += c == '%';
		digits = c >= '0' && c <= '9' ? digits + 1 : 0;
		if (!c || c == '*' || taken > 16 || digits > 2)
			continue;
		out[used++] = c;
	}
	out[used] = '\0';
}

#define SIXTEEN(p) p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p

/* Each argument is at once a number, a counted string, and narrow and wide text with an end. */
static void check_narrow(const char *format, const UNICODE_STRING *any)
{
	char all[ROOM], cut[ROOM];
	size_t need = print_narrow(all, sizeof(all), format, SIXTEEN(any));

	ALWAYS(strlen(all) <= (need < sizeof(all) ? need : sizeof(all) - 1));
	for (size_t room = 0; room < 24; room++) {
		memset(cut, GUARD, sizeof(cut));
		ALWAYS(print_narrow(cut, room, format, SIXTEEN(any)) == need);
		ALWAYS(cut[room] == GUARD);
		if (room)
			ALWAYS(cut[room - 1 < need ? room - 1 : need] == '\0');
		if (room > 1)
			ALWAYS(!memcmp(cut, all, room - 1 < need ? room - 1 : need));
	}
}

static void check_wide(const WCHAR *format, const UNICODE_STRING *any)
{
	WCHAR all[ROOM], cut[ROOM];
	size_t need = print_wide(all, ROOM, format, SIXTEEN(any));

	for (size_t room = 0; room < 24; room++) {
		memset(cut, GUARD, sizeof(cut));
		ALWAYS(print_wide(cut, room, format, SIXTEEN(any)) == need);
		ALWAYS(cut[room] == (GUARD << 8 | GUARD));
		if (room > 1)
			ALWAYS(!memcmp(cut, all,
				       (room - 1 < need ? room - 1 : need) * sizeof(WCHAR)));
	}
}

void nt_text_formats(const uint8_t *data, size_t len)
{
	WCHAR counted[] = L"counted", wide[UNITS];
	const UNICODE_STRING any = { .Length = 14, .MaximumLength = 16, .Buffer = counted };
	char format[UNITS];
	size_t i = 0;

	format_of(data, len, format);
	check_narrow(format, &any);
	do
		wide[i] = (unsigned char)format[i];
	while (format[i++]);
	check_wide(wide, &any);
}

/* --- conversions --- */

static void check_narrowed(const UNICODE_STRING *text, const ANSI_STRING *narrow)
{
	char out[UNITS * 3 + 1], part[8];
	ANSI_STRING into = { 0, sizeof(out), out }, little = { 0, sizeof(part), part };
	NTSTATUS status;

	ALWAYS(is_utf8(narrow->Buffer, narrow->Length));
	ALWAYS(RtlUnicodeStringToAnsiSize(text) == narrow->Length + 1u);
	ALWAYS(narrow->Buffer[narrow->Length] == '\0');
	ALWAYS(NT_SUCCESS(RtlUnicodeStringToAnsiString(&into, text, FALSE)));
	ALWAYS(into.Length == narrow->Length && !memcmp(out, narrow->Buffer, into.Length));
	status = RtlUnicodeStringToAnsiString(&little, text, FALSE);
	ALWAYS(status == (narrow->Length < sizeof(part) ? STATUS_SUCCESS : STATUS_BUFFER_OVERFLOW));
	ALWAYS(little.Length < sizeof(part) && is_utf8(part, little.Length));
	ALWAYS(!memcmp(part, narrow->Buffer, little.Length));
}

static bool is_proper(const UNICODE_STRING *text)
{
	size_t count = text->Length / sizeof(WCHAR);

	for (size_t i = 0; i < count; i++) {
		if (text->Buffer[i] < 0xd800 || text->Buffer[i] > 0xdfff)
			continue;
		if (text->Buffer[i] > 0xdbff || i + 1 == count || text->Buffer[i + 1] < 0xdc00 ||
		    text->Buffer[i + 1] > 0xdfff)
			return false;
		i++;
	}
	return true;
}

static void convert_wide(const UNICODE_STRING *text)
{
	UNICODE_STRING again;
	ANSI_STRING narrow;

	ALWAYS(NT_SUCCESS(RtlUnicodeStringToAnsiString(&narrow, text, TRUE)));
	check_narrowed(text, &narrow);
	ALWAYS(NT_SUCCESS(RtlAnsiStringToUnicodeString(&again, &narrow, TRUE)));
	ALWAYS(again.Length == text->Length);
	ALWAYS(!is_proper(text) || RtlEqualUnicodeString(&again, text, FALSE));
	RtlFreeUnicodeString(&again);
	RtlFreeAnsiString(&narrow);
}

static void convert_narrow(const uint8_t *data, size_t len)
{
	const ANSI_STRING narrow = {
		.Length = (USHORT)(len < 4 * UNITS ? len : 4 * UNITS),
		.Buffer = (PCHAR)(uintptr_t)data,
	};
	UNICODE_STRING wide;
	ANSI_STRING again;

	ALWAYS(NT_SUCCESS(RtlAnsiStringToUnicodeString(&wide, &narrow, TRUE)));
	ALWAYS(RtlAnsiStringToUnicodeSize(&narrow) == wide.Length + sizeof(WCHAR));
	ALWAYS(is_proper(&wide));
	ALWAYS(NT_SUCCESS(RtlUnicodeStringToAnsiString(&again, &wide, TRUE)));
	if (is_utf8(narrow.Buffer, narrow.Length))
		ALWAYS(RtlEqualString(&again, &narrow, FALSE));
	RtlFreeAnsiString(&again);
	RtlFreeUnicodeString(&wide);
}

void nt_text_conversions(const uint8_t *data, size_t len)
{
	WCHAR units[UNITS];
	UNICODE_STRING text = units_of(data, len, units);

	convert_wide(&text);
	convert_narrow(data, len);
}

/* --- capital and small letters, order --- */

static int sign(LONG order)
{
	return (order > 0) - (order < 0);
}

static void check_order(PCUNICODE_STRING a, PCUNICODE_STRING b, BOOLEAN fold)
{
	LONG order = RtlCompareUnicodeString(a, b, fold);
	ULONG hash_a, hash_b;

	ALWAYS(sign(order) == -sign(RtlCompareUnicodeString(b, a, fold)));
	ALWAYS(RtlEqualUnicodeString(a, b, fold) == !order);
	ALWAYS(NT_SUCCESS(RtlHashUnicodeString(a, fold, 0, &hash_a)));
	ALWAYS(NT_SUCCESS(RtlHashUnicodeString(b, fold, 0, &hash_b)));
	ALWAYS(order || hash_a == hash_b);
	ALWAYS(!RtlPrefixUnicodeString(a, b, fold) || a->Length <= b->Length);
}

void nt_text_case(const uint8_t *data, size_t len)
{
	WCHAR units[UNITS];
	UNICODE_STRING text = units_of(data, len, units), half = text, big, bigger;

	half.Length = (USHORT)(text.Length / 4 * 2);
	ALWAYS(NT_SUCCESS(RtlUpcaseUnicodeString(&big, &text, TRUE)));
	ALWAYS(NT_SUCCESS(RtlUpcaseUnicodeString(&bigger, &big, TRUE)));
	ALWAYS(RtlEqualUnicodeString(&text, &big, TRUE));
	ALWAYS(RtlEqualUnicodeString(&big, &bigger, FALSE));
	ALWAYS(RtlPrefixUnicodeString(&half, &text, FALSE));
	ALWAYS(RtlPrefixUnicodeString(&half, &big, TRUE));
	check_order(&text, &half, FALSE);
	check_order(&text, &big, FALSE);
	check_order(&half, &big, TRUE);
	RtlFreeUnicodeString(&big);
	RtlFreeUnicodeString(&bigger);
}

/* --- numbers and GUIDs --- */

static void check_number(ULONG number)
{
	static const ULONG bases[] = { 2, 8, 10, 16 };
	DECLARE_UNICODE_STRING_SIZE(text, 40);
	ULONG again;

	for (size_t i = 0; i < 4; i++) {
		ALWAYS(NT_SUCCESS(RtlIntegerToUnicodeString(number, bases[i], &text)));
		ALWAYS(NT_SUCCESS(RtlUnicodeStringToInteger(&text, bases[i], &again)));
		ALWAYS(again == number);
	}
}

static void check_guid(const GUID *guid, PCUNICODE_STRING any)
{
	UNICODE_STRING text;
	GUID again;

	ALWAYS(NT_SUCCESS(RtlStringFromGUID(guid, &text)));
	ALWAYS(NT_SUCCESS(RtlGUIDFromString(&text, &again)));
	ALWAYS(!memcmp(&again, guid, sizeof(again)));
	RtlFreeUnicodeString(&text);
	if (!NT_SUCCESS(RtlGUIDFromString(any, &again)))
		return;
	ALWAYS(NT_SUCCESS(RtlStringFromGUID(&again, &text)));
	ALWAYS(RtlEqualUnicodeString(&text, any, TRUE));
	RtlFreeUnicodeString(&text);
}

void nt_text_numbers(const uint8_t *data, size_t len)
{
	WCHAR units[UNITS];
	UNICODE_STRING text = units_of(data, len, units);
	ULONG number = 0, base = len ? data[0] % 20 : 0;
	GUID guid = { 0 };
	NTSTATUS status;

	memcpy(&number, data, len < sizeof(number) ? len : sizeof(number));
	memcpy(&guid, data, len < sizeof(guid) ? len : sizeof(guid));
	check_number(number);
	check_guid(&guid, &text);
	status = RtlUnicodeStringToInteger(&text, base, &number);
	ALWAYS(NT_SUCCESS(status) == (!base || base == 2 || base == 8 || base == 10 || base == 16));
}

/* --- safe strings --- */

static void check_copies(const WCHAR *text, size_t most)
{
	size_t len = uwdf_wcslen(text), take = most < len ? most : len;

	for (size_t room = 1; room < 20; room++) {
		size_t fits = take < room ? take : room - 1;
		WCHAR out[24];
		NTSTATUS status;

		memset(out, GUARD, sizeof(out));
		status = RtlStringCchCopyNW(out, room, text, most);
		ALWAYS(status == (take < room ? STATUS_SUCCESS : STATUS_BUFFER_OVERFLOW));
		ALWAYS(!memcmp(out, text, fits * sizeof(WCHAR)) && !out[fits]);
		ALWAYS(out[room] == (GUARD << 8 | GUARD));
		status = RtlStringCchCatW(out, room, text);
		ALWAYS(status == (fits + len < room ? STATUS_SUCCESS : STATUS_BUFFER_OVERFLOW));
		ALWAYS(uwdf_wcslen(out) == (fits + len < room ? fits + len : room - 1));
		ALWAYS(out[room] == (GUARD << 8 | GUARD));
	}
}

void nt_text_safe_strings(const uint8_t *data, size_t len)
{
	WCHAR units[UNITS + 1], out[UNITS];
	UNICODE_STRING text = units_of(data, len, units), copy = { 0, 16, out };
	size_t length;

	units[text.Length / sizeof(WCHAR)] = 0;
	check_copies(units, len ? data[0] % 24 : 0);
	ALWAYS(NT_SUCCESS(RtlStringCchLengthW(units, UNITS + 1, &length)));
	ALWAYS(length == uwdf_wcslen(units));
	memset(out, GUARD, sizeof(out));
	ALWAYS(RtlUnicodeStringCopy(&copy, &text) ==
	       (text.Length > 16 ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS));
	ALWAYS(copy.Length == (text.Length > 16 ? 16 : text.Length));
	ALWAYS(!memcmp(out, units, copy.Length) && out[8] == (GUARD << 8 | GUARD));
}

/* --- names of the registry --- */

void nt_text_names(const uint8_t *data, size_t len)
{
	WCHAR units[UNITS], again[UNITS];
	UNICODE_STRING text = units_of(data, len, units);
	size_t count = text.Length / sizeof(WCHAR);
	char *utf8 = registry_utf8(units, count), *folded, *twice;

	ALWAYS(utf8 && strlen(utf8) <= count * 3);
	ALWAYS(registry_utf16(utf8, again, UNITS) == count);
	ALWAYS(!memcmp(again, units, count * sizeof(WCHAR)));
	folded = registry_folded(utf8);
	ALWAYS(folded && registry_utf16(folded, NULL, 0) == count);
	twice = registry_folded(folded);
	ALWAYS(twice && !strcmp(folded, twice));
	mem_free(utf8);
	mem_free(folded);
	mem_free(twice);
}
