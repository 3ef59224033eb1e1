/* SPDX-License-Identifier: MIT */
/*
 * wdfresource.h - WDFCMRESLIST, WDFIORESLIST, WDFIORESREQLIST: hardware of a device.
 *
 * Has: WdfIoResourceRequirementsListSetSlotNumber,
 *      WdfIoResourceRequirementsListSetInterfaceType,
 *      WdfIoResourceRequirementsListAppendIoResList,
 *      WdfIoResourceRequirementsListInsertIoResList, WdfIoResourceRequirementsListGetCount,
 *      WdfIoResourceRequirementsListGetIoResList, WdfIoResourceRequirementsListRemove,
 *      WdfIoResourceRequirementsListRemoveByIoResList, WdfIoResourceListCreate,
 *      WdfIoResourceListInsertDescriptor, WdfIoResourceListAppendDescriptor,
 *      WdfIoResourceListUpdateDescriptor, WdfIoResourceListGetCount,
 *      WdfIoResourceListGetDescriptor, WdfIoResourceListRemove,
 *      WdfIoResourceListRemoveByDescriptor, WdfCmResourceListInsertDescriptor,
 *      WdfCmResourceListAppendDescriptor, WdfCmResourceListGetCount,
 *      WdfCmResourceListGetDescriptor, WdfCmResourceListRemove,
 *      WdfCmResourceListRemoveByDescriptor, WDF_INSERT_AT_END.
 *
 * WDFCMRESLIST: what a device was given. WDFIORESREQLIST: configurations (WDFIORESLIST) that it
 * could do with, best first. The framework makes and deletes the lists; what a driver may do with
 * one depends on the callback it got it in: nothing in EvtDevicePrepareHardware and
 * EvtDeviceReleaseHardware.
 */
#ifndef UWDF_WDFRESOURCE_H
#define UWDF_WDFRESOURCE_H

#include <wdf/wdfobject.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WDF_INSERT_AT_END ((ULONG)-1)

/**
 * WdfIoResourceRequirementsListSetSlotNumber() - say which slot the device is in.
 * @RequirementsList: the requirements.
 * @SlotNumber:       of the bus.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfresource.h.
 */
typedef VOID (*PFN_WDFIORESOURCEREQUIREMENTSLISTSETSLOTNUMBER)(PWDF_DRIVER_GLOBALS DriverGlobals,
							       WDFIORESREQLIST RequirementsList,
							       ULONG SlotNumber);
FORCEINLINE VOID WdfIoResourceRequirementsListSetSlotNumber(WDFIORESREQLIST RequirementsList,
							    ULONG SlotNumber)
{
	((PFN_WDFIORESOURCEREQUIREMENTSLISTSETSLOTNUMBER)
		 WdfFunctions[WdfIoResourceRequirementsListSetSlotNumberTableIndex])(
		WdfDriverGlobals, RequirementsList, SlotNumber);
}

/**
 * WdfIoResourceRequirementsListSetInterfaceType() - say what bus the device is on.
 * @RequirementsList: the requirements.
 * @InterfaceType:    of the bus; Internal if nothing is said.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfresource.h.
 */
typedef VOID (*PFN_WDFIORESOURCEREQUIREMENTSLISTSETINTERFACETYPE)(PWDF_DRIVER_GLOBALS DriverGlobals,
								  WDFIORESREQLIST RequirementsList,
								  INTERFACE_TYPE InterfaceType);
FORCEINLINE VOID WdfIoResourceRequirementsListSetInterfaceType(WDFIORESREQLIST RequirementsList,
							       INTERFACE_TYPE InterfaceType)
{
	((PFN_WDFIORESOURCEREQUIREMENTSLISTSETINTERFACETYPE)
		 WdfFunctions[WdfIoResourceRequirementsListSetInterfaceTypeTableIndex])(
		WdfDriverGlobals, RequirementsList, InterfaceType);
}

/**
 * WdfIoResourceRequirementsListAppendIoResList() - add a configuration behind the others.
 * @RequirementsList: the requirements.
 * @IoResList:        made for these requirements, in no list yet.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST the configuration was made for others or
 *          is in it already; STATUS_ACCESS_DENIED; STATUS_INSUFFICIENT_RESOURCES.
 * Differs: KMDF takes a configuration twice.
 * Source:  Windows driver documentation, wdfresource.h.
 */
typedef NTSTATUS (*PFN_WDFIORESOURCEREQUIREMENTSLISTAPPENDIORESLIST)(
	PWDF_DRIVER_GLOBALS DriverGlobals, WDFIORESREQLIST RequirementsList,
	WDFIORESLIST IoResList);
