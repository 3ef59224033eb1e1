/* SPDX-License-Identifier: MIT */
/*
 * wdfinterrupt.h - WDFINTERRUPT: line and message interrupts with their DPC.
 *
 * Has: WdfInterruptCreate, WdfInterruptQueueDpcForIsr, WdfInterruptSynchronize,
 *      WdfInterruptAcquireLock, WdfInterruptReleaseLock, WdfInterruptEnable, WdfInterruptDisable,
 *      WdfInterruptGetInfo, WdfInterruptGetDevice.
 */
#ifndef UWDF_WDFINTERRUPT_H
#define UWDF_WDFINTERRUPT_H

#include <wdf/wdfobject.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum _WDF_INTERRUPT_POLARITY {
	WdfInterruptPolarityUnknown = 0,
	WdfInterruptActiveHigh = 1,
	WdfInterruptActiveLow = 2,
} WDF_INTERRUPT_POLARITY,
	*PWDF_INTERRUPT_POLARITY;

typedef enum _WDF_INTERRUPT_POLICY {
	WdfIrqPolicyMachineDefault = 0,
	WdfIrqPolicyAllCloseProcessors = 1,
	WdfIrqPolicyOneCloseProcessor = 2,
	WdfIrqPolicyAllProcessorsInMachine = 3,
	WdfIrqPolicySpecifiedProcessors = 4,
	WdfIrqPolicySpreadMessagesAcrossAllProcessors = 5,
} WDF_INTERRUPT_POLICY,
	*PWDF_INTERRUPT_POLICY;

typedef enum _WDF_INTERRUPT_PRIORITY {
	WdfIrqPriorityUndefined = 0,
	WdfIrqPriorityLow = 1,
	WdfIrqPriorityNormal = 2,
	WdfIrqPriorityHigh = 3,
} WDF_INTERRUPT_PRIORITY,
	*PWDF_INTERRUPT_PRIORITY;

/**
 * EVT_WDF_INTERRUPT_DISABLE - keep the device from interrupting. Runs at DIRQL under the
 *    interrupt's lock.
 *
 * IRQL:    the interrupt's level.
 * Return:  STATUS_SUCCESS; on failure it is noted and the way down goes on.
 * Source:  Windows driver documentation, wdfinterrupt.h.
 */
typedef NTSTATUS EVT_WDF_INTERRUPT_DISABLE(WDFINTERRUPT Interrupt, WDFDEVICE AssociatedDevice);
typedef EVT_WDF_INTERRUPT_DISABLE *PFN_WDF_INTERRUPT_DISABLE;

/**
 * EVT_WDF_INTERRUPT_DPC - the deferred part of an interrupt; signals that came meanwhile are merged
 *    into one call.
 *
 * IRQL:    DISPATCH_LEVEL.
 * Source:  Windows driver documentation, wdfinterrupt.h.
 */
typedef VOID EVT_WDF_INTERRUPT_DPC(WDFINTERRUPT Interrupt, WDFOBJECT AssociatedObject);
typedef EVT_WDF_INTERRUPT_DPC *PFN_WDF_INTERRUPT_DPC;

/**
 * EVT_WDF_INTERRUPT_ENABLE - let the device interrupt. Runs at DIRQL under the interrupt's lock.
 *
 * IRQL:    the interrupt's level.
 * Return:  STATUS_SUCCESS; on failure the start fails.
 * Source:  Windows driver documentation, wdfinterrupt.h.
 */
typedef NTSTATUS EVT_WDF_INTERRUPT_ENABLE(WDFINTERRUPT Interrupt, WDFDEVICE AssociatedDevice);
typedef EVT_WDF_INTERRUPT_ENABLE *PFN_WDF_INTERRUPT_ENABLE;

/**
 * EVT_WDF_INTERRUPT_ISR - an interrupt: acknowledge it, queue the DPC. Runs at DIRQL under the
 *    interrupt's lock.
 *
 * IRQL:    the interrupt's level.
 * Return:  TRUE: it was ours.
 * Source:  Windows driver documentation, wdfinterrupt.h.
 */
typedef BOOLEAN EVT_WDF_INTERRUPT_ISR(WDFINTERRUPT Interrupt, ULONG MessageID);
typedef EVT_WDF_INTERRUPT_ISR *PFN_WDF_INTERRUPT_ISR;

