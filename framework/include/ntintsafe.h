/* SPDX-License-Identifier: MIT */
/*
 * ntintsafe.h - arithmetic that reports overflow.
 *
 * Has: RtlULongAdd, RtlULongSub, RtlULongMult, RtlULongLongAdd, RtlULongLongSub, RtlULongLongMult,
 * RtlSizeTAdd, RtlSizeTSub, RtlSizeTMult, RtlSizeTToULong, RtlULongLongToULong, RtlULongToUShort.
 * All: any IRQL; STATUS_SUCCESS, or STATUS_INTEGER_OVERFLOW with the result set to all ones.
 *
 * Source: Windows driver documentation, "Safe Integer Library Routines".
 */
#ifndef UWDF_NTINTSAFE_H
#define UWDF_NTINTSAFE_H

#include <ntstatus.h>

#define UWDF_INTSAFE(name, type, builtin)                                                          \
	FORCEINLINE NTSTATUS name(type Left, type Right, type *Result)                             \
	{                                                                                          \
		if (!builtin(Left, Right, Result))                                                 \
			return STATUS_SUCCESS;                                                     \
		*Result = (type)-1;                                                                \
		return STATUS_INTEGER_OVERFLOW;                                                    \
	}
UWDF_INTSAFE(RtlULongAdd, ULONG, __builtin_add_overflow)
UWDF_INTSAFE(RtlULongSub, ULONG, __builtin_sub_overflow)
UWDF_INTSAFE(RtlULongMult, ULONG, __builtin_mul_overflow)
UWDF_INTSAFE(RtlULongLongAdd, ULONGLONG, __builtin_add_overflow)
UWDF_INTSAFE(RtlULongLongSub, ULONGLONG, __builtin_sub_overflow)
UWDF_INTSAFE(RtlULongLongMult, ULONGLONG, __builtin_mul_overflow)
UWDF_INTSAFE(RtlSizeTAdd, size_t, __builtin_add_overflow)
UWDF_INTSAFE(RtlSizeTSub, size_t, __builtin_sub_overflow)
UWDF_INTSAFE(RtlSizeTMult, size_t, __builtin_mul_overflow)
#undef UWDF_INTSAFE

#define UWDF_INTSAFE_NARROW(name, from, to)                                                        \
	FORCEINLINE NTSTATUS name(from Value, to *Result)                                          \
	{                                                                                          \
		*Result = (to)Value;                                                               \
		if ((from)*Result == Value)                                                        \
			return STATUS_SUCCESS;                                                     \
		*Result = (to)-1;                                                                  \
		return STATUS_INTEGER_OVERFLOW;                                                    \
	}
UWDF_INTSAFE_NARROW(RtlSizeTToULong, size_t, ULONG)
UWDF_INTSAFE_NARROW(RtlULongLongToULong, ULONGLONG, ULONG)
UWDF_INTSAFE_NARROW(RtlULongToUShort, ULONG, USHORT)
#undef UWDF_INTSAFE_NARROW

#endif
