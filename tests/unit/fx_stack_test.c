/* SPDX-License-Identifier: MIT */
/* Several drivers for one device: in which order they hear what, and who may fail. */
#include "stack.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "vfio/pci_function.h"

#define ALL         (AT(LOW) | AT(FN) | AT(UP) | AT(TOP))
#define UP_WORDS    "PrepareHardware D0Entry D0EntryPost SmioInit"
#define STOP_WORDS  "SmioSuspend D0ExitPre D0Exit ReleaseHardware SmioFlush"
#define END_WORDS   "SmioCleanup DeviceCleanup"
#define WHOLE_WORDS STOP_WORDS " " END_WORDS

/* --- what the log should say --- */

static char expected[4096];

static void expect_nothing(void)
{
	expected[0] = '\0';
}

/* Each word of @words at @name. */
static void expect(const char *name, const char *words)
{
	char copy[512], *rest = copy;
	const char *word;

	(void)snprintf(copy, sizeof(copy), "%s", words);
	while ((word = strtok_r(rest, " ", &rest))) {
		size_t len = strlen(expected);

		(void)snprintf(expected + len, sizeof(expected) - len, "%s%s.%s", len ? " " : "",
			       name, word);
	}
}

/* The same at all places, from the lowest on. */
static void expect_up(const char *words)
{
	expect("low", words);
	expect("fn", words);
	expect("up", words);
	expect("top", words);
}

static void expect_down(const char *words)
{
	expect("top", words);
	expect("up", words);
	expect("fn", words);
	expect("low", words);
}

/* --- start and removal --- */

static void test_start__four_drivers__from_the_lowest_on(void **state)
{
	(void)state;
	assert_int_equal(stack_start(ALL), 0);
	expect_nothing();
	expect_up("DeviceAdd");
	expect_up(UP_WORDS);
	assert_log(expected);
}

/* pnp-states A3: what is asked on the way down, what is added on the way up. */
static void test_start__requirements__asked_down_and_up_and_taken_away_again(void **state)
{
	(void)state;
	for (enum place place = FN; place < PLACES; place++)
		stack.scripts[place].requirements = TRUE;
	assert_int_equal(stack_start(ALL), 0);
	expect_nothing();
	expect_up("DeviceAdd");
	expect("top", "FilterRemove");
	expect("up", "FilterRemove");
	expect("fn", "FilterRemove");
	expect("fn", "FilterAdd");
	expect("up", "FilterAdd");
	expect("top", "FilterAdd");
	expect("top", "RemoveAdded");
	expect("up", "RemoveAdded");
	expect("fn", "RemoveAdded");
	expect_up(UP_WORDS);
	assert_log(expected);
	/* a BAR, a message, and a private one of each: who took his away sees it nevertheless */
	for (enum place place = FN; place < PLACES; place++) {
		assert_int_equal(stack.scripts[place].given, 2 + place);
		assert_int_equal(stack.scripts[place].prepared, 2 + place);
	}
	assert_int_equal(stack.scripts[LOW].prepared, 2);
}

static void test_start__requirements_fail_in_the_middle__own_ones_hold(void **state)
{
	(void)state;
	for (enum place place = FN; place < PLACES; place++)
		stack.scripts[place].requirements = TRUE;
	stack.scripts[UP].fail = "FilterAdd";
	assert_int_equal(stack_start(ALL), 0);
	assert_null(strstr(stack_log(), "top.FilterAdd"));
	assert_int_equal(stack.scripts[TOP].given, 2);
	assert_int_equal(stack.scripts[LOW].prepared, 0); /* each took one away */
}

static void test_start__removed_from_one_list_alone__fails(void **state)
{
	(void)state;
	stack.scripts[UP].requirements = TRUE;
	stack.scripts[UP].takes_half = TRUE;
	assert_int_equal(stack_start(ALL), -ECANCELED);
	assert_non_null(strstr(stack.rep.text, "EvtDeviceRemoveAddedResources"));
	assert_null(strstr(stack_log(), "PrepareHardware"));
}

