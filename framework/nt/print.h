/* SPDX-License-Identifier: MIT */
/* print.h - NT's printf: 16-bit wide strings, counted strings, its own length prefixes. */
#ifndef FX_PRINT_H
#define FX_PRINT_H

#include <stdarg.h>
#include <stddef.h>

#include "ntdef.h"

/* As vsnprintf(): @len in units, terminates, returns the units it would have needed. */
size_t fx_vsnprintf(char *buf, size_t len, const char *format, va_list args);
/* Wide format and result: %s and %c take wide text, %S, %C and %hs narrow. */
size_t fx_vsnwprintf(WCHAR *buf, size_t len, const WCHAR *format, va_list args);
/* As fx_vsnwprintf(), without a zero at the end: all @room units are for text. */
size_t fx_vsnwprintf_counted(WCHAR *buf, size_t room, const WCHAR *format, va_list args);

#endif
