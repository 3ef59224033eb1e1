/* SPDX-License-Identifier: MIT */
/* string_object.h - WDFSTRING, for those who fill one. */
#ifndef FX_STRING_H
#define FX_STRING_H

#include "object/object.h"

/*
 * A copy of @text instead of what @string had; the buffer that WdfStringGetUnicodeString() gave is
 * gone. PASSIVE. STATUS_INTEGER_OVERFLOW, STATUS_INSUFFICIENT_RESOURCES: nothing changed.
 */
NTSTATUS fx_string_assign(struct fx_object *string, const UNICODE_STRING *text);

#endif
