/* SPDX-License-Identifier: MIT */
/*
 * register.h - device registers, ports, mapping them, and memory order.
 *
 * Has: READ_REGISTER_*, WRITE_REGISTER_*, READ_PORT_*, WRITE_PORT_*, MmMapIoSpace, MmMapIoSpaceEx,
 * MmUnmapIoSpace, KeMemoryBarrier and its kin, KeFlushIoBuffers.
 *
 * Source for the whole file: Windows driver documentation, wdm.h.
 */
#ifndef UWDF_NT_REGISTER_H
#define UWDF_NT_REGISTER_H

#include <ntdef.h>

#include <vfio/mmio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- device registers: @Register is what MmMapIoSpace returned; ordered against DMA memory --- */

/* READ_REGISTER_*(), WRITE_REGISTER_*() - one access of that width. All of this group: IRQL: any.
 */
FORCEINLINE UCHAR READ_REGISTER_UCHAR(volatile UCHAR *Register)
{
	return vfio_mmio_read8(Register);
}
FORCEINLINE USHORT READ_REGISTER_USHORT(volatile USHORT *Register)
{
	return vfio_mmio_read16(Register);
}
FORCEINLINE ULONG READ_REGISTER_ULONG(volatile ULONG *Register)
{
	return vfio_mmio_read32(Register);
}
FORCEINLINE ULONG64 READ_REGISTER_ULONG64(volatile ULONG64 *Register)
{
	return vfio_mmio_read64(Register);
}
FORCEINLINE VOID WRITE_REGISTER_UCHAR(volatile UCHAR *Register, UCHAR Value)
{
	vfio_mmio_write8(Register, Value);
}
FORCEINLINE VOID WRITE_REGISTER_USHORT(volatile USHORT *Register, USHORT Value)
{
	vfio_mmio_write16(Register, Value);
}
FORCEINLINE VOID WRITE_REGISTER_ULONG(volatile ULONG *Register, ULONG Value)
{
	vfio_mmio_write32(Register, Value);
}
FORCEINLINE VOID WRITE_REGISTER_ULONG64(volatile ULONG64 *Register, ULONG64 Value)
{
	vfio_mmio_write64(Register, Value);
}

/*
 * Ports: @Port is the start address of a translated CmResourceTypePort descriptor plus an offset.
 * All of this group:
 * IRQL:    any.
 * Differs: it is an address inside the host, not a port number, and no IN/OUT instruction runs.
 */
FORCEINLINE UCHAR READ_PORT_UCHAR(PUCHAR Port)
{
	return vfio_mmio_read8(Port);
}
FORCEINLINE USHORT READ_PORT_USHORT(PUSHORT Port)
{
	return vfio_mmio_read16(Port);
}
FORCEINLINE ULONG READ_PORT_ULONG(PULONG Port)
{
	return vfio_mmio_read32(Port);
}
FORCEINLINE VOID WRITE_PORT_UCHAR(PUCHAR Port, UCHAR Value)
{
	vfio_mmio_write8(Port, Value);
}
FORCEINLINE VOID WRITE_PORT_USHORT(PUSHORT Port, USHORT Value)
{
	vfio_mmio_write16(Port, Value);
}
FORCEINLINE VOID WRITE_PORT_ULONG(PULONG Port, ULONG Value)
{
	vfio_mmio_write32(Port, Value);
}

/* @Count of them: registers one after the other, ports one and the same. All of this group: IRQL:
 * any. */
#define UWDF_REGISTER_BUFFER(kind, type)                                                           \
	FORCEINLINE VOID READ_REGISTER_BUFFER_##kind(volatile type *Register, type *Buffer,        \
						     ULONG Count)                                  \
	{                                                                                          \
		while (Count--)                                                                    \
			*Buffer++ = READ_REGISTER_##kind(Register++);                              \
	}                                                                                          \
	FORCEINLINE VOID WRITE_REGISTER_BUFFER_##kind(volatile type *Register, type *Buffer,       \
						      ULONG Count)                                 \
	{                                                                                          \
		while (Count--)                                                                    \
			WRITE_REGISTER_##kind(Register++, *Buffer++);                              \
	}
