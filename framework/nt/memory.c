/* SPDX-License-Identifier: MIT */
/* memory.c - MmMapIoSpace. */
#include "pnp/host_impl.h"
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
