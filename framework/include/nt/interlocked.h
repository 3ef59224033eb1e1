/* SPDX-License-Identifier: MIT */
/*
 * interlocked.h - atomic operations; each is a full memory barrier, on aligned data.
 *
 * Has: Interlocked Exchange, ExchangeAdd, Add, And, Or, Xor, Increment, Decrement, CompareExchange
 * (32 and 64 bits, most of 8 and 16 too, 16 bytes of CompareExchange), the pointer forms, each also
 * with Acquire, Release and NoFence behind its name; BitTestAndSet, Reset and Complement (32 and 64
 * bits); Read and Write with Acquire, Release, NoFence and Raw of all widths and of pointers. What
 * returns the value before and what the value after follows Microsoft: Increment, Decrement and Add
 * return the new one, all others the old one.
 * Differs: those with Acquire, Release or NoFence in their names are full barriers as well.
 *
 * IRQL for the whole file: any.
 * Source for the whole file: Windows driver documentation, wdm.h, "Interlocked Variable Access".
 */
#ifndef UWDF_NT_INTERLOCKED_H
#define UWDF_NT_INTERLOCKED_H

#include <ntdef.h>

#define UWDF_INTERLOCKED(name, type, op)                                                           \
	FORCEINLINE type name(volatile type *Target, type Value)                                   \
	{                                                                                          \
		return op;                                                                         \
	}
UWDF_INTERLOCKED(InterlockedExchange, LONG, __atomic_exchange_n(Target, Value, __ATOMIC_SEQ_CST))
UWDF_INTERLOCKED(InterlockedExchangeAdd, LONG, __atomic_fetch_add(Target, Value, __ATOMIC_SEQ_CST))
UWDF_INTERLOCKED(InterlockedAdd, LONG, __atomic_add_fetch(Target, Value, __ATOMIC_SEQ_CST))
UWDF_INTERLOCKED(InterlockedAnd, LONG, __atomic_fetch_and(Target, Value, __ATOMIC_SEQ_CST))
UWDF_INTERLOCKED(InterlockedOr, LONG, __atomic_fetch_or(Target, Value, __ATOMIC_SEQ_CST))
UWDF_INTERLOCKED(InterlockedXor, LONG, __atomic_fetch_xor(Target, Value, __ATOMIC_SEQ_CST))
UWDF_INTERLOCKED(InterlockedExchange64, LONG64,
		 __atomic_exchange_n(Target, Value, __ATOMIC_SEQ_CST))
UWDF_INTERLOCKED(InterlockedExchangeAdd64, LONG64,
		 __atomic_fetch_add(Target, Value, __ATOMIC_SEQ_CST))
UWDF_INTERLOCKED(InterlockedAdd64, LONG64, __atomic_add_fetch(Target, Value, __ATOMIC_SEQ_CST))
UWDF_INTERLOCKED(InterlockedAnd64, LONG64, __atomic_fetch_and(Target, Value, __ATOMIC_SEQ_CST))
UWDF_INTERLOCKED(InterlockedOr64, LONG64, __atomic_fetch_or(Target, Value, __ATOMIC_SEQ_CST))
UWDF_INTERLOCKED(InterlockedXor64, LONG64, __atomic_fetch_xor(Target, Value, __ATOMIC_SEQ_CST))
UWDF_INTERLOCKED(InterlockedExchange8, CHAR, __atomic_exchange_n(Target, Value, __ATOMIC_SEQ_CST))
UWDF_INTERLOCKED(InterlockedExchange16, SHORT, __atomic_exchange_n(Target, Value, __ATOMIC_SEQ_CST))
UWDF_INTERLOCKED(InterlockedExchangeAdd8, CHAR, __atomic_fetch_add(Target, Value, __ATOMIC_SEQ_CST))
UWDF_INTERLOCKED(InterlockedExchangeAdd16, SHORT,
		 __atomic_fetch_add(Target, Value, __ATOMIC_SEQ_CST))
UWDF_INTERLOCKED(InterlockedExchangeAddSizeT, SIZE_T,
		 __atomic_fetch_add(Target, Value, __ATOMIC_SEQ_CST))
