/* SPDX-License-Identifier: MIT */
#include "sync/history.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/exec.h"

static struct fx_lock_record *latest(struct fx_lock_history *history)
{
	return &history->records[(history->count - 1) % FX_LOCK_RECORDS];
}

void fx_lock_history_acquired(struct fx_lock_history *history, const void *caller)
{
	history->count++;
	*latest(history) = (struct fx_lock_record){
		.caller = caller,
		.thread = exec_thread_id(),
		.acquired_ns = exec_now_ns(),
	};
}

void fx_lock_history_released(struct fx_lock_history *history)
{
	struct fx_lock_record *record = latest(history);
	uint64_t held_ns = exec_now_ns() - record->acquired_ns;

	record->held_ns = held_ns ? held_ns : 1;
}

const struct fx_lock_record *fx_lock_history_get(const struct fx_lock_history *history, size_t i)
{
	if (!history || i >= FX_LOCK_RECORDS || i >= history->count)
		return NULL;
	return &history->records[(history->count - 1 - i) % FX_LOCK_RECORDS];
}

struct fx_lock_text fx_lock_history_text(const struct fx_lock_history *history)
{
	const struct fx_lock_record *record = fx_lock_history_get(history, 0);
	struct fx_lock_text out = { "" };

	if (record)
		(void)snprintf(out.text, sizeof(out.text),
			       "; last taken by thread %u from %p, %" PRIu64 " us ago, %s",
			       record->thread, record->caller,
			       (exec_now_ns() - record->acquired_ns) / 1000,
			       record->held_ns ? "released" : "held");
	return out;
}