/**
 * EVT_WDF_INTERRUPT_SYNCHRONIZE - runs at DIRQL under the interrupt's lock.
 *
 * IRQL:    the interrupt's level.
 * Return:  WdfInterruptSynchronize() returns it.
 * Source:  Windows driver documentation, wdfinterrupt.h.
 */
typedef BOOLEAN EVT_WDF_INTERRUPT_SYNCHRONIZE(WDFINTERRUPT Interrupt, WDFCONTEXT Context);
typedef EVT_WDF_INTERRUPT_SYNCHRONIZE *PFN_WDF_INTERRUPT_SYNCHRONIZE;

/**
 * EVT_WDF_INTERRUPT_WORKITEM - complete by type only: nothing here calls it yet.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfinterrupt.h.
 */
typedef VOID EVT_WDF_INTERRUPT_WORKITEM(WDFINTERRUPT Interrupt, WDFOBJECT AssociatedObject);
typedef EVT_WDF_INTERRUPT_WORKITEM *PFN_WDF_INTERRUPT_WORKITEM;

typedef struct _WDF_INTERRUPT_CONFIG {
	ULONG Size;
	WDFSPINLOCK SpinLock;
	WDF_TRI_STATE ShareVector;
	BOOLEAN FloatingSave;
	BOOLEAN AutomaticSerialization;
	PFN_WDF_INTERRUPT_ISR EvtInterruptIsr;
	PFN_WDF_INTERRUPT_DPC EvtInterruptDpc;
	PFN_WDF_INTERRUPT_ENABLE EvtInterruptEnable;
	PFN_WDF_INTERRUPT_DISABLE EvtInterruptDisable;
	PFN_WDF_INTERRUPT_WORKITEM EvtInterruptWorkItem;
	PCM_PARTIAL_RESOURCE_DESCRIPTOR InterruptRaw;
	PCM_PARTIAL_RESOURCE_DESCRIPTOR InterruptTranslated;
	WDFWAITLOCK WaitLock;
	BOOLEAN PassiveHandling;
	WDF_TRI_STATE ReportInactiveOnPowerDown;
	BOOLEAN CanWakeDevice;
} WDF_INTERRUPT_CONFIG, *PWDF_INTERRUPT_CONFIG;

/** WDF_INTERRUPT_CONFIG_INIT() - size and defaults. IRQL: any. */
FORCEINLINE VOID WDF_INTERRUPT_CONFIG_INIT(PWDF_INTERRUPT_CONFIG Configuration,
					   PFN_WDF_INTERRUPT_ISR EvtInterruptIsr,
					   PFN_WDF_INTERRUPT_DPC EvtInterruptDpc)
{
	RtlZeroMemory(Configuration, sizeof(*Configuration));
	Configuration->Size = sizeof(WDF_INTERRUPT_CONFIG);
	Configuration->ShareVector = WdfUseDefault;
	Configuration->EvtInterruptIsr = EvtInterruptIsr;
	Configuration->EvtInterruptDpc = EvtInterruptDpc;
	Configuration->ReportInactiveOnPowerDown = WdfUseDefault;
}

typedef struct _WDF_INTERRUPT_EXTENDED_POLICY {
	ULONG Size;
	WDF_INTERRUPT_POLICY Policy;
	WDF_INTERRUPT_PRIORITY Priority;
	GROUP_AFFINITY TargetProcessorSetAndGroup;
} WDF_INTERRUPT_EXTENDED_POLICY, *PWDF_INTERRUPT_EXTENDED_POLICY;

/** WDF_INTERRUPT_EXTENDED_POLICY_INIT() - size and defaults. IRQL: any. */
FORCEINLINE VOID WDF_INTERRUPT_EXTENDED_POLICY_INIT(PWDF_INTERRUPT_EXTENDED_POLICY Value)
{
	RtlZeroMemory(Value, sizeof(*Value));
	Value->Size = sizeof(WDF_INTERRUPT_EXTENDED_POLICY);
	Value->Policy = WdfIrqPolicyMachineDefault;
	Value->Priority = WdfIrqPriorityUndefined;
}

typedef struct _WDF_INTERRUPT_INFO {
	ULONG Size;
	ULONG64 Reserved1;
	KAFFINITY TargetProcessorSet;
	ULONG Reserved2;
	ULONG MessageNumber;
	ULONG Vector;
	KIRQL Irql;
	KINTERRUPT_MODE Mode;
	WDF_INTERRUPT_POLARITY Polarity;
	BOOLEAN MessageSignaled;
	UCHAR ShareDisposition;
	DECLSPEC_ALIGN(8) USHORT Group;
} WDF_INTERRUPT_INFO, *PWDF_INTERRUPT_INFO;

