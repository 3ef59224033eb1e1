/* SPDX-License-Identifier: MIT */
/*
 * print.c - formats that libc does not know are done here, the rest one conversion at a time by
 * libc.
 *
 * %ws %S %ls a wide string, %wc %C a wide character, %wZ a UNICODE_STRING, %Z an ANSI_STRING; the
 * prefixes I64, I32 and I; long is 32 bits wide. Wide characters beyond ASCII are printed as '?'.
 */
#include "nt/print.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "wdm.h"

struct out {
	char *buf;
	size_t len, used;
};

static void put(struct out *out, char c)
{
	if (out->used + 1 < out->len)
		out->buf[out->used] = c;
	out->used++;
}

static void put_text(struct out *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		put(out, text[i]);
}

static void put_wide(struct out *out, const WCHAR *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		put(out, (char)(text[i] < 0x80 ? text[i] : '?'));
}

static size_t wide_len(const WCHAR *text)
{
	size_t len = 0;

	while (text[len])
		len++;
	return len;
}

/* One conversion, as parsed: %[flags][width][.precision][length]type. */
struct conversion {
	char spec[24]; /* '%', flags, width and precision, without length and type */
	size_t spec_len;
	int precision; /* -1: none */
	int bits;      /* of an integer */
	bool wide;
	char type;
};

static void add(struct conversion *conv, char c)
{
	if (conv->spec_len + 4 < sizeof(conv->spec))
		conv->spec[conv->spec_len++] = c;
}

static void add_number(struct conversion *conv, int number)
{
	char digits[12];
	int len = snprintf(digits, sizeof(digits), "%d", number);

	for (int i = 0; i < len; i++)
		add(conv, digits[i]);
}

static const char *parse_length(struct conversion *conv, const char *f)
{
	conv->bits = 32;
	if (!strncmp(f, "I64", 3) || !strncmp(f, "I32", 3)) {
		conv->bits = f[1] == '6' ? 64 : 32;
		return f + 3;
	}
	for (;; f++) {
		if ((*f == 'l' && f[1] == 'l') || (*f && strchr("Izjt", *f)))
			conv->bits = 64;
		else if (*f == 'w' || *f == 'l')
			conv->wide = true;
		else if (*f != 'h')
			return f;
	}
}

static const char *parse(struct conversion *conv, const char *f, va_list *args)
{
	memset(conv, 0, sizeof(*conv));
	conv->precision = -1;
	add(conv, '%');
	while (*f && strchr("-+ #0", *f))
		add(conv, *f++);
	for (; *f == '*' || (*f >= '0' && *f <= '9'); f++) {
		if (*f == '*')
			add_number(conv, va_arg(*args, int));
		else
			add(conv, *f);
	}
	if (*f == '.') {
		conv->precision = 0;
		for (f++; *f == '*' || (*f >= '0' && *f <= '9'); f++)
			conv->precision =
				*f == '*' ? va_arg(*args, int) : conv->precision * 10 + (*f - '0');
	}
	f = parse_length(conv, f);
	conv->type = *f;
	return *f ? f + 1 : f;
}

static size_t limited(const struct conversion *conv, size_t len)
{
	return conv->precision >= 0 && (size_t)conv->precision < len ? (size_t)conv->precision
								     : len;
}

static void put_string(struct out *out, const struct conversion *conv, va_list *args)
{
	bool wide = conv->type == 'S' || conv->wide;
	const void *text = va_arg(*args, const void *);

	if (!text)
		put_text(out, "(null)", 6);
	else if (wide)
		put_wide(out, text, limited(conv, wide_len(text)));
	else
		put_text(out, text, limited(conv, strlen(text)));
}

static void put_counted(struct out *out, const struct conversion *conv, va_list *args)
{
	const UNICODE_STRING *string = va_arg(*args, const UNICODE_STRING *);

	if (!string || !string->Buffer)
		put_text(out, "(null)", 6);
	else if (conv->wide)
		put_wide(out, string->Buffer, string->Length / sizeof(WCHAR));
	else
		put_text(out, ((const ANSI_STRING *)(const void *)string)->Buffer, string->Length);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* made of what parse() let through */
static void put_number(struct out *out, struct conversion *conv, va_list *args)
{
	char text[256]; /* wider fields are cut */
	int len;

	if (conv->precision >= 0) {
		add(conv, '.');
		add_number(conv, conv->precision > 64 ? 64 : conv->precision);
	}
	if (conv->bits == 64 && conv->type != 'p') {
		conv->spec[conv->spec_len++] = 'l';
		conv->spec[conv->spec_len++] = 'l';
	}
	conv->spec[conv->spec_len++] = conv->type;
	conv->spec[conv->spec_len] = '\0';
	/* NOLINTBEGIN(bugprone-branch-clone): each takes an argument of another type */
	if (conv->type == 'p')
		len = snprintf(text, sizeof(text), conv->spec, va_arg(*args, void *));
	else if (conv->bits == 64)
		len = snprintf(text, sizeof(text), conv->spec, va_arg(*args, long long));
	else
		len = snprintf(text, sizeof(text), conv->spec, va_arg(*args, int));
	/* NOLINTEND(bugprone-branch-clone) */
	if (len > 0)
		put_text(out, text, (size_t)len < sizeof(text) ? (size_t)len : sizeof(text) - 1);
}
#pragma GCC diagnostic pop

static void convert(struct out *out, struct conversion *conv, va_list *args)
{
	WCHAR wide;

	switch (conv->type) {
	case 's':
	case 'S':
		return put_string(out, conv, args);
	case 'Z':
		return put_counted(out, conv, args);
	case 'c':
	case 'C':
		wide = (WCHAR)va_arg(*args, int);
		return put_wide(out, &wide, 1);
	case 'd':
	case 'i':
	case 'u':
	case 'x':
	case 'X':
	case 'o':
	case 'p':
		return put_number(out, conv, args);
	case '%':
		return put(out, '%');
	default: /* unknown (%n, too): printed as it stands, nothing is taken from the arguments */
		put_text(out, conv->spec, conv->spec_len);
		if (conv->type)
			put(out, conv->type);
	}
}

size_t fx_vsnprintf(char *buf, size_t len, const char *format, va_list args)
{
	struct out out = { .buf = buf, .len = len };
	struct conversion conv;
	va_list copy;

	va_copy(copy, args);
	while (*format) {
		if (*format != '%') {
			put(&out, *format++);
			continue;
		}
		format = parse(&conv, format + 1, &copy);
		convert(&out, &conv, &copy);
	}
	va_end(copy);
	if (len)
		buf[out.used < len ? out.used : len - 1] = '\0';
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
