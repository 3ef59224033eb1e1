/* SPDX-License-Identifier: MIT */
/*
 * ring_stage.h - room in the rings' memory for payloads that are neither small nor in memory from
 * uwdf_memory_alloc(): copied there, whole runs of blocks.
 */
#ifndef CLIENT_RING_STAGE_H
#define CLIENT_RING_STAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

#define RING_STAGE_BLOCK 256u

struct ring_stage {
	uint64_t *busy; /* owned; a bit a block */
	uint32_t blocks, next;
};
struct ring_run {
	uint32_t first, count; /* blocks; none: 0 */
};

int ring_stage_init(struct ring_stage *stage, uint64_t len) UW_MUST_CHECK;
void ring_stage_deinit(struct ring_stage *stage);
/* false: no such run is free now. */
bool ring_stage_take(struct ring_stage *stage, size_t len, struct ring_run *out) UW_MUST_CHECK;
void ring_stage_give_back(struct ring_stage *stage, struct ring_run *run); /* none is fine */

#endif
