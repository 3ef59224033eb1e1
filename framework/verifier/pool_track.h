/* SPDX-License-Identifier: MIT */
/*
 * pool_track.h - pool that drivers with the verifier on allocated: whose each block is, where it
 * was allocated and freed. The record is part of the block, in front of what the driver sees, so
 * that none can be missing; nt/pool.c makes room for it.
 */
#ifndef FX_POOL_TRACK_H
#define FX_POOL_TRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/list.h"
#include "verifier/call_site.h"
#include "wdm.h"

struct fx_driver;

/* At the start of the memory that mem_free() gives back. All of it is guarded by the lock of
 * records. */
struct fx_pool_record {
	struct list link;            /* the driver's live or freed blocks */
	struct fx_pool_record *next; /* with the same hash */
	struct fx_driver *driver;    /* borrowed; NULL: it is unloaded */
	void *block;                 /* what the driver knows */
	size_t len;
	ULONG tag;
	uint32_t thread; /* that allocated it */
	bool freed;
	struct fx_call_site allocated, freed_from;
};

/* Drivers with the verifier on that are loaded, and blocks that are left of such; atomic. */
extern uint32_t fx_pool_watched;

/* Is there any block that is written down, or a driver whose blocks are? */
static inline bool fx_pool_is_watched(void)
{
	return uw_unlikely(__atomic_load_n(&fx_pool_watched, __ATOMIC_RELAXED));
}

/* The loaded driver that @caller is code of, else the innermost one on the stack; NULL: none. Any
 * level. */
struct fx_driver *fx_pool_caller(const void *caller);

/* @record: fresh memory of a driver whose verifier is on. */
void fx_pool_allocated(struct fx_driver *driver, struct fx_pool_record *record, void *block,
		       size_t len, ULONG tag);
/*
 * fx_pool_freeing() - @block is to be freed; @tag 0: whatever its tag.
 *
 * Stops where it was freed already or has another tag. Return: its record, which goes to
 * fx_pool_freed() next; NULL: the block is none that is written down.
 */
struct fx_pool_record *fx_pool_freeing(const void *block, ULONG tag, const char *function);
/* Frees it, or keeps it aside for a while. */
void fx_pool_freed(struct fx_pool_record *record);

/* From DriverEntry on the driver's calls are known; until the end, which tells what is left. */
void fx_pool_watch(struct fx_driver *driver);
void fx_pool_end(struct fx_driver *driver);

#endif
