/* SPDX-License-Identifier: MIT */
/*
 * mdl.h - memory descriptor lists: a buffer, as it is handed to DMA and to other drivers.
 *
 * Has: MDL; MmGetMdlByteCount, MmGetMdlByteOffset, MmGetMdlVirtualAddress, MmGetMdlBaseVa,
 * MmGetSystemAddressForMdlSafe, MmGetSystemAddressForMdl.
 *
 * Differs: an MDL comes from a request (WdfRequestRetrieve...WdmMdl), and its memory is always
 * mapped: its virtual and its system address are the same, and asking for it cannot fail.
 *
 * IRQL for the whole file: any.
 * Source for the whole file: Windows driver documentation, wdm.h, "Using MDLs".
 */
#ifndef UWDF_NT_MDL_H
#define UWDF_NT_MDL_H

#include <ntdef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MDL_MAPPED_TO_SYSTEM_VA     0x0001
#define MDL_PAGES_LOCKED            0x0002
#define MDL_SOURCE_IS_NONPAGED_POOL 0x0004

typedef struct _MDL {
	struct _MDL *Next; /* the rest of the buffer; NULL: none */
	CSHORT Size;
	CSHORT MdlFlags;
	PVOID Process;
	PVOID MappedSystemVa;
	PVOID StartVa; /* of the first page */
	ULONG ByteCount;
	ULONG ByteOffset; /* into the first page */
} MDL, *PMDL;

typedef enum _MM_PAGE_PRIORITY {
	LowPagePriority = 0,
	NormalPagePriority = 16,
	HighPagePriority = 32,
} MM_PAGE_PRIORITY;
#define MdlMappingNoWrite   0x80000000u
#define MdlMappingNoExecute 0x40000000u

#define MmGetMdlByteCount(Mdl)      ((Mdl)->ByteCount)
#define MmGetMdlByteOffset(Mdl)     ((Mdl)->ByteOffset)
#define MmGetMdlBaseVa(Mdl)         ((Mdl)->StartVa)
#define MmGetMdlVirtualAddress(Mdl) ((PVOID)((PCHAR)(Mdl)->StartVa + (Mdl)->ByteOffset))

/* MmGetSystemAddressForMdlSafe() - @Priority: a MM_PAGE_PRIORITY with MdlMapping... flags. */
FORCEINLINE PVOID MmGetSystemAddressForMdlSafe(PMDL Mdl, ULONG Priority)
{
	(void)Priority;
	return Mdl->MappedSystemVa;
}
#define MmGetSystemAddressForMdl(Mdl) MmGetSystemAddressForMdlSafe(Mdl, HighPagePriority)

#ifdef __cplusplus
}
#endif
#endif
