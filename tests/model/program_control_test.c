/* SPDX-License-Identifier: MIT */
/* uwdf run, devices and unload for drivers with control devices: legacy and hybrid. */
#include "uw_test.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hybrid.h"
#include "jtext.h"
#include "program_host.h"
#include "uwdf/client.h"
#include "uwdf_nonpnp.h"

#define TIMEOUT_MS 60000

static void expect(const struct program *p, const char *text)
{
	if (!strstr(p->output, text))
		fail_msg("'%s' lacks '%s'", p->output, text);
}

static uwdf_handle *open_device(const char *name)
{
	struct uwdf_error error;
	uwdf_handle *handle = NULL;

	if (uwdf_open(name, &error, &handle))
		fail_msg("%s", error.text);
	return handle;
}

static int32_t ask(uwdf_handle *handle, uint32_t code)
{
	int32_t status = -1;
	size_t done;

	assert_int_equal(uwdf_control(handle, code, NULL, 0, NULL, 0, TIMEOUT_MS, &status, &done),
			 0);
	return status;
}

static void start_legacy(const char *driver)
{
	const char *argv[] = { "uwdf", "run", driver, NULL };

	program_start(&host, argv);
	program_await(&host, "is ready");
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

/* --- legacy --- */

static void test_run__non_pnp_driver__needs_no_device(void **state)
{
	char out[8] = "";
	uwdf_handle *handle;
	int32_t status;
	size_t done;
	(void)state;
	start_legacy("nonpnp");
	expect(&host, "Nonpnp is ready: driver nonpnp, control device");
	handle = open_device(NONPNP_NAME);
	assert_int_equal(uwdf_control(handle, IOCTL_NONPNP_BUFFERED, "hello", 5, out, sizeof(out),
				      TIMEOUT_MS, &status, &done),
			 0);
	assert_int_equal(status, 0);
	assert_string_equal(out, "HELLO");
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "devices"), 0);
	expect(&tool, "Nonpnp       -                  nonpnp     started");
	uwdf_close(handle);
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "unload", NONPNP_NAME), 0);
	assert_int_equal(program_end(&host, 60), 0);
	assert_true(await_socket(NONPNP_NAME, false));
}

static void test_nonpnp_try__each_method_does_what_it_says(void **state)
{
	(void)state;
	start_legacy("nonpnp");
	assert_int_equal(PROGRAM_RUN(&tool, "nonpnp-try", "Hello, Driver"), 0);
	assert_string_equal(tool.output, "in capitals: HELLO, DRIVER\nin capitals: HELLO, "
					 "DRIVER\nthe handle remembered: Hello, Driver\n");
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "stop", NONPNP_NAME), 0);
	assert_int_equal(program_end(&host, 60), 0);
}

/* The driver's answer to one control code. */
static int32_t answer_of(uwdf_handle *handle, uint32_t code, size_t in_len, size_t out_len)
{
	static char in[NONPNP_TEXT_BYTES + 1], out[NONPNP_TEXT_BYTES + 1];
	int32_t status = -1;
	size_t done;

	assert_int_equal(
		uwdf_control(handle, code, in, in_len, out, out_len, TIMEOUT_MS, &status, &done),
		0);
	return status;
}

static void test_echo_try__each_synchronization__does_what_it_says(void **state)
{
	static const char *const drivers[] = { "echo", "echo-manual" };
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		start_host(drivers[i], "model:edu");
		assert_int_equal(PROGRAM_RUN(&tool, "echo-try", "Hello, Driver", drivers[i]), 0);
		assert_string_equal(tool.output, "the driver echoes: Hello, Driver\n"
						 "cancelled: c0000120, c0000120\n"
						 "the driver echoes: Hello, Driver\n");
		assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "stop", drivers[i]), 0);
		assert_int_equal(program_end(&host, 60), 0);
	}
}

