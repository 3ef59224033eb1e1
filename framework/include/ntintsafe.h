/* SPDX-License-Identifier: MIT */
/*
 * ntintsafe.h - arithmetic that reports overflow.
 *
 * Has: Add, Sub and Mult of UShort, UInt, ULong, ULongLong, ULongPtr, SizeT, DWord, Short, Int,
 * Long, LongLong, Ptrdiff (as RtlULongAdd); conversions between types where a value can be lost (as
 * RtlSizeTToULong).
 * All: any IRQL; STATUS_SUCCESS, or STATUS_INTEGER_OVERFLOW with the result set to all ones.
 * Differs: nothing known.
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
#define UWDF_INTSAFE_OF(kind, type)                                                                \
	UWDF_INTSAFE(Rtl##kind##Add, type, __builtin_add_overflow)                                 \
	UWDF_INTSAFE(Rtl##kind##Sub, type, __builtin_sub_overflow)                                 \
	UWDF_INTSAFE(Rtl##kind##Mult, type, __builtin_mul_overflow)
UWDF_INTSAFE_OF(UShort, USHORT)
UWDF_INTSAFE_OF(UInt, UINT)
UWDF_INTSAFE_OF(ULong, ULONG)
UWDF_INTSAFE_OF(DWord, DWORD)
UWDF_INTSAFE_OF(ULongLong, ULONGLONG)
UWDF_INTSAFE_OF(ULongPtr, ULONG_PTR)
UWDF_INTSAFE_OF(SizeT, size_t)
UWDF_INTSAFE_OF(Short, SHORT)
UWDF_INTSAFE_OF(Int, INT)
UWDF_INTSAFE_OF(Long, LONG)
UWDF_INTSAFE_OF(LongLong, LONGLONG)
UWDF_INTSAFE_OF(Ptrdiff, ptrdiff_t)
#undef UWDF_INTSAFE_OF
#undef UWDF_INTSAFE

/* The builtin knows both types: it adds nothing, and says whether the result holds the sum. */
#define UWDF_INTSAFE_NARROW(name, from, to)                                                        \
	FORCEINLINE NTSTATUS name(from Value, to *Result)                                          \
	{                                                                                          \
		if (!__builtin_add_overflow(Value, 0, Result))                                     \
			return STATUS_SUCCESS;                                                     \
		*Result = (to)-1;                                                                  \
		return STATUS_INTEGER_OVERFLOW;                                                    \
	}
