/* SPDX-License-Identifier: MIT */
/* fdo_api.c - the border of function and filter devices. */
#include "object/driver.h"
#include "object/functions.h"
#include "pnp/device_init.h"
#include "verifier/verifier.h"

VOID fx_WdfFdoInitSetEventCallbacks(PWDF_DRIVER_GLOBALS globals, PWDFDEVICE_INIT init,
				    PWDF_FDO_EVENT_CALLBACKS callbacks)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);

	fx_device_init_check(driver, init, __func__ + 3);
	fx_require(driver, callbacks);
	if (!fx_check_level(driver, PASSIVE_LEVEL))
		return;
	if (fx_device_init_is_control(init)) {
		fx_rule_break(driver, FX_RULE_INIT_KIND, NULL,
			      "WdfFdoInitSetEventCallbacks: a control device has no hardware");
		return;
	}
	if (callbacks->Size != sizeof(*callbacks)) {
		fx_rule_break(driver, FX_RULE_WRONG_SIZE, NULL,
			      "WDF_FDO_EVENT_CALLBACKS: Size is %u, not %zu", callbacks->Size,
			      sizeof(*callbacks));
		return;
	}
	if (callbacks->EvtDeviceFilterAddResourceRequirements &&
	    !callbacks->EvtDeviceRemoveAddedResources)
		fx_rule_break(driver, FX_RULE_ADDED_RESOURCES, NULL,
			      "EvtDeviceFilterAddResourceRequirements without "
			      "EvtDeviceRemoveAddedResources: it will not be called");
	init->config.fdo = *callbacks;
}

VOID fx_WdfFdoInitSetFilter(PWDF_DRIVER_GLOBALS globals, PWDFDEVICE_INIT init)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);

	fx_device_init_check(driver, init, __func__ + 3);
	if (!fx_check_level(driver, PASSIVE_LEVEL))
		return;
	if (!fx_device_init_is_fdo(init)) {
		fx_rule_break(driver, FX_RULE_INIT_KIND, NULL,
			      "WdfFdoInitSetFilter: a control or child device filters nothing");
		return;
	}
	init->config.io.filter = true;
}
