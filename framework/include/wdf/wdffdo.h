/* SPDX-License-Identifier: MIT */
/*
 * wdffdo.h - function device objects.
 *
 * Has: WdfFdoInitOpenRegistryKey.
 */
#ifndef UWDF_WDFFDO_H
#define UWDF_WDFFDO_H

#include <wdf/wdfdevice.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * WdfFdoInitOpenRegistryKey() - as WdfDeviceOpenRegistryKey(), before the device object is made.
 * @DeviceInit:            of EvtDriverDeviceAdd.
 * @DeviceInstanceKeyType: as WdfDeviceOpenRegistryKey().
 * @DesiredAccess:         as WdfRegistryOpenKey().
 * @KeyAttributes:         default parent: the driver; may be WDF_NO_OBJECT_ATTRIBUTES.
 * @Key:                   the new handle.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_PARAMETER not one of the two;
 *          STATUS_INSUFFICIENT_RESOURCES; an object-attributes status; a registry status
 *          (wdfregistry.h).
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdffdo.h.
 */
typedef NTSTATUS (*PFN_WDFFDOINITOPENREGISTRYKEY)(
	PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT DeviceInit, ULONG DeviceInstanceKeyType,
	ACCESS_MASK DesiredAccess, PWDF_OBJECT_ATTRIBUTES KeyAttributes, WDFKEY *Key);
FORCEINLINE NTSTATUS WdfFdoInitOpenRegistryKey(PWDFDEVICE_INIT DeviceInit,
					       ULONG DeviceInstanceKeyType,
					       ACCESS_MASK DesiredAccess,
					       PWDF_OBJECT_ATTRIBUTES KeyAttributes, WDFKEY *Key)
{
	return ((PFN_WDFFDOINITOPENREGISTRYKEY)WdfFunctions[WdfFdoInitOpenRegistryKeyTableIndex])(
		WdfDriverGlobals, DeviceInit, DeviceInstanceKeyType, DesiredAccess, KeyAttributes,
		Key);
}

#ifdef __cplusplus
}
#endif
#endif
