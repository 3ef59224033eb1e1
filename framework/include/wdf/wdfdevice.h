/* SPDX-License-Identifier: MIT */
/*
 * wdfdevice.h - WDFDEVICE and WDFDEVICE_INIT.
 *
 * Has: WdfDeviceInitFree, WdfDeviceInitSetPnpPowerEventCallbacks, WdfDeviceInitSetIoType,
 *      WdfDeviceInitSetExclusive, WdfDeviceInitSetDeviceType, WdfDeviceInitSetCharacteristics,
 *      WdfDeviceInitSetFileObjectConfig, WdfDeviceInitSetRequestAttributes, WdfDeviceCreate,
 *      WdfDeviceCreateDeviceInterface, WdfDeviceSetDeviceInterfaceState, WdfDeviceGetDriver,
 *      WdfDeviceGetDevicePnpState, WdfDeviceGetDevicePowerState, WdfDeviceGetCharacteristics,
 *      WdfDeviceSetCharacteristics, WdfDeviceGetAlignmentRequirement,
 *      WdfDeviceSetAlignmentRequirement, WdfDeviceSetFailed, WdfDeviceGetDefaultQueue,
 *      WdfDeviceConfigureRequestDispatching, WdfDeviceOpenRegistryKey,
 *      WdfDeviceOpenDevicemapKey.
 */
#ifndef UWDF_WDFDEVICE_H
#define UWDF_WDFDEVICE_H

#include <wdf/wdfdevicestates.h>
#include <wdf/wdfrequest.h>

