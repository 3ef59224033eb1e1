/* SPDX-License-Identifier: MIT */
/*
 * due.h - KMDF's times: 100 ns units, negative from now on, positive absolute (since 1601).
 *
 * An absolute time follows the wall clock, which may be set while somebody waits, so its deadline
 * is looked at again at least once in FX_DUE_RECHECK_NS.
 */
#ifndef FX_DUE_H
#define FX_DUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/exec.h"

#define FX_DUE_RECHECK_NS EXEC_NS_PER_S

struct fx_due {
	uint64_t at; /* deadline in ns of exec_now_ns(), or wall clock time in 100 ns units */
	bool absolute;
};

/* @time: as a driver gives it. Saturates. Any level. */
struct fx_due fx_due_from(int64_t time);
/* When to look next, ns of exec_now_ns(): at most @now_ns when it is due. */
uint64_t fx_due_next(const struct fx_due *due, uint64_t now_ns);

#endif
