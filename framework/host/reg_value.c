/* SPDX-License-Identifier: MIT */
#include "reg_value.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "support/registry_name.h"

static const char *const type_names[] = {
	"REG_NONE",
	"REG_SZ",
	"REG_EXPAND_SZ",
	"REG_BINARY",
	"REG_DWORD",
	"REG_DWORD_BIG_ENDIAN",
	"REG_LINK",
	"REG_MULTI_SZ",
	"REG_RESOURCE_LIST",
	"REG_FULL_RESOURCE_DESCRIPTOR",
	"REG_RESOURCE_REQUIREMENTS_LIST",
	"REG_QWORD",
};

/* The whole of @text as a number of at most @bits; false: it is none. */
static bool parse_number(const char *text, unsigned int bits, uint64_t *out)
{
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	*out = strtoull(text, &end, strncasecmp(text, "0x", 2) ? 10 : 16);
	return !*end && !errno && (bits == 64 || *out >> bits == 0);
}

bool reg_type_parse(const char *text, ULONG *out)
{
	uint64_t number;

	for (ULONG i = 0; i < UW_ARRAY_SIZE(type_names); i++) {
		if (strcasecmp(text, type_names[i]) != 0 &&
		    strcasecmp(text, type_names[i] + 4) != 0)
			continue;
		*out = i;
		return true;
	}
	if (!strcasecmp(text, "multi") || !strcasecmp(text, "expand")) {
		*out = tolower((unsigned char)text[0]) == 'm' ? REG_MULTI_SZ : REG_EXPAND_SZ;
		return true;
	}
	if (!parse_number(text, 32, &number))
		return false;
	*out = (ULONG)number;
	return true;
}

const char *reg_type_name(ULONG type, char *buf, size_t len)
{
	if (type < UW_ARRAY_SIZE(type_names))
		return type_names[type];
	snprintf(buf, len, "type %u", type);
	return buf;
}

static bool is_text(ULONG type)
{
	return type == REG_SZ || type == REG_EXPAND_SZ || type == REG_LINK;
}

/* --- from words --- */

static int add_bytes(struct registry_value *value, const void *data, size_t len)
{
	char *all = mem_realloc(value->data, value->len + len + 4);

	if (!all)
		return -ENOMEM;
	memcpy(all + value->len, data, len);
	memset(all + value->len + len, 0, 4);
	value->data = all;
	value->len += (ULONG)len;
	return 0;
}

/* With its zero. */
static int add_text(struct registry_value *value, const char *text)
{
	size_t count = registry_utf16(text, NULL, 0);
	WCHAR *units;
	int err;

	if (!registry_is_utf8(text, strlen(text)))
		return -EINVAL;
	units = mem_calloc(count + 1, sizeof(*units));
	if (!units)
		return -ENOMEM;
	(void)registry_utf16(text, units, count);
	err = add_bytes(value, units, (count + 1) * sizeof(*units));
	mem_free(units);
	return err;
}

static int add_texts(struct registry_value *value, const char *const *words, unsigned int count)
{
	int err = 0;

	for (unsigned int i = 0; !err && i < count; i++)
		err = words[i][0] ? add_text(value, words[i]) : -EINVAL; /* would end the list */
	return err ? err : add_bytes(value, "\0", 2);
}

static int add_number(struct registry_value *value, const char *text, unsigned int bits)
{
	uint64_t number;

	if (!parse_number(text, bits, &number))
		return -EINVAL;
	return add_bytes(value, &number, bits / 8); /* little-endian, as we are */
}

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "01 02,ff" or "0102ff"; @out has room for half of it. False: it is something else. */
static bool bytes_of_hex(const char *text, uint8_t *out, size_t *out_len)
{
	size_t len = 0;

	while (*text) {
		int high, low;

		if (strchr(" ,", *text)) {
			text++;
			continue;
		}
		high = nibble(text[0]);
		low = text[1] ? nibble(text[1]) : -1;
		if (high < 0 || low < 0)
			return false;
		out[len++] = (uint8_t)(high << 4 | low);
		text += 2;
	}
	*out_len = len;
	return true;
}

static int add_hex(struct registry_value *value, const char *text)
{
	uint8_t *bytes = mem_alloc(strlen(text) / 2 + 1);
	size_t len;
	int err;

	if (!bytes)
		return -ENOMEM;
	err = bytes_of_hex(text, bytes, &len) ? add_bytes(value, bytes, len) : -EINVAL;
	mem_free(bytes);
	return err;
}

static int parse_one(ULONG type, const char *word, struct registry_value *out)
{
	if (is_text(type))
		return add_text(out, word);
	if (type == REG_DWORD)
		return add_number(out, word, 32);
	if (type == REG_QWORD)
		return add_number(out, word, 64);
	return add_hex(out, word);
}

