/* SPDX-License-Identifier: MIT */
/*
 * wdftimer.h - WDFTIMER: a callback when a time has passed, once or again and again.
 *
 * Has: WDF_TIMER_CONFIG(_INIT, _INIT_PERIODIC), TolerableDelayUnlimited, WdfTimerCreate,
 *      WdfTimerStart, WdfTimerStop, WdfTimerGetParentObject; WDF_REL_TIMEOUT_IN_* and
 *      WDF_ABS_TIMEOUT_IN_* are in wdfcore.h.
 */
#ifndef UWDF_WDFTIMER_H
#define UWDF_WDFTIMER_H

#include <wdf/wdfcore.h>
#include <wdf/wdfobject.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TolerableDelayUnlimited ((ULONG)-1)

/**
 * EVT_WDF_TIMER - the time has come.
 * @Timer: may be started again from here; not stopped with Wait, and a passive timer not deleted.
 *
 * IRQL:    DISPATCH_LEVEL; PASSIVE_LEVEL for a timer made with WdfExecutionLevelPassive. Under the
 *          parent's synchronization lock if the timer is serialized.
 * Source:  Windows driver documentation, wdftimer.h.
 */
typedef VOID EVT_WDF_TIMER(WDFTIMER Timer);
typedef EVT_WDF_TIMER *PFN_WDF_TIMER;

typedef struct _WDF_TIMER_CONFIG {
	ULONG Size;
	PFN_WDF_TIMER EvtTimerFunc;     /* may be NULL */
	ULONG Period;                   /* ms; 0: once for each WdfTimerStart() */
	BOOLEAN AutomaticSerialization; /* with the callbacks of the parent device or queue */
	ULONG TolerableDelay; /* ms that it may be late, to wake up together with others */
	DECLSPEC_ALIGN(8) BOOLEAN UseHighResolutionTimer;
} WDF_TIMER_CONFIG, *PWDF_TIMER_CONFIG;

/** WDF_TIMER_CONFIG_INIT() - a timer that expires once a start, serialized. IRQL: any. */
FORCEINLINE VOID WDF_TIMER_CONFIG_INIT(PWDF_TIMER_CONFIG Config, PFN_WDF_TIMER EvtTimerFunc)
{
	RtlZeroMemory(Config, sizeof(*Config));
	Config->Size = sizeof(WDF_TIMER_CONFIG);
	Config->EvtTimerFunc = EvtTimerFunc;
	Config->AutomaticSerialization = TRUE;
}

/** WDF_TIMER_CONFIG_INIT_PERIODIC() - one that expires every @Period ms. IRQL: any. */
FORCEINLINE VOID WDF_TIMER_CONFIG_INIT_PERIODIC(PWDF_TIMER_CONFIG Config,
						PFN_WDF_TIMER EvtTimerFunc, LONG Period)
{
	WDF_TIMER_CONFIG_INIT(Config, EvtTimerFunc);
	Config->Period = (ULONG)Period;
}

/**
 * WdfTimerCreate() - create a timer; WdfTimerStart() starts it.
 * @Config:     from an _INIT function. Period up to MAXLONG; with UseHighResolutionTimer no
 *              TolerableDelay.
 * @Attributes: ParentObject must be given: a device, or an object below one. ExecutionLevel may be
 *              given: with WdfExecutionLevelPassive the callback runs at PASSIVE_LEVEL.
 * @Timer:      the new handle.
 *
 * IRQL:    DISPATCH_LEVEL or below. The object's EvtCleanupCallback runs at PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_INFO_LENGTH_MISMATCH (Config->Size); STATUS_INVALID_PARAMETER;
 *          STATUS_NOT_SUPPORTED (passive and periodic); STATUS_WDF_PARENT_NOT_SPECIFIED;
 *          STATUS_INVALID_DEVICE_REQUEST (no device among the parents);
 *          STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL (to be serialized with callbacks at the other
 *          level); STATUS_INSUFFICIENT_RESOURCES; an object-attributes status.
 * Differs: only the present size of WDF_TIMER_CONFIG is taken.
 * Source:  Windows driver documentation, wdftimer.h.
 */
