/* SPDX-License-Identifier: MIT */
/*
 * wide.h - the C library's functions on wide strings, for 16-bit characters.
 *
 * The library's own take 32-bit characters and would read past the end of a driver's strings, so in
 * C their names are replaced here; in C++ a driver calls the uwdf_ names.
 *
 * Has: wcslen, wcsnlen, wcscmp, wcsncmp, wcscpy, wcsncpy, wcscat, wcschr, wcsrchr, wcsstr,
 * towupper, towlower, _wcsicmp, _wcsnicmp, _wcsupr, _wcslwr.
 *
 * IRQL for the whole file: any.
 * Source for the whole file: ISO C, 7.29; Windows driver documentation, "Run-time library functions
 * for drivers".
 */
#ifndef UWDF_NT_WIDE_H
#define UWDF_NT_WIDE_H

#include <wchar.h>
#include <wctype.h>

#include <ntdef.h>

#ifdef __cplusplus
extern "C" {
#endif

size_t uwdf_wcslen(const WCHAR *text);
size_t uwdf_wcsnlen(const WCHAR *text, size_t max);
int uwdf_wcscmp(const WCHAR *a, const WCHAR *b);
int uwdf_wcsncmp(const WCHAR *a, const WCHAR *b, size_t max);
int uwdf_wcsicmp(const WCHAR *a, const WCHAR *b);
int uwdf_wcsnicmp(const WCHAR *a, const WCHAR *b, size_t max);
WCHAR *uwdf_wcscpy(WCHAR *destination, const WCHAR *source);
WCHAR *uwdf_wcsncpy(WCHAR *destination, const WCHAR *source, size_t max);
WCHAR *uwdf_wcscat(WCHAR *destination, const WCHAR *source);
WCHAR *uwdf_wcschr(const WCHAR *text, WCHAR c);
WCHAR *uwdf_wcsrchr(const WCHAR *text, WCHAR c);
WCHAR *uwdf_wcsstr(const WCHAR *text, const WCHAR *part);
WCHAR *uwdf_wcsupr(WCHAR *text);
WCHAR *uwdf_wcslwr(WCHAR *text);
WCHAR uwdf_towupper(WCHAR c);
WCHAR uwdf_towlower(WCHAR c);

#ifdef __cplusplus
}
#else
#undef wcslen
#undef wcscpy
#define wcslen    uwdf_wcslen
#define wcsnlen   uwdf_wcsnlen
#define wcscmp    uwdf_wcscmp
#define wcsncmp   uwdf_wcsncmp
#define _wcsicmp  uwdf_wcsicmp
#define _wcsnicmp uwdf_wcsnicmp
#define wcscpy    uwdf_wcscpy
#define wcsncpy   uwdf_wcsncpy
#define wcscat    uwdf_wcscat
#define wcschr    uwdf_wcschr
#define wcsrchr   uwdf_wcsrchr
#define wcsstr    uwdf_wcsstr
#define _wcsupr   uwdf_wcsupr
#define _wcslwr   uwdf_wcslwr
#define towupper  uwdf_towupper
#define towlower  uwdf_towlower
#endif
#endif
