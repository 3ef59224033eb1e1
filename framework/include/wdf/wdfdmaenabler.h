/* SPDX-License-Identifier: MIT */
/*
 * wdfdmaenabler.h - WDFDMAENABLER: how a device masters the bus.
 *
 * Has: WdfDmaEnablerCreate, WdfDmaEnablerGetMaximumLength.
 */
#ifndef UWDF_WDFDMAENABLER_H
#define UWDF_WDFDMAENABLER_H

#include <wdf/wdfobject.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum _WDF_DMA_DIRECTION {
	WdfDmaDirectionReadFromDevice = 0,
	WdfDmaDirectionWriteToDevice = 1,
} WDF_DMA_DIRECTION,
	*PWDF_DMA_DIRECTION;

typedef enum _WDF_DMA_ENABLER_CONFIG_FLAGS {
	WDF_DMA_ENABLER_CONFIG_NO_SGLIST_PREALLOCATION = 1,
	WDF_DMA_ENABLER_CONFIG_REQUIRE_SINGLE_TRANSFER = 2,
} WDF_DMA_ENABLER_CONFIG_FLAGS,
	*PWDF_DMA_ENABLER_CONFIG_FLAGS;

typedef enum _WDF_DMA_PROFILE {
	WdfDmaProfileInvalid = 0,
	WdfDmaProfilePacket = 1,
	WdfDmaProfileScatterGather = 2,
	WdfDmaProfilePacket64 = 3,
	WdfDmaProfileScatterGather64 = 4,
	WdfDmaProfileScatterGatherDuplex = 5,
	WdfDmaProfileScatterGather64Duplex = 6,
	WdfDmaProfileSystem = 7,
	WdfDmaProfileSystemDuplex = 8,
} WDF_DMA_PROFILE,
	*PWDF_DMA_PROFILE;

/**
 * EVT_WDF_DMA_ENABLER_DISABLE - undo of EvtDmaEnablerEnable.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; on failure it is noted and the way down goes on.
 * Source:  Windows driver documentation, wdfdmaenabler.h.
 */
typedef NTSTATUS EVT_WDF_DMA_ENABLER_DISABLE(WDFDMAENABLER DmaEnabler);
typedef EVT_WDF_DMA_ENABLER_DISABLE *PFN_WDF_DMA_ENABLER_DISABLE;

/**
 * EVT_WDF_DMA_ENABLER_ENABLE - the device may master the bus now.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; on failure the start fails.
 * Source:  Windows driver documentation, wdfdmaenabler.h.
 */
typedef NTSTATUS EVT_WDF_DMA_ENABLER_ENABLE(WDFDMAENABLER DmaEnabler);
typedef EVT_WDF_DMA_ENABLER_ENABLE *PFN_WDF_DMA_ENABLER_ENABLE;

/**
 * EVT_WDF_DMA_ENABLER_FILL - before EvtDmaEnablerEnable.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; on failure the start fails.
 * Source:  Windows driver documentation, wdfdmaenabler.h.
 */
typedef NTSTATUS EVT_WDF_DMA_ENABLER_FILL(WDFDMAENABLER DmaEnabler);
typedef EVT_WDF_DMA_ENABLER_FILL *PFN_WDF_DMA_ENABLER_FILL;

/**
 * EVT_WDF_DMA_ENABLER_FLUSH - undo of EvtDmaEnablerFill.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; on failure it is noted and the way down goes on.
 * Source:  Windows driver documentation, wdfdmaenabler.h.
 */
typedef NTSTATUS EVT_WDF_DMA_ENABLER_FLUSH(WDFDMAENABLER DmaEnabler);
typedef EVT_WDF_DMA_ENABLER_FLUSH *PFN_WDF_DMA_ENABLER_FLUSH;

/**
 * EVT_WDF_DMA_ENABLER_SELFMANAGED_IO_START - start the DMA engine.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; on failure the start fails.
 * Source:  Windows driver documentation, wdfdmaenabler.h.
 */
typedef NTSTATUS EVT_WDF_DMA_ENABLER_SELFMANAGED_IO_START(WDFDMAENABLER DmaEnabler);
typedef EVT_WDF_DMA_ENABLER_SELFMANAGED_IO_START *PFN_WDF_DMA_ENABLER_SELFMANAGED_IO_START;

/**
 * EVT_WDF_DMA_ENABLER_SELFMANAGED_IO_STOP - stop the DMA engine.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; on failure it is noted and the way down goes on.
 * Source:  Windows driver documentation, wdfdmaenabler.h.
 */
typedef NTSTATUS EVT_WDF_DMA_ENABLER_SELFMANAGED_IO_STOP(WDFDMAENABLER DmaEnabler);
typedef EVT_WDF_DMA_ENABLER_SELFMANAGED_IO_STOP *PFN_WDF_DMA_ENABLER_SELFMANAGED_IO_STOP;

