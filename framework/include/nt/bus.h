/* SPDX-License-Identifier: MIT */
/*
 * bus.h - what drivers ask a bus for: configuration space of PCI, interfaces between drivers,
 * properties of a device.
 *
 * Has: PCI_COMMON_CONFIG, PCI_ENABLE_*, PCI_STATUS_*; INTERFACE, BUS_INTERFACE_STANDARD;
 * PNP_BUS_INFORMATION; DEVICE_REGISTRY_PROPERTY. Types only.
 *
 * Source: Windows driver documentation, wdm.h; PCI Local Bus Specification 3.0, 6.2.
 */
#ifndef UWDF_NT_BUS_H
#define UWDF_NT_BUS_H

#include <ntdef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PCI_WHICHSPACE_CONFIG 0x0
#define PCI_WHICHSPACE_ROM    0x52696350

#define PCI_TYPE0_ADDRESSES             6
#define PCI_TYPE1_ADDRESSES             2
#define PCI_TYPE2_ADDRESSES             5
#define PCI_INVALID_VENDORID            0xffff
#define PCI_MULTIFUNCTION               0x80
#define PCI_DEVICE_TYPE                 0x00
#define PCI_BRIDGE_TYPE                 0x01
#define PCI_CARDBUS_BRIDGE_TYPE         0x02
#define PCI_ENABLE_IO_SPACE             0x0001
#define PCI_ENABLE_MEMORY_SPACE         0x0002
#define PCI_ENABLE_BUS_MASTER           0x0004
#define PCI_ENABLE_SPECIAL_CYCLES       0x0008
#define PCI_ENABLE_WRITE_AND_INVALIDATE 0x0010
#define PCI_ENABLE_PARITY               0x0040
#define PCI_ENABLE_SERR                 0x0100
#define PCI_ENABLE_FAST_BACK_TO_BACK    0x0200
#define PCI_DISABLE_LEVEL_INTERRUPT     0x0400
#define PCI_STATUS_INTERRUPT_PENDING    0x0008
#define PCI_STATUS_CAPABILITIES_LIST    0x0010

#define UWDF_PCI_COMMON_HEADER                                                                     \
	USHORT VendorID;                                                                           \
	USHORT DeviceID;                                                                           \
	USHORT Command; /* PCI_ENABLE_* */                                                         \
	USHORT Status;                                                                             \
	UCHAR RevisionID;                                                                          \
	UCHAR ProgIf;                                                                              \
	UCHAR SubClass;                                                                            \
	UCHAR BaseClass;                                                                           \
	UCHAR CacheLineSize;                                                                       \
	UCHAR LatencyTimer;                                                                        \
	UCHAR HeaderType;                                                                          \
	UCHAR BIST;                                                                                \
	union {                                                                                    \
		struct {                                                                           \
			ULONG BaseAddresses[PCI_TYPE0_ADDRESSES];                                  \
			ULONG CIS;                                                                 \
			USHORT SubVendorID;                                                        \
			USHORT SubSystemID;                                                        \
			ULONG ROMBaseAddress;                                                      \
			UCHAR CapabilitiesPtr;                                                     \
			UCHAR Reserved1[3];                                                        \
			ULONG Reserved2;                                                           \
			UCHAR InterruptLine;                                                       \
			UCHAR InterruptPin;                                                        \
			UCHAR MinimumGrant;                                                        \
			UCHAR MaximumLatency;                                                      \
		} type0;                                                                           \
	} u;
typedef struct _PCI_COMMON_HEADER {
	UWDF_PCI_COMMON_HEADER
} PCI_COMMON_HEADER, *PPCI_COMMON_HEADER;
typedef struct _PCI_COMMON_CONFIG {
	UWDF_PCI_COMMON_HEADER
	UCHAR DeviceSpecific[192];
} PCI_COMMON_CONFIG, *PPCI_COMMON_CONFIG;
#undef UWDF_PCI_COMMON_HEADER
#define PCI_COMMON_HDR_LENGTH ((ULONG)sizeof(PCI_COMMON_HEADER))
UWDF_STATIC_ASSERT(sizeof(PCI_COMMON_HEADER) == 64, "the header of configuration space");
UWDF_STATIC_ASSERT(sizeof(PCI_COMMON_CONFIG) == 256, "all of configuration space");

