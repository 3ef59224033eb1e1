/* SPDX-License-Identifier: MIT */
/*
 * worker.h - one PASSIVE thread for what was asked for at DISPATCH and may block: cleanups.
 *
 * Hosts start it, count themselves in, and the last one stops it; the pool (pool.h) with it.
 */
#ifndef FX_WORKER_H
#define FX_WORKER_H

#include "base/compiler.h"

struct fx_object;

int fx_worker_start(void) UW_MUST_CHECK; /* control thread; 0 or -errno */
void fx_worker_stop(void);               /* control thread; finishes what was deferred */
/* Wait until everything deferred so far is done. PASSIVE. */
void fx_worker_drain(void);
/* @obj is being disposed of and has no children left: go on at PASSIVE. Any level. */
void fx_worker_defer(struct fx_object *obj);

#endif
