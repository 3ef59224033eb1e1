/* SPDX-License-Identifier: MIT */
/* The uwdf program from end to end: hosts on QEMU's devices, their clients, and what goes wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uwdf_nic.h>

#include "jtext.h"
#include "program_host.h"
#include "uwdf/client.h"
#include "uwdf/status.h"

#define SOON_MS   60000
#define BIN(name) (UWDF_TEST_BIN "/" name)

static void stop_host(const char *name)
{
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "stop", name), 0);
	assert_int_equal(program_end(&host, 60), 0);
}

static bool has(const char *text)
{
	if (strstr(tool.output, text))
		return true;
	print_message("'%s' lacks '%s'\n", tool.output, text);
	return false;
}

static uwdf_handle *open_device(const char *what)
{
	struct uwdf_error error = { .text = "" };
	uwdf_handle *h;

	if (uwdf_open(what, &error, &h))
		fail_msg("%s", error.text);
	return h;
}

static void ask_address(uwdf_handle *h, uint8_t address[6])
{
	uint32_t oid = NIC_OID_802_3_CURRENT_ADDRESS;
	int32_t status;
	size_t done;

	assert_int_equal(uwdf_control(h, IOCTL_NIC_QUERY_OID, &oid, sizeof(oid), address, 6,
				      SOON_MS, &status, &done),
			 0);
	assert_int_equal(status, UWDF_STATUS_SUCCESS);
	assert_int_equal(done, 6);
}

/* --- a life --- */

static void test_run_open_ask_stop(void **state)
{
	static const uint8_t qemu_address[6] = { 0x52, 0x54, 0x00, 0x12, 0x34, 0x56 };
	uint8_t address[6];
	uwdf_handle *h;

	(void)state;
	start_host("e1000", "qemu:e1000");
	h = open_device("e1000");
	ask_address(h, address);
	assert_memory_equal(address, qemu_address, 6);
	uwdf_close(h);
	h = open_device(NIC_INTERFACE_GUID_TEXT);
	assert_string_equal(uwdf_handle_name(h), "e1000");
	uwdf_close(h);
	stop_host("e1000");
	assert_int_equal(rmdir(run_dir), 0); /* the socket is gone, too */
	assert_int_equal(make_run_dir(state), 0);
}

static void test_devices__json_read_back(void **state)
{
	const struct jtext *entry, *device;
	struct jtext *hosts;

	(void)state;
	start_host("e1000", "qemu:e1000");
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "devices", "--json"), 0);
	hosts = jtext_parse(tool.output);
	assert_int_equal(jtext_count(hosts), 1);
	entry = jtext_item(hosts, 0);
	assert_string_equal(jtext_text(entry, "name"), "e1000");
	assert_int_equal(jtext_number(entry, "pid"), host.pid);
	device = jtext_item(jtext_member(entry, "devices"), 0);
	assert_string_equal(jtext_text(device, "address"), "qemu:e1000");
	assert_int_equal(jtext_number(device, "vendor"), 0x8086);
	assert_int_equal(jtext_number(device, "device"), 0x100e);
	assert_int_equal(jtext_number(device, "device_type"), 0x12 /* FILE_DEVICE_NETWORK */);
	assert_string_equal(jtext_text(jtext_member(device, "interrupts"), "kind"), "INTx");
	assert_string_equal(jtext_text(device, "state"), "started");
	jtext_free(hosts);
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "devices"), 0);
	assert_true(has("e1000") && has("INTx") && has("started"));
	stop_host("e1000");
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "devices"), 0);
	assert_true(has("no device is running"));
}

static void test_two_hosts__same_driver__two_names(void **state)
{
	const char *argv[] = { "uwdf", "run", "edu", "--device", "qemu:edu", NULL };
	static struct program second;

	(void)state;
	start_host("edu", "qemu:edu");
	program_start(&second, argv);
	program_await(&second, "edu-2 is ready");
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "stop", "edu-2", "--json"), 0);
	assert_true(has("\"stopped\": true"));
	assert_int_equal(program_end(&second, 60), 0);
	stop_host("edu");
}

static void test_sigterm__ends_in_good_order(void **state)
{
	(void)state;
	start_host("edu", "qemu:edu");
	kill(host.pid, SIGTERM);
	assert_int_equal(program_end(&host, 60), 0);
}

/* As a terminal's foreground job: Ctrl-C is a signal to the group. */
static void lead_group(void)
{
	setpgid(0, 0);
}

