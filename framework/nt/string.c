/* SPDX-License-Identifier: MIT */
/* string.c - counted strings: copying, appending, comparing. */
#include "base/compiler.h"
#include "nt/buffer.h"
#include "nt/rtl_string.h"
#include "nt/wide.h"

#define HASH_FACTOR 65599u

static size_t units(PCUNICODE_STRING string)
{
	return string->Length / sizeof(WCHAR);
}

UW_EXPORT NTSTATUS RtlInitUnicodeStringEx(PUNICODE_STRING DestinationString, PCWSTR SourceString)
{
	const size_t most = UNICODE_STRING_MAX_BYTES / sizeof(WCHAR) - 1;

	if (SourceString && uwdf_wcsnlen(SourceString, most + 1) > most)
		return STATUS_NAME_TOO_LONG;
	RtlInitUnicodeString(DestinationString, SourceString);
	return STATUS_SUCCESS;
}

static void terminate(PUNICODE_STRING string)
{
	if (string->MaximumLength - string->Length >= (int)sizeof(WCHAR))
		string->Buffer[units(string)] = 0;
}

UW_EXPORT VOID RtlCopyUnicodeString(PUNICODE_STRING DestinationString,
				    PCUNICODE_STRING SourceString)
{
	USHORT len = SourceString ? SourceString->Length : 0;

	if (len > DestinationString->MaximumLength)
		len = (USHORT)(DestinationString->MaximumLength & ~1u); /* whole letters */
	if (len)
		memmove(DestinationString->Buffer, SourceString->Buffer, len);
	DestinationString->Length = len;
	terminate(DestinationString);
}

static NTSTATUS append(PUNICODE_STRING to, const WCHAR *text, size_t bytes)
{
	if (to->Length + bytes > to->MaximumLength)
		return STATUS_BUFFER_TOO_SMALL;
	if (bytes)
		memmove(to->Buffer + units(to), text, bytes);
	to->Length = (USHORT)(to->Length + bytes);
	terminate(to);
	return STATUS_SUCCESS;
}

UW_EXPORT NTSTATUS RtlAppendUnicodeStringToString(PUNICODE_STRING Destination,
						  PCUNICODE_STRING Source)
{
	return append(Destination, Source->Buffer, Source->Length);
}

UW_EXPORT NTSTATUS RtlAppendUnicodeToString(PUNICODE_STRING Destination, PCWSTR Source)
{
	if (!Source)
		return STATUS_SUCCESS;
	return append(Destination, Source, uwdf_wcsnlen(Source, 0x8000) * sizeof(WCHAR));
}

/* --- comparing --- */

static WCHAR fold(WCHAR c, BOOLEAN case_insensitive)
{
	return case_insensitive ? uwdf_towupper(c) : c;
}

static LONG compare(const WCHAR *a, const WCHAR *b, size_t len, BOOLEAN case_insensitive)
{
	for (size_t i = 0; i < len; i++) {
		LONG difference = (LONG)fold(a[i], case_insensitive) - fold(b[i], case_insensitive);

		if (difference)
			return difference;
	}
	return 0;
}

UW_EXPORT LONG RtlCompareUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2,
				       BOOLEAN CaseInSensitive)
{
	size_t len = units(String1) < units(String2) ? units(String1) : units(String2);
	LONG difference = compare(String1->Buffer, String2->Buffer, len, CaseInSensitive);

	return difference ? difference : (LONG)String1->Length - (LONG)String2->Length;
}

UW_EXPORT BOOLEAN RtlEqualUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2,
					BOOLEAN CaseInSensitive)
{
	return String1->Length == String2->Length &&
	       !compare(String1->Buffer, String2->Buffer, units(String1), CaseInSensitive);
}

UW_EXPORT BOOLEAN RtlPrefixUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2,
					 BOOLEAN CaseInSensitive)
{
	return String1->Length <= String2->Length &&
	       !compare(String1->Buffer, String2->Buffer, units(String1), CaseInSensitive);
}

UW_EXPORT CHAR RtlUpperChar(CHAR Character)
{
	if (Character < 'a' || Character > 'z')
		return Character;
	return (CHAR)(Character - 0x20);
}

