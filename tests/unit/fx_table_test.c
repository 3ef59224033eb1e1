/* SPDX-License-Identifier: MIT */
/* The function table against the table of facts: each place has its function, or says its name. */
#include "uw_test.h"

#include <stdio.h>
#include <string.h>

#include "object/function_table.h"
#include "verifier/verifier.h"

#define NAME_MAX_LEN 128

static jmp_buf stopped;
static ULONG stop_code;
static char stop_text[256];

static void note_stop(ULONG code, const char *text)
{
	stop_code = code;
	snprintf(stop_text, sizeof(stop_text), "%s", text);
	longjmp(stopped, 1);
}

/* Call the stub at @index; false if it came back. */
static bool stub_stops(unsigned int index)
{
	volatile bool came_back = false;

	stop_code = 0;
	stop_text[0] = '\0';
	fx_verifier_set_hook(note_stop);
	if (!setjmp(stopped)) {
		((VOID(*)(PWDF_DRIVER_GLOBALS))fx_function_table[index])(NULL);
		came_back = true;
	}
	fx_verifier_set_hook(NULL);
	return !came_back;
}

static void expect_stop_names(unsigned int index, const char *name)
{
	char expected[NAME_MAX_LEN + 64];

	snprintf(expected, sizeof(expected), "%s (function %u) is not implemented", name, index);
	if (!stub_stops(index))
		fail_msg("function %u, %s, came back", index, name);
	assert_int_equal(stop_code, WDF_API_UNAVAILABLE);
	assert_string_equal(stop_text, expected);
}

#define SUFFIX "TableIndex"

/* The next function of the facts ("WDFFUNCENUM", its number, its name and SUFFIX, its index). */
static bool next_fact(FILE *facts, unsigned int *index, char name[NAME_MAX_LEN])
{
	char line[1024], *suffix;

	while (fgets(line, sizeof(line), facts)) {
		/* NOLINTNEXTLINE(cert-err34-c): a table of our own */
		if (sscanf(line, "WDFFUNCENUM %*u %127s %u", name, index) != 2)
			continue;
		suffix = strstr(name, SUFFIX);
		if (!suffix)
			continue;
		*suffix = '\0';
		return true;
	}
	return false;
}

static void test_table__each_place__has_its_function_or_stops_with_its_name(void **state)
{
	FILE *facts = fopen(TEST_FACTS "/kmdf-enums.tsv", "r");
	unsigned int index, all = 0, stubs = 0;
	char name[NAME_MAX_LEN];

	(void)state;
	assert_non_null(facts);
	for (; next_fact(facts, &index, name); all++) {
		assert_true(index < WdfFunctionTableNumEntries);
		assert_string_equal(fx_function_name(index), name);
		if (!fx_function_is_stub(index))
			continue;
		expect_stop_names(index, name);
		stubs++;
	}
	fclose(facts);
	assert_int_equal(all, WdfFunctionTableNumEntries);
	assert_true(stubs > 0 && stubs < all);
}

static void test_table__beyond_its_end__is_no_function(void **state)
{
	(void)state;
	assert_true(fx_function_is_stub(WdfFunctionTableNumEntries));
	assert_string_equal(fx_function_name(WdfFunctionTableNumEntries), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table__each_place__has_its_function_or_stops_with_its_name),
		cmocka_unit_test(test_table__beyond_its_end__is_no_function),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
