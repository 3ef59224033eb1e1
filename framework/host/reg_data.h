/* SPDX-License-Identifier: MIT */
/* reg_data.h - the data of one value as a file of the Windows registry editor has it. */
#ifndef HOST_REG_DATA_H
#define HOST_REG_DATA_H

#include "support/registry.h"

/* @text without the blanks at both ends, which are cut off in place. */
char *reg_trimmed(char *text);
/* The quoted text at @text, its escapes resolved in place; @out_rest: behind it. NULL: not ended.
 */
char *reg_unquote(char *text, char **out_rest);

/*
 * What stands behind "name"=, changed on the way; registry_value_free().
 * @narrow: a REGEDIT4 file, where the hexadecimal bytes of texts are UTF-8, not UTF-16.
 * @out_why: what is wrong with it, for -EINVAL. Else 0 or -ENOMEM.
 */
int reg_data_parse(char *text, bool narrow, struct registry_value *out,
		   const char **out_why) UW_MUST_CHECK;

#endif
