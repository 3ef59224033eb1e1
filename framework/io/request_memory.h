/* SPDX-License-Identifier: MIT */
/* request_memory.h - the WDFMEMORY that lives inside a request. */
#ifndef FX_REQUEST_MEMORY_H
#define FX_REQUEST_MEMORY_H

#include "support/memory.h"

/*
 * Make (again) the memory that lives inside a request. Every making has a handle of its own, so
 * that a handle kept past the request's end is noticed.
 */
void fx_memory_embed(struct fx_memory *memory, struct fx_object *request, void *buffer, size_t len,
		     bool read_only);
/* The request ends: contexts go, the handle is void. @return references the driver still holds. */
int fx_memory_unembed(struct fx_memory *memory);

#endif