typedef NTSTATUS (*PFN_WDFTIMERCREATE)(PWDF_DRIVER_GLOBALS DriverGlobals, PWDF_TIMER_CONFIG Config,
				       PWDF_OBJECT_ATTRIBUTES Attributes, WDFTIMER *Timer);
FORCEINLINE NTSTATUS WdfTimerCreate(PWDF_TIMER_CONFIG Config, PWDF_OBJECT_ATTRIBUTES Attributes,
				    WDFTIMER *Timer)
{
	return ((PFN_WDFTIMERCREATE)WdfFunctions[WdfTimerCreateTableIndex])(
		WdfDriverGlobals, Config, Attributes, Timer);
}

/**
 * WdfTimerStart() - let the timer expire at @DueTime and then every Period; a time given before is
 *    forgotten.
 * @Timer:   not being deleted.
 * @DueTime: 100 ns units: negative from now, positive absolute since 1601, zero at once. Of a
 *           high-resolution timer negative, or the driver is stopped.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  TRUE: the timer was started and had not expired, or is periodic; else FALSE. Also FALSE,
 *          and nothing is started, while WdfTimerStop() waits, and after a report on a timer that
 *          is being deleted.
 * Differs: every timer is as exact as the system's clock events, high resolution or not; it never
 *          expires early. A periodic timer that comes late leaves out what it missed and keeps its
 *          phase. TolerableDelay moves an expiry to that of another timer of the device.
 *          TolerableDelayUnlimited is no delay: the machine is awake. An absolute time notices
 *          within a second that the clock was set.
 * Source:  Windows driver documentation, wdftimer.h.
 */
typedef BOOLEAN (*PFN_WDFTIMERSTART)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFTIMER Timer,
				     LONGLONG DueTime);
FORCEINLINE BOOLEAN WdfTimerStart(WDFTIMER Timer, LONGLONG DueTime)
{
	return ((PFN_WDFTIMERSTART)WdfFunctions[WdfTimerStartTableIndex])(WdfDriverGlobals, Timer,
									  DueTime);
}

/**
 * WdfTimerStop() - keep the timer from expiring.
 * @Timer: any timer.
 * @Wait:  TRUE: return when no callback runs or is about to; not from inside the timer's callback.
 *
 * IRQL:    DISPATCH_LEVEL or below; with Wait PASSIVE_LEVEL.
 * Return:  TRUE: it was started and had not expired, or is periodic, or somebody tried to start it
 *          meanwhile; else FALSE. FALSE, after a report, with Wait above PASSIVE_LEVEL or inside
 *          the timer's callback.
 * Differs: waits for this timer's callbacks alone.
 * Source:  Windows driver documentation, wdftimer.h.
 */
typedef BOOLEAN (*PFN_WDFTIMERSTOP)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFTIMER Timer,
				    BOOLEAN Wait);
FORCEINLINE BOOLEAN WdfTimerStop(WDFTIMER Timer, BOOLEAN Wait)
{
	return ((PFN_WDFTIMERSTOP)WdfFunctions[WdfTimerStopTableIndex])(WdfDriverGlobals, Timer,
									Wait);
}

/**
 * WdfTimerGetParentObject() - the parent given to WdfTimerCreate().
 * @Timer: any timer.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  the parent; NULL once the timer is deleted.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdftimer.h.
 */
typedef WDFOBJECT (*PFN_WDFTIMERGETPARENTOBJECT)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFTIMER Timer);
FORCEINLINE WDFOBJECT WdfTimerGetParentObject(WDFTIMER Timer)
{
	return ((PFN_WDFTIMERGETPARENTOBJECT)WdfFunctions[WdfTimerGetParentObjectTableIndex])(
		WdfDriverGlobals, Timer);
}

#ifdef __cplusplus
}
#endif
#endif
