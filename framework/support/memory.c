/* SPDX-License-Identifier: MIT */
/* memory.c - WDFMEMORY: small enough for logic and border in one file. */
#include "support/memory.h"

#include <string.h>

#include "base/mem.h"
#include "object/driver.h"
#include "object/functions.h"
#include "support/lookaside.h"
#include "verifier/verifier.h"

/* More is a mistake of the driver's; allocators end the process for some such sizes. */
#define LONGEST ((size_t)1 << 39)

static void memory_destroy(struct fx_object *obj)
{
	struct fx_memory *memory = uw_container_of(obj, struct fx_memory, base);

	if (memory->kind == FX_MEMORY_OWNED)
		mem_free(memory->buffer);
	else if (memory->kind == FX_MEMORY_LOOKASIDE)
		fx_lookaside_put(memory->lookaside, memory->buffer);
}

static const struct fx_object_class memory_class = {
	.type = FX_TYPE_MEMORY,
	.name = "WDFMEMORY",
	.driver_may_delete = true,
	.destroy = memory_destroy,
};

void *fx_memory_buffer_alloc(struct fx_driver *driver, size_t len)
{
	if (len > LONGEST || !fx_driver_may_allocate(driver))
		return NULL;
	return len < PAGE_SIZE ? mem_calloc(1, len) : mem_aligned_zalloc(PAGE_SIZE, len);
}

bool fx_pool_type_is_known(POOL_TYPE type)
{
	/* on top of a base type of up to 7: quota, raise, session, cold, no-execute */
	const unsigned int modifiers = 8 | 16 | 32 | 256 | NonPagedPoolNx;

	return !((unsigned int)type & ~(modifiers | 7u));
}

NTSTATUS fx_memory_new(struct fx_driver *driver, enum fx_memory_kind kind,
		       PWDF_OBJECT_ATTRIBUTES attrs, struct fx_memory **out)
{
	struct fx_object *obj;
	NTSTATUS status;

	status = fx_object_new(&memory_class, sizeof(struct fx_memory), driver,
			       fx_driver_object(driver), attrs, &obj);
	if (!NT_SUCCESS(status))
		return status;
	*out = uw_container_of(obj, struct fx_memory, base);
	(*out)->kind = kind;
	return STATUS_SUCCESS;
}

static NTSTATUS check_creation(struct fx_driver *driver, POOL_TYPE type, size_t len,
			       PWDF_OBJECT_ATTRIBUTES attrs)
{
	if (!fx_level_ok(driver, "WdfMemoryCreate",
			 fx_pool_type_is_paged(type) ? APC_LEVEL : DISPATCH_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	if (!len || !fx_pool_type_is_known(type))
		return STATUS_INVALID_PARAMETER;
	return fx_object_check_attributes(attrs, FX_ATTR_NO_SCOPE_LEVEL);
}

/* @PoolTag names the pool's owner on Windows; see the header. */
NTSTATUS fx_WdfMemoryCreate(PWDF_DRIVER_GLOBALS DriverGlobals, PWDF_OBJECT_ATTRIBUTES Attributes,
			    POOL_TYPE PoolType, ULONG PoolTag, size_t BufferSize, WDFMEMORY *Memory,
			    PVOID *Buffer)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_memory *memory;
	NTSTATUS status;

	(void)PoolTag;
	fx_require(driver, Memory);
	*Memory = NULL;
	status = check_creation(driver, PoolType, BufferSize, Attributes);
	if (NT_SUCCESS(status))
		status = fx_memory_new(driver, FX_MEMORY_OWNED, Attributes, &memory);
	if (!NT_SUCCESS(status))
		return status;
	fx_memory_ends_paged(&memory->base, fx_pool_type_is_paged(PoolType));
	memory->len = BufferSize;
	memory->buffer = fx_memory_buffer_alloc(driver, BufferSize);
	if (!memory->buffer) {
		fx_object_delete(&memory->base);
		return STATUS_INSUFFICIENT_RESOURCES;
	}
	if (Buffer)
		*Buffer = memory->buffer;
	return fx_object_publish(&memory->base, Attributes, Memory);
}

NTSTATUS fx_WdfMemoryCreatePreallocated(PWDF_DRIVER_GLOBALS DriverGlobals,
					PWDF_OBJECT_ATTRIBUTES Attributes, PVOID Buffer,
					size_t BufferSize, WDFMEMORY *Memory)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_memory *memory;
	NTSTATUS status;

	fx_require(driver, Buffer);
	fx_require(driver, Memory);
	*Memory = NULL;
	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	if (!BufferSize)
		return STATUS_INVALID_PARAMETER;
	status = fx_object_check_attributes(Attributes, FX_ATTR_NO_SCOPE_LEVEL);
	if (NT_SUCCESS(status))
		status = fx_memory_new(driver, FX_MEMORY_PREALLOCATED, Attributes, &memory);
	if (!NT_SUCCESS(status))
		return status;
	memory->buffer = Buffer;
	memory->len = BufferSize;
	return fx_object_publish(&memory->base, Attributes, Memory);
}

