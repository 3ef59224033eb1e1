/* SPDX-License-Identifier: MIT */
/*
 * print.c - formats that libc does not know are done here, numbers one conversion at a time by
 * libc.
 *
 * %ws %S %ls a wide string, %wc %C a wide character, %hs a narrow one, %wZ a UNICODE_STRING, %Z an
 * ANSI_STRING, %!STATUS! an NTSTATUS by name; the prefixes I64, I32 and I; long is 32 bits wide. A
 * wide format swaps what %s and %S mean. Text changes between UTF-16 and UTF-8 on its way.
 */
#include "nt/print.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "nt/status.h"
#include "nt/utf.h"
#include "nt/wide.h"
#include "wdm.h"

/* One of the two formats, and where in it we are. */
struct format {
	const char *narrow;
	const WCHAR *wide;
	size_t at;
};

static unsigned int peek(const struct format *f, size_t ahead)
{
	return f->wide ? f->wide[f->at + ahead] : (unsigned char)f->narrow[f->at + ahead];
}

static bool is_next(const struct format *f, const char *text)
{
	for (size_t i = 0; text[i]; i++) {
		if (peek(f, i) != (unsigned char)text[i])
			return false;
	}
	return true;
}

static bool is_one_of(unsigned int unit, const char *set)
{
	return unit && unit < 0x80 && strchr(set, (int)unit);
}

/* One of the two buffers; used counts on when it is full. */
struct out {
	char *narrow;
	WCHAR *wide;
	size_t len, used;
	bool is_wide; /* the format's kind, and the result's */
};

static void put(struct out *out, unsigned int unit)
{
	if (out->used + 1 < out->len) {
		if (out->is_wide)
			out->wide[out->used] = (WCHAR)unit;
		else
			out->narrow[out->used] = (char)unit;
	}
	out->used++;
}

static void pad(struct out *out, size_t count, char with)
{
	while (count--)
		put(out, (unsigned char)with);
}

static void put_text(struct out *out, const char *text, size_t len)
{
	struct utf_span one = { .narrow = text };
	WCHAR wide[2];

	for (size_t i = 0; i < len; i++) {
		size_t units;

		if (!out->is_wide || (unsigned char)text[i] < 0x80) {
			put(out, (unsigned char)text[i]);
			continue;
		}
		/* a letter is at most four bytes: the first one's bits say how many */
		one.narrow = text + i;
		one.len = len - i < 4 ? len - i : 4;
		while (one.len > 1 && ((unsigned char)one.narrow[one.len - 1] & 0xc0) != 0x80)
			one.len--;
		units = utf16_from_utf8(&one, wide, 2);
		for (size_t k = 0; k < units && k < 2; k++)
			put(out, wide[k]);
		while (i + 1 < len && ((unsigned char)text[i + 1] & 0xc0) == 0x80)
			i++;
	}
}

static void put_wide(struct out *out, const WCHAR *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		bool pair = i + 1 < len && text[i] >= 0xd800 && text[i] < 0xdc00;
		struct utf_span one = { .wide = text + i, .len = pair ? 2 : 1 };
		char narrow[8];
		size_t units;

		if (out->is_wide) {
			put(out, text[i]);
			continue;
		}
		units = utf8_from_utf16(&one, narrow, sizeof(narrow));
		for (size_t k = 0; k < units; k++)
			put(out, (unsigned char)narrow[k]);
		i += pair;
	}
}

/* One conversion, as parsed: %[flags][width][.precision][length]type. */
struct conversion {
	char spec[24]; /* '%' and flags, for libc */
	size_t spec_len;
	size_t start; /* of the conversion in the format */
	int width;
	int precision;     /* -1: none */
	int bits;          /* of an integer */
	bool left;         /* the flag '-' */
	bool wide, narrow; /* of text */
	char half[3];      /* "h" or "hh" of a number */
	unsigned int type;
};

/* NOLINTBEGIN(clang-analyzer-valist.Uninitialized): it loses sight of the list behind a pointer */
static int parse_count(struct format *f, va_list *args)
{
	int count = 0;

	if (peek(f, 0) == '*') {
		f->at++;
		return va_arg(*args, int);
	}
	for (; peek(f, 0) >= '0' && peek(f, 0) <= '9'; f->at++) {
		if (count < 100000)
			count = count * 10 + (int)(peek(f, 0) - '0');
	}
	return count;
}

static void add_half(struct conversion *conv)
{
	conv->half[conv->half[0] ? 1 : 0] = 'h';
	conv->narrow = true;
}

static void parse_length(struct conversion *conv, struct format *f)
{
	conv->bits = 32;
	if (is_next(f, "I64") || is_next(f, "I32")) {
		conv->bits = peek(f, 1) == '6' ? 64 : 32;
		f->at += 3;
		return;
	}
	for (;; f->at++) {
		if (is_next(f, "ll") || is_one_of(peek(f, 0), "Izjt"))
			conv->bits = 64;
		else if (is_one_of(peek(f, 0), "wl"))
			conv->wide = true;
		else if (peek(f, 0) == 'h')
			add_half(conv);
		else
			return;
	}
}

