/* SPDX-License-Identifier: MIT */
/* object_driver.h - what bench/object.c asks of the driver it has loaded. */
#ifndef BENCH_OBJECT_DRIVER_H
#define BENCH_OBJECT_DRIVER_H

#include <stdint.h>

#define BENCH_OBJECT_SYMBOL  "bench_object"
#define BENCH_OBJECT_PAIRS   1000 /* of calls in a sample: nanoseconds of one are then ps */
#define BENCH_OBJECT_CONTEXT 64

struct bench_object {
	void (*create_ours)(void);
	void (*create_limit)(void);
	void (*reference_ours)(void);
	void (*reference_limit)(void);
	void (*reference_limit_five)(void); /* with the arguments of KMDF's functions */
	/* Makes @count objects with a context each, below one; ends them. -1: no memory. */
	int (*fill)(unsigned int count);
	void (*empty)(void);
};

#endif
