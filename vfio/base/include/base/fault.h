/* SPDX-License-Identifier: MIT */
/*
 * fault.h - make the k-th fallible operation of a kind fail, for the failure sweeps.
 *
 * mem.c, sys.c and the I/O loop ask fault_hit() before each operation. Disarmed (always, outside
 * tests) that is one load and a predicted branch. Armed by fault_arm() or, at start, by the
 * environment variable UWDF_FAULT="KIND:K" (KIND: alloc, syscall, submit, complete, any).
 */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

enum fault_kind {
	FAULT_ALLOC,    /* mem_alloc and kin */
	FAULT_SYSCALL,  /* sys_* wrappers that can fail for reasons outside the program */
	FAULT_SUBMIT,   /* ring submission */
	FAULT_COMPLETE, /* ring completion */
	FAULT_KINDS,
	FAULT_ANY = FAULT_KINDS, /* counts operations of every kind */
};

extern bool fault_armed; /* atomic: loops of other threads look at it, too */

/**
 * fault_arm() - fail the @k-th operation of @kind (1 is the next one), once, from now on.
 * @k: 0 counts operations without failing any.
 */
void fault_arm(enum fault_kind kind, uint64_t k);

/** fault_disarm() - stop failing and counting; returns how many operations were counted. */
uint64_t fault_disarm(void);

/** fault_fired() - has the armed failure happened yet? */
bool fault_fired(void);

bool fault_hit_slow(enum fault_kind kind) UW_COLD;

static inline bool fault_hit(enum fault_kind kind)
{
	return uw_unlikely(__atomic_load_n(&fault_armed, __ATOMIC_RELAXED)) && fault_hit_slow(kind);
}

#endif