UWDF_INTERLOCKED(InterlockedAddSizeT, SIZE_T, __atomic_add_fetch(Target, Value, __ATOMIC_SEQ_CST))
UWDF_INTERLOCKED(InterlockedXor8, CHAR, __atomic_fetch_xor(Target, Value, __ATOMIC_SEQ_CST))
UWDF_INTERLOCKED(InterlockedXor16, SHORT, __atomic_fetch_xor(Target, Value, __ATOMIC_SEQ_CST))
UWDF_INTERLOCKED(InterlockedAnd16, SHORT, __atomic_fetch_and(Target, Value, __ATOMIC_SEQ_CST))
UWDF_INTERLOCKED(InterlockedOr16, SHORT, __atomic_fetch_or(Target, Value, __ATOMIC_SEQ_CST))
UWDF_INTERLOCKED(InterlockedAnd8, CHAR, __atomic_fetch_and(Target, Value, __ATOMIC_SEQ_CST))
UWDF_INTERLOCKED(InterlockedOr8, CHAR, __atomic_fetch_or(Target, Value, __ATOMIC_SEQ_CST))
#undef UWDF_INTERLOCKED

FORCEINLINE LONG InterlockedIncrement(volatile LONG *Addend)
{
	return __atomic_add_fetch(Addend, 1, __ATOMIC_SEQ_CST);
}
FORCEINLINE LONG InterlockedDecrement(volatile LONG *Addend)
{
	return __atomic_sub_fetch(Addend, 1, __ATOMIC_SEQ_CST);
}
FORCEINLINE LONG64 InterlockedIncrement64(volatile LONG64 *Addend)
{
	return __atomic_add_fetch(Addend, 1, __ATOMIC_SEQ_CST);
}
FORCEINLINE LONG64 InterlockedDecrement64(volatile LONG64 *Addend)
{
	return __atomic_sub_fetch(Addend, 1, __ATOMIC_SEQ_CST);
}
FORCEINLINE LONG InterlockedCompareExchange(volatile LONG *Destination, LONG Exchange,
					    LONG Comperand)
{
	__atomic_compare_exchange_n(Destination, &Comperand, Exchange, 0, __ATOMIC_SEQ_CST,
				    __ATOMIC_SEQ_CST);
	return Comperand;
}
FORCEINLINE LONG64 InterlockedCompareExchange64(volatile LONG64 *Destination, LONG64 Exchange,
						LONG64 Comperand)
{
	__atomic_compare_exchange_n(Destination, &Comperand, Exchange, 0, __ATOMIC_SEQ_CST,
				    __ATOMIC_SEQ_CST);
	return Comperand;
}
FORCEINLINE PVOID InterlockedExchangePointer(PVOID volatile *Target, PVOID Value)
{
	return __atomic_exchange_n(Target, Value, __ATOMIC_SEQ_CST);
}
FORCEINLINE PVOID InterlockedCompareExchangePointer(PVOID volatile *Destination, PVOID Exchange,
						    PVOID Comperand)
{
	__atomic_compare_exchange_n(Destination, &Comperand, Exchange, 0, __ATOMIC_SEQ_CST,
				    __ATOMIC_SEQ_CST);
	return Comperand;
}
FORCEINLINE SHORT InterlockedIncrement16(volatile SHORT *Addend)
{
	return __atomic_add_fetch(Addend, 1, __ATOMIC_SEQ_CST);
}
FORCEINLINE SHORT InterlockedDecrement16(volatile SHORT *Addend)
{
	return __atomic_sub_fetch(Addend, 1, __ATOMIC_SEQ_CST);
}
FORCEINLINE SIZE_T InterlockedIncrementSizeT(volatile SIZE_T *Addend)
{
	return __atomic_add_fetch(Addend, 1, __ATOMIC_SEQ_CST);
}
FORCEINLINE SIZE_T InterlockedDecrementSizeT(volatile SIZE_T *Addend)
{
	return __atomic_sub_fetch(Addend, 1, __ATOMIC_SEQ_CST);
}
FORCEINLINE SHORT InterlockedCompareExchange16(volatile SHORT *Destination, SHORT Exchange,
					       SHORT Comperand)
{
	__atomic_compare_exchange_n(Destination, &Comperand, Exchange, 0, __ATOMIC_SEQ_CST,
				    __ATOMIC_SEQ_CST);
	return Comperand;
}
#if defined(__x86_64__)
/* InterlockedCompareExchange128() - 16 bytes, aligned by 16. @ComparandResult: what was there; TRUE
 * if that was what it held. */
