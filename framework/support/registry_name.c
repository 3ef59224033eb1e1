/* SPDX-License-Identifier: MIT */
#include "support/registry_name.h"

#include <string.h>

#include "base/mem.h"
#include "nt/upcase.h"

static bool is_high(uint32_t unit)
{
	return unit >= 0xd800 && unit < 0xdc00;
}

static bool is_low(uint32_t unit)
{
	return unit >= 0xdc00 && unit < 0xe000;
}

/* The character at @text[*at], which moves behind it. */
static uint32_t next_of_utf16(const WCHAR *text, size_t count, size_t *at)
{
	uint32_t unit = text[(*at)++];

	if (!is_high(unit) || *at == count || !is_low(text[*at]))
		return unit;
	return 0x10000 + ((unit - 0xd800) << 10) + ((uint32_t)text[(*at)++] - 0xdc00);
}

static size_t put_utf8(char *out, uint32_t c)
{
	if (c && c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

char *registry_utf8(const WCHAR *text, size_t count)
{
	char *out = mem_alloc(count * 3 + 1), *end = out;

	if (!out)
		return NULL;
	for (size_t at = 0; at < count;)
		end += put_utf8(end, next_of_utf16(text, count, &at));
	*end = '\0';
	return out;
}

static unsigned int length_of(unsigned char first)
{
	if (first < 0x80)
		return 1;
	return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* A damaged text ends early rather than being read past its end. */
static uint32_t next_of_utf8(const char **at)
{
	unsigned char first = (unsigned char)*(*at)++;
	unsigned int more = length_of(first) - 1;
	uint32_t c = more ? first & (0x3fu >> more) : first;

	while (more-- && **at)
		c = c << 6 | ((unsigned char)*(*at)++ & 0x3f);
	return c;
}

static void put_unit(WCHAR *out, size_t max, size_t *count, uint32_t unit)
{
	if (*count < max)
		out[*count] = (WCHAR)unit;
	(*count)++;
}

size_t registry_utf16(const char *utf8, WCHAR *out, size_t max)
{
	size_t count = 0;

	while (*utf8) {
		uint32_t c = next_of_utf8(&utf8);

		if (c >= 0x10000) {
			put_unit(out, max, &count, 0xd800 + ((c - 0x10000) >> 10));
			put_unit(out, max, &count, 0xdc00 + ((c - 0x10000) & 0x3ff));
		} else {
			put_unit(out, max, &count, c);
		}
	}
	return count;
}

/* The smallest number that takes so many bytes: less is a disguise of something shorter. */
static bool is_character(uint32_t c, unsigned int len)
{
	static const uint32_t least[] = { 0, 1, 0x80, 0x800, 0x10000 };

	return c >= least[len] && c < 0x110000 && !is_high(c) && !is_low(c);
}

bool registry_is_utf8(const char *text, size_t len)
{
	const char *end = text + len;

	while (text < end) {
		unsigned char first = (unsigned char)*text;
		unsigned int bytes = length_of(first);
		const char *at = text;

		if ((first & 0xc0) == 0x80 || first >= 0xf8 || (size_t)(end - text) < bytes)
			return false;
		for (unsigned int i = 1; i < bytes; i++)
			if (((unsigned char)text[i] & 0xc0) != 0x80)
				return false;
		if (!is_character(next_of_utf8(&at), bytes))
			return false;
		text += bytes;
	}
	return true;
}

char *registry_folded(const char *utf8)
{
	char *out = mem_alloc(strlen(utf8) * 3 + 1), *end = out;

	if (!out)
		return NULL;
	while (*utf8) {
		uint32_t c = next_of_utf8(&utf8);

		end += put_utf8(end, c < 0x10000 ? fx_upcase((WCHAR)c) : c);
	}
	*end = '\0';
	return out;
}

NTSTATUS registry_name_init(struct registry_name *name, const char *utf8, size_t max)
{
	*name = (struct registry_name){ 0 };
	if (registry_utf16(utf8, NULL, 0) > max)
		return STATUS_OBJECT_NAME_INVALID;
	name->text = mem_strdup(utf8);
	name->folded = registry_folded(utf8);
	if (name->text && name->folded)
		return STATUS_SUCCESS;
	registry_name_deinit(name);
	return STATUS_INSUFFICIENT_RESOURCES;
}

NTSTATUS registry_name_from(struct registry_name *name, PCUNICODE_STRING text, size_t max)
{
	size_t count = text->Length / sizeof(WCHAR);

	*name = (struct registry_name){ 0 };
	if (count > max)
		return STATUS_OBJECT_NAME_INVALID;
	name->text = registry_utf8(text->Buffer, count);
	if (name->text)
		name->folded = registry_folded(name->text);
	if (name->folded)
		return STATUS_SUCCESS;
	registry_name_deinit(name);
	return STATUS_INSUFFICIENT_RESOURCES;
}

void registry_name_deinit(struct registry_name *name)
{
	mem_free(name->text);
	mem_free(name->folded);
	*name = (struct registry_name){ 0 };
}
