/* SPDX-License-Identifier: MIT */
/*
 * wdfdeviceevents.h - the callbacks of WDFDEVICE: EVT_WDF_DEVICE_*, EVT_WDF_FILE_*.
 */
#ifndef UWDF_WDFDEVICEEVENTS_H
#define UWDF_WDFDEVICEEVENTS_H

#include <wdf/wdfdevicetypes.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * EVT_WDFDEVICE_WDM_IRP_DISPATCH - complete by type only: nothing here calls it yet.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef NTSTATUS EVT_WDFDEVICE_WDM_IRP_DISPATCH(WDFDEVICE Device, UCHAR MajorFunction,
						UCHAR MinorFunction, ULONG Code,
						WDFCONTEXT DriverContext, PIRP Irp,
						WDFCONTEXT DispatchContext);
typedef EVT_WDFDEVICE_WDM_IRP_DISPATCH *PFN_WDFDEVICE_WDM_IRP_DISPATCH;

/**
 * EVT_WDFDEVICE_WDM_IRP_PREPROCESS - a client's I/O as an IRP, before the framework looks at it.
 *
 * The driver completes it (IoStatus, IoCompleteRequest(); the same status is returned), keeps it
 * (IoMarkIrpPending(); returns STATUS_PENDING, and any thread completes it or passes it on later),
 * or passes it on, as it is or changed: IoSkipCurrentIrpStackLocation(), or
 * IoCopyCurrentIrpStackLocationToNext() with a completion routine, then
 * WdfDeviceWdmDispatchPreprocessedIrp(), whose status is returned.
 *
 * It is called for each IRP as it comes: whatever state queues are in, and before
 * EvtIoInCallerContext. While the driver has an IRP its file cannot be closed, so it sets a cancel
 * routine.
 *
 * IRQL:    DISPATCH_LEVEL or below: the level of the device's I/O callbacks.
 * Differs: not on the client's thread. A status that does not fit what happened to the IRP is a
 *          verifier message.
 * Source:  Windows driver documentation, wdfdevice.h, "Preprocessing and Postprocessing IRPs".
 */
typedef NTSTATUS EVT_WDFDEVICE_WDM_IRP_PREPROCESS(WDFDEVICE Device, PIRP Irp);
typedef EVT_WDFDEVICE_WDM_IRP_PREPROCESS *PFN_WDFDEVICE_WDM_IRP_PREPROCESS;

