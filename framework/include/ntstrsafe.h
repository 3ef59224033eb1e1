/* SPDX-License-Identifier: MIT */
/*
 * ntstrsafe.h - copying and printing that knows how long the destination is.
 *
 * Has: RtlStringCb and RtlStringCch Copy, CopyN, Cat, CatN, Printf, VPrintf, Length, each with A
 * (narrow) and W (wide); RtlUnicodeString Init, Validate, Copy, CopyString, Cat, CatString, Printf,
 * VPrintf.
 *
 * All terminate what they write, and cut what does not fit: STATUS_BUFFER_OVERFLOW. No room at all,
 * or more than NTSTRSAFE_MAX_CCH characters of it, is STATUS_INVALID_PARAMETER and writes nothing.
 * Cb: sizes in bytes; Cch: in characters; both with the terminating zero. A UNICODE_STRING needs no
 * terminating zero and gets none. Printf knows NT's formats (see DbgPrint()).
 * IRQL:    PASSIVE_LEVEL for Printf, else any where the memory is not paged.
 * Differs: any level will do.
 *
 * Source: Windows driver documentation, "Safe String Functions".
 */
#ifndef UWDF_NTSTRSAFE_H
#define UWDF_NTSTRSAFE_H

#include <stdarg.h>

#include <wdm.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NTSTRSAFE_MAX_CCH                2147483647u
#define NTSTRSAFE_UNICODE_STRING_MAX_CCH (0xffffu / sizeof(WCHAR))
typedef PSTR NTSTRSAFE_PSTR;
typedef PCSTR NTSTRSAFE_PCSTR;
typedef PWSTR NTSTRSAFE_PWSTR;
typedef PCWSTR NTSTRSAFE_PCWSTR;

NTSTATUS RtlStringCchCopyA(PSTR pszDest, size_t cchDest, PCSTR pszSrc);
NTSTATUS RtlStringCchCopyW(PWSTR pszDest, size_t cchDest, PCWSTR pszSrc);
/* At most cchToCopy characters of the source. */
NTSTATUS RtlStringCchCopyNA(PSTR pszDest, size_t cchDest, PCSTR pszSrc, size_t cchToCopy);
NTSTATUS RtlStringCchCopyNW(PWSTR pszDest, size_t cchDest, PCWSTR pszSrc, size_t cchToCopy);
NTSTATUS RtlStringCchCatA(PSTR pszDest, size_t cchDest, PCSTR pszSrc);
NTSTATUS RtlStringCchCatW(PWSTR pszDest, size_t cchDest, PCWSTR pszSrc);
NTSTATUS RtlStringCchCatNA(PSTR pszDest, size_t cchDest, PCSTR pszSrc, size_t cchToAppend);
NTSTATUS RtlStringCchCatNW(PWSTR pszDest, size_t cchDest, PCWSTR pszSrc, size_t cchToAppend);
NTSTATUS RtlStringCchVPrintfA(PSTR pszDest, size_t cchDest, PCSTR pszFormat, va_list argList);
NTSTATUS RtlStringCchVPrintfW(PWSTR pszDest, size_t cchDest, PCWSTR pszFormat, va_list argList);
NTSTATUS RtlStringCchPrintfA(PSTR pszDest, size_t cchDest, PCSTR pszFormat, ...);
NTSTATUS RtlStringCchPrintfW(PWSTR pszDest, size_t cchDest, PCWSTR pszFormat, ...);
/* STATUS_INVALID_PARAMETER: NULL, or no end within cchMax; *pcchLength is then zero. */
NTSTATUS RtlStringCchLengthA(PCSTR psz, size_t cchMax, size_t *pcchLength);
NTSTATUS RtlStringCchLengthW(PCWSTR psz, size_t cchMax, size_t *pcchLength);

NTSTATUS RtlStringCbCopyA(PSTR pszDest, size_t cbDest, PCSTR pszSrc);
NTSTATUS RtlStringCbCopyW(PWSTR pszDest, size_t cbDest, PCWSTR pszSrc);
NTSTATUS RtlStringCbCopyNA(PSTR pszDest, size_t cbDest, PCSTR pszSrc, size_t cbToCopy);
NTSTATUS RtlStringCbCopyNW(PWSTR pszDest, size_t cbDest, PCWSTR pszSrc, size_t cbToCopy);
NTSTATUS RtlStringCbCatA(PSTR pszDest, size_t cbDest, PCSTR pszSrc);
NTSTATUS RtlStringCbCatW(PWSTR pszDest, size_t cbDest, PCWSTR pszSrc);
NTSTATUS RtlStringCbCatNA(PSTR pszDest, size_t cbDest, PCSTR pszSrc, size_t cbToAppend);
NTSTATUS RtlStringCbCatNW(PWSTR pszDest, size_t cbDest, PCWSTR pszSrc, size_t cbToAppend);
NTSTATUS RtlStringCbVPrintfA(PSTR pszDest, size_t cbDest, PCSTR pszFormat, va_list argList);
NTSTATUS RtlStringCbVPrintfW(PWSTR pszDest, size_t cbDest, PCWSTR pszFormat, va_list argList);
NTSTATUS RtlStringCbPrintfA(PSTR pszDest, size_t cbDest, PCSTR pszFormat, ...);
NTSTATUS RtlStringCbPrintfW(PWSTR pszDest, size_t cbDest, PCWSTR pszFormat, ...);
NTSTATUS RtlStringCbLengthA(PCSTR psz, size_t cbMax, size_t *pcbLength);
NTSTATUS RtlStringCbLengthW(PCWSTR psz, size_t cbMax, size_t *pcbLength);

/* @pszSrc must live as long; NULL gives an empty string; too long: STATUS_INVALID_PARAMETER. */
NTSTATUS RtlUnicodeStringInit(PUNICODE_STRING DestinationString, PCWSTR pszSrc);
/* Is it a string at all? Lengths even and in order, a buffer where there is a length. */
NTSTATUS RtlUnicodeStringValidate(PCUNICODE_STRING SourceString);
NTSTATUS RtlUnicodeStringCopy(PUNICODE_STRING DestinationString, PCUNICODE_STRING SourceString);
NTSTATUS RtlUnicodeStringCopyString(PUNICODE_STRING DestinationString, PCWSTR pszSrc);
NTSTATUS RtlUnicodeStringCat(PUNICODE_STRING DestinationString, PCUNICODE_STRING SourceString);
NTSTATUS RtlUnicodeStringCatString(PUNICODE_STRING DestinationString, PCWSTR pszSrc);
NTSTATUS RtlUnicodeStringVPrintf(PUNICODE_STRING DestinationString, PCWSTR pszFormat,
				 va_list argList);
NTSTATUS RtlUnicodeStringPrintf(PUNICODE_STRING DestinationString, PCWSTR pszFormat, ...);

#ifdef __cplusplus
}
#endif
#endif
