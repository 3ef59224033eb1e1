/* SPDX-License-Identifier: MIT */
/* buffer.h - what the Rtl functions allocate for strings: pool, as on NT. */
#ifndef FX_NT_BUFFER_H
#define FX_NT_BUFFER_H

#include "wdm.h"

/* @len zeroed bytes, also if none; NULL: no memory. */
PVOID fx_string_buffer(SIZE_T len);
void fx_string_buffer_free(PVOID buffer); /* NULL is fine */

#endif
