/* SPDX-License-Identifier: MIT */
/*
 * wdm.h - the part of the kernel's own interface that KMDF drivers of PCI devices use.
 *
 * Has: registers and ports, memory barriers, pool, MmMapIoSpace, resource descriptors, control
 * codes, delays, DbgPrint; by nt/: IRQL and locks, events and waits, clocks, Interlocked*, lists,
 * Rtl memory and strings, wide characters.
 * Types that only pass through (IRP, MDL, DEVICE_OBJECT...) are opaque.
 *
 * Source for the whole file: Windows driver documentation, wdm.h; a `Differs:` line says where
 * this implementation does something else.
 */
#ifndef UWDF_WDM_H
#define UWDF_WDM_H

#include <string.h>

#include <ntdef.h>
#include <ntstatus.h>

#include <nt/dispatcher.h>
#include <nt/interlocked.h>
#include <nt/list.h>
#include <nt/lock.h>
#include <nt/rtl_string.h>
#include <nt/time.h>
#include <nt/wide.h>

#include <vfio/mmio.h>

#define _AMD64_ 1

#ifdef __cplusplus
extern "C" {
#endif

/* --- delays and the end --- */

/**
 * KeStallExecutionProcessor() - busy-wait.
 * @MicroSeconds: how long.
 *
 * IRQL:    any.
 * Differs: under simulation the virtual clock moves.
 */
VOID KeStallExecutionProcessor(ULONG MicroSeconds);

/**
 * KeDelayExecutionThread() - sleep.
 * @WaitMode:  ignored by design: there is one kind of wait.
 * @Alertable: must be FALSE.
 * @Interval:  negative: relative, positive: absolute, units of 100 ns.
 *
 * IRQL:    below DISPATCH_LEVEL; else a verifier message and STATUS_INVALID_DEVICE_REQUEST.
 * Return:  STATUS_SUCCESS; STATUS_NOT_SUPPORTED for an alertable wait.
 * Differs: no alertable waits.
 */
NTSTATUS KeDelayExecutionThread(KPROCESSOR_MODE WaitMode, BOOLEAN Alertable,
				PLARGE_INTEGER Interval);

/* What WdfDpcWdmGetDpc() returns; opaque, as in NT. */
typedef struct _KDPC {
	PVOID Reserved[8];
} KDPC, *PKDPC, *PRKDPC;

/**
 * KeBugCheckEx() - stop: the host process ends with a report.
 * @BugCheckCode: any; the parameters are printed.
 *
 * IRQL:    any. Does not return.
 * Differs: ends the host of this device's stack only.
 */
DECLSPEC_NORETURN VOID KeBugCheckEx(ULONG BugCheckCode, ULONG_PTR BugCheckParameter1,
				    ULONG_PTR BugCheckParameter2, ULONG_PTR BugCheckParameter3,
				    ULONG_PTR BugCheckParameter4);

/**
 * KeEnterCriticalRegion() - hold off APCs, of which there are none here: counted for the verifier.
 *
 * IRQL:    APC_LEVEL or below.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdm.h.
 */
VOID KeEnterCriticalRegion(VOID);
/** KeLeaveCriticalRegion() - undo one KeEnterCriticalRegion(). IRQL: APC_LEVEL or below. */
VOID KeLeaveCriticalRegion(VOID);

/** DbgBreakPoint() - stop in the debugger; without one the host ends. IRQL: any. */
VOID DbgBreakPoint(VOID);

#define NTDDI_VISTA 0x06000000
#define NTDDI_WIN7  0x06010000
#define NTDDI_WIN8  0x06020000
#define NTDDI_WIN10 0x0a000000
#ifndef NTDDI_VERSION
#define NTDDI_VERSION NTDDI_WIN10
#endif
/** RtlIsNtDdiVersionAvailable() - is @Version not newer than NTDDI_WIN10? IRQL: PASSIVE_LEVEL. */
BOOLEAN RtlIsNtDdiVersionAvailable(ULONG Version);

typedef enum _MM_SYSTEM_SIZE {
	MmSmallSystem,
	MmMediumSystem,
	MmLargeSystem,
} MM_SYSTEMSIZE;
/** MmQuerySystemSize() - MmLargeSystem. IRQL: PASSIVE_LEVEL. */
MM_SYSTEMSIZE MmQuerySystemSize(VOID);

/**
 * MmGetSystemRoutineAddress() - a function of this interface by name.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  its address; NULL: not available, and the driver goes without.
 * Differs: finds exported functions, not those that are inline here.
 */
PVOID MmGetSystemRoutineAddress(PUNICODE_STRING SystemRoutineName);

/* --- messages --- */

/**
 * DbgPrint() - a message for the log.
 * @Format: printf's, with NT's %ws %S %wZ %wc %I64d %I32u too.
 *
 * IRQL:    any below DIRQL; at DIRQL the message is formatted and passed on all the same.
 * Return:  STATUS_SUCCESS.
 * Differs: goes to the host's log (area "driver"), at info level.
 */
ULONG DbgPrint(PCSTR Format, ...);
/** DbgPrintEx() - as DbgPrint(); ComponentId is ignored by design, Level DPFLTR_ERROR_LEVEL is an
 * error. */
ULONG DbgPrintEx(ULONG ComponentId, ULONG Level, PCSTR Format, ...);
#define DPFLTR_IHVDRIVER_ID  77
#define DPFLTR_DEFAULT_ID    101
#define DPFLTR_ERROR_LEVEL   0
#define DPFLTR_WARNING_LEVEL 1
#define DPFLTR_TRACE_LEVEL   2
#define DPFLTR_INFO_LEVEL    3

#if defined(DBG) && DBG
#define KdPrint(args)   ((void)DbgPrint args)
#define KdPrintEx(args) ((void)DbgPrintEx args)
#else
#define KdPrint(args)   ((void)0)
#define KdPrintEx(args) ((void)0)
#endif

VOID UwdfAssertFailed(PCSTR Expression, PCSTR File, ULONG Line);
#if defined(DBG) && DBG
#define ASSERT(e)          ((e) ? (void)0 : UwdfAssertFailed(#e, __FILE__, __LINE__))
#define ASSERTMSG(text, e) ((e) ? (void)0 : UwdfAssertFailed(text, __FILE__, __LINE__))
#define NT_ASSERT(e)       ASSERT(e)
#define PAGED_CODE()                                                                               \
	((KeGetCurrentIrql() <= APC_LEVEL)                                                         \
		 ? (void)0                                                                         \
		 : UwdfAssertFailed("PAGED_CODE above APC_LEVEL", __FILE__, __LINE__))
#else
#define ASSERT(e)          ((void)0)
#define ASSERTMSG(text, e) ((void)0)
#define NT_ASSERT(e)       ((void)0)
#define PAGED_CODE()       ((void)0)
#endif

/* --- device registers: @Register is what MmMapIoSpace returned; ordered against DMA memory --- */

FORCEINLINE UCHAR READ_REGISTER_UCHAR(volatile UCHAR *Register)
{
	return vfio_mmio_read8(Register);
}
FORCEINLINE USHORT READ_REGISTER_USHORT(volatile USHORT *Register)
{
	return vfio_mmio_read16(Register);
}
FORCEINLINE ULONG READ_REGISTER_ULONG(volatile ULONG *Register)
{
	return vfio_mmio_read32(Register);
}
FORCEINLINE ULONG64 READ_REGISTER_ULONG64(volatile ULONG64 *Register)
{
	return vfio_mmio_read64(Register);
}
FORCEINLINE VOID WRITE_REGISTER_UCHAR(volatile UCHAR *Register, UCHAR Value)
{
	vfio_mmio_write8(Register, Value);
}
FORCEINLINE VOID WRITE_REGISTER_USHORT(volatile USHORT *Register, USHORT Value)
{
	vfio_mmio_write16(Register, Value);
}
FORCEINLINE VOID WRITE_REGISTER_ULONG(volatile ULONG *Register, ULONG Value)
{
	vfio_mmio_write32(Register, Value);
}
FORCEINLINE VOID WRITE_REGISTER_ULONG64(volatile ULONG64 *Register, ULONG64 Value)
{
	vfio_mmio_write64(Register, Value);
}

/*
 * Ports: @Port is the start address of a translated CmResourceTypePort descriptor plus an offset.
 * Differs: it is an address inside the host, not a port number, and no IN/OUT instruction runs.
 */
FORCEINLINE UCHAR READ_PORT_UCHAR(PUCHAR Port)
{
	return vfio_mmio_read8(Port);
}
FORCEINLINE USHORT READ_PORT_USHORT(PUSHORT Port)
{
	return vfio_mmio_read16(Port);
}
FORCEINLINE ULONG READ_PORT_ULONG(PULONG Port)
{
	return vfio_mmio_read32(Port);
}
FORCEINLINE VOID WRITE_PORT_UCHAR(PUCHAR Port, UCHAR Value)
{
	vfio_mmio_write8(Port, Value);
}
FORCEINLINE VOID WRITE_PORT_USHORT(PUSHORT Port, USHORT Value)
{
	vfio_mmio_write16(Port, Value);
}
FORCEINLINE VOID WRITE_PORT_ULONG(PULONG Port, ULONG Value)
{
	vfio_mmio_write32(Port, Value);
}

/* @Count of them: registers one after the other, ports one and the same. */
#define UWDF_REGISTER_BUFFER(kind, type)                                                           \
	FORCEINLINE VOID READ_REGISTER_BUFFER_##kind(volatile type *Register, type *Buffer,        \
						     ULONG Count)                                  \
	{                                                                                          \
		while (Count--)                                                                    \
			*Buffer++ = READ_REGISTER_##kind(Register++);                              \
	}                                                                                          \
	FORCEINLINE VOID WRITE_REGISTER_BUFFER_##kind(volatile type *Register, type *Buffer,       \
						      ULONG Count)                                 \
	{                                                                                          \
		while (Count--)                                                                    \
			WRITE_REGISTER_##kind(Register++, *Buffer++);                              \
	}
