/* SPDX-License-Identifier: MIT */
/*
 * scale_steps.h - the same requests and cancellations as scale_load.h's, on the device's own loop
 * and counted: what is not there cannot be waited for, so a step more would be one more of ours.
 */
#ifndef BENCH_SCALE_STEPS_H
#define BENCH_SCALE_STEPS_H

#include <stdbool.h>

#include "scale_load.h"

/* Instructions. */
struct scale_steps {
	double request;     /* a control code of a burst, of which the recorder follows none */
	double cancel;      /* a queued request, until it is back: the mean of many, any of them */
	double cancel_most; /* the most that one of them took */
};

/* 0 or -errno; -ENOSYS: not on this machine. @load keeps what it had queued. */
int scale_steps_count(struct load *load, struct scale_steps *out);

#endif