FORCEINLINE UCHAR InterlockedCompareExchange128(volatile LONG64 *Destination, LONG64 ExchangeHigh,
						LONG64 ExchangeLow, LONG64 *ComparandResult)
{
	UCHAR equal;

	__asm__ __volatile__("lock; cmpxchg16b %1"
			     : "=@ccz"(equal), "+m"(Destination[0]), "+m"(Destination[1]),
			       "+a"(ComparandResult[0]), "+d"(ComparandResult[1])
			     : "b"(ExchangeLow), "c"(ExchangeHigh)
			     : "memory");
	return equal;
}
#endif
/* InterlockedBitTestAndSet() - bit @Bit of @Base as it was; Bit counts on through an array. */
FORCEINLINE BOOLEAN InterlockedBitTestAndSet(volatile LONG *Base, LONG Bit)
{
	LONG mask = (LONG)(1u << (Bit & 31));

	return (__atomic_fetch_or(Base + (Bit >> 5), mask, __ATOMIC_SEQ_CST) & mask) != 0;
}
FORCEINLINE BOOLEAN InterlockedBitTestAndReset(volatile LONG *Base, LONG Bit)
{
	LONG mask = (LONG)(1u << (Bit & 31));

	return (__atomic_fetch_and(Base + (Bit >> 5), ~mask, __ATOMIC_SEQ_CST) & mask) != 0;
}

FORCEINLINE BOOLEAN InterlockedBitTestAndComplement(volatile LONG *Base, LONG Bit)
{
	LONG mask = (LONG)(1u << (Bit & 31));

	return (__atomic_fetch_xor(Base + (Bit >> 5), mask, __ATOMIC_SEQ_CST) & mask) != 0;
}
FORCEINLINE BOOLEAN InterlockedBitTestAndSet64(volatile LONG64 *Base, LONG64 Bit)
{
	LONG64 mask = (LONG64)(1ull << (Bit & 63));

	return (__atomic_fetch_or(Base + (Bit >> 6), mask, __ATOMIC_SEQ_CST) & mask) != 0;
}
FORCEINLINE BOOLEAN InterlockedBitTestAndReset64(volatile LONG64 *Base, LONG64 Bit)
{
	LONG64 mask = (LONG64)(1ull << (Bit & 63));

	return (__atomic_fetch_and(Base + (Bit >> 6), ~mask, __ATOMIC_SEQ_CST) & mask) != 0;
}

/* --- the same, where less order would do --- */

#define InterlockedExchangeAcquire               InterlockedExchange
#define InterlockedExchangeRelease               InterlockedExchange
#define InterlockedExchangeNoFence               InterlockedExchange
#define InterlockedExchange64Acquire             InterlockedExchange64
#define InterlockedExchange64Release             InterlockedExchange64
#define InterlockedExchange64NoFence             InterlockedExchange64
#define InterlockedExchangePointerAcquire        InterlockedExchangePointer
#define InterlockedExchangePointerRelease        InterlockedExchangePointer
#define InterlockedExchangePointerNoFence        InterlockedExchangePointer
#define InterlockedExchangeAddAcquire            InterlockedExchangeAdd
#define InterlockedExchangeAddRelease            InterlockedExchangeAdd
#define InterlockedExchangeAddNoFence            InterlockedExchangeAdd
#define InterlockedExchangeAdd64Acquire          InterlockedExchangeAdd64
#define InterlockedExchangeAdd64Release          InterlockedExchangeAdd64
#define InterlockedExchangeAdd64NoFence          InterlockedExchangeAdd64
#define InterlockedAddAcquire                    InterlockedAdd
#define InterlockedAddRelease                    InterlockedAdd
#define InterlockedAddNoFence                    InterlockedAdd
#define InterlockedAdd64Acquire                  InterlockedAdd64
#define InterlockedAdd64Release                  InterlockedAdd64
#define InterlockedAdd64NoFence                  InterlockedAdd64
#define InterlockedAndAcquire                    InterlockedAnd
#define InterlockedAndRelease                    InterlockedAnd
#define InterlockedAndNoFence                    InterlockedAnd
#define InterlockedAnd64Acquire                  InterlockedAnd64
#define InterlockedAnd64Release                  InterlockedAnd64
#define InterlockedAnd64NoFence                  InterlockedAnd64
#define InterlockedOrAcquire                     InterlockedOr
#define InterlockedOrRelease                     InterlockedOr
#define InterlockedOrNoFence                     InterlockedOr
#define InterlockedOr64Acquire                   InterlockedOr64
#define InterlockedOr64Release                   InterlockedOr64
#define InterlockedOr64NoFence                   InterlockedOr64
#define InterlockedXorAcquire                    InterlockedXor
#define InterlockedXorRelease                    InterlockedXor
#define InterlockedXorNoFence                    InterlockedXor
#define InterlockedXor64Acquire                  InterlockedXor64
#define InterlockedXor64Release                  InterlockedXor64
#define InterlockedXor64NoFence                  InterlockedXor64
#define InterlockedIncrementAcquire              InterlockedIncrement
#define InterlockedIncrementRelease              InterlockedIncrement
#define InterlockedIncrementNoFence              InterlockedIncrement
#define InterlockedIncrement64Acquire            InterlockedIncrement64
#define InterlockedIncrement64Release            InterlockedIncrement64
#define InterlockedIncrement64NoFence            InterlockedIncrement64
#define InterlockedDecrementAcquire              InterlockedDecrement
#define InterlockedDecrementRelease              InterlockedDecrement
#define InterlockedDecrementNoFence              InterlockedDecrement
#define InterlockedDecrement64Acquire            InterlockedDecrement64
#define InterlockedDecrement64Release            InterlockedDecrement64
#define InterlockedDecrement64NoFence            InterlockedDecrement64
#define InterlockedCompareExchangeAcquire        InterlockedCompareExchange
#define InterlockedCompareExchangeRelease        InterlockedCompareExchange
#define InterlockedCompareExchangeNoFence        InterlockedCompareExchange
#define InterlockedCompareExchange64Acquire      InterlockedCompareExchange64
#define InterlockedCompareExchange64Release      InterlockedCompareExchange64
#define InterlockedCompareExchange64NoFence      InterlockedCompareExchange64
#define InterlockedCompareExchangePointerAcquire InterlockedCompareExchangePointer
#define InterlockedCompareExchangePointerRelease InterlockedCompareExchangePointer
#define InterlockedCompareExchangePointerNoFence InterlockedCompareExchangePointer

