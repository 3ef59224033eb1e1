/* SPDX-License-Identifier: MIT */
/* uwdf run --upper, --lower: a filter of its own beside a driver that does not know of it. */
#include "uw_test.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "counting.h"
#include "program_host.h"
#include "uwdf/client.h"
#include "uwdf_edu.h"

static void expect(const struct program *p, const char *text)
{
	if (!strstr(p->output, text))
		fail_msg("'%s' lacks '%s'", p->output, text);
}

#define START(...)                                                                                 \
	start((const char *const[]){ "uwdf", "run", "edu", "--device", "model:edu", __VA_ARGS__,   \
				     NULL })
static void start(const char *const *argv)
{
	program_start(&host, argv);
	program_await(&host, "is ready");
}

static void stop(void)
{
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "stop", "edu"), 0);
	assert_int_equal(program_end(&host, 60), 0);
}

static uint32_t ask(uwdf_handle *handle, uint32_t code, uint32_t in)
{
	uint32_t out = 0;
	int32_t status = -1;
	size_t done = 0;

	assert_int_equal(uwdf_control(handle, code, &in, sizeof(in), &out, sizeof(out), 5000,
				      &status, &done),
			 0);
	assert_int_equal(status, 0);
	assert_int_equal(done, sizeof(out));
	return out;
}

static uwdf_handle *open_edu(void)
{
	struct uwdf_error error;
	uwdf_handle *handle = NULL;

	if (uwdf_open("edu", &error, &handle))
		fail_msg("%s", error.text);
	return handle;
}

static void test_upper__requests__counted_and_passed_on(void **state)
{
	uwdf_handle *handle;
	(void)state;
	START("--upper", "counting");
	handle = open_edu();
	assert_int_equal(ask(handle, IOCTL_EDU_FACTORIAL, 5), 120);
	assert_int_equal(ask(handle, IOCTL_EDU_FACTORIAL, 4), 24);
	assert_int_equal(ask(handle, COUNTING_ASK, 0), 2);
	uwdf_close(handle);
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "devices"), 0);
	expect(&tool, "stack: counting (upper filter), edu (function)");
	stop();
}

static void test_lower__nothing_comes_by__function_driver_answers(void **state)
{
	uwdf_handle *handle;
	(void)state;
	START("--lower", "counting");
	handle = open_edu();
	assert_int_equal(ask(handle, IOCTL_EDU_FACTORIAL, 5), 120);
	uwdf_close(handle);
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "devices", "--json"), 0);
	expect(&tool, "\"position\": \"lower filter\"");
	stop();
}

static void test_upper__device_add_fails__left_out_with_a_message(void **state)
{
	uwdf_handle *handle;
	(void)state;
	START("--upper", "counting_fails");
	expect(&host, "filter counting_fails is left out of model:edu: its EvtDriverDeviceAdd "
		      "failed with STATUS_INSUFFICIENT_RESOURCES");
	handle = open_edu();
	assert_int_equal(ask(handle, IOCTL_EDU_FACTORIAL, 5), 120);
	uwdf_close(handle);
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "devices"), 0);
	expect(&tool, "counting_fails (upper filter, left out)");
	stop();
}

static void test_lower__bus_filter__refused(void **state)
{
	(void)state;
	assert_int_not_equal(PROGRAM_RUN(&tool, "uwdf", "run", "edu", "--device", "model:edu",
					 "--lower", "counting_bus"),
			     0);
	expect(&tool, "counting_bus on model:edu is a bus filter, which KMDF does not have");
}

static void test_why__open_handle__every_driver_of_the_stack(void **state)
{
	uwdf_handle *handle;
	(void)state;
	START("--upper", "counting");
	handle = open_edu();
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "unload", "edu", "--why"), 0);
	expect(&tool, "edu: driver edu with filters counting, pid ");
	expect(&tool, "device        edu: pnp, started, of edu");
	expect(&tool, "device        edu: pnp, started, of counting");
	uwdf_close(handle);
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "unload", "edu"), 0);
	assert_int_equal(program_end(&host, 60), 0);
}

static void test_filters__misused__says_how(void **state)
{
	(void)state;
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "run", "nonpnp", "--upper", "counting"), 2);
	expect(&tool, "--upper and --lower without --device");
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "run", "edu", "--device", "model:edu",
				     "--upper", "nonpnp"),
			 2);
	expect(&tool, "driver nonpnp is not Plug and Play and filters nothing");
	assert_int_not_equal(PROGRAM_RUN(&tool, "uwdf", "run", "edu", "--device", "model:edu",
					 "--lower", "no-such-filter"),
			     0);
	expect(&tool, "no-such-filter");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, make_run_dir, remove_run_dir)
	const struct CMUnitTest tests[] = {
		T(test_upper__requests__counted_and_passed_on),
		T(test_lower__nothing_comes_by__function_driver_answers),
		T(test_upper__device_add_fails__left_out_with_a_message),
		T(test_lower__bus_filter__refused),
		T(test_why__open_handle__every_driver_of_the_stack),
		T(test_filters__misused__says_how),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
