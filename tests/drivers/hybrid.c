/* SPDX-License-Identifier: MIT */
/*
 * hybrid.c - a PnP driver with control devices: "Sidedoor" from its first device on, "Extra" as
 * clients say. With LEGACY it is no PnP driver, and Sidedoor is all it has.
 */
#include <wdf.h>

#include "hybrid.h"

static WDFDEVICE sidedoor, extra;

static VOID on_control(WDFQUEUE queue, WDFREQUEST request, size_t out_length, size_t in_length,
		       ULONG code);

static NTSTATUS add_queue(WDFDEVICE device)
{
	WDF_IO_QUEUE_CONFIG config;

	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDeviceControl = on_control;
	return WdfIoQueueCreate(device, &config, WDF_NO_OBJECT_ATTRIBUTES, WDF_NO_HANDLE);
}

static NTSTATUS make(PCUNICODE_STRING link, WDFDEVICE *out)
{
	DECLARE_CONST_UNICODE_STRING(sddl, L"D:P(A;;GA;;;SY)(A;;GA;;;BA)");
	PWDFDEVICE_INIT init = WdfControlDeviceInitAllocate(WdfGetDriver(), &sddl);
	NTSTATUS status;

	if (!init)
		return STATUS_INSUFFICIENT_RESOURCES;
	status = WdfDeviceCreate(&init, WDF_NO_OBJECT_ATTRIBUTES, out);
	if (!NT_SUCCESS(status)) {
		WdfDeviceInitFree(init);
		return status;
	}
	status = WdfDeviceCreateSymbolicLink(*out, link);
	if (NT_SUCCESS(status))
		status = add_queue(*out);
	if (NT_SUCCESS(status))
		WdfControlFinishInitializing(*out);
	else
		WdfObjectDelete(*out);
	return status;
}

static NTSTATUS make_extra(void)
{
	DECLARE_CONST_UNICODE_STRING(link, L"\\DosDevices\\Extra");

	return extra ? STATUS_DEVICE_BUSY : make(&link, &extra);
}

static NTSTATUS make_sidedoor(void)
{
	DECLARE_CONST_UNICODE_STRING(link, L"\\DosDevices\\Sidedoor");

	return make(&link, &sidedoor);
}

static NTSTATUS delete (WDFDEVICE *device)
{
	WDFDEVICE gone = *device;

	if (!gone)
		return STATUS_NOT_FOUND;
	*device = NULL;
	WdfObjectDelete(gone);
	return STATUS_SUCCESS;
}

static VOID on_control(WDFQUEUE queue, WDFREQUEST request, size_t out_length, size_t in_length,
		       ULONG code)
{
	NTSTATUS status = STATUS_SUCCESS;

	UNREFERENCED_PARAMETER(queue);
	UNREFERENCED_PARAMETER(out_length);
	UNREFERENCED_PARAMETER(in_length);
	if (code == HYBRID_MAKE)
		status = make_extra();
	else if (code == HYBRID_DELETE)
		status = delete (&extra);
	else if (code == HYBRID_DELETE_S)
		status = delete (&sidedoor);
	WdfRequestComplete(request, status);
}

#ifndef LEGACY
static VOID on_cleanup(WDFDEVICE device)
{
	UNREFERENCED_PARAMETER(device);
	(void)delete (&sidedoor);
	(void)delete (&extra);
}

static NTSTATUS on_device_add(WDFDRIVER driver, PWDFDEVICE_INIT init)
{
	WDF_PNPPOWER_EVENT_CALLBACKS pnp;
	WDFDEVICE device;
	NTSTATUS status;

	UNREFERENCED_PARAMETER(driver);
	WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&pnp);
	pnp.EvtDeviceSelfManagedIoCleanup = on_cleanup;
	WdfDeviceInitSetPnpPowerEventCallbacks(init, &pnp);
	status = WdfDeviceCreate(&init, WDF_NO_OBJECT_ATTRIBUTES, &device);
	if (NT_SUCCESS(status))
		status = add_queue(device);
	return NT_SUCCESS(status) ? make_sidedoor() : status;
}
#endif

static VOID on_unload(WDFDRIVER driver)
{
	UNREFERENCED_PARAMETER(driver);
}

static NTSTATUS create_driver(PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	WDF_DRIVER_CONFIG config;

#ifdef LEGACY
	WDF_DRIVER_CONFIG_INIT(&config, NULL);
	config.DriverInitFlags = WdfDriverInitNonPnpDriver;
#else
	WDF_DRIVER_CONFIG_INIT(&config, on_device_add);
#endif
	config.EvtDriverUnload = on_unload;
	return WdfDriverCreate(object, path, WDF_NO_OBJECT_ATTRIBUTES, &config, WDF_NO_HANDLE);
}

DRIVER_INITIALIZE DriverEntry;
NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
	NTSTATUS status = create_driver(DriverObject, RegistryPath);

#ifdef LEGACY
	if (NT_SUCCESS(status))
		status = make_sidedoor();
#endif
	return status;
}