typedef struct _WDF_DMA_ENABLER_CONFIG {
	ULONG Size;
	WDF_DMA_PROFILE Profile;
	size_t MaximumLength;
	PFN_WDF_DMA_ENABLER_FILL EvtDmaEnablerFill;
	PFN_WDF_DMA_ENABLER_FLUSH EvtDmaEnablerFlush;
	PFN_WDF_DMA_ENABLER_DISABLE EvtDmaEnablerDisable;
	PFN_WDF_DMA_ENABLER_ENABLE EvtDmaEnablerEnable;
	PFN_WDF_DMA_ENABLER_SELFMANAGED_IO_START EvtDmaEnablerSelfManagedIoStart;
	PFN_WDF_DMA_ENABLER_SELFMANAGED_IO_STOP EvtDmaEnablerSelfManagedIoStop;
	ULONG AddressWidthOverride;
	ULONG WdmDmaVersionOverride;
	ULONG Flags;
} WDF_DMA_ENABLER_CONFIG, *PWDF_DMA_ENABLER_CONFIG;

/** WDF_DMA_ENABLER_CONFIG_INIT() - size and defaults. IRQL: any. */
FORCEINLINE VOID WDF_DMA_ENABLER_CONFIG_INIT(PWDF_DMA_ENABLER_CONFIG Config,
					     WDF_DMA_PROFILE Profile, size_t MaximumLength)
{
	RtlZeroMemory(Config, sizeof(*Config));
	Config->Size = sizeof(WDF_DMA_ENABLER_CONFIG);
	Config->Profile = Profile;
	Config->MaximumLength = MaximumLength;
}

typedef struct _WDF_DMA_SYSTEM_PROFILE_CONFIG {
	ULONG Size;
	BOOLEAN DemandMode;
	BOOLEAN LoopedTransfer;
	DMA_WIDTH DmaWidth;
	PHYSICAL_ADDRESS DeviceAddress;
	PCM_PARTIAL_RESOURCE_DESCRIPTOR DmaDescriptor;
} WDF_DMA_SYSTEM_PROFILE_CONFIG, *PWDF_DMA_SYSTEM_PROFILE_CONFIG;

/** WDF_DMA_SYSTEM_PROFILE_CONFIG_INIT() - size and defaults. IRQL: any. */
FORCEINLINE VOID WDF_DMA_SYSTEM_PROFILE_CONFIG_INIT(PWDF_DMA_SYSTEM_PROFILE_CONFIG Config,
						    DMA_WIDTH DmaWidth, PHYSICAL_ADDRESS Address,
						    PCM_PARTIAL_RESOURCE_DESCRIPTOR DmaDescriptor)
{
	RtlZeroMemory(Config, sizeof(*Config));
	Config->Size = sizeof(WDF_DMA_SYSTEM_PROFILE_CONFIG);
	Config->DmaWidth = DmaWidth;
	Config->DeviceAddress = Address;
	Config->DmaDescriptor = DmaDescriptor;
}

/**
 * WdfDmaEnablerCreate() - describe how the device masters the bus; needed for common buffers.
 * @Device:           the device.
 * @Config:           from WDF_DMA_ENABLER_CONFIG_INIT().
 * @Attributes:       parent: the device or an object below it; may be WDF_NO_OBJECT_ATTRIBUTES.
 * @DmaEnablerHandle: the new handle.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_INFO_LENGTH_MISMATCH wrong Size; STATUS_INVALID_PARAMETER
 *          profile, length, flags or address width; STATUS_NOT_SUPPORTED a system profile;
 *          STATUS_INSUFFICIENT_RESOURCES; an object-attributes status.
 * Differs: system DMA profiles do not exist on PCI. AddressWidthOverride may narrow any profile
 *          from 24 bits up. WdmDmaVersionOverride is checked and has no effect: there is one DMA
 *          implementation. Flags are checked and have no effect: scatter/gather lists are never
 *          preallocated (NO_SGLIST_PREALLOCATION), and there is no WDFDMATRANSACTION yet that
 *          could be split (REQUIRE_SINGLE_TRANSFER); common buffers are always one piece.
 * Source:  Windows driver documentation, wdfdmaenabler.h.
 */
typedef NTSTATUS (*PFN_WDFDMAENABLERCREATE)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
					    PWDF_DMA_ENABLER_CONFIG Config,
					    PWDF_OBJECT_ATTRIBUTES Attributes,
					    WDFDMAENABLER *DmaEnablerHandle);
FORCEINLINE NTSTATUS WdfDmaEnablerCreate(WDFDEVICE Device, PWDF_DMA_ENABLER_CONFIG Config,
					 PWDF_OBJECT_ATTRIBUTES Attributes,
					 WDFDMAENABLER *DmaEnablerHandle)
{
	return ((PFN_WDFDMAENABLERCREATE)WdfFunctions[WdfDmaEnablerCreateTableIndex])(
		WdfDriverGlobals, Device, Config, Attributes, DmaEnablerHandle);
}

/**
 * WdfDmaEnablerGetMaximumLength() - the longest transfer.
 * @DmaEnabler: the enabler.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  bytes, as configured.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfdmaenabler.h.
 */
typedef size_t (*PFN_WDFDMAENABLERGETMAXIMUMLENGTH)(PWDF_DRIVER_GLOBALS DriverGlobals,
						    WDFDMAENABLER DmaEnabler);
FORCEINLINE size_t WdfDmaEnablerGetMaximumLength(WDFDMAENABLER DmaEnabler)
{
	return ((PFN_WDFDMAENABLERGETMAXIMUMLENGTH)
			WdfFunctions[WdfDmaEnablerGetMaximumLengthTableIndex])(WdfDriverGlobals,
									       DmaEnabler);
}

#ifdef __cplusplus
}
#endif
#endif
