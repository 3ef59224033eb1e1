/* SPDX-License-Identifier: MIT */
/*
 * mmio.h - device registers: inline and direct on a mapped BAR, through the function's back end
 * where the BAR cannot be mapped (ports, QEMU without a guest, models).
 *
 * Free-standing: driver code includes it through the public headers. Part of the driver ABI: the
 * window's base and size, the names of the slow calls and the layout of the fault table.
 *
 * A register of an unmapped BAR is an address inside one PROT_NONE reservation, the register
 * window. The base is a place that ASan's and TSan's layouts leave to the program.
 *
 * Ordering is part of each access: a register write comes after all earlier stores to DMA memory,
 * a register read before all later loads.
 *
 * A load that faults (the device is gone) yields ones and a store that faults is dropped: each
 * access records its instruction and a landing place in the section uwdf_mmio_faults, which the
 * host's fault handler consults.
 */
#ifndef VFIO_MMIO_H
#define VFIO_MMIO_H

#include <stdint.h>

#define VFIO_MMIO_WINDOW_BASE 0x550000000000ull
#define VFIO_MMIO_WINDOW_SIZE 0x4000000000ull /* 256 GiB */

/* One row of the fault table: both members are offsets from their own address. */
struct vfio_mmio_fault_row {
	int32_t insn;
	int32_t landing;
};

/* The slow way, in libuwdf; @addr lies in the window. Unknown addresses read as ones. */
uint64_t vfio_mmio_window_read(uint64_t addr, unsigned int width);
void vfio_mmio_window_write(uint64_t addr, unsigned int width, uint64_t value);

static inline int vfio_mmio_in_window(const volatile void *reg)
{
	return (uint64_t)(uintptr_t)reg - VFIO_MMIO_WINDOW_BASE < VFIO_MMIO_WINDOW_SIZE;
}

#if defined(__x86_64__)
#define VFIO_MMIO_FAULT_ROW                                                                        \
	".pushsection uwdf_mmio_faults,\"a\",@progbits\n\t"                                        \
	".balign 4\n\t.long 1b - .\n\t.long 2b - .\n\t.popsection"

/* The landing place of a load is just behind it: the register was set to ones beforehand. */
#define VFIO_MMIO_DEFINE(bits, insn, constraint)                                                   \
	static inline uint##bits##_t vfio_mmio_load##bits(const volatile void *reg)                \
	{                                                                                          \
		uint##bits##_t value = (uint##bits##_t) ~(uint##bits##_t)0;                        \
		__asm__ __volatile__("1:\t" insn " %1, %0\n2:\n\t" VFIO_MMIO_FAULT_ROW             \
				     : "+" constraint(value)                                       \
				     : "m"(*(const volatile uint##bits##_t *)reg)                  \
				     : "memory");                                                  \
		return value;                                                                      \
	}                                                                                          \
	static inline void vfio_mmio_store##bits(volatile void *reg, uint##bits##_t value)         \
	{                                                                                          \
		__asm__ __volatile__("1:\t" insn " %1, %0\n2:\n\t" VFIO_MMIO_FAULT_ROW             \
				     : "=m"(*(volatile uint##bits##_t *)reg)                       \
				     : constraint(value)                                           \
				     : "memory");                                                  \
	}
VFIO_MMIO_DEFINE(8, "movb", "q")
VFIO_MMIO_DEFINE(16, "movw", "r")
VFIO_MMIO_DEFINE(32, "movl", "r")
VFIO_MMIO_DEFINE(64, "movq", "r")
#undef VFIO_MMIO_DEFINE
#undef VFIO_MMIO_FAULT_ROW
#else
#define VFIO_MMIO_DEFINE(bits)                                                                     \
	static inline uint##bits##_t vfio_mmio_load##bits(const volatile void *reg)                \
	{                                                                                          \
		uint##bits##_t value = *(const volatile uint##bits##_t *)reg;                      \
		__atomic_thread_fence(__ATOMIC_ACQUIRE);                                           \
		return value;                                                                      \
	}                                                                                          \
	static inline void vfio_mmio_store##bits(volatile void *reg, uint##bits##_t value)         \
	{                                                                                          \
		__atomic_thread_fence(__ATOMIC_RELEASE);                                           \
		*(volatile uint##bits##_t *)reg = value;                                           \
	}
VFIO_MMIO_DEFINE(8)
VFIO_MMIO_DEFINE(16)
VFIO_MMIO_DEFINE(32)
VFIO_MMIO_DEFINE(64)
#undef VFIO_MMIO_DEFINE
#endif

#define VFIO_MMIO_DEFINE(bits)                                                                     \
	static inline uint##bits##_t vfio_mmio_read##bits(const volatile void *reg)                \
	{                                                                                          \
		if (__builtin_expect(vfio_mmio_in_window(reg), 0))                                 \
			return (uint##bits##_t)vfio_mmio_window_read((uintptr_t)reg, bits / 8);    \
		return vfio_mmio_load##bits(reg);                                                  \
	}                                                                                          \
	static inline void vfio_mmio_write##bits(volatile void *reg, uint##bits##_t value)         \
	{                                                                                          \
		if (__builtin_expect(vfio_mmio_in_window(reg), 0))                                 \
			vfio_mmio_window_write((uintptr_t)reg, bits / 8, value);                   \
		else                                                                               \
			vfio_mmio_store##bits(reg, value);                                         \
	}
VFIO_MMIO_DEFINE(8)
VFIO_MMIO_DEFINE(16)
VFIO_MMIO_DEFINE(32)
VFIO_MMIO_DEFINE(64)
#undef VFIO_MMIO_DEFINE

#endif
