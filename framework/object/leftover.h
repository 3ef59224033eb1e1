/* SPDX-License-Identifier: MIT */
/*
 * leftover.h - objects that were deleted and that somebody still refers to.
 *
 * Their cleanup ran, they are off their parents; what is due is EvtDestroyCallback and their
 * memory. They are why a driver's image stays in memory after its unload routine ran.
 */
#ifndef FX_LEFTOVER_H
#define FX_LEFTOVER_H

#include <stddef.h>

struct fx_driver;
struct fx_object;

/* Drops the reference that an object has for its place in the tree. */
void fx_object_leave(struct fx_object *obj);
/* The last reference of a leftover was dropped. */
void fx_leftover_gone(struct fx_object *obj);

size_t fx_leftover_count(const struct fx_driver *driver);
/* Up to @max of them, each referenced; how many. */
size_t fx_leftovers_get(struct fx_driver *driver, struct fx_object **out, size_t max);
/* One line that counts them by type, and the tree of each where the verifier is on. */
void fx_leftovers_report(struct fx_driver *driver);
/* Free them in spite of their references; nothing of the driver is called. Control thread, once
 * nothing of the driver runs. */
void fx_leftovers_discard(struct fx_driver *driver);

#endif
