/* SPDX-License-Identifier: MIT */
/*
 * harness.h - what every bench here does the same way: run ours and the limit in turn in one
 * process, at least five rounds, and print one line a figure:
 *
 *   NAME ours=V limit=V unit=U ratio=R spread=LO..HI
 *
 * V is the median of the rounds' medians, R the median of the rounds' ratios ours/limit (below 1 is
 * better than the limit we measured against), LO and HI the least and the greatest of these ratios.
 */
#ifndef BENCH_HARNESS_H
#define BENCH_HARNESS_H

#include <stdbool.h>
#include <stdint.h>

#define BENCH_MIN_ROUNDS 5u
#define BENCH_MAX_ROUNDS 64u

struct bench_options {
	unsigned int rounds;  /* of each side */
	unsigned int samples; /* a round */
	const char *unit;     /* of the clock: BENCH_UNIT, else "ns" */
	double at_most;       /* the ratio above which it fails; 0: any will do */
};

/* Measures @count times and stores the values; 0 or -errno. */
typedef int bench_side(void *arg, uint64_t *samples, unsigned int count);

struct bench_case {
	const char *name;
	bench_side *ours;
	void *ours_arg;
	bench_side *limit;
	void *limit_arg;
};

/* Sets the unit; takes --short, --rounds N, --samples N; returns the index of the first other
 * argument, or -1 (said why). */
int bench_parse(int argc, char **argv, struct bench_options *options);

/* Runs and prints @bench; 0 or -errno, said on stderr. -ERANGE: printed, but above at_most. */
int bench_run(const struct bench_case *bench, const struct bench_options *options);

/* For figures that repeat, such as counted instructions: 0, or -ERANGE, said on stderr, if @value
 * is above @most. Builds that are not optimised, or do more, hold nothing (BENCH_HOLDS). */
int bench_hold(const char *name, double value, double most);

uint64_t bench_now_ns(void);

/* A counter that one thread moves and another watches. */
static inline void bench_count(uint64_t *counter)
{
	__atomic_store_n(counter, *counter + 1, __ATOMIC_RELEASE);
}
static inline uint64_t bench_counted(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_ACQUIRE);
}

/*
 * All of the bench on one CPU. Threads started between bench_servers_begin() and _end() preempt the
 * caller when they wake: it goes on when they block again, so one timestamp on each side of a
 * signal spans the whole service. false: not permitted, and a service may overlap the next signal.
 */
bool bench_servers_begin(void);
void bench_servers_end(void);

#endif
