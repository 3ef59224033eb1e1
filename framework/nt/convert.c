/* SPDX-License-Identifier: MIT */
/* convert.c - counted strings to and from UTF-8, numbers and GUIDs. */
#include <stdbool.h>

#include "base/compiler.h"
#include "nt/buffer.h"
#include "nt/rtl_string.h"
#include "nt/utf.h"

#define COUNTED_MAX 0xfffeu

/* --- UTF-8 --- */

UW_EXPORT ULONG RtlUnicodeStringToAnsiSize(PCUNICODE_STRING UnicodeString)
{
	struct utf_span from = { .wide = UnicodeString->Buffer,
				 .len = UnicodeString->Length / sizeof(WCHAR) };

	return (ULONG)utf8_from_utf16(&from, NULL, SIZE_MAX) + 1;
}

UW_EXPORT ULONG RtlAnsiStringToUnicodeSize(const ANSI_STRING *AnsiString)
{
	struct utf_span from = { .narrow = AnsiString->Buffer, .len = AnsiString->Length };

	return (ULONG)((utf16_from_utf8(&from, NULL, SIZE_MAX) + 1) * sizeof(WCHAR));
}

UW_EXPORT NTSTATUS RtlUnicodeStringToAnsiString(PANSI_STRING DestinationString,
						PCUNICODE_STRING SourceString,
						BOOLEAN AllocateDestinationString)
{
	struct utf_span from = { .wide = SourceString->Buffer,
				 .len = SourceString->Length / sizeof(WCHAR) };
	ULONG need = RtlUnicodeStringToAnsiSize(SourceString);
	size_t room;

	if (need > COUNTED_MAX + 1)
		return STATUS_INVALID_PARAMETER_2;
	if (AllocateDestinationString) {
		DestinationString->Buffer = fx_string_buffer(need);
		if (!DestinationString->Buffer)
			return STATUS_NO_MEMORY;
		DestinationString->MaximumLength = (USHORT)need;
	} else if (!DestinationString->MaximumLength) {
		return STATUS_BUFFER_OVERFLOW;
	}
	room = DestinationString->MaximumLength - 1u;
	DestinationString->Length = (USHORT)utf8_from_utf16(&from, DestinationString->Buffer, room);
	DestinationString->Buffer[DestinationString->Length] = '\0';
	return need - 1 > room ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

UW_EXPORT NTSTATUS RtlAnsiStringToUnicodeString(PUNICODE_STRING DestinationString,
						const ANSI_STRING *SourceString,
						BOOLEAN AllocateDestinationString)
{
	struct utf_span from = { .narrow = SourceString->Buffer, .len = SourceString->Length };
	ULONG need = RtlAnsiStringToUnicodeSize(SourceString);
	size_t room, len;

	if (need > COUNTED_MAX)
		return STATUS_INVALID_PARAMETER_2;
	if (AllocateDestinationString) {
		DestinationString->Buffer = fx_string_buffer(need);
		if (!DestinationString->Buffer)
			return STATUS_NO_MEMORY;
		DestinationString->MaximumLength = (USHORT)need;
	} else if (DestinationString->MaximumLength < sizeof(WCHAR)) {
		return STATUS_BUFFER_OVERFLOW;
	}
	room = DestinationString->MaximumLength / sizeof(WCHAR) - 1;
	len = utf16_from_utf8(&from, DestinationString->Buffer, room);
	DestinationString->Buffer[len] = 0;
	DestinationString->Length = (USHORT)(len * sizeof(WCHAR));
	return need / sizeof(WCHAR) - 1 > room ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

/* --- numbers --- */

static bool is_base(ULONG base)
{
	return base == 2 || base == 8 || base == 10 || base == 16;
}

UW_EXPORT NTSTATUS RtlInt64ToUnicodeString(ULONGLONG Value, ULONG Base, PUNICODE_STRING String)
{
	WCHAR digits[64];
	size_t at = UW_ARRAY_SIZE(digits), len;

	if (!Base)
		Base = 10;
	if (!is_base(Base))
		return STATUS_INVALID_PARAMETER;
	do {
		digits[--at] = (WCHAR) "0123456789ABCDEF"[Value % Base];
		Value /= Base;
	} while (Value);
	len = UW_ARRAY_SIZE(digits) - at;
	if (len * sizeof(WCHAR) > String->MaximumLength)
		return STATUS_BUFFER_OVERFLOW;
	memcpy(String->Buffer, digits + at, len * sizeof(WCHAR));
	String->Length = (USHORT)(len * sizeof(WCHAR));
	if (String->MaximumLength - String->Length >= (int)sizeof(WCHAR))
		String->Buffer[len] = 0;
	return STATUS_SUCCESS;
}

UW_EXPORT NTSTATUS RtlIntegerToUnicodeString(ULONG Value, ULONG Base, PUNICODE_STRING String)
{
	return RtlInt64ToUnicodeString(Value, Base, String);
}

struct text {
	const WCHAR *at, *end;
};

static WCHAR peek(const struct text *text)
{
	return text->at < text->end ? *text->at : 0;
}

/* The value of a hexadecimal digit, or 99. */
static ULONG digit_of(WCHAR c)
{
	if (c >= '0' && c <= '9')
		return (ULONG)(c - '0');
	if (c >= 'A' && c <= 'F')
		return (ULONG)(c - 'A') + 10;
	if (c >= 'a' && c <= 'f')
		return (ULONG)(c - 'a') + 10;
	return 99;
}

/* What "0x", "0o" and "0b" say; they are skipped. */
static ULONG base_of_prefix(struct text *text)
{
	ULONG base = 10;

	if (text->end - text->at < 2 || text->at[0] != '0')
		return base;
	switch (text->at[1]) {
	case 'x':
		base = 16;
		break;
	case 'o':
		base = 8;
		break;
	case 'b':
		base = 2;
		break;
	default:
		return base;
	}
	text->at += 2;
	return base;
}

UW_EXPORT NTSTATUS RtlUnicodeStringToInteger(PCUNICODE_STRING String, ULONG Base, PULONG Value)
{
	struct text text = { String->Buffer, String->Buffer + String->Length / sizeof(WCHAR) };
	bool negative = false;
	ULONG value = 0;

	if (Base && !is_base(Base))
		return STATUS_INVALID_PARAMETER;
	while (peek(&text) && peek(&text) <= ' ')
		text.at++;
	if (peek(&text) == '-' || peek(&text) == '+')
		negative = *text.at++ == '-';
	if (!Base)
		Base = base_of_prefix(&text);
	for (; digit_of(peek(&text)) < Base; text.at++)
		value = value * Base + digit_of(*text.at);
	*Value = negative ? 0 - value : value;
	return STATUS_SUCCESS;
}

/* --- GUIDs: "{00112233-4455-6677-8899-aabbccddeeff}" --- */

#define GUID_LETTERS 38

/* Which of the 16 bytes each pair of digits is; 0xff: one of the letters '{', '-', '}'. */
static const UCHAR guid_places[GUID_LETTERS] = {
	0xff, 3, 3, 2, 2, 1,    1,  0,  0,  0xff, 5,  5,  4,  4,  0xff, 7,  7,  6,  6,
	0xff, 8, 8, 9, 9, 0xff, 10, 10, 11, 11,   12, 12, 13, 13, 14,   14, 15, 15, 0xff,
};

static WCHAR guid_mark(size_t i)
{
	if (i == 0)
		return '{';
	return i == GUID_LETTERS - 1 ? '}' : '-';
}

UW_EXPORT NTSTATUS RtlStringFromGUID(REFGUID Guid, PUNICODE_STRING GuidString)
{
	const UCHAR *bytes = (const UCHAR *)Guid;
	WCHAR *text = fx_string_buffer((GUID_LETTERS + 1) * sizeof(WCHAR));
	bool high = true;

	if (!text)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < GUID_LETTERS; i++) {
		UCHAR place = guid_places[i];

		if (place == 0xff) {
			text[i] = guid_mark(i);
			continue;
		}
		text[i] = (WCHAR) "0123456789abcdef"[high ? bytes[place] >> 4 : bytes[place] & 15];
		high = !high;
	}
	GuidString->Buffer = text;
	GuidString->Length = GUID_LETTERS * sizeof(WCHAR);
	GuidString->MaximumLength = (GUID_LETTERS + 1) * sizeof(WCHAR);
	return STATUS_SUCCESS;
}

UW_EXPORT NTSTATUS RtlGUIDFromString(PCUNICODE_STRING GuidString, GUID *Guid)
{
	UCHAR bytes[sizeof(*Guid)] = { 0 };

	if (GuidString->Length != GUID_LETTERS * sizeof(WCHAR))
		return STATUS_INVALID_PARAMETER;
	for (size_t i = 0; i < GUID_LETTERS; i++) {
		WCHAR c = GuidString->Buffer[i];
		UCHAR place = guid_places[i];

		if (place == 0xff ? c != guid_mark(i) : digit_of(c) > 15)
			return STATUS_INVALID_PARAMETER;
		if (place != 0xff)
			bytes[place] = (UCHAR)(bytes[place] << 4 | digit_of(c));
	}
	memcpy(Guid, bytes, sizeof(*Guid));
	return STATUS_SUCCESS;
}