#define UWDF_ORDERED(suffix, type)                                                                 \
	FORCEINLINE type ReadAcquire##suffix(const volatile type *Source)                          \
	{                                                                                          \
		return __atomic_load_n(Source, __ATOMIC_ACQUIRE);                                  \
	}                                                                                          \
	FORCEINLINE type ReadNoFence##suffix(const volatile type *Source)                          \
	{                                                                                          \
		return __atomic_load_n(Source, __ATOMIC_RELAXED);                                  \
	}                                                                                          \
	FORCEINLINE VOID WriteRelease##suffix(volatile type *Destination, type Value)              \
	{                                                                                          \
		__atomic_store_n(Destination, Value, __ATOMIC_RELEASE);                            \
	}                                                                                          \
	FORCEINLINE VOID WriteNoFence##suffix(volatile type *Destination, type Value)              \
	{                                                                                          \
		__atomic_store_n(Destination, Value, __ATOMIC_RELAXED);                            \
	}                                                                                          \
	FORCEINLINE type ReadRaw##suffix(const volatile type *Source)                              \
	{                                                                                          \
		return __atomic_load_n(Source, __ATOMIC_RELAXED);                                  \
	}                                                                                          \
	FORCEINLINE VOID WriteRaw##suffix(volatile type *Destination, type Value)                  \
	{                                                                                          \
		__atomic_store_n(Destination, Value, __ATOMIC_RELAXED);                            \
	}
UWDF_ORDERED(, LONG)
UWDF_ORDERED(8, CHAR)
UWDF_ORDERED(16, SHORT)
UWDF_ORDERED(64, LONG64)
#undef UWDF_ORDERED

#define UWDF_ORDERED(kind, type)                                                                   \
	FORCEINLINE type Read##kind##Acquire(const volatile type *Source)                          \
	{                                                                                          \
		return __atomic_load_n(Source, __ATOMIC_ACQUIRE);                                  \
	}                                                                                          \
	FORCEINLINE type Read##kind##NoFence(const volatile type *Source)                          \
	{                                                                                          \
		return __atomic_load_n(Source, __ATOMIC_RELAXED);                                  \
	}                                                                                          \
	FORCEINLINE type Read##kind##Raw(const volatile type *Source)                              \
	{                                                                                          \
		return __atomic_load_n(Source, __ATOMIC_RELAXED);                                  \
	}                                                                                          \
	FORCEINLINE VOID Write##kind##Release(volatile type *Destination, type Value)              \
	{                                                                                          \
		__atomic_store_n(Destination, Value, __ATOMIC_RELEASE);                            \
	}                                                                                          \
	FORCEINLINE VOID Write##kind##NoFence(volatile type *Destination, type Value)              \
	{                                                                                          \
		__atomic_store_n(Destination, Value, __ATOMIC_RELAXED);                            \
	}                                                                                          \
	FORCEINLINE VOID Write##kind##Raw(volatile type *Destination, type Value)                  \
	{                                                                                          \
		__atomic_store_n(Destination, Value, __ATOMIC_RELAXED);                            \
	}
UWDF_ORDERED(Pointer, PVOID)
UWDF_ORDERED(UChar, UCHAR)
UWDF_ORDERED(UShort, USHORT)
UWDF_ORDERED(ULong, ULONG)
UWDF_ORDERED(ULong64, ULONG64)
#undef UWDF_ORDERED

#endif
