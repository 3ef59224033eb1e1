/* SPDX-License-Identifier: MIT */
#include "verifier/verifier.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "object/driver.h"
#include "object/object.h"
#include "verifier/quarantine.h"
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

	if (!fx_rules[rule].name) /* there is no such rule */
		return;
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

void fx_verifier_bug_check(struct fx_driver *driver, ULONG code, const uint64_t *parameters)
{
	struct fx_violation violation = { .driver = driver, .code = code };

	if (hook)
		hook(code, "WdfVerifierKeBugCheck");
	fx_report_bug_check(&violation, parameters);
	abort();
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

const char *fx_type_name(unsigned int type)
{
	static const char *const names[] = {
		[0] = "WDFOBJECT",
		[FX_TYPE_DRIVER - FX_TYPE_OBJECT] = "WDFDRIVER",
		[FX_TYPE_DEVICE - FX_TYPE_OBJECT] = "WDFDEVICE",
		[FX_TYPE_QUEUE - FX_TYPE_OBJECT] = "WDFQUEUE",
		[FX_TYPE_REQUEST - FX_TYPE_OBJECT] = "WDFREQUEST",
		[FX_TYPE_MEMORY - FX_TYPE_OBJECT] = "WDFMEMORY",
		[FX_TYPE_FILE - FX_TYPE_OBJECT] = "WDFFILEOBJECT",
		[FX_TYPE_INTERRUPT - FX_TYPE_OBJECT] = "WDFINTERRUPT",
		[FX_TYPE_DPC - FX_TYPE_OBJECT] = "WDFDPC",
		[FX_TYPE_SPINLOCK - FX_TYPE_OBJECT] = "WDFSPINLOCK",
		[FX_TYPE_WAITLOCK - FX_TYPE_OBJECT] = "WDFWAITLOCK",
		[FX_TYPE_DMA_ENABLER - FX_TYPE_OBJECT] = "WDFDMAENABLER",
		[FX_TYPE_COMMON_BUFFER - FX_TYPE_OBJECT] = "WDFCOMMONBUFFER",
		[FX_TYPE_CM_RES_LIST - FX_TYPE_OBJECT] = "WDFCMRESLIST",
		[FX_TYPE_IO_TARGET - FX_TYPE_OBJECT] = "WDFIOTARGET",
		[FX_TYPE_COLLECTION - FX_TYPE_OBJECT] = "WDFCOLLECTION",
		[FX_TYPE_STRING - FX_TYPE_OBJECT] = "WDFSTRING",
		[FX_TYPE_LOOKASIDE - FX_TYPE_OBJECT] = "WDFLOOKASIDE",
		[FX_TYPE_IO_RES_LIST - FX_TYPE_OBJECT] = "WDFIORESLIST",
		[FX_TYPE_IO_RES_REQ_LIST - FX_TYPE_OBJECT] = "WDFIORESREQLIST",
		[FX_TYPE_TIMER - FX_TYPE_OBJECT] = "WDFTIMER",
		[FX_TYPE_WORKITEM - FX_TYPE_OBJECT] = "WDFWORKITEM",
		[FX_TYPE_KEY - FX_TYPE_OBJECT] = "WDFKEY",
		[FX_TYPE_CHILD_LIST - FX_TYPE_OBJECT] = "WDFCHILDLIST",
		[FX_TYPE_DMA_TRANSACTION - FX_TYPE_OBJECT] = "WDFDMATRANSACTION",
		[FX_TYPE_WMI_PROVIDER - FX_TYPE_OBJECT] = "WDFWMIPROVIDER",
		[FX_TYPE_WMI_INSTANCE - FX_TYPE_OBJECT] = "WDFWMIINSTANCE",
	};
	unsigned int at = type - FX_TYPE_OBJECT;

	return at < UW_ARRAY_SIZE(names) && names[at] ? names[at] : "object";
}

/* What is at the address that @handle names? Its first word was read already, so it is there. */
static void look_behind(const void *handle, enum fx_type expected, struct fx_violation *out)
{
	const struct fx_object *obj = fx_object_at(handle);
	const char *wanted = fx_type_name(expected);

	if (obj->type < FX_TYPE_OBJECT || obj->type >= FX_TYPE_END)
		(void)snprintf(out->text, sizeof(out->text), "%p is no handle, and no %s", handle,
			       wanted);
	else if (obj->handle != (uintptr_t)handle)
		out->slot = obj;
	else if (!out->freed)
		out->object = obj;
	if (out->slot)
		(void)snprintf(out->text, sizeof(out->text),
			       "%p is a stale handle: it was a %s's of which the memory is used "
			       "again",
			       handle, fx_type_name(obj->type));
	if (out->freed)
		(void)snprintf(out->text, sizeof(out->text), "%p is the handle of a freed object",
			       handle);
	if (out->object)
		(void)snprintf(out->text, sizeof(out->text), "%p is a %s, not a %s", handle,
			       fx_type_name(obj->type), wanted);
}

void fx_verifier_bad_handle(struct fx_driver *driver, const void *handle, enum fx_type expected,
			    const void *caller)
{
	struct fx_violation violation = { .driver = driver,
					  .rule = handle ? FX_RULE_BAD_HANDLE : FX_RULE_NULL_HANDLE,
					  .code = WDF_INVALID_HANDLE,
					  .p2 = (uintptr_t)handle,
					  .p3 = (uint64_t)expected };
	struct fx_record freed;

	(void)caller;
	if (fx_quarantine_find(driver, handle, &freed))
		violation.freed = &freed;
	if (handle)
		look_behind(handle, expected, &violation);
	else
		(void)snprintf(violation.text, sizeof(violation.text), "%p is NULL, not a %s",
			       handle, fx_type_name(expected));
	stop_now(&violation);
}
