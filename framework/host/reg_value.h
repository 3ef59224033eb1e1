/* SPDX-License-Identifier: MIT */
/* reg_value.h - what a registry value holds, as people and scripts write it. */
#ifndef HOST_REG_VALUE_H
#define HOST_REG_VALUE_H

#include "jtext.h"
#include "support/registry.h"

/* "dword", "REG_DWORD", "4"; false: no such type. */
bool reg_type_parse(const char *text, ULONG *out);
/* "REG_DWORD"; "type 17" into @buf for one without a name. */
const char *reg_type_name(ULONG type, char *buf, size_t len);

/*
 * The data that @words (at least one, but none for REG_NONE) say for @type: text, several texts, a
 * number, bytes in hexadecimal. registry_value_free(). -EINVAL: they say none; -ENOMEM.
 */
int reg_value_parse(ULONG type, const char *const *words, unsigned int count,
		    struct registry_value *out) UW_MUST_CHECK;

/* UTF-8 from UTF-16 data, up to its first zero; owned (mem_free); NULL: no memory. */
char *reg_value_text(const struct registry_value *value);
/* For a script: the text, the number, the hexadecimal bytes; a line each of several texts. */
int reg_value_print(FILE *to, const struct registry_value *value) UW_MUST_CHECK;
/* For a person, on one line. */
int reg_value_show(FILE *to, const struct registry_value *value) UW_MUST_CHECK;
/* "type" and "data" into @object. */
void reg_value_json(struct jtext *object, const struct registry_value *value);

#endif
