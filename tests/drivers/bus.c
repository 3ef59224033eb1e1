/* SPDX-License-Identifier: MIT */
/*
 * bus.c - a bus with two raw children, "Plain" and "Forward", which hands its requests to the bus;
 * one that nobody has a driver for; and "Extra", which comes and goes as clients say.
 */
#include <string.h>
#include <wdf.h>

#include "bus.h"

static const GUID bus_class = { 0x7a9c3d10, 0x52e4, 0x4f0b, { 0x8d, 1, 2, 3, 4, 5, 6, 7 } };

typedef struct BUS {
	WDFQUEUE from_children;
} BUS;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(BUS, bus_of)

/* What a child is to be. */
typedef struct CHILD {
	PCWSTR instance, link; /* no link: nobody opens it */
	BOOLEAN raw, forwards;
} CHILD;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(CHILD, child_of)

static const CHILD children[] = {
	{ L"0", L"\\DosDevices\\Plain", TRUE, FALSE },
	{ L"1", L"\\DosDevices\\Forward", TRUE, TRUE },
	{ L"2", NULL, FALSE, FALSE },
};
static const CHILD extra = { L"3", L"\\DosDevices\\Extra", TRUE, FALSE };

/* --- requests --- */

static VOID answer(WDFREQUEST request, const char *who)
{
	size_t len = strlen(who) + 1;
	PVOID out;
	NTSTATUS status = WdfRequestRetrieveOutputBuffer(request, len, &out, NULL);

	if (NT_SUCCESS(status))
		memcpy(out, who, len);
	WdfRequestCompleteWithInformation(request, status, NT_SUCCESS(status) ? len : 0);
}

static VOID on_child_control(WDFQUEUE queue, WDFREQUEST request, size_t out_len, size_t in_len,
			     ULONG code)
{
	WDFDEVICE child = WdfIoQueueGetDevice(queue);
	WDF_REQUEST_FORWARD_OPTIONS options;
	NTSTATUS status;

	UNREFERENCED_PARAMETER(out_len);
	UNREFERENCED_PARAMETER(in_len);
	if (code != BUS_WHO) {
		WdfRequestComplete(request, STATUS_INVALID_DEVICE_REQUEST);
		return;
	}
	if (!child_of(child)->forwards) {
		answer(request, "plain");
		return;
	}
	WDF_REQUEST_FORWARD_OPTIONS_INIT(&options);
	status = WdfRequestForwardToParentDeviceIoQueue(
		request, bus_of(WdfPdoGetParent(child))->from_children, &options);
	if (!NT_SUCCESS(status))
		WdfRequestComplete(request, status);
}

static VOID on_from_child(WDFQUEUE queue, WDFREQUEST request, size_t out_len, size_t in_len,
			  ULONG code)
{
	UNREFERENCED_PARAMETER(queue);
	UNREFERENCED_PARAMETER(out_len);
	UNREFERENCED_PARAMETER(in_len);
	UNREFERENCED_PARAMETER(code);
	answer(request, "bus");
}

/* --- children --- */

static NTSTATUS describe(PWDFDEVICE_INIT init, const CHILD *what)
{
	DECLARE_CONST_UNICODE_STRING(id, L"UWDF\\BusChild");
	DECLARE_CONST_UNICODE_STRING(sddl, L"D:P(A;;GA;;;SY)(A;;GA;;;BA)");
	UNICODE_STRING instance;
	NTSTATUS status;

	RtlInitUnicodeString(&instance, what->instance);
	status = WdfPdoInitAssignDeviceID(init, &id);
	if (NT_SUCCESS(status))
		status = WdfPdoInitAddHardwareID(init, &id);
	if (NT_SUCCESS(status))
		status = WdfPdoInitAssignInstanceID(init, &instance);
	if (NT_SUCCESS(status) && what->raw)
		status = WdfPdoInitAssignRawDevice(init, &bus_class);
	if (NT_SUCCESS(status))
		status = WdfDeviceInitAssignSDDLString(init, &sddl);
	if (what->forwards)
		WdfPdoInitAllowForwardingRequestToParent(init);
	return status;
}