int reg_value_parse(ULONG type, const char *const *words, unsigned int count,
		    struct registry_value *out)
{
	int err;

	*out = (struct registry_value){ .type = type };
	err = add_bytes(out, "", 0);
	if (err)
		return err;
	if (type == REG_MULTI_SZ)
		err = add_texts(out, words, count);
	else if (count > 1 || (!count && type != REG_NONE))
		err = -EINVAL;
	else if (count)
		err = parse_one(type, words[0], out);
	if (err)
		registry_value_free(out);
	return err;
}

/* --- into text --- */

static size_t text_length(const WCHAR *units, size_t max)
{
	size_t len = 0;

	while (len < max && units[len])
		len++;
	return len;
}

char *reg_value_text(const struct registry_value *value)
{
	return registry_utf8(value->data, text_length(value->data, value->len / sizeof(WCHAR)));
}

/* The string of a list at unit @at, which moves behind it; owned; NULL: the end, or no memory. */
static char *next_text(const struct registry_value *value, size_t *at, int *err)
{
	const WCHAR *units = value->data;
	size_t max = value->len / sizeof(WCHAR), len;
	char *text;

	if (*at >= max || !units[*at])
		return NULL;
	len = text_length(units + *at, max - *at);
	text = registry_utf8(units + *at, len);
	if (!text)
		*err = -ENOMEM;
	*at += len + 1;
	return text;
}

static bool number_of(const struct registry_value *value, uint64_t *out)
{
	size_t len = value->type == REG_DWORD ? 4 : value->type == REG_QWORD ? 8 : 0;

	*out = 0;
	if (!len || value->len != len)
		return false;
	memcpy(out, value->data, len);
	return true;
}

static void print_hex(FILE *to, const struct registry_value *value, const char *between)
{
	const uint8_t *bytes = value->data;

	for (ULONG i = 0; i < value->len; i++)
		fprintf(to, "%s%02x", i ? between : "", bytes[i]);
}

static int print_texts(FILE *to, const struct registry_value *value, const char *before,
		       const char *between)
{
	bool first = true;
	size_t at = 0;
	int err = 0;
	char *text;

	while ((text = next_text(value, &at, &err))) {
		fprintf(to, "%s%s", first ? before : between, text);
		first = false;
		mem_free(text);
	}
	return err;
}

static int print_text(FILE *to, const struct registry_value *value)
{
	char *text = reg_value_text(value);

	if (!text)
		return -ENOMEM;
	fputs(text, to);
	mem_free(text);
	return 0;
}

int reg_value_print(FILE *to, const struct registry_value *value)
{
	uint64_t number;
	int err = 0;

	if (is_text(value->type))
		err = print_text(to, value);
	else if (value->type == REG_MULTI_SZ)
		err = print_texts(to, value, "", "\n");
	else if (number_of(value, &number))
		fprintf(to, "%" PRIu64, number);
	else
		print_hex(to, value, "");
	fputc('\n', to);
	return err;
}

int reg_value_show(FILE *to, const struct registry_value *value)
{
	uint64_t number;
	int err = 0;

	if (is_text(value->type))
		err = print_text(to, value);
	else if (value->type == REG_MULTI_SZ)
		err = print_texts(to, value, "", ", ");
	else if (number_of(value, &number))
		fprintf(to, "0x%" PRIx64 " (%" PRIu64 ")", number, number);
	else
		print_hex(to, value, " ");
	fputc('\n', to);
	return err;
}

static struct jtext *texts_json(const struct registry_value *value)
{
	struct jtext *array = jtext_array();
	size_t at = 0;
	int err = 0;
	char *text;

	while ((text = next_text(value, &at, &err))) {
		jtext_append_text(array, text);
		mem_free(text);
	}
	return array;
}

static void hex_json(struct jtext *object, const struct registry_value *value)
{
	char *text = mem_alloc((size_t)value->len * 2 + 1);
	const uint8_t *bytes = value->data;

	for (ULONG i = 0; text && i < value->len; i++)
		snprintf(text + (size_t)i * 2, 3, "%02x", bytes[i]);
	if (text)
		text[(size_t)value->len * 2] = '\0';
	jtext_set_text(object, "data", text);
	mem_free(text);
}

void reg_value_json(struct jtext *object, const struct registry_value *value)
{
	char name[24], *text;
	uint64_t number;

	jtext_set_text(object, "type", reg_type_name(value->type, name, sizeof(name)));
	if (is_text(value->type)) {
		text = reg_value_text(value);
		jtext_set_text(object, "data", text);
		mem_free(text);
	} else if (value->type == REG_MULTI_SZ) {
		jtext_set(object, "data", texts_json(value));
	} else if (number_of(value, &number)) {
		jtext_set_number(object, "data", number);
	} else {
		hex_json(object, value);
	}
}
