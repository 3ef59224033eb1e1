/* SPDX-License-Identifier: MIT */
/*
 * wdfmemory.h - WDFMEMORY: buffers with an owner.
 *
 * Has: WdfMemoryCreate, WdfMemoryCreatePreallocated, WdfMemoryGetBuffer, WdfMemoryAssignBuffer,
 *      WdfMemoryCopyToBuffer, WdfMemoryCopyFromBuffer, WdfLookasideListCreate,
 *      WdfMemoryCreateFromLookaside.
 */
#ifndef UWDF_WDFMEMORY_H
#define UWDF_WDFMEMORY_H

#include <wdf/wdfobject.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum _WDF_MEMORY_DESCRIPTOR_TYPE {
	WdfMemoryDescriptorTypeInvalid = 0,
	WdfMemoryDescriptorTypeBuffer = 1,
	WdfMemoryDescriptorTypeMdl = 2,
	WdfMemoryDescriptorTypeHandle = 3,
} WDF_MEMORY_DESCRIPTOR_TYPE,
	*PWDF_MEMORY_DESCRIPTOR_TYPE;

typedef struct _WDFMEMORY_OFFSET {
	size_t BufferOffset;
	size_t BufferLength;
} WDFMEMORY_OFFSET, *PWDFMEMORY_OFFSET;

typedef struct _WDF_MEMORY_DESCRIPTOR {
	WDF_MEMORY_DESCRIPTOR_TYPE Type;
	union {
		struct {
			PVOID Buffer;
			ULONG Length;
		} BufferType;
		struct {
			PMDL Mdl;
			ULONG BufferLength;
		} MdlType;
		struct {
			WDFMEMORY Memory;
			PWDFMEMORY_OFFSET Offsets;
		} HandleType;
	} u;
} WDF_MEMORY_DESCRIPTOR, *PWDF_MEMORY_DESCRIPTOR;

/** WDF_MEMORY_DESCRIPTOR_INIT_BUFFER() - size and defaults. IRQL: any. */
FORCEINLINE VOID WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(PWDF_MEMORY_DESCRIPTOR Descriptor, PVOID Buffer,
						   ULONG BufferLength)
{
	RtlZeroMemory(Descriptor, sizeof(*Descriptor));
	Descriptor->Type = WdfMemoryDescriptorTypeBuffer;
	Descriptor->u.BufferType.Buffer = Buffer;
	Descriptor->u.BufferType.Length = BufferLength;
}

/** WDF_MEMORY_DESCRIPTOR_INIT_HANDLE() - size and defaults. IRQL: any. */
FORCEINLINE VOID WDF_MEMORY_DESCRIPTOR_INIT_HANDLE(PWDF_MEMORY_DESCRIPTOR Descriptor,
						   WDFMEMORY Memory, PWDFMEMORY_OFFSET Offsets)
{
	RtlZeroMemory(Descriptor, sizeof(*Descriptor));
	Descriptor->Type = WdfMemoryDescriptorTypeHandle;
	Descriptor->u.HandleType.Memory = Memory;
	Descriptor->u.HandleType.Offsets = Offsets;
}

/** WDF_MEMORY_DESCRIPTOR_INIT_MDL() - size and defaults. IRQL: any. */
FORCEINLINE VOID WDF_MEMORY_DESCRIPTOR_INIT_MDL(PWDF_MEMORY_DESCRIPTOR Descriptor, PMDL Mdl,
						ULONG BufferLength)
{
	RtlZeroMemory(Descriptor, sizeof(*Descriptor));
	Descriptor->Type = WdfMemoryDescriptorTypeMdl;
	Descriptor->u.MdlType.Mdl = Mdl;
	Descriptor->u.MdlType.BufferLength = BufferLength;
}

/**
 * WdfMemoryCreate() - create a memory object with a buffer.
 * @Attributes: default parent: the driver; may be WDF_NO_OBJECT_ATTRIBUTES.
 * @PoolType:   every pool is ordinary memory.
 * @PoolTag:    for the tools.
 * @BufferSize: bytes, not zero.
 * @Memory:     the new handle.
 * @Buffer:     its buffer; may be NULL.
 *
 * The buffer begins at a page if it is as long as one or longer, else at a multiple of 16 bytes.
 *
 * IRQL:    APC_LEVEL or below for paged pool, else DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_PARAMETER size zero, no pool type;
 *          STATUS_INSUFFICIENT_RESOURCES; an object-attributes status.
 * Differs: PoolType and PoolTag say where on Windows the memory comes from; here every pool is
 *          ordinary memory, and it comes zeroed. A buffer shorter than a page may cross one's end.
 * Source:  Windows driver documentation, wdfmemory.h.
 */
