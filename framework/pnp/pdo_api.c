/* SPDX-License-Identifier: MIT */
/* pdo_api.c - the border of child devices and of the list that their parent has of them. */
#include "object/driver.h"
#include "object/functions.h"
#include "pnp/child.h"
#include "verifier/verifier.h"

WDFDEVICE fx_WdfPdoGetParent(PWDF_DRIVER_GLOBALS globals, WDFDEVICE handle)
{
	struct fx_device *device = fx_device_from_handle(fx_driver_from_globals(globals), handle);

	if (!device->child)
		return NULL;
	return (WDFDEVICE)fx_object_handle(&fx_child_parent(device)->base);
}

NTSTATUS fx_WdfPdoMarkMissing(PWDF_DRIVER_GLOBALS globals, WDFDEVICE handle)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_device *device = fx_device_from_handle(driver, handle);

	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	return device->child ? fx_child_mark_missing(device) : STATUS_INVALID_PARAMETER;
}

/* --- the list --- */

NTSTATUS fx_WdfFdoAddStaticChild(PWDF_DRIVER_GLOBALS globals, WDFDEVICE fdo, WDFDEVICE handle)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_device *parent = fx_device_from_handle(driver, fdo);
	struct fx_device *child = fx_device_from_handle(driver, handle);

	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	return fx_child_add(parent, child);
}

/* Is @device one that has children? */
static bool has_list(const struct fx_device *device, const char *function)
{
	if (fx_device_is_fdo(device))
		return true;
	fx_rule_break(device->base.driver, FX_RULE_STATIC_CHILD, &device->base,
		      "%s: not a function or filter device", function + 3);
	return false;
}

VOID fx_WdfFdoLockStaticChildListForIteration(PWDF_DRIVER_GLOBALS globals, WDFDEVICE fdo)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_device *parent = fx_device_from_handle(driver, fdo);

	if (fx_check_level(driver, DISPATCH_LEVEL) && has_list(parent, __func__))
		fx_children_lock(parent);
}

static bool is_asked_well(struct fx_device *parent, ULONG flags)
{
	if (!has_list(parent, "fx_WdfFdoRetrieveNextStaticChild"))
		return false;
	if (flags && !(flags & ~(ULONG)WdfRetrieveAllChildren))
		return true;
	fx_rule_break(parent->base.driver, FX_RULE_STATIC_CHILD, &parent->base,
		      "WdfFdoRetrieveNextStaticChild: flags are 0x%x", flags);
	return false;
}

WDFDEVICE fx_WdfFdoRetrieveNextStaticChild(PWDF_DRIVER_GLOBALS globals, WDFDEVICE fdo,
					   WDFDEVICE previous, ULONG flags)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_device *parent = fx_device_from_handle(driver, fdo);
	struct fx_device *after = previous ? fx_device_from_handle(driver, previous) : NULL;
	struct fx_device *next;

	if (!fx_check_level(driver, DISPATCH_LEVEL) || !is_asked_well(parent, flags))
		return NULL;
	next = fx_children_next(parent, after, flags);
	return next ? (WDFDEVICE)fx_object_handle(&next->base) : NULL;
}

VOID fx_WdfFdoUnlockStaticChildListFromIteration(PWDF_DRIVER_GLOBALS globals, WDFDEVICE fdo)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_device *parent = fx_device_from_handle(driver, fdo);

	if (fx_check_level(driver, DISPATCH_LEVEL) && has_list(parent, __func__))
		fx_children_unlock(parent);
}
