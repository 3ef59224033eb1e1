/* SPDX-License-Identifier: MIT */
/* timer_start_driver.h - what the bench's driver shares with the program that asks it to measure.
 */
#ifndef BENCH_TIMER_START_DRIVER_H
#define BENCH_TIMER_START_DRIVER_H

#include <stdint.h>

#define BENCH_TIMER_PAIRS 1000u /* a sample: so ns of a sample are ps of a pair */

enum bench_timer_side { BENCH_TIMER_OURS, BENCH_TIMER_LIMIT };

/* Exported by the driver, found by the program with dlsym(). */
struct bench_timer {
	uint64_t (*now)(void); /* the program's clock; set before measure() */
	/* In a DPC on the device's interrupt loop, waits for it; -1: there is no device. */
	int (*measure)(enum bench_timer_side side, uint64_t *samples, unsigned int count);
};
#define BENCH_TIMER_SYMBOL "bench_timer"

#endif