typedef NTSTATUS (*PFN_WDFMEMORYCREATE)(PWDF_DRIVER_GLOBALS DriverGlobals,
					PWDF_OBJECT_ATTRIBUTES Attributes, POOL_TYPE PoolType,
					ULONG PoolTag, size_t BufferSize, WDFMEMORY *Memory,
					PVOID *Buffer);
FORCEINLINE NTSTATUS WdfMemoryCreate(PWDF_OBJECT_ATTRIBUTES Attributes, POOL_TYPE PoolType,
				     ULONG PoolTag, size_t BufferSize, WDFMEMORY *Memory,
				     PVOID *Buffer)
{
	return ((PFN_WDFMEMORYCREATE)WdfFunctions[WdfMemoryCreateTableIndex])(
		WdfDriverGlobals, Attributes, PoolType, PoolTag, BufferSize, Memory, Buffer);
}

/**
 * WdfMemoryCreatePreallocated() - create a memory object around the driver's own buffer.
 * @Attributes: default parent: the driver; may be WDF_NO_OBJECT_ATTRIBUTES.
 * @Buffer:     lives longer than the object.
 * @BufferSize: bytes, not zero.
 * @Memory:     the new handle.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_PARAMETER; STATUS_INSUFFICIENT_RESOURCES; an object-
 *          attributes status.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfmemory.h.
 */
typedef NTSTATUS (*PFN_WDFMEMORYCREATEPREALLOCATED)(PWDF_DRIVER_GLOBALS DriverGlobals,
						    PWDF_OBJECT_ATTRIBUTES Attributes, PVOID Buffer,
						    size_t BufferSize, WDFMEMORY *Memory);
FORCEINLINE NTSTATUS WdfMemoryCreatePreallocated(PWDF_OBJECT_ATTRIBUTES Attributes, PVOID Buffer,
						 size_t BufferSize, WDFMEMORY *Memory)
{
	return ((PFN_WDFMEMORYCREATEPREALLOCATED)
			WdfFunctions[WdfMemoryCreatePreallocatedTableIndex])(
		WdfDriverGlobals, Attributes, Buffer, BufferSize, Memory);
}

/**
 * WdfMemoryGetBuffer() - the buffer of a memory object.
 * @Memory:     the memory object.
 * @BufferSize: its length; may be NULL.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  its address.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfmemory.h.
 */
typedef PVOID (*PFN_WDFMEMORYGETBUFFER)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFMEMORY Memory,
					size_t *BufferSize);
FORCEINLINE PVOID WdfMemoryGetBuffer(WDFMEMORY Memory, size_t *BufferSize)
{
	return ((PFN_WDFMEMORYGETBUFFER)WdfFunctions[WdfMemoryGetBufferTableIndex])(
		WdfDriverGlobals, Memory, BufferSize);
}

/**
 * WdfMemoryAssignBuffer() - put another buffer behind a preallocated memory object.
 * @Memory:     the memory object.
 * @Buffer:     the buffer.
 * @BufferSize: bytes, not zero.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_PARAMETER size zero.
 * Differs: nothing known (an object of another kind stops the driver).
 * Source:  Windows driver documentation, wdfmemory.h.
 */
typedef NTSTATUS (*PFN_WDFMEMORYASSIGNBUFFER)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFMEMORY Memory,
					      PVOID Buffer, size_t BufferSize);
FORCEINLINE NTSTATUS WdfMemoryAssignBuffer(WDFMEMORY Memory, PVOID Buffer, size_t BufferSize)
{
	return ((PFN_WDFMEMORYASSIGNBUFFER)WdfFunctions[WdfMemoryAssignBufferTableIndex])(
		WdfDriverGlobals, Memory, Buffer, BufferSize);
}

/**
 * WdfMemoryCopyToBuffer() - copy from a memory object.
 * @SourceMemory:     the memory object.
 * @SourceOffset:     bytes.
 * @Buffer:           the buffer.
 * @NumBytesToCopyTo: bytes.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_PARAMETER nothing to copy; STATUS_BUFFER_TOO_SMALL the
 *          memory object ends before.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfmemory.h.
 */
typedef NTSTATUS (*PFN_WDFMEMORYCOPYTOBUFFER)(PWDF_DRIVER_GLOBALS DriverGlobals,
					      WDFMEMORY SourceMemory, size_t SourceOffset,
					      PVOID Buffer, size_t NumBytesToCopyTo);
FORCEINLINE NTSTATUS WdfMemoryCopyToBuffer(WDFMEMORY SourceMemory, size_t SourceOffset,
					   PVOID Buffer, size_t NumBytesToCopyTo)
{
	return ((PFN_WDFMEMORYCOPYTOBUFFER)WdfFunctions[WdfMemoryCopyToBufferTableIndex])(
		WdfDriverGlobals, SourceMemory, SourceOffset, Buffer, NumBytesToCopyTo);
}