#define UWDF_PORT_BUFFER(kind, type)                                                               \
	FORCEINLINE VOID READ_PORT_BUFFER_##kind(type *Port, type *Buffer, ULONG Count)            \
	{                                                                                          \
		while (Count--)                                                                    \
			*Buffer++ = READ_PORT_##kind(Port);                                        \
	}                                                                                          \
	FORCEINLINE VOID WRITE_PORT_BUFFER_##kind(type *Port, type *Buffer, ULONG Count)           \
	{                                                                                          \
		while (Count--)                                                                    \
			WRITE_PORT_##kind(Port, *Buffer++);                                        \
	}
UWDF_REGISTER_BUFFER(UCHAR, UCHAR)
UWDF_REGISTER_BUFFER(USHORT, USHORT)
UWDF_REGISTER_BUFFER(ULONG, ULONG)
UWDF_REGISTER_BUFFER(ULONG64, ULONG64)
UWDF_PORT_BUFFER(UCHAR, UCHAR)
UWDF_PORT_BUFFER(USHORT, USHORT)
UWDF_PORT_BUFFER(ULONG, ULONG)
#undef UWDF_REGISTER_BUFFER
#undef UWDF_PORT_BUFFER

typedef enum _MEMORY_CACHING_TYPE {
	MmNonCached = 0,
	MmCached = 1,
	MmWriteCombined = 2,
} MEMORY_CACHING_TYPE;
#define PAGE_READONLY        0x02
#define PAGE_READWRITE       0x04
#define PAGE_NOCACHE         0x200
#define PAGE_WRITECOMBINE    0x400
#define PAGE_SIZE            0x1000
#define PAGE_SHIFT           12
#define BYTE_OFFSET(va)      ((ULONG)((ULONG_PTR)(va) & (PAGE_SIZE - 1)))
#define BYTES_TO_PAGES(size) (((size) >> PAGE_SHIFT) + (((size) & (PAGE_SIZE - 1)) != 0))
#define ROUND_TO_PAGES(size) (((ULONG_PTR)(size) + PAGE_SIZE - 1) & ~((ULONG_PTR)PAGE_SIZE - 1))

