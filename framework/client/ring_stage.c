/* SPDX-License-Identifier: MIT */
#include "ring_stage.h"

#include <errno.h>

#include "base/mem.h"

int ring_stage_init(struct ring_stage *stage, uint64_t len)
{
	*stage = (struct ring_stage){ .blocks = (uint32_t)(len / RING_STAGE_BLOCK) };
	stage->busy = mem_calloc(stage->blocks / 64u + 1, sizeof(*stage->busy));
	return stage->busy ? 0 : -ENOMEM;
}

void ring_stage_deinit(struct ring_stage *stage)
{
	mem_free(stage->busy);
}

static bool is_busy(const struct ring_stage *stage, uint32_t block)
{
	return stage->busy[block / 64] >> block % 64 & 1;
}

static void mark(struct ring_stage *stage, const struct ring_run *run)
{
	for (uint32_t i = run->first; i < run->first + run->count; i++)
		stage->busy[i / 64] ^= 1ull << i % 64;
}

/* The first busy block of the run, or its end. */
static uint32_t first_busy(const struct ring_stage *stage, uint32_t first, uint32_t count)
{
	uint32_t at = first;

	while (at < first + count && !is_busy(stage, at))
		at++;
	return at;
}

/* Where the last search ended, for what was given back first is most likely to be free. */
bool ring_stage_take(struct ring_stage *stage, size_t len, struct ring_run *out)
{
	uint32_t count = (uint32_t)((len + RING_STAGE_BLOCK - 1) / RING_STAGE_BLOCK);
	uint32_t at = stage->next, looked = 0;

	if (!count || count > stage->blocks)
		return false;
	while (looked < stage->blocks + count) {
		uint32_t end;

		if (at + count > stage->blocks) {
			looked += stage->blocks - at;
			at = 0;
		}
		end = first_busy(stage, at, count);
		if (end == at + count) {
			*out = (struct ring_run){ .first = at, .count = count };
			mark(stage, out);
			stage->next = end;
			return true;
		}
		looked += end + 1 - at;
		at = end + 1;
	}
	return false;
}

void ring_stage_give_back(struct ring_stage *stage, struct ring_run *run)
{
	if (!run->count)
		return;
	mark(stage, run);
	run->count = 0;
}
