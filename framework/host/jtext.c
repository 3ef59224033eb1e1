/* SPDX-License-Identifier: MIT */
/* jtext.c - the one file that knows jansson. */
#include "jtext.h"

#include <errno.h>
#include <jansson.h>

static _Thread_local bool incomplete; /* something could not be added to a tree */

static json_t *tree(const struct jtext *value)
{
	return (json_t *)(uintptr_t)value; /* jansson counts references through const, too */
}

static struct jtext *noted(json_t *value)
{
	incomplete |= !value;
	return (struct jtext *)value;
}

struct jtext *jtext_object(void)
{
	return noted(json_object());
}

struct jtext *jtext_array(void)
{
	return noted(json_array());
}

struct jtext *jtext_free(struct jtext *value)
{
	json_decref(tree(value));
	return NULL;
}

void jtext_set(struct jtext *object, const char *key, struct jtext *value)
{
	/* takes the value over, or drops it */
	incomplete |= json_object_set_new(tree(object), key, tree(value)) != 0;
}

/* Text that is no UTF-8 (a strange file name) becomes null rather than a failure. */
static struct jtext *text_value(const char *text)
{
	json_t *value = text ? json_string(text) : NULL;

	return noted(value ? value : json_null());
}

void jtext_set_text(struct jtext *object, const char *key, const char *text)
{
	jtext_set(object, key, text_value(text));
}

void jtext_set_number(struct jtext *object, const char *key, uint64_t number)
{
	jtext_set(object, key, noted(json_integer((json_int_t)number)));
}

void jtext_set_bool(struct jtext *object, const char *key, bool value)
{
	jtext_set(object, key, noted(json_boolean(value)));
}

void jtext_append(struct jtext *array, struct jtext *value)
{
	incomplete |= json_array_append_new(tree(array), tree(value)) != 0;
}

void jtext_append_text(struct jtext *array, const char *text)
{
	jtext_append(array, text_value(text));
}

static bool take_incomplete(void)
{
	bool was = incomplete;

	incomplete = false;
	return was;
}

static int print(FILE *to, const struct jtext *value, size_t flags)
{
	if (take_incomplete())
		return -ENOMEM;
	if (json_dumpf(tree(value), to, flags) || fputc('\n', to) == EOF || fflush(to))
		return -EIO;
	return 0;
}

int jtext_print(FILE *to, const struct jtext *value)
{
	return print(to, value, JSON_INDENT(2));
}

int jtext_print_line(FILE *to, const struct jtext *value)
{
	return print(to, value, JSON_COMPACT);
}

size_t jtext_put(const struct jtext *value, char *buf, size_t len)
{
	size_t need = take_incomplete() ? 0 : json_dumpb(tree(value), buf, len, JSON_COMPACT);

	if (len)
		buf[need < len ? need : len - 1] = '\0';
	return need;
}

struct jtext *jtext_parse(const char *text)
{
	return (struct jtext *)json_loads(text, JSON_REJECT_DUPLICATES, NULL);
}

const char *jtext_text(const struct jtext *object, const char *key)
{
	return json_string_value(json_object_get(tree(object), key));
}

uint64_t jtext_number(const struct jtext *object, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(tree(object), key));
}

bool jtext_is_true(const struct jtext *object, const char *key)
{
	return json_is_true(json_object_get(tree(object), key));
}

struct jtext *jtext_member(const struct jtext *object, const char *key)
{
	return (struct jtext *)json_object_get(tree(object), key);
}

size_t jtext_count(const struct jtext *array)
{
	return json_array_size(tree(array));
}

struct jtext *jtext_item(const struct jtext *array, size_t i)
{
	return (struct jtext *)json_array_get(tree(array), i);
}
