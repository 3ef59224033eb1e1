/* SPDX-License-Identifier: MIT */
/*
 * handle.h - NT's handles: numbers that name keys and files of this process.
 *
 * A number is not used again soon, so that one kept past its closing is noticed. What a driver
 * leaves open ends with its host.
 *
 * Threads: any at PASSIVE level; one lock around the table.
 */
#ifndef FX_NT_HANDLE_H
#define FX_NT_HANDLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "wdm.h"

enum nt_kind { NT_KEY, NT_FILE };

struct nt_object {
	enum nt_kind kind;
	uint32_t refs;                       /* atomic */
	bool framework_s;                    /* ZwClose() is not for it */
	ACCESS_MASK granted;                 /* with the generic rights spelled out */
	void (*free)(struct nt_object *obj); /* after the last reference */
};

/* The table takes over the caller's reference. STATUS_INSUFFICIENT_RESOURCES: it did not. */
NTSTATUS nt_handle_new(struct nt_object *obj, HANDLE *out) UW_MUST_CHECK;
/*
 * A reference to what @handle names, nt_object_unref(). STATUS_INVALID_HANDLE,
 * STATUS_OBJECT_TYPE_MISMATCH, STATUS_ACCESS_DENIED none of @access was granted (0: whatever).
 */
NTSTATUS nt_handle_get(HANDLE handle, enum nt_kind kind, ACCESS_MASK access,
		       struct nt_object **out) UW_MUST_CHECK;
void nt_object_unref(struct nt_object *obj);
/* @by_framework: as its maker. STATUS_INVALID_HANDLE; STATUS_HANDLE_NOT_CLOSABLE. */
NTSTATUS nt_handle_close(HANDLE handle, bool by_framework);

#endif