FORCEINLINE NTSTATUS WdfIoResourceRequirementsListAppendIoResList(WDFIORESREQLIST RequirementsList,
								  WDFIORESLIST IoResList)
{
	return ((PFN_WDFIORESOURCEREQUIREMENTSLISTAPPENDIORESLIST)
			WdfFunctions[WdfIoResourceRequirementsListAppendIoResListTableIndex])(
		WdfDriverGlobals, RequirementsList, IoResList);
}

/**
 * WdfIoResourceRequirementsListInsertIoResList() - add a configuration.
 * @RequirementsList: the requirements.
 * @IoResList:        made for these requirements, in no list yet.
 * @Index:            goes in front of the one at this index; WDF_INSERT_AT_END or the count:
 *                      behind all.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  as WdfIoResourceRequirementsListAppendIoResList(); STATUS_ARRAY_BOUNDS_EXCEEDED Index
 *          is larger than the count.
 * Differs: KMDF takes a configuration twice, and deletes one that it could not insert.
 * Source:  Windows driver documentation, wdfresource.h.
 */
typedef NTSTATUS (*PFN_WDFIORESOURCEREQUIREMENTSLISTINSERTIORESLIST)(
	PWDF_DRIVER_GLOBALS DriverGlobals, WDFIORESREQLIST RequirementsList, WDFIORESLIST IoResList,
	ULONG Index);
FORCEINLINE NTSTATUS WdfIoResourceRequirementsListInsertIoResList(WDFIORESREQLIST RequirementsList,
								  WDFIORESLIST IoResList,
								  ULONG Index)
{
	return ((PFN_WDFIORESOURCEREQUIREMENTSLISTINSERTIORESLIST)
			WdfFunctions[WdfIoResourceRequirementsListInsertIoResListTableIndex])(
		WdfDriverGlobals, RequirementsList, IoResList, Index);
}

/**
 * WdfIoResourceRequirementsListGetCount() - how many configurations there are.
 * @RequirementsList: the requirements.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  the number.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfresource.h.
 */
typedef ULONG (*PFN_WDFIORESOURCEREQUIREMENTSLISTGETCOUNT)(PWDF_DRIVER_GLOBALS DriverGlobals,
							   WDFIORESREQLIST RequirementsList);
FORCEINLINE ULONG WdfIoResourceRequirementsListGetCount(WDFIORESREQLIST RequirementsList)
{
	return ((PFN_WDFIORESOURCEREQUIREMENTSLISTGETCOUNT)
			WdfFunctions[WdfIoResourceRequirementsListGetCountTableIndex])(
		WdfDriverGlobals, RequirementsList);
}

/**
 * WdfIoResourceRequirementsListGetIoResList() - the configuration at an index.
 * @RequirementsList: the requirements.
 * @Index:            from 0.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  its handle; NULL past the end.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfresource.h.
 */
typedef WDFIORESLIST (*PFN_WDFIORESOURCEREQUIREMENTSLISTGETIORESLIST)(
	PWDF_DRIVER_GLOBALS DriverGlobals, WDFIORESREQLIST RequirementsList, ULONG Index);
FORCEINLINE WDFIORESLIST WdfIoResourceRequirementsListGetIoResList(WDFIORESREQLIST RequirementsList,
								   ULONG Index)
{
	return ((PFN_WDFIORESOURCEREQUIREMENTSLISTGETIORESLIST)
			WdfFunctions[WdfIoResourceRequirementsListGetIoResListTableIndex])(
		WdfDriverGlobals, RequirementsList, Index);
}

/**
 * WdfIoResourceRequirementsListRemove() - delete the configuration at an index.
 * @RequirementsList: the requirements.
 * @Index:            from 0.
 *
 * Requirements that may not be removed from are reported and left alone; so is an index past
 * the end.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfresource.h.
 */
typedef VOID (*PFN_WDFIORESOURCEREQUIREMENTSLISTREMOVE)(PWDF_DRIVER_GLOBALS DriverGlobals,
							WDFIORESREQLIST RequirementsList,
							ULONG Index);
FORCEINLINE VOID WdfIoResourceRequirementsListRemove(WDFIORESREQLIST RequirementsList, ULONG Index)
{
	((PFN_WDFIORESOURCEREQUIREMENTSLISTREMOVE)
		 WdfFunctions[WdfIoResourceRequirementsListRemoveTableIndex])(
		WdfDriverGlobals, RequirementsList, Index);
}