/**
 * MmMapIoSpace() - the address of registers for READ/WRITE_REGISTER_*.
 * @PhysicalAddress: inside a translated CmResourceTypeMemory descriptor of a started device.
 * @NumberOfBytes:   how many; the range must lie inside one descriptor.
 * @CacheType:       MmNonCached; others are taken as MmNonCached.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  the address, or NULL when the range is not inside a BAR of a device of this host.
 * Differs: BARs are mapped before the driver starts; nothing is mapped or unmapped here.
 */
PVOID MmMapIoSpace(PHYSICAL_ADDRESS PhysicalAddress, SIZE_T NumberOfBytes,
		   MEMORY_CACHING_TYPE CacheType);
/** MmMapIoSpaceEx() - as MmMapIoSpace(); @Protect must hold PAGE_READWRITE or PAGE_READONLY. */
PVOID MmMapIoSpaceEx(PHYSICAL_ADDRESS PhysicalAddress, SIZE_T NumberOfBytes, ULONG Protect);
/** MmUnmapIoSpace() - undo of MmMapIoSpace(). IRQL: PASSIVE_LEVEL. Differs: the BAR stays mapped.
 */
VOID MmUnmapIoSpace(PVOID BaseAddress, SIZE_T NumberOfBytes);

/* --- memory order --- */

#if defined(__x86_64__) /* written out: gcc refuses the builtin under ThreadSanitizer */
#define KeMemoryBarrier() __asm__ __volatile__("lock; orq $0, (%%rsp)" ::: "memory", "cc")
#else
#define KeMemoryBarrier() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#endif
#define MemoryBarrier()               KeMemoryBarrier()
#define KeMemoryBarrierWithoutFence() __asm__ __volatile__("" ::: "memory")
#define _ReadWriteBarrier()           KeMemoryBarrierWithoutFence()
#define YieldProcessor()              KeMemoryBarrierWithoutFence()

/* --- pool --- */

