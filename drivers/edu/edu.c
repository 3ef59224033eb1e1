/* SPDX-License-Identifier: MIT */
/*
 * edu.c - a first driver: QEMU's teaching device (1234:11e8), with its interrupt and its DMA.
 *
 * README.md explains it step by step. The device: docs/specs/edu in QEMU's documentation.
 */
#include <wdf.h>

#include "uwdf_edu.h"

/* Registers, by offset in BAR 0. */
enum { FACTORIAL = 0x08, STATUS = 0x20, IRQ_STATUS = 0x24, IRQ_ACK = 0x64 };
enum { DMA_SOURCE = 0x80, DMA_TARGET = 0x88, DMA_COUNT = 0x90, DMA_COMMAND = 0x98 };
enum { STATUS_IRQ_WHEN_DONE = 0x80 };
enum { DMA_START = 1, DMA_FROM_DEVICE = 2, DMA_IRQ_WHEN_DONE = 4 };
#define DEVICE_MEMORY  0x40000u /* where the DMA engine sees the device's own memory */
#define REGISTER_BYTES 0x100000u

struct edu {
	volatile UCHAR *registers;
	UCHAR *memory;          /* a buffer that the device reaches, too: as we see it */
	ULONG address;          /* the same buffer, as the device sees it */
	PVOID volatile request; /* what the device works on; whoever takes it out completes it */
};
typedef struct edu EDU; /* KMDF pastes the name, so it must be one word */
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(EDU, edu_of);

static void edu_write(struct edu *edu, ULONG offset, ULONG value)
{
	WRITE_REGISTER_ULONG((volatile ULONG *)(edu->registers + offset), value);
}

static ULONG edu_read(struct edu *edu, ULONG offset)
{
	return READ_REGISTER_ULONG((volatile ULONG *)(edu->registers + offset));
}

/* 1. Requests: each starts the device and returns. The interrupt ends it. */

static void start_dma(struct edu *edu, WDFREQUEST request, size_t length, ULONG command)
{
	BOOLEAN from_device = (command & DMA_FROM_DEVICE) != 0;

	InterlockedExchangePointer(&edu->request, request);
	edu_write(edu, DMA_SOURCE, from_device ? DEVICE_MEMORY : edu->address);
	edu_write(edu, DMA_TARGET, from_device ? edu->address : DEVICE_MEMORY);
	edu_write(edu, DMA_COUNT, (ULONG)length);
	edu_write(edu, DMA_COMMAND, command | DMA_START | DMA_IRQ_WHEN_DONE);
}

static VOID edu_io_read(WDFQUEUE queue, WDFREQUEST request, size_t length)
{
	if (length > EDU_MEMORY_BYTES)
		WdfRequestComplete(request, STATUS_INVALID_BUFFER_SIZE);
	else
		start_dma(edu_of(WdfIoQueueGetDevice(queue)), request, length, DMA_FROM_DEVICE);
}

static VOID edu_io_write(WDFQUEUE queue, WDFREQUEST request, size_t length)
{
	struct edu *edu = edu_of(WdfIoQueueGetDevice(queue));
	NTSTATUS status = STATUS_INVALID_BUFFER_SIZE;
	PVOID data;

	if (length <= EDU_MEMORY_BYTES)
		status = WdfRequestRetrieveInputBuffer(request, length, &data, NULL);
	if (!NT_SUCCESS(status)) {
		WdfRequestComplete(request, status);
		return;
	}
	RtlCopyMemory(edu->memory, data, length);
	start_dma(edu, request, length, 0);
}

