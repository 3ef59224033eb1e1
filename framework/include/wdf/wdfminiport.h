/* SPDX-License-Identifier: MIT */
/*
 * wdfminiport.h - drivers whose device objects belong to a port driver.
 *
 * Has: WdfDriverMiniportUnload.
 */
#ifndef UWDF_WDFMINIPORT_H
#define UWDF_WDFMINIPORT_H

#include <wdf/wdffuncenum.h>
#include <wdf/wdfobject.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * WdfDriverMiniportUnload() - the framework's part of unloading a miniport driver.
 * @Driver: the driver; its WdfDriverCreate() got WdfDriverInitNoDispatchOverride.
 *
 * To be called in the driver's unload routine, last: EvtDriverUnload, if there is one, then the
 * deletion of the driver object and all below it. No framework function may be called afterwards.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Differs: the unload routine is what the driver put into its driver object's DriverUnload; there
 *          is no port driver that would have another.
 * Source:  Windows driver documentation, wdfminiport.h.
 */
typedef VOID (*PFN_WDFDRIVERMINIPORTUNLOAD)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDRIVER Driver);
FORCEINLINE VOID WdfDriverMiniportUnload(WDFDRIVER Driver)
{
	((PFN_WDFDRIVERMINIPORTUNLOAD)WdfFunctions[WdfDriverMiniportUnloadTableIndex])(
		WdfDriverGlobals, Driver);
}

#ifdef __cplusplus
}
#endif
#endif
