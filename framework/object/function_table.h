/* SPDX-License-Identifier: MIT */
/* function_table.h - what a loaded driver's WdfFunctions points at. */
#ifndef FX_FUNCTION_TABLE_H
#define FX_FUNCTION_TABLE_H

#include <stdbool.h>

#include "wdf.h"

extern const WDFFUNC fx_function_table[WdfFunctionTableNumEntries];
const char *fx_function_name(unsigned int index);
extern const size_t fx_structure_sizes[WDF_STRUCTURE_TABLE_NUM_ENTRIES]; /* 0: not in the headers */
bool fx_function_is_stub(unsigned int index);                            /* not implemented */

#endif
