/* SPDX-License-Identifier: MIT */
/* memory.c - WDFMEMORY: small enough for logic and border in one file. */
#include "memory.h"

#include <string.h>

#include "base/mem.h"
#include "object/functions.h"
#include "verifier/verifier.h"

#define GENERATION_STEP (1ull << 48)

static void memory_destroy(struct fx_object *obj)
{
	struct fx_memory *memory = uw_container_of(obj, struct fx_memory, base);

	if (memory->kind == FX_MEMORY_OWNED)
		mem_free(memory->buffer);
}

static const struct fx_object_class memory_class = {
	.type = FX_TYPE_MEMORY,
	.name = "WDFMEMORY",
	.driver_may_delete = true,
	.destroy = memory_destroy,
};

/* The memory is part of its request: there is nothing to free. */
static void embedded_release(struct fx_object *obj)
{
	(void)obj;
}

static const struct fx_object_class embedded_class = {
	.type = FX_TYPE_MEMORY,
	.name = "WDFMEMORY of a WDFREQUEST",
	.release = embedded_release,
};

void fx_memory_embed(struct fx_memory *memory, struct fx_object *request, void *buffer, size_t len,
		     bool read_only)
{
	uint64_t generation = memory->base.handle & ~FX_HANDLE_ADDRESS_MASK;

	fx_object_init(&memory->base, &embedded_class, request->driver);
	memory->base.handle =
		(memory->base.handle & FX_HANDLE_ADDRESS_MASK) | (generation + GENERATION_STEP);
	memory->base.parent = request;
	memory->buffer = buffer;
	memory->len = len;
	memory->kind = FX_MEMORY_REQUEST;
	memory->read_only = read_only;
}

int fx_memory_unembed(struct fx_memory *memory)
{
	int others;

	if (memory->kind != FX_MEMORY_REQUEST)
		return 0;
	memory->kind = 0;
	others = __atomic_load_n(&memory->base.refs, __ATOMIC_ACQUIRE) - 1;
	memory->base.parent = NULL;
	fx_object_delete(&memory->base);
	memory->base.handle += GENERATION_STEP;
	return others;
}

static struct fx_object *driver_object(PWDF_DRIVER_GLOBALS globals, struct fx_driver *driver)
{
	return fx_object_from_handle(driver, globals->Driver, FX_TYPE_DRIVER);
}

static NTSTATUS memory_new(PWDF_DRIVER_GLOBALS globals, struct fx_driver *driver,
			   PWDF_OBJECT_ATTRIBUTES attrs, struct fx_memory **out)
{
	struct fx_object *obj;
	NTSTATUS status;

	status = fx_object_check_attributes(attrs, FX_ATTR_NO_SCOPE_LEVEL);
	if (!NT_SUCCESS(status))
		return status;
	status = fx_object_new(&memory_class, sizeof(struct fx_memory), driver,
			       driver_object(globals, driver), attrs, &obj);
	if (!NT_SUCCESS(status))
		return status;
	*out = uw_container_of(obj, struct fx_memory, base);
	return STATUS_SUCCESS;
}

static void memory_commit(struct fx_memory *memory, PWDF_OBJECT_ATTRIBUTES attrs, WDFMEMORY *out)
{
	fx_object_commit(&memory->base, attrs);
	*out = (WDFMEMORY)fx_object_handle(&memory->base);
}

/* @PoolTag names the pool's owner on Windows; @PoolType is one kind of memory here (see header). */
NTSTATUS fx_WdfMemoryCreate(PWDF_DRIVER_GLOBALS DriverGlobals, PWDF_OBJECT_ATTRIBUTES Attributes,
			    POOL_TYPE PoolType, ULONG PoolTag, size_t BufferSize, WDFMEMORY *Memory,
			    PVOID *Buffer)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_memory *memory;
	NTSTATUS status;

	(void)PoolType;
	(void)PoolTag;
	fx_require(driver, Memory);
	*Memory = NULL;
	if (!BufferSize)
		return STATUS_INVALID_PARAMETER;
	status = memory_new(DriverGlobals, driver, Attributes, &memory);
	if (!NT_SUCCESS(status))
		return status;
	memory->kind = FX_MEMORY_OWNED;
	memory->len = BufferSize;
	memory->buffer = mem_calloc(1, BufferSize);
	if (!memory->buffer) {
		fx_object_delete(&memory->base);
		return STATUS_INSUFFICIENT_RESOURCES;
	}
	if (Buffer)
		*Buffer = memory->buffer;
	memory_commit(memory, Attributes, Memory);
	return STATUS_SUCCESS;
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
	if (!BufferSize)
		return STATUS_INVALID_PARAMETER;
	status = memory_new(DriverGlobals, driver, Attributes, &memory);
	if (!NT_SUCCESS(status))
		return status;
	memory->kind = FX_MEMORY_PREALLOCATED;
	memory->buffer = Buffer;
	memory->len = BufferSize;
	memory_commit(memory, Attributes, Memory);
	return STATUS_SUCCESS;
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

NTSTATUS fx_WdfMemoryAssignBuffer(PWDF_DRIVER_GLOBALS DriverGlobals, WDFMEMORY Memory, PVOID Buffer,
				  size_t BufferSize)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_memory *memory = memory_of(driver, Memory);

	fx_require(driver, Buffer);
	if (memory->kind != FX_MEMORY_PREALLOCATED) {
		fx_verifier_break(driver, "WdfMemoryAssignBuffer on a WDFMEMORY that "
					  "WdfMemoryCreatePreallocated did not make");
		return STATUS_INVALID_DEVICE_REQUEST;
	}
	if (!BufferSize)
		return STATUS_INVALID_PARAMETER;
	memory->buffer = Buffer;
	memory->len = BufferSize;
	return STATUS_SUCCESS;
}

/* Do @len bytes from @offset on lie inside? Written so that nothing can wrap. */
static NTSTATUS check_range(const struct fx_memory *memory, size_t offset, size_t len)
{
	if (!len)
		return STATUS_INVALID_PARAMETER;
	if (offset > memory->len || len > memory->len - offset)
		return STATUS_BUFFER_TOO_SMALL;
	return STATUS_SUCCESS;
}

NTSTATUS fx_WdfMemoryCopyToBuffer(PWDF_DRIVER_GLOBALS DriverGlobals, WDFMEMORY SourceMemory,
				  size_t SourceOffset, PVOID Buffer, size_t NumBytesToCopyTo)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_memory *memory = memory_of(driver, SourceMemory);
	NTSTATUS status;

	fx_require(driver, Buffer);
	status = check_range(memory, SourceOffset, NumBytesToCopyTo);
	if (NT_SUCCESS(status))
		memmove(Buffer, (char *)memory->buffer + SourceOffset, NumBytesToCopyTo);
	return status;
}

NTSTATUS fx_WdfMemoryCopyFromBuffer(PWDF_DRIVER_GLOBALS DriverGlobals, WDFMEMORY DestinationMemory,
				    size_t DestinationOffset, PVOID Buffer,
				    size_t NumBytesToCopyFrom)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_memory *memory = memory_of(driver, DestinationMemory);
	NTSTATUS status;

	fx_require(driver, Buffer);
	status = check_range(memory, DestinationOffset, NumBytesToCopyFrom);
	if (!NT_SUCCESS(status))
		return status;
	if (memory->read_only) {
		fx_verifier_break(driver, "WdfMemoryCopyFromBuffer into the input of a write");
		return STATUS_ACCESS_VIOLATION;
	}
	memmove((char *)memory->buffer + DestinationOffset, Buffer, NumBytesToCopyFrom);
	return STATUS_SUCCESS;
}
