/* SPDX-License-Identifier: MIT */
#include "ring_spin.h"

#include <stdlib.h>

#include "base/spin.h"

#define MOST_US 1000000ul

uint64_t ring_spin_ns(void)
{
	const char *text =
		getenv("UWDF_SPIN_US"); /* NOLINT(concurrency-mt-unsafe): read only, as libc does */
	unsigned long us;
	char *end;

	if (!text || text[0] < '0' || text[0] > '9')
		return SPIN_STANDARD_NS;
	us = strtoul(text, &end, 10);
	return *end || us > MOST_US ? SPIN_STANDARD_NS : us * 1000u;
}
