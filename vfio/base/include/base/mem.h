/* SPDX-License-Identifier: MIT */
/*
 * mem.h - the only place that allocates from the heap.
 *
 * Every function returns NULL when memory is short or a fault is injected (base/fault.h); the
 * count of live blocks lets a test assert that nothing is left over.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

/** mem_alloc() - @len bytes, not cleared; NULL on failure. Context: any level. */
void *mem_alloc(size_t len) UW_MUST_CHECK;
/** mem_calloc() - @count elements of @size bytes, zeroed; NULL on failure or overflow. */
void *mem_calloc(size_t count, size_t size) UW_MUST_CHECK;
/** mem_aligned_zalloc() - @len zeroed bytes at a multiple of @align (a power of two). */
void *mem_aligned_zalloc(size_t align, size_t len) UW_MUST_CHECK;
/** mem_realloc() - as realloc(); the old block survives a failure. */
void *mem_realloc(void *block, size_t len) UW_MUST_CHECK;
/** mem_strdup() - a copy of @text. */
char *mem_strdup(const char *text) UW_MUST_CHECK;
/** mem_asprintf() - a formatted string, or NULL. */
char *mem_asprintf(const char *format, ...) UW_PRINTF(1, 2) UW_MUST_CHECK;
/** mem_free() - release a block of any function above; NULL is fine. */
void mem_free(void *block);
/** mem_free_foreign() - release what another library allocated and gave away; not counted. */
void mem_free_foreign(void *block);
/** mem_live_blocks() - blocks allocated and not yet freed. */
uint64_t mem_live_blocks(void);

#endif
