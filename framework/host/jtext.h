/* SPDX-License-Identifier: MIT */
/*
 * jtext.h - JSON text, written and read.
 *
 * A tree is built without looking: setting into or from NULL does nothing but is remembered by the
 * thread, and jtext_print() and jtext_put() then fail instead of telling half of it.
 */
#ifndef HOST_JTEXT_H
#define HOST_JTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/compiler.h"

struct jtext;

struct jtext *jtext_object(void);
struct jtext *jtext_array(void);
struct jtext *jtext_free(struct jtext *value); /* a whole tree; returns NULL */

/* Set a member; text may be NULL (null in JSON). Trees are taken over. */
void jtext_set_text(struct jtext *object, const char *key, const char *text);
void jtext_set_number(struct jtext *object, const char *key, uint64_t number);
void jtext_set_bool(struct jtext *object, const char *key, bool value);
void jtext_set(struct jtext *object, const char *key, struct jtext *value);
void jtext_append(struct jtext *array, struct jtext *value);
void jtext_append_text(struct jtext *array, const char *text);

/* Returns 0, or -ENOMEM or -EIO. */
int jtext_print(FILE *to, const struct jtext *value) UW_MUST_CHECK;
int jtext_print_line(FILE *to, const struct jtext *value) UW_MUST_CHECK; /* compact */
/* As snprintf(): the length of the text, whether it fits or not; 0 on failure. */
size_t jtext_put(const struct jtext *value, char *buf, size_t len);

/* NULL: not JSON, or no memory. */
struct jtext *jtext_parse(const char *text);
/* Members; NULL or 0 when there is none of this kind. Borrowed from the tree. */
const char *jtext_text(const struct jtext *object, const char *key);
uint64_t jtext_number(const struct jtext *object, const char *key);
bool jtext_is_true(const struct jtext *object, const char *key);
struct jtext *jtext_member(const struct jtext *object, const char *key);
size_t jtext_count(const struct jtext *array);
struct jtext *jtext_item(const struct jtext *array, size_t i);

#endif