static void test_ctrl_c__reaches_no_qemu__ends_in_good_order(void **state)
{
	const char *argv[] = { "uwdf", "run", "edu", "--device", "qemu:edu", NULL };

	(void)state;
	program_start_with(&host, argv, lead_group);
	program_await(&host, "is ready");
	kill(-host.pid, SIGINT);
	assert_int_equal(program_end(&host, 60), 0);
	assert_null(strstr(host.output, "gone"));
	assert_null(strstr(host.output, "error"));
}

static void refuse_io_uring(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	if (!filter ||
	    seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(io_uring_setup), 0) ||
	    seccomp_load(filter))
		_exit(126);
	seccomp_release(filter);
}

/* Three loops, of the device and of its server; one process, one notice. */
static void test_io_uring_refused__works__said_once(void **state)
{
	const char *argv[] = { "uwdf", "run", "e1000", "--device", "model:e1000", NULL };
	const char *notice;
	uint8_t address[6];
	uwdf_handle *h;

	(void)state;
	program_start_with(&host, argv, refuse_io_uring);
	program_await(&host, "is ready");
	h = open_device("e1000");
	ask_address(h, address);
	uwdf_close(h);
	stop_host("e1000");
	notice = strstr(host.output, "io_uring is refused");
	assert_non_null(notice);
	assert_null(strstr(notice + 1, "io_uring is refused"));
}

/* On a host of its own, with a read that no frame will end. */
static uwdf_handle *open_and_read(void)
{
	static char frame[1514];
	static struct uwdf_op op;
	uwdf_handle *h;

	op = (struct uwdf_op){ .kind = UWDF_READ, .out = frame, .out_len = sizeof(frame) };
	start_host("e1000", "qemu:e1000");
	h = open_device("e1000");
	assert_int_equal(uwdf_submit(h, &op), 0);
	return h;
}

static void expect_read_ends(uwdf_handle *h)
{
	struct uwdf_op *got;

	assert_int_equal(uwdf_reap(h, SOON_MS, &got), 1);
	assert_int_equal((uint32_t)got->status, (uint32_t)UWDF_STATUS_DEVICE_REMOVED);
}

static void test_sigint_with_pending_request__client_answered(void **state)
{
	uwdf_handle *h;

	(void)state;
	h = open_and_read();
	kill(host.pid, SIGINT);
	expect_read_ends(h);
	assert_int_equal(program_end(&host, 60), 0);
	uwdf_close(h);
}

static void test_client_vanishes_with_requests__host_goes_on(void **state)
{
	struct uwdf_op ops[20];
	char frame[1514];
	uint8_t address[6];
	uwdf_handle *h;

	(void)state;
	start_host("e1000", "qemu:e1000");
	h = open_device("e1000");
	for (int i = 0; i < 20; i++) {
		ops[i] = (struct uwdf_op){ .kind = UWDF_READ,
					   .out = frame,
					   .out_len = sizeof(frame) };
		assert_int_equal(uwdf_submit(h, &ops[i]), 0);
	}
	uwdf_close(h);
	h = open_device("e1000");
	ask_address(h, address);
	uwdf_close(h);
	stop_host("e1000");
}

/* --- hosts and devices that die --- */

static void test_host_killed__client_notices__runs_again_at_once(void **state)
{
	uwdf_handle *h;

	(void)state;
	h = open_and_read();
	kill(host.pid, SIGKILL);
	expect_read_ends(h);
	assert_int_equal(program_end(&host, 60), 128 + SIGKILL);
	uwdf_close(h);
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "devices"), 0);
	assert_true(has("no device is running"));
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "stop", "e1000"), 3);
	start_host("e1000", "qemu:e1000"); /* by the same name */
	h = open_device("e1000");
	uwdf_close(h);
	stop_host("e1000");
}

/* The child of @parent whose name starts with "qemu". */
static pid_t find_qemu_of(pid_t parent)
{
	struct dirent *entry;
	DIR *dir = opendir("/proc");
	pid_t found = 0;

	while (!found && (entry = readdir(dir))) {
		char path[300], name[64] = "";
		int pid, ppid;
		FILE *file;

		snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
		file = fopen(path, "r");
		if (!file)
			continue;
		if (fscanf(file, "%d (%63[^)]) %*c %d", &pid, name, &ppid) == 3 && ppid == parent &&
		    !strncmp(name, "qemu", 4))
			found = pid;
		fclose(file);
	}
	closedir(dir);
	return found;
}

static void test_qemu_dies__host_ends__client_answered(void **state)
{
	uwdf_handle *h;
	pid_t qemu;

	(void)state;
	h = open_and_read();
	qemu = find_qemu_of(host.pid);
	assert_true(qemu > 0);
	kill(qemu, SIGKILL);
	expect_read_ends(h);
	assert_int_equal(program_end(&host, 60), 4);
	assert_non_null(strstr(host.output, "the device leaves"));
	uwdf_close(h);
}

