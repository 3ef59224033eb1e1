/* SPDX-License-Identifier: MIT */
/* memory.h - WDFMEMORY: a buffer with a handle. */
#ifndef FX_MEMORY_H
#define FX_MEMORY_H

#include "object/object.h"

enum fx_memory_kind {
	FX_MEMORY_OWNED = 1,    /* WdfMemoryCreate: ours, freed with the object */
	FX_MEMORY_PREALLOCATED, /* WdfMemoryCreatePreallocated: the driver's, may be assigned again
				 */
	FX_MEMORY_REQUEST,      /* a request's input or output: gone when the request completes */
};

struct fx_memory {
	struct fx_object base;
	void *buffer; /* owned for FX_MEMORY_OWNED, else borrowed */
	size_t len;
	enum fx_memory_kind kind;
	bool read_only; /* WdfMemoryCopyFromBuffer() is refused */
};

/*
 * Make (again) the memory that lives inside a request. Every making has a handle of its own, so
 * that a handle kept past the request's end is noticed.
 */
void fx_memory_embed(struct fx_memory *memory, struct fx_object *request, void *buffer, size_t len,
		     bool read_only);
/* The request ends: contexts go, the handle is void. @return references the driver still holds. */
int fx_memory_unembed(struct fx_memory *memory);

#endif