static void test_start__added_not_removed__nobody_has_begun(void **state)
{
	(void)state;
	for (enum place place = FN; place < PLACES; place++)
		stack.scripts[place].requirements = TRUE;
	stack.scripts[UP].fail = "RemoveAdded";
	assert_int_equal(stack_start(ALL), -ECANCELED);
	assert_non_null(strstr(stack.rep.text, "EvtDeviceRemoveAddedResources"));
	assert_null(strstr(stack_log(), "fn.RemoveAdded"));
	assert_null(strstr(stack_log(), "PrepareHardware"));
}

static void test_remove__nothing_open__each_is_gone_before_the_next(void **state)
{
	(void)state;
	stack_up(ALL);
	stack_remove();
	expect_nothing();
	expect_down("QueryRemove");
	expect_down(WHOLE_WORDS);
	assert_log(expected);
}

static void test_remove__a_file_open__all_stop_before_one_goes(void **state)
{
	(void)state;
	stack_up(ALL);
	assert_int_equal(stack_open(), STATUS_SUCCESS);
	stack_remove();
	expect_nothing();
	expect_down("QueryRemove");
	expect_down(STOP_WORDS);
	expect_down(END_WORDS);
	assert_log(expected);
}

static void test_remove__function_gone__surprise_to_each_first(void **state)
{
	(void)state;
	stack_up(ALL);
	assert_int_equal(pci_function_provoke_removal(fx_host_function(stack.device)), 0);
	stack_remove();
	expect_nothing();
	expect_down("SurpriseRemoval " STOP_WORDS);
	expect_down(END_WORDS);
	assert_log(expected);
}

static void test_query_remove__a_lower_one_refuses__those_above_go_on(void **state)
{
	(void)state;
	stack_up(ALL);
	stack.scripts[FN].fail = "QueryRemove";
	assert_int_equal(uwdf_device_query_remove(stack.device, &stack.rep), -ECANCELED);
	assert_log("top.QueryRemove up.QueryRemove fn.QueryRemove");
	assert_non_null(strstr(stack.rep.text, "stacked_function"));
	assert_int_equal(stack_device(TOP)->pnp_state, WdfDevStatePnpStarted);
	assert_int_equal(stack_open(), STATUS_SUCCESS);
}

static void test_query_remove__all_agree__nobody_is_asked_twice(void **state)
{
	(void)state;
	stack_up(ALL);
	assert_int_equal(uwdf_device_query_remove(stack.device, &stack.rep), 0);
	stack_log_clear();
	stack_remove();
	expect_nothing();
	expect_down(WHOLE_WORDS);
	assert_log(expected);
}

static void test_unload__one_of_the_stack__its_device_goes_first(void **state)
{
	(void)state;
	stack_up(AT(FN) | AT(UP));
	assert_int_equal(uwdf_host_unload(stack.drivers[UP]), 0);
	expect_nothing();
	expect("up", "QueryRemove");
	expect("fn", "QueryRemove");
	expect("up", WHOLE_WORDS);
	expect("fn", WHOLE_WORDS);
	expect("up", "Unload");
	assert_log(expected);
	stack.drivers[UP] = NULL;
}

static void test_holds__of_every_driver__the_device(void **state)
{
	struct uwdf_hold hold;

	(void)state;
	stack_up(ALL);
	for (enum place i = 0; i < PLACES; i++) {
		assert_int_equal(uwdf_driver_holds(stack.drivers[i], &hold, 1), 1);
		assert_int_equal(hold.kind, UWDF_HOLD_DEVICE);
		assert_string_equal(hold.what, "stacked_function");
	}
}

/* --- failure of each callback at each place --- */

/* What undoes a level's start when @word failed: pnp-states A10. */
static const struct failing {
	const char *word, *before, *after;
} failing[] = {
	{ "PrepareHardware", "", "ReleaseHardware" },
	{ "D0Entry", "PrepareHardware ", "ReleaseHardware" },
	{ "D0EntryPost", "PrepareHardware D0Entry ", "D0Exit ReleaseHardware" },
	{ "SmioInit", "PrepareHardware D0Entry D0EntryPost ",
	  "D0ExitPre D0Exit ReleaseHardware SmioFlush" },
};