static struct fx_memory *memory_of(struct fx_driver *driver, WDFMEMORY handle)
{
	return uw_container_of(fx_object_from_handle(driver, handle, FX_TYPE_MEMORY),
			       struct fx_memory, base);
}

PVOID fx_WdfMemoryGetBuffer(PWDF_DRIVER_GLOBALS DriverGlobals, WDFMEMORY Memory, size_t *BufferSize)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_memory *memory = memory_of(driver, Memory);

	if (BufferSize)
		*BufferSize = memory->len;
	return memory->buffer;
}

/* KMDF takes the memory of WdfMemoryCreatePreallocated for a type of its own, and so stops. */
NTSTATUS fx_WdfMemoryAssignBuffer(PWDF_DRIVER_GLOBALS DriverGlobals, WDFMEMORY Memory, PVOID Buffer,
				  size_t BufferSize)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_memory *memory = memory_of(driver, Memory);

	if (memory->kind != FX_MEMORY_PREALLOCATED)
		fx_rule_stop(driver, FX_RULE_BAD_HANDLE, &memory->base, (uintptr_t)Memory,
			     FX_TYPE_MEMORY,
			     "WdfMemoryAssignBuffer: %p was not made by "
			     "WdfMemoryCreatePreallocated",
			     (void *)Memory);
	fx_require(driver, Buffer);
	if (!BufferSize)
		return STATUS_INVALID_PARAMETER;
	memory->buffer = Buffer;
	memory->len = BufferSize;
	return STATUS_SUCCESS;
}

/* Do @len bytes from @offset on lie inside? Written so that nothing can wrap. */
static bool is_inside(const struct fx_memory *memory, size_t offset, size_t len)
{
	return offset <= memory->len && len <= memory->len - offset;
}

NTSTATUS fx_WdfMemoryCopyToBuffer(PWDF_DRIVER_GLOBALS DriverGlobals, WDFMEMORY SourceMemory,
				  size_t SourceOffset, PVOID Buffer, size_t NumBytesToCopyTo)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_memory *memory = memory_of(driver, SourceMemory);

	fx_require(driver, Buffer);
	if (!NumBytesToCopyTo)
		return STATUS_INVALID_PARAMETER;
	if (!is_inside(memory, SourceOffset, NumBytesToCopyTo))
		return STATUS_BUFFER_TOO_SMALL;
	memmove(Buffer, (char *)memory->buffer + SourceOffset, NumBytesToCopyTo);
	return STATUS_SUCCESS;
}

NTSTATUS fx_WdfMemoryCopyFromBuffer(PWDF_DRIVER_GLOBALS DriverGlobals, WDFMEMORY DestinationMemory,
				    size_t DestinationOffset, PVOID Buffer,
				    size_t NumBytesToCopyFrom)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_memory *memory = memory_of(driver, DestinationMemory);

	fx_require(driver, Buffer);
	if (!NumBytesToCopyFrom)
		return STATUS_INVALID_PARAMETER;
	if (memory->read_only) {
		fx_rule_break(driver, FX_RULE_READ_ONLY_MEMORY, &memory->base,
			      "WdfMemoryCopyFromBuffer into the input of a write");
		return STATUS_ACCESS_VIOLATION;
	}
	if (!is_inside(memory, DestinationOffset, NumBytesToCopyFrom))
		return STATUS_INVALID_BUFFER_SIZE;
	memmove((char *)memory->buffer + DestinationOffset, Buffer, NumBytesToCopyFrom);
	return STATUS_SUCCESS;
}
