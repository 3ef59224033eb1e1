/* SPDX-License-Identifier: MIT */
#include "slots.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "uwdf/status.h"

#define FIRST_SLOTS 64u

struct uwdf_op slots_forgotten;

int slots_grow(struct op_slots *slots)
{
	uint32_t count = slots->count ? slots->count * 2 : FIRST_SLOTS;
	struct uwdf_op **ops;
	uint16_t *stack;

	if (slots->count >= slots->most)
		return -EAGAIN;
	count = count < slots->most ? count : slots->most;
	ops = mem_realloc(slots->ops, count * sizeof(*ops));
	if (!ops)
		return -ENOMEM;
	slots->ops = ops;
	stack = mem_realloc(slots->free, count * sizeof(*stack));
	if (!stack)
		return -ENOMEM;
	slots->free = stack;
	for (uint32_t i = count; i-- > slots->count;) {
		ops[i] = NULL;
		stack[slots->free_count++] = (uint16_t)i;
	}
	slots->count = count;
	return 0;
}

void slots_forget(struct op_slots *slots, const struct uwdf_op *op)
{
	slots->ops[slot_of_tag(op->tag)] = &slots_forgotten;
}

struct uwdf_op *slots_take_lost(struct op_slots *slots)
{
	for (uint32_t slot = 0; slots_outstanding(slots) && slot < slots->count; slot++) {
		struct uwdf_op *op = slots->ops[slot];

		if (op)
			slots_release(slots, slot);
		if (!op || op == &slots_forgotten)
			continue;
		slots_finish(op, UWDF_STATUS_DEVICE_REMOVED, 0, NULL, 0);
		return op;
	}
	return NULL;
}

void slots_deinit(struct op_slots *slots)
{
	mem_free(slots->free);
	mem_free(slots->ops);
}

void slots_finish(struct uwdf_op *op, int32_t status, uint64_t information, const void *payload,
		  size_t len)
{
	len = len < op->out_len ? len : op->out_len;
	if (payload && len)
		memcpy(op->out, payload, len);
	op->status = status;
	op->information = information;
	__atomic_store_n(&op->tag, 0, __ATOMIC_RELAXED);
}