/** WDF_INTERRUPT_INFO_INIT() - size and defaults. IRQL: any. */
FORCEINLINE VOID WDF_INTERRUPT_INFO_INIT(PWDF_INTERRUPT_INFO Info)
{
	RtlZeroMemory(Info, sizeof(*Info));
	Info->Size = sizeof(WDF_INTERRUPT_INFO);
}

/**
 * WdfInterruptCreate() - create an interrupt object, in EvtDriverDeviceAdd or
 *    EvtDevicePrepareHardware.
 * @Device:        the device.
 * @Configuration: from WDF_INTERRUPT_CONFIG_INIT().
 * @Attributes:    parent: the device or a queue of it; may be WDF_NO_OBJECT_ATTRIBUTES.
 * @Interrupt:     the new handle.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_INFO_LENGTH_MISMATCH wrong Size; STATUS_INVALID_PARAMETER no
 *          EvtInterruptIsr, a spin lock of another driver, or descriptors that are no pair of this
 *          device's interrupt resources; STATUS_INVALID_DEVICE_STATE the device is past
 *          EvtDevicePrepareHardware; STATUS_NOT_SUPPORTED passive handling, work item, wake or
 *          automatic serialization; STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED a parent of another
 *          type; STATUS_INSUFFICIENT_RESOURCES; an object-attributes status.
 * Differs: passive-level handling, EvtInterruptWorkItem, CanWakeDevice and AutomaticSerialization
 *          are refused; FloatingSave has nothing to save; ShareVector is what the bus says.
 *          ReportInactiveOnPowerDown is checked and has no effect: whenever the device leaves D0
 *          its interrupts are disconnected, none is left to be reported inactive. Without
 *          descriptors, objects take the device's messages in creation order.
 * Source:  Windows driver documentation, wdfinterrupt.h.
 */
typedef NTSTATUS (*PFN_WDFINTERRUPTCREATE)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
					   PWDF_INTERRUPT_CONFIG Configuration,
					   PWDF_OBJECT_ATTRIBUTES Attributes,
					   WDFINTERRUPT *Interrupt);
FORCEINLINE NTSTATUS WdfInterruptCreate(WDFDEVICE Device, PWDF_INTERRUPT_CONFIG Configuration,
					PWDF_OBJECT_ATTRIBUTES Attributes, WDFINTERRUPT *Interrupt)
{
	return ((PFN_WDFINTERRUPTCREATE)WdfFunctions[WdfInterruptCreateTableIndex])(
		WdfDriverGlobals, Device, Configuration, Attributes, Interrupt);
}

/**
 * WdfInterruptQueueDpcForIsr() - ask for EvtInterruptDpc.
 * @Interrupt: with an EvtInterruptDpc.
 *
 * IRQL:    any.
 * Return:  TRUE; FALSE when it was queued already.
 * Differs: off the interrupt loop (not from the ISR or a DPC) it is handed over by message.
 * Source:  Windows driver documentation, wdfinterrupt.h.
 */
typedef BOOLEAN (*PFN_WDFINTERRUPTQUEUEDPCFORISR)(PWDF_DRIVER_GLOBALS DriverGlobals,
						  WDFINTERRUPT Interrupt);
FORCEINLINE BOOLEAN WdfInterruptQueueDpcForIsr(WDFINTERRUPT Interrupt)
{
	return ((PFN_WDFINTERRUPTQUEUEDPCFORISR)WdfFunctions[WdfInterruptQueueDpcForIsrTableIndex])(
		WdfDriverGlobals, Interrupt);
}

/**
 * WdfInterruptSynchronize() - run a callback at the interrupt's level under its lock.
 * @Interrupt: the interrupt.
 * @Callback:  the callback.
 * @Context:   passed on.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  what the callback returned.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfinterrupt.h.
 */
typedef BOOLEAN (*PFN_WDFINTERRUPTSYNCHRONIZE)(PWDF_DRIVER_GLOBALS DriverGlobals,
					       WDFINTERRUPT Interrupt,
					       PFN_WDF_INTERRUPT_SYNCHRONIZE Callback,
					       WDFCONTEXT Context);
FORCEINLINE BOOLEAN WdfInterruptSynchronize(WDFINTERRUPT Interrupt,
					    PFN_WDF_INTERRUPT_SYNCHRONIZE Callback,
					    WDFCONTEXT Context)
{
	return ((PFN_WDFINTERRUPTSYNCHRONIZE)WdfFunctions[WdfInterruptSynchronizeTableIndex])(
		WdfDriverGlobals, Interrupt, Callback, Context);
}