/* --- what goes wrong at the start: one message, and quickly --- */

struct failure {
	const char *argv[12];
	int code;
	const char *says[3]; /* what, on what, and the way out */
};

static const struct failure failures[] = {
	{ { "uwdf", "run", "edu", "--device", "qemu:nosuchmodel" },
	  3,
	  { "nosuchmodel", "-device help" } },
	{ { "uwdf", "run", "edu", "--device", "qemu:edu,nosuchproperty=1" },
	  3,
	  { "nosuchproperty", "-device edu,help" } },
	{ { "uwdf", "run", "edu", "--device", "model:nosuchmodel" },
	  3,
	  { "nosuchmodel", "model:edu, model:e1000" } },
	{ { "uwdf", "run", "edu", "--device", "qemu:edu", "--ready-fd", "foo" },
	  2,
	  { "--ready-fd foo", "3>FILE" } },
	{ { "uwdf", "run", "edu", "--device", "qemu:edu", "--ready-fd", "2" },
	  2,
	  { "--ready-fd 2" } },
	{ { "uwdf", "run", "edu", "--device", "qemu:edu", "--ready-fd", "777" },
	  2,
	  { "--ready-fd 777" } },
	{ { "uwdf", "run", "edu", "--device", "model:edu", "--qemu-arg", "-nodefaults" },
	  2,
	  { "--qemu-arg", "model:edu", "without --qemu-arg" } },
	{ { "uwdf", "run", "program.file", "--device", "qemu:edu" },
	  3,
	  { "no program.file.so in", "uwdf run ./program.file ..." } },
	{ { "uwdf", "run", "nosuch.so", "--device", "qemu:edu" },
	  3,
	  { "no nosuch.so in", "./path/to/nosuch.so ..." } },
	{ { "uwdf", "run", "edu", "--device", "ffff:fe:1f.7" },
	  3,
	  { "ffff:fe:1f.7", "uwdf list" } },
	{ { "uwdf", "run", "edu", "--device", "garbage" }, 2, { "garbage", "0000:00:03.0" } },
	{ { "uwdf", "run", "nosuchdriver", "--device", "qemu:edu" },
	  3,
	  { "finding driver nosuchdriver", "UWDF_DRIVER_PATH" } },
	{ { "uwdf", "run", "/nonexistent/x.so", "--device", "qemu:edu" },
	  3,
	  { "/nonexistent/x.so" } },
	{ { "uwdf", "run", BIN("libuwdf-client.so.0"), "--device", "qemu:edu" },
	  1,
	  { "libuwdf-client.so.0" } },
	{ { "uwdf", "run", BIN("build.ninja"), "--device", "qemu:edu" }, 1, { "build.ninja" } },
	{ { "uwdf", "run", "faulty_driver_entry", "--device", "qemu:edu" },
	  1,
	  { "running qemu:edu: driver faulty_driver_entry: DriverEntry failed", "UWDF_LOG" } },
	{ { "uwdf", "run", "faulty_device_add", "--device", "qemu:edu" },
	  1,
	  { "driver faulty_device_add on qemu:edu: EvtDriverDeviceAdd failed", "1234:11e8" } },
	{ { "uwdf", "run", "faulty_prepare_hardware", "--device", "qemu:edu" },
	  1,
	  { "driver faulty_prepare_hardware on qemu:edu: EvtDevicePrepareHardware failed",
	    "1234:11e8" } },
	{ { "uwdf", "run", "faulty_d0_entry", "--device", "qemu:edu" },
	  1,
	  { "driver faulty_d0_entry on qemu:edu: EvtDeviceD0Entry failed", "1234:11e8" } },
	{ { "uwdf", "run", "edu", "--device", "qemu:edu", "--name", "a/b" },
	  2,
	  { "a/b", "--name" } },
	{ { "uwdf", "run", "edu", "--device", "qemu:edu", "--qemu-arg", "-nosuchoption" },
	  3,
	  { "-nosuchoption" } },
	{ { "uwdf", "run", "edu" }, 2, { "--device is missing", "uwdf list" } },
	{ { "uwdf", "run", "edu", "--devise", "x" }, 2, { "--devise", "--device" } },
	{ { "uwdf", "rum" }, 2, { "unknown command: rum", "uwdf run" } },
	{ { "uwdf", "stop", "nobody" }, 3, { "nobody", "uwdf devices" } },
	{ { "uwdf", "stop", "no body" }, 2, { "no body", "uwdf devices" } },
	{ { "uwdf", "stop" }, 2, { "missing", "--help" } },
	{ { "uwdf", "run", "edu", "--device", "qemu:" }, 2, { "qemu:e1000" } },
	{ { "uwdf", "bind", "nonsense" }, 2, { "nonsense", "uwdf list" } },
	{ { "uwdf", "list", "ffff:fe:1f.7" }, 3, { "ffff:fe:1f.7" } },
	{ { "uwdf-net", "nobody", "--tap", "t0" }, 3, { "nobody", "uwdf run" } },
	{ { "uwdf-net", "no body", "--tap", "t0" }, 2, { "no body", "uwdf devices" } },
	{ { "uwdf-net", "nobody" }, 2, { "--tap is missing" } },
	{ { "uwdf", "net", "nobody", "--tap", "t0" }, 3, { "uwdf-net: ", "nobody" } },
};

