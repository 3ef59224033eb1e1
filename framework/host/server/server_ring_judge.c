/* SPDX-License-Identifier: MIT */
/* server_ring_judge.c - what an entry of a ring may say. It is given a copy that no client reaches.
 */
#include "server_ring.h"

/* More than a datagram's worth goes only where it will not be copied. */
static uint64_t most(const struct uwdf_ring_entry *e, bool is_output)
{
	if (e->opcode != UWDF_OP_CONTROL || UWDF_METHOD_OF(e->offset) == UWDF_METHOD_BUFFERED)
		return UWDF_WIRE_MAX_PAYLOAD;
	return is_output ? UINT32_MAX : UWDF_WIRE_MAX_PAYLOAD;
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
	if (!e->in_len || e->in_len > most(e, false))
		return "an input of impossible length";
	return ring_memory(ring, e->in_at, e->in_len) ? NULL : "input outside of its memory";
}

static const char *judge_output(const struct server_ring *ring, const struct uwdf_ring_entry *e)
{
	if (!(e->flags & UWDF_RING_OUT_SHARED))
		return e->out_len > UWDF_RING_INLINE ? "more output than an answer holds" : NULL;
	if (!e->out_len || e->out_len > most(e, true))
		return "an output of impossible length";
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
