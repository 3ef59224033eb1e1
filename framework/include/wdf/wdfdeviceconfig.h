/* SPDX-License-Identifier: MIT */
/*
 * wdfdeviceconfig.h - the structures that a driver fills for its WDFDEVICE, and their _INIT.
 */
#ifndef UWDF_WDFDEVICECONFIG_H
#define UWDF_WDFDEVICECONFIG_H

#include <wdf/wdfdeviceevents.h>

#ifdef __cplusplus
extern "C" {
#endif

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

/**
 * WDF_DEVICE_PNP_CAPABILITIES_INIT() - size and defaults.
 *
 * IRQL:    any.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
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

/**
 * WDF_DEVICE_POWER_CAPABILITIES_INIT() - size and defaults.
 *
 * IRQL:    any.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
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

/**
 * WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS_INIT() - size and defaults.
 *
 * IRQL:    any.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
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

/**
 * WDF_DEVICE_POWER_POLICY_WAKE_SETTINGS_INIT() - size and defaults.
 *
 * IRQL:    any.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
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

/**
 * WDF_DEVICE_PROPERTY_DATA_INIT() - size and defaults.
 *
 * IRQL:    any.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
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

/**
 * WDF_DEVICE_STATE_INIT() - size and defaults.
 *
 * IRQL:    any.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
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

/**
 * WDF_FILEOBJECT_CONFIG_INIT() - size and defaults.
 *
 * IRQL:    any.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
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

/**
 * WDF_IO_TYPE_CONFIG_INIT() - size and defaults.
 *
 * IRQL:    any.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
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

/**
 * WDF_PNPPOWER_EVENT_CALLBACKS_INIT() - size and defaults.
 *
 * IRQL:    any.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
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

/**
 * WDF_POWER_FRAMEWORK_SETTINGS_INIT() - size and defaults.
 *
 * IRQL:    any.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
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

/**
 * WDF_POWER_POLICY_EVENT_CALLBACKS_INIT() - size and defaults.
 *
 * IRQL:    any.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
FORCEINLINE VOID WDF_POWER_POLICY_EVENT_CALLBACKS_INIT(PWDF_POWER_POLICY_EVENT_CALLBACKS Callbacks)
{
	RtlZeroMemory(Callbacks, sizeof(*Callbacks));
	Callbacks->Size = sizeof(WDF_POWER_POLICY_EVENT_CALLBACKS);
}

typedef struct _WDF_REMOVE_LOCK_OPTIONS {
	ULONG Size;
	ULONG Flags;
} WDF_REMOVE_LOCK_OPTIONS, *PWDF_REMOVE_LOCK_OPTIONS;

/**
 * WDF_REMOVE_LOCK_OPTIONS_INIT() - size and defaults.
 *
 * IRQL:    any.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
FORCEINLINE VOID WDF_REMOVE_LOCK_OPTIONS_INIT(PWDF_REMOVE_LOCK_OPTIONS Options, ULONG Flags)
{
	RtlZeroMemory(Options, sizeof(*Options));
	Options->Size = sizeof(WDF_REMOVE_LOCK_OPTIONS);
	Options->Flags = Flags;
}

#ifdef __cplusplus
}
#endif
#endif
