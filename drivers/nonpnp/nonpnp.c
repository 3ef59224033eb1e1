/* SPDX-License-Identifier: MIT */
/* nonpnp.c - a driver without hardware: one control device, and the ways memory reaches a driver.
 */
#include <wdf.h>

#include "uwdf_nonpnp.h"

/* What each handle remembers; zero when the handle is opened. */
typedef struct nonpnp_handle {
	size_t length;
	UCHAR text[NONPNP_TEXT_BYTES];
} NONPNP_HANDLE;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(NONPNP_HANDLE, nonpnp_handle_of)

/* What a request of method "neither" needs until a queue presents it. */
typedef struct nonpnp_request {
	WDFMEMORY in, out;
} NONPNP_REQUEST;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(NONPNP_REQUEST, nonpnp_request_of)

/* 1. Four transfer methods. */

static UCHAR capital(UCHAR c)
{
	return c >= 'a' && c <= 'z' ? (UCHAR)(c - 'a' + 'A') : c;
}

static VOID nonpnp_capitals(UCHAR *out, const UCHAR *in, size_t length)
{
	for (size_t i = 0; i < length; i++)
		out[i] = capital(in[i]);
}

/*
 * Buffered: the framework's buffer holds the input, then the output. Both calls return the same
 * memory, so each byte is read before it is written.
 */
static NTSTATUS nonpnp_buffered(WDFREQUEST request, size_t *done)
{
	UCHAR *in, *out;
	size_t length;
	NTSTATUS status;

	status = WdfRequestRetrieveInputBuffer(request, 1, (PVOID *)&in, &length);
	if (NT_SUCCESS(status))
		status = WdfRequestRetrieveOutputBuffer(request, length, (PVOID *)&out, NULL);
	if (!NT_SUCCESS(status))
		return status;
	nonpnp_capitals(out, in, length);
	*done = length;
	return STATUS_SUCCESS;
}

/* Direct: the second buffer is the client's own memory. Here it is read, in spite of its name. */
static NTSTATUS nonpnp_in_direct(WDFREQUEST request, NONPNP_HANDLE *handle)
{
	PVOID text;
	size_t length;
	NTSTATUS status = WdfRequestRetrieveOutputBuffer(request, 1, &text, &length);

	if (!NT_SUCCESS(status))
		return status;
	if (length > sizeof(handle->text))
		return STATUS_INVALID_BUFFER_SIZE;
	RtlCopyMemory(handle->text, text, length);
	handle->length = length;
	return STATUS_SUCCESS;
}

static NTSTATUS nonpnp_out_direct(WDFREQUEST request, const NONPNP_HANDLE *handle, size_t *done)
{
	PVOID text;
	NTSTATUS status;

	if (!handle->length)
		return STATUS_NOT_FOUND;
	status = WdfRequestRetrieveOutputBuffer(request, handle->length, &text, NULL);
	if (!NT_SUCCESS(status))
		return status;
	RtlCopyMemory(text, handle->text, handle->length);
	*done = handle->length;
	return STATUS_SUCCESS;
}

/*
 * Neither: the driver gets the client's addresses, which are good as long as the client's own call
 * lasts. So they are checked and locked before the request waits in a queue.
 */
static NTSTATUS nonpnp_lock(WDFREQUEST request)
{
	NONPNP_REQUEST *locked = nonpnp_request_of(request);
	PVOID in, out;
	size_t length;
	NTSTATUS status;

	status = WdfRequestRetrieveUnsafeUserInputBuffer(request, 1, &in, &length);
	if (NT_SUCCESS(status))
		status = WdfRequestRetrieveUnsafeUserOutputBuffer(request, length, &out, NULL);
	if (NT_SUCCESS(status))
		status = WdfRequestProbeAndLockUserBufferForRead(request, in, length, &locked->in);
	if (NT_SUCCESS(status))
		status = WdfRequestProbeAndLockUserBufferForWrite(request, out, length,
								  &locked->out);
	return status;
}

/* In the thread that asks: the one place where those addresses mean anything. */
static VOID nonpnp_in_caller_context(WDFDEVICE device, WDFREQUEST request)
{
	WDF_REQUEST_PARAMETERS parameters;
	NTSTATUS status = STATUS_SUCCESS;

	WDF_REQUEST_PARAMETERS_INIT(&parameters);
	WdfRequestGetParameters(request, &parameters);
	if (parameters.Type == WdfRequestTypeDeviceControl &&
	    parameters.Parameters.DeviceIoControl.IoControlCode == IOCTL_NONPNP_NEITHER)
		status = nonpnp_lock(request);
	if (NT_SUCCESS(status))
		status = WdfDeviceEnqueueRequest(device, request);
	if (!NT_SUCCESS(status))
		WdfRequestComplete(request, status);
}

