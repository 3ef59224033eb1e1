/* SPDX-License-Identifier: MIT */
/* Two uwdf run: the driver of one opens the device of the other, which is unloaded, or killed. */
#include "uw_test.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "program_host.h"
#include "relay.h"
#include "uwdf/client.h"
#include "uwdf/status.h"
#include "uwdf_nonpnp.h"

#define TIMEOUT_MS 60000

static struct program relay;

static uwdf_handle *open_relay(void)
{
	struct uwdf_error error;
	uwdf_handle *handle = NULL;

	if (uwdf_open(RELAY_NAME, &error, &handle))
		fail_msg("%s", error.text);
	return handle;
}

static int32_t ask(uwdf_handle *handle, uint32_t code, char *out, size_t out_len)
{
	int32_t status = -1;
	size_t done;

	assert_int_equal(
		uwdf_control(handle, code, "hello", 5, out, out_len, TIMEOUT_MS, &status, &done),
		0);
	return status;
}

static void start_nonpnp(void)
{
	const char *argv[] = { "uwdf", "run", "nonpnp", NULL };

	program_start(&host, argv);
	program_await(&host, "is ready");
}

static void start_relay(void)
{
	const char *argv[] = { "uwdf", "run", "relay", NULL };

	program_start(&relay, argv);
	program_await(&relay, "is ready");
}

static void expect_relayed(uwdf_handle *handle)
{
	char out[8] = "";

	assert_int_equal(ask(handle, IOCTL_NONPNP_BUFFERED, out, sizeof(out)), 0);
	assert_string_equal(out, "HELLO");
}

static void end_relay(uwdf_handle *handle)
{
	uwdf_close(handle);
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "stop", RELAY_NAME), 0);
	assert_int_equal(program_end(&relay, 60), 0);
}

static void test_relay__other_host__asked_and_closed_before_it_goes(void **state)
{
	uwdf_handle *handle;
	(void)state;
	start_relay();
	handle = open_relay();
	assert_int_equal(ask(handle, RELAY_OPEN, NULL, 0), UWDF_STATUS_OBJECT_NAME_NOT_FOUND);
	start_nonpnp();
	assert_int_equal(ask(handle, RELAY_OPEN, NULL, 0), 0);
	expect_relayed(handle);
	assert_int_equal(ask(handle, RELAY_CLOSE, NULL, 0), 0);
	assert_int_equal(ask(handle, RELAY_OPEN, NULL, 0), 0);
	expect_relayed(handle);
	/* the relay's driver has no callback: its target closes, which is the consent */
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "unload", NONPNP_NAME), 0);
	assert_int_equal(program_end(&host, 60), 0);
	assert_true(ask(handle, IOCTL_NONPNP_BUFFERED, NULL, 0) < 0);
	end_relay(handle);
}

static void test_relay__other_host_is_killed__requests_fail_and_it_goes_on(void **state)
{
	uwdf_handle *handle;
	char out[8];
	(void)state;
	start_nonpnp();
	start_relay();
	handle = open_relay();
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(ask(handle, RELAY_OPEN, NULL, 0), 0);
		expect_relayed(handle);
		assert_int_equal(kill(host.pid, SIGKILL), 0);
		assert_int_equal(program_end(&host, 60), 128 + SIGKILL);
		assert_true(ask(handle, IOCTL_NONPNP_BUFFERED, out, sizeof(out)) < 0);
		assert_int_equal(ask(handle, RELAY_CLOSE, NULL, 0), 0);
		if (!i)
			start_nonpnp();
	}
	end_relay(handle);
}

static void test_relay__ends_with_the_other_open__the_other_goes_on(void **state)
{
	uwdf_handle *handle;
	(void)state;
	start_nonpnp();
	start_relay();
	handle = open_relay();
	assert_int_equal(ask(handle, RELAY_OPEN, NULL, 0), 0);
	end_relay(handle);
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "unload", NONPNP_NAME), 0);
	assert_int_equal(program_end(&host, 60), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_run_dir, remove_run_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_relay__other_host__asked_and_closed_before_it_goes),
		TEST(test_relay__other_host_is_killed__requests_fail_and_it_goes_on),
		TEST(test_relay__ends_with_the_other_open__the_other_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
