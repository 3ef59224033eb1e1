/* SPDX-License-Identifier: MIT */
/* request_driver.h - what bench/request.c asks of the driver it has loaded. */
#ifndef BENCH_REQUEST_DRIVER_H
#define BENCH_REQUEST_DRIVER_H

#include <stdint.h>

#define BENCH_REQUEST_SYMBOL "bench_request"
#define BENCH_REQUEST_LEN    16 /* bytes in and out */
#define BENCH_REQUEST_FRAME  64 /* bytes of a read or write */
#define BENCH_REQUEST_KEY    0x5555aaaa5555aaaaull
#define BENCH_REQUEST_BATCH  32

/* CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800 and 0x801, METHOD_BUFFERED, FILE_ANY_ACCESS) */
#define BENCH_REQUEST_ANSWER 0x222000u /* completed in EvtIoDeviceControl */
#define BENCH_REQUEST_PEND   0x222004u /* marked cancelable; finish() completes it */

/* First word of a write: it is completed by finish_writes(). */
#define BENCH_REQUEST_LATER 1

/* On the device's loop. */
struct bench_request {
	void (*finish)(void);        /* unmark and complete what pends */
	void (*finish_writes)(void); /* complete writes, as a DPC does */
};

#endif
