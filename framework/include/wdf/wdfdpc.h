/* SPDX-License-Identifier: MIT */
/*
 * wdfdpc.h - WDFDPC: work that runs soon at DISPATCH_LEVEL, on the device's interrupt loop.
 *
 * Has: WDF_DPC_CONFIG(_INIT), WdfDpcCreate, WdfDpcEnqueue, WdfDpcCancel, WdfDpcGetParentObject,
 *      WdfDpcWdmGetDpc.
 */
#ifndef UWDF_WDFDPC_H
#define UWDF_WDFDPC_H

#include <wdf/wdfobject.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * EVT_WDF_DPC - do what WdfDpcEnqueue() asked for.
 * @Dpc: the object that was enqueued; it may be enqueued again from here.
 *
 * IRQL:    DISPATCH_LEVEL. Under the parent's synchronization lock if the DPC is serialized.
 * Source:  Windows driver documentation, wdfdpc.h.
 */
typedef VOID EVT_WDF_DPC(WDFDPC Dpc);
typedef EVT_WDF_DPC *PFN_WDF_DPC;

typedef struct _WDF_DPC_CONFIG {
	ULONG Size;
	PFN_WDF_DPC EvtDpcFunc;
	BOOLEAN AutomaticSerialization; /* with the callbacks of the parent device or queue */
} WDF_DPC_CONFIG, *PWDF_DPC_CONFIG;

/** WDF_DPC_CONFIG_INIT() - size, callback, and automatic serialization. IRQL: any. */
FORCEINLINE VOID WDF_DPC_CONFIG_INIT(PWDF_DPC_CONFIG Config, PFN_WDF_DPC EvtDpcFunc)
{
	RtlZeroMemory(Config, sizeof(*Config));
	Config->Size = sizeof(WDF_DPC_CONFIG);
	Config->EvtDpcFunc = EvtDpcFunc;
	Config->AutomaticSerialization = TRUE;
}

/**
 * WdfDpcCreate() - create a DPC.
 * @Config:     from WDF_DPC_CONFIG_INIT(); EvtDpcFunc must be given.
 * @Attributes: ParentObject must be given: a device, or an object below one.
 * @Dpc:        the new handle.
 *
 * IRQL:    DISPATCH_LEVEL or below. The object's EvtCleanupCallback runs at PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_INFO_LENGTH_MISMATCH (Config->Size); STATUS_INVALID_PARAMETER
 *          (no EvtDpcFunc); STATUS_WDF_PARENT_NOT_SPECIFIED; STATUS_INVALID_DEVICE_REQUEST (no
 *          device among the parents); STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL (to be serialized
 *          with callbacks at PASSIVE_LEVEL); STATUS_INSUFFICIENT_RESOURCES; an object-attributes
 *          status.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfdpc.h.
 */
typedef NTSTATUS (*PFN_WDFDPCCREATE)(PWDF_DRIVER_GLOBALS DriverGlobals, PWDF_DPC_CONFIG Config,
				     PWDF_OBJECT_ATTRIBUTES Attributes, WDFDPC *Dpc);
FORCEINLINE NTSTATUS WdfDpcCreate(PWDF_DPC_CONFIG Config, PWDF_OBJECT_ATTRIBUTES Attributes,
				  WDFDPC *Dpc)
{
	return ((PFN_WDFDPCCREATE)WdfFunctions[WdfDpcCreateTableIndex])(WdfDriverGlobals, Config,
									Attributes, Dpc);
}

/**
 * WdfDpcEnqueue() - have EvtDpcFunc called once.
 * @Dpc: not being deleted.
 *
 * IRQL:    any.
 * Return:  TRUE; FALSE: it is queued already and is called once for both.
 * Differs: runs on the loop that serves the device's interrupts. On a DPC that is being deleted it
 *          is reported and returns FALSE.
 * Source:  Windows driver documentation, wdfdpc.h.
 */
typedef BOOLEAN (*PFN_WDFDPCENQUEUE)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDPC Dpc);
FORCEINLINE BOOLEAN WdfDpcEnqueue(WDFDPC Dpc)
{
	return ((PFN_WDFDPCENQUEUE)WdfFunctions[WdfDpcEnqueueTableIndex])(WdfDriverGlobals, Dpc);
}

/**
 * WdfDpcCancel() - take a DPC out of the queue again.
 * @Dpc:  any DPC.
 * @Wait: TRUE: if it is not queued any more, wait until a call that runs has returned.
 *
 * IRQL:    any; with Wait PASSIVE_LEVEL.
 * Return:  TRUE: it was queued and is not called; FALSE: it was not, or Wait is TRUE above
 *          PASSIVE_LEVEL, which is reported.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfdpc.h.
 */
typedef BOOLEAN (*PFN_WDFDPCCANCEL)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDPC Dpc, BOOLEAN Wait);
FORCEINLINE BOOLEAN WdfDpcCancel(WDFDPC Dpc, BOOLEAN Wait)
{
	return ((PFN_WDFDPCCANCEL)WdfFunctions[WdfDpcCancelTableIndex])(WdfDriverGlobals, Dpc,
									Wait);
}

/**
 * WdfDpcGetParentObject() - the parent given to WdfDpcCreate().
 * @Dpc: any DPC.
 *
 * IRQL:    any.
 * Return:  the parent; NULL once the DPC is deleted.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfdpc.h.
 */
typedef WDFOBJECT (*PFN_WDFDPCGETPARENTOBJECT)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDPC Dpc);
FORCEINLINE WDFOBJECT WdfDpcGetParentObject(WDFDPC Dpc)
{
	return ((PFN_WDFDPCGETPARENTOBJECT)WdfFunctions[WdfDpcGetParentObjectTableIndex])(
		WdfDriverGlobals, Dpc);
}

/**
 * WdfDpcWdmGetDpc() - the WDM object behind a DPC.
 * @Dpc: any DPC.
 *
 * IRQL:    any.
 * Return:  an opaque object, the same each time, as long as @Dpc.
 * Differs: no Ke function here takes one.
 * Source:  Windows driver documentation, wdfdpc.h.
 */
typedef PKDPC (*PFN_WDFDPCWDMGETDPC)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDPC Dpc);
FORCEINLINE PKDPC WdfDpcWdmGetDpc(WDFDPC Dpc)
{
	return ((PFN_WDFDPCWDMGETDPC)WdfFunctions[WdfDpcWdmGetDpcTableIndex])(WdfDriverGlobals,
									      Dpc);
}

#ifdef __cplusplus
}
#endif
#endif
