/* SPDX-License-Identifier: MIT */
/* queue_fast.h - may the driver have one more? One word and one difference. */
#ifndef FX_QUEUE_FAST_H
#define FX_QUEUE_FAST_H

#include "room.h"

static inline bool queue_below_limit(const struct fx_queue *q)
{
	return queue_driver_count(q) < q->limit;
}

/* Now, in front of everybody: the gate is open, which also says that nobody waits. */
static inline bool queue_can_present(const struct fx_queue *q)
{
	return uw_likely(!queue_gate(q) && queue_below_limit(q) && !q->io->in_driver);
}

#endif
