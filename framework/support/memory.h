/* SPDX-License-Identifier: MIT */
/* memory.h - WDFMEMORY: a buffer with a handle. */
#ifndef FX_MEMORY_H
#define FX_MEMORY_H

#include "object/object.h"

struct fx_lookaside;

enum fx_memory_kind {
	FX_MEMORY_OWNED = 1,    /* WdfMemoryCreate: ours, freed with the object */
	FX_MEMORY_PREALLOCATED, /* WdfMemoryCreatePreallocated: the driver's, may be assigned again
				 */
	FX_MEMORY_REQUEST,      /* a request's input or output: gone when the request completes */
	FX_MEMORY_LOCKED,       /* a client's, until the request completes that it came with */
	FX_MEMORY_LOOKASIDE,    /* goes back to the lookaside list that it came from */
};

struct fx_memory {
	struct fx_object base;
	void *buffer; /* owned for FX_MEMORY_OWNED and FX_MEMORY_LOOKASIDE, else borrowed */
	size_t len;
	struct fx_lookaside *lookaside; /* counted; FX_MEMORY_LOOKASIDE only */
	enum fx_memory_kind kind;
	bool read_only; /* WdfMemoryCopyFromBuffer() is refused */
};

/* A buffer aligned as pool memory is: to a page from a page on, else to 16 bytes; zeroed. */
void *fx_memory_buffer_alloc(struct fx_driver *driver, size_t len);
/* Is it a POOL_TYPE that memory can come from? */
bool fx_pool_type_is_known(POOL_TYPE type);
static inline bool fx_pool_type_is_paged(POOL_TYPE type)
{
	return (unsigned int)type & PagedPool;
}

/* Memory of a paged pool, or a list of it, ends at PASSIVE. Before it is published. */
static inline void fx_memory_ends_paged(struct fx_object *obj, bool paged)
{
	if (paged)
		obj->flags |= FX_OBJECT_PASSIVE;
}

/* Not committed: the caller fills in the buffer. @attrs is checked already. */
NTSTATUS fx_memory_new(struct fx_driver *driver, enum fx_memory_kind kind,
		       PWDF_OBJECT_ATTRIBUTES attrs, struct fx_memory **out);

#endif