/* --- interfaces between drivers --- */

typedef VOID INTERFACE_REFERENCE(PVOID Context);
typedef VOID INTERFACE_DEREFERENCE(PVOID Context);
typedef INTERFACE_REFERENCE *PINTERFACE_REFERENCE;
typedef INTERFACE_DEREFERENCE *PINTERFACE_DEREFERENCE;
/* What each of them begins with. */
typedef struct _INTERFACE {
	USHORT Size;
	USHORT Version;
	PVOID Context;
	PINTERFACE_REFERENCE InterfaceReference;
	PINTERFACE_DEREFERENCE InterfaceDereference;
} INTERFACE, *PINTERFACE;

struct _DMA_ADAPTER;
struct _DEVICE_DESCRIPTION;
typedef BOOLEAN TRANSLATE_BUS_ADDRESS(PVOID Context, PHYSICAL_ADDRESS BusAddress, ULONG Length,
				      PULONG AddressSpace, PPHYSICAL_ADDRESS TranslatedAddress);
typedef TRANSLATE_BUS_ADDRESS *PTRANSLATE_BUS_ADDRESS;
typedef struct _DMA_ADAPTER *GET_DMA_ADAPTER(PVOID Context,
					     struct _DEVICE_DESCRIPTION *DeviceDescriptor,
					     PULONG NumberOfMapRegisters);
typedef GET_DMA_ADAPTER *PGET_DMA_ADAPTER;
/* @DataType: PCI_WHICHSPACE_*; returns the bytes read or written. */
typedef ULONG GET_SET_DEVICE_DATA(PVOID Context, ULONG DataType, PVOID Buffer, ULONG Offset,
				  ULONG Length);
typedef GET_SET_DEVICE_DATA *PGET_SET_DEVICE_DATA;
/* GUID_BUS_INTERFACE_STANDARD of wdmguid.h, version 1. */
typedef struct _BUS_INTERFACE_STANDARD {
	USHORT Size;
	USHORT Version;
	PVOID Context;
	PINTERFACE_REFERENCE InterfaceReference;
	PINTERFACE_DEREFERENCE InterfaceDereference;
	PTRANSLATE_BUS_ADDRESS TranslateBusAddress;
	PGET_DMA_ADAPTER GetDmaAdapter;
	PGET_SET_DEVICE_DATA SetBusData;
	PGET_SET_DEVICE_DATA GetBusData;
} BUS_INTERFACE_STANDARD, *PBUS_INTERFACE_STANDARD;
UWDF_STATIC_ASSERT(sizeof(INTERFACE) == 32 && sizeof(BUS_INTERFACE_STANDARD) == 64,
		   "as on 64-bit Windows");

/* --- properties of a device --- */

typedef enum {
	DevicePropertyDeviceDescription,
	DevicePropertyHardwareID,
	DevicePropertyCompatibleIDs,
	DevicePropertyBootConfiguration,
	DevicePropertyBootConfigurationTranslated,
	DevicePropertyClassName,
	DevicePropertyClassGuid,
	DevicePropertyDriverKeyName,
	DevicePropertyManufacturer,
	DevicePropertyFriendlyName,
	DevicePropertyLocationInformation,
	DevicePropertyPhysicalDeviceObjectName,
	DevicePropertyBusTypeGuid,
	DevicePropertyLegacyBusType,
	DevicePropertyBusNumber,
	DevicePropertyEnumeratorName,
	DevicePropertyAddress,
	DevicePropertyUINumber,
	DevicePropertyInstallState,
	DevicePropertyRemovalPolicy,
	DevicePropertyResourceRequirements,
	DevicePropertyAllocatedResources,
	DevicePropertyContainerID,
} DEVICE_REGISTRY_PROPERTY;

#ifdef __cplusplus
}
#endif
#endif