static void test_failures__one_message_each(void **state)
{
	unsigned int wrong = 0;
	FILE *file = fopen("program.file", "w"); /* in the directory the test runs in */

	(void)state;
	assert_non_null(file);
	fclose(file);
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		const struct failure *f = &failures[i];
		int code = program_run(&tool, f->argv);
		bool said = true;

		for (size_t j = 0; j < 3 && f->says[j]; j++)
			said = has(f->says[j]) && said;
		said = said && !strstr(tool.output, "canceled");
		if (code == f->code && said)
			continue;
		wrong++;
		print_message("%s %s %s: code %d instead of %d: %s", f->argv[0], f->argv[1],
			      f->argv[2] ? f->argv[2] : "", code, f->code, tool.output);
	}
	unlink("program.file");
	assert_int_equal(wrong, 0);
}

static void test_no_qemu__said_with_the_package(void **state)
{
	char *path = strdup(getenv("PATH"));

	(void)state;
	setenv("PATH", "/nonexistent", 1);
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "run", "edu", "--device", "qemu:edu"), 3);
	setenv("PATH", path, 1);
	free(path);
	assert_true(has("qemu-system-x86_64") && has("apt"));
}

/* --- the smaller commands --- */

static void test_help__for_all(void **state)
{
	static const char *const commands[] = { "list",    "bind", "unbind", "run",
						"devices", "stop", "net",    "version" };

	(void)state;
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "--help"), 0);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		assert_true(has(commands[i]));
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		assert_int_equal(PROGRAM_RUN(&tool, "uwdf", commands[i], "--help"), 0);
		assert_true(has("Usage: uwdf ") && has(commands[i]) && has("--json"));
	}
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf-net", "--help"), 0);
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf"), 2);
}

static void test_version(void **state)
{
	struct jtext *version;

	(void)state;
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "version", "--json"), 0);
	version = jtext_parse(tool.output);
	assert_non_null(jtext_text(version, "version"));
	assert_int_equal(jtext_number(version, "wire_version"), 1);
	jtext_free(version);
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "--version"), 0);
	assert_true(has("wire version 1"));
}

/* A machine without PCI gets a message instead; both are right. */
static void test_list__json_or_a_reason(void **state)
{
	struct jtext *functions;
	int code;

	(void)state;
	code = PROGRAM_RUN(&tool, "uwdf", "list", "--json");
	if (code == 3) {
		assert_true(has("listing PCI functions") && has("qemu:edu"));
		return;
	}
	assert_int_equal(code, 0);
	functions = jtext_parse(tool.output);
	assert_true(jtext_count(functions) > 0);
	assert_non_null(jtext_text(jtext_item(functions, 0), "address"));
	assert_int_equal(
		PROGRAM_RUN(&tool, "uwdf", "list", jtext_text(jtext_item(functions, 0), "address")),
		0);
	assert_true(has("ADDRESS") && has(jtext_text(jtext_item(functions, 0), "address")));
	jtext_free(functions);
}

#define in_run_dir(test) cmocka_unit_test_setup_teardown(test, make_run_dir, remove_run_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_run_dir(test_run_open_ask_stop),
		in_run_dir(test_devices__json_read_back),
		in_run_dir(test_two_hosts__same_driver__two_names),
		in_run_dir(test_sigterm__ends_in_good_order),
		in_run_dir(test_ctrl_c__reaches_no_qemu__ends_in_good_order),
		in_run_dir(test_io_uring_refused__works__said_once),
		in_run_dir(test_sigint_with_pending_request__client_answered),
		in_run_dir(test_client_vanishes_with_requests__host_goes_on),
		in_run_dir(test_host_killed__client_notices__runs_again_at_once),
		in_run_dir(test_qemu_dies__host_ends__client_answered),
		in_run_dir(test_failures__one_message_each),
		in_run_dir(test_no_qemu__said_with_the_package),
		in_run_dir(test_help__for_all),
		in_run_dir(test_version),
		in_run_dir(test_list__json_or_a_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
