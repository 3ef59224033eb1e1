/* SPDX-License-Identifier: MIT */
/*
 * verifier.h - what happens when a driver does something wrong.
 *
 * A stop reports and ends the process by SIGABRT (KMDF: bug check WDF_VIOLATION); a break reports
 * and lets the call fail or be ignored. rules.def says which of the two a rule is, and when it is
 * reported at all. Tests replace the end of the process by a hook that does not return.
 */
#ifndef FX_VERIFIER_H
#define FX_VERIFIER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "object/irql.h"
#include "verifier/rules.h"
#include "wdf.h"

struct fx_driver;
struct fx_object;

/* "WDFQUEUE" of an enum fx_type; "object": there is none. */
const char *fx_type_name(unsigned int type);

/* The driver that owns these globals; a driver that was not bound by a host has none. */
struct fx_driver *fx_driver_from_globals(PWDF_DRIVER_GLOBALS globals);

/* Is @rule to be reported for this driver? NULL: rules without a gate are. */
bool fx_rule_is_open(const struct fx_driver *driver, enum fx_rule rule);

/**
 * fx_rule_broken() - the driver broke @rule: stop or break, as the rule says.
 * @obj: the object it is about, for its tree and history; NULL: none.
 * @p2: with @p3 the second and third parameter of a stop; 0 for a break.
 *
 * Returns after a break, and when the rule is not reported: then the first time in each driver is
 * said in one line. The caller fails or ignores the call in either case.
 *
 * Context: any; locks of rank LOG and above must not be held.
 */
void fx_rule_broken(struct fx_driver *driver, enum fx_rule rule, const struct fx_object *obj,
		    uint64_t p2, uint64_t p3, const char *format, ...) UW_PRINTF(6, 7) UW_COLD;
/* A rule that is a break. */
#define fx_rule_break(driver, rule, obj, ...) fx_rule_broken(driver, rule, obj, 0, 0, __VA_ARGS__)
/* A rule that is a stop and always reported. */
void fx_rule_stop(struct fx_driver *driver, enum fx_rule rule, const struct fx_object *obj,
		  uint64_t p2, uint64_t p3, const char *format, ...) UW_PRINTF(6, 7) UW_COLD
	__attribute__((noreturn));

/* What is in no list of rules. @code: of WDF_BUGCHECK_CODES. */
void fx_verifier_stop(struct fx_driver *driver, ULONG code, uint64_t p2, uint64_t p3,
		      const char *format, ...) UW_PRINTF(5, 6) UW_COLD __attribute__((noreturn));
void fx_verifier_break(struct fx_driver *driver, const char *format, ...) UW_PRINTF(2, 3) UW_COLD;
/* A stop code of the driver's own, with four parameters. */
void fx_verifier_bug_check(struct fx_driver *driver, ULONG code, const uint64_t *parameters) UW_COLD
	__attribute__((noreturn));
uint64_t fx_verifier_breaks(void); /* how many so far, of all drivers */
/* How often @driver broke @rule, reported or not. */
uint32_t fx_verifier_breaks_of(const struct fx_driver *driver, enum fx_rule rule);

/* Tests: called instead of ending the process; must not return. */
typedef void fx_verifier_hook(ULONG code, const char *text);
void fx_verifier_set_hook(fx_verifier_hook *hook);

void fx_verifier_null(struct fx_driver *driver, const char *what, const void *caller) UW_COLD
	__attribute__((noreturn));
void fx_verifier_level(struct fx_driver *driver, const char *function, KIRQL max) UW_COLD;

/* Required pointer arguments: stop with WDF_REQUIRED_PARAMETER_IS_NULL (rule 3). */
#define fx_require(driver, pointer)                                                                \
	do {                                                                                       \
		if (uw_unlikely(!(pointer)))                                                       \
			fx_verifier_null(driver, __func__ + 3 /* fx_ */,                           \
					 __builtin_return_address(0));                             \
	} while (0)

/* Level rule of a function (rule 20): false, after a break, above @max. */
static inline bool fx_level_ok(struct fx_driver *driver, const char *function, KIRQL max)
{
	if (uw_likely(fx_irql_get() <= max))
		return true;
	fx_verifier_level(driver, function, max);
	return false;
}
#define fx_check_level(driver, max) fx_level_ok(driver, __func__ + 3, max)

#endif
