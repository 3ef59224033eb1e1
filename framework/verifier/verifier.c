/* SPDX-License-Identifier: MIT */
#include "verifier/verifier.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "object/driver.h"
#include "object/object.h"
#include "verifier/report.h"

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

uint32_t fx_verifier_breaks_of(const struct fx_driver *driver, enum fx_rule rule)
{
	return __atomic_load_n(&driver->verifier.said[rule], __ATOMIC_RELAXED);
}

bool fx_rule_is_open(const struct fx_driver *driver, enum fx_rule rule)
{
	const struct fx_rule_row *row = &fx_rules[rule];

	if (!driver)
		return row->gate == FX_GATE_ALWAYS;
	if (row->minor > driver->verifier.minor && !driver->verifier.down_level)
		return false;
	return driver->verifier.gates & (1u << row->gate);
}

/* How often this driver broke the rule before. */
static uint32_t count_again(struct fx_driver *driver, enum fx_rule rule)
{
	return driver ? __atomic_fetch_add(&driver->verifier.said[rule], 1, __ATOMIC_RELAXED) : 0;
}

/* The gate is shut: once is enough. */
static void hint_at(struct fx_driver *driver, enum fx_rule rule, const char *text)
{
	if (count_again(driver, rule))
		return;
	log_warn("verifier", "driver %s broke rule %u: %s; --verify says where",
		 fx_driver_name(driver), (unsigned int)rule, text);
}

static void break_now(const struct fx_violation *violation)
{
	__atomic_add_fetch(&breaks, 1, __ATOMIC_RELAXED);
	fx_report_break(violation, count_again(violation->driver, violation->rule));
}

static void stop_now(const struct fx_violation *violation) __attribute__((noreturn));
static void stop_now(const struct fx_violation *violation)
{
	if (hook)
		hook(violation->code, violation->text);
	fx_report_stop(violation);
	abort();
}

#define PUT_TEXT(text, format)                                                                     \
	do {                                                                                       \
		va_list args;                                                                      \
                                                                                                   \
		va_start(args, format);                                                            \
		(void)vsnprintf(text, sizeof(text), format, args);                                 \
		va_end(args);                                                                      \
	} while (0)

void fx_rule_broken(struct fx_driver *driver, enum fx_rule rule, const struct fx_object *obj,
		    uint64_t p2, uint64_t p3, const char *format, ...)
{
	struct fx_violation violation = { .driver = driver,
					  .rule = rule,
					  .code = fx_rules[rule].code,
					  .object = obj,
					  .p2 = p2,
					  .p3 = p3 };

	PUT_TEXT(violation.text, format);
	if (!fx_rule_is_open(driver, rule))
		hint_at(driver, rule, violation.text);
	else if (violation.code)
		stop_now(&violation);
	else
		break_now(&violation);
}

void fx_rule_stop(struct fx_driver *driver, enum fx_rule rule, const struct fx_object *obj,
		  uint64_t p2, uint64_t p3, const char *format, ...)
{
	struct fx_violation violation = { .driver = driver,
					  .rule = rule,
					  .code = fx_rules[rule].code,
					  .object = obj,
					  .p2 = p2,
					  .p3 = p3 };

	PUT_TEXT(violation.text, format);
	stop_now(&violation);
}

void fx_verifier_stop(struct fx_driver *driver, ULONG code, uint64_t p2, uint64_t p3,
		      const char *format, ...)
{
	struct fx_violation violation = { .driver = driver, .code = code, .p2 = p2, .p3 = p3 };

	PUT_TEXT(violation.text, format);
	stop_now(&violation);
}

void fx_verifier_break(struct fx_driver *driver, const char *format, ...)
{
	struct fx_violation violation = { .driver = driver };

	PUT_TEXT(violation.text, format);
	break_now(&violation);
}

void fx_verifier_null(struct fx_driver *driver, const char *what, const void *caller)
{
	fx_rule_stop(driver, FX_RULE_NULL_POINTER, NULL, 0, (uintptr_t)caller,
		     "%s was given NULL where it needs a pointer", what);
}

void fx_verifier_level(struct fx_driver *driver, const char *function, KIRQL max)
{
	fx_rule_break(driver, FX_RULE_LEVEL, NULL, "%s called at IRQL %u, allowed up to %u",
		      function, fx_irql_get(), max);
}

void fx_verifier_bad_handle(struct fx_driver *driver, const void *handle, enum fx_type expected,
			    const void *caller)
{
	(void)caller;
	fx_rule_stop(driver, handle ? FX_RULE_BAD_HANDLE : FX_RULE_NULL_HANDLE, NULL,
		     (uintptr_t)handle, (uint64_t)expected,
		     "%p is not a handle of the type this function takes (0x%x)", handle,
		     (unsigned int)expected);
}
