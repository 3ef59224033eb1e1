/* SPDX-License-Identifier: MIT */
/* edu.c - a first driver: QEMU's teaching device (1234:11e8), with its interrupt and its DMA. */
#include <wdf.h>

#include "uwdf_edu.h"

/* Registers, by offset in BAR 0 (QEMU's documentation, "EDU device"), and bits in them. */
enum { FACTORIAL = 0x08, STATUS = 0x20, IRQ_STATUS = 0x24, IRQ_ACK = 0x64, BAR_BYTES = 0x100000 };
enum { DMA_SOURCE = 0x80, DMA_TARGET = 0x88, DMA_COUNT = 0x90, DMA_COMMAND = 0x98 };
enum { STATUS_IRQ = 0x80, DMA_START = 1, DMA_FROM_DEVICE = 2, DMA_IRQ = 4 };
enum { DEVICE_MEMORY = 0x40000 }; /* where the DMA engine sees the device's own memory */

typedef struct edu {
	volatile UCHAR *registers;
	UCHAR *memory;          /* a buffer that the device reaches, too: as we see it */
	ULONG address;          /* the same buffer, as the device sees it */
	PVOID data;             /* the client's bytes */
	PVOID volatile request; /* what the device works on; whoever takes it out completes it */
} EDU;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(EDU, edu_of);

static void edu_write(EDU *edu, ULONG offset, ULONG value)
{
	WRITE_REGISTER_ULONG((volatile ULONG *)(edu->registers + offset), value);
}

static ULONG edu_read(EDU *edu, ULONG offset)
{
	return READ_REGISTER_ULONG((volatile ULONG *)(edu->registers + offset));
}

/* 1. Requests: each starts the device and returns. The interrupt ends it. */

static void transfer(WDFQUEUE queue, WDFREQUEST request, size_t length, BOOLEAN is_read)
{
	EDU *edu = edu_of(WdfIoQueueGetDevice(queue));
	NTSTATUS status = STATUS_INVALID_BUFFER_SIZE;

	if (length <= EDU_MEMORY_BYTES)
		status = is_read ? WdfRequestRetrieveOutputBuffer(request, length, &edu->data, NULL)
				 : WdfRequestRetrieveInputBuffer(request, length, &edu->data, NULL);
	if (!NT_SUCCESS(status)) {
		WdfRequestComplete(request, status);
		return;
	}
	if (!is_read)
		RtlCopyMemory(edu->memory, edu->data, length);
	WdfRequestSetInformation(request, length);
	InterlockedExchangePointer(&edu->request, request);
	edu_write(edu, DMA_SOURCE, is_read ? DEVICE_MEMORY : edu->address);
	edu_write(edu, DMA_TARGET, is_read ? edu->address : DEVICE_MEMORY);
	edu_write(edu, DMA_COUNT, (ULONG)length);
	edu_write(edu, DMA_COMMAND, DMA_START | DMA_IRQ | (is_read ? DMA_FROM_DEVICE : 0));
}

static VOID edu_io_read(WDFQUEUE queue, WDFREQUEST request, size_t length)
{
	transfer(queue, request, length, TRUE);
}

static VOID edu_io_write(WDFQUEUE queue, WDFREQUEST request, size_t length)
{
	transfer(queue, request, length, FALSE);
}

static VOID edu_io_device_control(WDFQUEUE queue, WDFREQUEST request, size_t out_length,
				  size_t in_length, ULONG code)
{
	EDU *edu = edu_of(WdfIoQueueGetDevice(queue));
	NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;

	UNREFERENCED_PARAMETER(in_length);
	if (code == IOCTL_EDU_FACTORIAL) /* buffered: the result replaces the number */
		status = WdfRequestRetrieveInputBuffer(request, sizeof(ULONG), &edu->data, NULL);
	if (NT_SUCCESS(status) && out_length < sizeof(ULONG))
		status = STATUS_BUFFER_TOO_SMALL;
	if (!NT_SUCCESS(status)) {
		WdfRequestComplete(request, status);
		return;
	}
	WdfRequestSetInformation(request, sizeof(ULONG));
	InterlockedExchangePointer(&edu->request, request);
	edu_write(edu, STATUS, STATUS_IRQ);
	edu_write(edu, FACTORIAL, *(ULONG *)edu->data);
}