/**
 * WdfMemoryCopyFromBuffer() - copy into a memory object.
 * @DestinationMemory:  the memory object.
 * @DestinationOffset:  bytes.
 * @Buffer:             the buffer.
 * @NumBytesToCopyFrom: bytes.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_PARAMETER nothing to copy; STATUS_ACCESS_VIOLATION it is
 *          the input of a write; STATUS_INVALID_BUFFER_SIZE the memory object ends before.
 * Differs: nothing known (KMDF's manual has STATUS_BUFFER_TOO_SMALL for an offset that fits with a
 *          length that does not; KMDF itself says STATUS_INVALID_BUFFER_SIZE to both).
 * Source:  Windows driver documentation, wdfmemory.h.
 */
typedef NTSTATUS (*PFN_WDFMEMORYCOPYFROMBUFFER)(PWDF_DRIVER_GLOBALS DriverGlobals,
						WDFMEMORY DestinationMemory,
						size_t DestinationOffset, PVOID Buffer,
						size_t NumBytesToCopyFrom);
FORCEINLINE NTSTATUS WdfMemoryCopyFromBuffer(WDFMEMORY DestinationMemory, size_t DestinationOffset,
					     PVOID Buffer, size_t NumBytesToCopyFrom)
{
	return ((PFN_WDFMEMORYCOPYFROMBUFFER)WdfFunctions[WdfMemoryCopyFromBufferTableIndex])(
		WdfDriverGlobals, DestinationMemory, DestinationOffset, Buffer, NumBytesToCopyFrom);
}

/**
 * WdfLookasideListCreate() - create a list of buffers that are used again.
 * @LookasideAttributes: default parent: the driver; may be WDF_NO_OBJECT_ATTRIBUTES.
 * @BufferSize:          bytes of each buffer, not zero.
 * @PoolType:            see WdfMemoryCreate().
 * @MemoryAttributes:    of every memory object made from the list; as for WdfMemoryCreate().
 * @PoolTag:             for the tools.
 * @Lookaside:           the new handle.
 *
 * The list may be deleted before the memory objects made from it; their buffers live as long as
 * they do. Context and callbacks of MemoryAttributes are the memory objects'; its ParentObject is
 * kept referenced.
 *
 * IRQL:    PASSIVE_LEVEL for paged pool, else DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_PARAMETER size zero, no pool type, or (paged pool)
 *          parents of different devices; STATUS_INSUFFICIENT_RESOURCES; an object-attributes
 *          status.
 * Differs: as WdfMemoryCreate(); at most 64 buffers wait to be used again.
 * Source:  Windows driver documentation, wdfmemory.h.
 */
typedef NTSTATUS (*PFN_WDFLOOKASIDELISTCREATE)(PWDF_DRIVER_GLOBALS DriverGlobals,
					       PWDF_OBJECT_ATTRIBUTES LookasideAttributes,
					       size_t BufferSize, POOL_TYPE PoolType,
					       PWDF_OBJECT_ATTRIBUTES MemoryAttributes,
					       ULONG PoolTag, WDFLOOKASIDE *Lookaside);
FORCEINLINE NTSTATUS WdfLookasideListCreate(PWDF_OBJECT_ATTRIBUTES LookasideAttributes,
					    size_t BufferSize, POOL_TYPE PoolType,
					    PWDF_OBJECT_ATTRIBUTES MemoryAttributes, ULONG PoolTag,
					    WDFLOOKASIDE *Lookaside)
{
	return ((PFN_WDFLOOKASIDELISTCREATE)WdfFunctions[WdfLookasideListCreateTableIndex])(
		WdfDriverGlobals, LookasideAttributes, BufferSize, PoolType, MemoryAttributes,
		PoolTag, Lookaside);
}

/**
 * WdfMemoryCreateFromLookaside() - create a memory object with a buffer of a lookaside list.
 * @Lookaside: the list.
 * @Memory:    the new handle.
 *
 * The buffer's content is whatever it was; deleting the memory object gives it back.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_INSUFFICIENT_RESOURCES; STATUS_DELETE_PENDING the parent that
 *          MemoryAttributes named is deleted.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfmemory.h.
 */
typedef NTSTATUS (*PFN_WDFMEMORYCREATEFROMLOOKASIDE)(PWDF_DRIVER_GLOBALS DriverGlobals,
						     WDFLOOKASIDE Lookaside, WDFMEMORY *Memory);
FORCEINLINE NTSTATUS WdfMemoryCreateFromLookaside(WDFLOOKASIDE Lookaside, WDFMEMORY *Memory)
{
	return ((PFN_WDFMEMORYCREATEFROMLOOKASIDE)
			WdfFunctions[WdfMemoryCreateFromLookasideTableIndex])(WdfDriverGlobals,
									      Lookaside, Memory);
}

#ifdef __cplusplus
}
#endif
#endif
