/* SPDX-License-Identifier: MIT */
/*
 * file_place.h - where NT's names of files lie in the host's file system: below one folder, out of
 * which nothing leads. Symbolic links below it are not followed.
 */
#ifndef FX_FILE_PLACE_H
#define FX_FILE_PLACE_H

#include <stdbool.h>

#include "base/compiler.h"
#include "wdm.h"

struct file_place {
	char *root; /* owned: the folder */
	char *rest; /* owned: "C/x/y" */
};

/*
 * The place of @name. STATUS_OBJECT_PATH_SYNTAX_BAD another root, or no place for files;
 * STATUS_OBJECT_NAME_INVALID a part that would lead out of it, or is none.
 */
NTSTATUS file_place_of(PCUNICODE_STRING name, struct file_place *out) UW_MUST_CHECK;
void file_place_free(struct file_place *place);
/*
 * The folder that the file is in, opened with O_PATH: its descriptor or -errno; @make: folders that
 * are missing. @out_leaf: the file's name there, part of @place.
 */
int file_place_enter(const struct file_place *place, bool make,
		     const char **out_leaf) UW_MUST_CHECK;

#endif