UWDF_INTSAFE_NARROW(RtlUShortToUChar, USHORT, UCHAR)
UWDF_INTSAFE_NARROW(RtlUShortToShort, USHORT, SHORT)
UWDF_INTSAFE_NARROW(RtlShortToUChar, SHORT, UCHAR)
UWDF_INTSAFE_NARROW(RtlShortToUShort, SHORT, USHORT)
UWDF_INTSAFE_NARROW(RtlShortToULong, SHORT, ULONG)
UWDF_INTSAFE_NARROW(RtlShortToULongLong, SHORT, ULONGLONG)
UWDF_INTSAFE_NARROW(RtlShortToSizeT, SHORT, size_t)
UWDF_INTSAFE_NARROW(RtlUIntToUChar, UINT, UCHAR)
UWDF_INTSAFE_NARROW(RtlUIntToUShort, UINT, USHORT)
UWDF_INTSAFE_NARROW(RtlUIntToShort, UINT, SHORT)
UWDF_INTSAFE_NARROW(RtlUIntToInt, UINT, INT)
UWDF_INTSAFE_NARROW(RtlUIntToLong, UINT, LONG)
UWDF_INTSAFE_NARROW(RtlIntToUChar, INT, UCHAR)
UWDF_INTSAFE_NARROW(RtlIntToUShort, INT, USHORT)
UWDF_INTSAFE_NARROW(RtlIntToUInt, INT, UINT)
UWDF_INTSAFE_NARROW(RtlIntToULong, INT, ULONG)
UWDF_INTSAFE_NARROW(RtlIntToULongLong, INT, ULONGLONG)
UWDF_INTSAFE_NARROW(RtlIntToShort, INT, SHORT)
UWDF_INTSAFE_NARROW(RtlIntToSizeT, INT, size_t)
UWDF_INTSAFE_NARROW(RtlULongToUChar, ULONG, UCHAR)
UWDF_INTSAFE_NARROW(RtlULongToUShort, ULONG, USHORT)
UWDF_INTSAFE_NARROW(RtlULongToShort, ULONG, SHORT)
UWDF_INTSAFE_NARROW(RtlULongToInt, ULONG, INT)
UWDF_INTSAFE_NARROW(RtlULongToLong, ULONG, LONG)
UWDF_INTSAFE_NARROW(RtlLongToUChar, LONG, UCHAR)
UWDF_INTSAFE_NARROW(RtlLongToUShort, LONG, USHORT)
UWDF_INTSAFE_NARROW(RtlLongToUInt, LONG, UINT)
UWDF_INTSAFE_NARROW(RtlLongToULong, LONG, ULONG)
UWDF_INTSAFE_NARROW(RtlLongToULongLong, LONG, ULONGLONG)
UWDF_INTSAFE_NARROW(RtlLongToShort, LONG, SHORT)
UWDF_INTSAFE_NARROW(RtlLongToSizeT, LONG, size_t)
UWDF_INTSAFE_NARROW(RtlULongLongToUChar, ULONGLONG, UCHAR)
UWDF_INTSAFE_NARROW(RtlULongLongToUShort, ULONGLONG, USHORT)
UWDF_INTSAFE_NARROW(RtlULongLongToUInt, ULONGLONG, UINT)
UWDF_INTSAFE_NARROW(RtlULongLongToULong, ULONGLONG, ULONG)
UWDF_INTSAFE_NARROW(RtlULongLongToShort, ULONGLONG, SHORT)
UWDF_INTSAFE_NARROW(RtlULongLongToInt, ULONGLONG, INT)
UWDF_INTSAFE_NARROW(RtlULongLongToLong, ULONGLONG, LONG)
UWDF_INTSAFE_NARROW(RtlULongLongToLongLong, ULONGLONG, LONGLONG)
UWDF_INTSAFE_NARROW(RtlLongLongToUChar, LONGLONG, UCHAR)
UWDF_INTSAFE_NARROW(RtlLongLongToUShort, LONGLONG, USHORT)
UWDF_INTSAFE_NARROW(RtlLongLongToUInt, LONGLONG, UINT)
UWDF_INTSAFE_NARROW(RtlLongLongToULong, LONGLONG, ULONG)
UWDF_INTSAFE_NARROW(RtlLongLongToULongLong, LONGLONG, ULONGLONG)
UWDF_INTSAFE_NARROW(RtlLongLongToShort, LONGLONG, SHORT)
UWDF_INTSAFE_NARROW(RtlLongLongToInt, LONGLONG, INT)
UWDF_INTSAFE_NARROW(RtlLongLongToLong, LONGLONG, LONG)
UWDF_INTSAFE_NARROW(RtlLongLongToSizeT, LONGLONG, size_t)
UWDF_INTSAFE_NARROW(RtlSizeTToUChar, size_t, UCHAR)
UWDF_INTSAFE_NARROW(RtlSizeTToUShort, size_t, USHORT)
UWDF_INTSAFE_NARROW(RtlSizeTToUInt, size_t, UINT)
UWDF_INTSAFE_NARROW(RtlSizeTToULong, size_t, ULONG)
UWDF_INTSAFE_NARROW(RtlSizeTToShort, size_t, SHORT)
UWDF_INTSAFE_NARROW(RtlSizeTToInt, size_t, INT)
UWDF_INTSAFE_NARROW(RtlSizeTToLong, size_t, LONG)
UWDF_INTSAFE_NARROW(RtlSizeTToLongLong, size_t, LONGLONG)
UWDF_INTSAFE_NARROW(RtlULongPtrToUShort, ULONG_PTR, USHORT)
UWDF_INTSAFE_NARROW(RtlULongPtrToULong, ULONG_PTR, ULONG)
UWDF_INTSAFE_NARROW(RtlULongPtrToLong, ULONG_PTR, LONG)
#undef UWDF_INTSAFE_NARROW

#endif