static NTSTATUS nonpnp_neither(WDFREQUEST request, size_t *done)
{
	NONPNP_REQUEST *locked = nonpnp_request_of(request);
	const UCHAR *in = WdfMemoryGetBuffer(locked->in, done);

	nonpnp_capitals(WdfMemoryGetBuffer(locked->out, NULL), in, *done);
	return STATUS_SUCCESS;
}

static VOID nonpnp_io_control(WDFQUEUE queue, WDFREQUEST request, size_t out_length,
			      size_t in_length, ULONG code)
{
	NONPNP_HANDLE *handle = nonpnp_handle_of(WdfRequestGetFileObject(request));
	NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;
	size_t done = 0;

	UNREFERENCED_PARAMETER(queue);
	UNREFERENCED_PARAMETER(out_length);
	UNREFERENCED_PARAMETER(in_length);
	if (code == IOCTL_NONPNP_BUFFERED)
		status = nonpnp_buffered(request, &done);
	else if (code == IOCTL_NONPNP_IN_DIRECT)
		status = nonpnp_in_direct(request, handle);
	else if (code == IOCTL_NONPNP_OUT_DIRECT)
		status = nonpnp_out_direct(request, handle, &done);
	else if (code == IOCTL_NONPNP_NEITHER)
		status = nonpnp_neither(request, &done);
	WdfRequestCompleteWithInformation(request, status, done);
}

/* 2. The device: nobody announces it, so DriverEntry makes it. */

static VOID nonpnp_shutdown(WDFDEVICE device)
{
	UNREFERENCED_PARAMETER(device);
	DbgPrint("nonpnp: the system shuts down\n");
}

static NTSTATUS nonpnp_describe(PWDFDEVICE_INIT init)
{
	DECLARE_CONST_UNICODE_STRING(name, L"\\Device\\Nonpnp");
	WDF_FILEOBJECT_CONFIG files;
	WDF_OBJECT_ATTRIBUTES attributes;

	WDF_FILEOBJECT_CONFIG_INIT(&files, NULL, NULL, NULL);
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, NONPNP_HANDLE);
	WdfDeviceInitSetFileObjectConfig(init, &files, &attributes);
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, NONPNP_REQUEST);
	WdfDeviceInitSetRequestAttributes(init, &attributes);
	WdfDeviceInitSetIoInCallerContextCallback(init, nonpnp_in_caller_context);
	WdfControlDeviceInitSetShutdownNotification(init, nonpnp_shutdown, WdfDeviceShutdown);
	return WdfDeviceInitAssignName(init, &name);
}

static NTSTATUS nonpnp_furnish(WDFDEVICE device)
{
	DECLARE_CONST_UNICODE_STRING(link, L"\\DosDevices\\" NONPNP_NAME);
	WDF_IO_QUEUE_CONFIG queue;
	NTSTATUS status = WdfDeviceCreateSymbolicLink(device, &link);

	if (!NT_SUCCESS(status))
		return status;
	/* one request at a time: what a handle remembers needs no lock */
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&queue, WdfIoQueueDispatchSequential);
	queue.EvtIoDeviceControl = nonpnp_io_control;
	return WdfIoQueueCreate(device, &queue, WDF_NO_OBJECT_ATTRIBUTES, WDF_NO_HANDLE);
}

static NTSTATUS nonpnp_create_device(WDFDRIVER driver)
{
	DECLARE_CONST_UNICODE_STRING(administrators, L"D:P(A;;GA;;;SY)(A;;GA;;;BA)");
	PWDFDEVICE_INIT init = WdfControlDeviceInitAllocate(driver, &administrators);
	WDFDEVICE device;
	NTSTATUS status;

	if (!init)
		return STATUS_INSUFFICIENT_RESOURCES;
	status = nonpnp_describe(init);
	if (NT_SUCCESS(status))
		status = WdfDeviceCreate(&init, WDF_NO_OBJECT_ATTRIBUTES, &device);
	if (!NT_SUCCESS(status)) {
		WdfDeviceInitFree(init);
		return status;
	}
	status = nonpnp_furnish(device);
	if (NT_SUCCESS(status))
		WdfControlFinishInitializing(device);
	else
		WdfObjectDelete(device);
	return status;
}

/* 3. The driver. Its device goes with it: there is nothing to undo. */

static VOID nonpnp_unload(WDFDRIVER driver)
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
	config.EvtDriverUnload = nonpnp_unload;
	status = WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES, &config,
				 &driver);
	return NT_SUCCESS(status) ? nonpnp_create_device(driver) : status;
}
