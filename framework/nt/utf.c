/* SPDX-License-Identifier: MIT */
#include "nt/utf.h"

#include <stdint.h>
#include <string.h>

#define REPLACEMENT 0xfffdu

/* The letter at @*at, which moves on. */
static uint32_t next_wide(const struct utf_span *from, size_t *at)
{
	uint32_t high = from->wide[(*at)++], low;

	if (high < 0xd800 || high > 0xdfff)
		return high;
	if (high > 0xdbff || *at == from->len)
		return REPLACEMENT;
	low = from->wide[*at];
	if (low < 0xdc00 || low > 0xdfff)
		return REPLACEMENT;
	(*at)++;
	return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

static size_t encode_narrow(uint32_t letter, CHAR *out)
{
	if (letter < 0x80) {
		out[0] = (CHAR)letter;
		return 1;
	}
	if (letter < 0x800) {
		out[0] = (CHAR)(0xc0 | letter >> 6);
		out[1] = (CHAR)(0x80 | (letter & 0x3f));
		return 2;
	}
	if (letter < 0x10000) {
		out[0] = (CHAR)(0xe0 | letter >> 12);
		out[1] = (CHAR)(0x80 | (letter >> 6 & 0x3f));
		out[2] = (CHAR)(0x80 | (letter & 0x3f));
		return 3;
	}
	out[0] = (CHAR)(0xf0 | letter >> 18);
	out[1] = (CHAR)(0x80 | (letter >> 12 & 0x3f));
	out[2] = (CHAR)(0x80 | (letter >> 6 & 0x3f));
	out[3] = (CHAR)(0x80 | (letter & 0x3f));
	return 4;
}

size_t utf8_from_utf16(const struct utf_span *from, CHAR *out, size_t room)
{
	size_t used = 0;
	CHAR units[4];

	for (size_t at = 0; at < from->len;) {
		size_t len = encode_narrow(next_wide(from, &at), units);

		if (len > room - used)
			break;
		if (out)
			memcpy(out + used, units, len);
		used += len;
	}
	return used;
}

/* How many bytes follow, and the least letter that needs so many; 0xff: no first byte. */
static unsigned int follow_of(unsigned char first, uint32_t *least)
{
	if (first < 0x80) {
		*least = 0;
		return 0;
	}
	if (first >= 0xc2 && first < 0xe0) {
		*least = 0x80;
		return 1;
	}
	if (first >= 0xe0 && first < 0xf0) {
		*least = 0x800;
		return 2;
	}
	*least = 0x10000;
	return first >= 0xf0 && first < 0xf5 ? 3 : 0xff;
}

/* The letter at @*at, which moves on; by one byte when they are not UTF-8. */
static uint32_t next_narrow(const struct utf_span *from, size_t *at)
{
	unsigned char first = (unsigned char)from->narrow[(*at)++];
	uint32_t least, letter;
	unsigned int follow = follow_of(first, &least);

	if (!follow)
		return first;
	if (follow > 3 || follow > from->len - *at)
		return REPLACEMENT;
	letter = first & (0x3fu >> follow);
	for (unsigned int i = 0; i < follow; i++) {
		unsigned char c = (unsigned char)from->narrow[*at + i];

		if ((c & 0xc0) != 0x80)
			return REPLACEMENT;
		letter = letter << 6 | (c & 0x3fu);
	}
	if (letter < least || letter > 0x10ffff || (letter >= 0xd800 && letter <= 0xdfff))
		return REPLACEMENT;
	*at += follow;
	return letter;
}

size_t utf16_from_utf8(const struct utf_span *from, WCHAR *out, size_t room)
{
	size_t used = 0;

	for (size_t at = 0; at < from->len;) {
		uint32_t letter = next_narrow(from, &at);
		size_t len = letter > 0xffff ? 2 : 1;

		if (len > room - used)
			break;
		if (out && len == 1)
			out[used] = (WCHAR)letter;
		if (out && len == 2) {
			out[used] = (WCHAR)(0xd800 + ((letter - 0x10000) >> 10));
			out[used + 1] = (WCHAR)(0xdc00 + ((letter - 0x10000) & 0x3ff));
		}
		used += len;
	}
	return used;
}
