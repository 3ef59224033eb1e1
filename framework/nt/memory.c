/* SPDX-License-Identifier: MIT */
/* memory.c - MmMapIoSpace and pool. */
#include <string.h>

#include "base/mem.h"
#include "nt/dispatcher_impl.h"
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

/* In front of each block, 16 bytes that keep it aligned. */
struct pool_block {
	uint64_t before; /* bytes from the allocation's start to the driver's first one */
	ULONG tag;
	ULONG magic;
};
static_assert(sizeof(struct pool_block) == MEMORY_ALLOCATION_ALIGNMENT, "keeps the alignment");
#define POOL_MAGIC  0x4c4f4f50u
#define POOL_NO_TAG 0x656e6f4eu /* "None" */
#define CACHE_LINE  64u

struct pool_request {
	SIZE_T len;
	ULONG tag;
	bool cache_aligned, paged, raise;
	const char *function;
};

/* A block of a page or more begins with one, which drivers rely on. */
static size_t alignment_of(const struct pool_request *want)
{
	if (want->len >= PAGE_SIZE)
		return PAGE_SIZE;
	return want->cache_aligned ? CACHE_LINE : MEMORY_ALLOCATION_ALIGNMENT;
}

static PVOID pool_block(const struct pool_request *want)
{
	size_t align = alignment_of(want);
	char *start;

	if (want->len > SIZE_MAX / 2)
		return NULL;
	start = mem_aligned_zalloc(align, align + want->len);
	if (!start)
		return NULL;
	((struct pool_block *)(void *)(start + align))[-1] =
		(struct pool_block){ .before = align, .tag = want->tag, .magic = POOL_MAGIC };
	return start + align;
}

static PVOID pool_alloc(const struct pool_request *want)
{
	PVOID block = want->tag ? pool_block(want) : NULL;

	(void)fx_nt_level_ok(want->function, want->paged ? APC_LEVEL : DISPATCH_LEVEL);
	if (uw_unlikely(!block && want->raise))
		fx_verifier_stop(NULL, WDF_VERIFIER_FATAL_ERROR, want->len, want->tag,
				 "%s: no memory, and the driver asked for an exception",
				 want->function);
	return block;
}

#define POOL_FLAGS_KNOWN                                                                           \
	(POOL_FLAG_USE_QUOTA | POOL_FLAG_UNINITIALIZED | POOL_FLAG_CACHE_ALIGNED |                 \
	 POOL_FLAG_RAISE_ON_FAILURE | POOL_FLAG_NON_PAGED | POOL_FLAG_PAGED)
#define POOL_FLAGS_REQUIRED 0xffffffffull /* those above are hints */

UW_EXPORT PVOID ExAllocatePool2(POOL_FLAGS Flags, SIZE_T NumberOfBytes, ULONG Tag)
{
	const struct pool_request want = {
		.len = NumberOfBytes,
		.tag = Tag,
		.cache_aligned = Flags & POOL_FLAG_CACHE_ALIGNED,
		.paged = Flags & POOL_FLAG_PAGED,
		.raise = Flags & POOL_FLAG_RAISE_ON_FAILURE,
		.function = "ExAllocatePool2",
	};
	POOL_FLAGS pool = Flags & (POOL_FLAG_NON_PAGED | POOL_FLAG_PAGED);

	if (!NumberOfBytes || (Flags & POOL_FLAGS_REQUIRED & ~POOL_FLAGS_KNOWN) ||
	    (pool != POOL_FLAG_NON_PAGED && pool != POOL_FLAG_PAGED))
		return NULL;
	return pool_alloc(&want);
}

static bool is_pool_type(ULONG type)
{
	switch (type) {
	case NonPagedPool:
	case PagedPool:
	case NonPagedPoolCacheAligned:
	case PagedPoolCacheAligned:
	case NonPagedPoolNx:
	case NonPagedPoolNxCacheAligned:
		return true;
	default:
		return false;
	}
}

UW_EXPORT PVOID ExAllocatePoolWithTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)
{
	const ULONG hints = POOL_QUOTA_FAIL_INSTEAD_OF_RAISE | POOL_RAISE_IF_ALLOCATION_FAILURE |
			    POOL_COLD_ALLOCATION | POOL_ZERO_ALLOCATION;
	const struct pool_request want = {
		.len = NumberOfBytes,
		.tag = Tag,
		.cache_aligned = (ULONG)PoolType & NonPagedPoolCacheAligned,
		.paged = (ULONG)PoolType & PagedPool,
		.raise = (ULONG)PoolType & POOL_RAISE_IF_ALLOCATION_FAILURE,
		.function = "ExAllocatePoolWithTag",
	};

	return is_pool_type((ULONG)PoolType & ~hints) ? pool_alloc(&want) : NULL;
}

UW_EXPORT PVOID ExAllocatePool(POOL_TYPE PoolType, SIZE_T NumberOfBytes)
{
	return ExAllocatePoolWithTag(PoolType, NumberOfBytes, POOL_NO_TAG);
}

UW_EXPORT VOID ExFreePoolWithTag(PVOID P, ULONG Tag)
{
	struct pool_block *block = P ? (struct pool_block *)P - 1 : NULL;

	if (!block || block->magic != POOL_MAGIC || (Tag && Tag != block->tag))
		fx_verifier_stop(NULL, WDF_VERIFIER_FATAL_ERROR, (uintptr_t)P, Tag,
				 "ExFreePool of what is no block of pool, or has another tag");
	block->magic = 0;
	mem_free((char *)P - block->before);
}

UW_EXPORT VOID ExFreePool(PVOID P)
{
	ExFreePoolWithTag(P, 0);
}