#ifdef __cplusplus
extern "C" {
#endif

#define IdleTimeoutDefaultValue ((ULONG)IdleTimeoutDefaultConstant)

typedef enum _WDF_DEVICE_FAILED_ACTION {
	WdfDeviceFailedUndefined = 0,
	WdfDeviceFailedAttemptRestart = 1,
	WdfDeviceFailedNoRestart = 2,
} WDF_DEVICE_FAILED_ACTION,
	*PWDF_DEVICE_FAILED_ACTION;

typedef enum _WDF_DEVICE_IO_TYPE {
	WdfDeviceIoUndefined = 0,
	WdfDeviceIoNeither = 1,
	WdfDeviceIoBuffered = 2,
	WdfDeviceIoDirect = 3,
	WdfDeviceIoBufferedOrDirect = 4,
	WdfDeviceIoMaximum = 5,
} WDF_DEVICE_IO_TYPE,
	*PWDF_DEVICE_IO_TYPE;

typedef enum _WDF_DEVICE_STATE_FLAGS {
	WdfDevStateNP = 0x8000,
} WDF_DEVICE_STATE_FLAGS,
	*PWDF_DEVICE_STATE_FLAGS;

typedef enum _WDF_DISPATCH_IRP_TO_IO_QUEUE_FLAGS {
	WDF_DISPATCH_IRP_TO_IO_QUEUE_NO_FLAGS = 0,
	WDF_DISPATCH_IRP_TO_IO_QUEUE_INVOKE_INCALLERCTX_CALLBACK = 1,
	WDF_DISPATCH_IRP_TO_IO_QUEUE_PREPROCESSED_IRP = 2,
} WDF_DISPATCH_IRP_TO_IO_QUEUE_FLAGS,
	*PWDF_DISPATCH_IRP_TO_IO_QUEUE_FLAGS;

typedef enum _WDF_FILEOBJECT_CLASS {
	WdfFileObjectInvalid = 0,
	WdfFileObjectNotRequired = 1,
	WdfFileObjectWdfCanUseFsContext = 2,
	WdfFileObjectWdfCanUseFsContext2 = 3,
	WdfFileObjectWdfCannotUseFsContexts = 4,
	WdfFileObjectCanBeOptional = (int)0x80000000u,
} WDF_FILEOBJECT_CLASS,
	*PWDF_FILEOBJECT_CLASS;

typedef enum _WDF_POWER_DEVICE_STATE {
	WdfPowerDeviceInvalid = 0,
	WdfPowerDeviceD0 = 1,
	WdfPowerDeviceD1 = 2,
	WdfPowerDeviceD2 = 3,
	WdfPowerDeviceD3 = 4,
	WdfPowerDeviceD3Final = 5,
	WdfPowerDevicePrepareForHibernation = 6,
	WdfPowerDeviceMaximum = 7,
} WDF_POWER_DEVICE_STATE,
	*PWDF_POWER_DEVICE_STATE;

typedef enum _WDF_POWER_POLICY_IDLE_TIMEOUT_CONSTANTS {
	IdleTimeoutDefaultConstant = 0,
} WDF_POWER_POLICY_IDLE_TIMEOUT_CONSTANTS,
	*PWDF_POWER_POLICY_IDLE_TIMEOUT_CONSTANTS;

typedef enum _WDF_POWER_POLICY_IDLE_TIMEOUT_TYPE {
	DriverManagedIdleTimeout = 0,
	SystemManagedIdleTimeout = 1,
	SystemManagedIdleTimeoutWithHint = 2,
} WDF_POWER_POLICY_IDLE_TIMEOUT_TYPE,
	*PWDF_POWER_POLICY_IDLE_TIMEOUT_TYPE;

typedef enum _WDF_POWER_POLICY_S0_IDLE_CAPABILITIES {
	IdleCapsInvalid = 0,
	IdleCannotWakeFromS0 = 1,
	IdleCanWakeFromS0 = 2,
	IdleUsbSelectiveSuspend = 3,
} WDF_POWER_POLICY_S0_IDLE_CAPABILITIES,
	*PWDF_POWER_POLICY_S0_IDLE_CAPABILITIES;

typedef enum _WDF_POWER_POLICY_S0_IDLE_USER_CONTROL {
	IdleUserControlInvalid = 0,
	IdleDoNotAllowUserControl = 1,
	IdleAllowUserControl = 2,
} WDF_POWER_POLICY_S0_IDLE_USER_CONTROL,
	*PWDF_POWER_POLICY_S0_IDLE_USER_CONTROL;

typedef enum _WDF_POWER_POLICY_SX_WAKE_USER_CONTROL {
	WakeUserControlInvalid = 0,
	WakeDoNotAllowUserControl = 1,
	WakeAllowUserControl = 2,
} WDF_POWER_POLICY_SX_WAKE_USER_CONTROL,
	*PWDF_POWER_POLICY_SX_WAKE_USER_CONTROL;

typedef enum _WDF_RELEASE_HARDWARE_ORDER_ON_FAILURE {
	WdfReleaseHardwareOrderOnFailureInvalid = 0,
	WdfReleaseHardwareOrderOnFailureEarly = 1,
	WdfReleaseHardwareOrderOnFailureAfterDescendants = 2,
} WDF_RELEASE_HARDWARE_ORDER_ON_FAILURE,
	*PWDF_RELEASE_HARDWARE_ORDER_ON_FAILURE;

typedef enum _WDF_REMOVE_LOCK_OPTIONS_FLAGS {
	WDF_REMOVE_LOCK_OPTION_ACQUIRE_FOR_IO = 1,
} WDF_REMOVE_LOCK_OPTIONS_FLAGS,
	*PWDF_REMOVE_LOCK_OPTIONS_FLAGS;

typedef enum _WDF_SPECIAL_FILE_TYPE {
	WdfSpecialFileUndefined = 0,
	WdfSpecialFilePaging = 1,
	WdfSpecialFileHibernation = 2,
	WdfSpecialFileDump = 3,
	WdfSpecialFileBoot = 4,
	WdfSpecialFilePostDisplay = 5,
	WdfSpecialFileGuestAssigned = 6,
	WdfSpecialFileMax = 7,
} WDF_SPECIAL_FILE_TYPE,
	*PWDF_SPECIAL_FILE_TYPE;

typedef enum _WDF_STATE_NOTIFICATION_TYPE {
	StateNotificationInvalid = 0,
	StateNotificationEnterState = 1,
	StateNotificationPostProcessState = 2,
	StateNotificationLeaveState = 4,
	StateNotificationAllStates = 7,
} WDF_STATE_NOTIFICATION_TYPE,
	*PWDF_STATE_NOTIFICATION_TYPE;

typedef struct _WDF_DEVICE_PNP_NOTIFICATION_DATA {
	WDF_STATE_NOTIFICATION_TYPE Type;
	union {
		struct {
			WDF_DEVICE_PNP_STATE CurrentState;
			WDF_DEVICE_PNP_STATE NewState;
		} EnterState;
		struct {
			WDF_DEVICE_PNP_STATE CurrentState;
		} PostProcessState;
		struct {
			WDF_DEVICE_PNP_STATE CurrentState;
			WDF_DEVICE_PNP_STATE NewState;
		} LeaveState;
	} Data;
} WDF_DEVICE_PNP_NOTIFICATION_DATA, *PWDF_DEVICE_PNP_NOTIFICATION_DATA;
typedef const WDF_DEVICE_PNP_NOTIFICATION_DATA *PCWDF_DEVICE_PNP_NOTIFICATION_DATA;

typedef struct _WDF_DEVICE_POWER_NOTIFICATION_DATA {
	WDF_STATE_NOTIFICATION_TYPE Type;
	union {
		struct {
			WDF_DEVICE_POWER_STATE CurrentState;
			WDF_DEVICE_POWER_STATE NewState;
		} EnterState;
		struct {
			WDF_DEVICE_POWER_STATE CurrentState;
		} PostProcessState;
		struct {
			WDF_DEVICE_POWER_STATE CurrentState;
			WDF_DEVICE_POWER_STATE NewState;
		} LeaveState;
	} Data;
} WDF_DEVICE_POWER_NOTIFICATION_DATA, *PWDF_DEVICE_POWER_NOTIFICATION_DATA;
typedef const WDF_DEVICE_POWER_NOTIFICATION_DATA *PCWDF_DEVICE_POWER_NOTIFICATION_DATA;

typedef struct _WDF_DEVICE_POWER_POLICY_NOTIFICATION_DATA {
	WDF_STATE_NOTIFICATION_TYPE Type;
	union {
		struct {
			WDF_DEVICE_POWER_POLICY_STATE CurrentState;
			WDF_DEVICE_POWER_POLICY_STATE NewState;
		} EnterState;
		struct {
			WDF_DEVICE_POWER_POLICY_STATE CurrentState;
		} PostProcessState;
		struct {
			WDF_DEVICE_POWER_POLICY_STATE CurrentState;
			WDF_DEVICE_POWER_POLICY_STATE NewState;
		} LeaveState;
	} Data;
} WDF_DEVICE_POWER_POLICY_NOTIFICATION_DATA, *PWDF_DEVICE_POWER_POLICY_NOTIFICATION_DATA;
typedef const WDF_DEVICE_POWER_POLICY_NOTIFICATION_DATA
	*PCWDF_DEVICE_POWER_POLICY_NOTIFICATION_DATA;

/** EVT_WDFDEVICE_WDM_IRP_DISPATCH - complete by type only: nothing here calls it yet. IRQL:
 * DISPATCH_LEVEL or below. */
typedef NTSTATUS EVT_WDFDEVICE_WDM_IRP_DISPATCH(WDFDEVICE Device, UCHAR MajorFunction,
						UCHAR MinorFunction, ULONG Code,
						WDFCONTEXT DriverContext, PIRP Irp,
						WDFCONTEXT DispatchContext);
typedef EVT_WDFDEVICE_WDM_IRP_DISPATCH *PFN_WDFDEVICE_WDM_IRP_DISPATCH;

/** EVT_WDFDEVICE_WDM_IRP_PREPROCESS - complete by type only: nothing here calls it yet. IRQL:
 * DISPATCH_LEVEL or below. */
typedef NTSTATUS EVT_WDFDEVICE_WDM_IRP_PREPROCESS(WDFDEVICE Device, PIRP Irp);
typedef EVT_WDFDEVICE_WDM_IRP_PREPROCESS *PFN_WDFDEVICE_WDM_IRP_PREPROCESS;

/** EVT_WDFDEVICE_WDM_POST_PO_FX_REGISTER_DEVICE - complete by type only: nothing here calls it yet.
 * IRQL: PASSIVE_LEVEL. */
typedef NTSTATUS EVT_WDFDEVICE_WDM_POST_PO_FX_REGISTER_DEVICE(WDFDEVICE Device, POHANDLE PoHandle);
typedef EVT_WDFDEVICE_WDM_POST_PO_FX_REGISTER_DEVICE *PFN_WDFDEVICE_WDM_POST_PO_FX_REGISTER_DEVICE;

/** EVT_WDFDEVICE_WDM_PRE_PO_FX_UNREGISTER_DEVICE - complete by type only: nothing here calls it
 * yet. IRQL: PASSIVE_LEVEL. */
typedef VOID EVT_WDFDEVICE_WDM_PRE_PO_FX_UNREGISTER_DEVICE(WDFDEVICE Device, POHANDLE PoHandle);
typedef EVT_WDFDEVICE_WDM_PRE_PO_FX_UNREGISTER_DEVICE
	*PFN_WDFDEVICE_WDM_PRE_PO_FX_UNREGISTER_DEVICE;

/** EVT_WDF_DEVICE_ARM_WAKE_FROM_S0 - complete by type only: nothing here calls it yet. IRQL:
 * PASSIVE_LEVEL. */
typedef NTSTATUS EVT_WDF_DEVICE_ARM_WAKE_FROM_S0(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_ARM_WAKE_FROM_S0 *PFN_WDF_DEVICE_ARM_WAKE_FROM_S0;

/** EVT_WDF_DEVICE_ARM_WAKE_FROM_SX - complete by type only: nothing here calls it yet. IRQL:
 * PASSIVE_LEVEL. */
typedef NTSTATUS EVT_WDF_DEVICE_ARM_WAKE_FROM_SX(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_ARM_WAKE_FROM_SX *PFN_WDF_DEVICE_ARM_WAKE_FROM_SX;

/** EVT_WDF_DEVICE_ARM_WAKE_FROM_SX_WITH_REASON - complete by type only: nothing here calls it yet.
 * IRQL: PASSIVE_LEVEL. */
typedef NTSTATUS EVT_WDF_DEVICE_ARM_WAKE_FROM_SX_WITH_REASON(WDFDEVICE Device,
							     BOOLEAN DeviceWakeEnabled,
							     BOOLEAN ChildrenArmedForWake);
typedef EVT_WDF_DEVICE_ARM_WAKE_FROM_SX_WITH_REASON *PFN_WDF_DEVICE_ARM_WAKE_FROM_SX_WITH_REASON;

/**
 * EVT_WDF_DEVICE_D0_ENTRY - the device is powered: program it; interrupts are not connected yet.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; on failure the start fails with STATUS_DEVICE_POWER_FAILURE.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef NTSTATUS EVT_WDF_DEVICE_D0_ENTRY(WDFDEVICE Device, WDF_POWER_DEVICE_STATE PreviousState);
typedef EVT_WDF_DEVICE_D0_ENTRY *PFN_WDF_DEVICE_D0_ENTRY;

/** EVT_WDF_DEVICE_D0_ENTRY_POST_HARDWARE_ENABLED - complete by type only: nothing here calls it
 * yet. IRQL: PASSIVE_LEVEL. */
typedef NTSTATUS
EVT_WDF_DEVICE_D0_ENTRY_POST_HARDWARE_ENABLED(WDFDEVICE Device,
					      WDF_POWER_DEVICE_STATE PreviousState);
typedef EVT_WDF_DEVICE_D0_ENTRY_POST_HARDWARE_ENABLED
	*PFN_WDF_DEVICE_D0_ENTRY_POST_HARDWARE_ENABLED;

/**
 * EVT_WDF_DEVICE_D0_ENTRY_POST_INTERRUPTS_ENABLED - the device is powered and its interrupts are
 *    enabled.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; on failure as for EvtDeviceD0Entry.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef NTSTATUS
EVT_WDF_DEVICE_D0_ENTRY_POST_INTERRUPTS_ENABLED(WDFDEVICE Device,
						WDF_POWER_DEVICE_STATE PreviousState);
typedef EVT_WDF_DEVICE_D0_ENTRY_POST_INTERRUPTS_ENABLED
	*PFN_WDF_DEVICE_D0_ENTRY_POST_INTERRUPTS_ENABLED;

/**
 * EVT_WDF_DEVICE_D0_EXIT - the device leaves D0; its interrupts are disconnected.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; on failure it is noted and the way down goes on.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef NTSTATUS EVT_WDF_DEVICE_D0_EXIT(WDFDEVICE Device, WDF_POWER_DEVICE_STATE TargetState);
typedef EVT_WDF_DEVICE_D0_EXIT *PFN_WDF_DEVICE_D0_EXIT;

/** EVT_WDF_DEVICE_D0_EXIT_PRE_HARDWARE_DISABLED - complete by type only: nothing here calls it yet.
 * IRQL: PASSIVE_LEVEL. */
typedef NTSTATUS EVT_WDF_DEVICE_D0_EXIT_PRE_HARDWARE_DISABLED(WDFDEVICE Device,
							      WDF_POWER_DEVICE_STATE TargetState);
typedef EVT_WDF_DEVICE_D0_EXIT_PRE_HARDWARE_DISABLED *PFN_WDF_DEVICE_D0_EXIT_PRE_HARDWARE_DISABLED;

/**
 * EVT_WDF_DEVICE_D0_EXIT_PRE_INTERRUPTS_DISABLED - the device leaves D0; its interrupts are still
 *    enabled.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; on failure it is noted and the way down goes on.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef NTSTATUS EVT_WDF_DEVICE_D0_EXIT_PRE_INTERRUPTS_DISABLED(WDFDEVICE Device,
								WDF_POWER_DEVICE_STATE TargetState);
typedef EVT_WDF_DEVICE_D0_EXIT_PRE_INTERRUPTS_DISABLED
	*PFN_WDF_DEVICE_D0_EXIT_PRE_INTERRUPTS_DISABLED;

/** EVT_WDF_DEVICE_DISARM_WAKE_FROM_S0 - complete by type only: nothing here calls it yet. IRQL:
 * PASSIVE_LEVEL. */
typedef VOID EVT_WDF_DEVICE_DISARM_WAKE_FROM_S0(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_DISARM_WAKE_FROM_S0 *PFN_WDF_DEVICE_DISARM_WAKE_FROM_S0;

/** EVT_WDF_DEVICE_DISARM_WAKE_FROM_SX - complete by type only: nothing here calls it yet. IRQL:
 * PASSIVE_LEVEL. */
typedef VOID EVT_WDF_DEVICE_DISARM_WAKE_FROM_SX(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_DISARM_WAKE_FROM_SX *PFN_WDF_DEVICE_DISARM_WAKE_FROM_SX;

/**
 * EVT_WDF_DEVICE_FILE_CREATE - somebody opens the device: complete the request.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID EVT_WDF_DEVICE_FILE_CREATE(WDFDEVICE Device, WDFREQUEST Request,
					WDFFILEOBJECT FileObject);
typedef EVT_WDF_DEVICE_FILE_CREATE *PFN_WDF_DEVICE_FILE_CREATE;

/** EVT_WDF_DEVICE_PNP_STATE_CHANGE_NOTIFICATION - complete by type only: nothing here calls it yet.
 * IRQL: PASSIVE_LEVEL. */
typedef VOID
EVT_WDF_DEVICE_PNP_STATE_CHANGE_NOTIFICATION(WDFDEVICE Device,
					     PCWDF_DEVICE_PNP_NOTIFICATION_DATA NotificationData);
typedef EVT_WDF_DEVICE_PNP_STATE_CHANGE_NOTIFICATION *PFN_WDF_DEVICE_PNP_STATE_CHANGE_NOTIFICATION;

/** EVT_WDF_DEVICE_POWER_POLICY_STATE_CHANGE_NOTIFICATION - complete by type only: nothing here
 * calls it yet. IRQL: PASSIVE_LEVEL. */
typedef VOID EVT_WDF_DEVICE_POWER_POLICY_STATE_CHANGE_NOTIFICATION(
	WDFDEVICE Device, PCWDF_DEVICE_POWER_POLICY_NOTIFICATION_DATA NotificationData);
typedef EVT_WDF_DEVICE_POWER_POLICY_STATE_CHANGE_NOTIFICATION
	*PFN_WDF_DEVICE_POWER_POLICY_STATE_CHANGE_NOTIFICATION;

/** EVT_WDF_DEVICE_POWER_STATE_CHANGE_NOTIFICATION - complete by type only: nothing here calls it
 * yet. IRQL: PASSIVE_LEVEL. */
typedef VOID EVT_WDF_DEVICE_POWER_STATE_CHANGE_NOTIFICATION(
	WDFDEVICE Device, PCWDF_DEVICE_POWER_NOTIFICATION_DATA NotificationData);
typedef EVT_WDF_DEVICE_POWER_STATE_CHANGE_NOTIFICATION
	*PFN_WDF_DEVICE_POWER_STATE_CHANGE_NOTIFICATION;

/**
 * EVT_WDF_DEVICE_PREPARE_HARDWARE - map registers; interrupts may be created here.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; on failure the start fails and EvtDeviceReleaseHardware follows.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef NTSTATUS EVT_WDF_DEVICE_PREPARE_HARDWARE(WDFDEVICE Device, WDFCMRESLIST ResourcesRaw,
						 WDFCMRESLIST ResourcesTranslated);
typedef EVT_WDF_DEVICE_PREPARE_HARDWARE *PFN_WDF_DEVICE_PREPARE_HARDWARE;

/**
 * EVT_WDF_DEVICE_QUERY_REMOVE - may the device be removed?.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; on failure it stays.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef NTSTATUS EVT_WDF_DEVICE_QUERY_REMOVE(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_QUERY_REMOVE *PFN_WDF_DEVICE_QUERY_REMOVE;

/**
 * EVT_WDF_DEVICE_QUERY_STOP - may the device be stopped?.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; on failure it keeps running.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef NTSTATUS EVT_WDF_DEVICE_QUERY_STOP(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_QUERY_STOP *PFN_WDF_DEVICE_QUERY_STOP;

/** EVT_WDF_DEVICE_RELATIONS_QUERY - complete by type only: nothing here calls it yet. IRQL:
 * PASSIVE_LEVEL. */
typedef VOID EVT_WDF_DEVICE_RELATIONS_QUERY(WDFDEVICE Device, DEVICE_RELATION_TYPE RelationType);
typedef EVT_WDF_DEVICE_RELATIONS_QUERY *PFN_WDF_DEVICE_RELATIONS_QUERY;

/**
 * EVT_WDF_DEVICE_RELEASE_HARDWARE - undo of EvtDevicePrepareHardware, also after it failed.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; on failure it is ignored.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef NTSTATUS EVT_WDF_DEVICE_RELEASE_HARDWARE(WDFDEVICE Device,
						 WDFCMRESLIST ResourcesTranslated);
typedef EVT_WDF_DEVICE_RELEASE_HARDWARE *PFN_WDF_DEVICE_RELEASE_HARDWARE;

/**
 * EVT_WDF_DEVICE_SELF_MANAGED_IO_CLEANUP - last: release what EvtDeviceSelfManagedIoInit made.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID EVT_WDF_DEVICE_SELF_MANAGED_IO_CLEANUP(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_SELF_MANAGED_IO_CLEANUP *PFN_WDF_DEVICE_SELF_MANAGED_IO_CLEANUP;

/**
 * EVT_WDF_DEVICE_SELF_MANAGED_IO_FLUSH - the device is gone: drop self-managed I/O.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID EVT_WDF_DEVICE_SELF_MANAGED_IO_FLUSH(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_SELF_MANAGED_IO_FLUSH *PFN_WDF_DEVICE_SELF_MANAGED_IO_FLUSH;

/**
 * EVT_WDF_DEVICE_SELF_MANAGED_IO_INIT - the device runs for the first time: start I/O that is no
 *    request.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; on failure the device is stopped again.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef NTSTATUS EVT_WDF_DEVICE_SELF_MANAGED_IO_INIT(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_SELF_MANAGED_IO_INIT *PFN_WDF_DEVICE_SELF_MANAGED_IO_INIT;

/**
 * EVT_WDF_DEVICE_SELF_MANAGED_IO_RESTART - the device is in D0 again.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; on failure the device is stopped again.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef NTSTATUS EVT_WDF_DEVICE_SELF_MANAGED_IO_RESTART(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_SELF_MANAGED_IO_RESTART *PFN_WDF_DEVICE_SELF_MANAGED_IO_RESTART;

/**
 * EVT_WDF_DEVICE_SELF_MANAGED_IO_SUSPEND - before the device leaves D0: pause self-managed I/O.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; on failure it is noted and the way down goes on.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef NTSTATUS EVT_WDF_DEVICE_SELF_MANAGED_IO_SUSPEND(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_SELF_MANAGED_IO_SUSPEND *PFN_WDF_DEVICE_SELF_MANAGED_IO_SUSPEND;

/**
 * EVT_WDF_DEVICE_SURPRISE_REMOVAL - the device is gone already; not synchronized with power
 *    callbacks.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID EVT_WDF_DEVICE_SURPRISE_REMOVAL(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_SURPRISE_REMOVAL *PFN_WDF_DEVICE_SURPRISE_REMOVAL;

/** EVT_WDF_DEVICE_USAGE_NOTIFICATION - complete by type only: nothing here calls it yet. IRQL:
 * PASSIVE_LEVEL. */
typedef VOID EVT_WDF_DEVICE_USAGE_NOTIFICATION(WDFDEVICE Device,
					       WDF_SPECIAL_FILE_TYPE NotificationType,
					       BOOLEAN IsInNotificationPath);
typedef EVT_WDF_DEVICE_USAGE_NOTIFICATION *PFN_WDF_DEVICE_USAGE_NOTIFICATION;

/** EVT_WDF_DEVICE_USAGE_NOTIFICATION_EX - complete by type only: nothing here calls it yet. IRQL:
 * PASSIVE_LEVEL. */
typedef NTSTATUS EVT_WDF_DEVICE_USAGE_NOTIFICATION_EX(WDFDEVICE Device,
						      WDF_SPECIAL_FILE_TYPE NotificationType,
						      BOOLEAN IsInNotificationPath);
typedef EVT_WDF_DEVICE_USAGE_NOTIFICATION_EX *PFN_WDF_DEVICE_USAGE_NOTIFICATION_EX;

/** EVT_WDF_DEVICE_WAKE_FROM_S0_TRIGGERED - complete by type only: nothing here calls it yet. IRQL:
 * PASSIVE_LEVEL. */
typedef VOID EVT_WDF_DEVICE_WAKE_FROM_S0_TRIGGERED(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_WAKE_FROM_S0_TRIGGERED *PFN_WDF_DEVICE_WAKE_FROM_S0_TRIGGERED;

/** EVT_WDF_DEVICE_WAKE_FROM_SX_TRIGGERED - complete by type only: nothing here calls it yet. IRQL:
 * PASSIVE_LEVEL. */
typedef VOID EVT_WDF_DEVICE_WAKE_FROM_SX_TRIGGERED(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_WAKE_FROM_SX_TRIGGERED *PFN_WDF_DEVICE_WAKE_FROM_SX_TRIGGERED;

/**
 * EVT_WDF_FILE_CLEANUP - the last handle of the file was closed; its requests are being cancelled.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID EVT_WDF_FILE_CLEANUP(WDFFILEOBJECT FileObject);
typedef EVT_WDF_FILE_CLEANUP *PFN_WDF_FILE_CLEANUP;

/**
 * EVT_WDF_FILE_CLOSE - the file is closed and all its requests are completed.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID EVT_WDF_FILE_CLOSE(WDFFILEOBJECT FileObject);
typedef EVT_WDF_FILE_CLOSE *PFN_WDF_FILE_CLOSE;

/** EVT_WDF_IO_IN_CALLER_CONTEXT - complete by type only: nothing here calls it yet. IRQL:
 * DISPATCH_LEVEL or below. */
typedef VOID EVT_WDF_IO_IN_CALLER_CONTEXT(WDFDEVICE Device, WDFREQUEST Request);
typedef EVT_WDF_IO_IN_CALLER_CONTEXT *PFN_WDF_IO_IN_CALLER_CONTEXT;

typedef struct _WDF_DEVICE_PNP_CAPABILITIES {
	ULONG Size;
	WDF_TRI_STATE LockSupported;
	WDF_TRI_STATE EjectSupported;
	WDF_TRI_STATE Removable;
	WDF_TRI_STATE DockDevice;
	WDF_TRI_STATE UniqueID;
	WDF_TRI_STATE SilentInstall;
	WDF_TRI_STATE SurpriseRemovalOK;
	WDF_TRI_STATE HardwareDisabled;
	WDF_TRI_STATE NoDisplayInUI;
	ULONG Address;
	ULONG UINumber;
} WDF_DEVICE_PNP_CAPABILITIES, *PWDF_DEVICE_PNP_CAPABILITIES;

/** WDF_DEVICE_PNP_CAPABILITIES_INIT() - size and defaults. IRQL: any. */
FORCEINLINE VOID WDF_DEVICE_PNP_CAPABILITIES_INIT(PWDF_DEVICE_PNP_CAPABILITIES Value)
{
	RtlZeroMemory(Value, sizeof(*Value));
	Value->Size = sizeof(WDF_DEVICE_PNP_CAPABILITIES);
	Value->LockSupported = WdfUseDefault;
	Value->EjectSupported = WdfUseDefault;
	Value->Removable = WdfUseDefault;
	Value->DockDevice = WdfUseDefault;
	Value->UniqueID = WdfUseDefault;
	Value->SilentInstall = WdfUseDefault;
	Value->SurpriseRemovalOK = WdfUseDefault;
	Value->HardwareDisabled = WdfUseDefault;
	Value->NoDisplayInUI = WdfUseDefault;
	Value->Address = (ULONG)-1;
	Value->UINumber = (ULONG)-1;
}

typedef struct _WDF_DEVICE_POWER_CAPABILITIES {
	ULONG Size;
	WDF_TRI_STATE DeviceD1;
	WDF_TRI_STATE DeviceD2;
	WDF_TRI_STATE WakeFromD0;
	WDF_TRI_STATE WakeFromD1;
	WDF_TRI_STATE WakeFromD2;
	WDF_TRI_STATE WakeFromD3;
	DEVICE_POWER_STATE DeviceState[PowerSystemMaximum];
	DEVICE_POWER_STATE DeviceWake;
	SYSTEM_POWER_STATE SystemWake;
	ULONG D1Latency;
	ULONG D2Latency;
	ULONG D3Latency;
	DEVICE_POWER_STATE IdealDxStateForSx;
} WDF_DEVICE_POWER_CAPABILITIES, *PWDF_DEVICE_POWER_CAPABILITIES;

/** WDF_DEVICE_POWER_CAPABILITIES_INIT() - size and defaults. IRQL: any. */
FORCEINLINE VOID WDF_DEVICE_POWER_CAPABILITIES_INIT(PWDF_DEVICE_POWER_CAPABILITIES Value)
{
	RtlZeroMemory(Value, sizeof(*Value));
	Value->Size = sizeof(WDF_DEVICE_POWER_CAPABILITIES);
	Value->DeviceD1 = WdfUseDefault;
	Value->DeviceD2 = WdfUseDefault;
	Value->WakeFromD0 = WdfUseDefault;
	Value->WakeFromD1 = WdfUseDefault;
	Value->WakeFromD2 = WdfUseDefault;
	Value->WakeFromD3 = WdfUseDefault;
	for (size_t i = 0; i < ARRAYSIZE(Value->DeviceState); i++)
		Value->DeviceState[i] = PowerDeviceMaximum;
	Value->DeviceWake = PowerDeviceMaximum;
	Value->SystemWake = PowerSystemMaximum;
	Value->D1Latency = (ULONG)-1;
	Value->D2Latency = (ULONG)-1;
	Value->D3Latency = (ULONG)-1;
	Value->IdealDxStateForSx = PowerDeviceMaximum;
}

typedef struct _WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS {
	ULONG Size;
	WDF_POWER_POLICY_S0_IDLE_CAPABILITIES IdleCaps;
	DEVICE_POWER_STATE DxState;
	ULONG IdleTimeout;
	WDF_POWER_POLICY_S0_IDLE_USER_CONTROL UserControlOfIdleSettings;
	WDF_TRI_STATE Enabled;
	WDF_TRI_STATE PowerUpIdleDeviceOnSystemWake;
	WDF_POWER_POLICY_IDLE_TIMEOUT_TYPE IdleTimeoutType;
	WDF_TRI_STATE ExcludeD3Cold;
} WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS, *PWDF_DEVICE_POWER_POLICY_IDLE_SETTINGS;

/** WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS_INIT() - size and defaults. IRQL: any. */
FORCEINLINE VOID
WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS_INIT(PWDF_DEVICE_POWER_POLICY_IDLE_SETTINGS Settings,
					   WDF_POWER_POLICY_S0_IDLE_CAPABILITIES IdleCaps)
{
	RtlZeroMemory(Settings, sizeof(*Settings));
	Settings->Size = sizeof(WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS);
	Settings->IdleCaps = IdleCaps;
	Settings->DxState = IdleCaps == IdleCannotWakeFromS0 ? PowerDeviceD3 : PowerDeviceMaximum;
	Settings->IdleTimeout = IdleTimeoutDefaultValue;
	Settings->UserControlOfIdleSettings = IdleAllowUserControl;
	Settings->Enabled = WdfUseDefault;
	Settings->PowerUpIdleDeviceOnSystemWake = WdfUseDefault;
	Settings->IdleTimeoutType = DriverManagedIdleTimeout;
	Settings->ExcludeD3Cold = WdfUseDefault;
}

typedef struct _WDF_DEVICE_POWER_POLICY_WAKE_SETTINGS {
	ULONG Size;
	DEVICE_POWER_STATE DxState;
	WDF_POWER_POLICY_SX_WAKE_USER_CONTROL UserControlOfWakeSettings;
	WDF_TRI_STATE Enabled;
	BOOLEAN ArmForWakeIfChildrenAreArmedForWake;
	BOOLEAN IndicateChildWakeOnParentWake;
} WDF_DEVICE_POWER_POLICY_WAKE_SETTINGS, *PWDF_DEVICE_POWER_POLICY_WAKE_SETTINGS;

/** WDF_DEVICE_POWER_POLICY_WAKE_SETTINGS_INIT() - size and defaults. IRQL: any. */
FORCEINLINE VOID
WDF_DEVICE_POWER_POLICY_WAKE_SETTINGS_INIT(PWDF_DEVICE_POWER_POLICY_WAKE_SETTINGS Settings)
{
	RtlZeroMemory(Settings, sizeof(*Settings));
	Settings->Size = sizeof(WDF_DEVICE_POWER_POLICY_WAKE_SETTINGS);
	Settings->DxState = PowerDeviceMaximum;
	Settings->UserControlOfWakeSettings = WakeAllowUserControl;
	Settings->Enabled = WdfUseDefault;
}

typedef struct _WDF_DEVICE_PROPERTY_DATA {
	ULONG Size;
	const DEVPROPKEY *PropertyKey;
	LCID Lcid;
	ULONG Flags;
} WDF_DEVICE_PROPERTY_DATA, *PWDF_DEVICE_PROPERTY_DATA;

/** WDF_DEVICE_PROPERTY_DATA_INIT() - size and defaults. IRQL: any. */
FORCEINLINE VOID WDF_DEVICE_PROPERTY_DATA_INIT(PWDF_DEVICE_PROPERTY_DATA Value,
					       const DEVPROPKEY *PropertyKey)
{
	RtlZeroMemory(Value, sizeof(*Value));
	Value->Size = sizeof(WDF_DEVICE_PROPERTY_DATA);
	Value->PropertyKey = PropertyKey;
}

typedef struct _WDF_DEVICE_STATE {
	ULONG Size;
	WDF_TRI_STATE Disabled;
	WDF_TRI_STATE DontDisplayInUI;
	WDF_TRI_STATE Failed;
	WDF_TRI_STATE NotDisableable;
	WDF_TRI_STATE Removed;
	WDF_TRI_STATE ResourcesChanged;
	WDF_TRI_STATE AssignedToGuest;
} WDF_DEVICE_STATE, *PWDF_DEVICE_STATE;

/** WDF_DEVICE_STATE_INIT() - size and defaults. IRQL: any. */
FORCEINLINE VOID WDF_DEVICE_STATE_INIT(PWDF_DEVICE_STATE Value)
{
	RtlZeroMemory(Value, sizeof(*Value));
	Value->Size = sizeof(WDF_DEVICE_STATE);
	Value->Disabled = WdfUseDefault;
	Value->DontDisplayInUI = WdfUseDefault;
	Value->Failed = WdfUseDefault;
	Value->NotDisableable = WdfUseDefault;
	Value->Removed = WdfUseDefault;
	Value->ResourcesChanged = WdfUseDefault;
	Value->AssignedToGuest = WdfUseDefault;
}

typedef struct _WDF_FILEOBJECT_CONFIG {
	ULONG Size;
	PFN_WDF_DEVICE_FILE_CREATE EvtDeviceFileCreate;
	PFN_WDF_FILE_CLOSE EvtFileClose;
	PFN_WDF_FILE_CLEANUP EvtFileCleanup;
	WDF_TRI_STATE AutoForwardCleanupClose;
	WDF_FILEOBJECT_CLASS FileObjectClass;
} WDF_FILEOBJECT_CONFIG, *PWDF_FILEOBJECT_CONFIG;

/** WDF_FILEOBJECT_CONFIG_INIT() - size and defaults. IRQL: any. */
FORCEINLINE VOID WDF_FILEOBJECT_CONFIG_INIT(PWDF_FILEOBJECT_CONFIG FileEventCallbacks,
					    PFN_WDF_DEVICE_FILE_CREATE EvtDeviceFileCreate,
					    PFN_WDF_FILE_CLOSE EvtFileClose,
					    PFN_WDF_FILE_CLEANUP EvtFileCleanup)
{
	RtlZeroMemory(FileEventCallbacks, sizeof(*FileEventCallbacks));
	FileEventCallbacks->Size = sizeof(WDF_FILEOBJECT_CONFIG);
	FileEventCallbacks->EvtDeviceFileCreate = EvtDeviceFileCreate;
	FileEventCallbacks->EvtFileClose = EvtFileClose;
	FileEventCallbacks->EvtFileCleanup = EvtFileCleanup;
	FileEventCallbacks->AutoForwardCleanupClose = WdfUseDefault;
	FileEventCallbacks->FileObjectClass = WdfFileObjectWdfCannotUseFsContexts;
}

typedef struct _WDF_IO_TYPE_CONFIG {
	ULONG Size;
	WDF_DEVICE_IO_TYPE ReadWriteIoType;
	WDF_DEVICE_IO_TYPE DeviceControlIoType;
	ULONG DirectTransferThreshold;
} WDF_IO_TYPE_CONFIG, *PWDF_IO_TYPE_CONFIG;

/** WDF_IO_TYPE_CONFIG_INIT() - size and defaults. IRQL: any. */
FORCEINLINE VOID WDF_IO_TYPE_CONFIG_INIT(PWDF_IO_TYPE_CONFIG Config)
{
	RtlZeroMemory(Config, sizeof(*Config));
	Config->Size = sizeof(WDF_IO_TYPE_CONFIG);
	Config->ReadWriteIoType = WdfDeviceIoBuffered;
	Config->DeviceControlIoType = WdfDeviceIoBuffered;
}

typedef struct _WDF_PNPPOWER_EVENT_CALLBACKS {
	ULONG Size;
	PFN_WDF_DEVICE_D0_ENTRY EvtDeviceD0Entry;
	PFN_WDF_DEVICE_D0_ENTRY_POST_INTERRUPTS_ENABLED EvtDeviceD0EntryPostInterruptsEnabled;
	PFN_WDF_DEVICE_D0_EXIT EvtDeviceD0Exit;
	PFN_WDF_DEVICE_D0_EXIT_PRE_INTERRUPTS_DISABLED EvtDeviceD0ExitPreInterruptsDisabled;
	PFN_WDF_DEVICE_PREPARE_HARDWARE EvtDevicePrepareHardware;
	PFN_WDF_DEVICE_RELEASE_HARDWARE EvtDeviceReleaseHardware;
	PFN_WDF_DEVICE_SELF_MANAGED_IO_CLEANUP EvtDeviceSelfManagedIoCleanup;
	PFN_WDF_DEVICE_SELF_MANAGED_IO_FLUSH EvtDeviceSelfManagedIoFlush;
	PFN_WDF_DEVICE_SELF_MANAGED_IO_INIT EvtDeviceSelfManagedIoInit;
	PFN_WDF_DEVICE_SELF_MANAGED_IO_SUSPEND EvtDeviceSelfManagedIoSuspend;
	PFN_WDF_DEVICE_SELF_MANAGED_IO_RESTART EvtDeviceSelfManagedIoRestart;
	PFN_WDF_DEVICE_SURPRISE_REMOVAL EvtDeviceSurpriseRemoval;
	PFN_WDF_DEVICE_QUERY_REMOVE EvtDeviceQueryRemove;
	PFN_WDF_DEVICE_QUERY_STOP EvtDeviceQueryStop;
	PFN_WDF_DEVICE_USAGE_NOTIFICATION EvtDeviceUsageNotification;
	PFN_WDF_DEVICE_RELATIONS_QUERY EvtDeviceRelationsQuery;
	PFN_WDF_DEVICE_USAGE_NOTIFICATION_EX EvtDeviceUsageNotificationEx;
} WDF_PNPPOWER_EVENT_CALLBACKS, *PWDF_PNPPOWER_EVENT_CALLBACKS;

/** WDF_PNPPOWER_EVENT_CALLBACKS_INIT() - size and defaults. IRQL: any. */
FORCEINLINE VOID WDF_PNPPOWER_EVENT_CALLBACKS_INIT(PWDF_PNPPOWER_EVENT_CALLBACKS Callbacks)
{
	RtlZeroMemory(Callbacks, sizeof(*Callbacks));
	Callbacks->Size = sizeof(WDF_PNPPOWER_EVENT_CALLBACKS);
}

typedef struct _WDF_POWER_FRAMEWORK_SETTINGS {
	ULONG Size;
	PFN_WDFDEVICE_WDM_POST_PO_FX_REGISTER_DEVICE EvtDeviceWdmPostPoFxRegisterDevice;
	PFN_WDFDEVICE_WDM_PRE_PO_FX_UNREGISTER_DEVICE EvtDeviceWdmPrePoFxUnregisterDevice;
	PPO_FX_COMPONENT Component;
	PPO_FX_COMPONENT_ACTIVE_CONDITION_CALLBACK ComponentActiveConditionCallback;
	PPO_FX_COMPONENT_IDLE_CONDITION_CALLBACK ComponentIdleConditionCallback;
	PPO_FX_COMPONENT_IDLE_STATE_CALLBACK ComponentIdleStateCallback;
	PPO_FX_POWER_CONTROL_CALLBACK PowerControlCallback;
	PVOID PoFxDeviceContext;
	ULONGLONG PoFxDeviceFlags;
	WDF_TRI_STATE DirectedPoFxEnabled;
} WDF_POWER_FRAMEWORK_SETTINGS, *PWDF_POWER_FRAMEWORK_SETTINGS;

/** WDF_POWER_FRAMEWORK_SETTINGS_INIT() - size and defaults. IRQL: any. */
FORCEINLINE VOID WDF_POWER_FRAMEWORK_SETTINGS_INIT(PWDF_POWER_FRAMEWORK_SETTINGS Settings)
{
	RtlZeroMemory(Settings, sizeof(*Settings));
	Settings->Size = sizeof(WDF_POWER_FRAMEWORK_SETTINGS);
	Settings->DirectedPoFxEnabled = WdfUseDefault;
}

typedef struct _WDF_POWER_POLICY_EVENT_CALLBACKS {
	ULONG Size;
	PFN_WDF_DEVICE_ARM_WAKE_FROM_S0 EvtDeviceArmWakeFromS0;
	PFN_WDF_DEVICE_DISARM_WAKE_FROM_S0 EvtDeviceDisarmWakeFromS0;
	PFN_WDF_DEVICE_WAKE_FROM_S0_TRIGGERED EvtDeviceWakeFromS0Triggered;
	PFN_WDF_DEVICE_ARM_WAKE_FROM_SX EvtDeviceArmWakeFromSx;
	PFN_WDF_DEVICE_DISARM_WAKE_FROM_SX EvtDeviceDisarmWakeFromSx;
	PFN_WDF_DEVICE_WAKE_FROM_SX_TRIGGERED EvtDeviceWakeFromSxTriggered;
	PFN_WDF_DEVICE_ARM_WAKE_FROM_SX_WITH_REASON EvtDeviceArmWakeFromSxWithReason;
} WDF_POWER_POLICY_EVENT_CALLBACKS, *PWDF_POWER_POLICY_EVENT_CALLBACKS;

/** WDF_POWER_POLICY_EVENT_CALLBACKS_INIT() - size and defaults. IRQL: any. */
FORCEINLINE VOID WDF_POWER_POLICY_EVENT_CALLBACKS_INIT(PWDF_POWER_POLICY_EVENT_CALLBACKS Callbacks)
{
	RtlZeroMemory(Callbacks, sizeof(*Callbacks));
	Callbacks->Size = sizeof(WDF_POWER_POLICY_EVENT_CALLBACKS);
}

typedef struct _WDF_REMOVE_LOCK_OPTIONS {
	ULONG Size;
	ULONG Flags;
} WDF_REMOVE_LOCK_OPTIONS, *PWDF_REMOVE_LOCK_OPTIONS;

/** WDF_REMOVE_LOCK_OPTIONS_INIT() - size and defaults. IRQL: any. */
FORCEINLINE VOID WDF_REMOVE_LOCK_OPTIONS_INIT(PWDF_REMOVE_LOCK_OPTIONS Options, ULONG Flags)
{
	RtlZeroMemory(Options, sizeof(*Options));
	Options->Size = sizeof(WDF_REMOVE_LOCK_OPTIONS);
	Options->Flags = Flags;
}

/**
 * WdfDeviceInitFree() - give back a WDFDEVICE_INIT that no device was made from.
 * @DeviceInit: from EvtDriverDeviceAdd, before WdfDeviceCreate().
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: in EvtDriverDeviceAdd the framework owns it: the call stops the driver with
 *          WDF_INVALID_HANDLE, as KMDF does not allow it either.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID (*PFN_WDFDEVICEINITFREE)(PWDF_DRIVER_GLOBALS DriverGlobals,
				      PWDFDEVICE_INIT DeviceInit);
FORCEINLINE VOID WdfDeviceInitFree(PWDFDEVICE_INIT DeviceInit)
{
	((PFN_WDFDEVICEINITFREE)WdfFunctions[WdfDeviceInitFreeTableIndex])(WdfDriverGlobals,
									   DeviceInit);
}

/**
 * WdfDeviceInitSetPnpPowerEventCallbacks() - register Plug and Play and power callbacks.
 * @DeviceInit:             from EvtDriverDeviceAdd, before WdfDeviceCreate().
 * @PnpPowerEventCallbacks: from WDF_PNPPOWER_EVENT_CALLBACKS_INIT(); copied.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: EvtDeviceUsageNotification(Ex), EvtDeviceRelationsQuery and EvtDeviceQueryStop are
 *          accepted and never called: there are no special files and no relations, and nobody
 *          stops a device to give it other resources.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID (*PFN_WDFDEVICEINITSETPNPPOWEREVENTCALLBACKS)(
	PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT DeviceInit,
	PWDF_PNPPOWER_EVENT_CALLBACKS PnpPowerEventCallbacks);
FORCEINLINE VOID WdfDeviceInitSetPnpPowerEventCallbacks(
	PWDFDEVICE_INIT DeviceInit, PWDF_PNPPOWER_EVENT_CALLBACKS PnpPowerEventCallbacks)
{
	((PFN_WDFDEVICEINITSETPNPPOWEREVENTCALLBACKS)
		 WdfFunctions[WdfDeviceInitSetPnpPowerEventCallbacksTableIndex])(
		WdfDriverGlobals, DeviceInit, PnpPowerEventCallbacks);
}

/**
 * WdfDeviceInitSetIoType() - how read, write and control buffers reach the driver.
 * @DeviceInit: from EvtDriverDeviceAdd, before WdfDeviceCreate().
 * @IoType:     WdfDeviceIoBuffered, WdfDeviceIoDirect or WdfDeviceIoNeither.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: a wrong value breaks in and is ignored.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID (*PFN_WDFDEVICEINITSETIOTYPE)(PWDF_DRIVER_GLOBALS DriverGlobals,
					   PWDFDEVICE_INIT DeviceInit, WDF_DEVICE_IO_TYPE IoType);
FORCEINLINE VOID WdfDeviceInitSetIoType(PWDFDEVICE_INIT DeviceInit, WDF_DEVICE_IO_TYPE IoType)
{
	((PFN_WDFDEVICEINITSETIOTYPE)WdfFunctions[WdfDeviceInitSetIoTypeTableIndex])(
		WdfDriverGlobals, DeviceInit, IoType);
}

/**
 * WdfDeviceInitSetExclusive() - one open file at a time.
 * @DeviceInit:  from EvtDriverDeviceAdd, before WdfDeviceCreate().
 * @IsExclusive: TRUE: a second open fails with STATUS_ACCESS_DENIED.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID (*PFN_WDFDEVICEINITSETEXCLUSIVE)(PWDF_DRIVER_GLOBALS DriverGlobals,
					      PWDFDEVICE_INIT DeviceInit, BOOLEAN IsExclusive);
FORCEINLINE VOID WdfDeviceInitSetExclusive(PWDFDEVICE_INIT DeviceInit, BOOLEAN IsExclusive)
{
	((PFN_WDFDEVICEINITSETEXCLUSIVE)WdfFunctions[WdfDeviceInitSetExclusiveTableIndex])(
		WdfDriverGlobals, DeviceInit, IsExclusive);
}

/**
 * WdfDeviceInitSetDeviceType() - the FILE_DEVICE_* type of the device.
 * @DeviceInit: from EvtDriverDeviceAdd, before WdfDeviceCreate().
 * @DeviceType: FILE_DEVICE_UNKNOWN unless set.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: told to the host and shown by `uwdf devices --json`; nothing else depends on it.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID (*PFN_WDFDEVICEINITSETDEVICETYPE)(PWDF_DRIVER_GLOBALS DriverGlobals,
					       PWDFDEVICE_INIT DeviceInit, DEVICE_TYPE DeviceType);
FORCEINLINE VOID WdfDeviceInitSetDeviceType(PWDFDEVICE_INIT DeviceInit, DEVICE_TYPE DeviceType)
{
	((PFN_WDFDEVICEINITSETDEVICETYPE)WdfFunctions[WdfDeviceInitSetDeviceTypeTableIndex])(
		WdfDriverGlobals, DeviceInit, DeviceType);
}

/**
 * WdfDeviceInitSetCharacteristics() - FILE_* characteristics of the device.
 * @DeviceInit:            from EvtDriverDeviceAdd, before WdfDeviceCreate().
 * @DeviceCharacteristics: a set of flags.
 * @OrInValues:            TRUE: add to what is set, FALSE: replace.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: kept and returned, without effect on opens.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID (*PFN_WDFDEVICEINITSETCHARACTERISTICS)(PWDF_DRIVER_GLOBALS DriverGlobals,
						    PWDFDEVICE_INIT DeviceInit,
						    ULONG DeviceCharacteristics,
						    BOOLEAN OrInValues);
FORCEINLINE VOID WdfDeviceInitSetCharacteristics(PWDFDEVICE_INIT DeviceInit,
						 ULONG DeviceCharacteristics, BOOLEAN OrInValues)
{
	((PFN_WDFDEVICEINITSETCHARACTERISTICS)
		 WdfFunctions[WdfDeviceInitSetCharacteristicsTableIndex])(
		WdfDriverGlobals, DeviceInit, DeviceCharacteristics, OrInValues);
}

/**
 * WdfDeviceInitSetFileObjectConfig() - callbacks and attributes of file objects.
 * @DeviceInit:           from EvtDriverDeviceAdd, before WdfDeviceCreate().
 * @FileObjectConfig:     from WDF_FILEOBJECT_CONFIG_INIT(); copied.
 * @FileObjectAttributes: of every file object of the device; may be WDF_NO_OBJECT_ATTRIBUTES.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: AutoForwardCleanupClose has no lower driver to forward to; WDF_TRI_STATE and class
 *          values are checked.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID (*PFN_WDFDEVICEINITSETFILEOBJECTCONFIG)(PWDF_DRIVER_GLOBALS DriverGlobals,
						     PWDFDEVICE_INIT DeviceInit,
						     PWDF_FILEOBJECT_CONFIG FileObjectConfig,
						     PWDF_OBJECT_ATTRIBUTES FileObjectAttributes);
FORCEINLINE VOID WdfDeviceInitSetFileObjectConfig(PWDFDEVICE_INIT DeviceInit,
						  PWDF_FILEOBJECT_CONFIG FileObjectConfig,
						  PWDF_OBJECT_ATTRIBUTES FileObjectAttributes)
{
	((PFN_WDFDEVICEINITSETFILEOBJECTCONFIG)
		 WdfFunctions[WdfDeviceInitSetFileObjectConfigTableIndex])(
		WdfDriverGlobals, DeviceInit, FileObjectConfig, FileObjectAttributes);
}

/**
 * WdfDeviceInitSetRequestAttributes() - attributes of every request that the device's queues
 *    present.
 * @DeviceInit:        from EvtDriverDeviceAdd, before WdfDeviceCreate().
 * @RequestAttributes: no parent; copied.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID (*PFN_WDFDEVICEINITSETREQUESTATTRIBUTES)(PWDF_DRIVER_GLOBALS DriverGlobals,
						      PWDFDEVICE_INIT DeviceInit,
						      PWDF_OBJECT_ATTRIBUTES RequestAttributes);
FORCEINLINE VOID WdfDeviceInitSetRequestAttributes(PWDFDEVICE_INIT DeviceInit,
						   PWDF_OBJECT_ATTRIBUTES RequestAttributes)
{
	((PFN_WDFDEVICEINITSETREQUESTATTRIBUTES)
		 WdfFunctions[WdfDeviceInitSetRequestAttributesTableIndex])(
		WdfDriverGlobals, DeviceInit, RequestAttributes);
}

/**
 * WdfDeviceCreate() - create the device object.
 * @DeviceInit:       what EvtDriverDeviceAdd got; set to NULL on success.
 * @DeviceAttributes: no parent may be given; may be WDF_NO_OBJECT_ATTRIBUTES.
 * @Device:           the new handle.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_DEVICE_STATE a device was made from it already;
 *          STATUS_INSUFFICIENT_RESOURCES; an object-attributes status.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef NTSTATUS (*PFN_WDFDEVICECREATE)(PWDF_DRIVER_GLOBALS DriverGlobals,
					PWDFDEVICE_INIT *DeviceInit,
					PWDF_OBJECT_ATTRIBUTES DeviceAttributes, WDFDEVICE *Device);
FORCEINLINE NTSTATUS WdfDeviceCreate(PWDFDEVICE_INIT *DeviceInit,
				     PWDF_OBJECT_ATTRIBUTES DeviceAttributes, WDFDEVICE *Device)
{
	return ((PFN_WDFDEVICECREATE)WdfFunctions[WdfDeviceCreateTableIndex])(
		WdfDriverGlobals, DeviceInit, DeviceAttributes, Device);
}

/**
 * WdfDeviceCreateDeviceInterface() - let clients find and open the device by a GUID.
 * @Device:             the device.
 * @InterfaceClassGUID: what clients ask for.
 * @ReferenceString:    must be NULL.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS, also when the interface exists already; STATUS_NOT_SUPPORTED a reference
 *          string; STATUS_INSUFFICIENT_RESOURCES more than eight interfaces.
 * Differs: reference strings are refused. Enabled when the device has started, disabled when it
 *          leaves.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef NTSTATUS (*PFN_WDFDEVICECREATEDEVICEINTERFACE)(PWDF_DRIVER_GLOBALS DriverGlobals,
						       WDFDEVICE Device,
						       const GUID *InterfaceClassGUID,
						       PCUNICODE_STRING ReferenceString);
FORCEINLINE NTSTATUS WdfDeviceCreateDeviceInterface(WDFDEVICE Device,
						    const GUID *InterfaceClassGUID,
						    PCUNICODE_STRING ReferenceString)
{
	return ((PFN_WDFDEVICECREATEDEVICEINTERFACE)
			WdfFunctions[WdfDeviceCreateDeviceInterfaceTableIndex])(
		WdfDriverGlobals, Device, InterfaceClassGUID, ReferenceString);
}

/**
 * WdfDeviceSetDeviceInterfaceState() - enable or disable one interface of a started device.
 * @Device:             the device.
 * @InterfaceClassGUID: as created.
 * @ReferenceString:    must be NULL.
 * @IsInterfaceEnabled: FALSE: nobody finds the device by it.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Differs: unknown interfaces break in and are ignored.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID (*PFN_WDFDEVICESETDEVICEINTERFACESTATE)(PWDF_DRIVER_GLOBALS DriverGlobals,
						     WDFDEVICE Device,
						     const GUID *InterfaceClassGUID,
						     PCUNICODE_STRING ReferenceString,
						     BOOLEAN IsInterfaceEnabled);
FORCEINLINE VOID WdfDeviceSetDeviceInterfaceState(WDFDEVICE Device, const GUID *InterfaceClassGUID,
						  PCUNICODE_STRING ReferenceString,
						  BOOLEAN IsInterfaceEnabled)
{
	((PFN_WDFDEVICESETDEVICEINTERFACESTATE)
		 WdfFunctions[WdfDeviceSetDeviceInterfaceStateTableIndex])(
		WdfDriverGlobals, Device, InterfaceClassGUID, ReferenceString, IsInterfaceEnabled);
}

/**
 * WdfDeviceGetDriver() - the driver that created the device.
 * @Device: the device.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  never NULL.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef WDFDRIVER (*PFN_WDFDEVICEGETDRIVER)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device);
FORCEINLINE WDFDRIVER WdfDeviceGetDriver(WDFDEVICE Device)
{
	return ((PFN_WDFDEVICEGETDRIVER)WdfFunctions[WdfDeviceGetDriverTableIndex])(
		WdfDriverGlobals, Device);
}

/**
 * WdfDeviceGetDevicePnpState() - where the device is in its Plug and Play life.
 * @Device: the device.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  one of WDF_DEVICE_PNP_STATE.
 * Differs: of the states only those that start, failure and removal go through here are shown.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef WDF_DEVICE_PNP_STATE (*PFN_WDFDEVICEGETDEVICEPNPSTATE)(PWDF_DRIVER_GLOBALS DriverGlobals,
							       WDFDEVICE Device);
FORCEINLINE WDF_DEVICE_PNP_STATE WdfDeviceGetDevicePnpState(WDFDEVICE Device)
{
	return ((PFN_WDFDEVICEGETDEVICEPNPSTATE)WdfFunctions[WdfDeviceGetDevicePnpStateTableIndex])(
		WdfDriverGlobals, Device);
}

/**
 * WdfDeviceGetDevicePowerState() - where the device is in its power life.
 * @Device: the device.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  one of WDF_DEVICE_POWER_STATE.
 * Differs: of the states only ObjectCreated, D0Starting..., D0 and Stopped are shown.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef WDF_DEVICE_POWER_STATE (*PFN_WDFDEVICEGETDEVICEPOWERSTATE)(
	PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device);
FORCEINLINE WDF_DEVICE_POWER_STATE WdfDeviceGetDevicePowerState(WDFDEVICE Device)
{
	return ((PFN_WDFDEVICEGETDEVICEPOWERSTATE)
			WdfFunctions[WdfDeviceGetDevicePowerStateTableIndex])(WdfDriverGlobals,
									      Device);
}

/**
 * WdfDeviceGetCharacteristics() - FILE_* characteristics.
 * @Device: the device.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  the flags.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef ULONG (*PFN_WDFDEVICEGETCHARACTERISTICS)(PWDF_DRIVER_GLOBALS DriverGlobals,
						 WDFDEVICE Device);
FORCEINLINE ULONG WdfDeviceGetCharacteristics(WDFDEVICE Device)
{
	return ((PFN_WDFDEVICEGETCHARACTERISTICS)
			WdfFunctions[WdfDeviceGetCharacteristicsTableIndex])(WdfDriverGlobals,
									     Device);
}

/**
 * WdfDeviceSetCharacteristics() - replace the FILE_* characteristics.
 * @Device:                the device.
 * @DeviceCharacteristics: a set of flags.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: kept and returned, without effect on opens.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID (*PFN_WDFDEVICESETCHARACTERISTICS)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
						ULONG DeviceCharacteristics);
FORCEINLINE VOID WdfDeviceSetCharacteristics(WDFDEVICE Device, ULONG DeviceCharacteristics)
{
	((PFN_WDFDEVICESETCHARACTERISTICS)WdfFunctions[WdfDeviceSetCharacteristicsTableIndex])(
		WdfDriverGlobals, Device, DeviceCharacteristics);
}

/**
 * WdfDeviceGetAlignmentRequirement() - alignment of common buffers of the device.
 * @Device: the device.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  a FILE_*_ALIGNMENT mask.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef ULONG (*PFN_WDFDEVICEGETALIGNMENTREQUIREMENT)(PWDF_DRIVER_GLOBALS DriverGlobals,
						      WDFDEVICE Device);
FORCEINLINE ULONG WdfDeviceGetAlignmentRequirement(WDFDEVICE Device)
{
	return ((PFN_WDFDEVICEGETALIGNMENTREQUIREMENT)
			WdfFunctions[WdfDeviceGetAlignmentRequirementTableIndex])(WdfDriverGlobals,
										  Device);
}

/**
 * WdfDeviceSetAlignmentRequirement() - set the alignment of common buffers created from now on.
 * @Device:               the device.
 * @AlignmentRequirement: a FILE_*_ALIGNMENT mask: a power of two minus one.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: a value that is no mask breaks in and is ignored.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID (*PFN_WDFDEVICESETALIGNMENTREQUIREMENT)(PWDF_DRIVER_GLOBALS DriverGlobals,
						     WDFDEVICE Device, ULONG AlignmentRequirement);
FORCEINLINE VOID WdfDeviceSetAlignmentRequirement(WDFDEVICE Device, ULONG AlignmentRequirement)
{
	((PFN_WDFDEVICESETALIGNMENTREQUIREMENT)
		 WdfFunctions[WdfDeviceSetAlignmentRequirementTableIndex])(WdfDriverGlobals, Device,
									   AlignmentRequirement);
}

/**
 * WdfDeviceSetFailed() - the driver found its device broken: ask for its removal.
 * @Device:       the device.
 * @FailedAction: WdfDeviceFailedAttemptRestart or WdfDeviceFailedNoRestart.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: the host is told and removes the device, as a surprise removal; it does not restart it
 *          by itself.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID (*PFN_WDFDEVICESETFAILED)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
				       WDF_DEVICE_FAILED_ACTION FailedAction);
FORCEINLINE VOID WdfDeviceSetFailed(WDFDEVICE Device, WDF_DEVICE_FAILED_ACTION FailedAction)
{
	((PFN_WDFDEVICESETFAILED)WdfFunctions[WdfDeviceSetFailedTableIndex])(WdfDriverGlobals,
									     Device, FailedAction);
}

/**
 * WdfDeviceGetDefaultQueue() - the queue that requests go to unless routed elsewhere.
 * @Device: the device.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  the queue, or NULL.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef WDFQUEUE (*PFN_WDFDEVICEGETDEFAULTQUEUE)(PWDF_DRIVER_GLOBALS DriverGlobals,
						 WDFDEVICE Device);
FORCEINLINE WDFQUEUE WdfDeviceGetDefaultQueue(WDFDEVICE Device)
{
	return ((PFN_WDFDEVICEGETDEFAULTQUEUE)WdfFunctions[WdfDeviceGetDefaultQueueTableIndex])(
		WdfDriverGlobals, Device);
}

/**
 * WdfDeviceConfigureRequestDispatching() - send one type of request to one queue.
 * @Device:      the device.
 * @Queue:       of the same device.
 * @RequestType: read, write, device control or internal device control.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_PARAMETER a type that queues do not take; STATUS_WDF_BUSY
 *          the type has a queue already; STATUS_INVALID_DEVICE_REQUEST the queue is another
 *          device's.
 * Differs: create requests cannot be queued.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef NTSTATUS (*PFN_WDFDEVICECONFIGUREREQUESTDISPATCHING)(PWDF_DRIVER_GLOBALS DriverGlobals,
							     WDFDEVICE Device, WDFQUEUE Queue,
							     WDF_REQUEST_TYPE RequestType);
FORCEINLINE NTSTATUS WdfDeviceConfigureRequestDispatching(WDFDEVICE Device, WDFQUEUE Queue,
							  WDF_REQUEST_TYPE RequestType)
{
	return ((PFN_WDFDEVICECONFIGUREREQUESTDISPATCHING)
			WdfFunctions[WdfDeviceConfigureRequestDispatchingTableIndex])(
		WdfDriverGlobals, Device, Queue, RequestType);
}

/**
 * WdfDeviceOpenRegistryKey() - open a device's hardware or software key, made if it is not there.
 * @Device:                the device.
 * @DeviceInstanceKeyType: PLUGPLAY_REGKEY_DEVICE: the hardware key's Device Parameters; _DRIVER:
 *                         the software key; or _CURRENT_HWPROFILE: its copy in the hardware
 *                         profile.
 * @DesiredAccess:         as WdfRegistryOpenKey().
 * @KeyAttributes:         default parent: the driver; may be WDF_NO_OBJECT_ATTRIBUTES.
 * @Key:                   the new handle.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_PARAMETER not one of the two;
 *          STATUS_INSUFFICIENT_RESOURCES; an object-attributes status; a registry status
 *          (wdfregistry.h).
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef NTSTATUS (*PFN_WDFDEVICEOPENREGISTRYKEY)(PWDF_DRIVER_GLOBALS DriverGlobals,
						 WDFDEVICE Device, ULONG DeviceInstanceKeyType,
						 ACCESS_MASK DesiredAccess,
						 PWDF_OBJECT_ATTRIBUTES KeyAttributes, WDFKEY *Key);
FORCEINLINE NTSTATUS WdfDeviceOpenRegistryKey(WDFDEVICE Device, ULONG DeviceInstanceKeyType,
					      ACCESS_MASK DesiredAccess,
					      PWDF_OBJECT_ATTRIBUTES KeyAttributes, WDFKEY *Key)
{
	return ((PFN_WDFDEVICEOPENREGISTRYKEY)WdfFunctions[WdfDeviceOpenRegistryKeyTableIndex])(
		WdfDriverGlobals, Device, DeviceInstanceKeyType, DesiredAccess, KeyAttributes, Key);
}

/**
 * WdfDeviceOpenDevicemapKey() - open a key below \Registry\Machine\Hardware\DeviceMap, made
 *    volatile if it is not there.
 * @Device:        the device.
 * @KeyName:       below DeviceMap: one name or several with backslashes between them.
 * @DesiredAccess: as WdfRegistryOpenKey().
 * @KeyAttributes: default parent: the driver; may be WDF_NO_OBJECT_ATTRIBUTES.
 * @Key:           the new handle.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_PARAMETER an empty or malformed @KeyName;
 *          STATUS_OBJECT_NAME_INVALID a name too long; STATUS_INSUFFICIENT_RESOURCES; an
 *          object-attributes status; a registry status (wdfregistry.h).
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef NTSTATUS (*PFN_WDFDEVICEOPENDEVICEMAPKEY)(PWDF_DRIVER_GLOBALS DriverGlobals,
						  WDFDEVICE Device, PCUNICODE_STRING KeyName,
						  ACCESS_MASK DesiredAccess,
						  PWDF_OBJECT_ATTRIBUTES KeyAttributes,
						  WDFKEY *Key);
FORCEINLINE NTSTATUS WdfDeviceOpenDevicemapKey(WDFDEVICE Device, PCUNICODE_STRING KeyName,
					       ACCESS_MASK DesiredAccess,
					       PWDF_OBJECT_ATTRIBUTES KeyAttributes, WDFKEY *Key)
{
	return ((PFN_WDFDEVICEOPENDEVICEMAPKEY)WdfFunctions[WdfDeviceOpenDevicemapKeyTableIndex])(
		WdfDriverGlobals, Device, KeyName, DesiredAccess, KeyAttributes, Key);
}

#ifdef __cplusplus
}
#endif
#endif
