/* SPDX-License-Identifier: MIT */
/*
 * strsafe.c - the safe string functions. The logic is written once for both widths, on "spans": a
 * narrow or a wide buffer and how much of it there is.
 */
#include "ntstrsafe.h"

#include <stdbool.h>

#include "base/compiler.h"
#include "nt/print.h"

#define ALL SIZE_MAX

struct span {
	char *narrow;
	WCHAR *wide;
	size_t room; /* in characters, the terminating zero included */
};

struct source {
	const char *narrow;
	const WCHAR *wide;
	size_t most; /* not more characters than these */
};

static bool is_room(size_t room)
{
	return room && room <= NTSTRSAFE_MAX_CCH;
}

static bool is_usable(const struct span *to, const struct source *from)
{
	return is_room(to->room) && (to->narrow || to->wide) && (from->narrow || from->wide) &&
	       (from->most == ALL || from->most <= NTSTRSAFE_MAX_CCH);
}

static size_t length_of(const struct source *from, size_t max)
{
	if (from->most < max)
		max = from->most;
	return from->wide ? uwdf_wcsnlen(from->wide, max) : strnlen(from->narrow, max);
}

static void copy_to(const struct span *to, size_t at, const struct source *from, size_t len)
{
	if (to->wide) {
		memmove(to->wide + at, from->wide, len * sizeof(WCHAR));
		to->wide[at + len] = 0;
	} else {
		memmove(to->narrow + at, from->narrow, len);
		to->narrow[at + len] = '\0';
	}
}