typedef enum _POOL_TYPE {
	NonPagedPool = 0,
	NonPagedPoolExecute = 0,
	PagedPool = 1,
	NonPagedPoolCacheAligned = 4,
	PagedPoolCacheAligned = 5,
	NonPagedPoolNx = 512,
	NonPagedPoolNxCacheAligned = 516,
} POOL_TYPE;
/* May be added to a POOL_TYPE. */
#define POOL_QUOTA_FAIL_INSTEAD_OF_RAISE 8
#define POOL_RAISE_IF_ALLOCATION_FAILURE 16
#define POOL_COLD_ALLOCATION             256
#define POOL_NX_ALLOCATION               512
#define POOL_ZERO_ALLOCATION             1024
typedef ULONG64 POOL_FLAGS;
#define POOL_FLAG_USE_QUOTA         0x0000000000000001ull
#define POOL_FLAG_UNINITIALIZED     0x0000000000000002ull
#define POOL_FLAG_CACHE_ALIGNED     0x0000000000000008ull
#define POOL_FLAG_RAISE_ON_FAILURE  0x0000000000000020ull
#define POOL_FLAG_NON_PAGED         0x0000000000000040ull
#define POOL_FLAG_NON_PAGED_EXECUTE 0x0000000000000080ull
#define POOL_FLAG_PAGED             0x0000000000000100ull

/**
 * ExAllocatePool2() - memory of the host, zeroed unless POOL_FLAG_UNINITIALIZED; 16-byte aligned,
 *    by pages from PAGE_SIZE bytes on, by 64 bytes with POOL_FLAG_CACHE_ALIGNED.
 * @Flags:         one pool flag is required; a pool for executable memory is refused.
 * @NumberOfBytes: not zero.
 * @Tag:           not zero.
 *
 * IRQL:    DISPATCH_LEVEL or below, APC_LEVEL or below for paged pool: else a verifier message.
 * Return:  the block, or NULL.
 * Differs: every pool is ordinary memory, and there are no quotas. Not reachable by devices: see
 * WDFCOMMONBUFFER. POOL_FLAG_RAISE_ON_FAILURE stops the host, for there are no exceptions.
 */
PVOID ExAllocatePool2(POOL_FLAGS Flags, SIZE_T NumberOfBytes, ULONG Tag);
/** ExAllocatePoolWithTag() - as ExAllocatePool2(), not zeroed; PoolType is one of POOL_TYPE. No
 * bytes at all are a block, too. */
PVOID ExAllocatePoolWithTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag);
/** ExAllocatePool() - the same with the tag "None". */
PVOID ExAllocatePool(POOL_TYPE PoolType, SIZE_T NumberOfBytes);
/** ExAllocatePoolZero(), ExAllocatePoolUninitialized() - the same, with what they say. */
FORCEINLINE PVOID ExAllocatePoolZero(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)
{
	return ExAllocatePoolWithTag((POOL_TYPE)(PoolType | POOL_ZERO_ALLOCATION), NumberOfBytes,
				     Tag);
}
FORCEINLINE PVOID ExAllocatePoolUninitialized(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)
{
	return ExAllocatePoolWithTag(PoolType, NumberOfBytes, Tag);
}
/** ExInitializeDriverRuntime() - no pool is executable here, so there is nothing to opt into. */
#define DrvRtPoolNxOptIn 0x00000001
FORCEINLINE VOID ExInitializeDriverRuntime(ULONG RuntimeFlags)
{
	(void)RuntimeFlags;
}
/** ExFreePoolWithTag() - give a block back; @Tag must be the one it was allocated with, or zero. */
VOID ExFreePoolWithTag(PVOID P, ULONG Tag);
/** ExFreePool() - give a block back. */
VOID ExFreePool(PVOID P);

/* --- resources --- */

typedef enum _INTERFACE_TYPE {
	InterfaceTypeUndefined = -1,
	Internal = 0,
	Isa,
	Eisa,
	MicroChannel,
	TurboChannel,
	PCIBus,
	VMEBus,
	NuBus,
	PCMCIABus,
	CBus,
	MPIBus,
	MPSABus,
	ProcessorInternal,
	InternalPowerBus,
	PNPISABus,
	PNPBus,
} INTERFACE_TYPE;

typedef enum _KINTERRUPT_MODE {
	LevelSensitive,
	Latched,
} KINTERRUPT_MODE;

typedef struct _GROUP_AFFINITY {
	KAFFINITY Mask;
	USHORT Group;
	USHORT Reserved[3];
} GROUP_AFFINITY, *PGROUP_AFFINITY;

#define CmResourceTypeNull           0
#define CmResourceTypePort           1
#define CmResourceTypeInterrupt      2
#define CmResourceTypeMemory         3
#define CmResourceTypeDma            4
#define CmResourceTypeDeviceSpecific 5
#define CmResourceTypeBusNumber      6
#define CmResourceTypeMemoryLarge    7
#define CmResourceTypeDevicePrivate  129

