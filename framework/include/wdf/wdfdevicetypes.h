/* SPDX-License-Identifier: MIT */
/*
 * wdfdevicetypes.h - the enumerations and notifications of WDFDEVICE.
 */
#ifndef UWDF_WDFDEVICETYPES_H
#define UWDF_WDFDEVICETYPES_H

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

#ifdef __cplusplus
}
#endif
#endif