/* Put the source at @at, cut to what there is room for. */
static NTSTATUS place(const struct span *to, size_t at, const struct source *from)
{
	size_t fits = to->room - at - 1, len = length_of(from, fits + 1);

	copy_to(to, at, from, len < fits ? len : fits);
	return len > fits ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

static NTSTATUS copy(const struct span *to, const struct source *from)
{
	if (!is_usable(to, from))
		return STATUS_INVALID_PARAMETER;
	return place(to, 0, from);
}

static NTSTATUS cat(const struct span *to, const struct source *from)
{
	struct source there = { .narrow = to->narrow, .wide = to->wide, .most = to->room };
	size_t end;

	if (!is_usable(to, from))
		return STATUS_INVALID_PARAMETER;
	end = length_of(&there, to->room);
	return end == to->room ? STATUS_INVALID_PARAMETER : place(to, end, from);
}

static NTSTATUS length(const struct source *text, size_t *out)
{
	size_t len = 0;
	bool good = (text->narrow || text->wide) && text->most <= NTSTRSAFE_MAX_CCH;

	if (good)
		len = length_of(text, text->most);
	good = good && len < text->most;
	if (out)
		*out = good ? len : 0;
	return good ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

static NTSTATUS printed(size_t need, size_t room)
{
	return need < room ? STATUS_SUCCESS : STATUS_BUFFER_OVERFLOW;
}

#define NARROW(dest, count)     (&(struct span){ .narrow = (dest), .room = (count) })
#define WIDE(dest, count)       (&(struct span){ .wide = (dest), .room = (count) })
#define FROM_NARROW(src, count) (&(struct source){ .narrow = (src), .most = (count) })
#define FROM_WIDE(src, count)   (&(struct source){ .wide = (src), .most = (count) })
#define UNITS(bytes)            ((bytes) / sizeof(WCHAR))

/* --- by characters --- */

UW_EXPORT NTSTATUS RtlStringCchCopyA(PSTR pszDest, size_t cchDest, PCSTR pszSrc)
{
	return copy(NARROW(pszDest, cchDest), FROM_NARROW(pszSrc, ALL));
}

UW_EXPORT NTSTATUS RtlStringCchCopyW(PWSTR pszDest, size_t cchDest, PCWSTR pszSrc)
{
	return copy(WIDE(pszDest, cchDest), FROM_WIDE(pszSrc, ALL));
}

UW_EXPORT NTSTATUS RtlStringCchCopyNA(PSTR pszDest, size_t cchDest, PCSTR pszSrc, size_t cchToCopy)
{
	return copy(NARROW(pszDest, cchDest), FROM_NARROW(pszSrc, cchToCopy));
}

UW_EXPORT NTSTATUS RtlStringCchCopyNW(PWSTR pszDest, size_t cchDest, PCWSTR pszSrc,
				      size_t cchToCopy)
{
	return copy(WIDE(pszDest, cchDest), FROM_WIDE(pszSrc, cchToCopy));
}

UW_EXPORT NTSTATUS RtlStringCchCatA(PSTR pszDest, size_t cchDest, PCSTR pszSrc)
{
	return cat(NARROW(pszDest, cchDest), FROM_NARROW(pszSrc, ALL));
}

UW_EXPORT NTSTATUS RtlStringCchCatW(PWSTR pszDest, size_t cchDest, PCWSTR pszSrc)
{
	return cat(WIDE(pszDest, cchDest), FROM_WIDE(pszSrc, ALL));
}

UW_EXPORT NTSTATUS RtlStringCchCatNA(PSTR pszDest, size_t cchDest, PCSTR pszSrc, size_t cchToAppend)
{
	return cat(NARROW(pszDest, cchDest), FROM_NARROW(pszSrc, cchToAppend));
}

UW_EXPORT NTSTATUS RtlStringCchCatNW(PWSTR pszDest, size_t cchDest, PCWSTR pszSrc,
				     size_t cchToAppend)
{
	return cat(WIDE(pszDest, cchDest), FROM_WIDE(pszSrc, cchToAppend));
}

UW_EXPORT NTSTATUS RtlStringCchVPrintfA(PSTR pszDest, size_t cchDest, PCSTR pszFormat,
					va_list argList)
{
	if (!is_room(cchDest))
		return STATUS_INVALID_PARAMETER;
	return printed(fx_vsnprintf(pszDest, cchDest, pszFormat, argList), cchDest);
}

UW_EXPORT NTSTATUS RtlStringCchVPrintfW(PWSTR pszDest, size_t cchDest, PCWSTR pszFormat,
					va_list argList)
{
	if (!is_room(cchDest))
		return STATUS_INVALID_PARAMETER;
	return printed(fx_vsnwprintf(pszDest, cchDest, pszFormat, argList), cchDest);
}

UW_EXPORT NTSTATUS RtlStringCchPrintfA(PSTR pszDest, size_t cchDest, PCSTR pszFormat, ...)
{
	NTSTATUS status;
	va_list args;

	va_start(args, pszFormat);
	status = RtlStringCchVPrintfA(pszDest, cchDest, pszFormat, args);
	va_end(args);
	return status;
}

UW_EXPORT NTSTATUS RtlStringCchPrintfW(PWSTR pszDest, size_t cchDest, PCWSTR pszFormat, ...)
{
	NTSTATUS status;
	va_list args;

	va_start(args, pszFormat);
	status = RtlStringCchVPrintfW(pszDest, cchDest, pszFormat, args);
	va_end(args);
	return status;
}

UW_EXPORT NTSTATUS RtlStringCchLengthA(PCSTR psz, size_t cchMax, size_t *pcchLength)
{
	return length(FROM_NARROW(psz, cchMax), pcchLength);
}

UW_EXPORT NTSTATUS RtlStringCchLengthW(PCWSTR psz, size_t cchMax, size_t *pcchLength)
{
	return length(FROM_WIDE(psz, cchMax), pcchLength);
}

/* --- by bytes --- */

UW_EXPORT NTSTATUS RtlStringCbCopyA(PSTR pszDest, size_t cbDest, PCSTR pszSrc)
{
	return RtlStringCchCopyA(pszDest, cbDest, pszSrc);
}

UW_EXPORT NTSTATUS RtlStringCbCopyW(PWSTR pszDest, size_t cbDest, PCWSTR pszSrc)
{
	return RtlStringCchCopyW(pszDest, UNITS(cbDest), pszSrc);
}

UW_EXPORT NTSTATUS RtlStringCbCopyNA(PSTR pszDest, size_t cbDest, PCSTR pszSrc, size_t cbToCopy)
{
	return RtlStringCchCopyNA(pszDest, cbDest, pszSrc, cbToCopy);
}

UW_EXPORT NTSTATUS RtlStringCbCopyNW(PWSTR pszDest, size_t cbDest, PCWSTR pszSrc, size_t cbToCopy)
{
	return RtlStringCchCopyNW(pszDest, UNITS(cbDest), pszSrc, UNITS(cbToCopy));
}

UW_EXPORT NTSTATUS RtlStringCbCatA(PSTR pszDest, size_t cbDest, PCSTR pszSrc)
{
	return RtlStringCchCatA(pszDest, cbDest, pszSrc);
}

UW_EXPORT NTSTATUS RtlStringCbCatW(PWSTR pszDest, size_t cbDest, PCWSTR pszSrc)
{
	return RtlStringCchCatW(pszDest, UNITS(cbDest), pszSrc);
}

UW_EXPORT NTSTATUS RtlStringCbCatNA(PSTR pszDest, size_t cbDest, PCSTR pszSrc, size_t cbToAppend)
{
	return RtlStringCchCatNA(pszDest, cbDest, pszSrc, cbToAppend);
}

UW_EXPORT NTSTATUS RtlStringCbCatNW(PWSTR pszDest, size_t cbDest, PCWSTR pszSrc, size_t cbToAppend)
{
	return RtlStringCchCatNW(pszDest, UNITS(cbDest), pszSrc, UNITS(cbToAppend));
}

UW_EXPORT NTSTATUS RtlStringCbVPrintfA(PSTR pszDest, size_t cbDest, PCSTR pszFormat,
				       va_list argList)
{
	return RtlStringCchVPrintfA(pszDest, cbDest, pszFormat, argList);
}

UW_EXPORT NTSTATUS RtlStringCbVPrintfW(PWSTR pszDest, size_t cbDest, PCWSTR pszFormat,
				       va_list argList)
{
	return RtlStringCchVPrintfW(pszDest, UNITS(cbDest), pszFormat, argList);
}

UW_EXPORT NTSTATUS RtlStringCbPrintfA(PSTR pszDest, size_t cbDest, PCSTR pszFormat, ...)
{
	NTSTATUS status;
	va_list args;

	va_start(args, pszFormat);
	status = RtlStringCchVPrintfA(pszDest, cbDest, pszFormat, args);
	va_end(args);
	return status;
}

UW_EXPORT NTSTATUS RtlStringCbPrintfW(PWSTR pszDest, size_t cbDest, PCWSTR pszFormat, ...)
{
	NTSTATUS status;
	va_list args;

	va_start(args, pszFormat);
	status = RtlStringCchVPrintfW(pszDest, UNITS(cbDest), pszFormat, args);
	va_end(args);
	return status;
}

UW_EXPORT NTSTATUS RtlStringCbLengthA(PCSTR psz, size_t cbMax, size_t *pcbLength)
{
	return RtlStringCchLengthA(psz, cbMax, pcbLength);
}

UW_EXPORT NTSTATUS RtlStringCbLengthW(PCWSTR psz, size_t cbMax, size_t *pcbLength)
{
	NTSTATUS status = RtlStringCchLengthW(psz, UNITS(cbMax), pcbLength);

	if (pcbLength)
		*pcbLength *= sizeof(WCHAR);
	return status;
}

/* --- counted strings --- */

UW_EXPORT NTSTATUS RtlUnicodeStringInit(PUNICODE_STRING DestinationString, PCWSTR pszSrc)
{
	if (!DestinationString)
		return STATUS_INVALID_PARAMETER;
	if (pszSrc && uwdf_wcsnlen(pszSrc, NTSTRSAFE_UNICODE_STRING_MAX_CCH) >=
			      NTSTRSAFE_UNICODE_STRING_MAX_CCH)
		return STATUS_INVALID_PARAMETER;
	RtlInitUnicodeString(DestinationString, pszSrc);
	return STATUS_SUCCESS;
}

UW_EXPORT NTSTATUS RtlUnicodeStringValidate(PCUNICODE_STRING SourceString)
{
	const UNICODE_STRING *s = SourceString;

	if (!s || s->Length % sizeof(WCHAR) || s->MaximumLength % sizeof(WCHAR) ||
	    s->Length > s->MaximumLength || (!s->Buffer && s->MaximumLength))
		return STATUS_INVALID_PARAMETER;
	return STATUS_SUCCESS;
}

/* At unit @at of the destination, cut to what there is room for. */
static NTSTATUS put_units(PUNICODE_STRING to, size_t at, const WCHAR *text, size_t len)
{
	size_t fits = UNITS(to->MaximumLength) - at, count = len < fits ? len : fits;

	if (count)
		memmove(to->Buffer + at, text, count * sizeof(WCHAR));
	to->Length = (USHORT)((at + count) * sizeof(WCHAR));
	return len > fits ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

static NTSTATUS put_string(PUNICODE_STRING to, size_t at, const WCHAR *text)
{
	if (!text)
		return STATUS_INVALID_PARAMETER;
	return put_units(to, at, text, uwdf_wcsnlen(text, NTSTRSAFE_UNICODE_STRING_MAX_CCH + 1));
}

static bool are_valid(PCUNICODE_STRING a, PCUNICODE_STRING b)
{
	return NT_SUCCESS(RtlUnicodeStringValidate(a)) && NT_SUCCESS(RtlUnicodeStringValidate(b));
}

UW_EXPORT NTSTATUS RtlUnicodeStringCopy(PUNICODE_STRING DestinationString,
					PCUNICODE_STRING SourceString)
{
	if (!are_valid(DestinationString, SourceString))
		return STATUS_INVALID_PARAMETER;
	return put_units(DestinationString, 0, SourceString->Buffer, UNITS(SourceString->Length));
}

UW_EXPORT NTSTATUS RtlUnicodeStringCopyString(PUNICODE_STRING DestinationString, PCWSTR pszSrc)
{
	if (!are_valid(DestinationString, DestinationString))
		return STATUS_INVALID_PARAMETER;
	return put_string(DestinationString, 0, pszSrc);
}

UW_EXPORT NTSTATUS RtlUnicodeStringCat(PUNICODE_STRING DestinationString,
				       PCUNICODE_STRING SourceString)
{
	if (!are_valid(DestinationString, SourceString))
		return STATUS_INVALID_PARAMETER;
	return put_units(DestinationString, UNITS(DestinationString->Length), SourceString->Buffer,
			 UNITS(SourceString->Length));
}

UW_EXPORT NTSTATUS RtlUnicodeStringCatString(PUNICODE_STRING DestinationString, PCWSTR pszSrc)
{
	if (!are_valid(DestinationString, DestinationString))
		return STATUS_INVALID_PARAMETER;
	return put_string(DestinationString, UNITS(DestinationString->Length), pszSrc);
}

UW_EXPORT NTSTATUS RtlUnicodeStringVPrintf(PUNICODE_STRING DestinationString, PCWSTR pszFormat,
					   va_list argList)
{
	size_t need, room;

	if (!are_valid(DestinationString, DestinationString) || !pszFormat)
		return STATUS_INVALID_PARAMETER;
	room = UNITS(DestinationString->MaximumLength);
	need = fx_vsnwprintf_counted(DestinationString->Buffer, room, pszFormat, argList);
	DestinationString->Length = (USHORT)((need < room ? need : room) * sizeof(WCHAR));
	return printed(need, room + 1);
}

UW_EXPORT NTSTATUS RtlUnicodeStringPrintf(PUNICODE_STRING DestinationString, PCWSTR pszFormat, ...)
{
	NTSTATUS status;
	va_list args;

	va_start(args, pszFormat);
	status = RtlUnicodeStringVPrintf(DestinationString, pszFormat, args);
	va_end(args);
	return status;
}
