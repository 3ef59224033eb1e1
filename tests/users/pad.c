/* SPDX-License-Identifier: MIT */
/*
 * pad.c - a driver for clients to try everything on: a write is kept for the next read, a read of
 * nothing waits (and can be cancelled), a control gives its input back in capital letters.
 */
#include <wdf.h>

#define PAD_CAPITALS CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_BUFFERED, FILE_ANY_ACCESS)
#define PAD_BYTES    256

typedef struct pad {
	size_t length;
	UCHAR text[PAD_BYTES];
	WDFQUEUE waiting; /* reads that find nothing */
} PAD;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(PAD, pad_of)

static PAD *pad_of_queue(WDFQUEUE queue)
{
	return pad_of(WdfIoQueueGetDevice(queue));
}

static VOID pad_answer(PAD *pad, WDFREQUEST request)
{
	PVOID out;
	NTSTATUS status = WdfRequestRetrieveOutputBuffer(request, pad->length, &out, NULL);
	size_t done = 0;

	if (NT_SUCCESS(status)) {
		RtlCopyMemory(out, pad->text, pad->length);
		done = pad->length;
		pad->length = 0;
	}
	WdfRequestCompleteWithInformation(request, status, done);
}

static VOID pad_read(WDFQUEUE queue, WDFREQUEST request, size_t length)
{
	PAD *pad = pad_of_queue(queue);
	NTSTATUS status;

	UNREFERENCED_PARAMETER(length);
	if (pad->length) {
		pad_answer(pad, request);
		return;
	}
	status = WdfRequestForwardToIoQueue(request, pad->waiting);
	if (!NT_SUCCESS(status))
		WdfRequestComplete(request, status);
}

static VOID pad_write(WDFQUEUE queue, WDFREQUEST request, size_t length)
{
	PAD *pad = pad_of_queue(queue);
	WDFREQUEST waiting;
	PVOID in;

	if (length > sizeof(pad->text) ||
	    !NT_SUCCESS(WdfRequestRetrieveInputBuffer(request, 1, &in, NULL))) {
		WdfRequestComplete(request, STATUS_INVALID_BUFFER_SIZE);
		return;
	}
	RtlCopyMemory(pad->text, in, length);
	pad->length = length;
	WdfRequestCompleteWithInformation(request, STATUS_SUCCESS, length);
	if (NT_SUCCESS(WdfIoQueueRetrieveNextRequest(pad->waiting, &waiting)))
		pad_answer(pad, waiting);
}

static VOID pad_control(WDFQUEUE queue, WDFREQUEST request, size_t out_length, size_t in_length,
			ULONG code)
{
	NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;
	UCHAR *text;

	UNREFERENCED_PARAMETER(queue);
	if (code == PAD_CAPITALS)
		status = WdfRequestRetrieveInputBuffer(request, 1, (PVOID *)&text, NULL);
	if (NT_SUCCESS(status) && out_length < in_length)
		status = STATUS_BUFFER_TOO_SMALL;
	for (size_t i = 0; NT_SUCCESS(status) && i < in_length; i++)
		text[i] = (UCHAR)(text[i] >= 'a' && text[i] <= 'z' ? text[i] - 'a' + 'A' : text[i]);
	WdfRequestCompleteWithInformation(request, status, NT_SUCCESS(status) ? in_length : 0);
}

static NTSTATUS pad_furnish(WDFDEVICE device)
{
	DECLARE_CONST_UNICODE_STRING(link, L"\\DosDevices\\Pad");
	WDF_IO_QUEUE_CONFIG config;
	NTSTATUS status;

	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchSequential);
	config.EvtIoRead = pad_read;
	config.EvtIoWrite = pad_write;
	config.EvtIoDeviceControl = pad_control;
	status = WdfIoQueueCreate(device, &config, WDF_NO_OBJECT_ATTRIBUTES, WDF_NO_HANDLE);
	if (!NT_SUCCESS(status))
		return status;
	WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchManual);
	status = WdfIoQueueCreate(device, &config, WDF_NO_OBJECT_ATTRIBUTES,
				  &pad_of(device)->waiting);
	return NT_SUCCESS(status) ? WdfDeviceCreateSymbolicLink(device, &link) : status;
}

static NTSTATUS pad_create(WDFDRIVER driver)
{
	DECLARE_CONST_UNICODE_STRING(administrators, L"D:P(A;;GA;;;SY)(A;;GA;;;BA)");
	PWDFDEVICE_INIT init = WdfControlDeviceInitAllocate(driver, &administrators);
	DECLARE_CONST_UNICODE_STRING(name, L"\\Device\\Pad");
	WDF_OBJECT_ATTRIBUTES attributes;
	WDFDEVICE device;
	NTSTATUS status;

	if (!init)
		return STATUS_INSUFFICIENT_RESOURCES;
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, PAD);
	status = WdfDeviceInitAssignName(init, &name);
	if (NT_SUCCESS(status))
		status = WdfDeviceCreate(&init, &attributes, &device);
	if (!NT_SUCCESS(status)) {
		WdfDeviceInitFree(init);
		return status;
	}
	status = pad_furnish(device);
	if (NT_SUCCESS(status))
		WdfControlFinishInitializing(device);
	return status;
}

static VOID pad_unload(WDFDRIVER driver)
{
	UNREFERENCED_PARAMETER(driver);
}

DRIVER_INITIALIZE DriverEntry;
NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
	WDF_DRIVER_CONFIG config;
	WDFDRIVER driver;
	NTSTATUS status;

	WDF_DRIVER_CONFIG_INIT(&config, WDF_NO_EVENT_CALLBACK);
	config.DriverInitFlags = WdfDriverInitNonPnpDriver;
	config.EvtDriverUnload = pad_unload;
	status = WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES, &config,
				 &driver);
	return NT_SUCCESS(status) ? pad_create(driver) : status;
}
