/* SPDX-License-Identifier: MIT */
/*
 * slots.h - operations that a transport has outstanding. A tag names a slot (its low 16 bits less
 * one) and which use of it; an operation that was left behind keeps its slot until its answer
 * comes.
 */
#ifndef CLIENT_SLOTS_H
#define CLIENT_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "uwdf/client.h"

#define SLOTS_MASK 0xffffull

struct op_slots {
	struct uwdf_op **ops; /* owned; NULL is free */
	uint16_t *free;       /* owned; a stack */
	uint32_t count, free_count, most;
	uint64_t use; /* counts submissions, so that a tag never comes back soon */
};

static inline uint32_t slot_of_tag(uint64_t tag)
{
	return (uint32_t)(tag & SLOTS_MASK) - 1;
}

extern struct uwdf_op slots_forgotten; /* stands for any */
int slots_grow(struct op_slots *slots) UW_MUST_CHECK;

/* -EAGAIN: @most are outstanding; -ENOMEM. The caller stores the tag in the op once it is away. */
static inline UW_MUST_CHECK int slots_take(struct op_slots *slots, struct uwdf_op *op,
					   uint64_t *out_tag)
{
	int err = uw_likely(slots->free_count) ? 0 : slots_grow(slots);
	uint16_t slot;

	if (uw_unlikely(err))
		return err;
	slot = slots->free[--slots->free_count];
	slots->ops[slot] = op;
	*out_tag = (++slots->use << 16 & ~(3ull << 62)) | (slot + 1u);
	return 0;
}

static inline void slots_release(struct op_slots *slots, uint32_t slot)
{
	slots->ops[slot] = NULL;
	slots->free[slots->free_count++] = (uint16_t)slot;
}

/* The slot of an answer's @tag is free again; *out: its op, NULL if that was forgotten. false: no
 * such slot is outstanding. */
static inline UW_MUST_CHECK bool slots_answered(struct op_slots *slots, uint64_t tag,
						struct uwdf_op **out)
{
	uint32_t slot = slot_of_tag(tag);
	struct uwdf_op *op = uw_likely(slot < slots->count) ? slots->ops[slot] : NULL;

	if (uw_unlikely(!op) || uw_unlikely(op != &slots_forgotten && op->tag != tag))
		return false;
	slots_release(slots, slot);
	*out = uw_unlikely(op == &slots_forgotten) ? NULL : op;
	return true;
}

void slots_forget(struct op_slots *slots, const struct uwdf_op *op);
/* No answer will come any more: one op that is still owed, as removed; NULL: there is none. */
struct uwdf_op *slots_take_lost(struct op_slots *slots);
static inline uint32_t slots_outstanding(const struct op_slots *slots)
{
	return slots->count - slots->free_count;
}
void slots_deinit(struct op_slots *slots);

/* What the answer says: @payload of @len bytes to the op's output. */
void slots_finish(struct uwdf_op *op, int32_t status, uint64_t information, const void *payload,
		  size_t len);

#endif