/**
 * WdfIoResourceRequirementsListRemoveByIoResList() - delete a configuration.
 * @RequirementsList: the requirements.
 * @IoResList:        in the list.
 *
 * Requirements that may not be removed from are reported and left alone; so are such that do
 * not have it.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfresource.h.
 */
typedef VOID (*PFN_WDFIORESOURCEREQUIREMENTSLISTREMOVEBYIORESLIST)(
	PWDF_DRIVER_GLOBALS DriverGlobals, WDFIORESREQLIST RequirementsList,
	WDFIORESLIST IoResList);
FORCEINLINE VOID WdfIoResourceRequirementsListRemoveByIoResList(WDFIORESREQLIST RequirementsList,
								WDFIORESLIST IoResList)
{
	((PFN_WDFIORESOURCEREQUIREMENTSLISTREMOVEBYIORESLIST)
		 WdfFunctions[WdfIoResourceRequirementsListRemoveByIoResListTableIndex])(
		WdfDriverGlobals, RequirementsList, IoResList);
}

/**
 * WdfIoResourceListCreate() - make an empty configuration, not in the list yet.
 * @RequirementsList: the requirements.
 * @Attributes:       ParentObject must be NULL; may be WDF_NO_OBJECT_ATTRIBUTES.
 * @ResourceList:     the new handle.
 *
 * It is a child of the requirements; the driver does not delete it, it removes it from the list.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_INSUFFICIENT_RESOURCES; an object-attributes status.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfresource.h.
 */
typedef NTSTATUS (*PFN_WDFIORESOURCELISTCREATE)(PWDF_DRIVER_GLOBALS DriverGlobals,
						WDFIORESREQLIST RequirementsList,
						PWDF_OBJECT_ATTRIBUTES Attributes,
						WDFIORESLIST *ResourceList);
FORCEINLINE NTSTATUS WdfIoResourceListCreate(WDFIORESREQLIST RequirementsList,
					     PWDF_OBJECT_ATTRIBUTES Attributes,
					     WDFIORESLIST *ResourceList)
{
	return ((PFN_WDFIORESOURCELISTCREATE)WdfFunctions[WdfIoResourceListCreateTableIndex])(
		WdfDriverGlobals, RequirementsList, Attributes, ResourceList);
}

/**
 * WdfIoResourceListInsertDescriptor() - add a descriptor to a configuration.
 * @ResourceList: the configuration.
 * @Descriptor:   is copied.
 * @Index:        goes in front of the one at this index; WDF_INSERT_AT_END or the count: behind
 *                  all.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_ACCESS_DENIED this list may not be added to;
 *          STATUS_ARRAY_BOUNDS_EXCEEDED Index is larger than the count;
 *          STATUS_INSUFFICIENT_RESOURCES.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfresource.h.
 */
typedef NTSTATUS (*PFN_WDFIORESOURCELISTINSERTDESCRIPTOR)(PWDF_DRIVER_GLOBALS DriverGlobals,
							  WDFIORESLIST ResourceList,
							  PIO_RESOURCE_DESCRIPTOR Descriptor,
							  ULONG Index);
FORCEINLINE NTSTATUS WdfIoResourceListInsertDescriptor(WDFIORESLIST ResourceList,
						       PIO_RESOURCE_DESCRIPTOR Descriptor,
						       ULONG Index)
{
	return ((PFN_WDFIORESOURCELISTINSERTDESCRIPTOR)
			WdfFunctions[WdfIoResourceListInsertDescriptorTableIndex])(
		WdfDriverGlobals, ResourceList, Descriptor, Index);
}

/**
 * WdfIoResourceListAppendDescriptor() - add a descriptor behind the others.
 * @ResourceList: the configuration.
 * @Descriptor:   is copied.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_ACCESS_DENIED this list may not be added to;
 *          STATUS_INSUFFICIENT_RESOURCES.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfresource.h.
 */
typedef NTSTATUS (*PFN_WDFIORESOURCELISTAPPENDDESCRIPTOR)(PWDF_DRIVER_GLOBALS DriverGlobals,
							  WDFIORESLIST ResourceList,
							  PIO_RESOURCE_DESCRIPTOR Descriptor);
FORCEINLINE NTSTATUS WdfIoResourceListAppendDescriptor(WDFIORESLIST ResourceList,
						       PIO_RESOURCE_DESCRIPTOR Descriptor)
{
	return ((PFN_WDFIORESOURCELISTAPPENDDESCRIPTOR)
			WdfFunctions[WdfIoResourceListAppendDescriptorTableIndex])(
		WdfDriverGlobals, ResourceList, Descriptor);
}

