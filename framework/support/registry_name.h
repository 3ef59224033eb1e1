/* SPDX-License-Identifier: MIT */
/*
 * registry_name.h - names of keys and values, between UTF-16 and what the database holds.
 *
 * The database has UTF-8 with two liberties, so that every UTF-16 text comes back as it was: U+0000
 * is C0 80, and half of a surrogate pair is written like any other number. Its texts end with a
 * zero byte. Folded: the same in capital letters; two names are one if they fold to the same.
 */
#ifndef FX_REGISTRY_NAME_H
#define FX_REGISTRY_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "wdf.h"

#define REGISTRY_KEY_NAME_MAX   255   /* UTF-16 units of one key's name */
#define REGISTRY_VALUE_NAME_MAX 16383 /* of a value's */
#define REGISTRY_DEPTH_MAX      512   /* keys in a path */

/* Owned by the caller (mem_free); NULL: no memory. */
char *registry_utf8(const WCHAR *text, size_t count);
char *registry_folded(const char *utf8);
/* UTF-16 units that @utf8 has; those that fit go to @out (NULL: @max is 0). No zero is added. */
size_t registry_utf16(const char *utf8, WCHAR *out, size_t max);
/* As above for @len bytes that came from outside: false if they are not proper UTF-8. */
bool registry_is_utf8(const char *text, size_t len);

/* Both forms of one name. */
struct registry_name {
	char *text, *folded; /* owned */
};
/* STATUS_OBJECT_NAME_INVALID longer than @max units; STATUS_INSUFFICIENT_RESOURCES. */
NTSTATUS registry_name_init(struct registry_name *name, const char *utf8, size_t max);
NTSTATUS registry_name_from(struct registry_name *name, PCUNICODE_STRING text, size_t max);
void registry_name_deinit(struct registry_name *name);

#endif
