/* SPDX-License-Identifier: MIT */
/*
 * Levels and sizes at every function of the table that looks at them: above its level a call is
 * reported and does nothing, and a structure of another Size is refused.
 */
#include "border.h"
#include "fx_fixture.h"

#include <stdio.h>
#include <string.h>

#include "object/driver.h"
#include "object/function_table.h"
#include "object/irql.h"
#include "verifier/verifier.h"

static struct fx_driver *driver(void)
{
	return fx_driver_from_globals(WdfDriverGlobals);
}

/* --- levels --- */

static void check_level(const struct border_row *row)
{
	uint32_t before = fx_verifier_breaks_of(driver(), FX_RULE_LEVEL);
	const char *name = fx_function_name(row->index);
	struct border_call call;
	bool stopped;
	KIRQL old;

	border_fill(&call, row);
	old = fx_irql_raise(row->level == 'P' ? DISPATCH_LEVEL : FX_DIRQL);
	stopped = fx_stops(border_call, &call, 0);
	fx_irql_restore(old);
	if (stopped || fx_stop_text()[0])
		fail_msg("%s above its level: stopped, '%s'", name, fx_stop_text());
	if (fx_verifier_breaks_of(driver(), FX_RULE_LEVEL) != before + 1)
		fail_msg("%s above its level: no word of it", name);
}

static void test_function__above_its_level__reported(void **state)
{
	(void)state;
	border_begin();
	for (size_t i = 0; i < border_row_count; i++) {
		if (border_rows[i].level != '-')
			check_level(&border_rows[i]);
	}
}

/* --- the tables --- */

/* Columns of kmdf-ddi.tsv. */
enum { NAME, HEADER, FAMILY, VERSION, RELEASE, LEVEL, OTHER, RETURNS, PARAMS, COLUMNS };

struct fact {
	char line[2048];
	char *column[COLUMNS];
};

static bool next_fact(FILE *table, struct fact *fact)
{
	char *rest = fact->line;

	if (!fgets(fact->line, sizeof(fact->line), table))
		return false;
	for (unsigned int i = 0; i < COLUMNS; i++)
		fact->column[i] = strsep(&rest, "\t");
	return true;
}

static const struct border_row *row_named(const char *name)
{
	for (size_t i = 0; i < border_row_count; i++) {
		if (!strcmp(fx_function_name(border_rows[i].index), name))
			return &border_rows[i];
	}
	return NULL;
}

/* One call of @check for every row, with what the table says of its function. */
static void with_facts(void (*check)(const struct border_row *row, const struct fact *fact))
{
	FILE *table = fopen(TEST_FACTS "/kmdf-ddi.tsv", "r");
	struct fact fact;
	size_t seen = 0;

	assert_non_null(table);
	while (next_fact(table, &fact)) {
		const struct border_row *row = row_named(fact.column[NAME]);

		if (!row)
			continue;
		check(row, &fact);
		seen++;
	}
	fclose(table);
	assert_int_equal(seen, border_row_count);
}

static void check_passive(const struct border_row *row, const struct fact *fact)
{
	if (!strcmp(fact->column[LEVEL], "PASSIVE") && row->level != 'P')
		fail_msg("%s is for PASSIVE_LEVEL and does not look", fact->column[NAME]);
	if (row->level == 'P' && strcmp(fact->column[LEVEL], "PASSIVE"))
		fail_msg("%s may be called above PASSIVE_LEVEL", fact->column[NAME]);
}

static void test_level__passive_in_the_table__looked_at(void **state)
{
	(void)state;
	with_facts(check_passive);
}

/* --- sizes --- */

#define SIZED_MAX 64
static ULONG sized[SIZED_MAX]; /* a structure of a Size that none has, zeros else */

static const void *wrong_size(char letter)
{
	static WDF_OBJECT_ATTRIBUTES attributes;

	if (letter != 'A' && letter != 'B') {
		sized[0] = 3;
		return sized;
	}
	WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
	attributes.Size--;
	return &attributes;
}

/* What may be called in DriverEntry only: fx_driver_test has its sizes. */
static bool is_elsewhere(const struct border_row *row)
{
	return row->index == WdfDriverCreateTableIndex;
}

/* Is parameter @at of "TYPE Name; TYPE Name" a number? */
static bool is_number(const struct fact *fact, size_t at)
{
	static const char *const numbers[] = { "ULONG ", "size_t ", "POOL_TYPE ", "ACCESS_MASK " };
	const char *param = fact->column[PARAMS];

	while (at--)
		param = strchr(param, ';') + 2;
	for (size_t i = 0; i < UW_ARRAY_SIZE(numbers); i++) {
		if (!strncmp(param, numbers[i], strlen(numbers[i])))
			return true;
	}
	return false;
}

/* Good enough that nothing else is found before the Size: numbers 1, a device for a parent. */
static void fill_for_size(struct border_call *call, const struct border_row *row,
			  const struct fact *fact)
{
	static WDF_OBJECT_ATTRIBUTES attributes;

	WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
	attributes.ParentObject = fx_made.device;
	border_fill(call, row);
	for (size_t i = 0; row->args[i]; i++) {
		if (row->args[i] == 'z')
			call->args[i] = (ULONG_PTR)border_config(row->index);
		if (row->args[i] == 'A')
			call->args[i] = (ULONG_PTR)&attributes;
		if (is_number(fact, i))
			call->args[i] = 1;
	}
}

/* A status says it; what returns none is reported. */
static void check_size(const struct border_row *row, const struct fact *fact, size_t at)
{
	uint64_t before = fx_verifier_breaks();
	struct border_call call;

	fill_for_size(&call, row, fact);
	call.args[at] = (ULONG_PTR)wrong_size(row->args[at]);
	if (fx_stops(border_call, &call, 0) || fx_stop_text()[0])
		fail_msg("%s, argument %zu of a wrong Size: '%s'", fact->column[NAME], at,
			 fx_stop_text());
	if (strcmp(fact->column[RETURNS], "NTSTATUS")) {
		if (fx_verifier_breaks() == before)
			fail_msg("%s, argument %zu of a wrong Size: no word of it",
				 fact->column[NAME], at);
	} else if ((NTSTATUS)call.result != STATUS_INFO_LENGTH_MISMATCH) {
		fail_msg("%s, argument %zu of a wrong Size: %#x", fact->column[NAME], at,
			 (unsigned int)call.result);
	}
}

static void check_sizes(const struct border_row *row, const struct fact *fact)
{
	for (size_t at = 0; row->args[at] && !is_elsewhere(row); at++) {
		if (strchr("ABzZ", row->args[at]))
			check_size(row, fact, at);
	}
}

static void test_structure__wrong_size__refused(void **state)
{
	(void)state;
	border_begin();
	with_facts(check_sizes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_function__above_its_level__reported,
						border_setup, border_teardown),
		cmocka_unit_test(test_level__passive_in_the_table__looked_at),
		cmocka_unit_test_setup_teardown(test_structure__wrong_size__refused, border_setup,
						border_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