UW_EXPORT LONG RtlCompareString(const STRING *String1, const STRING *String2,
				BOOLEAN CaseInSensitive)
{
	for (size_t i = 0; i < String1->Length && i < String2->Length; i++) {
		CHAR a = String1->Buffer[i], b = String2->Buffer[i];

		if (CaseInSensitive) {
			a = RtlUpperChar(a);
			b = RtlUpperChar(b);
		}
		if (a != b)
			return (LONG)(UCHAR)a - (LONG)(UCHAR)b;
	}
	return (LONG)String1->Length - (LONG)String2->Length;
}

UW_EXPORT BOOLEAN RtlEqualString(const STRING *String1, const STRING *String2,
				 BOOLEAN CaseInSensitive)
{
	return !RtlCompareString(String1, String2, CaseInSensitive);
}

UW_EXPORT NTSTATUS RtlHashUnicodeString(PCUNICODE_STRING String, BOOLEAN CaseInSensitive,
					ULONG HashAlgorithm, PULONG HashValue)
{
	ULONG hash = 0;

	if (!String || !HashValue || HashAlgorithm > HASH_STRING_ALGORITHM_X65599)
		return STATUS_INVALID_PARAMETER;
	for (size_t i = 0; i < units(String); i++)
		hash = hash * HASH_FACTOR + fold(String->Buffer[i], CaseInSensitive);
	*HashValue = hash;
	return STATUS_SUCCESS;
}

/* --- letters --- */

UW_EXPORT WCHAR RtlUpcaseUnicodeChar(WCHAR SourceCharacter)
{
	return uwdf_towupper(SourceCharacter);
}

UW_EXPORT WCHAR RtlDowncaseUnicodeChar(WCHAR SourceCharacter)
{
	return uwdf_towlower(SourceCharacter);
}

static NTSTATUS change_case(PUNICODE_STRING to, PCUNICODE_STRING from, BOOLEAN allocate,
			    WCHAR (*change)(WCHAR))
{
	if (allocate) {
		to->Buffer = fx_string_buffer(from->Length);
		if (!to->Buffer)
			return STATUS_NO_MEMORY;
		to->MaximumLength = from->Length;
	} else if (to->MaximumLength < from->Length) {
		return STATUS_BUFFER_OVERFLOW;
	}
	for (size_t i = 0; i < units(from); i++)
		to->Buffer[i] = change(from->Buffer[i]);
	to->Length = from->Length;
	return STATUS_SUCCESS;
}

UW_EXPORT NTSTATUS RtlUpcaseUnicodeString(PUNICODE_STRING DestinationString,
					  PCUNICODE_STRING SourceString,
					  BOOLEAN AllocateDestinationString)
{
	return change_case(DestinationString, SourceString, AllocateDestinationString,
			   uwdf_towupper);
}

UW_EXPORT NTSTATUS RtlDowncaseUnicodeString(PUNICODE_STRING DestinationString,
					    PCUNICODE_STRING SourceString,
					    BOOLEAN AllocateDestinationString)
{
	return change_case(DestinationString, SourceString, AllocateDestinationString,
			   uwdf_towlower);
}

/* --- buffers --- */

#define BUFFER_TAG 0x53774655u /* "UFwS" */

PVOID fx_string_buffer(SIZE_T len)
{
	return ExAllocatePoolZero(NonPagedPoolNx, len ? len : 1, BUFFER_TAG);
}

/* Whatever its tag: drivers free in this way what they allocated themselves, too. */
void fx_string_buffer_free(PVOID buffer)
{
	if (buffer)
		ExFreePool(buffer);
}

UW_EXPORT VOID RtlFreeUnicodeString(PUNICODE_STRING UnicodeString)
{
	fx_string_buffer_free(UnicodeString->Buffer);
	memset(UnicodeString, 0, sizeof(*UnicodeString));
}

UW_EXPORT VOID RtlFreeAnsiString(PANSI_STRING AnsiString)
{
	fx_string_buffer_free(AnsiString->Buffer);
	memset(AnsiString, 0, sizeof(*AnsiString));
}
