/* SPDX-License-Identifier: MIT */
#include "naming.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "{b74cfec2-9366-454a-ba71-7c27b51470a4}", braces optional, as the 16 bytes of a GUID in memory,
 * and what is behind it. */
static bool parse_guid(const char *text, uint8_t out[16], const char **out_rest)
{
	static const uint8_t place[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
	bool braces = text[0] == '{';
	const char *at = text + braces;

	for (unsigned int i = 0; i < 16; i++) {
		char digits[3] = { 0 };

		if ((i == 4 || i == 6 || i == 8 || i == 10) && *at++ != '-')
			return false;
		if (!isxdigit((unsigned char)at[0]) || !isxdigit((unsigned char)at[1]))
			return false;
		memcpy(digits, at, 2);
		out[place[i]] = (uint8_t)strtoul(digits, NULL, 16);
		at += 2;
	}
	if (braces && *at++ != '}')
		return false;
	*out_rest = at;
	return !*at || *at == '\\';
}

/* The path of a socket may have backslashes, too, but behind its first slash. */
void naming_parse(const char *what, struct naming *out)
{
	out->kind = NAMING_INTERFACE;
	if (parse_guid(what, out->guid, &out->rest))
		return;
	out->kind = NAMING_NT;
	out->rest = what;
	if (what[0] == '\\')
		return;
	out->rest = what + strcspn(what, "\\/");
	out->kind = *out->rest == '/' ? NAMING_PATH : NAMING_DEVICE;
}

int naming_to_nt(const char *what, char *buf, size_t len)
{
	bool is_dos = !strncmp(what, "\\\\.\\", 4) || !strncmp(what, "\\\\?\\", 4);
	int put = snprintf(buf, len, "%s%s", is_dos ? "\\??\\" : "", what + (is_dos ? 4 : 0));

	return put < 0 || (size_t)put >= len ? -ENAMETOOLONG : 0;
}
