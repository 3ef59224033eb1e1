/* SPDX-License-Identifier: MIT */
/* counting.h - what the filter of counting.c answers by itself. */
#ifndef COUNTING_H
#define COUNTING_H

/* CTL_CODE(FILE_DEVICE_UNKNOWN, 0xC01, METHOD_BUFFERED, FILE_ANY_ACCESS): how many requests came
 * before this one, as a ULONG. */
#define COUNTING_ASK 0x223004u

#endif