static NTSTATUS equip(WDFDEVICE child, const CHILD *what)
{
	WDF_IO_QUEUE_CONFIG config;
	UNICODE_STRING link;
	NTSTATUS status = STATUS_SUCCESS;

	*child_of(child) = *what;
	if (what->link) {
		RtlInitUnicodeString(&link, what->link);
		status = WdfDeviceCreateSymbolicLink(child, &link);
	}
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDeviceControl = on_child_control;
	if (NT_SUCCESS(status))
		status = WdfIoQueueCreate(child, &config, WDF_NO_OBJECT_ATTRIBUTES, WDF_NO_HANDLE);
	return status;
}

static NTSTATUS plug(WDFDEVICE bus, const CHILD *what)
{
	PWDFDEVICE_INIT init = WdfPdoInitAllocate(bus);
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFDEVICE child;
	NTSTATUS status;

	if (!init)
		return STATUS_INSUFFICIENT_RESOURCES;
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attrs, CHILD);
	status = describe(init, what);
	if (NT_SUCCESS(status))
		status = WdfDeviceCreate(&init, &attrs, &child);
	if (!NT_SUCCESS(status)) {
		WdfDeviceInitFree(init);
		return status;
	}
	status = equip(child, what);
	if (NT_SUCCESS(status))
		status = WdfFdoAddStaticChild(bus, child);
	if (!NT_SUCCESS(status))
		WdfObjectDelete(child);
	return status;
}

static NTSTATUS unplug(WDFDEVICE bus, PCWSTR instance)
{
	NTSTATUS status = STATUS_NOT_FOUND;
	WDFDEVICE child = NULL;

	WdfFdoLockStaticChildListForIteration(bus);
	while ((child = WdfFdoRetrieveNextStaticChild(bus, child, WdfRetrieveAddedChildren)))
		if (child_of(child)->instance == instance)
			status = WdfPdoMarkMissing(child);
	WdfFdoUnlockStaticChildListFromIteration(bus);
	return status;
}

/* --- the bus --- */

static VOID on_control(WDFQUEUE queue, WDFREQUEST request, size_t out_len, size_t in_len,
		       ULONG code)
{
	WDFDEVICE bus = WdfIoQueueGetDevice(queue);
	NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;

	UNREFERENCED_PARAMETER(out_len);
	UNREFERENCED_PARAMETER(in_len);
	if (code == BUS_PLUG)
		status = plug(bus, &extra);
	else if (code == BUS_UNPLUG)
		status = unplug(bus, extra.instance);
	WdfRequestComplete(request, status);
}

static NTSTATUS add_queues(WDFDEVICE bus)
{
	WDF_IO_QUEUE_CONFIG config;
	NTSTATUS status;

	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchSequential);
	config.EvtIoDeviceControl = on_control;
	status = WdfIoQueueCreate(bus, &config, WDF_NO_OBJECT_ATTRIBUTES, WDF_NO_HANDLE);
	WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDeviceControl = on_from_child;
	if (NT_SUCCESS(status))
		status = WdfIoQueueCreate(bus, &config, WDF_NO_OBJECT_ATTRIBUTES,
					  &bus_of(bus)->from_children);
	return status;
}

static NTSTATUS on_device_add(WDFDRIVER driver, PWDFDEVICE_INIT init)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFDEVICE bus;
	NTSTATUS status;

	UNREFERENCED_PARAMETER(driver);
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attrs, BUS);
	status = WdfDeviceCreate(&init, &attrs, &bus);
	if (NT_SUCCESS(status))
		status = add_queues(bus);
	for (size_t i = 0; i < RTL_NUMBER_OF(children) && NT_SUCCESS(status); i++)
		status = plug(bus, &children[i]);
	return status;
}

static VOID on_unload(WDFDRIVER driver)
{
	UNREFERENCED_PARAMETER(driver);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT object, PUNICODE_STRING path);
NTSTATUS DriverEntry(PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	WDF_DRIVER_CONFIG config;

	WDF_DRIVER_CONFIG_INIT(&config, on_device_add);
	config.EvtDriverUnload = on_unload;
	return WdfDriverCreate(object, path, WDF_NO_OBJECT_ATTRIBUTES, &config, WDF_NO_HANDLE);
}
