/* SPDX-License-Identifier: MIT */
/*
 * wdfglobals.h - how a driver reaches the framework: its own globals and the function table.
 *
 * Both are variables of the driver itself (libuwdf-driverentry.a defines them, the host binds them
 * before DriverEntry), so that the framework always knows which driver calls.
 *
 * Source: Windows driver documentation, "Framework library versioning".
 */
#ifndef UWDF_WDFGLOBALS_H
#define UWDF_WDFGLOBALS_H

#include <wdf/wdftypes.h>

#define KMDF_VERSION_MAJOR_NUMBER 1
#define KMDF_VERSION_MINOR_NUMBER 33

#define WDF_DRIVER_GLOBALS_NAME_LEN 32

typedef struct _WDF_DRIVER_GLOBALS {
	WDFDRIVER Driver;
	ULONG DriverFlags; /* of WDF_DRIVER_INIT_FLAGS */
	ULONG DriverTag;   /* pool tag */
	CHAR DriverName[WDF_DRIVER_GLOBALS_NAME_LEN];
	BOOLEAN DisplaceDriverUnload;
} WDF_DRIVER_GLOBALS, *PWDF_DRIVER_GLOBALS;

typedef VOID (*WDFFUNC)(VOID);

#ifdef __cplusplus
extern "C" {
#endif

/* Each driver image has its own, which so are one load away. */
#pragma GCC visibility push(hidden)
extern const WDFFUNC *WdfFunctions;
extern PWDF_DRIVER_GLOBALS WdfDriverGlobals;
#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif
#endif