/**
 * WdfIoResourceListUpdateDescriptor() - change a descriptor in its place.
 * @ResourceList: the configuration.
 * @Descriptor:   its new content, copied.
 * @Index:        from 0.
 *
 * Allowed in any configuration. An index past the end is reported and otherwise ignored.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfresource.h.
 */
typedef VOID (*PFN_WDFIORESOURCELISTUPDATEDESCRIPTOR)(PWDF_DRIVER_GLOBALS DriverGlobals,
						      WDFIORESLIST ResourceList,
						      PIO_RESOURCE_DESCRIPTOR Descriptor,
						      ULONG Index);
FORCEINLINE VOID WdfIoResourceListUpdateDescriptor(WDFIORESLIST ResourceList,
						   PIO_RESOURCE_DESCRIPTOR Descriptor, ULONG Index)
{
	((PFN_WDFIORESOURCELISTUPDATEDESCRIPTOR)
		 WdfFunctions[WdfIoResourceListUpdateDescriptorTableIndex])(
		WdfDriverGlobals, ResourceList, Descriptor, Index);
}

/**
 * WdfIoResourceListGetCount() - how many descriptors a configuration has.
 * @ResourceList: the configuration.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  the number.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfresource.h.
 */
typedef ULONG (*PFN_WDFIORESOURCELISTGETCOUNT)(PWDF_DRIVER_GLOBALS DriverGlobals,
					       WDFIORESLIST ResourceList);
FORCEINLINE ULONG WdfIoResourceListGetCount(WDFIORESLIST ResourceList)
{
	return ((PFN_WDFIORESOURCELISTGETCOUNT)WdfFunctions[WdfIoResourceListGetCountTableIndex])(
		WdfDriverGlobals, ResourceList);
}

/**
 * WdfIoResourceListGetDescriptor() - a copy of one descriptor.
 * @ResourceList: the configuration.
 * @Index:        from 0.
 *
 * What the driver writes there changes nothing. See
 * WdfIoResourceListUpdateDescriptor().
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  the copy, valid until the descriptor is removed; NULL past the end.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfresource.h.
 */
typedef PIO_RESOURCE_DESCRIPTOR (*PFN_WDFIORESOURCELISTGETDESCRIPTOR)(
	PWDF_DRIVER_GLOBALS DriverGlobals, WDFIORESLIST ResourceList, ULONG Index);
FORCEINLINE PIO_RESOURCE_DESCRIPTOR WdfIoResourceListGetDescriptor(WDFIORESLIST ResourceList,
								   ULONG Index)
{
	return ((PFN_WDFIORESOURCELISTGETDESCRIPTOR)
			WdfFunctions[WdfIoResourceListGetDescriptorTableIndex])(
		WdfDriverGlobals, ResourceList, Index);
}

/**
 * WdfIoResourceListRemove() - remove the descriptor at an index.
 * @ResourceList: the configuration.
 * @Index:        from 0.
 *
 * A list that may not be removed from is reported and left alone; so is one that has no such
 * descriptor.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfresource.h.
 */
typedef VOID (*PFN_WDFIORESOURCELISTREMOVE)(PWDF_DRIVER_GLOBALS DriverGlobals,
					    WDFIORESLIST ResourceList, ULONG Index);
FORCEINLINE VOID WdfIoResourceListRemove(WDFIORESLIST ResourceList, ULONG Index)
{
	((PFN_WDFIORESOURCELISTREMOVE)WdfFunctions[WdfIoResourceListRemoveTableIndex])(
		WdfDriverGlobals, ResourceList, Index);
}

/**
 * WdfIoResourceListRemoveByDescriptor() - remove the first descriptor like this one.
 * @ResourceList: the configuration.
 * @Descriptor:   compared byte for byte.
 *
 * A list that may not be removed from is reported and left alone; so is one that has no such
 * descriptor.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfresource.h.
 */
typedef VOID (*PFN_WDFIORESOURCELISTREMOVEBYDESCRIPTOR)(PWDF_DRIVER_GLOBALS DriverGlobals,
							WDFIORESLIST ResourceList,
							PIO_RESOURCE_DESCRIPTOR Descriptor);
FORCEINLINE VOID WdfIoResourceListRemoveByDescriptor(WDFIORESLIST ResourceList,
						     PIO_RESOURCE_DESCRIPTOR Descriptor)
{
	((PFN_WDFIORESOURCELISTREMOVEBYDESCRIPTOR)
		 WdfFunctions[WdfIoResourceListRemoveByDescriptorTableIndex])(
		WdfDriverGlobals, ResourceList, Descriptor);
}