static void expect_failed_start(enum place at, const struct failing *row)
{
	static const char *const names[] = { "low", "fn", "up", "top" };
	char words[256];

	expect_nothing();
	expect_up("DeviceAdd");
	for (enum place i = 0; i < at; i++)
		expect(names[i], UP_WORDS);
	(void)snprintf(words, sizeof(words), "%s%s %s", row->before, row->word, row->after);
	expect(names[at], words);
	for (enum place i = PLACES - 1; i > at; i--) /* never started */
		expect(names[i], "DeviceCleanup");
	if (!strcmp(row->word, "SmioInit"))
		expect(names[at], "SmioCleanup");
	expect(names[at], "DeviceCleanup");
	for (enum place i = at; i--;)
		expect(names[i], WHOLE_WORDS);
}

static void test_start__a_callback_fails__those_below_are_taken_down(void **state)
{
	static const char *const files[] = { "stacked_low", "stacked_function", "stacked_up",
					     "stacked_top" };

	(void)state;
	for (enum place at = 0; at < PLACES; at++)
		for (size_t i = 0; i < UW_ARRAY_SIZE(failing); i++) {
			stack_log_clear();
			stack.scripts[at].fail = failing[i].word;
			assert_int_equal(stack_start(ALL), -ECANCELED);
			stack.scripts[at].fail = NULL;
			expect_failed_start(at, &failing[i]);
			assert_log(expected);
			assert_non_null(strstr(stack.rep.text, files[at]));
		}
}

/* --- EvtDriverDeviceAdd --- */

static void test_add__a_filter_fails__left_out(void **state)
{
	struct uwdf_device_info info;

	(void)state;
	stack.scripts[UP].fail = "DeviceAdd";
	assert_int_equal(stack_start(ALL), 0);
	expect_nothing();
	expect("low", "DeviceAdd");
	expect("fn", "DeviceAdd");
	expect("up", "DeviceAdd DeviceCleanup");
	expect("top", "DeviceAdd");
	expect("low", UP_WORDS);
	expect("fn", UP_WORDS);
	expect("top", UP_WORDS);
	assert_log(expected);
	uwdf_device_info(stack.device, &info);
	assert_int_equal(info.stack_count, 4);
	assert_string_equal(info.stack[1].driver, "stacked_up");
	assert_true(info.stack[1].left_out);
	assert_false(info.stack[0].left_out);
}

static void test_add__a_filter_makes_no_device__left_out(void **state)
{
	(void)state;
	stack.scripts[LOW].no_device = TRUE;
	assert_int_equal(stack_start(ALL), 0);
	assert_null(stack_device(LOW));
	assert_non_null(stack_device(FN));
}

static void test_add__no_filter_fails__so_does_the_start(void **state)
{
	(void)state;
	stack.scripts[UP].filter = FALSE;
	stack.scripts[UP].fail = "DeviceAdd";
	assert_int_equal(stack_start(ALL), -ECANCELED);
	assert_non_null(strstr(stack.rep.text, "stacked_up"));
	expect_nothing();
	expect("low", "DeviceAdd");
	expect("fn", "DeviceAdd");
	expect("up", "DeviceAdd");
	expect("up", "DeviceCleanup");
	expect("fn", "DeviceCleanup");
	expect("low", "DeviceCleanup");
	assert_log(expected);
}

static void test_add__function_driver_fails__so_does_the_start(void **state)
{
	(void)state;
	stack.scripts[FN].fail = "DeviceAdd";
	assert_int_equal(stack_start(ALL), -ECANCELED);
	assert_log("low.DeviceAdd fn.DeviceAdd fn.DeviceCleanup low.DeviceCleanup");
}

