/* SPDX-License-Identifier: MIT */
/* The least driver: it takes any function and offers the shared NIC interface's GUID. */
#include <initguid.h>
#include <wdf.h>

#include <uwdf_nic.h>

DEFINE_GUID(GUID_TINY, 0xb74cfec2, 0x9366, 0x454a, 0xba, 0x71, 0x7c, 0x27, 0xb5, 0x14, 0x70, 0xa5);

DRIVER_INITIALIZE DriverEntry;
EVT_WDF_DRIVER_DEVICE_ADD TinyDeviceAdd;

NTSTATUS TinyDeviceAdd(WDFDRIVER Driver, PWDFDEVICE_INIT DeviceInit)
{
	WDFDEVICE device;
	NTSTATUS status;

	(void)Driver;
	status = WdfDeviceCreate(&DeviceInit, WDF_NO_OBJECT_ATTRIBUTES, &device);
	if (!NT_SUCCESS(status))
		return status;
	return WdfDeviceCreateDeviceInterface(device, &GUID_TINY, NULL);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
	WDF_DRIVER_CONFIG config;

	WDF_DRIVER_CONFIG_INIT(&config, TinyDeviceAdd);
	return WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES, &config,
			       WDF_NO_HANDLE);
}
