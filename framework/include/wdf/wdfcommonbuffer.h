/* SPDX-License-Identifier: MIT */
/*
 * wdfcommonbuffer.h - WDFCOMMONBUFFER: memory that driver and device share.
 *
 * Has: WdfCommonBufferCreate, WdfCommonBufferCreateWithConfig,
 *      WdfCommonBufferGetAlignedVirtualAddress, WdfCommonBufferGetAlignedLogicalAddress,
 *      WdfCommonBufferGetLength.
 */
#ifndef UWDF_WDFCOMMONBUFFER_H
#define UWDF_WDFCOMMONBUFFER_H

#include <wdf/wdfobject.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct _WDF_COMMON_BUFFER_CONFIG {
	ULONG Size;
	ULONG AlignmentRequirement;
} WDF_COMMON_BUFFER_CONFIG, *PWDF_COMMON_BUFFER_CONFIG;

/** WDF_COMMON_BUFFER_CONFIG_INIT() - size and defaults. IRQL: any. */
FORCEINLINE VOID WDF_COMMON_BUFFER_CONFIG_INIT(PWDF_COMMON_BUFFER_CONFIG Config,
					       ULONG AlignmentRequirement)
{
	RtlZeroMemory(Config, sizeof(*Config));
	Config->Size = sizeof(WDF_COMMON_BUFFER_CONFIG);
	Config->AlignmentRequirement = AlignmentRequirement;
}

/**
 * WdfCommonBufferCreate() - memory that driver and device share.
 * @DmaEnabler:   the enabler.
 * @Length:       bytes, not zero.
 * @Attributes:   ParentObject must be NULL: the enabler is the parent; may be
 *                WDF_NO_OBJECT_ATTRIBUTES.
 * @CommonBuffer: the new handle.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_PARAMETER length zero or past 32 bits;
 *          STATUS_INSUFFICIENT_RESOURCES no memory, locked-memory limit or no device address; an
 *          object-attributes status.
 * Differs: zeroed. Physically contiguous for the device only.
 * Source:  Windows driver documentation, wdfcommonbuffer.h.
 */
typedef NTSTATUS (*PFN_WDFCOMMONBUFFERCREATE)(PWDF_DRIVER_GLOBALS DriverGlobals,
					      WDFDMAENABLER DmaEnabler, size_t Length,
					      PWDF_OBJECT_ATTRIBUTES Attributes,
					      WDFCOMMONBUFFER *CommonBuffer);
FORCEINLINE NTSTATUS WdfCommonBufferCreate(WDFDMAENABLER DmaEnabler, size_t Length,
					   PWDF_OBJECT_ATTRIBUTES Attributes,
					   WDFCOMMONBUFFER *CommonBuffer)
{
	return ((PFN_WDFCOMMONBUFFERCREATE)WdfFunctions[WdfCommonBufferCreateTableIndex])(
		WdfDriverGlobals, DmaEnabler, Length, Attributes, CommonBuffer);
}

/**
 * WdfCommonBufferCreateWithConfig() - memory that driver and device share, with an alignment.
 * @DmaEnabler:   the enabler.
 * @Length:       bytes, not zero.
 * @Config:       from WDF_COMMON_BUFFER_CONFIG_INIT().
 * @Attributes:   parent: the enabler or an object below it; may be WDF_NO_OBJECT_ATTRIBUTES.
 * @CommonBuffer: the new handle.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  as WdfCommonBufferCreate(); STATUS_INFO_LENGTH_MISMATCH wrong Size;
 *          STATUS_INVALID_PARAMETER an alignment that is no mask.
 * Differs: zeroed. The alignment holds for both addresses.
 * Source:  Windows driver documentation, wdfcommonbuffer.h.
 */
typedef NTSTATUS (*PFN_WDFCOMMONBUFFERCREATEWITHCONFIG)(PWDF_DRIVER_GLOBALS DriverGlobals,
							WDFDMAENABLER DmaEnabler, size_t Length,
							PWDF_COMMON_BUFFER_CONFIG Config,
							PWDF_OBJECT_ATTRIBUTES Attributes,
							WDFCOMMONBUFFER *CommonBuffer);
FORCEINLINE NTSTATUS WdfCommonBufferCreateWithConfig(WDFDMAENABLER DmaEnabler, size_t Length,
						     PWDF_COMMON_BUFFER_CONFIG Config,
						     PWDF_OBJECT_ATTRIBUTES Attributes,
						     WDFCOMMONBUFFER *CommonBuffer)
{
	return ((PFN_WDFCOMMONBUFFERCREATEWITHCONFIG)
			WdfFunctions[WdfCommonBufferCreateWithConfigTableIndex])(
		WdfDriverGlobals, DmaEnabler, Length, Config, Attributes, CommonBuffer);
}

/**
 * WdfCommonBufferGetAlignedVirtualAddress() - where the driver sees the buffer.
 * @CommonBuffer: the buffer.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  the address.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfcommonbuffer.h.
 */
typedef PVOID (*PFN_WDFCOMMONBUFFERGETALIGNEDVIRTUALADDRESS)(PWDF_DRIVER_GLOBALS DriverGlobals,
							     WDFCOMMONBUFFER CommonBuffer);
FORCEINLINE PVOID WdfCommonBufferGetAlignedVirtualAddress(WDFCOMMONBUFFER CommonBuffer)
{
	return ((PFN_WDFCOMMONBUFFERGETALIGNEDVIRTUALADDRESS)
			WdfFunctions[WdfCommonBufferGetAlignedVirtualAddressTableIndex])(
		WdfDriverGlobals, CommonBuffer);
}

/**
 * WdfCommonBufferGetAlignedLogicalAddress() - where the device sees the buffer.
 * @CommonBuffer: the buffer.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  the device address, below 4 GiB for 32-bit profiles.
 * Differs: an IOVA.
 * Source:  Windows driver documentation, wdfcommonbuffer.h.
 */
typedef PHYSICAL_ADDRESS (*PFN_WDFCOMMONBUFFERGETALIGNEDLOGICALADDRESS)(
	PWDF_DRIVER_GLOBALS DriverGlobals, WDFCOMMONBUFFER CommonBuffer);
FORCEINLINE PHYSICAL_ADDRESS WdfCommonBufferGetAlignedLogicalAddress(WDFCOMMONBUFFER CommonBuffer)
{
	return ((PFN_WDFCOMMONBUFFERGETALIGNEDLOGICALADDRESS)
			WdfFunctions[WdfCommonBufferGetAlignedLogicalAddressTableIndex])(
		WdfDriverGlobals, CommonBuffer);
}

/**
 * WdfCommonBufferGetLength() - the length as asked for.
 * @CommonBuffer: the buffer.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  bytes.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfcommonbuffer.h.
 */
typedef size_t (*PFN_WDFCOMMONBUFFERGETLENGTH)(PWDF_DRIVER_GLOBALS DriverGlobals,
					       WDFCOMMONBUFFER CommonBuffer);
FORCEINLINE size_t WdfCommonBufferGetLength(WDFCOMMONBUFFER CommonBuffer)
{
	return ((PFN_WDFCOMMONBUFFERGETLENGTH)WdfFunctions[WdfCommonBufferGetLengthTableIndex])(
		WdfDriverGlobals, CommonBuffer);
}

#ifdef __cplusplus
}
#endif
#endif
