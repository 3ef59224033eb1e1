/* SPDX-License-Identifier: MIT */
/* target_api.c - the border of WDFIOTARGET: its life and its state. */
#include "object/functions.h"
#include "target_impl.h"

WDFIOTARGET fx_WdfDeviceGetIoTarget(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_object *device = fx_object_from_handle(driver, Device, FX_TYPE_DEVICE);

	return target_handle(((struct fx_device_head *)(void *)device)->io->lower);
}

/* ParentObject, if there is one, has to go before the device does. */
static bool is_below(const struct fx_object *obj, const struct fx_object *device)
{
	while (obj && obj != device)
		obj = obj->parent;
	return obj;
}

static NTSTATUS check_creation(struct fx_driver *driver, const struct fx_object *device,
			       PWDF_OBJECT_ATTRIBUTES attrs)
{
	NTSTATUS status = fx_object_check_attributes(attrs, FX_ATTR_NO_SCOPE_LEVEL);

	if (!NT_SUCCESS(status) || !attrs || !attrs->ParentObject)
		return status;
	return is_below(fx_object_from_any(driver, attrs->ParentObject), device)
		       ? STATUS_SUCCESS
		       : STATUS_INVALID_DEVICE_REQUEST;
}

NTSTATUS fx_WdfIoTargetCreate(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
			      PWDF_OBJECT_ATTRIBUTES IoTargetAttributes, WDFIOTARGET *IoTarget)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_object *device = fx_object_from_handle(driver, Device, FX_TYPE_DEVICE);
	struct fx_target *target;
	NTSTATUS status;

	fx_require(driver, IoTarget);
	*IoTarget = NULL;
	if (!fx_check_level(driver, PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	status = check_creation(driver, device, IoTargetAttributes);
	if (NT_SUCCESS(status))
		status = target_new(((struct fx_device_head *)(void *)device)->io, TARGET_NAMED,
				    IoTargetAttributes, &target);
	if (!NT_SUCCESS(status))
		return status;
	return fx_object_publish(&target->base, IoTargetAttributes, IoTarget);
}

/* Only those that are opened by name are opened and closed. */
static bool is_named(struct fx_target *target, const char *function)
{
	if (target->kind == TARGET_NAMED)
		return true;
	fx_verifier_break(target->base.driver, "%s on a target that WdfIoTargetCreate did not make",
			  function);
	return false;
}

NTSTATUS fx_WdfIoTargetOpen(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget,
			    PWDF_IO_TARGET_OPEN_PARAMS OpenParams)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_target *target = target_from_handle(driver, IoTarget);

	fx_require(driver, OpenParams);
	if (!fx_check_level(driver, PASSIVE_LEVEL) || !is_named(target, "WdfIoTargetOpen"))
		return STATUS_INVALID_DEVICE_REQUEST;
	if (OpenParams->Size != sizeof(*OpenParams))
		return STATUS_INFO_LENGTH_MISMATCH;
	return target_open(target, OpenParams);
}

VOID fx_WdfIoTargetCloseForQueryRemove(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_target *target = target_from_handle(driver, IoTarget);

	if (fx_check_level(driver, PASSIVE_LEVEL) &&
	    is_named(target, "WdfIoTargetCloseForQueryRemove"))
		target_end(target, WdfIoTargetClosedForQueryRemove);
}

VOID fx_WdfIoTargetClose(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_target *target = target_from_handle(driver, IoTarget);

	if (fx_check_level(driver, PASSIVE_LEVEL) && is_named(target, "WdfIoTargetClose"))
		target_end(target, WdfIoTargetClosed);
}

NTSTATUS fx_WdfIoTargetStart(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_target *target = target_from_handle(driver, IoTarget);

	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	return target_start(target);
}

VOID fx_WdfIoTargetStop(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget,
			WDF_IO_TARGET_SENT_IO_ACTION Action)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_target *target = target_from_handle(driver, IoTarget);
	bool leaves = Action == WdfIoTargetLeaveSentIoPending;

	if ((unsigned int)Action - WdfIoTargetCancelSentIo >
	    WdfIoTargetLeaveSentIoPending - WdfIoTargetCancelSentIo)
		fx_verifier_break(driver, "WdfIoTargetStop with an action that there is not (%u)",
				  (unsigned int)Action);
	else if (fx_check_level(driver, leaves ? DISPATCH_LEVEL : PASSIVE_LEVEL))
		target_stop(target, Action);
}

VOID fx_WdfIoTargetPurge(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget,
			 WDF_IO_TARGET_PURGE_IO_ACTION Action)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_target *target = target_from_handle(driver, IoTarget);
	bool waits = Action == WdfIoTargetPurgeIoAndWait;

	if (!waits && Action != WdfIoTargetPurgeIo)
		fx_verifier_break(driver, "WdfIoTargetPurge with an action that there is not (%u)",
				  (unsigned int)Action);
	else if (fx_check_level(driver, waits ? PASSIVE_LEVEL : DISPATCH_LEVEL))
		target_purge(target, waits);
}

WDF_IO_TARGET_STATE fx_WdfIoTargetGetState(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget)
{
	return target_state(target_from_handle(fx_driver_from_globals(DriverGlobals), IoTarget));
}

WDFDEVICE fx_WdfIoTargetGetDevice(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget)
{
	struct fx_target *target =
		target_from_handle(fx_driver_from_globals(DriverGlobals), IoTarget);
	const struct fx_device_head *device = (const void *)target->io->device;

	return (WDFDEVICE)fx_object_handle(&device->base);
}