static void parse(struct conversion *conv, struct format *f, va_list *args)
{
	memset(conv, 0, sizeof(*conv));
	conv->start = f->at++;
	conv->precision = -1;
	conv->spec[conv->spec_len++] = '%';
	for (; is_one_of(peek(f, 0), "-+ #0"); f->at++) {
		if (peek(f, 0) == '-')
			conv->left = true;
		if (conv->spec_len < 8)
			conv->spec[conv->spec_len++] = (char)peek(f, 0);
	}
	conv->width = parse_count(f, args);
	if (conv->width < 0) {
		conv->left = true;
		conv->width = conv->width == (int)0x80000000 ? 0 : -conv->width;
		conv->spec[conv->spec_len++] = '-';
	}
	if (peek(f, 0) == '.') {
		f->at++;
		conv->precision = parse_count(f, args);
	}
	parse_length(conv, f);
	conv->type = peek(f, 0);
	if (conv->type)
		f->at++;
}

static size_t limited(const struct conversion *conv, size_t len)
{
	return conv->precision >= 0 && (size_t)conv->precision < len ? (size_t)conv->precision
								     : len;
}

static void put_padded(struct out *out, const struct conversion *conv, const void *text, size_t len,
		       bool wide)
{
	size_t fill = (size_t)conv->width > len ? (size_t)conv->width - len : 0;

	if (!conv->left)
		pad(out, fill, ' ');
	if (wide)
		put_wide(out, text, len);
	else
		put_text(out, text, len);
	if (conv->left)
		pad(out, fill, ' ');
}

/* Is the text of this conversion wide? In a wide format small letters are, in a narrow one big. */
static bool is_wide(const struct out *out, const struct conversion *conv)
{
	bool big = conv->type == 'S' || conv->type == 'C';

	if (conv->wide)
		return true;
	return conv->narrow ? false : big != out->is_wide;
}

static void put_string(struct out *out, const struct conversion *conv, va_list *args)
{
	bool wide = is_wide(out, conv);
	size_t most = conv->precision >= 0 ? (size_t)conv->precision : SIZE_MAX;
	const void *text = va_arg(*args, const void *);

	if (!text)
		put_padded(out, conv, "(null)", limited(conv, 6), false);
	else if (wide)
		put_padded(out, conv, text, uwdf_wcsnlen(text, most), true);
	else
		put_padded(out, conv, text, strnlen(text, most), false);
}

static void put_counted(struct out *out, const struct conversion *conv, va_list *args)
{
	const UNICODE_STRING *string = va_arg(*args, const UNICODE_STRING *);
	const ANSI_STRING *narrow = (const ANSI_STRING *)(const void *)string;

	if (!string || !string->Buffer)
		put_padded(out, conv, "(null)", limited(conv, 6), false);
	else if (conv->wide)
		put_padded(out, conv, string->Buffer, limited(conv, string->Length / sizeof(WCHAR)),
			   true);
	else
		put_padded(out, conv, narrow->Buffer, limited(conv, narrow->Length), false);
}