static VOID edu_io_device_control(WDFQUEUE queue, WDFREQUEST request, size_t out_length,
				  size_t in_length, ULONG code)
{
	struct edu *edu = edu_of(WdfIoQueueGetDevice(queue));
	NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;
	PVOID number;

	UNREFERENCED_PARAMETER(out_length);
	UNREFERENCED_PARAMETER(in_length);
	if (code == IOCTL_EDU_FACTORIAL)
		status = WdfRequestRetrieveInputBuffer(request, sizeof(ULONG), &number, NULL);
	if (!NT_SUCCESS(status)) {
		WdfRequestComplete(request, status);
		return;
	}
	InterlockedExchangePointer(&edu->request, request);
	edu_write(edu, STATUS, STATUS_IRQ_WHEN_DONE);
	edu_write(edu, FACTORIAL, *(ULONG *)number);
}

/* 2. The interrupt: the ISR asks "was it you?" and acknowledges; the DPC does the work. */

static BOOLEAN edu_isr(WDFINTERRUPT interrupt, ULONG message)
{
	struct edu *edu = edu_of(WdfInterruptGetDevice(interrupt));
	ULONG causes = edu_read(edu, IRQ_STATUS);

	UNREFERENCED_PARAMETER(message);
	if (!causes || causes == ~0u) /* another device's interrupt; or ours, unplugged */
		return FALSE;
	edu_write(edu, IRQ_ACK, causes);
	WdfInterruptQueueDpcForIsr(interrupt);
	return TRUE;
}

static VOID edu_dpc(WDFINTERRUPT interrupt, WDFOBJECT associated)
{
	struct edu *edu = edu_of(WdfInterruptGetDevice(interrupt));
	WDFREQUEST request = InterlockedExchangePointer(&edu->request, NULL);
	NTSTATUS status = STATUS_SUCCESS;
	WDF_REQUEST_PARAMETERS what;
	size_t length = sizeof(ULONG);
	PVOID out;

	UNREFERENCED_PARAMETER(associated);
	if (!request)
		return;
	WDF_REQUEST_PARAMETERS_INIT(&what);
	WdfRequestGetParameters(request, &what);
	if (what.Type != WdfRequestTypeDeviceControl)
		length = what.Parameters.Read.Length; /* a write has it in the same place */
	if (what.Type != WdfRequestTypeWrite)
		status = WdfRequestRetrieveOutputBuffer(request, length, &out, NULL);
	if (NT_SUCCESS(status) && what.Type == WdfRequestTypeRead)
		RtlCopyMemory(out, edu->memory, length);
	if (NT_SUCCESS(status) && what.Type == WdfRequestTypeDeviceControl)
		*(ULONG *)out = edu_read(edu, FACTORIAL);
	WdfRequestCompleteWithInformation(request, status, NT_SUCCESS(status) ? length : 0);
}

/* The device stops, or is gone, and the interrupt may never come: give the request up. */
static VOID edu_io_stop(WDFQUEUE queue, WDFREQUEST request, ULONG flags)
{
	struct edu *edu = edu_of(WdfIoQueueGetDevice(queue));

	UNREFERENCED_PARAMETER(flags);
	if (InterlockedExchangePointer(&edu->request, NULL) == request)
		WdfRequestComplete(request, STATUS_CANCELLED);
}

/* 3. The hardware comes and goes. */

