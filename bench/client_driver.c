/* SPDX-License-Identifier: MIT */
/* client_driver.c - a device without hardware that gives a control's input back as its output. */
#include <wdf.h>

#include "client_bench.h"

DRIVER_INITIALIZE DriverEntry;
static EVT_WDF_DRIVER_DEVICE_ADD bench_device_add;
static EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL bench_control;

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
	WDF_DRIVER_CONFIG config;

	WDF_DRIVER_CONFIG_INIT(&config, bench_device_add);
	return WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES, &config,
			       WDF_NO_HANDLE);
}

static NTSTATUS bench_device_add(WDFDRIVER driver, PWDFDEVICE_INIT init)
{
	WDF_IO_QUEUE_CONFIG config;
	WDFDEVICE device;
	WDFQUEUE queue;
	NTSTATUS status;

	(void)driver;
	status = WdfDeviceCreate(&init, WDF_NO_OBJECT_ATTRIBUTES, &device);
	if (!NT_SUCCESS(status))
		return status;
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDeviceControl = bench_control;
	return WdfIoQueueCreate(device, &config, WDF_NO_OBJECT_ATTRIBUTES, &queue);
}

static VOID bench_control(WDFQUEUE queue, WDFREQUEST request, size_t out_length, size_t in_length,
			  ULONG code)
{
	PVOID in, out;
	size_t length;
	NTSTATUS status;

	(void)queue;
	(void)code;
	(void)in_length;
	status = WdfRequestRetrieveInputBuffer(request, BENCH_PAYLOAD, &in, &length);
	if (NT_SUCCESS(status))
		status = WdfRequestRetrieveOutputBuffer(request, BENCH_PAYLOAD, &out, NULL);
	if (!NT_SUCCESS(status)) {
		WdfRequestComplete(request, status);
		return;
	}
	if (in != out)
		RtlCopyMemory(out, in, BENCH_PAYLOAD);
	WdfRequestCompleteWithInformation(request, status, out_length);
}
