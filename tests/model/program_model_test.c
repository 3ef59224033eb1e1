/* SPDX-License-Identifier: MIT */
/* The uwdf programs on device models: what scripts rely on, and machines that lack something. */
#include "uw_test.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "jtext.h"
#include "program_host.h"
#include "skips.h"

#define UWDF UWDF_TEST_BIN "/uwdf"

static void stop_host(void)
{
	kill(host.pid, SIGTERM);
	assert_int_equal(program_end(&host, 60), 0);
}

/* Signals sent before a process stands still are handled one by one. */
static void halt_host(void)
{
	int status;

	kill(host.pid, SIGSTOP);
	assert_int_equal(waitpid(host.pid, &status, WUNTRACED), host.pid);
	assert_true(WIFSTOPPED(status));
}

static void expect_said(const char *text)
{
	if (!strstr(tool.output, text))
		fail_msg("'%s' lacks '%s'", tool.output, text);
}

/* --- what scripts rely on --- */

static void test_run_json__one_object_when_ready(void **state)
{
	const char *argv[] = { "uwdf",   "run",    "edu", "--device", "model:edu",
			       "--json", "--name", "one", NULL };
	struct jtext *ready;

	(void)state;
	program_start(&host, argv);
	program_await(&host, "}\n");
	ready = jtext_parse(strchr(host.output, '{')); /* a warning may stand before it */
	assert_non_null(ready);
	assert_string_equal(jtext_text(ready, "event"), "ready");
	assert_string_equal(jtext_text(ready, "name"), "one");
	assert_string_equal(jtext_text(ready, "driver"), "edu");
	assert_string_equal(jtext_text(ready, "address"), "model:edu");
	assert_int_equal(jtext_number(ready, "pid"), host.pid);
	jtext_free(ready);
	stop_host();
}

static void test_ready_fd__given_the_name_and_closed(void **state)
{
	const char *argv[] = { "uwdf",      "run",        "edu", "--device",
			       "model:edu", "--ready-fd", NULL,  NULL };
	char number[12], text[64] = "";
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	snprintf(number, sizeof(number), "%d", ends[1]);
	argv[6] = number;
	program_start(&host, argv);
	close(ends[1]);
	assert_int_equal(read(ends[0], text, sizeof(text)), 4);
	assert_string_equal(text, "edu\n");
	assert_int_equal(read(ends[0], text, sizeof(text)), 0); /* no other writer is left */
	close(ends[0]);
	stop_host();
}

static void test_second_signal__ends_at_once(void **state)
{
	(void)state;
	start_host("edu", "model:edu");
	halt_host(); /* so that both are there when it goes on */
	kill(host.pid, SIGINT);
	kill(host.pid, SIGTERM);
	kill(host.pid, SIGCONT);
	assert_int_equal(program_end(&host, 60), 130);
}

/* --- the verifier --- */

static int run_verified(const char *driver, const char *verify)
{
	return PROGRAM_RUN(&tool, "uwdf", "run", driver, "--device", "model:edu", verify);
}

static void test_verify__wrong_call__stops_with_rule_line_and_hint(void **state)
{
	const char *line;

	(void)state;
	assert_int_equal(run_verified("faulty_deleted_lock", "--verify"), 128 + SIGABRT);
	expect_said("driver faulty_deleted_lock stopped: WDF_VIOLATION");
	expect_said("rule 2\n");
	expect_said("  called from use_deleted_lock at ");
	line = strstr(tool.output, "/faulty.c:");
	assert_non_null(line);
	assert_in_range(atoi(line + strlen("/faulty.c:")), 1, 1000);
	expect_said("is the handle of a freed object");
	expect_said("  hint: a handle ends with its object");
}

static void test_verify__options__wrong_ones_named(void **state)
{
	static const struct {
		const char *option, *says, *hint;
	} cases[] = {
		{ "--verify=Nonsense", "there is no: Nonsense", "--verify=VerifierOn," },
		{ "--verify=VerifierOn,Quarantine=many", "takes a number: Quarantine=many",
		  "--verify=VerifierOn," },
		{ "--verify=TrackHandles", "takes types: TrackHandles", "--verify=VerifierOn," },
		{ "--verify=TrackHandles=WDFFOO", "there is no handle type WDFFOO",
		  "*:WDFOBJECT:" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(run_verified("edu", cases[i].option), 2);
		expect_said(cases[i].says);
		expect_said(cases[i].hint);
	}
}

static void test_verify__allocate_fail_count__driver_does_not_start(void **state)
{
	(void)state;
	assert_int_equal(run_verified("edu", "--verify=VerifierAllocateFailCount=1"), 1);
	expect_said("STATUS_INSUFFICIENT_RESOURCES");
}

/* --- hosts that do not answer, directories that will not do --- */

static void test_devices__a_stopped_host__shown_as_such(void **state)
{
	struct jtext *hosts;

	(void)state;
	start_host("edu", "model:edu");
	halt_host();
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "devices", "--json"), 0);
	kill(host.pid, SIGCONT);
	hosts = jtext_parse(tool.output);
	assert_int_equal(jtext_count(hosts), 1);
	assert_string_equal(jtext_text(jtext_item(hosts, 0), "name"), "edu");
	assert_int_equal(jtext_number(jtext_item(hosts, 0), "pid"), host.pid);
	assert_non_null(strstr(jtext_text(jtext_item(hosts, 0), "error"), "does not answer"));
	assert_int_equal(jtext_count(jtext_member(jtext_item(hosts, 0), "devices")), 0);
	jtext_free(hosts);
	stop_host();
}

