/* SPDX-License-Identifier: MIT */
/*
 * pool.h - memory that a driver allocates by itself.
 *
 * Has: ExAllocatePool2, ExAllocatePoolWithTag, ExAllocatePool, ExAllocatePoolZero,
 * ExAllocatePoolUninitialized, ExFreePoolWithTag, ExFreePool.
 *
 * Source for the whole file: Windows driver documentation, wdm.h.
 */
#ifndef UWDF_NT_POOL_H
#define UWDF_NT_POOL_H

#include <ntdef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum _POOL_TYPE {
	NonPagedPool = 0,
	NonPagedPoolExecute = 0,
	PagedPool = 1,
	NonPagedPoolCacheAligned = 4,
	PagedPoolCacheAligned = 5,
	NonPagedPoolNx = 512,
	NonPagedPoolNxCacheAligned = 516,
} POOL_TYPE;
/* May be added to a POOL_TYPE. */
#define POOL_QUOTA_FAIL_INSTEAD_OF_RAISE 8
#define POOL_RAISE_IF_ALLOCATION_FAILURE 16
#define POOL_COLD_ALLOCATION             256
#define POOL_NX_ALLOCATION               512
#define POOL_ZERO_ALLOCATION             1024
typedef ULONG64 POOL_FLAGS;
#define POOL_FLAG_USE_QUOTA         0x0000000000000001ull
#define POOL_FLAG_UNINITIALIZED     0x0000000000000002ull
#define POOL_FLAG_CACHE_ALIGNED     0x0000000000000008ull
#define POOL_FLAG_RAISE_ON_FAILURE  0x0000000000000020ull
#define POOL_FLAG_NON_PAGED         0x0000000000000040ull
#define POOL_FLAG_NON_PAGED_EXECUTE 0x0000000000000080ull
#define POOL_FLAG_PAGED             0x0000000000000100ull

/**
 * ExAllocatePool2() - memory of the host, zeroed unless POOL_FLAG_UNINITIALIZED; 16-byte aligned,
 *    by pages from PAGE_SIZE bytes on, by 64 bytes with POOL_FLAG_CACHE_ALIGNED.
 * @Flags:         one pool flag is required; a pool for executable memory is refused.
 * @NumberOfBytes: not zero: else a verifier message and NULL.
 * @Tag:           not zero.
 *
 * IRQL:    DISPATCH_LEVEL or below, APC_LEVEL or below for paged pool: else a verifier message.
 * Return:  the block, or NULL.
 * Differs: every pool is ordinary memory, and there are no quotas. Not reachable by devices: see
 * WDFCOMMONBUFFER. POOL_FLAG_RAISE_ON_FAILURE stops the host, for there are no exceptions.
 */
PVOID ExAllocatePool2(POOL_FLAGS Flags, SIZE_T NumberOfBytes, ULONG Tag);
/** ExAllocatePoolWithTag() - as ExAllocatePool2(), not zeroed; PoolType is one of POOL_TYPE.
 * IRQL: as ExAllocatePool2(). Differs: no bytes at all are NULL, too. */
PVOID ExAllocatePoolWithTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag);
/** ExAllocatePool() - the same with the tag "None". IRQL: as ExAllocatePool2(). */
PVOID ExAllocatePool(POOL_TYPE PoolType, SIZE_T NumberOfBytes);
/** ExAllocatePoolZero(), ExAllocatePoolUninitialized() - the same, with what they say. All of
 * this group: IRQL: as ExAllocatePool2(). */
FORCEINLINE PVOID ExAllocatePoolZero(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)
{
	return ExAllocatePoolWithTag((POOL_TYPE)(PoolType | POOL_ZERO_ALLOCATION), NumberOfBytes,
				     Tag);
}
FORCEINLINE PVOID ExAllocatePoolUninitialized(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)
{
	return ExAllocatePoolWithTag(PoolType, NumberOfBytes, Tag);
}
/** ExInitializeDriverRuntime() - no pool is executable here, so there is nothing to opt into. IRQL:
 * PASSIVE_LEVEL. */
#define DrvRtPoolNxOptIn 0x00000001
FORCEINLINE VOID ExInitializeDriverRuntime(ULONG RuntimeFlags)
{
	(void)RuntimeFlags;
}
/**
 * ExFreePoolWithTag() - give a block back.
 * @P:   of one of the functions above; NULL is a verifier stop, and anything else, too.
 * @Tag: the one it was allocated with, or zero; else a verifier stop.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: with the driver's verifier on, freed blocks are kept aside for a while: a block that is
 * freed twice or written to is named with the lines that allocated and freed it.
 */
VOID ExFreePoolWithTag(PVOID P, ULONG Tag);
/** ExFreePool() - give a block back. IRQL: DISPATCH_LEVEL or below. */
VOID ExFreePool(PVOID P);

#ifdef __cplusplus
}
#endif
#endif
