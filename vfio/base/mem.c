/* SPDX-License-Identifier: MIT */
#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"

static uint64_t live_blocks; /* atomic */

static void *counted(void *block)
{
	if (block)
		__atomic_add_fetch(&live_blocks, 1, __ATOMIC_RELAXED);
	return block;
}

void *mem_alloc(size_t len)
{
	return fault_hit(FAULT_ALLOC) ? NULL : counted(malloc(len));
}

void *mem_calloc(size_t count, size_t size)
{
	size_t len;

	/* calloc() would refuse it, too, but the sanitizers' one stops instead */
	if (__builtin_mul_overflow(count, size, &len) || fault_hit(FAULT_ALLOC))
		return NULL;
	return counted(calloc(1, len));
}

void *mem_aligned_zalloc(size_t align, size_t len)
{
	size_t rounded = (len + align - 1) & ~(align - 1);
	void *block;

	if (rounded < len || fault_hit(FAULT_ALLOC))
		return NULL;
	block = counted(aligned_alloc(align, rounded));
	if (block)
		memset(block, 0, rounded);
	return block;
}

void *mem_realloc(void *block, size_t len)
{
	void *moved;

	if (fault_hit(FAULT_ALLOC))
		return NULL;
	moved = realloc(block, len);
	return block ? moved : counted(moved);
}

char *mem_strdup(const char *text)
{
	return fault_hit(FAULT_ALLOC) ? NULL : counted(strdup(text));
}

char *mem_asprintf(const char *format, ...)
{
	char *text = NULL;
	va_list args;
	int len;

	if (fault_hit(FAULT_ALLOC))
		return NULL;
	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);
	return len < 0 ? NULL : counted(text);
}

void mem_free(void *block)
{
	if (block)
		__atomic_sub_fetch(&live_blocks, 1, __ATOMIC_RELAXED);
	free(block);
}

void mem_free_foreign(void *block)
{
	free(block);
}

uint64_t mem_live_blocks(void)
{
	return __atomic_load_n(&live_blocks, __ATOMIC_RELAXED);
}
