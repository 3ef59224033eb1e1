/* SPDX-License-Identifier: MIT */
/*
 * function_table.c - the table behind every driver's WdfFunctions, of KMDF's full length.
 *
 * A function that is not implemented has an entry that stops the driver and names the function; no
 * public header declares it, so only a driver with headers of its own gets there.
 */
#include "object/function_table.h"

#include "object/functions.h"
#include "verifier/verifier.h"

static const char *const names[] = {
#define FX_NAME(name) #name,
#include "object/function_names.def"
#undef FX_NAME
};

static void unavailable(unsigned int index) __attribute__((noreturn));
static void unavailable(unsigned int index)
{
	fx_verifier_stop(NULL, WDF_API_UNAVAILABLE, 0, index, "%s (function %u) is not implemented",
			 names[index], index);
}

#define FX_NAME(name)                                                                              \
	static void stub_##name(void)                                                              \
	{                                                                                          \
		unavailable(name##TableIndex);                                                     \
	}
#include "object/function_names.def"
#undef FX_NAME

/* First all stubs, then what there is, in the same places. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
const WDFFUNC fx_function_table[WdfFunctionTableNumEntries] = {
#define FX_NAME(name) [name##TableIndex] = stub_##name,
#include "object/function_names.def"
#undef FX_NAME
#define FX_FUNCTION(name, NAME) [name##TableIndex] = (WDFFUNC)fx_##name,
#include "io/functions_io.def"
#include "object/functions_core.def"
#include "support/functions_support.def"
#undef FX_FUNCTION
};
#pragma GCC diagnostic pop

const char *fx_function_name(unsigned int index)
{
	return index < UW_ARRAY_SIZE(names) ? names[index] : "?";
}

bool fx_function_is_stub(unsigned int index)
{
	static const WDFFUNC stubs[] = {
#define FX_NAME(name) stub_##name,
#include "object/function_names.def"
#undef FX_NAME
	};

	return index >= UW_ARRAY_SIZE(stubs) || fx_function_table[index] == stubs[index];
}