/**
 * EVT_WDFDEVICE_WDM_POST_PO_FX_REGISTER_DEVICE - complete by type only: nothing here calls it
 * yet.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef NTSTATUS EVT_WDFDEVICE_WDM_POST_PO_FX_REGISTER_DEVICE(WDFDEVICE Device, POHANDLE PoHandle);
typedef EVT_WDFDEVICE_WDM_POST_PO_FX_REGISTER_DEVICE *PFN_WDFDEVICE_WDM_POST_PO_FX_REGISTER_DEVICE;

/**
 * EVT_WDFDEVICE_WDM_PRE_PO_FX_UNREGISTER_DEVICE - complete by type only: nothing here calls it
 * yet.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID EVT_WDFDEVICE_WDM_PRE_PO_FX_UNREGISTER_DEVICE(WDFDEVICE Device, POHANDLE PoHandle);
typedef EVT_WDFDEVICE_WDM_PRE_PO_FX_UNREGISTER_DEVICE
	*PFN_WDFDEVICE_WDM_PRE_PO_FX_UNREGISTER_DEVICE;

/**
 * EVT_WDF_DEVICE_ARM_WAKE_FROM_S0 - complete by type only: nothing here calls it yet.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef NTSTATUS EVT_WDF_DEVICE_ARM_WAKE_FROM_S0(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_ARM_WAKE_FROM_S0 *PFN_WDF_DEVICE_ARM_WAKE_FROM_S0;

/**
 * EVT_WDF_DEVICE_ARM_WAKE_FROM_SX - complete by type only: nothing here calls it yet.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef NTSTATUS EVT_WDF_DEVICE_ARM_WAKE_FROM_SX(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_ARM_WAKE_FROM_SX *PFN_WDF_DEVICE_ARM_WAKE_FROM_SX;

/**
 * EVT_WDF_DEVICE_ARM_WAKE_FROM_SX_WITH_REASON - complete by type only: nothing here calls it
 * yet.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
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

/**
 * EVT_WDF_DEVICE_D0_ENTRY_POST_HARDWARE_ENABLED - complete by type only: nothing here calls it
 * yet.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
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

/**
 * EVT_WDF_DEVICE_D0_EXIT_PRE_HARDWARE_DISABLED - complete by type only: nothing here calls it
 * yet.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
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

/**
 * EVT_WDF_DEVICE_DISARM_WAKE_FROM_S0 - complete by type only: nothing here calls it yet.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID EVT_WDF_DEVICE_DISARM_WAKE_FROM_S0(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_DISARM_WAKE_FROM_S0 *PFN_WDF_DEVICE_DISARM_WAKE_FROM_S0;

/**
 * EVT_WDF_DEVICE_DISARM_WAKE_FROM_SX - complete by type only: nothing here calls it yet.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
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

/**
 * EVT_WDF_DEVICE_PNP_STATE_CHANGE_NOTIFICATION - complete by type only: nothing here calls it
 * yet.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID
EVT_WDF_DEVICE_PNP_STATE_CHANGE_NOTIFICATION(WDFDEVICE Device,
					     PCWDF_DEVICE_PNP_NOTIFICATION_DATA NotificationData);
typedef EVT_WDF_DEVICE_PNP_STATE_CHANGE_NOTIFICATION *PFN_WDF_DEVICE_PNP_STATE_CHANGE_NOTIFICATION;

/**
 * EVT_WDF_DEVICE_POWER_POLICY_STATE_CHANGE_NOTIFICATION - complete by type only: nothing here
 * calls it yet.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID EVT_WDF_DEVICE_POWER_POLICY_STATE_CHANGE_NOTIFICATION(
	WDFDEVICE Device, PCWDF_DEVICE_POWER_POLICY_NOTIFICATION_DATA NotificationData);
typedef EVT_WDF_DEVICE_POWER_POLICY_STATE_CHANGE_NOTIFICATION
	*PFN_WDF_DEVICE_POWER_POLICY_STATE_CHANGE_NOTIFICATION;

/**
 * EVT_WDF_DEVICE_POWER_STATE_CHANGE_NOTIFICATION - complete by type only: nothing here calls it
 * yet.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
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
 * Differs: a refusal is written down and not heeded when the host is ended by a signal or by
 *          uwdf unload --force.
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

/**
 * EVT_WDF_DEVICE_RELATIONS_QUERY - complete by type only: nothing here calls it yet.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
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

/**
 * EVT_WDF_DEVICE_USAGE_NOTIFICATION - complete by type only: nothing here calls it yet.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID EVT_WDF_DEVICE_USAGE_NOTIFICATION(WDFDEVICE Device,
					       WDF_SPECIAL_FILE_TYPE NotificationType,
					       BOOLEAN IsInNotificationPath);
typedef EVT_WDF_DEVICE_USAGE_NOTIFICATION *PFN_WDF_DEVICE_USAGE_NOTIFICATION;

/**
 * EVT_WDF_DEVICE_USAGE_NOTIFICATION_EX - complete by type only: nothing here calls it yet.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef NTSTATUS EVT_WDF_DEVICE_USAGE_NOTIFICATION_EX(WDFDEVICE Device,
						      WDF_SPECIAL_FILE_TYPE NotificationType,
						      BOOLEAN IsInNotificationPath);
typedef EVT_WDF_DEVICE_USAGE_NOTIFICATION_EX *PFN_WDF_DEVICE_USAGE_NOTIFICATION_EX;

/**
 * EVT_WDF_DEVICE_WAKE_FROM_S0_TRIGGERED - complete by type only: nothing here calls it yet.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID EVT_WDF_DEVICE_WAKE_FROM_S0_TRIGGERED(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_WAKE_FROM_S0_TRIGGERED *PFN_WDF_DEVICE_WAKE_FROM_S0_TRIGGERED;

/**
 * EVT_WDF_DEVICE_WAKE_FROM_SX_TRIGGERED - complete by type only: nothing here calls it yet.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID EVT_WDF_DEVICE_WAKE_FROM_SX_TRIGGERED(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_WAKE_FROM_SX_TRIGGERED *PFN_WDF_DEVICE_WAKE_FROM_SX_TRIGGERED;

/**
 * EVT_WDF_FILE_CLEANUP - the last handle of the file was closed; its requests are being cancelled.
 *
 * In a stack from the top down, as far as AutoForwardCleanupClose says.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID EVT_WDF_FILE_CLEANUP(WDFFILEOBJECT FileObject);
typedef EVT_WDF_FILE_CLEANUP *PFN_WDF_FILE_CLEANUP;

/**
 * EVT_WDF_FILE_CLOSE - the file is closed and all its requests are completed, at every device.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID EVT_WDF_FILE_CLOSE(WDFFILEOBJECT FileObject);
typedef EVT_WDF_FILE_CLOSE *PFN_WDF_FILE_CLOSE;

/**
 * EVT_WDF_IO_IN_CALLER_CONTEXT - a read, write or control request came, and no queue has seen it:
 *    pass it on with WdfDeviceEnqueueRequest(), or complete it.
 *
 * The place for WdfRequestRetrieveUnsafeUser...Buffer() and WdfRequestProbeAndLockUserBuffer...().
 * Under no lock. If the queue it will go to has a forward-progress policy, its
 * EvtIoAllocateRequestResources is called before; a reserved request goes to its queue without this
 * callback.
 *
 * IRQL:    PASSIVE_LEVEL; DISPATCH_LEVEL in a driver that declared its callbacks fit for it, which
 *          so cannot use those functions.
 * Differs: runs on the device's request loop, where the client's addresses are good, too.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID EVT_WDF_IO_IN_CALLER_CONTEXT(WDFDEVICE Device, WDFREQUEST Request);
typedef EVT_WDF_IO_IN_CALLER_CONTEXT *PFN_WDF_IO_IN_CALLER_CONTEXT;

#ifdef __cplusplus
}
#endif
#endif
