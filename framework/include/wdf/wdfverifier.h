/* SPDX-License-Identifier: MIT */
/*
 * wdfverifier.h - what a driver can ask of its own verifier.
 *
 * Has: WdfVerifierDbgBreakPoint, WdfVerifierKeBugCheck, WdfGetTriageInfo.
 */
#ifndef UWDF_WDFVERIFIER_H
#define UWDF_WDFVERIFIER_H

#include <wdf/wdffuncenum.h>
#include <wdf/wdfglobals.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * WdfVerifierDbgBreakPoint() - report where the driver is, and break into the debugger.
 *
 * The debugger is entered if DbgBreakOnError is set, which it is with the verifier on.
 *
 * IRQL:    any.
 * Differs: with the verifier on, only a debugger that is there is entered; DbgBreakOnError set in
 *          so many words raises SIGTRAP without one, too.
 * Source:  Windows driver documentation, wdfverifier.h.
 */
typedef VOID (*PFN_WDFVERIFIERDBGBREAKPOINT)(PWDF_DRIVER_GLOBALS DriverGlobals);
FORCEINLINE VOID WdfVerifierDbgBreakPoint(VOID)
{
	((PFN_WDFVERIFIERDBGBREAKPOINT)WdfFunctions[WdfVerifierDbgBreakPointTableIndex])(
		WdfDriverGlobals);
}

/**
 * WdfVerifierKeBugCheck() - stop, as KeBugCheckEx(), with a report that names the driver.
 * @BugCheckCode:       any number.
 * @BugCheckParameter1: with the others printed beside it.
 * @BugCheckParameter2: see above.
 * @BugCheckParameter3: see above.
 * @BugCheckParameter4: see above.
 *
 * IRQL:    any.
 * Return:  never.
 * Differs: it ends the host process, by SIGABRT.
 * Source:  Windows driver documentation, wdfverifier.h.
 */
typedef VOID (*PFN_WDFVERIFIERKEBUGCHECK)(PWDF_DRIVER_GLOBALS DriverGlobals, ULONG BugCheckCode,
					  ULONG_PTR BugCheckParameter1,
					  ULONG_PTR BugCheckParameter2,
					  ULONG_PTR BugCheckParameter3,
					  ULONG_PTR BugCheckParameter4);
FORCEINLINE VOID WdfVerifierKeBugCheck(ULONG BugCheckCode, ULONG_PTR BugCheckParameter1,
				       ULONG_PTR BugCheckParameter2, ULONG_PTR BugCheckParameter3,
				       ULONG_PTR BugCheckParameter4)
{
	((PFN_WDFVERIFIERKEBUGCHECK)WdfFunctions[WdfVerifierKeBugCheckTableIndex])(
		WdfDriverGlobals, BugCheckCode, BugCheckParameter1, BugCheckParameter2,
		BugCheckParameter3, BugCheckParameter4);
}

/**
 * WdfGetTriageInfo() - what a debugger needs to find the framework's structures.
 *
 * IRQL:    any.
 * Return:  an address for debuggers.
 * Differs: what is there is this framework's own: two ULONGs, its KMDF version.
 * Source:  Windows driver documentation, wdfverifier.h.
 */
typedef PVOID (*PFN_WDFGETTRIAGEINFO)(PWDF_DRIVER_GLOBALS DriverGlobals);
FORCEINLINE PVOID WdfGetTriageInfo(VOID)
{
	return ((PFN_WDFGETTRIAGEINFO)WdfFunctions[WdfGetTriageInfoTableIndex])(WdfDriverGlobals);
}

#ifdef __cplusplus
}
#endif
#endif
