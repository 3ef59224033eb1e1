/* SPDX-License-Identifier: MIT */
/*
 * relay.c - a control device, "Relay", whose driver passes control codes on to the device
 * \DosDevices\Nonpnp, wherever that is.
 */
#include <wdf.h>

#include "relay.h"

static WDFIOTARGET target;

static NTSTATUS open_target(void)
{
	DECLARE_CONST_UNICODE_STRING(name, L"\\DosDevices\\Nonpnp");
	WDF_IO_TARGET_OPEN_PARAMS params;

	WDF_IO_TARGET_OPEN_PARAMS_INIT_OPEN_BY_NAME(&params, &name, STANDARD_RIGHTS_ALL);
	return WdfIoTargetOpen(target, &params);
}

static VOID on_back(WDFREQUEST request, WDFIOTARGET from, PWDF_REQUEST_COMPLETION_PARAMS params,
		    WDFCONTEXT context)
{
	UNREFERENCED_PARAMETER(from);
	UNREFERENCED_PARAMETER(context);
	WdfRequestCompleteWithInformation(request, params->IoStatus.Status,
					  params->IoStatus.Information);
}

static VOID pass_on(WDFREQUEST request)
{
	WdfRequestFormatRequestUsingCurrentType(request);
	WdfRequestSetCompletionRoutine(request, on_back, NULL);
	if (!WdfRequestSend(request, target, WDF_NO_SEND_OPTIONS))
		WdfRequestComplete(request, WdfRequestGetStatus(request));
}

static VOID on_control(WDFQUEUE queue, WDFREQUEST request, size_t out_length, size_t in_length,
		       ULONG code)
{
	UNREFERENCED_PARAMETER(queue);
	UNREFERENCED_PARAMETER(out_length);
	UNREFERENCED_PARAMETER(in_length);
	if (code == RELAY_OPEN) {
		WdfRequestComplete(request, open_target());
	} else if (code == RELAY_CLOSE) {
		WdfIoTargetClose(target);
		WdfRequestComplete(request, STATUS_SUCCESS);
	} else {
		pass_on(request);
	}
}

static NTSTATUS set_up(WDFDEVICE device)
{
	DECLARE_CONST_UNICODE_STRING(link, L"\\DosDevices\\" RELAY_NAME);
	WDF_IO_QUEUE_CONFIG config;
	NTSTATUS status = WdfDeviceCreateSymbolicLink(device, &link);

	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDeviceControl = on_control;
	if (NT_SUCCESS(status))
		status = WdfIoQueueCreate(device, &config, WDF_NO_OBJECT_ATTRIBUTES, WDF_NO_HANDLE);
	if (NT_SUCCESS(status))
		status = WdfIoTargetCreate(device, WDF_NO_OBJECT_ATTRIBUTES, &target);
	if (NT_SUCCESS(status))
		WdfControlFinishInitializing(device);
	return status;
}

static NTSTATUS make_device(void)
{
	DECLARE_CONST_UNICODE_STRING(sddl, L"D:P(A;;GA;;;SY)(A;;GA;;;BA)");
	PWDFDEVICE_INIT init = WdfControlDeviceInitAllocate(WdfGetDriver(), &sddl);
	WDFDEVICE device;
	NTSTATUS status;

	if (!init)
		return STATUS_INSUFFICIENT_RESOURCES;
	status = WdfDeviceCreate(&init, WDF_NO_OBJECT_ATTRIBUTES, &device);
	if (!NT_SUCCESS(status)) {
		WdfDeviceInitFree(init);
		return status;
	}
	status = set_up(device);
	if (!NT_SUCCESS(status))
		WdfObjectDelete(device);
	return status;
}

static VOID on_unload(WDFDRIVER driver)
{
	UNREFERENCED_PARAMETER(driver);
}

DRIVER_INITIALIZE DriverEntry;
NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
	WDF_DRIVER_CONFIG config;
	NTSTATUS status;

	WDF_DRIVER_CONFIG_INIT(&config, NULL);
	config.DriverInitFlags = WdfDriverInitNonPnpDriver;
	config.EvtDriverUnload = on_unload;
	status = WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES, &config,
				 WDF_NO_HANDLE);
	return NT_SUCCESS(status) ? make_device() : status;
}
