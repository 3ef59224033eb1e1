/* SPDX-License-Identifier: MIT */
#include "reg_data.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "reg_value.h"
#include "support/registry_name.h"

char *reg_trimmed(char *text)
{
	char *end = text + strlen(text);

	while (*text == ' ' || *text == '\t')
		text++;
	while (end > text && (end[-1] == ' ' || end[-1] == '\t'))
		*--end = '\0';
	return text;
}

char *reg_unquote(char *text, char **out_rest)
{
	char *from = text + 1, *to = text;

	for (; *from && *from != '"'; from++) {
		if (*from == '\\' && (from[1] == '\\' || from[1] == '"'))
			from++;
		*to++ = *from;
	}
	if (!*from)
		return NULL;
	*out_rest = from + 1; /* before the zero below, which may lie on it */
	*to = '\0';
	return text;
}

/* A comment may end the line. */
static bool is_end(char *text)
{
	text = reg_trimmed(text);
	return !*text || *text == ';';
}

static char *without_comment(char *text)
{
	char *comment = strchr(text, ';');

	if (comment)
		*comment = '\0';
	return reg_trimmed(text);
}

static int parse_quoted(char *text, struct registry_value *out, const char **out_why)
{
	const char *words[1];
	char *rest;

	words[0] = reg_unquote(text, &rest);
	*out_why = words[0] ? "something follows the text" : "the text needs its closing quote";
	return words[0] && is_end(rest) ? reg_value_parse(REG_SZ, words, 1, out) : -EINVAL;
}

static int parse_dword(char *text, struct registry_value *out, const char **out_why)
{
	size_t len = strspn(text, "0123456789abcdefABCDEF");
	const char *words[1];
	char number[16];

	*out_why = "dword: takes one to eight hexadecimal digits";
	if (!len || len > 8 || !is_end(text + len))
		return -EINVAL;
	(void)snprintf(number, sizeof(number), "0x%.*s", (int)len, text);
	words[0] = number;
	return reg_value_parse(REG_DWORD, words, 1, out);
}

/* --- hexadecimal --- */

/* "hex:01,02" or "hex(7):61,00": which type; @out_data: what follows the colon. */
static bool hex_type(char *text, ULONG *out_type, char **out_data)
{
	char *end;

	*out_type = REG_BINARY;
	*out_data = text + 4;
	if (text[3] == ':')
		return true;
	if (text[3] != '(')
		return false;
	*out_type = (ULONG)strtoul(text + 4, &end, 16);
	*out_data = end + 2;
	return end != text + 4 && end[0] == ')' && end[1] == ':';
}

/* Narrow text of a REGEDIT4 file, zeros and all, into what the registry has. */
static int widen(struct registry_value *value)
{
	const char *from = value->data, *end = from + value->len;
	WCHAR *units = mem_calloc((size_t)value->len + 2, sizeof(*units));
	size_t count = 0;

	if (!units)
		return -ENOMEM;
	while (from < end) {
		size_t len = strlen(from); /* zeros follow the data */

		if (!registry_is_utf8(from, len)) {
			mem_free(units);
			return -EINVAL;
		}
		count += registry_utf16(from, units + count, value->len - count);
		from += len + 1;
		count += from <= end;
	}
	registry_value_free(value);
	value->data = units;
	value->len = (ULONG)(count * sizeof(*units));
	return 0;
}

static bool is_of_texts(ULONG type)
{
	return type == REG_SZ || type == REG_EXPAND_SZ || type == REG_MULTI_SZ;
}

static int parse_hex(char *text, bool narrow, struct registry_value *out, const char **out_why)
{
	const char *words[1];
	ULONG type;
	char *data;
	int err;

	if (!hex_type(text, &type, &data))
		return -EINVAL;
	*out_why = "hex: takes pairs of hexadecimal digits with commas between them";
	words[0] = without_comment(data);
	err = reg_value_parse(REG_BINARY, words, 1, out); /* the bytes as they are */
	if (err)
		return err;
	out->type = type;
	if (!narrow || !is_of_texts(type))
		return 0;
	*out_why = "the bytes of this text are no UTF-8";
	err = widen(out);
	if (err)
		registry_value_free(out);
	return err;
}

int reg_data_parse(char *text, bool narrow, struct registry_value *out, const char **out_why)
{
	if (text[0] == '"')
		return parse_quoted(text, out, out_why);
	if (!strncasecmp(text, "dword:", 6))
		return parse_dword(text + 6, out, out_why);
	*out_why = "a value is \"text\", dword:..., hex:..., hex(TYPE):... or -";
	if (strncasecmp(text, "hex", 3) != 0)
		return -EINVAL;
	return parse_hex(text, narrow, out, out_why);
}
