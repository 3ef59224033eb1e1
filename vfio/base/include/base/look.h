/* SPDX-License-Identifier: MIT */
/*
 * look.h - a look at what other threads may write: load, acquire, and compare in one instruction.
 *
 * Compilers keep an atomic load apart from the comparison that it is for, which takes a register
 * and an instruction each time. For hot paths, which do little else; elsewhere __atomic_load_n().
 */
#ifndef BASE_LOOK_H
#define BASE_LOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

#if defined(UW_X86_INSTRUCTIONS)
/* Any load of an x86 is an acquire; "memory" holds the compiler to it. */
#define LOOK(compare, flag, at, value, how)                                                        \
	({                                                                                         \
		bool look_at_it;                                                                   \
                                                                                                   \
		__asm__(compare " %2, %1"                                                          \
			: "=@cc" flag(look_at_it)                                                  \
			: "m"(*(at)), how(value)                                                   \
			: "memory");                                                               \
		look_at_it;                                                                        \
	})
#endif

static inline bool look_is32(const uint32_t *at, uint32_t value)
{
#if defined(UW_X86_INSTRUCTIONS)
	return LOOK("cmpl", "e", at, value, "ri");
#else
	return __atomic_load_n(at, __ATOMIC_ACQUIRE) == value;
#endif
}

static inline bool look_is64(const uint64_t *at, uint64_t value)
{
#if defined(UW_X86_INSTRUCTIONS)
	return LOOK("cmpq", "e", at, value, "re");
#else
	return __atomic_load_n(at, __ATOMIC_ACQUIRE) == value;
#endif
}

/* Is any of @bits set? */
static inline bool look_has32(const uint32_t *at, uint32_t bits)
{
#if defined(UW_X86_INSTRUCTIONS)
	return LOOK("testl", "nz", at, bits, "ri");
#else
	return __atomic_load_n(at, __ATOMIC_ACQUIRE) & bits;
#endif
}

#endif
