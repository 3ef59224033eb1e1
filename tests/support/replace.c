/* SPDX-License-Identifier: MIT */
/*
 * replace.c - in every test of the framework: UWDF_TEST_REPLACE=WdfXxx makes that function of the
 * table an immediate success (it returns 0), UWDF_TEST_REPLACE=rule:LOCK_ORDER takes that rule away
 * (nothing is said of it). tests/headers/prove asks whether a test notices.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "object/function_table.h"
#include "verifier/rules.h"

static uintptr_t succeed(void)
{
	return 0;
}

/* The tables are constant, and their pages are read-only since the program was relocated. */
static void put(const void *at, const void *what, size_t len)
{
	uintptr_t page_size = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t place = (uintptr_t)at;
	uintptr_t page = place & ~(page_size - 1);

	if (mprotect((void *)page, 2 * page_size, PROT_READ | PROT_WRITE)) {
		perror("replace.c: mprotect");
		exit(99);
	}
	memcpy((void *)place, what, len);
}

static void missing(const char *name)
{
	fprintf(stderr, "replace.c: there is no %s here\n", name);
	exit(98);
}

static void replace_function(const char *name)
{
	WDFFUNC function = (WDFFUNC)succeed;

	for (unsigned int i = 0; i < WdfFunctionTableNumEntries; i++) {
		if (strcmp(fx_function_name(i), name) || fx_function_is_stub(i))
			continue;
		put(&fx_function_table[i], &function, sizeof(function));
		return;
	}
	missing(name);
}

static void remove_rule(const char *name)
{
	static const struct fx_rule_row none = { .hint = "", .gate = FX_GATES };

	for (unsigned int i = 1; i < FX_RULES; i++) {
		if (!fx_rules[i].name || strcmp(fx_rules[i].name, name) != 0)
			continue;
		put(&fx_rules[i], &none, sizeof(none));
		return;
	}
	missing(name);
}

__attribute__((constructor)) static void replace_one(void)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): before main there is one thread */
	const char *name = getenv("UWDF_TEST_REPLACE");

	if (!name)
		return;
	if (!strncmp(name, "rule:", 5))
		remove_rule(name + 5);
	else
		replace_function(name);
}
