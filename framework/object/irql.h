/* SPDX-License-Identifier: MIT */
/* irql.h - the level of the calling thread, raised around callbacks, and what it stands in. */
#ifndef FX_IRQL_H
#define FX_IRQL_H

#include <assert.h>
#include <stdint.h>

#include "base/compiler.h"
#include "ntdef.h"
#include "wdm.h"

/* The level ISRs run at; all interrupts share it. */
#define FX_DIRQL 9

/* What a driver's callback has to leave as it found it: one word, so that one comparison tells. */
union fx_stance {
	struct {
		uint32_t regions; /* critical ones: KeEnterCriticalRegion, each WDFWAITLOCK held */
		uint16_t locks;   /* watched ones that are held: verifier/lock_watch.h */
		KIRQL level;
		uint8_t zero; /* a byte that all is compared with, too */
	};
	uint64_t all;
};
static_assert(sizeof(union fx_stance) == sizeof(uint64_t), "one word");

extern __thread union fx_stance fx_stance __attribute__((tls_model("initial-exec")));

static inline KIRQL fx_irql_get(void)
{
	return fx_stance.level;
}

/* Returns the level before, for fx_irql_restore(). */
static inline KIRQL fx_irql_raise(KIRQL level)
{
	KIRQL before = fx_stance.level;

	if (level > before)
		fx_stance.level = level;
	return before;
}

static inline void fx_irql_restore(KIRQL level)
{
	fx_stance.level = level;
}

#endif
