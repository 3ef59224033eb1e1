/* SPDX-License-Identifier: MIT */
/*
 * wdfassert.h - checks that a driver writes into its own code.
 *
 * Has: WDFCASSERT, WDFVERIFY, IS_AT_PASSIVE, VERIFY_IS_IRQL_PASSIVE_LEVEL.
 *
 * Source: Windows driver documentation, "Using KMDF Verifier".
 */
#ifndef UWDF_WDFASSERT_H
#define UWDF_WDFASSERT_H

#include <wdf/wdfdriver.h>
#include <wdf/wdfglobals.h>

/* At compile time: @c holds. A statement. */
#define WDFCASSERT(c)                                                                              \
	do {                                                                                       \
		switch (0) {                                                                       \
		case 0:                                                                            \
		case (c):                                                                          \
			break;                                                                     \
		}                                                                                  \
	} while (0)

/* At run time, where VerifyOn is set (it is with the verifier): @exp holds, or the host ends with
 * a report that names this line. Otherwise @exp is not evaluated. */
#define WDFVERIFY(exp)                                                                             \
	do {                                                                                       \
		if ((WdfDriverGlobals->DriverFlags & WdfVerifyOn) && !(exp))                       \
			UwdfAssertFailed(#exp, __FILE__, __LINE__);                                \
	} while (0)

#define IS_AT_PASSIVE()                (KeGetCurrentIrql() == PASSIVE_LEVEL)
#define VERIFY_IS_IRQL_PASSIVE_LEVEL() WDFVERIFY(KeGetCurrentIrql() == PASSIVE_LEVEL)

#endif
