/* SPDX-License-Identifier: MIT */
/* utf.h - UTF-8 and UTF-16, one into the other; what is no letter becomes U+FFFD. */
#ifndef FX_UTF_H
#define FX_UTF_H

#include "ntdef.h"

struct utf_span {
	const CHAR *narrow; /* for utf16_from_utf8() */
	const WCHAR *wide;  /* for utf8_from_utf16() */
	size_t len;         /* in units of the source */
};

/* Whole letters, at most @room units of the result; returns how many. @out NULL: only count. */
size_t utf8_from_utf16(const struct utf_span *from, CHAR *out, size_t room);
size_t utf16_from_utf8(const struct utf_span *from, WCHAR *out, size_t room);

#endif
