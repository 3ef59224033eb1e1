/* SPDX-License-Identifier: MIT */
#include "verifier/report.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/sys.h"
#include "object/driver.h"
#include "verifier/call_site.h"
#include "verifier/object_report.h"

#define BREAKS_IN_FULL 3u /* of each rule: later ones take one line */

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

static void say_where(const struct fx_violation *violation)
{
	const struct fx_driver *driver = violation->driver;
	struct fx_call_site site;
	char text[400];

	fx_call_site_here(driver ? driver->verifier.text : NULL,
			  driver ? driver->verifier.text_end : NULL, &site);
	fx_call_site_text(&site, text, sizeof(text));
	log_error("verifier", "  called from %s", text);
}

static void say_site(const char *what, const void *site)
{
	char text[400] = "somewhere";

	if (site)
		fx_call_site_describe(site, text, sizeof(text));
	log_error("verifier", "    %s %s", what, text);
}

static void say_more(const struct fx_object *obj, const void *handle)
{
	if (obj->class && obj->class->tell)
		obj->class->tell(obj, handle, say_site);
}

static void say_object(const struct fx_violation *violation)
{
	if (violation->object) {
		fx_report_object(violation->object, 0);
		say_more(violation->object, fx_object_handle(violation->object));
	}
	if (violation->slot)
		say_more(violation->slot, (const void *)(uintptr_t)violation->p2);
	if (violation->freed)
		fx_report_freed(violation->freed);
}

static void say_hint(const struct fx_violation *violation)
{
	const char *hint = fx_rules[violation->rule].hint;

	if (hint[0])
		log_error("verifier", "  hint: %s", hint);
}

void fx_report_stop(const struct fx_violation *violation)
{
	char rule[32] = "";

	if (violation->rule)
		(void)snprintf(rule, sizeof(rule), ", rule %u", (unsigned int)violation->rule);
	log_error("verifier",
		  "driver %s stopped: WDF_VIOLATION 0x%x (0x%x, 0x%" PRIx64 ", 0x%" PRIx64
		  ", 0x%" PRIxPTR "): %s%s",
		  fx_driver_name(violation->driver), WDF_VIOLATION, violation->code, violation->p2,
		  violation->p3, (uintptr_t)violation->driver, code_name(violation->code), rule);
	log_error("verifier", "  %s", violation->text);
	say_where(violation);
	say_object(violation);
	say_hint(violation);
}

void fx_report_bug_check(const struct fx_violation *violation, const uint64_t *parameters)
{
	log_error("verifier",
		  "driver %s stopped the host: WdfVerifierKeBugCheck(0x%x, 0x%" PRIx64
		  ", 0x%" PRIx64 ", 0x%" PRIx64 ", 0x%" PRIx64 ")",
		  fx_driver_name(violation->driver), violation->code, parameters[0], parameters[1],
		  parameters[2], parameters[3]);
	say_where(violation);
}

/* --- breaks --- */

static bool a_debugger_looks(void)
{
	char text[2048], *at;
	ssize_t len;
	int fd = sys_open("/proc/self/status", O_RDONLY | O_CLOEXEC, 0);

	if (fd < 0)
		return false;
	len = sys_read(fd, text, sizeof(text) - 1);
	sys_close(fd);
	if (len <= 0)
		return false;
	text[len] = '\0';
	at = strstr(text, "TracerPid:");
	return at && strtol(at + strlen("TracerPid:"), NULL, 10) != 0;
}

static void trap(const struct fx_driver *driver)
{
	enum fx_trap when = driver ? (enum fx_trap)driver->verifier.trap : FX_TRAP_NEVER;

	if (when == FX_TRAP_ALWAYS || (when == FX_TRAP_IN_DEBUGGER && a_debugger_looks()))
		(void)raise(SIGTRAP);
}

void fx_report_break(const struct fx_violation *violation, uint32_t before)
{
	if (violation->rule)
		log_error("verifier", "driver %s broke rule %u: %s",
			  fx_driver_name(violation->driver), (unsigned int)violation->rule,
			  violation->text);
	else
		log_error("verifier", "driver %s: %s", fx_driver_name(violation->driver),
			  violation->text);
	if (before < BREAKS_IN_FULL) {
		say_where(violation);
		say_object(violation);
		say_hint(violation);
	}
	trap(violation->driver);
}