#define UWDF_PORT_BUFFER(kind, type)                                                               \
	FORCEINLINE VOID READ_PORT_BUFFER_##kind(type *Port, type *Buffer, ULONG Count)            \
	{                                                                                          \
		while (Count--)                                                                    \
			*Buffer++ = READ_PORT_##kind(Port);                                        \
	}                                                                                          \
	FORCEINLINE VOID WRITE_PORT_BUFFER_##kind(type *Port, type *Buffer, ULONG Count)           \
	{                                                                                          \
		while (Count--)                                                                    \
			WRITE_PORT_##kind(Port, *Buffer++);                                        \
	}
UWDF_REGISTER_BUFFER(UCHAR, UCHAR)
UWDF_REGISTER_BUFFER(USHORT, USHORT)
UWDF_REGISTER_BUFFER(ULONG, ULONG)
UWDF_REGISTER_BUFFER(ULONG64, ULONG64)
UWDF_PORT_BUFFER(UCHAR, UCHAR)
UWDF_PORT_BUFFER(USHORT, USHORT)
UWDF_PORT_BUFFER(ULONG, ULONG)
#undef UWDF_REGISTER_BUFFER
#undef UWDF_PORT_BUFFER

typedef enum _MEMORY_CACHING_TYPE {
	MmNonCached = 0,
	MmCached = 1,
	MmWriteCombined = 2,
} MEMORY_CACHING_TYPE;
#define PAGE_READONLY        0x02
#define PAGE_READWRITE       0x04
#define PAGE_NOCACHE         0x200
#define PAGE_WRITECOMBINE    0x400
#define PAGE_SIZE            0x1000
#define PAGE_SHIFT           12
#define BYTE_OFFSET(va)      ((ULONG)((ULONG_PTR)(va) & (PAGE_SIZE - 1)))
#define BYTES_TO_PAGES(size) (((size) >> PAGE_SHIFT) + (((size) & (PAGE_SIZE - 1)) != 0))
#define ROUND_TO_PAGES(size) (((ULONG_PTR)(size) + PAGE_SIZE - 1) & ~((ULONG_PTR)PAGE_SIZE - 1))

/**
 * MmMapIoSpace() - the address of registers for READ/WRITE_REGISTER_*.
 * @PhysicalAddress: inside a translated CmResourceTypeMemory descriptor of a started device.
 * @NumberOfBytes:   how many; the range must lie inside one descriptor.
 * @CacheType:       MmNonCached; others are taken as MmNonCached.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  the address, or NULL when the range is not inside a BAR of a device of this host.
 * Differs: BARs are mapped before the driver starts; nothing is mapped or unmapped here.
 */
PVOID MmMapIoSpace(PHYSICAL_ADDRESS PhysicalAddress, SIZE_T NumberOfBytes,
		   MEMORY_CACHING_TYPE CacheType);
/** MmMapIoSpaceEx() - as MmMapIoSpace(); @Protect must hold PAGE_READWRITE or PAGE_READONLY. IRQL:
 * PASSIVE_LEVEL. */
PVOID MmMapIoSpaceEx(PHYSICAL_ADDRESS PhysicalAddress, SIZE_T NumberOfBytes, ULONG Protect);
/** MmUnmapIoSpace() - undo of MmMapIoSpace(). IRQL: PASSIVE_LEVEL. Differs: the BAR stays mapped.
 */
VOID MmUnmapIoSpace(PVOID BaseAddress, SIZE_T NumberOfBytes);

/* --- memory order --- */

#if defined(__x86_64__) /* written out: gcc refuses the builtin under ThreadSanitizer */
#define KeMemoryBarrier() __asm__ __volatile__("lock; orq $0, (%%rsp)" ::: "memory", "cc")
#else
#define KeMemoryBarrier() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#endif
#define MemoryBarrier()               KeMemoryBarrier()
#define KeMemoryBarrierWithoutFence() __asm__ __volatile__("" ::: "memory")
#define _ReadWriteBarrier()           KeMemoryBarrierWithoutFence()
/* YieldProcessor() - in a loop that waits: the processor's other thread may go on. */
#if defined(__x86_64__)
#define YieldProcessor() __asm__ __volatile__("pause" ::: "memory")
#elif defined(__aarch64__)
#define YieldProcessor() __asm__ __volatile__("yield" ::: "memory")
#else
#define YieldProcessor() KeMemoryBarrierWithoutFence()
#endif
/* Memory is coherent with devices: nothing to flush. */
#define KeFlushIoBuffers(mdl, read, dma) ((void)0)

#ifdef __cplusplus
}
#endif
#endif
