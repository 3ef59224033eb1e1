/* SPDX-License-Identifier: MIT */
/*
 * reg_file.h - files of keys and values as the Windows registry editor writes them ("Windows
 * Registry Editor Version 5.00"), in UTF-16 with a byte order mark or in UTF-8.
 */
#ifndef HOST_REG_FILE_H
#define HOST_REG_FILE_H

#include "support/registry.h"

/*
 * A key as people write it: HKEY_LOCAL_MACHINE\..., HKLM\..., HKEY_USERS\..., \Registry\...; what
 * begins with none of them is below the services, where drivers are. Slashes are taken for
 * backslashes where there is no backslash. Owned (mem_free): the path below "\Registry"; NULL: no
 * memory, or (*@out_known false) a root that this registry does not have.
 */
char *reg_key_path(const char *text, bool *out_known);

struct reg_file_counts {
	uint64_t keys, values, removed;
};
/*
 * Does what @text says (@len bytes and a zero, all changed on the way), within the transaction that
 * @r is in.
 * -EINVAL: @rep says "NAME:LINE: what is wrong there"; -EIO: the registry; -ENOMEM.
 */
int reg_file_apply(struct registry *r, const char *name, char *text, size_t len, struct report *rep,
		   struct reg_file_counts *out) UW_MUST_CHECK;

#endif
