/* SPDX-License-Identifier: MIT */
/*
 * interlocked.h - atomic operations; each is a full memory barrier, at any IRQL, on aligned data.
 *
 * Has: Interlocked Exchange, ExchangeAdd, Add, And, Or, Xor, Increment, Decrement, CompareExchange
 * (32 and 64 bits, some of 8 and 16), the pointer forms, BitTestAndSet/Reset, ReadAcquire,
 * WriteRelease, ReadNoFence, WriteNoFence. What returns the value before and what the value after
 * follows Microsoft: Increment, Decrement and Add return the new one, all others the old one.
 *
 * Source: Windows driver documentation, wdm.h, "Interlocked Variable Access".
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
	}
UWDF_ORDERED(, LONG)
UWDF_ORDERED(64, LONG64)
#undef UWDF_ORDERED

#endif
