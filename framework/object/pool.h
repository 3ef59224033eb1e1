/* SPDX-License-Identifier: MIT */
/*
 * pool.h - threads at PASSIVE for what may block there: work items, callbacks of passive timers.
 *
 * Work starts in the order in which it was queued. While all threads run something there is one
 * more that waits, up to FX_POOL_THREADS: work that waits for other work does not hang.
 */
#ifndef FX_POOL_H
#define FX_POOL_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/list.h"

#define FX_POOL_THREADS 16u

struct fx_work {
	struct list link;     /* of the pool's queue; guarded by the pool, as all below */
	unsigned int running; /* threads inside run() */
	bool closed;          /* it is not queued any more */
	void (*run)(struct fx_work *work); /* constant; PASSIVE */
	void (*end)(struct fx_work *work); /* NULL, or due when the last run() returns */
};

int fx_pool_start(void) UW_MUST_CHECK; /* control thread; 0 or -errno */
void fx_pool_stop(void); /* control thread; what is queued still runs, and queues no more */
/* Wait for work that was closed inside its own run(). PASSIVE. */
void fx_pool_drain(void);

void fx_work_init(struct fx_work *work, void (*run)(struct fx_work *work));
enum fx_work_queued { FX_WORK_QUEUED, FX_WORK_ALREADY, FX_WORK_CLOSED };
/* It may be queued while it runs, and then runs once more, maybe at the same time. Up to DISPATCH.
 */
enum fx_work_queued fx_work_queue(struct fx_work *work);
/* Wait until it is neither queued nor running. PASSIVE, not inside its own run(). */
void fx_work_flush(struct fx_work *work);
/* "queued", "running" or NULL: neither. */
const char *fx_work_state(const struct fx_work *work);
bool fx_work_is_mine(const struct fx_work *work); /* is the caller inside its run()? */
/*
 * The end of @work: it is not queued any more. Waits for what is queued or running; inside its own
 * run() it cannot, so what is queued is dropped and @end called when the last run() returned.
 * PASSIVE.
 */
void fx_work_close(struct fx_work *work, void (*end)(struct fx_work *work));

#endif