static void test_devices__directory_of_no_use__said_with_its_name(void **state)
{
	(void)state;
	assert_int_equal(chmod(run_dir, 0777), 0);
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "devices"), 1);
	expect_said("listing the hosts in ");
	expect_said(run_dir);
	setenv("UWDF_RUNTIME_DIR", "not/absolute", 1);
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "devices"), 1);
	expect_said("UWDF_RUNTIME_DIR");
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "run", "edu", "--device", "model:edu"), 1);
	expect_said("UWDF_RUNTIME_DIR is not absolute");
}

/* --- uwdf net --- */

static void test_net__device_is_no_nic__said(void **state)
{
	(void)state;
	start_host("edu", "model:edu");
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "net", "edu", "--tap", "t0"), 1);
	expect_said("asking edu for its address");
	expect_said("is edu a NIC?");
	stop_host();
}

static void test_net__name_that_no_interface_may_have__said(void **state)
{
	static const char *const names[] = { "a/b", "sixteen-letters-", "..", "a:b" };

	(void)state;
	start_host("e1000", "model:e1000");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "net", "e1000", "--tap", names[i]), 2);
		expect_said(names[i]);
		expect_said("at most 15 letters");
	}
	stop_host();
}

/* --- machines that lack something --- */

/* With @script run as the root of namespaces of its own. */
static int run_unshared(const char *script)
{
	if (PROGRAM_RUN(&tool, "/usr/bin/unshare", "--user", "--map-root-user", "--mount", "--net",
			"true"))
		skip_and_say("no user namespaces");
	return PROGRAM_RUN(&tool, "/usr/bin/unshare", "--user", "--map-root-user", "--mount",
			   "--net", "sh", "-c", script);
}

static void test_list__no_pci_bus__says_what_works_without(void **state)
{
	/* on a machine without the bus, that is how it is */
	static const char *const scripts[] = {
		"test ! -e /sys/bus/pci || mount -t tmpfs none /sys/bus/pci; exec " UWDF " list",
		"test ! -e /sys/bus/pci/devices || mount -t tmpfs none /sys/bus/pci/devices; "
		"exec " UWDF " list --json",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		assert_int_equal(run_unshared(scripts[i]), 3);
		expect_said("listing PCI functions");
		expect_said("qemu:edu");
	}
}

static void test_net__what_the_machine_lacks_or_has__said(void **state)
{
	static const struct {
		const char *script, *says, *hint;
	} cases[] = {
		{ "test ! -e /dev/net || mount -t tmpfs none /dev/net; exec " UWDF
		  " net e1000 --tap t0",
		  "opening /dev/net/tun", "modprobe tun" },
		{ "exec " UWDF " net e1000 --tap lo", "making TAP interface lo",
		  "lo is there and is no TAP interface" },
	};

	(void)state;
	if (access("/dev/net/tun", W_OK))
		skip_and_say("this user may not open /dev/net/tun");
	start_host("e1000", "model:e1000");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_in_range(run_unshared(cases[i].script), 1, 3);
		expect_said(cases[i].says);
		expect_said(cases[i].hint);
	}
	stop_host();
}

#define in_run_dir(test) cmocka_unit_test_setup_teardown(test, make_run_dir, remove_run_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_run_dir(test_run_json__one_object_when_ready),
		in_run_dir(test_ready_fd__given_the_name_and_closed),
		in_run_dir(test_second_signal__ends_at_once),
		in_run_dir(test_verify__wrong_call__stops_with_rule_line_and_hint),
		in_run_dir(test_verify__options__wrong_ones_named),
		in_run_dir(test_verify__allocate_fail_count__driver_does_not_start),
		in_run_dir(test_devices__a_stopped_host__shown_as_such),
		in_run_dir(test_devices__directory_of_no_use__said_with_its_name),
		in_run_dir(test_net__device_is_no_nic__said),
		in_run_dir(test_net__name_that_no_interface_may_have__said),
		in_run_dir(test_list__no_pci_bus__says_what_works_without),
		in_run_dir(test_net__what_the_machine_lacks_or_has__said),
	};

	return skips_status(cmocka_run_group_tests(tests, NULL, NULL));
}
