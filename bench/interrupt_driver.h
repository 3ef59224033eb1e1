/* SPDX-License-Identifier: MIT */
/* interrupt_driver.h - what the bench's driver shares with the program that raises its interrupts.
 */
#ifndef BENCH_INTERRUPT_DRIVER_H
#define BENCH_INTERRUPT_DRIVER_H

#include <stdint.h>

/* Exported by the driver, found by the program with dlsym(): no request is on the way measured. */
struct bench_interrupt {
	volatile void *raise; /* register to write; NULL: no device yet */
	uint32_t raise_value;
	uint64_t dpcs; /* atomic; written by the DPC alone */
};
#define BENCH_INTERRUPT_SYMBOL "bench_interrupt"

/* 8254x 13.4: interrupt registers, and the cause used here (link status change). */
enum { E1000_ICR = 0xc0, E1000_ICS = 0xc8, E1000_IMS = 0xd0, E1000_IMC = 0xd8 };
enum { E1000_CAUSE = 0x4 };
/* QEMU docs/specs/edu: a write raises an interrupt with these causes. */
enum { EDU_RAISE = 0x60 };

#endif
