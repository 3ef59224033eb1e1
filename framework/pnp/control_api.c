/* SPDX-License-Identifier: MIT */
/* control_api.c - the border of control devices. */
#include "object/driver.h"
#include "object/functions.h"
#include "pnp/control.h"
#include "pnp/names.h"
#include "verifier/verifier.h"

PWDFDEVICE_INIT fx_WdfControlDeviceInitAllocate(PWDF_DRIVER_GLOBALS globals, WDFDRIVER handle,
						const UNICODE_STRING *sddl)
{
	struct fx_driver *caller = fx_driver_from_globals(globals);
	struct fx_driver *driver = fx_driver_from_handle(caller, handle);

	PWDFDEVICE_INIT init;

	fx_require(caller, sddl);
	if (!fx_check_level(caller, PASSIVE_LEVEL) || !NT_SUCCESS(fx_name_check_string(sddl)))
		return NULL;
	init = fx_control_init_new(driver);
	if (!init || NT_SUCCESS(fx_name_copy(&init->sddl, sddl)))
		return init;
	fx_control_init_free(init);
	return NULL;
}

#define SHUTDOWN_FLAGS (WdfDeviceShutdown | WdfDeviceLastChanceShutdown)

VOID fx_WdfControlDeviceInitSetShutdownNotification(PWDF_DRIVER_GLOBALS globals,
						    PWDFDEVICE_INIT init,
						    PFN_WDF_DEVICE_SHUTDOWN_NOTIFICATION evt,
						    UCHAR flags)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);

	fx_device_init_check(driver, init, __func__ + 3);
	fx_require(driver, evt);
	if (!fx_check_level(driver, PASSIVE_LEVEL))
		return;
	if (!fx_device_init_is_control(init)) {
		fx_rule_break(driver, FX_RULE_INIT_KIND, NULL,
			      "WdfControlDeviceInitSetShutdownNotification: the device is no "
			      "control device");
		return;
	}
	if (!flags || (flags & ~SHUTDOWN_FLAGS)) {
		fx_rule_break(driver, FX_RULE_SHUTDOWN_FLAGS, NULL,
			      "WdfControlDeviceInitSetShutdownNotification: flags are 0x%x", flags);
		return;
	}
	init->config.shutdown = evt;
	init->config.shutdown_flags |= flags;
}

VOID fx_WdfControlFinishInitializing(PWDF_DRIVER_GLOBALS globals, WDFDEVICE handle)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_device *device = fx_device_from_handle(driver, handle);

	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return;
	if (!fx_device_is_control(device)) {
		fx_rule_break(driver, FX_RULE_DEVICE_INTERFACE, &device->base,
			      "WdfControlFinishInitializing: the device is no control device");
		return;
	}
	fx_control_finish(device);
}
