/* SPDX-License-Identifier: MIT */
/* file_api.c - the border of WDFFILEOBJECT. */
#include "file.h"
#include "object/functions.h"
#include "room.h"

static struct fx_file_object *object_of(struct fx_driver *driver, WDFFILEOBJECT handle)
{
	return uw_container_of(fx_object_from_handle(driver, handle, FX_TYPE_FILE),
			       struct fx_file_object, base);
}

PUNICODE_STRING fx_WdfFileObjectGetFileName(PWDF_DRIVER_GLOBALS DriverGlobals,
					    WDFFILEOBJECT FileObject)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_file_object *object = object_of(driver, FileObject);

	return fx_check_level(driver, PASSIVE_LEVEL) ? &object->wdm.FileName : NULL;
}

ULONG fx_WdfFileObjectGetFlags(PWDF_DRIVER_GLOBALS DriverGlobals, WDFFILEOBJECT FileObject)
{
	return object_of(fx_driver_from_globals(DriverGlobals), FileObject)->wdm.Flags;
}

WDFDEVICE fx_WdfFileObjectGetDevice(PWDF_DRIVER_GLOBALS DriverGlobals, WDFFILEOBJECT FileObject)
{
	struct fx_file_object *object =
		object_of(fx_driver_from_globals(DriverGlobals), FileObject);

	return (WDFDEVICE)fx_object_handle(
		&((struct fx_device_head *)(void *)object->device)->base);
}

PFILE_OBJECT fx_WdfFileObjectWdmGetFileObject(PWDF_DRIVER_GLOBALS DriverGlobals,
					      WDFFILEOBJECT FileObject)
{
	return &object_of(fx_driver_from_globals(DriverGlobals), FileObject)->wdm;
}

ULONG fx_WdfFileObjectGetInitiatorProcessId(PWDF_DRIVER_GLOBALS DriverGlobals,
					    WDFFILEOBJECT FileObject)
{
	return object_of(fx_driver_from_globals(DriverGlobals), FileObject)->process_id;
}
