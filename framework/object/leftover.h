/* SPDX-License-Identifier: MIT */
/*
 * leftover.h - objects that were deleted and that somebody still refers to.
 *
 * Their cleanup ran, they are off their parents; what is due is EvtDestroyCallback and their
 * memory. They are why a driver's image stays in memory after its unload routine ran. Each knows
 * the handle of what it was in, for the report: without the verifier that is an address, which may
 * have been another object's before.
 */
#ifndef FX_LEFTOVER_H
#define FX_LEFTOVER_H

#include "object/object.h"

/* What an object was in, by value: it may go first. */
struct fx_below {
	uint64_t handle;
	uint32_t type; /* enum fx_type; FX_TYPE_NONE: it was in nothing */
};

static inline struct fx_below fx_below(const struct fx_object *parent)
{
	return (struct fx_below){ .handle = parent->handle, .type = parent->type };
}

/* Drops the reference that an object has for its place in the tree, @below. */
void fx_object_leave(struct fx_object *obj, struct fx_below below);
/* The last reference of a leftover was dropped: it is not to be found any more. */
void fx_leftover_gone(struct fx_object *obj);
/* And its end is over, EvtDestroyCallback included. The driver may be gone when this returns. */
void fx_leftover_ended(struct fx_driver *driver);

/* Those whose end is not over. */
size_t fx_leftover_count(const struct fx_driver *driver);
/* Up to @max of them, each referenced; how many. */
size_t fx_leftovers_get(struct fx_driver *driver, struct fx_object **out, size_t max);
/* One line that counts them, then their tree; with the verifier on, who holds them as well. */
void fx_leftovers_report(struct fx_driver *driver);
/* Free them in spite of their references; nothing of the driver is called. Control thread, once
 * nothing of the driver runs. */
void fx_leftovers_discard(struct fx_driver *driver);

#endif
