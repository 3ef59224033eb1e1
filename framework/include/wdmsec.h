/* SPDX-License-Identifier: MIT */
/*
 * wdmsec.h - who may open a device, as SDDL strings ready for WdfDeviceInitAssignSDDLString() and
 * WdfControlDeviceInitAllocate().
 *
 * SYS is the system, ADM its administrators: both are root and the host's own user here. WORLD is
 * everybody. RES is restricted code, which there is none of. ALL, R, W, X: all, read, write,
 * execute.
 */
#ifndef UWDF_WDMSEC_H
#define UWDF_WDMSEC_H

#include <wdm.h>

#define UWDF_SDDL(name, text)                                                                      \
	static const WCHAR name##_buffer[] = text;                                                 \
	static const UNICODE_STRING name                                                           \
		__attribute__((unused)) = { sizeof(text) - sizeof(WCHAR), sizeof(text),            \
					    (PWCH)(ULONG_PTR)name##_buffer }

UWDF_SDDL(SDDL_DEVOBJ_KERNEL_ONLY, L"D:P");
#define SDDL_DEVOBJ_INF_SUPPLIED SDDL_DEVOBJ_KERNEL_ONLY
UWDF_SDDL(SDDL_DEVOBJ_SYS_ALL, L"D:P(A;;GA;;;SY)");
UWDF_SDDL(SDDL_DEVOBJ_SYS_ALL_ADM_ALL, L"D:P(A;;GA;;;SY)(A;;GA;;;BA)");
UWDF_SDDL(SDDL_DEVOBJ_SYS_ALL_ADM_RX, L"D:P(A;;GA;;;SY)(A;;GRGX;;;BA)");
UWDF_SDDL(SDDL_DEVOBJ_SYS_ALL_ADM_RWX_WORLD_R, L"D:P(A;;GA;;;SY)(A;;GRGWGX;;;BA)(A;;GR;;;WD)");
UWDF_SDDL(SDDL_DEVOBJ_SYS_ALL_ADM_RWX_WORLD_R_RES_R,
	  L"D:P(A;;GA;;;SY)(A;;GRGWGX;;;BA)(A;;GR;;;WD)(A;;GR;;;RC)");
UWDF_SDDL(SDDL_DEVOBJ_SYS_ALL_ADM_RWX_WORLD_RW_RES_R,
	  L"D:P(A;;GA;;;SY)(A;;GRGWGX;;;BA)(A;;GRGW;;;WD)(A;;GR;;;RC)");
UWDF_SDDL(SDDL_DEVOBJ_SYS_ALL_ADM_RWX_WORLD_RWX_RES_RWX,
	  L"D:P(A;;GA;;;SY)(A;;GRGWGX;;;BA)(A;;GRGWGX;;;WD)(A;;GRGWGX;;;RC)");

#endif
