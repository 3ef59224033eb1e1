/* SPDX-License-Identifier: MIT */
/*
 * steps.h - what a piece of code does, counted one instruction at a time.
 *
 * The calling thread runs with the processor's trap flag set; a signal handler looks at each
 * instruction before it is executed. Exact, the same in every run, and slow (some microseconds an
 * instruction). x86-64 only.
 */
#ifndef BENCH_STEPS_H
#define BENCH_STEPS_H

#include <stdbool.h>
#include <stdint.h>

/* Whose code an instruction is. */
enum steps_owner { STEPS_PROGRAM, STEPS_DRIVER, STEPS_FRAMEWORK, STEPS_OTHER, STEPS_OWNERS };

struct steps {
	uint64_t instructions[STEPS_OWNERS];
	uint64_t atomics;      /* with a lock prefix, or an exchange with memory */
	uint64_t system_calls; /* also those that the kernel's own code would make for us */
	uint64_t allocations;  /* calls of malloc() and kin, and of free() */
	uint64_t clock_reads;  /* rdtsc */
};

#ifdef __x86_64__
#define STEPS_COUNTED 1
#else
#define STEPS_COUNTED 0 /* there is no way here, yet */
#endif

/* Once; @driver and @framework: names as the loader knows them, or the end of one. false: not on
 * this machine. */
bool steps_init(const char *driver, const char *framework);
/* Adds what the calling thread does between them to @steps; nothing of it may block signals. */
void steps_begin(struct steps *steps);
void steps_end(void);
uint64_t steps_total(const struct steps *steps);

#endif
