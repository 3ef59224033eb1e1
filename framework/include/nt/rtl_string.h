/* SPDX-License-Identifier: MIT */
/*
 * rtl_string.h - memory helpers and counted strings.
 *
 * Has: Rtl Zero, Fill, Copy, Move, Equal, CompareMemory, SecureZeroMemory; for UNICODE_STRING and
 * ANSI_STRING: Init, InitEmpty, Copy, Append, Compare, Equal, Prefix, Upcase, Downcase, Hash,
 * conversion to and from ANSI strings, integers and GUIDs, Free.
 *
 * Lengths of counted strings are in bytes and do not count a terminating zero. A string's letters
 * are UTF-16 code units; ANSI strings are UTF-8. Case follows Unicode's simple mappings and depends
 * on no locale of the process.
 *
 * Source for the whole file: Windows driver documentation, wdm.h and ntddk.h, "Rtl string
 * routines".
 */
#ifndef UWDF_NT_RTL_STRING_H
#define UWDF_NT_RTL_STRING_H

#include <string.h>

#include <ntdef.h>
#include <ntstatus.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RtlZeroMemory(destination, length)         ((void)memset((destination), 0, (length)))
#define RtlFillMemory(destination, length, fill)   ((void)memset((destination), (fill), (length)))
#define RtlCopyMemory(destination, source, length) ((void)memcpy((destination), (source), (length)))
#define RtlMoveMemory(destination, source, length)                                                 \
	((void)memmove((destination), (source), (length)))
#define RtlEqualMemory(a, b, length) (memcmp((a), (b), (length)) == 0)
/* RtlSecureZeroMemory() - zeroes that no compiler leaves out. IRQL: any. */
FORCEINLINE PVOID RtlSecureZeroMemory(PVOID Destination, SIZE_T Length)
{
	memset(Destination, 0, Length);
	__asm__ __volatile__("" : : "r"(Destination) : "memory");
	return Destination;
}
/* RtlCompareMemory() - how many leading bytes are equal. IRQL: any. */
FORCEINLINE SIZE_T RtlCompareMemory(const VOID *Source1, const VOID *Source2, SIZE_T Length)
{
	SIZE_T i = 0;

	while (i < Length && ((const UCHAR *)Source1)[i] == ((const UCHAR *)Source2)[i])
		i++;
	return i;
}

/* --- making strings --- */

#define UNICODE_STRING_MAX_BYTES 0xfffe
/* RtlInitUnicodeString() - @SourceString must live as long; cut to 65532 bytes. IRQL:
 * DISPATCH_LEVEL or below. */
