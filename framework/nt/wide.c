/* SPDX-License-Identifier: MIT */
/* wide.c - functions on 16-bit characters. */
#include "nt/wide.h"

#include <locale.h>
#include <stdbool.h>

#include "base/compiler.h"
#include "nt/upcase.h"

#undef towupper
#undef towlower

/*
 * One locale of our own, whatever the process has chosen: made once and kept. Without one (it comes
 * with the C library) only ASCII letters have two cases.
 */
static locale_t utf8_locale(void)
{
	static locale_t kept; /* atomic */
	locale_t mine, expected = (locale_t)0;

	mine = __atomic_load_n(&kept, __ATOMIC_ACQUIRE);
	if (uw_likely(mine))
		return mine;
	mine = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (!mine)
		return mine;
	if (__atomic_compare_exchange_n(&kept, &expected, mine, false, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE))
		return mine;
	freelocale(mine);
	return expected;
}

UW_EXPORT WCHAR uwdf_towlower(WCHAR c)
{
	locale_t locale;
	wint_t other;

	if (c < 0x80)
		return c >= 'A' && c <= 'Z' ? (WCHAR)(c + 0x20) : c;
	locale = utf8_locale();
	if (!locale)
		return c;
	other = towlower_l(c, locale);
	/* a letter's other case may lie beyond 16 bits, or be plain ASCII: then it has none here */
	return other < 0x80 || other > 0xffff ? c : (WCHAR)other;
}

/* The table that the names of the registry are compared by: two names equal there are equal here.
 */
UW_EXPORT WCHAR uwdf_towupper(WCHAR c)
{
	return fx_upcase(c);
}

UW_EXPORT size_t uwdf_wcsnlen(const WCHAR *text, size_t max)
{
	size_t len = 0;

	while (len < max && text[len])
		len++;
	return len;
}

UW_EXPORT size_t uwdf_wcslen(const WCHAR *text)
{
	return uwdf_wcsnlen(text, SIZE_MAX);
}

static WCHAR same(WCHAR c)
{
	return c;
}

static int compare(const WCHAR *a, const WCHAR *b, size_t max, WCHAR (*fold)(WCHAR))
{
	for (size_t i = 0; i < max; i++) {
		WCHAR x = fold(a[i]), y = fold(b[i]);

		if (x != y)
			return x < y ? -1 : 1;
		if (!x)
			break;
	}
	return 0;
}

UW_EXPORT int uwdf_wcsncmp(const WCHAR *a, const WCHAR *b, size_t max)
{
	return compare(a, b, max, same);
}

UW_EXPORT int uwdf_wcscmp(const WCHAR *a, const WCHAR *b)
{
	return compare(a, b, SIZE_MAX, same);
}

UW_EXPORT int uwdf_wcsnicmp(const WCHAR *a, const WCHAR *b, size_t max)
{
	return compare(a, b, max, uwdf_towlower);
}

UW_EXPORT int uwdf_wcsicmp(const WCHAR *a, const WCHAR *b)
{
	return compare(a, b, SIZE_MAX, uwdf_towlower);
}

UW_EXPORT WCHAR *uwdf_wcscpy(WCHAR *destination, const WCHAR *source)
{
	size_t i = 0;

	while ((destination[i] = source[i]))
		i++;
	return destination;
}

/* As the C library's: fills up with zeros, and terminates only when there is room. */
UW_EXPORT WCHAR *uwdf_wcsncpy(WCHAR *destination, const WCHAR *source, size_t max)
{
	size_t i = 0;

	for (; i < max && source[i]; i++)
		destination[i] = source[i];
	for (; i < max; i++)
		destination[i] = 0;
	return destination;
}

UW_EXPORT WCHAR *uwdf_wcscat(WCHAR *destination, const WCHAR *source)
{
	uwdf_wcscpy(destination + uwdf_wcslen(destination), source);
	return destination;
}

UW_EXPORT WCHAR *uwdf_wcschr(const WCHAR *text, WCHAR c)
{
	for (; *text && *text != c; text++)
		;
	return *text == c ? (WCHAR *)(uintptr_t)text : NULL;
}

UW_EXPORT WCHAR *uwdf_wcsrchr(const WCHAR *text, WCHAR c)
{
	const WCHAR *last = NULL;

	do {
		if (*text == c)
			last = text;
	} while (*text++);
	return (WCHAR *)(uintptr_t)last;
}

UW_EXPORT WCHAR *uwdf_wcsstr(const WCHAR *text, const WCHAR *part)
{
	size_t len = uwdf_wcslen(part);

	for (;; text++) {
		if (!compare(text, part, len, same))
			return (WCHAR *)(uintptr_t)text;
		if (!*text)
			return NULL;
	}
}

static WCHAR *fold_all(WCHAR *text, WCHAR (*fold)(WCHAR))
{
	for (WCHAR *at = text; *at; at++)
		*at = fold(*at);
	return text;
}

UW_EXPORT WCHAR *uwdf_wcsupr(WCHAR *text)
{
	return fold_all(text, uwdf_towupper);
}

UW_EXPORT WCHAR *uwdf_wcslwr(WCHAR *text)
{
	return fold_all(text, uwdf_towlower);
}
