/* SPDX-License-Identifier: MIT */
/* memory.c - MmMapIoSpace and pool. */
#include <string.h>

#include "base/mem.h"
#include "pnp/host_impl.h"
#include "verifier/verifier.h"
#include "wdm.h"

static PVOID map(PHYSICAL_ADDRESS address, SIZE_T len)
{
	if (!fx_host_registers_contain((uint64_t)address.QuadPart, len))
		return NULL;
	return (PVOID)(uintptr_t)address.QuadPart;
}

UW_EXPORT PVOID MmMapIoSpace(PHYSICAL_ADDRESS PhysicalAddress, SIZE_T NumberOfBytes,
			     MEMORY_CACHING_TYPE CacheType)
{
	if ((unsigned int)CacheType > MmWriteCombined)
		return NULL;
	return map(PhysicalAddress, NumberOfBytes);
}

UW_EXPORT PVOID MmMapIoSpaceEx(PHYSICAL_ADDRESS PhysicalAddress, SIZE_T NumberOfBytes,
			       ULONG Protect)
{
	if (!(Protect & (PAGE_READONLY | PAGE_READWRITE)))
		return NULL;
	return map(PhysicalAddress, NumberOfBytes);
}

UW_EXPORT VOID MmUnmapIoSpace(PVOID BaseAddress, SIZE_T NumberOfBytes)
{
	/* a BAR is mapped as long as its function; after a removal the range is nobody's any more
	 */
	(void)BaseAddress;
	(void)NumberOfBytes;
}

/* In front of each block: its tag, and how long it is, in 16 bytes that keep it aligned. */
struct pool_block {
	uint64_t len;
	ULONG tag;
	ULONG magic;
};
static_assert(sizeof(struct pool_block) == MEMORY_ALLOCATION_ALIGNMENT, "keeps the alignment");
#define POOL_MAGIC 0x4c4f4f50u

static PVOID pool_alloc(SIZE_T len, ULONG tag)
{
	struct pool_block *block;

	if (!len || !tag || len > SIZE_MAX - sizeof(*block))
		return NULL;
	block = mem_calloc(1, sizeof(*block) + len);
	if (!block)
		return NULL;
	*block = (struct pool_block){ .len = len, .tag = tag, .magic = POOL_MAGIC };
	return block + 1;
}

UW_EXPORT PVOID ExAllocatePool2(POOL_FLAGS Flags, SIZE_T NumberOfBytes, ULONG Tag)
{
	if (!(Flags & (POOL_FLAG_NON_PAGED | POOL_FLAG_PAGED)) ||
	    (Flags & POOL_FLAG_NON_PAGED_EXECUTE))
		return NULL;
	return pool_alloc(NumberOfBytes, Tag);
}

UW_EXPORT PVOID ExAllocatePoolWithTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)
{
	switch (PoolType) {
	case NonPagedPool:
	case PagedPool:
	case NonPagedPoolCacheAligned:
	case PagedPoolCacheAligned:
	case NonPagedPoolNx:
	case NonPagedPoolNxCacheAligned:
		return pool_alloc(NumberOfBytes, Tag);
	default:
		return NULL;
	}
}

UW_EXPORT VOID ExFreePoolWithTag(PVOID P, ULONG Tag)
{
	struct pool_block *block = P ? (struct pool_block *)P - 1 : NULL;

	if (!block || block->magic != POOL_MAGIC || (Tag && Tag != block->tag))
		fx_verifier_stop(NULL, WDF_VERIFIER_FATAL_ERROR, (uintptr_t)P, Tag,
				 "ExFreePool of what is no block of pool, or has another tag");
	block->magic = 0;
	mem_free(block);
}

UW_EXPORT VOID ExFreePool(PVOID P)
{
	ExFreePoolWithTag(P, 0);
}
