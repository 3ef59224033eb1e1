/* SPDX-License-Identifier: MIT */
/*
 * wdfdeviceproperty.h - WDFDEVICE: what its bus says of it.
 *
 * Has: WdfDeviceQueryProperty, WdfDeviceAllocAndQueryProperty.
 */
#ifndef UWDF_WDFDEVICEPROPERTY_H
#define UWDF_WDFDEVICEPROPERTY_H

#include <wdf/wdfdevice.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * WdfDeviceQueryProperty() - a property that the bus knows of the device.
 * @Device:         the device.
 * @DeviceProperty: which.
 * @BufferLength:   bytes at @PropertyBuffer.
 * @PropertyBuffer: may be NULL if there are none.
 * @ResultLength:   the property's length, also if the buffer is too small; 0 on other failures.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_BUFFER_TOO_SMALL; STATUS_INVALID_PARAMETER_2 there is no such
 *          property; STATUS_OBJECT_NAME_NOT_FOUND the device does not have it;
 *          STATUS_INVALID_DEVICE_REQUEST it is a control device.
 * Differs: as WdfIoTargetQueryTargetProperty().
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef NTSTATUS (*PFN_WDFDEVICEQUERYPROPERTY)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
					       DEVICE_REGISTRY_PROPERTY DeviceProperty,
					       ULONG BufferLength, PVOID PropertyBuffer,
					       PULONG ResultLength);
FORCEINLINE NTSTATUS WdfDeviceQueryProperty(WDFDEVICE Device,
					    DEVICE_REGISTRY_PROPERTY DeviceProperty,
					    ULONG BufferLength, PVOID PropertyBuffer,
					    PULONG ResultLength)
{
	return ((PFN_WDFDEVICEQUERYPROPERTY)WdfFunctions[WdfDeviceQueryPropertyTableIndex])(
		WdfDriverGlobals, Device, DeviceProperty, BufferLength, PropertyBuffer,
		ResultLength);
}

/**
 * WdfDeviceAllocAndQueryProperty() - the same, to memory that is made for it.
 * @Device:                   the device.
 * @DeviceProperty:           which.
 * @PoolType:                 of the memory.
 * @PropertyMemoryAttributes: default parent: the driver; may be WDF_NO_OBJECT_ATTRIBUTES.
 * @PropertyMemory:           the new handle.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  as WdfDeviceQueryProperty(); STATUS_INVALID_PARAMETER no such pool;
 *          STATUS_INSUFFICIENT_RESOURCES; an object-attributes status.
 * Differs: as WdfDeviceQueryProperty().
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef NTSTATUS (*PFN_WDFDEVICEALLOCANDQUERYPROPERTY)(
	PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
	DEVICE_REGISTRY_PROPERTY DeviceProperty, POOL_TYPE PoolType,
	PWDF_OBJECT_ATTRIBUTES PropertyMemoryAttributes, WDFMEMORY *PropertyMemory);
FORCEINLINE NTSTATUS WdfDeviceAllocAndQueryProperty(WDFDEVICE Device,
						    DEVICE_REGISTRY_PROPERTY DeviceProperty,
						    POOL_TYPE PoolType,
						    PWDF_OBJECT_ATTRIBUTES PropertyMemoryAttributes,
						    WDFMEMORY *PropertyMemory)
{
	return ((PFN_WDFDEVICEALLOCANDQUERYPROPERTY)
			WdfFunctions[WdfDeviceAllocAndQueryPropertyTableIndex])(
		WdfDriverGlobals, Device, DeviceProperty, PoolType, PropertyMemoryAttributes,
		PropertyMemory);
}

#ifdef __cplusplus
}
#endif
#endif