typedef enum _CM_SHARE_DISPOSITION {
	CmResourceShareUndetermined = 0,
	CmResourceShareDeviceExclusive,
	CmResourceShareDriverExclusive,
	CmResourceShareShared,
} CM_SHARE_DISPOSITION;

#define CM_RESOURCE_INTERRUPT_LEVEL_SENSITIVE    0
#define CM_RESOURCE_INTERRUPT_LATCHED            1
#define CM_RESOURCE_INTERRUPT_MESSAGE            2
#define CM_RESOURCE_INTERRUPT_LEVEL_LATCHED_BITS 0x0001
#define CM_RESOURCE_INTERRUPT_MESSAGE_TOKEN      ((ULONG)-2)
#define CM_RESOURCE_MEMORY_READ_WRITE            0x0000
#define CM_RESOURCE_MEMORY_READ_ONLY             0x0001
#define CM_RESOURCE_MEMORY_PREFETCHABLE          0x0004
#define CM_RESOURCE_MEMORY_BAR                   0x0080
#define CM_RESOURCE_PORT_MEMORY                  0x0000
#define CM_RESOURCE_PORT_IO                      0x0001
#define CM_RESOURCE_PORT_BAR                     0x0100

/* One resource; packed to 4 bytes as Microsoft's is, so that it is 20 bytes long. */
#pragma pack(push, 4)
typedef struct _CM_PARTIAL_RESOURCE_DESCRIPTOR {
	UCHAR Type;
	UCHAR ShareDisposition;
	USHORT Flags;
	union {
		struct {
			PHYSICAL_ADDRESS Start;
			ULONG Length;
		} Generic;
		struct {
			PHYSICAL_ADDRESS Start;
			ULONG Length;
		} Port;
		struct {
			USHORT Level;
			USHORT Group;
			ULONG Vector;
			KAFFINITY Affinity;
		} Interrupt;
		struct {
			union {
				struct {
					USHORT Group;
					USHORT MessageCount;
					ULONG Vector;
					KAFFINITY Affinity;
				} Raw;
				struct {
					USHORT Level;
					USHORT Group;
					ULONG Vector;
					KAFFINITY Affinity;
				} Translated;
			} u;
		} MessageInterrupt;
		struct {
			PHYSICAL_ADDRESS Start;
			ULONG Length;
		} Memory;
		struct {
			ULONG Channel;
			ULONG Port;
			ULONG Reserved1;
		} Dma;
		struct {
			ULONG Data[3];
		} DevicePrivate;
		struct {
			ULONG Start;
			ULONG Length;
			ULONG Reserved;
		} BusNumber;
		struct {
			ULONG DataSize;
			ULONG Reserved1;
			ULONG Reserved2;
		} DeviceSpecificData;
		struct {
			PHYSICAL_ADDRESS Start;
			ULONG Length40;
		} Memory40;
	} u;
} CM_PARTIAL_RESOURCE_DESCRIPTOR, *PCM_PARTIAL_RESOURCE_DESCRIPTOR;

typedef struct _CM_PARTIAL_RESOURCE_LIST {
	USHORT Version;
	USHORT Revision;
	ULONG Count;
	CM_PARTIAL_RESOURCE_DESCRIPTOR PartialDescriptors[1];
} CM_PARTIAL_RESOURCE_LIST, *PCM_PARTIAL_RESOURCE_LIST;
typedef struct _CM_FULL_RESOURCE_DESCRIPTOR {
	INTERFACE_TYPE InterfaceType;
	ULONG BusNumber;
	CM_PARTIAL_RESOURCE_LIST PartialResourceList;
} CM_FULL_RESOURCE_DESCRIPTOR, *PCM_FULL_RESOURCE_DESCRIPTOR;
typedef struct _CM_RESOURCE_LIST {
	ULONG Count;
	CM_FULL_RESOURCE_DESCRIPTOR List[1];
} CM_RESOURCE_LIST, *PCM_RESOURCE_LIST;
#pragma pack(pop)
UWDF_STATIC_ASSERT(sizeof(CM_PARTIAL_RESOURCE_DESCRIPTOR) == 20, "as on 64-bit Windows");

typedef enum _IRQ_DEVICE_POLICY_VALUES {
	IrqPolicyMachineDefault = 0,
	IrqPolicyAllCloseProcessors,
	IrqPolicyOneCloseProcessor,
	IrqPolicyAllProcessorsInMachine,
	IrqPolicySpecifiedProcessors,
	IrqPolicySpreadMessagesAcrossAllProcessors,
	IrqPolicyAllProcessorsInMachineWhenSteered,
} IRQ_DEVICE_POLICY_VALUES;
typedef USHORT IRQ_DEVICE_POLICY, *PIRQ_DEVICE_POLICY; /* as drivers with processor groups see it */
typedef enum _IRQ_PRIORITY {
	IrqPriorityUndefined = 0,
	IrqPriorityLow,
	IrqPriorityNormal,
	IrqPriorityHigh,
} IRQ_PRIORITY,
	*PIRQ_PRIORITY;

