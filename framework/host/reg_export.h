/* SPDX-License-Identifier: MIT */
/* reg_export.h - a key with all below it as a file of the Windows registry editor (5.00). */
#ifndef HOST_REG_EXPORT_H
#define HOST_REG_EXPORT_H

#include <stdbool.h>

#include "support/registry.h"

struct reg_export_params {
	registry_key key;
	const char *path; /* of @key, below "\Registry" */
	bool utf16;       /* with a byte order mark and CR LF, as Windows writes it; else UTF-8 */
};

struct reg_export_text {
	char *bytes; /* owned: mem_free() */
	size_t len;
	uint64_t keys, values;
};

/*
 * All as it is in one moment. Imported into an empty registry, the text gives the same keys and
 * values; what is volatile is there, too, and stays then.
 *
 * Return: 0; -EINVAL a name has a character that no line of such a file can hold; -EIO the
 *         registry, -ENOMEM. @rep says more.
 */
int reg_export(struct registry *r, const struct reg_export_params *params, struct report *rep,
	       struct reg_export_text *out) UW_MUST_CHECK;

#endif