static void put_character(struct out *out, const struct conversion *conv, va_list *args)
{
	WCHAR wide = (WCHAR)va_arg(*args, int);
	char narrow = (char)wide;

	if (is_wide(out, conv))
		put_padded(out, conv, &wide, 1, true);
	else
		put_padded(out, conv, &narrow, 1, false);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* made of what parse() let through */
static void put_number(struct out *out, struct conversion *conv, va_list *args)
{
	char text[256]; /* wider fields are cut */
	int len = snprintf(conv->spec + conv->spec_len, sizeof(conv->spec) - conv->spec_len, "%.0d",
			   conv->width > 255 ? 255 : conv->width);

	conv->spec_len += (size_t)len;
	if (conv->precision >= 0)
		conv->spec_len += (size_t)snprintf(conv->spec + conv->spec_len,
						   sizeof(conv->spec) - conv->spec_len, ".%d",
						   conv->precision > 64 ? 64 : conv->precision);
	(void)snprintf(conv->spec + conv->spec_len, sizeof(conv->spec) - conv->spec_len, "%s%c",
		       conv->bits == 64 ? "ll" : conv->half, (char)conv->type);
	/* NOLINTBEGIN(bugprone-branch-clone): each takes an argument of another type */
	if (conv->bits == 64)
		len = snprintf(text, sizeof(text), conv->spec, va_arg(*args, long long));
	else
		len = snprintf(text, sizeof(text), conv->spec, va_arg(*args, int));
	/* NOLINTEND(bugprone-branch-clone) */
	if (len > 0)
		put_text(out, text, (size_t)len < sizeof(text) ? (size_t)len : sizeof(text) - 1);
}
#pragma GCC diagnostic pop

/* Unknown (%n, too): printed as it stands, nothing is taken from the arguments. */
static void put_as_it_stands(struct out *out, const struct conversion *conv, struct format *f)
{
	size_t end = f->at;

	for (f->at = conv->start; f->at < end; f->at++)
		put(out, peek(f, 0));
}

/* What tracing calls an extended type: %!STATUS! is the one that needs no tool. */
static void put_extended(struct out *out, const struct conversion *conv, struct format *f,
			 va_list *args)
{
	struct fx_status_text status;

	if (!is_next(f, "STATUS!"))
		return put_as_it_stands(out, conv, f);
	f->at += sizeof("STATUS!") - 1;
	status = fx_status_text(va_arg(*args, NTSTATUS));
	put_padded(out, conv, status.text, strlen(status.text), false);
}

static void convert(struct out *out, struct conversion *conv, struct format *f, va_list *args)
{
	switch (conv->type) {
	case 's':
	case 'S':
		return put_string(out, conv, args);
	case 'Z':
		return put_counted(out, conv, args);
	case 'c':
	case 'C':
		return put_character(out, conv, args);
	case 'd':
	case 'i':
	case 'u':
	case 'x':
	case 'X':
	case 'o':
		return put_number(out, conv, args);
	case 'p': /* as NT prints it: all digits, no 0x */
		conv->type = 'X';
		conv->bits = 64;
		conv->precision = 16;
		return put_number(out, conv, args);
	case '%':
		return put(out, '%');
	case '!':
		return put_extended(out, conv, f, args);
	default:
		put_as_it_stands(out, conv, f);
	}
}

/* NOLINTEND(clang-analyzer-valist.Uninitialized) */

static size_t format_all(struct out *out, struct format *f, va_list *args)
{
	struct conversion conv;

	while (peek(f, 0)) {
		if (peek(f, 0) != '%') {
			put(out, peek(f, 0));
			f->at++;
			continue;
		}
		parse(&conv, f, args);
		convert(out, &conv, f, args);
	}
	return out->used < out->len ? out->used : out->len - 1;
}

size_t fx_vsnprintf(char *buf, size_t len, const char *format, va_list args)
{
	struct format f = { .narrow = format };
	struct out out = { .narrow = buf, .len = len };
	va_list copy;
	size_t end;

	va_copy(copy, args);
	end = format_all(&out, &f, &copy);
	va_end(copy);
	if (len)
		buf[end] = '\0';
	return out.used;
}

size_t fx_vsnwprintf(WCHAR *buf, size_t len, const WCHAR *format, va_list args)
{
	struct format f = { .wide = format };
	struct out out = { .wide = buf, .len = len, .is_wide = true };
	va_list copy;
	size_t end;

	va_copy(copy, args);
	end = format_all(&out, &f, &copy);
	va_end(copy);
	if (len)
		buf[end] = 0;
	return out.used;
}

size_t fx_vsnwprintf_counted(WCHAR *buf, size_t room, const WCHAR *format, va_list args)
{
	struct format f = { .wide = format };
	struct out out = { .wide = buf, .len = room + 1, .is_wide = true };
	va_list copy;

	va_copy(copy, args);
	(void)format_all(&out, &f, &copy);
	va_end(copy);
	return out.used;
}

static void print(enum log_level level, const char *format, va_list args)
{
	char text[512];
	size_t len = fx_vsnprintf(text, sizeof(text), format, args);

	if (len >= sizeof(text))
		len = sizeof(text) - 1;
	while (len && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		text[--len] = '\0';
	log_emit(level, "driver", "%s", text);
}

UW_EXPORT ULONG DbgPrint(PCSTR Format, ...)
{
	va_list args;

	va_start(args, Format);
	print(LOG_LEVEL_INFO, Format, args);
	va_end(args);
	return STATUS_SUCCESS;
}

UW_EXPORT ULONG DbgPrintEx(ULONG ComponentId, ULONG Level, PCSTR Format, ...)
{
	static const enum log_level levels[] = {
		[DPFLTR_ERROR_LEVEL] = LOG_LEVEL_ERROR,
		[DPFLTR_WARNING_LEVEL] = LOG_LEVEL_WARN,
		[DPFLTR_TRACE_LEVEL] = LOG_LEVEL_DEBUG,
		[DPFLTR_INFO_LEVEL] = LOG_LEVEL_INFO,
	};
	va_list args;

	(void)ComponentId;
	va_start(args, Format);
	print(Level < UW_ARRAY_SIZE(levels) ? levels[Level] : LOG_LEVEL_INFO, Format, args);
	va_end(args);
	return STATUS_SUCCESS;
}