static void test_nonpnp__wrong_lengths_and_codes__refused(void **state)
{
	uwdf_handle *handle, *other;
	(void)state;
	start_legacy("nonpnp");
	handle = open_device(NONPNP_NAME);
	other = open_device(NONPNP_NAME);
	assert_true(answer_of(handle, IOCTL_NONPNP_BUFFERED, 0, 8) < 0);
	assert_true(answer_of(handle, IOCTL_NONPNP_BUFFERED, 8, 7) < 0);
	assert_true(answer_of(handle, IOCTL_NONPNP_NEITHER, 0, 8) < 0);
	assert_true(answer_of(handle, IOCTL_NONPNP_NEITHER, 8, 7) < 0);
	assert_int_equal(answer_of(handle, IOCTL_NONPNP_NEITHER, 8, 8), 0);
	assert_true(answer_of(handle, IOCTL_NONPNP_OUT_DIRECT, 0, 8) < 0); /* nothing there yet */
	assert_true(answer_of(handle, IOCTL_NONPNP_IN_DIRECT, 0, 0) < 0);
	assert_true(answer_of(handle, IOCTL_NONPNP_IN_DIRECT, 0, NONPNP_TEXT_BYTES + 1) < 0);
	assert_int_equal(answer_of(handle, IOCTL_NONPNP_IN_DIRECT, 0, NONPNP_TEXT_BYTES), 0);
	assert_true(answer_of(handle, IOCTL_NONPNP_OUT_DIRECT, 0, NONPNP_TEXT_BYTES - 1) < 0);
	assert_int_equal(answer_of(handle, IOCTL_NONPNP_OUT_DIRECT, 0, NONPNP_TEXT_BYTES), 0);
	assert_true(answer_of(other, IOCTL_NONPNP_OUT_DIRECT, 0, 8) < 0); /* it has its own */
	assert_true(answer_of(handle, NONPNP_CODE(9, 0u), 0, 0) < 0);
	uwdf_close(other);
	uwdf_close(handle);
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "stop", NONPNP_NAME), 0);
	assert_int_equal(program_end(&host, 60), 0);
}

static void test_run__name__is_the_control_device_s(void **state)
{
	const char *argv[] = { "uwdf", "run", "nonpnp", "--name", "other", "--json", NULL };
	(void)state;
	program_start(&host, argv);
	program_await(&host, "\"name\":\"other\"");
	expect(&host, "\"address\":\"-\"");
	uwdf_close(open_device("other"));
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "stop", "other"), 0);
	assert_int_equal(program_end(&host, 60), 0);
}

static void test_run__signal__shutdown_is_told(void **state)
{
	(void)state;
	setenv("UWDF_LOG", "debug", 1); /* what drivers print */
	start_legacy("nonpnp");
	unsetenv("UWDF_LOG");
	assert_int_equal(kill(host.pid, SIGTERM), 0);
	assert_int_equal(program_end(&host, 60), 0);
	expect(&host, "the system shuts down");
}

static void test_unload__open_handle__refused_and_named(void **state)
{
	char pid[32];
	uwdf_handle *handle;
	(void)state;
	start_legacy("nonpnp");
	handle = open_device(NONPNP_NAME);
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "unload", NONPNP_NAME), 1);
	(void)snprintf(pid, sizeof(pid), "pid %d", getpid());
	expect(&tool, pid);
	expect(&tool, "device        Nonpnp: control, legacy");
	uwdf_close(handle);
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "unload", NONPNP_NAME), 0);
	assert_int_equal(program_end(&host, 60), 0);
}

static void test_run__last_control_device_deleted__host_ends(void **state)
{
	uwdf_handle *handle;
	(void)state;
	start_legacy("legacy");
	handle = open_device("Sidedoor");
	assert_int_equal(ask(handle, HYBRID_DELETE_S), 0);
	assert_int_equal(ask(handle, HYBRID_ANSWER), 0); /* its handle keeps it */
	uwdf_close(handle);
	assert_int_equal(program_end(&host, 60), 4);
	expect(&host, "the driver deleted its last control device");
}

