/* SPDX-License-Identifier: MIT */
#include "verifier/lock_history.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/exec.h"
#include "base/log.h"
#include "verifier/call_site.h"

#define PUT(place, value) __atomic_store_n(&(place), value, __ATOMIC_RELAXED)
#define GET(place)        __atomic_load_n(&(place), __ATOMIC_RELAXED)

static struct fx_lock_record *latest(struct fx_lock_history *history)
{
	return &history->records[(GET(history->count) - 1) % FX_LOCK_RECORDS];
}

void fx_lock_history_acquired(struct fx_lock_history *history, const void *caller)
{
	struct fx_lock_record *record;

	PUT(history->count, GET(history->count) + 1);
	record = latest(history);
	PUT(record->caller, caller);
	PUT(record->thread, exec_thread_id());
	PUT(record->acquired_ns, exec_now_ns());
	PUT(record->held_ns, 0);
}

void fx_lock_history_released(struct fx_lock_history *history)
{
	struct fx_lock_record *record = latest(history);
	uint64_t held_ns = exec_now_ns() - GET(record->acquired_ns);

	PUT(record->held_ns, held_ns ? held_ns : 1);
}

const struct fx_lock_record *fx_lock_history_get(const struct fx_lock_history *history, size_t i)
{
	uint64_t count = history ? GET(history->count) : 0;

	if (i >= FX_LOCK_RECORDS || i >= count)
		return NULL;
	return &history->records[(count - 1 - i) % FX_LOCK_RECORDS];
}

/* "taken by thread 3 from f at a.c:12, 5 us ago, held for 2 us" */
static void put_record(const struct fx_lock_record *record, char *out, size_t len)
{
	const char *caller = GET(record->caller);
	uint64_t held_ns = GET(record->held_ns);
	char where[200] = "the framework", held[40] = "held";

	if (caller) /* the call is the instruction before the return address */
		fx_call_site_describe(caller - 1, where, sizeof(where));
	if (held_ns)
		(void)snprintf(held, sizeof(held), "released after %" PRIu64 " us", held_ns / 1000);
	(void)snprintf(out, len, "taken by thread %u from %s, %" PRIu64 " us ago, %s",
		       GET(record->thread), where,
		       (exec_now_ns() - GET(record->acquired_ns)) / 1000, held);
}

struct fx_lock_text fx_lock_history_text(const struct fx_lock_history *history)
{
	const struct fx_lock_record *record = fx_lock_history_get(history, 0);
	struct fx_lock_text out = { "" };
	char text[300];

	if (!record)
		return out;
	put_record(record, text, sizeof(text));
	(void)snprintf(out.text, sizeof(out.text), "; last %s", text);
	return out;
}

void fx_lock_history_report(const struct fx_lock_history *history)
{
	const struct fx_lock_record *record;
	char text[300];

	for (size_t i = 0; (record = fx_lock_history_get(history, i)); i++) {
		put_record(record, text, sizeof(text));
		log_error("verifier", "    %s", text);
	}
}
