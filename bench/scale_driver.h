/* SPDX-License-Identifier: MIT */
/* scale_driver.h - what scale_driver.c offers: two devices alike, each with a queue that keeps. */
#ifndef BENCH_SCALE_DRIVER_H
#define BENCH_SCALE_DRIVER_H

#define SCALE_EMPTY "ScaleEmpty"
#define SCALE_FULL  "ScaleFull"
/* Its control codes are completed at once; reads stay in a manual queue until they are cancelled.
 */
#define SCALE_CODE 0x222000u

#endif
