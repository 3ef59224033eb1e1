/* SPDX-License-Identifier: MIT */
/* irql.h - the level of the calling thread: one thread-local byte, raised around callbacks. */
#ifndef FX_IRQL_H
#define FX_IRQL_H

#include <stdint.h>

#include "base/compiler.h"
#include "ntdef.h"
#include "wdm.h"

/* The level ISRs run at; all interrupts share it. */
#define FX_DIRQL 9

extern __thread KIRQL fx_irql_current __attribute__((tls_model("initial-exec")));

/* How many critical regions the thread is in: KeEnterCriticalRegion, and each WDFWAITLOCK held. */
extern __thread uint32_t fx_critical_regions __attribute__((tls_model("initial-exec")));

static inline KIRQL fx_irql_get(void)
{
	return fx_irql_current;
}

/* Returns the level before, for fx_irql_restore(). */
static inline KIRQL fx_irql_raise(KIRQL level)
{
	KIRQL before = fx_irql_current;

	if (level > before)
		fx_irql_current = level;
	return before;
}

static inline void fx_irql_restore(KIRQL level)
{
	fx_irql_current = level;
}

#endif
