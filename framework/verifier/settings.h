/* SPDX-License-Identifier: MIT */
/*
 * settings.h - how closely a driver is watched: KMDF's registry values by their names, from the
 * command line, else from the driver's own registry key, else the default of this build.
 */
#ifndef FX_VERIFIER_SETTINGS_H
#define FX_VERIFIER_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "base/report.h"
#include "verifier/rules.h"

struct fx_driver;

enum fx_setting {
	FX_SET_VERIFIER_ON,
	FX_SET_VERIFY_ON,
	FX_SET_BREAK_ON_ERROR,
	FX_SET_DOWN_LEVEL,
	FX_SET_ALLOCATE_FAIL_COUNT,
	FX_SET_LEAK_LIMIT,
	FX_SET_ENHANCED,
	FX_SET_PATIENCE,
	FX_SET_QUARANTINE,
	FX_SETTINGS,
};
#define FX_SETTING_NAMES_LEN 256
#define FX_PATIENCE_S        60u /* DbgWaitForSignalTimeoutInSec unless it says otherwise */

/* What somebody asked for; all zero: nothing. */
struct fx_verifier_settings {
	uint32_t given; /* bit per enum fx_setting */
	uint32_t idle;  /* bit per value of KMDF's that has no subject here */
	ULONG values[FX_SETTINGS];
	char track[FX_SETTING_NAMES_LEN]; /* TrackHandles: "WDFREQUEST:WDFMEMORY" or "*"; "": none
					   */
	char leaks[FX_SETTING_NAMES_LEN]; /* ObjectsForLeakDetection, likewise; "": all */
};

/**
 * fx_verifier_parse() - read "NAME[=VALUE],...", KMDF's names, any case; "" is VerifierOn=1.
 *
 * A name without a value is 1. Any setting but VerifierOn=0 turns the verifier on.
 * Return: 0; -EINVAL, and @rep names what is wrong and what there is.
 */
int fx_verifier_parse(const char *text, struct report *rep,
		      struct fx_verifier_settings *out) UW_MUST_CHECK;

/* Does the list @names ("A:B", "*") name @type? */
bool fx_verifier_names(const char *names, const char *type);

/* Freed objects that are kept aside, oldest first; guarded by the verifier's lock. */
struct fx_quarantine {
	struct list records; /* fx_record.link */
	uint32_t count;
	size_t bytes; /* of the drivers' contexts */
};

/* Part of each struct fx_driver; constant once DriverEntry runs, but what says otherwise. */
struct fx_verifier {
	bool on;         /* VerifierOn */
	bool down_level; /* rules of later versions apply, too */
	uint8_t minor;   /* the driver was built for KMDF 1.minor */
	uint8_t gates;   /* bit per enum fx_rule_gate: open */
	uint8_t trap;    /* enum fx_trap: what a break does */
	uint32_t quarantine_most;
	uint32_t patience_ms; /* of waiting for the driver, before that is said */
	ULONG enhanced;       /* EnhancedVerifierOptions */
	uint32_t random;      /* atomic: of FX_ENHANCED_DENY_SOME */
	struct fx_quarantine quarantine;
	struct list records; /* of live objects, fx_record.link; guarded by the verifier's lock */
	struct list loaded;  /* of all drivers; guarded by the verifier's lock, as the next three */
	struct list pool;    /* live blocks, fx_pool_record.link */
	uint32_t freeing;    /* blocks that threads are about to free: the driver stays for them */
	struct fx_quarantine freed_pool; /* fx_pool_record.link */
	uint64_t allocations_left;       /* atomic; UINT64_MAX: no limit */
	uint64_t leak_limit; /* for each device; UINT64_MAX: none, or reported already; atomic */
	uint64_t counted;    /* atomic: live objects that ObjectsForLeakDetection names */
	const void *text, *text_end; /* the driver's code; NULL: not known */
	uint32_t said[FX_RULES];     /* atomic: how often each rule was broken */
	char track[FX_SETTING_NAMES_LEN];
	char leaks[FX_SETTING_NAMES_LEN];
};

/* Bits of EnhancedVerifierOptions. */
#define FX_ENHANCED_CALLBACKS 0x1u
#define FX_ENHANCED_DENY_ALL  0x10000u
#define FX_ENHANCED_DENY_SOME 0x20000u

enum fx_trap {
	FX_TRAP_NEVER,
	FX_TRAP_IN_DEBUGGER, /* DbgBreakOnError by default: SIGTRAP if a debugger looks */
	FX_TRAP_ALWAYS,      /* DbgBreakOnError was asked for */
};

/* Counts one allocation of a driver with the verifier on; false: it is to fail. Any level. */
bool fx_verifier_may_allocate(struct fx_driver *driver);

/* Before DriverEntry: @asked (may be NULL), the registry, the defaults; sets the public flags. */
void fx_verifier_setup(struct fx_driver *driver, const struct fx_verifier_settings *asked);

/* Is a request not to be made although there is memory, so that a reserved one is used? Any level.
 */
bool fx_verifier_denies_request(struct fx_driver *driver);

#endif
