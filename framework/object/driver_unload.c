/* SPDX-License-Identifier: MIT */
/*
 * driver_unload.c - the first of the two steps of unloading: the driver's routine is called, its
 * WDFDRIVER is deleted. The second, the image, is the loader's.
 *
 * As in Windows it is DRIVER_OBJECT.DriverUnload that makes a driver unloadable. The framework puts
 * its own there, which calls EvtDriverUnload, but not for a miniport (its port driver has its own
 * ideas) nor for a non-PnP driver without EvtDriverUnload.
 */
#include "object/driver.h"
#include "object/functions.h"
#include "object/leftover.h"
#include "object/worker.h"
#include "verifier/callback.h"
#include "verifier/verifier.h"

/* Not after a DriverEntry that failed. */
static void call_evt_unload(struct fx_driver *driver)
{
	if (!driver->entered || driver->unloaded)
		return;
	driver->unloaded = true;
	if (driver->config.EvtDriverUnload)
		FX_CALL_VOID(driver, "EvtDriverUnload", driver->config.EvtDriverUnload,
			     driver->globals.Driver);
}

static VOID unload_routine(PDRIVER_OBJECT object)
{
	call_evt_unload(uw_container_of(object, struct fx_driver, driver_object));
}

static bool is_miniport(const struct fx_driver *driver)
{
	return driver->config.DriverInitFlags & WdfDriverInitNoDispatchOverride;
}

void fx_driver_hook_unload(struct fx_driver *driver)
{
	bool non_pnp = driver->config.DriverInitFlags & WdfDriverInitNonPnpDriver;

	if (!is_miniport(driver) && (!non_pnp || driver->config.EvtDriverUnload))
		driver->driver_object.DriverUnload = unload_routine;
}

bool fx_driver_can_unload(const struct fx_driver *driver)
{
	return driver->driver_object.DriverUnload;
}

static void call_unload(struct fx_driver *driver)
{
	driver->driver_object.DriverUnload(&driver->driver_object);
	if (driver->created && is_miniport(driver))
		fx_verifier_break(driver,
				  "DriverUnload of a driver with WdfDriverInitNoDispatchOverride "
				  "returned without WdfDriverMiniportUnload");
}

void fx_driver_end_object(struct fx_driver *driver)
{
	if (!driver->created)
		return;
	fx_object_delete(&driver->base);
	fx_worker_drain();
	driver->created = false;
	driver->globals.Driver = NULL;
}

void fx_driver_leave(struct fx_driver *driver)
{
	call_unload(driver);
	fx_driver_end_object(driver);
	fx_leftovers_report(driver);
}

VOID fx_WdfDriverMiniportUnload(PWDF_DRIVER_GLOBALS globals, WDFDRIVER handle)
{
	struct fx_driver *caller = fx_driver_from_globals(globals);
	struct fx_driver *driver = fx_driver_from_handle(caller, handle);

	if (!fx_check_level(caller, PASSIVE_LEVEL))
		return;
	if (!is_miniport(driver)) {
		fx_verifier_break(driver, "WdfDriverMiniportUnload in a driver without "
					  "WdfDriverInitNoDispatchOverride");
		return;
	}
	if (driver->device_count) {
		fx_verifier_break(driver, "WdfDriverMiniportUnload with %u devices left",
				  driver->device_count);
		return;
	}
	call_evt_unload(driver);
	fx_driver_end_object(driver);
}
