/* SPDX-License-Identifier: MIT */
/*
 * edu.h - the hardware: registers, by offset in BAR 0, and bits in them, as QEMU's documentation
 * ("EDU device") has them, and what one does with them. edu.c says when.
 */
#ifndef EDU_H
#define EDU_H

#include <wdf.h>

enum { FACTORIAL = 0x08, STATUS = 0x20, IRQ_STATUS = 0x24, IRQ_ACK = 0x64, BAR_BYTES = 0x100000 };
enum { DMA_SOURCE = 0x80, DMA_TARGET = 0x88, DMA_COUNT = 0x90, DMA_COMMAND = 0x98 };
enum { STATUS_IRQ = 0x80, DMA_START = 1, DMA_FROM_DEVICE = 2, DMA_IRQ = 4 };
enum { DEVICE_MEMORY = 0x40000 }; /* where the DMA engine sees the device's own memory */
enum { DMA_ADDRESS_BITS = 28 };

/* What the driver keeps about one device. */
typedef struct edu {
	volatile UCHAR *registers;
	WDFINTERRUPT interrupt;
	WDFDMAENABLER dma;
	WDFCOMMONBUFFER buffer; /* memory that the device reaches, too */
	WDF_REQUEST_TYPE work;  /* what the device does for the request: read, write, control */
	PVOID data;             /* the client's bytes */
	size_t length;          /* how many */
	PVOID volatile request; /* what the device works on; whoever takes it out completes it */
} EDU;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(EDU, edu_of);

static inline void edu_write(EDU *edu, ULONG offset, ULONG value)
{
	WRITE_REGISTER_ULONG((volatile ULONG *)(edu->registers + offset), value);
}

static inline ULONG edu_read(EDU *edu, ULONG offset)
{
	return READ_REGISTER_ULONG((volatile ULONG *)(edu->registers + offset));
}

/* The registers, from among the resources that the device was given. */
static inline NTSTATUS edu_map(EDU *edu, WDFCMRESLIST resources)
{
	PCM_PARTIAL_RESOURCE_DESCRIPTOR bar0 = WdfCmResourceListGetDescriptor(resources, 0);

	if (!bar0 || bar0->Type != CmResourceTypeMemory || bar0->u.Memory.Length < BAR_BYTES)
		return STATUS_DEVICE_CONFIGURATION_ERROR;
	edu->registers = MmMapIoSpace(bar0->u.Memory.Start, BAR_BYTES, MmNonCached);
	return edu->registers ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

static inline void edu_unmap(EDU *edu)
{
	if (edu->registers)
		MmUnmapIoSpace((PVOID)(ULONG_PTR)edu->registers, BAR_BYTES);
	edu->registers = NULL;
}

/* Move edu->length bytes between the buffer and the device's own memory. */
static inline void edu_start_dma(EDU *edu, BOOLEAN from_device)
{
	ULONG address = WdfCommonBufferGetAlignedLogicalAddress(edu->buffer).LowPart;

	edu_write(edu, DMA_SOURCE, from_device ? DEVICE_MEMORY : address);
	edu_write(edu, DMA_TARGET, from_device ? address : DEVICE_MEMORY);
	edu_write(edu, DMA_COUNT, (ULONG)edu->length);
	edu_write(edu, DMA_COMMAND, DMA_START | DMA_IRQ | (from_device ? DMA_FROM_DEVICE : 0));
}

/* Begin what edu->work says, with edu->data; an interrupt says when it is done. */
static inline void edu_start(EDU *edu)
{
	PVOID memory = WdfCommonBufferGetAlignedVirtualAddress(edu->buffer);

	if (edu->work == WdfRequestTypeDeviceControl) {
		edu_write(edu, STATUS, STATUS_IRQ);
		edu_write(edu, FACTORIAL, *(ULONG *)edu->data);
		return;
	}
	if (edu->work == WdfRequestTypeWrite)
		RtlCopyMemory(memory, edu->data, edu->length);
	edu_start_dma(edu, edu->work == WdfRequestTypeRead);
}

/* Now that it is done: bring the result to edu->data. */
static inline void edu_finish(EDU *edu)
{
	PVOID memory = WdfCommonBufferGetAlignedVirtualAddress(edu->buffer);

	if (edu->work == WdfRequestTypeRead)
		RtlCopyMemory(edu->data, memory, edu->length);
	else if (edu->work == WdfRequestTypeDeviceControl)
		*(ULONG *)edu->data = edu_read(edu, FACTORIAL);
}

/* Was it this device's interrupt? If so, it is acknowledged. */
static inline BOOLEAN edu_acknowledge(EDU *edu)
{
	ULONG causes = edu_read(edu, IRQ_STATUS);

	if (!causes || causes == ~0u) /* another device's; or ours, unplugged: it reads as ones */
		return FALSE;
	edu_write(edu, IRQ_ACK, causes);
	return TRUE;
}

#endif
