/* SPDX-License-Identifier: MIT */
/* uwdf run and devices for a bus driver: its children have sockets of their own. */
#include "uw_test.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bus.h"
#include "program_host.h"
#include "uwdf/client.h"

#define TIMEOUT_MS 60000

static uwdf_handle *open_device(const char *name)
{
	struct uwdf_error error;
	uwdf_handle *handle = NULL;

	if (uwdf_open(name, &error, &handle))
		fail_msg("%s", error.text);
	return handle;
}

static int32_t ask(uwdf_handle *handle, uint32_t code, char *out, size_t len)
{
	int32_t status = -1;
	size_t done;

	assert_int_equal(uwdf_control(handle, code, NULL, 0, out, len, TIMEOUT_MS, &status, &done),
			 0);
	return status;
}

static void says(const char *name, const char *who)
{
	uwdf_handle *handle = open_device(name);
	char out[16] = "";

	assert_int_equal(ask(handle, BUS_WHO, out, sizeof(out)), 0);
	assert_string_equal(out, who);
	uwdf_close(handle);
}

/* The main thread notices what the driver did soon after. */
static bool await_socket(const char *name, bool there)
{
	char path[128];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s.sock", run_dir, name);
	for (unsigned int i = 0; i < 6000; i++) {
		if (!stat(path, &st) == there)
			return true;
		usleep(10000);
	}
	return false;
}

static void stop(void)
{
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "stop", "bus"), 0);
	assert_int_equal(program_end(&host, 60), 0);
	assert_true(await_socket("Plain", false));
}

static void test_children__are_opened_by_their_names(void **state)
{
	(void)state;
	start_host("bus", "model:edu");
	assert_true(await_socket("Plain", true));
	assert_true(await_socket("Forward", true));
	says("Plain", "plain");
	says("Forward", "bus");
	stop();
}

static void test_devices__lists_children_and_why_one_is_not_started(void **state)
{
	(void)state;
	start_host("bus", "model:edu");
	assert_true(await_socket("Forward", true));
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "devices"), 0);
	assert_non_null(strstr(tool.output, "  child: Plain (UWDF_BusChild): started\n"));
	assert_non_null(strstr(tool.output, "  child: Forward (UWDF_BusChild): started\n"));
	assert_non_null(
		strstr(tool.output, "  child: bus-UWDF_BusChild-2 (UWDF_BusChild): no driver\n"));
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "devices", "--json"), 0);
	assert_non_null(strstr(tool.output, "\"children\""));
	stop();
}

static void test_plug_and_unplug__socket_comes_and_goes_with_its_clients(void **state)
{
	uwdf_handle *bus, *child;
	char out[16];

	(void)state;
	start_host("bus", "model:edu");
	bus = open_device("bus");
	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(ask(bus, BUS_PLUG, NULL, 0), 0);
		assert_true(await_socket("Extra", true));
		says("Extra", "plain");
		child = open_device("Extra");
		assert_int_equal(ask(bus, BUS_UNPLUG, NULL, 0), 0);
		assert_true(await_socket("Extra", false));
		(void)uwdf_control(child, BUS_WHO, NULL, 0, out, sizeof(out), TIMEOUT_MS,
				   &(int32_t){ 0 }, &(size_t){ 0 });
		uwdf_close(child);
	}
	uwdf_close(bus);
	stop();
}

#define T(test) cmocka_unit_test_setup_teardown(test, make_run_dir, remove_run_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_children__are_opened_by_their_names),
		T(test_devices__lists_children_and_why_one_is_not_started),
		T(test_plug_and_unplug__socket_comes_and_goes_with_its_clients),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
