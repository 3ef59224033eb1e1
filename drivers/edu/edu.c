/* SPDX-License-Identifier: MIT */
/* edu.c - a first driver: QEMU's teaching device (1234:11e8), with its interrupt and its DMA. */
#include "edu.h"
#include "uwdf_edu.h"

/* 1. Requests: each starts the device and returns. The interrupt ends it. */

static void edu_begin(EDU *edu, WDFREQUEST request, NTSTATUS status)
{
	if (NT_SUCCESS(status) && edu->length > EDU_MEMORY_BYTES)
		status = STATUS_INVALID_BUFFER_SIZE;
	if (!NT_SUCCESS(status)) {
		WdfRequestComplete(request, status);
		return;
	}
	InterlockedExchangePointer(&edu->request, request);
	edu_start(edu);
}

static VOID edu_io_read(WDFQUEUE queue, WDFREQUEST request, size_t length)
{
	EDU *edu = edu_of(WdfIoQueueGetDevice(queue));

	edu->work = WdfRequestTypeRead;
	edu->length = length;
	edu_begin(edu, request, WdfRequestRetrieveOutputBuffer(request, length, &edu->data, NULL));
}

static VOID edu_io_write(WDFQUEUE queue, WDFREQUEST request, size_t length)
{
	EDU *edu = edu_of(WdfIoQueueGetDevice(queue));

	edu->work = WdfRequestTypeWrite;
	edu->length = length;
	edu_begin(edu, request, WdfRequestRetrieveInputBuffer(request, length, &edu->data, NULL));
}

static VOID edu_io_control(WDFQUEUE queue, WDFREQUEST request, size_t out_length, size_t in_length,
			   ULONG code)
{
	EDU *edu = edu_of(WdfIoQueueGetDevice(queue));
	NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;

	UNREFERENCED_PARAMETER(in_length);
	if (code == IOCTL_EDU_FACTORIAL) /* buffered: the result replaces the number */
		status = WdfRequestRetrieveInputBuffer(request, sizeof(ULONG), &edu->data, NULL);
	if (NT_SUCCESS(status) && out_length < sizeof(ULONG))
		status = STATUS_BUFFER_TOO_SMALL;
	edu->work = WdfRequestTypeDeviceControl;
	edu->length = sizeof(ULONG);
	edu_begin(edu, request, status);
}

/* The device stops, or is gone, and the interrupt may never come: give the request up. */
static VOID edu_io_stop(WDFQUEUE queue, WDFREQUEST request, ULONG flags)
{
	UNREFERENCED_PARAMETER(flags);
	if (InterlockedExchangePointer(&edu_of(WdfIoQueueGetDevice(queue))->request, NULL))
		WdfRequestComplete(request, STATUS_CANCELLED);
}

/* 2. The interrupt: the ISR asks "was it you?" and acknowledges; the DPC does the work. */

static BOOLEAN edu_isr(WDFINTERRUPT interrupt, ULONG message)
{
	UNREFERENCED_PARAMETER(message);
	if (!edu_acknowledge(edu_of(WdfInterruptGetDevice(interrupt))))
		return FALSE;
	WdfInterruptQueueDpcForIsr(interrupt);
	return TRUE;
}

static VOID edu_dpc(WDFINTERRUPT interrupt, WDFOBJECT associated)
{
	EDU *edu = edu_of(WdfInterruptGetDevice(interrupt));
	WDFREQUEST request = InterlockedExchangePointer(&edu->request, NULL);

	UNREFERENCED_PARAMETER(associated);
	if (!request)
		return;
	edu_finish(edu);
	WdfRequestCompleteWithInformation(request, STATUS_SUCCESS, edu->length);
}

/* 3. The hardware comes and goes. */

static NTSTATUS edu_prepare_hardware(WDFDEVICE device, WDFCMRESLIST raw, WDFCMRESLIST translated)
{
	UNREFERENCED_PARAMETER(raw);
	return edu_map(edu_of(device), translated);
}

static NTSTATUS edu_release_hardware(WDFDEVICE device, WDFCMRESLIST translated)
{
	UNREFERENCED_PARAMETER(translated);
	edu_unmap(edu_of(device));
	return STATUS_SUCCESS;
}

/* 4. The device's objects: what they shall be like, then one after the other. */

static NTSTATUS edu_device_add(WDFDRIVER driver, PWDFDEVICE_INIT init)
{
	static const GUID interface = EDU_INTERFACE_GUID_INIT;
	WDF_PNPPOWER_EVENT_CALLBACKS power;
	WDF_OBJECT_ATTRIBUTES attributes;
	WDF_DMA_ENABLER_CONFIG dma;
	WDF_IO_QUEUE_CONFIG queue;
	WDF_INTERRUPT_CONFIG interrupt;
	WDFDEVICE device;
	NTSTATUS status;

	UNREFERENCED_PARAMETER(driver);
	WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&power);
	power.EvtDevicePrepareHardware = edu_prepare_hardware;
	power.EvtDeviceReleaseHardware = edu_release_hardware;
	WdfDeviceInitSetPnpPowerEventCallbacks(init, &power);
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, EDU);
	WDF_DMA_ENABLER_CONFIG_INIT(&dma, WdfDmaProfilePacket, EDU_MEMORY_BYTES);
	dma.WdmDmaVersionOverride = 3;
	dma.AddressWidthOverride = DMA_ADDRESS_BITS;
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&queue, WdfIoQueueDispatchSequential); /* in turn */
	queue.EvtIoRead = edu_io_read;
	queue.EvtIoWrite = edu_io_write;
	queue.EvtIoDeviceControl = edu_io_control;
	queue.EvtIoStop = edu_io_stop;
	WDF_INTERRUPT_CONFIG_INIT(&interrupt, edu_isr, edu_dpc);
	status = WdfDeviceCreate(&init, &attributes, &device);
	if (NT_SUCCESS(status))
		status = WdfDmaEnablerCreate(device, &dma, NULL, &edu_of(device)->dma);
	if (NT_SUCCESS(status))
		status = WdfCommonBufferCreate(edu_of(device)->dma, EDU_MEMORY_BYTES, NULL,
					       &edu_of(device)->buffer);
	if (NT_SUCCESS(status))
		status = WdfIoQueueCreate(device, &queue, NULL, NULL);
	if (NT_SUCCESS(status))
		status = WdfInterruptCreate(device, &interrupt, NULL, &edu_of(device)->interrupt);
	if (NT_SUCCESS(status))
		status = WdfDeviceCreateDeviceInterface(device, &interface, NULL);
	return status;
}

DRIVER_INITIALIZE DriverEntry;
NTSTATUS DriverEntry(PDRIVER_OBJECT object, PUNICODE_STRING registry_path)
{
	WDF_DRIVER_CONFIG config;

	WDF_DRIVER_CONFIG_INIT(&config, edu_device_add);
	return WdfDriverCreate(object, registry_path, NULL, &config, NULL);
}
