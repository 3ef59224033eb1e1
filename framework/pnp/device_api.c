/* SPDX-License-Identifier: MIT */
/* device_api.c - the border of WDFDEVICE. */
#include "object/driver.h"
#include "object/functions.h"
#include "pnp/child.h"
#include "pnp/control.h"
#include "pnp/device.h"
#include "pnp/device_init.h"
#include "pnp/host.h"
#include "verifier/verifier.h"

static NTSTATUS device_create(struct WDFDEVICE_INIT *init, PWDF_OBJECT_ATTRIBUTES attrs,
			      struct fx_device **out)
{
	NTSTATUS status;

	if (init->bus)
		return fx_child_new(init, attrs, out);
	if (fx_device_init_is_control(init))
		return fx_control_new(init, attrs, out);
	status = fx_device_new(init, attrs, out);
	if (NT_SUCCESS(status))
		init->device = *out;
	return status;
}

NTSTATUS fx_WdfDeviceCreate(PWDF_DRIVER_GLOBALS globals, PWDFDEVICE_INIT *init,
			    PWDF_OBJECT_ATTRIBUTES attrs, WDFDEVICE *out)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_device *device;
	NTSTATUS status;

	fx_require(driver, init);
	fx_require(driver, *init);
	fx_require(driver, out);
	if (!fx_check_level(driver, PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	*out = NULL;
	if ((*init)->driver != driver || (*init)->device)
		return STATUS_INVALID_DEVICE_STATE;
	status = fx_object_check_attributes(attrs, FX_ATTR_NO_PARENT);
	if (NT_SUCCESS(status))
		status = device_create(*init, attrs, &device);
	if (!NT_SUCCESS(status))
		return status;
	*init = NULL;
	*out = (WDFDEVICE)fx_object_handle(&device->base);
	return STATUS_SUCCESS;
}

WDFDRIVER fx_WdfDeviceGetDriver(PWDF_DRIVER_GLOBALS globals, WDFDEVICE handle)
{
	struct fx_device *device = fx_device_from_handle(fx_driver_from_globals(globals), handle);

	return device->base.driver->globals.Driver;
}

WDF_DEVICE_PNP_STATE fx_WdfDeviceGetDevicePnpState(PWDF_DRIVER_GLOBALS globals, WDFDEVICE handle)
{
	struct fx_device *device = fx_device_from_handle(fx_driver_from_globals(globals), handle);

	return (WDF_DEVICE_PNP_STATE)__atomic_load_n(&device->pnp_state, __ATOMIC_ACQUIRE);
}

WDF_DEVICE_POWER_STATE fx_WdfDeviceGetDevicePowerState(PWDF_DRIVER_GLOBALS globals,
						       WDFDEVICE handle)
{
	struct fx_device *device = fx_device_from_handle(fx_driver_from_globals(globals), handle);

	return (WDF_DEVICE_POWER_STATE)__atomic_load_n(&device->power_state, __ATOMIC_ACQUIRE);
}

ULONG fx_WdfDeviceGetCharacteristics(PWDF_DRIVER_GLOBALS globals, WDFDEVICE handle)
{
	struct fx_device *device = fx_device_from_handle(fx_driver_from_globals(globals), handle);

	return __atomic_load_n(&device->config.characteristics, __ATOMIC_RELAXED);
}

VOID fx_WdfDeviceSetCharacteristics(PWDF_DRIVER_GLOBALS globals, WDFDEVICE handle,
				    ULONG characteristics)
{
	struct fx_device *device = fx_device_from_handle(fx_driver_from_globals(globals), handle);

	__atomic_store_n(&device->config.characteristics, characteristics, __ATOMIC_RELAXED);
}

ULONG fx_WdfDeviceGetAlignmentRequirement(PWDF_DRIVER_GLOBALS globals, WDFDEVICE handle)
{
	struct fx_device *device = fx_device_from_handle(fx_driver_from_globals(globals), handle);

	return __atomic_load_n(&device->alignment, __ATOMIC_RELAXED);
}

VOID fx_WdfDeviceSetAlignmentRequirement(PWDF_DRIVER_GLOBALS globals, WDFDEVICE handle, ULONG mask)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_device *device = fx_device_from_handle(driver, handle);

	if (mask & (mask + 1)) {
		fx_verifier_break(driver,
				  "WdfDeviceSetAlignmentRequirement: 0x%x is not a power "
				  "of two minus one",
				  mask);
		return;
	}
	__atomic_store_n(&device->alignment, mask, __ATOMIC_RELAXED);
}

VOID fx_WdfDeviceSetFailed(PWDF_DRIVER_GLOBALS globals, WDFDEVICE handle,
			   WDF_DEVICE_FAILED_ACTION action)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_device *device = fx_device_from_handle(driver, handle);

	if (action != WdfDeviceFailedAttemptRestart && action != WdfDeviceFailedNoRestart) {
		fx_rule_break(driver, FX_RULE_FIELD_RANGE, NULL,
			      "WdfDeviceSetFailed: %d is no action", (int)action);
		return;
	}
	if (device->child)
		fx_child_fail(device);
	else if (!fx_device_is_control(device)) /* which has nobody to restart it */
		fx_host_wants_to_leave(device->host, "its driver says that it failed");
}