static void test_add__bus_filter__refused(void **state)
{
	(void)state;
	stack.scripts[LOW].device_type = FILE_DEVICE_BUS_EXTENDER;
	assert_int_equal(stack_start(ALL), -ENOTSUP);
	assert_non_null(strstr(stack.rep.text, "bus filter"));
}

static void test_add__upper_filter_of_a_bus__welcome(void **state)
{
	(void)state;
	stack.scripts[FN].device_type = FILE_DEVICE_BUS_EXTENDER;
	assert_int_equal(stack_start(AT(FN) | AT(UP)), 0);
	assert_int_equal(stack_device(UP)->config.device_type, FILE_DEVICE_BUS_EXTENDER);
}

/* --- what is shown --- */

static void test_info__stack__from_the_top(void **state)
{
	static const char *const drivers[] = { "stacked_top", "stacked_up", "stacked_function",
					       "stacked_low" };
	static const char *const positions[] = { "upper filter", "upper filter", "function",
						 "lower filter" };
	struct uwdf_device_info info;

	(void)state;
	stack_up(ALL);
	uwdf_device_info(stack.device, &info);
	assert_string_equal(info.driver, "stacked_function");
	assert_int_equal(info.stack_count, 4);
	for (unsigned int i = 0; i < 4; i++) {
		assert_string_equal(info.stack[i].driver, drivers[i]);
		assert_string_equal(info.stack[i].position, positions[i]);
	}
}

static void test_info__interfaces_of_two_drivers__both_once(void **state)
{
	static const GUID one = { 1, 2, 3, { 4 } }, two = { 2, 2, 3, { 4 } };
	struct uwdf_device_info info;

	(void)state;
	stack.scripts[FN].interface = &one;
	stack.scripts[UP].interface = &two;
	stack.scripts[TOP].interface = &one;
	stack_up(ALL);
	uwdf_device_info(stack.device, &info);
	assert_int_equal(info.interface_count, 2);
	assert_int_equal(info.interfaces[0].a, 1);
	assert_int_equal(info.interfaces[1].a, 2);
}

static void test_start__too_many_filters__says_so(void **state)
{
	struct uwdf_driver *uppers[UWDF_STACK_MAX + 1] = { NULL };
	struct uwdf_device_params params = { .address = "model:edu", .uppers = uppers };

	(void)state;
	stack_up(AT(FN) | AT(UP));
	for (unsigned int i = 0; i < UWDF_STACK_MAX; i++)
		uppers[i] = stack.drivers[UP];
	stack_remove();
	assert_int_equal(uwdf_device_start(stack.drivers[FN], &params, &stack.rep, &stack.device),
			 -E2BIG);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, stack_setup, stack_teardown)
	const struct CMUnitTest tests[] = {
		T(test_start__four_drivers__from_the_lowest_on),
		T(test_start__requirements__asked_down_and_up_and_taken_away_again),
		T(test_start__requirements_fail_in_the_middle__own_ones_hold),
		T(test_start__removed_from_one_list_alone__fails),
		T(test_start__added_not_removed__nobody_has_begun),
		T(test_remove__nothing_open__each_is_gone_before_the_next),
		T(test_remove__a_file_open__all_stop_before_one_goes),
		T(test_remove__function_gone__surprise_to_each_first),
		T(test_query_remove__a_lower_one_refuses__those_above_go_on),
		T(test_query_remove__all_agree__nobody_is_asked_twice),
		T(test_unload__one_of_the_stack__its_device_goes_first),
		T(test_holds__of_every_driver__the_device),
		T(test_start__a_callback_fails__those_below_are_taken_down),
		T(test_add__a_filter_fails__left_out),
		T(test_add__a_filter_makes_no_device__left_out),
		T(test_add__no_filter_fails__so_does_the_start),
		T(test_add__function_driver_fails__so_does_the_start),
		T(test_add__bus_filter__refused),
		T(test_add__upper_filter_of_a_bus__welcome),
		T(test_info__stack__from_the_top),
		T(test_info__interfaces_of_two_drivers__both_once),
		T(test_start__too_many_filters__says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
