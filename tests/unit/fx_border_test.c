/* SPDX-License-Identifier: MIT */
/*
 * The border of every function of the table: NULL, a handle of another type and no handle at all
 * stop the driver, and the stop names the function or the handle.
 */
#include "border.h"
#include "fx_fixture.h"

#include <stdio.h>
#include <string.h>

#include "object/function_table.h"

/* All arguments are good but the one at @at, which is @bad: the driver must be stopped for it. */
static void expect_stop(const struct border_row *row, size_t at, const void *bad, const char *what,
			ULONG code)
{
	const char *name = fx_function_name(row->index);
	struct border_call call;
	char handle[32];

	border_fill(&call, row);
	call.args[at] = (ULONG_PTR)bad;
	(void)snprintf(handle, sizeof(handle), "%p ", bad);
	if (!fx_stops(border_call, &call, code))
		fail_msg("%s, argument %zu is %s: no stop with %u, but '%s'", name, at, what, code,
			 fx_stop_text());
	if (strncmp(fx_stop_text(), name, strlen(name)) && !strstr(fx_stop_text(), handle))
		fail_msg("%s, argument %zu is %s: '%s' names neither", name, at, what,
			 fx_stop_text());
}

static void check_null(const struct border_row *row, size_t at)
{
	char letter = row->args[at];

	if (border_is_handle(letter))
		expect_stop(row, at, NULL, "NULL", WDF_INVALID_HANDLE);
	else
		expect_stop(row, at, NULL, "NULL", WDF_REQUIRED_PARAMETER_IS_NULL);
}

static void check_wrong(const struct border_row *row, size_t at)
{
	char letter = row->args[at];
	const void *other = letter == 'd' ? (void *)fx_made.driver : (void *)fx_made.device;

	expect_stop(row, at, border_nothing(), "no object", WDF_INVALID_HANDLE);
	if (border_is_handle(letter) && letter != 'o')
		expect_stop(row, at, other, "of another type", WDF_INVALID_HANDLE);
	if (strchr("rRo", letter))
		expect_stop(row, at, border_stale('r'), "a completed request", WDF_INVALID_HANDLE);
	if (strchr("mMo", letter))
		expect_stop(row, at, border_stale_memory(), "a completed request's memory",
			    WDF_INVALID_HANDLE);
}

static void check_row(const struct border_row *row)
{
	for (size_t i = 0; row->args[i]; i++) {
		if (!strchr("xAZRFYV", row->args[i]))
			check_null(row, i);
		if (row->args[i] == 'I')
			expect_stop(row, i, border_empty_init(), "empty",
				    WDF_REQUIRED_PARAMETER_IS_NULL);
		else if (!strchr("xpuABzZ", row->args[i]))
			check_wrong(row, i);
	}
}

static void test_function__bad_argument__driver_stopped_by_name(void **state)
{
	(void)state;
	border_begin();
	for (size_t i = 0; i < border_row_count; i++)
		check_row(&border_rows[i]);
}

static unsigned int rows_of(unsigned int index)
{
	unsigned int count = 0;

	for (size_t i = 0; i < border_row_count; i++)
		count += border_rows[i].index == index;
	return count;
}

static void test_function__implemented__has_one_row_here(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < WdfFunctionTableNumEntries; i++) {
		if (rows_of(i) != (fx_function_is_stub(i) ? 0 : 1))
			fail_msg("%s: %u rows", fx_function_name(i), rows_of(i));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_function__bad_argument__driver_stopped_by_name,
						border_setup, border_teardown),
		cmocka_unit_test(test_function__implemented__has_one_row_here),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
