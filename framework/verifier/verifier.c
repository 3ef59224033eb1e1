/* SPDX-License-Identifier: MIT */
#include "verifier/verifier.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "object/driver.h"
#include "object/object.h"

static uint64_t breaks; /* atomic */
static fx_verifier_hook *hook;

void fx_verifier_set_hook(fx_verifier_hook *new_hook)
{
	hook = new_hook;
}

uint64_t fx_verifier_breaks(void)
{
	return __atomic_load_n(&breaks, __ATOMIC_RELAXED);
}

static const char *code_name(ULONG code)
{
	static const char *const names[] = {
		[WDF_POWER_ROUTINE_TIMED_OUT] = "WDF_POWER_ROUTINE_TIMED_OUT",
		[WDF_RECURSIVE_LOCK] = "WDF_RECURSIVE_LOCK",
		[WDF_VERIFIER_FATAL_ERROR] = "WDF_VERIFIER_FATAL_ERROR",
		[WDF_REQUIRED_PARAMETER_IS_NULL] = "WDF_REQUIRED_PARAMETER_IS_NULL",
		[WDF_INVALID_HANDLE] = "WDF_INVALID_HANDLE",
		[WDF_REQUEST_FATAL_ERROR] = "WDF_REQUEST_FATAL_ERROR",
		[WDF_OBJECT_ERROR] = "WDF_OBJECT_ERROR",
		[WDF_DMA_FATAL_ERROR] = "WDF_DMA_FATAL_ERROR",
		[WDF_INVALID_INTERRUPT] = "WDF_INVALID_INTERRUPT",
		[WDF_QUEUE_FATAL_ERROR] = "WDF_QUEUE_FATAL_ERROR",
		[WDF_INVALID_LOCK_OPERATION] = "WDF_INVALID_LOCK_OPERATION",
		[WDF_PNP_FATAL_ERROR] = "WDF_PNP_FATAL_ERROR",
		[WDF_POWER_MULTIPLE_PPO] = "WDF_POWER_MULTIPLE_PPO",
		[WDF_VERIFIER_IRQL_MISMATCH] = "WDF_VERIFIER_IRQL_MISMATCH",
		[WDF_VERIFIER_CRITICAL_REGION_MISMATCH] = "WDF_VERIFIER_CRITICAL_REGION_MISMATCH",
		[WDF_API_UNAVAILABLE] = "WDF_API_UNAVAILABLE",
	};

	return code < UW_ARRAY_SIZE(names) && names[code] ? names[code] : "WDF_VIOLATION";
}

void fx_verifier_stop(struct fx_driver *driver, ULONG code, uint64_t p2, uint64_t p3,
		      const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (hook)
		hook(code, text);
	log_error("verifier", "driver %s stopped: %s: %s (0x%" PRIx64 ", 0x%" PRIx64 ")",
		  fx_driver_name(driver), code_name(code), text, p2, p3);
	abort();
}

void fx_verifier_break(struct fx_driver *driver, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	__atomic_add_fetch(&breaks, 1, __ATOMIC_RELAXED);
	log_error("verifier", "driver %s: %s", fx_driver_name(driver), text);
}

void fx_verifier_null(struct fx_driver *driver, const char *what, const void *caller)
{
	fx_verifier_stop(driver, WDF_REQUIRED_PARAMETER_IS_NULL, 0, (uintptr_t)caller,
			 "%s was given NULL where it needs a pointer", what);
}

void fx_verifier_level(struct fx_driver *driver, const char *function, KIRQL max)
{
	fx_verifier_break(driver, "%s called at IRQL %u, allowed up to %u", function, fx_irql_get(),
			  max);
}

void fx_verifier_bad_handle(struct fx_driver *driver, const void *handle, enum fx_type expected,
			    const void *caller)
{
	fx_verifier_stop(
		driver, WDF_INVALID_HANDLE, (uintptr_t)handle, (uint64_t)expected,
		"%p is not a handle of the type this function takes (0x%x), called from %p", handle,
		(unsigned int)expected, caller);
}