/* The device stops, or is gone, and the interrupt may never come: give the request up. */
static VOID edu_io_stop(WDFQUEUE queue, WDFREQUEST request, ULONG flags)
{
	EDU *edu = edu_of(WdfIoQueueGetDevice(queue));

	UNREFERENCED_PARAMETER(flags);
	if (InterlockedExchangePointer(&edu->request, NULL) == request)
		WdfRequestCompleteWithInformation(request, STATUS_CANCELLED, 0);
}

/* 2. The interrupt: the ISR asks "was it you?" and acknowledges; the DPC does the work. */

static BOOLEAN edu_isr(WDFINTERRUPT interrupt, ULONG message)
{
	EDU *edu = edu_of(WdfInterruptGetDevice(interrupt));
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
	EDU *edu = edu_of(WdfInterruptGetDevice(interrupt));
	WDFREQUEST request = InterlockedExchangePointer(&edu->request, NULL);
	WDF_REQUEST_PARAMETERS what;

	UNREFERENCED_PARAMETER(associated);
	if (!request)
		return;
	WDF_REQUEST_PARAMETERS_INIT(&what);
	WdfRequestGetParameters(request, &what);
	if (what.Type == WdfRequestTypeRead)
		RtlCopyMemory(edu->data, edu->memory, what.Parameters.Read.Length);
	if (what.Type == WdfRequestTypeDeviceControl)
		*(ULONG *)edu->data = edu_read(edu, FACTORIAL);
	WdfRequestComplete(request, STATUS_SUCCESS);
}

/* 3. The hardware comes and goes. */

static NTSTATUS edu_prepare_hardware(WDFDEVICE device, WDFCMRESLIST raw, WDFCMRESLIST translated)
{
	PCM_PARTIAL_RESOURCE_DESCRIPTOR bar0 = WdfCmResourceListGetDescriptor(translated, 0);

	UNREFERENCED_PARAMETER(raw);
	if (!bar0 || bar0->Type != CmResourceTypeMemory || bar0->u.Memory.Length < BAR_BYTES)
		return STATUS_DEVICE_CONFIGURATION_ERROR;
	edu_of(device)->registers = MmMapIoSpace(bar0->u.Memory.Start, BAR_BYTES, MmNonCached);
	return edu_of(device)->registers ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

static NTSTATUS edu_release_hardware(WDFDEVICE device, WDFCMRESLIST translated)
{
	EDU *edu = edu_of(device);

	UNREFERENCED_PARAMETER(translated);
	if (edu->registers)
		MmUnmapIoSpace((PVOID)(ULONG_PTR)edu->registers, BAR_BYTES);
	edu->registers = NULL;
	return STATUS_SUCCESS;
}

/* 4. The device's objects. They belong to the device and go with it. */

static NTSTATUS edu_create_dma(WDFDEVICE device)
{
	WDF_DMA_ENABLER_CONFIG config;
	WDFCOMMONBUFFER buffer;
	WDFDMAENABLER dma;
	NTSTATUS status;

	WDF_DMA_ENABLER_CONFIG_INIT(&config, WdfDmaProfilePacket, EDU_MEMORY_BYTES);
	config.WdmDmaVersionOverride = 3;
	config.AddressWidthOverride = 28; /* the engine's address lines */
	status = WdfDmaEnablerCreate(device, &config, NULL, &dma);
	if (NT_SUCCESS(status))
		status = WdfCommonBufferCreate(dma, EDU_MEMORY_BYTES, NULL, &buffer);
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
	return WdfIoQueueCreate(device, &config, NULL, NULL);
}

static NTSTATUS edu_device_add(WDFDRIVER driver, PWDFDEVICE_INIT init)
{
	static const GUID edu_interface = EDU_INTERFACE_GUID_INIT;
	WDF_PNPPOWER_EVENT_CALLBACKS power;
	WDF_OBJECT_ATTRIBUTES attributes;
	WDF_INTERRUPT_CONFIG config;
	WDFINTERRUPT interrupt;
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
	WDF_INTERRUPT_CONFIG_INIT(&config, edu_isr, edu_dpc);
	if (NT_SUCCESS(status))
		status = WdfInterruptCreate(device, &config, NULL, &interrupt);
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
	return WdfDriverCreate(object, registry_path, NULL, &config, NULL);
}
