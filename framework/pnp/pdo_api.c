/* SPDX-License-Identifier: MIT */
/* pdo_api.c - the border of child devices, of which no bus driver has any yet. */
#include "object/functions.h"
#include "pnp/device_init.h"
#include "verifier/verifier.h"

VOID fx_WdfPdoInitAllowForwardingRequestToParent(PWDF_DRIVER_GLOBALS globals, PWDFDEVICE_INIT init)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);

	fx_device_init_check(driver, init, __func__ + 3);
	if (fx_check_level(driver, PASSIVE_LEVEL))
		fx_rule_break(driver, FX_RULE_INIT_KIND, NULL,
			      "WdfPdoInitAllowForwardingRequestToParent: the device is no bus "
			      "driver's child");
}
