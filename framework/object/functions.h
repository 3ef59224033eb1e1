/* SPDX-License-Identifier: MIT */
/*
 * functions.h - the implementations behind the public functions: fx_WdfXxx() for WdfXxx().
 *
 * Each has the type that its public header declares for it; function_table.c puts them in place.
 * functions_core.def, io/functions_io.def and support/functions_support.def list what is
 * implemented.
 */
#ifndef FX_FUNCTIONS_H
#define FX_FUNCTIONS_H

#include "wdf.h"

#define FX_FUNCTION(name, NAME) __typeof__(*(PFN_##NAME)0) fx_##name;
#include "io/functions_io.def"
#include "object/functions_core.def"
#include "support/functions_support.def"
#undef FX_FUNCTION

#endif
