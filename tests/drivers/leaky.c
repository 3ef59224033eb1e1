/* SPDX-License-Identifier: MIT */
/* leaky.c - a driver that takes a reference on an object in EvtDriverDeviceAdd and keeps it. */
#include <wdf.h>

static NTSTATUS leaky_device_add(WDFDRIVER driver, PWDFDEVICE_INIT init)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFDEVICE device;
	WDFOBJECT object;
	NTSTATUS status;

	UNREFERENCED_PARAMETER(driver);
	status = WdfDeviceCreate(&init, WDF_NO_OBJECT_ATTRIBUTES, &device);
	if (!NT_SUCCESS(status))
		return status;
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = device;
	status = WdfObjectCreate(&attrs, &object);
	if (NT_SUCCESS(status))
		WdfObjectReferenceWithTag(object, (PVOID)(ULONG_PTR)0x6b61654c); /* "Leak" */
	return status;
}

DRIVER_INITIALIZE DriverEntry;
NTSTATUS DriverEntry(PDRIVER_OBJECT object, PUNICODE_STRING registry_path)
{
	WDF_DRIVER_CONFIG config;

	WDF_DRIVER_CONFIG_INIT(&config, leaky_device_add);
	return WdfDriverCreate(object, registry_path, WDF_NO_OBJECT_ATTRIBUTES, &config,
			       WDF_NO_HANDLE);
}