FORCEINLINE VOID RtlInitUnicodeString(PUNICODE_STRING DestinationString, PCWSTR SourceString)
{
	ULONG bytes = 0;

	while (SourceString && bytes < UNICODE_STRING_MAX_BYTES - 2 && SourceString[bytes / 2])
		bytes += 2;
	DestinationString->Length = (USHORT)bytes;
	DestinationString->MaximumLength = (USHORT)(SourceString ? bytes + 2 : 0);
	DestinationString->Buffer = (PWCH)(ULONG_PTR)SourceString;
}
#define DECLARE_CONST_UNICODE_STRING(variable, text)                                               \
	const WCHAR variable##_buffer[] = text;                                                    \
	const UNICODE_STRING variable = { sizeof(text) - sizeof(WCHAR), sizeof(text),              \
					  (PWCH)(ULONG_PTR)variable##_buffer }
#define DECLARE_UNICODE_STRING_SIZE(variable, size)                                                \
	WCHAR variable##_buffer[size];                                                             \
	UNICODE_STRING variable = { 0, (size) * sizeof(WCHAR), variable##_buffer }
/* RtlInitEmptyUnicodeString(), RtlInitEmptyAnsiString() - no letters yet, room for @BufferSize
 * bytes of @Buffer. All of this group: IRQL: any. */
FORCEINLINE VOID RtlInitEmptyUnicodeString(PUNICODE_STRING UnicodeString, PWCHAR Buffer,
					   USHORT BufferSize)
{
	UnicodeString->Length = 0;
	UnicodeString->MaximumLength = BufferSize;
	UnicodeString->Buffer = Buffer;
}
FORCEINLINE VOID RtlInitEmptyAnsiString(PANSI_STRING AnsiString, PCHAR Buffer, USHORT BufferSize)
{
	AnsiString->Length = 0;
	AnsiString->MaximumLength = BufferSize;
	AnsiString->Buffer = Buffer;
}
/* RtlInitAnsiString(), RtlInitString() - @SourceString must live as long; cut to 65534 bytes. All
 * of this group: IRQL: DISPATCH_LEVEL or below. */
FORCEINLINE VOID RtlInitAnsiString(PANSI_STRING DestinationString, PCSTR SourceString)
{
	ULONG length = 0; /* no strnlen(): gcc warns of its bound where the text is a literal */

	while (SourceString && length < UNICODE_STRING_MAX_BYTES && SourceString[length])
		length++;
	DestinationString->Length = (USHORT)length;
	DestinationString->MaximumLength = (USHORT)(SourceString ? length + 1 : 0);
	DestinationString->Buffer = (PCHAR)(ULONG_PTR)SourceString;
}
FORCEINLINE VOID RtlInitString(PSTRING DestinationString, PCSTR SourceString)
{
	RtlInitAnsiString(DestinationString, SourceString);
}
/**
 * RtlInitUnicodeStringEx() - as RtlInitUnicodeString(), but a string that is too long is an error.
 *
 * IRQL:    any.
 * Return:  STATUS_SUCCESS; STATUS_NAME_TOO_LONG above 65532 bytes.
 * Differs: nothing known.
 */
NTSTATUS RtlInitUnicodeStringEx(PUNICODE_STRING DestinationString, PCWSTR SourceString);

/* --- copying and appending: the destination's buffer is the caller's --- */

/**
 * RtlCopyUnicodeString() - copy as much of @SourceString as fits.
 * @SourceString: NULL: the destination becomes empty.
 *
 * IRQL:    DISPATCH_LEVEL or below. A terminating zero is added where there is room.
 * Differs: nothing known.
 */
VOID RtlCopyUnicodeString(PUNICODE_STRING DestinationString, PCUNICODE_STRING SourceString);
/**
 * RtlAppendUnicodeStringToString() - append, all or nothing.
 *
 * IRQL:    PASSIVE_LEVEL for pageable strings, else DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_BUFFER_TOO_SMALL, the destination is unchanged.
 * Differs: nothing known.
 */
NTSTATUS RtlAppendUnicodeStringToString(PUNICODE_STRING Destination, PCUNICODE_STRING Source);
/** RtlAppendUnicodeToString() - the same with a zero-terminated source; NULL appends nothing. IRQL:
 * PASSIVE_LEVEL for pageable strings, else DISPATCH_LEVEL or below. */
NTSTATUS RtlAppendUnicodeToString(PUNICODE_STRING Destination, PCWSTR Source);

/* --- comparing --- */

/**
 * RtlCompareUnicodeString() - order of two strings by code unit.
 * RtlEqualUnicodeString() - are they the same?
 * @CaseInSensitive: TRUE compares upper-case letters.
 *
 * All of this group:
 * IRQL:    PASSIVE_LEVEL.
 * Return:  negative, zero, positive; of RtlEqualUnicodeString(): TRUE, they are the same.
 * Differs: nothing known.
 */
LONG RtlCompareUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2,
			     BOOLEAN CaseInSensitive);
BOOLEAN RtlEqualUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2,
			      BOOLEAN CaseInSensitive);
/** RtlPrefixUnicodeString() - does @String2 begin with @String1? IRQL: PASSIVE_LEVEL. */
BOOLEAN RtlPrefixUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2,
			       BOOLEAN CaseInSensitive);
/** RtlCompareString(), RtlEqualString() - the same of ANSI strings. All of this group: IRQL:
 * PASSIVE_LEVEL. */
LONG RtlCompareString(const STRING *String1, const STRING *String2, BOOLEAN CaseInSensitive);
BOOLEAN RtlEqualString(const STRING *String1, const STRING *String2, BOOLEAN CaseInSensitive);
#define HASH_STRING_ALGORITHM_DEFAULT 0
#define HASH_STRING_ALGORITHM_X65599  1
#define HASH_STRING_ALGORITHM_INVALID 0xffffffffu
/**
 * RtlHashUnicodeString() - a hash: the sum of the code units, each step times 65599.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_PARAMETER for NULL or another algorithm.
 * Differs: nothing known.
 */
NTSTATUS RtlHashUnicodeString(PCUNICODE_STRING String, BOOLEAN CaseInSensitive, ULONG HashAlgorithm,
			      PULONG HashValue);

/* --- letters --- */

/** RtlUpcaseUnicodeChar(), RtlDowncaseUnicodeChar(), RtlUpperChar() - one letter; what has no other
 * case stays. All of this group: IRQL: PASSIVE_LEVEL. */
