/* SPDX-License-Identifier: MIT */
#include "sync/due.h"

#define NS_PER_UNIT 100u

static uint64_t later(uint64_t now_ns, uint64_t units)
{
	if (units > (EXEC_FOREVER - now_ns) / NS_PER_UNIT)
		return EXEC_FOREVER;
	return now_ns + units * NS_PER_UNIT;
}

struct fx_due fx_due_from(int64_t time)
{
	if (time >= 0)
		return (struct fx_due){ .at = (uint64_t)time, .absolute = true };
	/* unsigned first: the smallest number has no positive twin */
	return (struct fx_due){ .at = later(exec_now_ns(), 0 - (uint64_t)time) };
}

uint64_t fx_due_next(const struct fx_due *due, uint64_t now_ns)
{
	uint64_t wall, at;

	if (!due->absolute)
		return due->at;
	wall = exec_system_time_100ns();
	if (wall >= due->at)
		return now_ns;
	at = later(now_ns, due->at - wall);
	return at < now_ns + FX_DUE_RECHECK_NS ? at : now_ns + FX_DUE_RECHECK_NS;
}
