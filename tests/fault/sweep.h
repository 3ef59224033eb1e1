/* SPDX-License-Identifier: MIT */
/*
 * sweep.h - run a scenario once for each operation that can fail in it, failing that one.
 *
 * A scenario may fail (that is what is provoked) but must end, crash nothing and leave nothing. It
 * runs in child processes, so that one that crashes or hangs costs one point and is named.
 */
#ifndef TEST_SWEEP_H
#define TEST_SWEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"

struct sweep_params {
	const char *name;
	/* NULL, or what was wrong. @may_fail: something was made to fail, so not all need succeed.
	 */
	const char *(*run)(bool may_fail);
	uint32_t stride;  /* 1: every point */
	uint32_t limit_s; /* seconds one point may take */
};

struct sweep_result {
	uint64_t points; /* tried */
	uint64_t fired;  /* of those, the failure happened */
	uint64_t failed; /* of those, something was wrong afterwards */
};

/* Runs the scenario once with nothing failing: is all well? Says on standard error if not. */
bool sweep_baseline(const struct sweep_params *params);

/* Sweeps one kind. Says on standard error which points went wrong and how. */
struct sweep_result sweep(const struct sweep_params *params, enum fault_kind kind);

#endif
