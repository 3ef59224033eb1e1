/* SPDX-License-Identifier: MIT */
/* rtl_registry.h - what RelativeTo and Path of the Rtl registry functions mean. */
#ifndef FX_RTL_REGISTRY_H
#define FX_RTL_REGISTRY_H

#include "nt/key_handle.h"
#include "support/registry_name.h"

/* A key named by RelativeTo and Path; rtl_place_deinit() in any case. */
struct rtl_place {
	registry_key from;
	const char *root; /* below from: what RelativeTo names, which is made if it is not there */
	char *path;       /* owned; below root */
	bool is_volatile; /* what is made there */
	struct nt_object *named; /* counted; the key's handle, which keeps from in its place */
};

/* STATUS_INVALID_PARAMETER, STATUS_OBJECT_PATH_SYNTAX_BAD, and those of nt_handle_get(). */
NTSTATUS rtl_place_init(struct rtl_place *place, ULONG relative, PCWSTR path,
			ACCESS_MASK access) UW_MUST_CHECK;
void rtl_place_deinit(struct rtl_place *place);
/* STATUS_OBJECT_NAME_NOT_FOUND. In the registry. */
NTSTATUS rtl_place_find(struct registry *r, const struct rtl_place *place,
			registry_key *out) UW_MUST_CHECK;

/* NULL: the default value's. registry_name_deinit() after success. */
NTSTATUS rtl_value_name(struct registry_name *name, PCWSTR text) UW_MUST_CHECK;

#endif
