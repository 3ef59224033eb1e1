/* SPDX-License-Identifier: MIT */
/* request_memory.c - the WDFMEMORY that lives inside a request. */
#include "request_memory.h"

#define GENERATION_STEP (1ull << 48)

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
	fx_object_watch(&memory->base);
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