#define IO_RESOURCE_PREFERRED   0x01
#define IO_RESOURCE_DEFAULT     0x02
#define IO_RESOURCE_ALTERNATIVE 0x08

/* What a device could do with: a range that one resource is chosen from. */
typedef struct _IO_RESOURCE_DESCRIPTOR {
	UCHAR Option;
	UCHAR Type;
	UCHAR ShareDisposition;
	UCHAR Spare1;
	USHORT Flags;
	USHORT Spare2;
	union {
		struct {
			ULONG Length;
			ULONG Alignment;
			PHYSICAL_ADDRESS MinimumAddress;
			PHYSICAL_ADDRESS MaximumAddress;
		} Port, Memory, Generic;
		struct {
			ULONG MinimumVector;
			ULONG MaximumVector;
			IRQ_DEVICE_POLICY AffinityPolicy;
			USHORT Group;
			IRQ_PRIORITY PriorityPolicy;
			KAFFINITY TargetedProcessors;
		} Interrupt;
		struct {
			ULONG MinimumChannel;
			ULONG MaximumChannel;
		} Dma;
		struct {
			ULONG Data[3];
		} DevicePrivate;
		struct {
			ULONG Length;
			ULONG MinBusNumber;
			ULONG MaxBusNumber;
			ULONG Reserved;
		} BusNumber;
		struct {
			ULONG Priority;
			ULONG Reserved1;
			ULONG Reserved2;
		} ConfigData;
		struct {
			ULONG Length40;
			ULONG Alignment40;
			PHYSICAL_ADDRESS MinimumAddress;
			PHYSICAL_ADDRESS MaximumAddress;
		} Memory40;
		struct {
			ULONG Length48;
			ULONG Alignment48;
			PHYSICAL_ADDRESS MinimumAddress;
			PHYSICAL_ADDRESS MaximumAddress;
		} Memory48;
		struct {
			ULONG Length64;
			ULONG Alignment64;
			PHYSICAL_ADDRESS MinimumAddress;
			PHYSICAL_ADDRESS MaximumAddress;
		} Memory64;
	} u;
} IO_RESOURCE_DESCRIPTOR, *PIO_RESOURCE_DESCRIPTOR;
UWDF_STATIC_ASSERT(sizeof(IO_RESOURCE_DESCRIPTOR) == 32, "as on 64-bit Windows");

/* --- power --- */

typedef enum _SYSTEM_POWER_STATE {
	PowerSystemUnspecified = 0,
	PowerSystemWorking,
	PowerSystemSleeping1,
	PowerSystemSleeping2,
	PowerSystemSleeping3,
	PowerSystemHibernate,
	PowerSystemShutdown,
	PowerSystemMaximum,
} SYSTEM_POWER_STATE,
	*PSYSTEM_POWER_STATE;
typedef enum _DEVICE_POWER_STATE {
	PowerDeviceUnspecified = 0,
	PowerDeviceD0,
	PowerDeviceD1,
	PowerDeviceD2,
	PowerDeviceD3,
	PowerDeviceMaximum,
} DEVICE_POWER_STATE,
	*PDEVICE_POWER_STATE;
typedef enum _DEVICE_RELATION_TYPE {
	BusRelations,
	EjectionRelations,
	PowerRelations,
	RemovalRelations,
	TargetDeviceRelation,
	SingleBusRelations,
	TransportRelations,
} DEVICE_RELATION_TYPE;
typedef enum _DMA_WIDTH {
	Width8Bits,
	Width16Bits,
	Width32Bits,
	Width64Bits,
	WidthNoWrap,
	MaximumDmaWidth,
} DMA_WIDTH;

/* --- registry --- */

/* What a value holds. */
#define REG_NONE                       0
#define REG_SZ                         1
#define REG_EXPAND_SZ                  2
#define REG_BINARY                     3
#define REG_DWORD                      4
#define REG_DWORD_LITTLE_ENDIAN        4
#define REG_DWORD_BIG_ENDIAN           5
#define REG_LINK                       6
#define REG_MULTI_SZ                   7
#define REG_RESOURCE_LIST              8
#define REG_FULL_RESOURCE_DESCRIPTOR   9
#define REG_RESOURCE_REQUIREMENTS_LIST 10
#define REG_QWORD                      11
#define REG_QWORD_LITTLE_ENDIAN        11

/* How a key is made, and whether it was. */
#define REG_OPTION_RESERVED       0x00000000
#define REG_OPTION_NON_VOLATILE   0x00000000
#define REG_OPTION_VOLATILE       0x00000001
#define REG_OPTION_CREATE_LINK    0x00000002
#define REG_OPTION_BACKUP_RESTORE 0x00000004
#define REG_OPTION_OPEN_LINK      0x00000008
#define REG_CREATED_NEW_KEY       0x00000001
#define REG_OPENED_EXISTING_KEY   0x00000002

