/* SPDX-License-Identifier: MIT */
/*
 * Stale handles at every function of the table: each object here lived, was deleted, and another
 * one like it lives now. With the verifier on the stop says where the old one was deleted.
 */
#include "border.h"
#include "fx_fixture.h"

#include <string.h>

#include "object/function_table.h"

/* The WDFDRIVER ends with its driver, after which nobody is left to call. */
#define NEVER_STALE "D"

static void check_stale(const struct border_row *row, size_t at)
{
	const char *name = fx_function_name(row->index);
	const void *bad = border_stale(row->args[at]);
	struct border_call call;

	assert_non_null(bad);
	border_fill(&call, row);
	assert_ptr_not_equal(bad, call.args[at]);
	call.args[at] = (ULONG_PTR)bad;
	if (!fx_stops(border_call, &call, WDF_INVALID_HANDLE))
		fail_msg("%s, argument %zu stale: no stop, but '%s'", name, at, fx_stop_text());
	if (!strstr(fx_stop_text(), "stale handle") && !strstr(fx_stop_text(), "freed object"))
		fail_msg("%s, argument %zu stale: '%s'", name, at, fx_stop_text());
}

static void test_function__stale_handle__driver_stopped(void **state)
{
	unsigned int checked = 0;

	(void)state;
	border_begin_again();
	for (size_t i = 0; i < border_row_count; i++) {
		const struct border_row *row = &border_rows[i];

		for (size_t at = 0; row->args[at]; at++) {
			if (!border_is_handle(row->args[at]) || strchr(NEVER_STALE, row->args[at]))
				continue;
			check_stale(row, at);
			checked++;
		}
	}
	assert_true(checked > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_function__stale_handle__driver_stopped,
						border_setup, border_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
