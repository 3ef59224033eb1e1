/* SPDX-License-Identifier: MIT */
/* server_ring_judge.c - what an entry of a ring may say. It is given a copy that no client reaches.
 */
#include "server_ring.h"

/* Does the device copy it, or does its driver see the client's memory? */
static bool is_copied(const struct server_ring *ring, const struct uwdf_ring_entry *e,
		      bool is_output)
{
	if (e->opcode != UWDF_OP_CONTROL)
		return !ring->is_direct;
	switch (UWDF_METHOD_OF(e->offset)) {
	case UWDF_METHOD_BUFFERED:
		return true;
	case UWDF_METHOD_NEITHER:
		return false;
	default:
		return !is_output;
	}
}

static uint32_t charge_of(uint32_t len, bool copied)
{
	return copied || len < UWDF_WIRE_MAX_PAYLOAD ? len : UWDF_WIRE_MAX_PAYLOAD;
}

/* No overflow: what is judged lies in the regions, which have few hundred MiB. */
uint32_t ring_charge_of_long(const struct server_ring *ring, const struct uwdf_ring_entry *e)
{
	return charge_of(e->in_len, is_copied(ring, e, false)) +
	       charge_of(e->out_len, is_copied(ring, e, true));
}

bool ring_copies_too_much(const struct server_ring *ring, const struct uwdf_ring_entry *e)
{
	return (e->in_len > SERVER_MAX_COPY && is_copied(ring, e, false)) ||
	       (e->out_len > SERVER_MAX_COPY && is_copied(ring, e, true));
}

static const char *judge_kind(const struct uwdf_ring_entry *e)
{
	switch (e->opcode) {
	case UWDF_OP_READ:
		return e->in_len ? "a read with input" : NULL;
	case UWDF_OP_WRITE:
		return e->out_len ? "a write with output" : NULL;
	case UWDF_OP_CONTROL:
		return e->offset >> 32 ? "a control code of more than 32 bits" : NULL;
	case UWDF_OP_FLUSH:
		return e->in_len || e->out_len || e->offset ? "a flush of something" : NULL;
	default:
		return "an opcode that is none of a ring's";
	}
}

static const char *judge_input(const struct server_ring *ring, const struct uwdf_ring_entry *e)
{
	uint32_t room = e->flags & UWDF_RING_OUT_SHARED ? UWDF_RING_INLINE_IN : UWDF_RING_INLINE;

	if (!(e->flags & UWDF_RING_IN_SHARED))
		return e->in_len > room ? "more input than an entry holds" : NULL;
	if (!e->in_len)
		return "an input of no length";
	return ring_memory(ring, e->in_at, e->in_len) ? NULL : "input outside of its memory";
}

static const char *judge_output(const struct server_ring *ring, const struct uwdf_ring_entry *e)
{
	if (!(e->flags & UWDF_RING_OUT_SHARED))
		return e->out_len > UWDF_RING_INLINE ? "more output than an answer holds" : NULL;
	if (!e->out_len)
		return "an output of no length";
	return ring_memory(ring, e->out_at, e->out_len) ? NULL : "output outside of its memory";
}

const char *ring_judge_tag(const struct server_ring *ring, uint64_t tag)
{
	uint32_t slot = (uint32_t)(tag & 0xffff) - 1;

	if (slot > ring->mask)
		return "a tag that names no slot";
	return ring->requests[slot].tag ? "a tag that is in use" : NULL;
}

const char *ring_judge_rest(const struct server_ring *ring, const struct uwdf_ring_entry *e)
{
	const char *lie = judge_kind(e);

	if (!lie && (e->flags & ~(UWDF_RING_IN_SHARED | UWDF_RING_OUT_SHARED)))
		lie = "flags that there are not";
	if (!lie)
		lie = judge_input(ring, e);
	return lie ? lie : judge_output(ring, e);
}