/* What may be done with an object: standard, generic, and a key's own rights. */
#define DELETE                   0x00010000
#define READ_CONTROL             0x00020000
#define WRITE_DAC                0x00040000
#define WRITE_OWNER              0x00080000
#define SYNCHRONIZE              0x00100000
#define STANDARD_RIGHTS_REQUIRED 0x000f0000
#define STANDARD_RIGHTS_READ     READ_CONTROL
#define STANDARD_RIGHTS_WRITE    READ_CONTROL
#define STANDARD_RIGHTS_EXECUTE  READ_CONTROL
#define STANDARD_RIGHTS_ALL      0x001f0000
#define SPECIFIC_RIGHTS_ALL      0x0000ffff
#define MAXIMUM_ALLOWED          0x02000000
#define GENERIC_READ             0x80000000
#define GENERIC_WRITE            0x40000000
#define GENERIC_EXECUTE          0x20000000
#define GENERIC_ALL              0x10000000
#define KEY_QUERY_VALUE          0x0001
#define KEY_SET_VALUE            0x0002
#define KEY_CREATE_SUB_KEY       0x0004
#define KEY_ENUMERATE_SUB_KEYS   0x0008
#define KEY_NOTIFY               0x0010
#define KEY_CREATE_LINK          0x0020
#define KEY_READ                                                                                   \
	((STANDARD_RIGHTS_READ | KEY_QUERY_VALUE | KEY_ENUMERATE_SUB_KEYS | KEY_NOTIFY) &          \
	 ~SYNCHRONIZE)
#define KEY_WRITE   ((STANDARD_RIGHTS_WRITE | KEY_SET_VALUE | KEY_CREATE_SUB_KEY) & ~SYNCHRONIZE)
#define KEY_EXECUTE (KEY_READ & ~SYNCHRONIZE)
#define KEY_ALL_ACCESS                                                                             \
	((STANDARD_RIGHTS_REQUIRED | KEY_QUERY_VALUE | KEY_SET_VALUE | KEY_CREATE_SUB_KEY |        \
	  KEY_ENUMERATE_SUB_KEYS | KEY_NOTIFY | KEY_CREATE_LINK) &                                 \
	 ~SYNCHRONIZE)

/* Which of a device's keys: IoOpenDeviceRegistryKey(), WdfDeviceOpenRegistryKey(). */
#define PLUGPLAY_REGKEY_DEVICE            1
#define PLUGPLAY_REGKEY_DRIVER            2
#define PLUGPLAY_REGKEY_CURRENT_HWPROFILE 4

/* --- I/O --- */

#define DEVICE_TYPE                  ULONG
#define FILE_DEVICE_BUS_EXTENDER     0x0000002a
#define FILE_DEVICE_CONTROLLER       0x00000004
#define FILE_DEVICE_NETWORK          0x00000012
#define FILE_DEVICE_PHYSICAL_NETCARD 0x00000017
#define FILE_DEVICE_SERIAL_PORT      0x0000001b
#define FILE_DEVICE_UNKNOWN          0x00000022
#define METHOD_BUFFERED              0
#define METHOD_IN_DIRECT             1
#define METHOD_OUT_DIRECT            2
#define METHOD_NEITHER               3
#define FILE_ANY_ACCESS              0
#define FILE_SPECIAL_ACCESS          0
#define FILE_READ_ACCESS             0x0001
#define FILE_WRITE_ACCESS            0x0002
#define FILE_READ_DATA               0x0001
#define FILE_WRITE_DATA              0x0002
#define CTL_CODE(type, function, method, access)                                                   \
	(((ULONG)(type) << 16) | ((ULONG)(access) << 14) | ((ULONG)(function) << 2) |              \
	 (ULONG)(method))
#define DEVICE_TYPE_FROM_CTL_CODE(code) (((ULONG)(code)&0xffff0000u) >> 16)
#define METHOD_FROM_CTL_CODE(code)      ((ULONG)(code)&3)

#define FILE_REMOVABLE_MEDIA           0x00000001
#define FILE_READ_ONLY_DEVICE          0x00000002
#define FILE_DEVICE_IS_MOUNTED         0x00000020
#define FILE_VIRTUAL_VOLUME            0x00000040
#define FILE_AUTOGENERATED_DEVICE_NAME 0x00000080
#define FILE_DEVICE_SECURE_OPEN        0x00000100

#define FILE_BYTE_ALIGNMENT     0x00000000
#define FILE_WORD_ALIGNMENT     0x00000001
#define FILE_LONG_ALIGNMENT     0x00000003
#define FILE_QUAD_ALIGNMENT     0x00000007
#define FILE_OCTA_ALIGNMENT     0x0000000f
#define FILE_32_BYTE_ALIGNMENT  0x0000001f
#define FILE_64_BYTE_ALIGNMENT  0x0000003f
#define FILE_128_BYTE_ALIGNMENT 0x0000007f
#define FILE_256_BYTE_ALIGNMENT 0x000000ff
#define FILE_512_BYTE_ALIGNMENT 0x000001ff

