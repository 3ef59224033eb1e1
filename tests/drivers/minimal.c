/* SPDX-License-Identifier: MIT */
/*
 * minimal.c - the least a driver can be, for tests of loading: what it saw is readable from
 * outside.
 *
 * MINIMAL_ENTRY_STATUS: what DriverEntry returns after WdfDriverCreate.
 */
#include <wdf.h>

#include "minimal.h"

#ifndef MINIMAL_ENTRY_STATUS
#define MINIMAL_ENTRY_STATUS STATUS_SUCCESS
#endif

__attribute__((visibility("default"))) struct minimal_state MinimalState;

static VOID unload(WDFDRIVER driver)
{
	MinimalState.unloads++;
	if (driver != WdfGetDriver())
		MinimalState.confused++;
}

static VOID driver_cleanup(WDFOBJECT object)
{
	MinimalState.cleanups++;
	if (object != WdfGetDriver())
		MinimalState.confused++;
}

static NTSTATUS device_add(WDFDRIVER driver, PWDFDEVICE_INIT init)
{
	WDFDEVICE device;
	NTSTATUS status = WdfDeviceCreate(&init, WDF_NO_OBJECT_ATTRIBUTES, &device);

	MinimalState.devices++;
	if (driver != WdfGetDriver() ||
	    (NT_SUCCESS(status) && WdfDeviceGetDriver(device) != WdfGetDriver()))
		MinimalState.confused++;
	return status;
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath);
NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_DRIVER_CONFIG config;
	NTSTATUS status;

	MinimalState.entries++;
	WDF_DRIVER_CONFIG_INIT(&config, device_add);
	config.EvtDriverUnload = unload;
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.EvtCleanupCallback = driver_cleanup;
	status = WdfDriverCreate(DriverObject, RegistryPath, &attrs, &config, WDF_NO_HANDLE);
	MinimalState.driver = WdfGetDriver();
	MinimalState.globals = WdfDriverGlobals;
	return NT_SUCCESS(status) ? MINIMAL_ENTRY_STATUS : status;
}
