/* SPDX-License-Identifier: MIT */
/*
 * function_table.c - the table behind every driver's WdfFunctions, of KMDF's full length.
 *
 * A function that is not implemented has an entry that stops the driver and names the function; no
 * public header declares it, so only a driver with headers of its own gets there. Beside it what a
 * driver that is newer than the framework asks: the sizes of structures, and that something is not
 * there.
 */
#include "object/function_table.h"

#include "base/log.h"
#include "nt/utf.h"
#include "object/driver.h"
#include "object/functions.h"
#include "verifier/verifier.h"

const size_t fx_structure_sizes[WDF_STRUCTURE_TABLE_NUM_ENTRIES] = {
#define FX_STRUCTURE(name) [INDEX_##name] = sizeof(name),
#include "object/structures.def"
#undef FX_STRUCTURE
};

static const char *const names[] = {
#define FX_NAME(name) #name,
#include "object/function_names.def"
#undef FX_NAME
};

/* KMDF's fourth parameter, the index, is in the text. */
static void unavailable(PWDF_DRIVER_GLOBALS globals, unsigned int index) __attribute__((noreturn));
static void unavailable(PWDF_DRIVER_GLOBALS globals, unsigned int index)
{
	struct fx_driver *driver = globals ? fx_driver_from_globals(globals) : NULL;

	fx_rule_stop(driver, FX_RULE_API_UNAVAILABLE, NULL, (uintptr_t)fx_driver_name(driver), 0,
		     "%s (function %u) is not implemented", names[index], index);
}

/* What returns a status says so while the driver's verifier is off. */
static NTSTATUS unavailable_status(PWDF_DRIVER_GLOBALS globals, unsigned int index)
{
	if (!globals || fx_driver_from_globals(globals)->verifier.on)
		unavailable(globals, index);
	log_error("verifier", "driver %s called %s (function %u), which is not implemented",
		  globals->DriverName, names[index], index);
	return STATUS_PROCEDURE_NOT_FOUND;
}

#define FX_NAME(name)                                                                              \
	static void stub_##name(PWDF_DRIVER_GLOBALS globals)                                       \
	{                                                                                          \
		unavailable(globals, name##TableIndex);                                            \
	}
#define FX_STATUS_NAME(name)                                                                       \
	static NTSTATUS stub_##name(PWDF_DRIVER_GLOBALS globals)                                   \
	{                                                                                          \
		return unavailable_status(globals, name##TableIndex);                              \
	}
#include "object/function_names.def"
#undef FX_NAME

/* First all stubs, then what there is, in the same places. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
const WDFFUNC fx_function_table[WdfFunctionTableNumEntries] = {
#define FX_NAME(name) [name##TableIndex] = (WDFFUNC)stub_##name,
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
#define FX_NAME(name) (WDFFUNC) stub_##name,
#include "object/function_names.def"
#undef FX_NAME
	};

	return index >= UW_ARRAY_SIZE(stubs) || fx_function_table[index] == stubs[index];
}

/* At most as much of a library's name as fits; NULL is the framework. */
static void narrow_name(PCWSTR name, CHAR *out, size_t len)
{
	struct utf_span span = { .wide = name ? name : L"Wdf01000" };

	while (span.wide[span.len])
		span.len++;
	out[utf8_from_utf16(&span, out, len - 1)] = '\0';
}

NTSTATUS fx_WdfDriverErrorReportApiMissing(PWDF_DRIVER_GLOBALS globals, WDFDRIVER handle,
					   PCWSTR extension, ULONG index, BOOLEAN returns_status)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	CHAR library[64];

	(void)fx_driver_from_handle(driver, handle);
	narrow_name(extension, library, sizeof(library));
	if (!returns_status || driver->verifier.on)
		fx_rule_stop(driver, FX_RULE_API_UNAVAILABLE, NULL,
			     (uintptr_t)fx_driver_name(driver), (uintptr_t)extension,
			     "WdfDriverErrorReportApiMissing: %s has no function %u", library,
			     index);
	log_error("verifier", "driver %s called function %u of %s, which is not there",
		  fx_driver_name(driver), index, library);
	return STATUS_PROCEDURE_NOT_FOUND;
}
