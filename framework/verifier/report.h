/* SPDX-License-Identifier: MIT */
/* report.h - a broken rule in words: what, where in the driver, on which object, what to do. */
#ifndef FX_VERIFIER_REPORT_H
#define FX_VERIFIER_REPORT_H

#include "verifier/verifier.h"

struct fx_record;

struct fx_violation {
	struct fx_driver *driver; /* NULL: not known */
	enum fx_rule rule;
	ULONG code; /* of a stop, and its parameters */
	uint64_t p2, p3;
	const struct fx_object *object; /* NULL: none */
	const struct fx_object *slot;   /* what a stale handle's memory is now; NULL: not known */
	const struct fx_record *freed;  /* what a stale handle meant; NULL: not known */
	char text[512];
};

/* All that is known; the process ends after it. */
void fx_report_stop(const struct fx_violation *violation);
/* The driver's own WdfVerifierKeBugCheck, with its four parameters. */
void fx_report_bug_check(const struct fx_violation *violation, const uint64_t *parameters);
/* @before: how often the driver broke this rule already; the first few times say where. */
void fx_report_break(const struct fx_violation *violation, uint32_t before);

#endif
