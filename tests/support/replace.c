/* SPDX-License-Identifier: MIT */
/*
 * replace.c - in every test of the framework: UWDF_TEST_REPLACE=WdfXxx makes that function of the
 * table an immediate success (it returns 0). tests/headers/prove asks whether a test notices.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "object/function_table.h"

static uintptr_t succeed(void)
{
	return 0;
}

/* The table is constant, and its pages are read-only since the program was relocated. */
static void put(unsigned int index, WDFFUNC function)
{
	uintptr_t page_size = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t place = (uintptr_t)&fx_function_table[index];
	uintptr_t page = place & ~(page_size - 1);

	if (mprotect((void *)page, 2 * page_size, PROT_READ | PROT_WRITE)) {
		perror("replace.c: mprotect");
		exit(99);
	}
	memcpy((void *)place, &function, sizeof(function));
}

__attribute__((constructor)) static void replace_one(void)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): before main there is one thread */
	const char *name = getenv("UWDF_TEST_REPLACE");

	if (!name)
		return;
	for (unsigned int i = 0; i < WdfFunctionTableNumEntries; i++) {
		if (strcmp(fx_function_name(i), name) || fx_function_is_stub(i))
			continue;
		put(i, (WDFFUNC)succeed);
		return;
	}
	fprintf(stderr, "replace.c: there is no %s here\n", name);
	exit(98);
}