/* --- errors --- */

static void test_run__wrong_kind__says_what_to_do(void **state)
{
	(void)state;
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "run", "nonpnp", "--device", "model:edu"), 2);
	expect(&tool, "--device model:edu with driver nonpnp, which is not Plug and Play");
	expect(&tool, "uwdf run nonpnp    # without --device");
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "run", "edu"), 2);
	expect(&tool, "--device is missing");
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "run", "nonpnp", "--qemu-arg", "-x"), 2);
	expect(&tool, "--qemu-arg");
}

/* --- hybrid --- */

/* That a handle was closed is heard by its own device's socket, which another one's does not wait
 * for. */
static void await_unload(const char *name)
{
	for (unsigned int i = 0; i < 1000 && PROGRAM_RUN(&tool, "uwdf", "unload", name); i++)
		usleep(10000);
	expect(&tool, "unloaded");
}

static void test_hybrid__both_devices_are_served(void **state)
{
	uwdf_handle *door, *device;
	(void)state;
	start_host("hybrid", "model:edu");
	program_await(&host, "Sidedoor is ready");
	device = open_device("hybrid");
	door = open_device("Sidedoor");
	assert_int_equal(ask(device, HYBRID_ANSWER), 0);
	assert_int_equal(ask(door, HYBRID_ANSWER), 0);
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "devices"), 0);
	expect(&tool, "hybrid       model:edu");
	expect(&tool, "Sidedoor     - ");
	uwdf_close(device);
	/* whoever has one of them open keeps all, and is named by each */
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "unload", "hybrid"), 1);
	expect(&tool, "  open handle   Sidedoor: pid ");
	expect(&tool, "  device        hybrid: pnp, started\n");
	expect(&tool, "  device        Sidedoor: control, hybrid\n");
	uwdf_close(door);
	await_unload("hybrid");
	assert_int_equal(program_end(&host, 60), 0);
}

static void test_hybrid__stop_by_the_other_name__host_ends(void **state)
{
	(void)state;
	start_host("hybrid", "model:edu");
	program_await(&host, "Sidedoor is ready");
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "stop", "Sidedoor"), 0);
	assert_int_equal(program_end(&host, 60), 0);
}

static void test_hybrid__made_and_deleted_while_it_runs__socket_follows(void **state)
{
	uwdf_handle *device, *extra;
	(void)state;
	start_host("hybrid", "model:edu");
	device = open_device("hybrid");
	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(ask(device, HYBRID_MAKE), 0);
		assert_true(await_socket("Extra", true));
		extra = open_device("Extra");
		assert_int_equal(ask(extra, HYBRID_ANSWER), 0);
		uwdf_close(extra);
		assert_int_equal(ask(device, HYBRID_DELETE), 0);
		assert_true(await_socket("Extra", false));
	}
	uwdf_close(device);
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "stop", "hybrid"), 0);
	assert_int_equal(program_end(&host, 60), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_run_dir, remove_run_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_run__non_pnp_driver__needs_no_device),
		TEST(test_nonpnp_try__each_method_does_what_it_says),
		TEST(test_echo_try__each_synchronization__does_what_it_says),
		TEST(test_nonpnp__wrong_lengths_and_codes__refused),
		TEST(test_run__name__is_the_control_device_s),
		TEST(test_run__signal__shutdown_is_told),
		TEST(test_unload__open_handle__refused_and_named),
		TEST(test_run__last_control_device_deleted__host_ends),
		TEST(test_run__wrong_kind__says_what_to_do),
		TEST(test_hybrid__both_devices_are_served),
		TEST(test_hybrid__stop_by_the_other_name__host_ends),
		TEST(test_hybrid__made_and_deleted_while_it_runs__socket_follows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
