/* SPDX-License-Identifier: MIT */
/* target_wdm_api.c - the border of WDFIOTARGET for drivers that want the WDM objects behind it. */
#include "object/functions.h"
#include "target_impl.h"

static struct fx_target *target_of(PWDF_DRIVER_GLOBALS globals, WDFIOTARGET handle)
{
	return target_from_handle(fx_driver_from_globals(globals), handle);
}

struct fx_device *fx_target_device(struct fx_object *obj)
{
	const struct fx_target *target = uw_container_of(obj, struct fx_target, base);

	return target->kind == TARGET_NAMED ? NULL : target->io->device;
}

PDEVICE_OBJECT fx_WdfIoTargetWdmGetTargetDeviceObject(PWDF_DRIVER_GLOBALS DriverGlobals,
						      WDFIOTARGET IoTarget)
{
	struct fx_target *target = target_of(DriverGlobals, IoTarget);
	struct fx_io *to;

	if (target->kind == TARGET_NAMED)
		return NULL;
	if (target->kind == TARGET_SELF)
		return &target->io->wdm;
	to = target_room(target_sink(target));
	return to ? &to->wdm : target_bus_under(target->io);
}

PDEVICE_OBJECT fx_WdfIoTargetWdmGetTargetPhysicalDevice(PWDF_DRIVER_GLOBALS DriverGlobals,
							WDFIOTARGET IoTarget)
{
	struct fx_target *target = target_of(DriverGlobals, IoTarget);

	return target->kind == TARGET_NAMED ? NULL : target_bus_under(target->io);
}

/* NULL: it is not open. */
static PFILE_OBJECT open_file(struct fx_target *target)
{
	switch (target_state(target)) {
	case WdfIoTargetStarted:
	case WdfIoTargetStopped:
	case WdfIoTargetPurged:
		return target->kind == TARGET_NAMED ? &target->file : NULL;
	default:
		return NULL;
	}
}

PFILE_OBJECT fx_WdfIoTargetWdmGetTargetFileObject(PWDF_DRIVER_GLOBALS DriverGlobals,
						  WDFIOTARGET IoTarget)
{
	return open_file(target_of(DriverGlobals, IoTarget));
}

HANDLE fx_WdfIoTargetWdmGetTargetFileHandle(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget)
{
	return (HANDLE)open_file(target_of(DriverGlobals, IoTarget));
}