/**
 * WdfInterruptAcquireLock() - take the interrupt's lock and raise to its level.
 * @Interrupt: connected.
 *
 * IRQL:    any up to the interrupt's own.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfinterrupt.h.
 */
typedef VOID (*PFN_WDFINTERRUPTACQUIRELOCK)(PWDF_DRIVER_GLOBALS DriverGlobals,
					    WDFINTERRUPT Interrupt);
FORCEINLINE VOID WdfInterruptAcquireLock(WDFINTERRUPT Interrupt)
{
	((PFN_WDFINTERRUPTACQUIRELOCK)WdfFunctions[WdfInterruptAcquireLockTableIndex])(
		WdfDriverGlobals, Interrupt);
}

/**
 * WdfInterruptReleaseLock() - release the interrupt's lock and return to the level before.
 * @Interrupt: locked by the caller.
 *
 * IRQL:    any up to the interrupt's own.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfinterrupt.h.
 */
typedef VOID (*PFN_WDFINTERRUPTRELEASELOCK)(PWDF_DRIVER_GLOBALS DriverGlobals,
					    WDFINTERRUPT Interrupt);
FORCEINLINE VOID WdfInterruptReleaseLock(WDFINTERRUPT Interrupt)
{
	((PFN_WDFINTERRUPTRELEASELOCK)WdfFunctions[WdfInterruptReleaseLockTableIndex])(
		WdfDriverGlobals, Interrupt);
}

/**
 * WdfInterruptEnable() - call EvtInterruptEnable at the interrupt's level.
 * @Interrupt: disabled by WdfInterruptDisable().
 *
 * IRQL:    PASSIVE_LEVEL.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfinterrupt.h.
 */
typedef VOID (*PFN_WDFINTERRUPTENABLE)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFINTERRUPT Interrupt);
FORCEINLINE VOID WdfInterruptEnable(WDFINTERRUPT Interrupt)
{
	((PFN_WDFINTERRUPTENABLE)WdfFunctions[WdfInterruptEnableTableIndex])(WdfDriverGlobals,
									     Interrupt);
}

/**
 * WdfInterruptDisable() - call EvtInterruptDisable at the interrupt's level.
 * @Interrupt: the interrupt.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfinterrupt.h.
 */
typedef VOID (*PFN_WDFINTERRUPTDISABLE)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFINTERRUPT Interrupt);
FORCEINLINE VOID WdfInterruptDisable(WDFINTERRUPT Interrupt)
{
	((PFN_WDFINTERRUPTDISABLE)WdfFunctions[WdfInterruptDisableTableIndex])(WdfDriverGlobals,
									       Interrupt);
}

/**
 * WdfInterruptGetInfo() - what was assigned to the interrupt.
 * @Interrupt: the interrupt.
 * @Info:      from WDF_INTERRUPT_INFO_INIT(); filled.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: Vector is the message number, TargetProcessorSet is every processor, Irql is the level
 *          ISRs run at.
 * Source:  Windows driver documentation, wdfinterrupt.h.
 */
typedef VOID (*PFN_WDFINTERRUPTGETINFO)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFINTERRUPT Interrupt,
					PWDF_INTERRUPT_INFO Info);
FORCEINLINE VOID WdfInterruptGetInfo(WDFINTERRUPT Interrupt, PWDF_INTERRUPT_INFO Info)
{
	((PFN_WDFINTERRUPTGETINFO)WdfFunctions[WdfInterruptGetInfoTableIndex])(WdfDriverGlobals,
									       Interrupt, Info);
}

/**
 * WdfInterruptGetDevice() - the device of an interrupt.
 * @Interrupt: the interrupt.
 *
 * IRQL:    any.
 * Return:  never NULL.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfinterrupt.h.
 */
typedef WDFDEVICE (*PFN_WDFINTERRUPTGETDEVICE)(PWDF_DRIVER_GLOBALS DriverGlobals,
					       WDFINTERRUPT Interrupt);
FORCEINLINE WDFDEVICE WdfInterruptGetDevice(WDFINTERRUPT Interrupt)
{
	return ((PFN_WDFINTERRUPTGETDEVICE)WdfFunctions[WdfInterruptGetDeviceTableIndex])(
		WdfDriverGlobals, Interrupt);
}

#ifdef __cplusplus
}
#endif
#endif