#define IRP_MJ_CREATE                  0x00
#define IRP_MJ_CLOSE                   0x02
#define IRP_MJ_READ                    0x03
#define IRP_MJ_WRITE                   0x04
#define IRP_MJ_QUERY_INFORMATION       0x05
#define IRP_MJ_SET_INFORMATION         0x06
#define IRP_MJ_FLUSH_BUFFERS           0x09
#define IRP_MJ_DEVICE_CONTROL          0x0e
#define IRP_MJ_INTERNAL_DEVICE_CONTROL 0x0f
#define IRP_MJ_CLEANUP                 0x12

#define IO_NO_INCREMENT      0
#define IO_NETWORK_INCREMENT 2

typedef enum _MODE {
	KernelMode,
	UserMode,
	MaximumMode,
} MODE;

typedef struct _IO_STATUS_BLOCK {
	__extension__ union {
		NTSTATUS Status;
		PVOID Pointer;
	};
	ULONG_PTR Information;
} IO_STATUS_BLOCK, *PIO_STATUS_BLOCK;

/* What a driver finds of its DRIVER_OBJECT. */
typedef struct _DRIVER_OBJECT DRIVER_OBJECT, *PDRIVER_OBJECT;
typedef VOID DRIVER_UNLOAD(PDRIVER_OBJECT DriverObject);
typedef DRIVER_UNLOAD *PDRIVER_UNLOAD;
struct _DRIVER_OBJECT {
	PDRIVER_UNLOAD DriverUnload; /* NULL: the driver stays loaded until its host ends */
};
typedef struct _DEVICE_OBJECT DEVICE_OBJECT, *PDEVICE_OBJECT;
/* One open, as far as it means anything here: FsContext and FsContext2 are the driver's own. */
#define IO_TYPE_FILE 5
typedef struct _FILE_OBJECT {
	CSHORT Type;
	CSHORT Size;
	PDEVICE_OBJECT DeviceObject; /* NULL */
	PVOID FsContext;
	PVOID FsContext2;
	ULONG Flags; /* FO_* */
	UNICODE_STRING FileName;
} FILE_OBJECT, *PFILE_OBJECT;
#define FO_SYNCHRONOUS_IO   0x00000002
#define FO_ALERTABLE_IO     0x00000004
#define FO_SEQUENTIAL_ONLY  0x00000020
#define FO_CLEANUP_COMPLETE 0x00004000
#define FO_RANDOM_ACCESS    0x00100000

typedef struct _IRP IRP, *PIRP;
typedef struct _MDL MDL, *PMDL;
typedef struct _IO_SECURITY_CONTEXT IO_SECURITY_CONTEXT, *PIO_SECURITY_CONTEXT;
typedef struct _KTHREAD *PKTHREAD;
typedef struct _PO_FX_COMPONENT *PPO_FX_COMPONENT;
typedef struct POHANDLE__ *POHANDLE;

typedef VOID PO_FX_COMPONENT_CONDITION_CALLBACK(PVOID Context, ULONG Component);
typedef PO_FX_COMPONENT_CONDITION_CALLBACK *PPO_FX_COMPONENT_ACTIVE_CONDITION_CALLBACK,
	*PPO_FX_COMPONENT_IDLE_CONDITION_CALLBACK;
typedef VOID PO_FX_COMPONENT_IDLE_STATE_CALLBACK(PVOID Context, ULONG Component, ULONG State);
typedef PO_FX_COMPONENT_IDLE_STATE_CALLBACK *PPO_FX_COMPONENT_IDLE_STATE_CALLBACK;
typedef NTSTATUS PO_FX_POWER_CONTROL_CALLBACK(PVOID DeviceContext, LPCGUID PowerControlCode,
					      PVOID InBuffer, SIZE_T InBufferSize, PVOID OutBuffer,
					      SIZE_T OutBufferSize, PSIZE_T BytesReturned);
typedef PO_FX_POWER_CONTROL_CALLBACK *PPO_FX_POWER_CONTROL_CALLBACK;

typedef struct _DEVPROPKEY {
	GUID fmtid;
	ULONG pid;
} DEVPROPKEY, *PDEVPROPKEY;

/** DriverEntry() - the driver's first function. @RegistryPath: its service key. IRQL:
 * PASSIVE_LEVEL. */
typedef NTSTATUS DRIVER_INITIALIZE(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath);
typedef DRIVER_INITIALIZE *PDRIVER_INITIALIZE;

#ifdef __cplusplus
}
#endif
#endif
