/* SPDX-License-Identifier: MIT */
/* target_query_api.c - the border of WDFIOTARGET: interfaces of the device behind one. */
#include "io/target.h"
#include "object/driver.h"
#include "object/functions.h"
#include "pnp/bus_interface.h"
#include "verifier/verifier.h"

/* Whose stack the target is in; NULL: one that was opened by name. */
static struct fx_device *device_of(struct fx_driver *driver, WDFIOTARGET handle)
{
	return fx_target_device(fx_object_from_handle(driver, handle, FX_TYPE_IO_TARGET));
}

NTSTATUS fx_WdfIoTargetQueryForInterface(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget,
					 LPCGUID InterfaceType, PINTERFACE Interface, USHORT Size,
					 USHORT Version, PVOID InterfaceSpecificData)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_device *device = device_of(driver, IoTarget);

	(void)InterfaceSpecificData; /* none of those that there are has any */
	fx_require(driver, InterfaceType);
	fx_require(driver, Interface);
	if (!fx_check_level(driver, PASSIVE_LEVEL) || !device)
		return STATUS_INVALID_DEVICE_REQUEST;
	return fx_bus_interface(device, InterfaceType, Size, Version, Interface);
}
