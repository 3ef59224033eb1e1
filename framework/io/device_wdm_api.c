/* SPDX-License-Identifier: MIT */
/* device_wdm_api.c - the border of WDFDEVICE for drivers that want the WDM objects behind it. */
#include "file.h"
#include "object/functions.h"
#include "room.h"
#include "target_impl.h"

static struct fx_io *io_of(PWDF_DRIVER_GLOBALS globals, WDFDEVICE handle)
{
	struct fx_object *device =
		fx_object_from_handle(fx_driver_from_globals(globals), handle, FX_TYPE_DEVICE);

	return ((struct fx_device_head *)(void *)device)->io;
}

PDEVICE_OBJECT fx_WdfDeviceWdmGetDeviceObject(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device)
{
	return &io_of(DriverGlobals, Device)->wdm;
}

PDEVICE_OBJECT fx_WdfDeviceWdmGetAttachedDevice(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device)
{
	struct fx_io *io = io_of(DriverGlobals, Device);
	struct fx_io *below =
		target_room(((const struct fx_device_head *)(void *)io->device)->below);

	return below ? &below->wdm : target_bus_under(io);
}

PDEVICE_OBJECT fx_WdfDeviceWdmGetPhysicalDevice(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device)
{
	return target_bus_under(io_of(DriverGlobals, Device));
}

WDFDEVICE fx_WdfWdmDeviceGetWdfDeviceHandle(PWDF_DRIVER_GLOBALS DriverGlobals,
					    PDEVICE_OBJECT DeviceObject)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_device_head *device;

	fx_require(driver, DeviceObject);
	if (DeviceObject->Type != IO_TYPE_DEVICE || !DeviceObject->DriverObject)
		return NULL; /* the bus's */
	device = (void *)uw_container_of(DeviceObject, struct fx_io, wdm)->device;
	return device->base.driver == driver ? (WDFDEVICE)fx_object_handle(&device->base) : NULL;
}

WDFFILEOBJECT fx_WdfDeviceGetFileObject(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
					PFILE_OBJECT FileObject)
{
	struct fx_io *io = io_of(DriverGlobals, Device);

	fx_require(fx_driver_from_globals(DriverGlobals), FileObject);
	if (FileObject->Type != IO_TYPE_FILE || FileObject->DeviceObject != &io->wdm)
		return NULL; /* of another device, or what a target has open */
	return (WDFFILEOBJECT)fx_object_handle(
		&uw_container_of(FileObject, struct fx_file_object, wdm)->base);
}