/**
 * WdfCmResourceListInsertDescriptor() - add a descriptor to a list.
 * @List:       the list.
 * @Descriptor: is copied.
 * @Index:      goes in front of the one at this index; WDF_INSERT_AT_END or the count: behind all.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_ACCESS_DENIED this list may not be added to;
 *          STATUS_ARRAY_BOUNDS_EXCEEDED Index is larger than the count;
 *          STATUS_INSUFFICIENT_RESOURCES.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfresource.h.
 */
typedef NTSTATUS (*PFN_WDFCMRESOURCELISTINSERTDESCRIPTOR)(
	PWDF_DRIVER_GLOBALS DriverGlobals, WDFCMRESLIST List,
	PCM_PARTIAL_RESOURCE_DESCRIPTOR Descriptor, ULONG Index);
FORCEINLINE NTSTATUS WdfCmResourceListInsertDescriptor(WDFCMRESLIST List,
						       PCM_PARTIAL_RESOURCE_DESCRIPTOR Descriptor,
						       ULONG Index)
{
	return ((PFN_WDFCMRESOURCELISTINSERTDESCRIPTOR)
			WdfFunctions[WdfCmResourceListInsertDescriptorTableIndex])(
		WdfDriverGlobals, List, Descriptor, Index);
}

/**
 * WdfCmResourceListAppendDescriptor() - add a descriptor behind the others.
 * @List:       the list.
 * @Descriptor: is copied.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_ACCESS_DENIED this list may not be added to;
 *          STATUS_INSUFFICIENT_RESOURCES.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfresource.h.
 */
typedef NTSTATUS (*PFN_WDFCMRESOURCELISTAPPENDDESCRIPTOR)(
	PWDF_DRIVER_GLOBALS DriverGlobals, WDFCMRESLIST List,
	PCM_PARTIAL_RESOURCE_DESCRIPTOR Descriptor);
FORCEINLINE NTSTATUS WdfCmResourceListAppendDescriptor(WDFCMRESLIST List,
						       PCM_PARTIAL_RESOURCE_DESCRIPTOR Descriptor)
{
	return ((PFN_WDFCMRESOURCELISTAPPENDDESCRIPTOR)
			WdfFunctions[WdfCmResourceListAppendDescriptorTableIndex])(
		WdfDriverGlobals, List, Descriptor);
}

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
 * WdfCmResourceListGetDescriptor() - a copy of one descriptor.
 * @List:  the list.
 * @Index: from 0.
 *
 * What the driver writes there changes nothing. WdfInterruptCreate() knows
 * by the place which descriptor is meant.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  the copy, valid until EvtDeviceReleaseHardware has returned; NULL past the end.
 * Differs: translated memory and port addresses are where the host sees the registers; the lists
 *          of EvtDevicePrepareHardware hold the BARs in their order, then the interrupts.
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

/**
 * WdfCmResourceListRemove() - remove the descriptor at an index.
 * @List:  the list.
 * @Index: from 0.
 *
 * A list that may not be removed from is reported and left alone; so is one that has no such
 * descriptor.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfresource.h.
 */
typedef VOID (*PFN_WDFCMRESOURCELISTREMOVE)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCMRESLIST List,
					    ULONG Index);
FORCEINLINE VOID WdfCmResourceListRemove(WDFCMRESLIST List, ULONG Index)
{
	((PFN_WDFCMRESOURCELISTREMOVE)WdfFunctions[WdfCmResourceListRemoveTableIndex])(
		WdfDriverGlobals, List, Index);
}

/**
 * WdfCmResourceListRemoveByDescriptor() - remove the first descriptor like this one.
 * @List:       the list.
 * @Descriptor: compared byte for byte.
 *
 * A list that may not be removed from is reported and left alone; so is one that has no such
 * descriptor.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfresource.h.
 */
typedef VOID (*PFN_WDFCMRESOURCELISTREMOVEBYDESCRIPTOR)(PWDF_DRIVER_GLOBALS DriverGlobals,
							WDFCMRESLIST List,
							PCM_PARTIAL_RESOURCE_DESCRIPTOR Descriptor);
FORCEINLINE VOID WdfCmResourceListRemoveByDescriptor(WDFCMRESLIST List,
						     PCM_PARTIAL_RESOURCE_DESCRIPTOR Descriptor)
{
	((PFN_WDFCMRESOURCELISTREMOVEBYDESCRIPTOR)
		 WdfFunctions[WdfCmResourceListRemoveByDescriptorTableIndex])(WdfDriverGlobals,
									      List, Descriptor);
}

#ifdef __cplusplus
}
#endif
#endif
