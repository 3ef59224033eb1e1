/* SPDX-License-Identifier: MIT */
/* dispose.h - between object.c, dispose.c and worker.c: the end of an object's life. */
#ifndef FX_DISPOSE_H
#define FX_DISPOSE_H

struct fx_object;

/* On the worker: go on with the disposal or the destruction that waited for PASSIVE. */
void fx_object_resume(struct fx_object *obj);
/* The last reference is gone: EvtDestroy, contexts, memory. */
void fx_object_destroy(struct fx_object *obj);
/* Contexts and memory, or into the verifier's quarantine. No callbacks. */
void fx_object_end_memory(struct fx_object *obj);

#endif