WCHAR RtlUpcaseUnicodeChar(WCHAR SourceCharacter);
WCHAR RtlDowncaseUnicodeChar(WCHAR SourceCharacter);
CHAR RtlUpperChar(CHAR Character);
/**
 * RtlUpcaseUnicodeString(), RtlDowncaseUnicodeString() - copy in upper or in lower case.
 * @AllocateDestinationString: TRUE: the buffer is allocated; free it with RtlFreeUnicodeString().
 *
 * All of this group:
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_BUFFER_OVERFLOW the caller's buffer is too small;
 * STATUS_NO_MEMORY.
 * Differs: nothing known.
 */
NTSTATUS RtlUpcaseUnicodeString(PUNICODE_STRING DestinationString, PCUNICODE_STRING SourceString,
				BOOLEAN AllocateDestinationString);
NTSTATUS RtlDowncaseUnicodeString(PUNICODE_STRING DestinationString, PCUNICODE_STRING SourceString,
				  BOOLEAN AllocateDestinationString);

/* --- conversions --- */

/**
 * RtlUnicodeStringToAnsiString() - to UTF-8, with a terminating zero.
 * @AllocateDestinationString: TRUE: free the buffer with RtlFreeAnsiString().
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_BUFFER_OVERFLOW too small (what fits is copied whole letters);
 * STATUS_INVALID_PARAMETER_2 longer than a counted string can be; STATUS_NO_MEMORY.
 * Differs: UTF-8 instead of the system's code page; a lone surrogate becomes U+FFFD.
 */
NTSTATUS RtlUnicodeStringToAnsiString(PANSI_STRING DestinationString, PCUNICODE_STRING SourceString,
				      BOOLEAN AllocateDestinationString);
/** RtlAnsiStringToUnicodeString() - the other way; bad UTF-8 becomes U+FFFD. Same statuses. IRQL:
 * PASSIVE_LEVEL. */
NTSTATUS RtlAnsiStringToUnicodeString(PUNICODE_STRING DestinationString,
				      const ANSI_STRING *SourceString,
				      BOOLEAN AllocateDestinationString);
/** Bytes these conversions need, the terminating zero included. All of this group: IRQL:
 * PASSIVE_LEVEL. */
ULONG RtlUnicodeStringToAnsiSize(PCUNICODE_STRING UnicodeString);
ULONG RtlAnsiStringToUnicodeSize(const ANSI_STRING *AnsiString);
/** RtlFreeUnicodeString(), RtlFreeAnsiString() - free what one of these functions allocated; the
 * string becomes empty. All of this group: IRQL: PASSIVE_LEVEL. */
VOID RtlFreeUnicodeString(PUNICODE_STRING UnicodeString);
VOID RtlFreeAnsiString(PANSI_STRING AnsiString);

/**
 * RtlIntegerToUnicodeString() - @Value in base 2, 8, 10 or 16 (0 means 10), upper-case digits.
 * RtlInt64ToUnicodeString() - the same of 64 bits.
 *
 * All of this group:
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_BUFFER_OVERFLOW; STATUS_INVALID_PARAMETER another base.
 * Differs: nothing known.
 */
NTSTATUS RtlIntegerToUnicodeString(ULONG Value, ULONG Base, PUNICODE_STRING String);
NTSTATUS RtlInt64ToUnicodeString(ULONGLONG Value, ULONG Base, PUNICODE_STRING String);
/**
 * RtlUnicodeStringToInteger() - the number at the start of @String.
 * @Base: 2, 8, 10, 16; 0: a prefix 0x, 0o or 0b decides, else 10.
 *
 * Leading blanks and one sign are skipped; it ends at the first letter that is no digit; no digit
 * gives zero; it wraps at 32 bits.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_PARAMETER another base.
 * Differs: nothing known.
 */
NTSTATUS RtlUnicodeStringToInteger(PCUNICODE_STRING String, ULONG Base, PULONG Value);
/** RtlStringFromGUID() - "{xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}"; free it afterwards. IRQL:
 * PASSIVE_LEVEL. */
NTSTATUS RtlStringFromGUID(REFGUID Guid, PUNICODE_STRING GuidString);
/** RtlGUIDFromString() - STATUS_INVALID_PARAMETER when it is not of exactly that form. IRQL:
 * PASSIVE_LEVEL. */
NTSTATUS RtlGUIDFromString(PCUNICODE_STRING GuidString, GUID *Guid);

#ifdef __cplusplus
}
#endif
#endif
