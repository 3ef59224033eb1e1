/* SPDX-License-Identifier: MIT */
/* pool.c - memory with tags; of drivers with the verifier on each block is written down. */
#include "base/mem.h"
#include "nt/dispatcher_impl.h"
#include "object/driver.h"
#include "verifier/pool_track.h"
#include "verifier/verifier.h"
#include "wdm.h"

/* In front of each block, 16 bytes that keep it aligned; before them, if the driver is verified,
 * its struct fx_pool_record. */
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
	const void *caller;
};

/* A block of a page or more begins with one, which drivers rely on. */
static size_t alignment_of(const struct pool_request *want)
{
	if (want->len >= PAGE_SIZE)
		return PAGE_SIZE;
	return want->cache_aligned ? CACHE_LINE : MEMORY_ALLOCATION_ALIGNMENT;
}

/* Whose verifier writes the block down; NULL: nobody's. */
static struct fx_driver *watcher_of(const struct pool_request *want)
{
	struct fx_driver *driver;

	if (!fx_pool_is_watched())
		return NULL;
	driver = fx_pool_caller(want->caller);
	return driver && driver->verifier.on ? driver : NULL;
}

static size_t front_of(size_t align, const struct fx_driver *watcher)
{
	size_t least = sizeof(struct fx_pool_record) + sizeof(struct pool_block);

	return watcher ? (least + align - 1) & ~(align - 1) : align;
}

static PVOID pool_block(const struct pool_request *want)
{
	struct fx_driver *watcher = watcher_of(want);
	size_t align = alignment_of(want), front = front_of(align, watcher);
	char *start;

	if (want->len > SIZE_MAX / 2)
		return NULL;
	if (watcher && !fx_verifier_may_allocate(watcher))
		return NULL;
	start = mem_aligned_zalloc(align, front + want->len);
	if (!start)
		return NULL;
	((struct pool_block *)(void *)(start + front))[-1] =
		(struct pool_block){ .before = front, .tag = want->tag, .magic = POOL_MAGIC };
	if (watcher)
		fx_pool_allocated(watcher, (void *)start, start + front, want->len, want->tag);
	return start + front;
}

static bool has_length(const struct pool_request *want)
{
	if (uw_likely(want->len))
		return true;
	fx_rule_break(fx_pool_caller(want->caller), FX_RULE_ZERO_LENGTH_POOL, NULL,
		      "%s of no bytes at all", want->function);
	return false;
}

static PVOID pool_alloc(const struct pool_request *want)
{
	PVOID block = has_length(want) && want->tag ? pool_block(want) : NULL;

	(void)fx_nt_level_ok(want->function, want->paged ? APC_LEVEL : DISPATCH_LEVEL);
	if (uw_unlikely(!block && want->raise))
		fx_verifier_stop(fx_pool_caller(want->caller), WDF_VERIFIER_FATAL_ERROR, want->len,
				 want->tag, "%s: no memory, and the driver asked for an exception",
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
		.caller = __builtin_return_address(0),
	};
	POOL_FLAGS pool = Flags & (POOL_FLAG_NON_PAGED | POOL_FLAG_PAGED);

	if ((Flags & POOL_FLAGS_REQUIRED & ~POOL_FLAGS_KNOWN) ||
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

static PVOID pool_of_type(ULONG type, SIZE_T len, ULONG tag, const char *function,
			  const void *caller)
{
	const ULONG hints = POOL_QUOTA_FAIL_INSTEAD_OF_RAISE | POOL_RAISE_IF_ALLOCATION_FAILURE |
			    POOL_COLD_ALLOCATION | POOL_ZERO_ALLOCATION;
	const struct pool_request want = {
		.len = len,
		.tag = tag,
		.cache_aligned = type & NonPagedPoolCacheAligned,
		.paged = type & PagedPool,
		.raise = type & POOL_RAISE_IF_ALLOCATION_FAILURE,
		.function = function,
		.caller = caller,
	};

	return is_pool_type(type & ~hints) ? pool_alloc(&want) : NULL;
}

UW_EXPORT PVOID ExAllocatePoolWithTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)
{
	return pool_of_type((ULONG)PoolType, NumberOfBytes, Tag, "ExAllocatePoolWithTag",
			    __builtin_return_address(0));
}

UW_EXPORT PVOID ExAllocatePool(POOL_TYPE PoolType, SIZE_T NumberOfBytes)
{
	return pool_of_type((ULONG)PoolType, NumberOfBytes, POOL_NO_TAG, "ExAllocatePool",
			    __builtin_return_address(0));
}

/* --- freeing --- */

/* NULL: no pool can be at @p, or is not. */
static struct pool_block *header_of(PVOID p)
{
	struct pool_block *block = (struct pool_block *)p - 1;

	if ((uintptr_t)p < PAGE_SIZE || (uintptr_t)p % MEMORY_ALLOCATION_ALIGNMENT)
		return NULL;
	return block->magic == POOL_MAGIC ? block : NULL;
}

static void pool_free(PVOID p, ULONG tag, const char *function, const void *caller)
{
	struct fx_pool_record *record;
	struct pool_block *block;

	if (uw_unlikely(!p))
		fx_rule_stop(fx_pool_caller(caller), FX_RULE_NULL_FREED, NULL, 0, (uintptr_t)caller,
			     "%s of NULL", function);
	record = fx_pool_is_watched() ? fx_pool_freeing(p, tag, function) : NULL;
	block = header_of(p);
	if (uw_unlikely(!block || (tag && tag != block->tag)))
		fx_verifier_stop(fx_pool_caller(caller), WDF_VERIFIER_FATAL_ERROR, (uintptr_t)p,
				 tag,
				 "%s of %p, which is no block of pool, or has another tag, or was "
				 "written over",
				 function, p);
	block->magic = 0;
	if (record)
		fx_pool_freed(record);
	else
		mem_free((char *)p - block->before);
}

UW_EXPORT VOID ExFreePoolWithTag(PVOID P, ULONG Tag)
{
	pool_free(P, Tag, "ExFreePoolWithTag", __builtin_return_address(0));
}

UW_EXPORT VOID ExFreePool(PVOID P)
{
	pool_free(P, 0, "ExFreePool", __builtin_return_address(0));
}
