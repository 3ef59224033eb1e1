/* SPDX-License-Identifier: MIT */
/* print.h - NT's printf: 16-bit wide strings, counted strings, its own length prefixes. */
#ifndef FX_PRINT_H
#define FX_PRINT_H

#include <stdarg.h>
#include <stddef.h>

/* As vsnprintf(): terminates, returns the length it would have needed. */
size_t fx_vsnprintf(char *buf, size_t len, const char *format, va_list args);

#endif
