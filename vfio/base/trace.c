/* SPDX-License-Identifier: MIT */
#include "base/trace.h"

#include <string.h>

static struct trace_event read_one(const struct trace_ring *ring, uint64_t number)
{
	const uint64_t *words = ring->words[number % TRACE_EVENTS];
	/* acquire: the count that trace_read() looks at afterwards is not older */
	uint64_t kind_and_more = __atomic_load_n(&words[2], __ATOMIC_ACQUIRE);

	return (struct trace_event){ .at_ns = __atomic_load_n(&words[0], __ATOMIC_ACQUIRE),
				     .what = __atomic_load_n(&words[1], __ATOMIC_ACQUIRE),
				     .kind = (uint32_t)kind_and_more,
				     .more = (uint32_t)(kind_and_more >> 32) };
}

/* The first that is there for sure when @written are: the writer may be at the next place. */
static uint64_t first_of(uint64_t written)
{
	return written < TRACE_EVENTS ? 0 : written - TRACE_EVENTS + 1;
}

size_t trace_read(const struct trace_ring *ring, struct trace_event *out, size_t max)
{
	uint64_t end = __atomic_load_n(&ring->written, __ATOMIC_ACQUIRE);
	uint64_t first = first_of(end), intact;
	size_t count = 0;

	if (end - first > max)
		first = end - max;
	for (uint64_t number = first; number < end; number++)
		out[count++] = read_one(ring, number);
	intact = first_of(__atomic_load_n(&ring->written, __ATOMIC_RELAXED));
	if (intact <= first)
		return count;
	if (intact >= end)
		return 0;
	memmove(out, out + (intact - first), (size_t)(end - intact) * sizeof(*out));
	return (size_t)(end - intact);
}
