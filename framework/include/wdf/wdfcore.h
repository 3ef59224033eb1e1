/* SPDX-License-Identifier: MIT */
/*
 * wdfcore.h - small helpers of the framework's headers.
 *
 * Has: WDF_ALIGN_SIZE_DOWN, WDF_ALIGN_SIZE_UP, WDF_PTR_ADD_OFFSET(_TYPE), WDF_PTR_GET_OFFSET,
 * WDF_REL_TIMEOUT_IN_*, WDF_ABS_TIMEOUT_IN_*. All at any IRQL.
 *
 * Source: Windows driver documentation, wdfcore.h.
 */
#ifndef UWDF_WDFCORE_H
#define UWDF_WDFCORE_H

#include <wdm.h>

/* @AlignTo: a power of two. */
FORCEINLINE size_t WDF_ALIGN_SIZE_DOWN(size_t Length, size_t AlignTo)
{
	return Length & ~(AlignTo - 1);
}
/* Wraps to a small number on overflow, as KMDF's does. */
FORCEINLINE size_t WDF_ALIGN_SIZE_UP(size_t Length, size_t AlignTo)
{
	return WDF_ALIGN_SIZE_DOWN(Length + AlignTo - 1, AlignTo);
}

#define WDF_PTR_ADD_OFFSET_TYPE(ptr, offset, type) ((type)(PVOID)(((PUCHAR)(ptr)) + (offset)))
#define WDF_PTR_ADD_OFFSET(ptr, offset)            WDF_PTR_ADD_OFFSET_TYPE(ptr, offset, PVOID)
#define WDF_PTR_GET_OFFSET(base, addr)             ((ULONG_PTR)(addr) - (ULONG_PTR)(base))

/* Times in 100 ns units: negative is relative, positive absolute. */
#define WDF_TIMEOUT_TO_SEC ((LONGLONG)1 * 10 * 1000 * 1000)
#define WDF_TIMEOUT_TO_MS  ((LONGLONG)1 * 10 * 1000)
#define WDF_TIMEOUT_TO_US  ((LONGLONG)1 * 10)

FORCEINLINE LONGLONG WDF_REL_TIMEOUT_IN_SEC(ULONGLONG Time)
{
	return (LONGLONG)Time * -1 * WDF_TIMEOUT_TO_SEC;
}
FORCEINLINE LONGLONG WDF_ABS_TIMEOUT_IN_SEC(ULONGLONG Time)
{
	return (LONGLONG)Time * WDF_TIMEOUT_TO_SEC;
}
FORCEINLINE LONGLONG WDF_REL_TIMEOUT_IN_MS(ULONGLONG Time)
{
	return (LONGLONG)Time * -1 * WDF_TIMEOUT_TO_MS;
}
FORCEINLINE LONGLONG WDF_ABS_TIMEOUT_IN_MS(ULONGLONG Time)
{
	return (LONGLONG)Time * WDF_TIMEOUT_TO_MS;
}
FORCEINLINE LONGLONG WDF_REL_TIMEOUT_IN_US(ULONGLONG Time)
{
	return (LONGLONG)Time * -1 * WDF_TIMEOUT_TO_US;
}
FORCEINLINE LONGLONG WDF_ABS_TIMEOUT_IN_US(ULONGLONG Time)
{
	return (LONGLONG)Time * WDF_TIMEOUT_TO_US;
}

#endif
