/* SPDX-License-Identifier: MIT */
#include "vector.h"

#include <string.h>

void vector_prepare(struct vector *v, uint32_t count, uint32_t length)
{
	uint32_t array_len = count * (uint32_t)sizeof(struct nic_frame);

	memset(v, 0, sizeof(*v));
	memset(v->memory, 0xee, sizeof(v->memory));
	v->count = count;
	v->room = array_len + count * VECTOR_SLOT;
	for (uint32_t i = 0; i < count; i++)
		v->array[i] = (struct nic_frame){ .offset = array_len + i * VECTOR_SLOT,
						  .length = length };
}

void vector_fill(struct vector *v, const uint8_t to[6], const uint8_t from[6], uint32_t first)
{
	for (uint32_t i = 0; i < v->count; i++)
		nic_frame(v->memory + v->array[i].offset, v->array[i].length, to, from, first + i);
}

static void submit(struct rig *rig, struct vector *v, uint32_t code)
{
	rig_control_in_place(rig, &v->op, code, v->array, v->count * sizeof(struct nic_frame),
			     v->memory, v->room);
}

void vector_write(struct rig *rig, struct vector *v)
{
	submit(rig, v, IOCTL_NIC_WRITE_FRAMES);
}

void vector_read(struct rig *rig, struct vector *v)
{
	submit(rig, v, IOCTL_NIC_READ_FRAMES);
}

struct nic_frame vector_outcome(const struct vector *v, uint32_t i)
{
	struct nic_frame outcome;

	memcpy(&outcome, v->memory + i * sizeof(outcome), sizeof(outcome));
	return outcome;
}

const uint8_t *vector_frame(const struct vector *v, uint32_t i)
{
	return v->memory + v->array[i].offset;
}
