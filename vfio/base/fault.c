/* SPDX-License-Identifier: MIT */
#include "base/fault.h"

#include <stdlib.h>
#include <string.h>

bool fault_armed;
static uint32_t kind_armed; /* atomic: armed again while a loop still looks at the last one */
static uint64_t fail_at;    /* atomic; 0: count only */
static uint64_t counted;    /* atomic */

void fault_arm(enum fault_kind kind, uint64_t k)
{
	__atomic_store_n(&kind_armed, (uint32_t)kind, __ATOMIC_RELAXED);
	__atomic_store_n(&fail_at, k, __ATOMIC_RELAXED);
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
	uint64_t at = __atomic_load_n(&fail_at, __ATOMIC_RELAXED);

	return at && __atomic_load_n(&counted, __ATOMIC_RELAXED) >= at;
}

bool fault_hit_slow(enum fault_kind kind)
{
	uint32_t wanted;

	if (!__atomic_load_n(&fault_armed, __ATOMIC_ACQUIRE)) /* pairs with fault_arm() */
		return false;
	wanted = __atomic_load_n(&kind_armed, __ATOMIC_RELAXED);
	if (wanted != FAULT_ANY && wanted != (uint32_t)kind)
		return false;
	return __atomic_add_fetch(&counted, 1, __ATOMIC_RELAXED) ==
	       __atomic_load_n(&fail_at, __ATOMIC_RELAXED);
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
