/* SPDX-License-Identifier: MIT */
/* scale_driver.c - two control devices that complete control codes and keep reads. */
#include <wdf.h>
#include <wdmsec.h>

#include "scale_driver.h"

DRIVER_INITIALIZE DriverEntry;

static VOID on_control(WDFQUEUE queue, WDFREQUEST request, size_t out_len, size_t in_len,
		       ULONG code)
{
	(void)queue;
	(void)out_len;
	(void)in_len;
	(void)code;
	WdfRequestComplete(request, STATUS_SUCCESS);
}

static NTSTATUS add_queues(WDFDEVICE device)
{
	WDF_IO_QUEUE_CONFIG config;
	WDFQUEUE keeper;
	NTSTATUS status;

	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDeviceControl = on_control;
	status = WdfIoQueueCreate(device, &config, WDF_NO_OBJECT_ATTRIBUTES, WDF_NO_HANDLE);
	if (!NT_SUCCESS(status))
		return status;
	WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchManual);
	status = WdfIoQueueCreate(device, &config, WDF_NO_OBJECT_ATTRIBUTES, &keeper);
	if (!NT_SUCCESS(status))
		return status;
	return WdfDeviceConfigureRequestDispatching(device, keeper, WdfRequestTypeRead);
}

static NTSTATUS make_device(WDFDRIVER driver, PCUNICODE_STRING name)
{
	PWDFDEVICE_INIT init = WdfControlDeviceInitAllocate(driver, &SDDL_DEVOBJ_SYS_ALL_ADM_ALL);
	WDFDEVICE device;
	NTSTATUS status;

	if (!init)
		return STATUS_INSUFFICIENT_RESOURCES;
	status = WdfDeviceInitAssignName(init, name);
	if (NT_SUCCESS(status))
		status = WdfDeviceCreate(&init, WDF_NO_OBJECT_ATTRIBUTES, &device);
	if (!NT_SUCCESS(status)) {
		WdfDeviceInitFree(init);
		return status;
	}
	status = add_queues(device);
	if (NT_SUCCESS(status))
		WdfControlFinishInitializing(device);
	return status;
}

static VOID on_unload(WDFDRIVER driver)
{
	(void)driver;
}

NTSTATUS DriverEntry(PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	DECLARE_CONST_UNICODE_STRING(empty, L"\\Device\\ScaleEmpty");
	DECLARE_CONST_UNICODE_STRING(full, L"\\Device\\ScaleFull");
	WDF_DRIVER_CONFIG config;
	WDFDRIVER driver;
	NTSTATUS status;

	WDF_DRIVER_CONFIG_INIT(&config, WDF_NO_EVENT_CALLBACK);
	config.DriverInitFlags = WdfDriverInitNonPnpDriver;
	config.EvtDriverUnload = on_unload;
	status = WdfDriverCreate(object, path, WDF_NO_OBJECT_ATTRIBUTES, &config, &driver);
	if (NT_SUCCESS(status))
		status = make_device(driver, &empty);
	if (NT_SUCCESS(status))
		status = make_device(driver, &full);
	return status;
}
