/* SPDX-License-Identifier: MIT */
/* vector.h - vectors of frames (uwdf_nic.h) as tests send and read them. */
#ifndef TEST_VECTOR_H
#define TEST_VECTOR_H

#include "nic.h"

#define VECTOR_SLOT 128u /* bytes between two places */

struct vector {
	struct rig_op op;
	uint32_t count;
	size_t room; /* bytes of memory that are passed */
	struct nic_frame array[NIC_MOST_FRAMES + 1];
	uint8_t memory[(NIC_MOST_FRAMES + 1) * (sizeof(struct nic_frame) + VECTOR_SLOT)];
};

/* @count places of @length bytes each, one behind the other, behind the array. */
void vector_prepare(struct vector *v, uint32_t count, uint32_t length);
/* Frames of @length bytes into the places: numbers from @first on. */
void vector_fill(struct vector *v, const uint8_t to[6], const uint8_t from[6], uint32_t first);
void vector_write(struct rig *rig, struct vector *v);
void vector_read(struct rig *rig, struct vector *v);
/* The outcome of frame @i, and its bytes. */
struct nic_frame vector_outcome(const struct vector *v, uint32_t i);
const uint8_t *vector_frame(const struct vector *v, uint32_t i);

#endif
