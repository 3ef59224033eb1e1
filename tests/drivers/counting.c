/* SPDX-License-Identifier: MIT */
/*
 * counting.c - a small filter: counts the requests that come by and answers one control code
 * itself. COUNTING_FAILS: its EvtDriverDeviceAdd fails; COUNTING_BUS: it says that it is a bus.
 */
#include <wdf.h>

#include "counting.h"

static ULONG count;

static void answer(WDFREQUEST request)
{
	PVOID out;
	NTSTATUS status = WdfRequestRetrieveOutputBuffer(request, sizeof(count), &out, NULL);

	if (NT_SUCCESS(status))
		RtlCopyMemory(out, &count, sizeof(count));
	WdfRequestCompleteWithInformation(request, status, NT_SUCCESS(status) ? sizeof(count) : 0);
}

/* There is no queue: what is enqueued goes to the next lower driver. */
static void on_request(WDFDEVICE device, WDFREQUEST request)
{
	WDF_REQUEST_PARAMETERS params;
	NTSTATUS status;

	WDF_REQUEST_PARAMETERS_INIT(&params);
	WdfRequestGetParameters(request, &params);
	if (params.Type == WdfRequestTypeDeviceControl &&
	    params.Parameters.DeviceIoControl.IoControlCode == COUNTING_ASK) {
		answer(request);
		return;
	}
	count++;
	status = WdfDeviceEnqueueRequest(device, request);
	if (!NT_SUCCESS(status))
		WdfRequestComplete(request, status);
}

static NTSTATUS on_device_add(WDFDRIVER driver, PWDFDEVICE_INIT init)
{
	WDFDEVICE device;

	(void)driver;
	WdfFdoInitSetFilter(init);
#ifdef COUNTING_BUS
	WdfDeviceInitSetDeviceType(init, FILE_DEVICE_BUS_EXTENDER);
#endif
	WdfDeviceInitSetIoInCallerContextCallback(init, on_request);
#ifdef COUNTING_FAILS
	(void)device;
	return STATUS_INSUFFICIENT_RESOURCES;
#else
	return WdfDeviceCreate(&init, WDF_NO_OBJECT_ATTRIBUTES, &device);
#endif
}

static void on_unload(WDFDRIVER driver)
{
	(void)driver;
}

DRIVER_INITIALIZE DriverEntry;
NTSTATUS DriverEntry(PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	WDF_DRIVER_CONFIG config;

	WDF_DRIVER_CONFIG_INIT(&config, on_device_add);
	config.EvtDriverUnload = on_unload;
	return WdfDriverCreate(object, path, WDF_NO_OBJECT_ATTRIBUTES, &config, WDF_NO_HANDLE);
}
