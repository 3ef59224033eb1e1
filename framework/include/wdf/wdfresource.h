/* SPDX-License-Identifier: MIT */
/*
 * wdfresource.h - WDFCMRESLIST: what hardware a device was given.
 *
 * Has: WdfCmResourceListGetCount, WdfCmResourceListGetDescriptor.
 */
#ifndef UWDF_WDFRESOURCE_H
#define UWDF_WDFRESOURCE_H

#include <wdf/wdfobject.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * WdfCmResourceListGetCount() - how many descriptors a list has.
 * @List: the list.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  the number.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfresource.h.
 */
typedef ULONG (*PFN_WDFCMRESOURCELISTGETCOUNT)(PWDF_DRIVER_GLOBALS DriverGlobals,
					       WDFCMRESLIST List);
FORCEINLINE ULONG WdfCmResourceListGetCount(WDFCMRESLIST List)
{
	return ((PFN_WDFCMRESOURCELISTGETCOUNT)WdfFunctions[WdfCmResourceListGetCountTableIndex])(
		WdfDriverGlobals, List);
}

/**
 * WdfCmResourceListGetDescriptor() - one descriptor of a list.
 * @List:  the list.
 * @Index: from 0.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  the descriptor, valid until EvtDeviceReleaseHardware has returned; NULL past the end.
 * Differs: translated memory and port addresses are where the host sees the registers; lists hold
 *          the BARs in their order, then the interrupts, and cannot be changed.
 * Source:  Windows driver documentation, wdfresource.h.
 */
typedef PCM_PARTIAL_RESOURCE_DESCRIPTOR (*PFN_WDFCMRESOURCELISTGETDESCRIPTOR)(
	PWDF_DRIVER_GLOBALS DriverGlobals, WDFCMRESLIST List, ULONG Index);
FORCEINLINE PCM_PARTIAL_RESOURCE_DESCRIPTOR WdfCmResourceListGetDescriptor(WDFCMRESLIST List,
									   ULONG Index)
{
	return ((PFN_WDFCMRESOURCELISTGETDESCRIPTOR)
			WdfFunctions[WdfCmResourceListGetDescriptorTableIndex])(WdfDriverGlobals,
										List, Index);
}

#ifdef __cplusplus
}
#endif
#endif
