/* SPDX-License-Identifier: MIT */
#include "base/fault.h"

#include <stdlib.h>
#include <string.h>

bool fault_armed;
static uint32_t kind_armed;
static uint64_t fail_at; /* 0: count only */
static uint64_t counted; /* atomic */

void fault_arm(enum fault_kind kind, uint64_t k)
{
	kind_armed = kind;
	fail_at = k;
	__atomic_store_n(&counted, 0, __ATOMIC_RELAXED);
	/* release: whoever sees it armed sees for what, see fault_hit_slow() */
	__atomic_store_n(&fault_armed, true, __ATOMIC_RELEASE);
}

uint64_t fault_disarm(void)
{
	__atomic_store_n(&fault_armed, false, __ATOMIC_RELAXED);
	return __atomic_load_n(&counted, __ATOMIC_RELAXED);
}

bool fault_fired(void)
{
	return fail_at && __atomic_load_n(&counted, __ATOMIC_RELAXED) >= fail_at;
}

bool fault_hit_slow(enum fault_kind kind)
{
	if (!__atomic_load_n(&fault_armed, __ATOMIC_ACQUIRE)) /* pairs with fault_arm() */
		return false;
	if (kind_armed != FAULT_ANY && kind_armed != (uint32_t)kind)
		return false;
	return __atomic_add_fetch(&counted, 1, __ATOMIC_RELAXED) == fail_at;
}

static const char *const kind_names[] = { "alloc", "syscall", "submit", "complete", "any" };

/* UWDF_FAULT="alloc:17": lets a test fail the k-th operation of a program it only starts. */
__attribute__((constructor)) static void fault_arm_from_environment(void)
{
	const char *text = getenv("UWDF_FAULT"); /* NOLINT(concurrency-mt-unsafe): before main */
	const char *colon = text ? strchr(text, ':') : NULL;

	if (!colon)
		return;
	for (uint32_t kind = 0; kind < UW_ARRAY_SIZE(kind_names); kind++) {
		size_t len = strlen(kind_names[kind]);

		if ((size_t)(colon - text) == len && !strncmp(text, kind_names[kind], len))
			fault_arm((enum fault_kind)kind, strtoull(colon + 1, NULL, 10));
	}
}
