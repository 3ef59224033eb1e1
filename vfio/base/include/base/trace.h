/* SPDX-License-Identifier: MIT */
/*
 * trace.h - a ring of the last events of one thread, always on, for others to read.
 *
 * One thread writes; any thread reads, and gets what was not overwritten meanwhile. An event is 24
 * bytes, written in place: no call, no lock, no allocation.
 */
#ifndef BASE_TRACE_H
#define BASE_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

#define TRACE_EVENTS 256u /* a ring; a power of two */
#define TRACE_SAMPLE 64u  /* one in so many is traced */

struct trace_event {
	uint64_t at_ns; /* of exec_now_ns() */
	uint64_t what;  /* what it happened to: an address or a number, as its writer says */
	uint32_t kind;  /* the writer's */
	uint32_t more;
};

struct trace_ring {
	uint64_t written; /* atomic */
	uint64_t words[TRACE_EVENTS][3];
};

/* The writer's thread. */
static inline void trace_put(struct trace_ring *ring, const struct trace_event *event)
{
	uint64_t number = ring->written;
	uint64_t *words = ring->words[number % TRACE_EVENTS];

	/* release: who sees one of these words sees that the event before it was written, and so
	 * that this place is being written (pairs with read_one()) */
	__atomic_store_n(&words[0], event->at_ns, __ATOMIC_RELEASE);
	__atomic_store_n(&words[1], event->what, __ATOMIC_RELEASE);
	__atomic_store_n(&words[2], (uint64_t)event->more << 32 | event->kind, __ATOMIC_RELEASE);
	/* release: who sees the count sees the event */
	__atomic_store_n(&ring->written, number + 1, __ATOMIC_RELEASE);
}

/* Any thread: up to @max of the last events, oldest first; returns how many. */
size_t trace_read(const struct trace_ring *ring, struct trace_event *out, size_t max);

#endif
