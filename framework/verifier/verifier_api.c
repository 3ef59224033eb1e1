/* SPDX-License-Identifier: MIT */
/* verifier_api.c - what drivers ask of the verifier themselves. */
#include "object/functions.h"
#include "verifier/report.h"

VOID fx_WdfVerifierDbgBreakPoint(PWDF_DRIVER_GLOBALS globals)
{
	fx_verifier_break(fx_driver_from_globals(globals), "WdfVerifierDbgBreakPoint");
}

VOID fx_WdfVerifierKeBugCheck(PWDF_DRIVER_GLOBALS globals, ULONG code, ULONG_PTR p1, ULONG_PTR p2,
			      ULONG_PTR p3, ULONG_PTR p4)
{
	const uint64_t parameters[] = { p1, p2, p3, p4 };

	fx_verifier_bug_check(fx_driver_from_globals(globals), code, parameters);
}

PVOID fx_WdfGetTriageInfo(PWDF_DRIVER_GLOBALS globals)
{
	static ULONG version[] = { KMDF_VERSION_MAJOR_NUMBER, KMDF_VERSION_MINOR_NUMBER };

	(void)globals;
	return version;
}