static NTSTATUS edu_prepare_hardware(WDFDEVICE device, WDFCMRESLIST raw, WDFCMRESLIST translated)
{
	PCM_PARTIAL_RESOURCE_DESCRIPTOR bar0 = WdfCmResourceListGetDescriptor(translated, 0);

	UNREFERENCED_PARAMETER(raw);
	if (!bar0 || bar0->Type != CmResourceTypeMemory || bar0->u.Memory.Length < REGISTER_BYTES)
		return STATUS_DEVICE_CONFIGURATION_ERROR;
	edu_of(device)->registers = MmMapIoSpace(bar0->u.Memory.Start, REGISTER_BYTES, MmNonCached);
	return edu_of(device)->registers ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

static NTSTATUS edu_release_hardware(WDFDEVICE device, WDFCMRESLIST translated)
{
	struct edu *edu = edu_of(device);

	UNREFERENCED_PARAMETER(translated);
	if (edu->registers)
		MmUnmapIoSpace((PVOID)(ULONG_PTR)edu->registers, REGISTER_BYTES);
	edu->registers = NULL;
	return STATUS_SUCCESS;
}

/* 4. The device's objects. They belong to the device and go with it. */

static NTSTATUS edu_create_dma(WDFDEVICE device)
{
	WDF_DMA_ENABLER_CONFIG config;
	WDFCOMMONBUFFER buffer;
	WDFDMAENABLER enabler;
	NTSTATUS status;

	WDF_DMA_ENABLER_CONFIG_INIT(&config, WdfDmaProfilePacket, EDU_MEMORY_BYTES);
	config.WdmDmaVersionOverride = 3;
	config.AddressWidthOverride = 28; /* the engine's address lines */
	status = WdfDmaEnablerCreate(device, &config, WDF_NO_OBJECT_ATTRIBUTES, &enabler);
	if (NT_SUCCESS(status))
		status = WdfCommonBufferCreate(enabler, EDU_MEMORY_BYTES, WDF_NO_OBJECT_ATTRIBUTES,
					       &buffer);
	if (!NT_SUCCESS(status))
		return status;
	edu_of(device)->memory = WdfCommonBufferGetAlignedVirtualAddress(buffer);
	edu_of(device)->address = WdfCommonBufferGetAlignedLogicalAddress(buffer).LowPart;
	return STATUS_SUCCESS;
}

static NTSTATUS edu_create_queue(WDFDEVICE device)
{
	WDF_IO_QUEUE_CONFIG config;

	/* Sequential: the next request comes when this one is complete. */
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchSequential);
	config.EvtIoRead = edu_io_read;
	config.EvtIoWrite = edu_io_write;
	config.EvtIoDeviceControl = edu_io_device_control;
	config.EvtIoStop = edu_io_stop;
	return WdfIoQueueCreate(device, &config, WDF_NO_OBJECT_ATTRIBUTES, WDF_NO_HANDLE);
}

static NTSTATUS edu_create_interrupt(WDFDEVICE device)
{
	WDF_INTERRUPT_CONFIG config;
	WDFINTERRUPT interrupt;

	WDF_INTERRUPT_CONFIG_INIT(&config, edu_isr, edu_dpc);
	return WdfInterruptCreate(device, &config, WDF_NO_OBJECT_ATTRIBUTES, &interrupt);
}

static NTSTATUS edu_device_add(WDFDRIVER driver, PWDFDEVICE_INIT init)
{
	static const GUID edu_interface = EDU_INTERFACE_GUID_INIT;
	WDF_PNPPOWER_EVENT_CALLBACKS power;
	WDF_OBJECT_ATTRIBUTES attributes;
	WDFDEVICE device;
	NTSTATUS status;

	UNREFERENCED_PARAMETER(driver);
	WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&power);
	power.EvtDevicePrepareHardware = edu_prepare_hardware;
	power.EvtDeviceReleaseHardware = edu_release_hardware;
	WdfDeviceInitSetPnpPowerEventCallbacks(init, &power);
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, EDU);
	status = WdfDeviceCreate(&init, &attributes, &device);
	if (NT_SUCCESS(status))
		status = edu_create_dma(device);
	if (NT_SUCCESS(status))
		status = edu_create_queue(device);
	if (NT_SUCCESS(status))
		status = edu_create_interrupt(device);
	if (NT_SUCCESS(status))
		status = WdfDeviceCreateDeviceInterface(device, &edu_interface, NULL);
	return status;
}

/* 5. The driver itself. */

DRIVER_INITIALIZE DriverEntry;
NTSTATUS DriverEntry(PDRIVER_OBJECT object, PUNICODE_STRING registry_path)
{
	WDF_DRIVER_CONFIG config;

	WDF_DRIVER_CONFIG_INIT(&config, edu_device_add);
	return WdfDriverCreate(object, registry_path, WDF_NO_OBJECT_ATTRIBUTES, &config,
			       WDF_NO_HANDLE);
}
