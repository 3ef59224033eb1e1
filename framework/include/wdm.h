/* SPDX-License-Identifier: MIT */
/*
 * wdm.h - the part of the kernel's own interface that KMDF drivers of PCI devices use.
 *
 * Has: delays, DbgPrint, assertions, power states, access rights; by nt/: registers and ports,
 * memory barriers, pool, resource descriptors, control codes, IRPs, IRQL and locks, events and
 * waits, clocks, Interlocked*, lists, sequenced lists, Rtl memory and strings, wide characters,
 * files, the registry, what buses offer. Types that only pass through are opaque.
 *
 * Source for the whole file: Windows driver documentation, wdm.h; a `Differs:` line says where
 * this implementation does something else.
 */
#ifndef UWDF_WDM_H
#define UWDF_WDM_H

#include <string.h>

#include <ntdef.h>
#include <ntstatus.h>

#include <nt/bus.h>
#include <nt/dispatcher.h>
#include <nt/file.h>
#include <nt/interlocked.h>
#include <nt/io.h>
#include <nt/irp.h>
#include <nt/list.h>
#include <nt/lock.h>
#include <nt/mdl.h>
#include <nt/pool.h>
#include <nt/register.h>
#include <nt/registry.h>
#include <nt/resource.h>
#include <nt/rtl_string.h>
#include <nt/slist.h>
#include <nt/time.h>
#include <nt/wide.h>

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
 * error. IRQL: as DbgPrint(). */
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

/** UwdfAssertFailed() - what the macros below call. IRQL: any. */
VOID UwdfAssertFailed(PCSTR Expression, PCSTR File, ULONG Line);
#if defined(DBG) && DBG
#define ASSERT(e)             ((e) ? (void)0 : UwdfAssertFailed(#e, __FILE__, __LINE__))
#define ASSERTMSG(text, e)    ((e) ? (void)0 : UwdfAssertFailed(text, __FILE__, __LINE__))
#define NT_ASSERT(e)          ASSERT(e)
#define NT_ASSERTMSG(text, e) ASSERTMSG(text, e)
#define NT_VERIFY(e)          ((e) ? TRUE : (UwdfAssertFailed(#e, __FILE__, __LINE__), FALSE))
#define PAGED_CODE()                                                                               \
	((KeGetCurrentIrql() <= APC_LEVEL)                                                         \
		 ? (void)0                                                                         \
		 : UwdfAssertFailed("PAGED_CODE above APC_LEVEL", __FILE__, __LINE__))
#else
#define ASSERT(e)             ((void)0)
#define ASSERTMSG(text, e)    ((void)0)
#define NT_ASSERT(e)          ((void)0)
#define NT_ASSERTMSG(text, e) ((void)0)
#define NT_VERIFY(e)          ((e) ? TRUE : FALSE) /* what is asked is done all the same */
#define PAGED_CODE()          ((void)0)
#endif

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
typedef struct _PNP_BUS_INFORMATION {
	GUID BusTypeGuid;
	INTERFACE_TYPE LegacyBusType;
	ULONG BusNumber;
} PNP_BUS_INFORMATION, *PPNP_BUS_INFORMATION;
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
