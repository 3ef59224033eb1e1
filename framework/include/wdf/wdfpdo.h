/* SPDX-License-Identifier: MIT */
/*
 * wdfpdo.h - physical device objects: the child devices of a bus driver, of which there are none.
 *
 * Has: WdfPdoInitAllowForwardingRequestToParent.
 */
#ifndef UWDF_WDFPDO_H
#define UWDF_WDFPDO_H

#include <wdf/wdfdevice.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * WdfPdoInitAllowForwardingRequestToParent() - let requests of a child device go to its parent.
 * @DeviceInit: of a child device.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Differs: there are no child devices: a verifier message, and nothing else.
 * Source:  Windows driver documentation, wdfpdo.h.
 */
typedef VOID (*PFN_WDFPDOINITALLOWFORWARDINGREQUESTTOPARENT)(PWDF_DRIVER_GLOBALS DriverGlobals,
							     PWDFDEVICE_INIT DeviceInit);
FORCEINLINE VOID WdfPdoInitAllowForwardingRequestToParent(PWDFDEVICE_INIT DeviceInit)
{
	((PFN_WDFPDOINITALLOWFORWARDINGREQUESTTOPARENT)
		 WdfFunctions[WdfPdoInitAllowForwardingRequestToParentTableIndex])(WdfDriverGlobals,
										   DeviceInit);
}

#ifdef __cplusplus
}
#endif

#endif
