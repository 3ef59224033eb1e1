/* SPDX-License-Identifier: MIT */
/* A driver may refuse the removal of its device: what "uwdf stop" and "uwdf unload" say and do. */
#include "uw_test.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keeper.h"
#include "keeper_client.h"
#include "program_host.h"

#define BUSY 0x80000011u

static void test_unload__driver_refuses__says_status_and_device_goes_on(void **state)
{
	(void)state;
	start_keeper();
	keeper_do(KEEPER_REFUSE, BUSY);
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "unload", "keeper"), 1);
	expect(&tool, "uwdf: unloading keeper: driver keeper does not let keeper go: "
		      "EvtDeviceQueryRemove returned STATUS_DEVICE_BUSY (0x80000011)\n"
		      "  try: uwdf unload --force keeper    # removes it all the same\n");
	keeper_do(KEEPER_REFUSE, 0); /* it still works, and can be asked again */
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "unload", "keeper"), 0);
	assert_int_equal(program_end(&host, 60), 0);
	expect(&host, "does not let keeper go");
	assert_int_equal(count_of(&host, "keeper: query remove\n"), 2);
}

static void test_stop__driver_refuses__the_same(void **state)
{
	(void)state;
	start_keeper();
	keeper_do(KEEPER_REFUSE, BUSY);
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "stop", "keeper"), 1);
	expect(&tool, "STATUS_DEVICE_BUSY (0x80000011)");
	keeper_do(KEEPER_REFUSE, 0);
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "stop", "keeper"), 0);
	assert_int_equal(program_end(&host, 60), 0);
}

static void test_unload_force__driver_refuses__goes_all_the_same(void **state)
{
	(void)state;
	start_keeper();
	keeper_do(KEEPER_REFUSE, BUSY);
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "unload", "--force", "keeper"), 0);
	assert_int_equal(program_end(&host, 60), 0);
	expect(&host, "EvtDeviceQueryRemove failed with STATUS_DEVICE_BUSY (0x80000011); going on");
	assert_int_equal(count_of(&host, "keeper: unload\n"), 1);
}

/* Whoever ends the process is not asked either; the driver is told in good order. */
static void test_signal__driver_refuses__goes_all_the_same(void **state)
{
	(void)state;
	start_keeper();
	keeper_do(KEEPER_REFUSE, BUSY);
	kill(host.pid, SIGTERM);
	assert_int_equal(program_end(&host, 60), 0);
	assert_int_equal(count_of(&host, "keeper: D0 exit\n"), 1);
}

static void test_surprise__driver_would_refuse__is_not_asked(void **state)
{
	(void)state;
	start_keeper();
	keeper_do(KEEPER_REFUSE, BUSY);
	keeper_do(KEEPER_FAIL, 0);
	assert_int_equal(program_end(&host, 60), 4);
	assert_int_equal(count_of(&host, "keeper: surprise removal\n"), 1);
	assert_int_equal(count_of(&host, "keeper: query remove\n"), 0);
}

static bool has_ended(pid_t pid)
{
	siginfo_t info = { 0 };

	return !waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) && info.si_pid;
}

static void test_query__does_not_return__second_signal_ends_the_host(void **state)
{
	const char *const argv[] = { "uwdf", "unload", "keeper", NULL };
	(void)state;
	start_keeper();
	keeper_do(KEEPER_HANG, 0);
	program_start(&tool, argv);
	program_await(&host, "keeper: query remove");
	kill(host.pid, SIGTERM);
	while (!has_ended(host.pid)) { /* two at once would be one */
		poll(NULL, 0, 20);
		kill(host.pid, SIGTERM);
	}
	assert_int_equal(program_end(&host, 60), 130);
	assert_int_equal(program_end(&tool, 60), 1);
	expect(&tool, "uwdf: asking keeper to stop: its host ended before it answered\n"
		      "  try: uwdf devices ");
}

static void test_unload__open_handle__driver_is_not_asked(void **state)
{
	uwdf_handle *handle;
	(void)state;
	start_keeper();
	handle = keeper_open();
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "unload", "keeper"), 1);
	expect(&tool, "clients have it open");
	uwdf_close(handle);
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "unload", "keeper"), 0);
	assert_int_equal(program_end(&host, 60), 0);
	assert_int_equal(count_of(&host, "keeper: query remove\n"), 1);
}

/* --- clients have a say, too --- */

static void expect_event(uwdf_handle *h, enum uwdf_event expected)
{
	enum uwdf_event event;

	assert_int_equal(uwdf_next_event(h, 5000, &event), 1);
	assert_int_equal(event, expected);
}

/* The host has read the wish when it has answered something that came after it. */
static uwdf_handle *open_listener(void)
{
	uwdf_handle *h = keeper_open();

	assert_int_equal(uwdf_notify(h, 1), 0);
	(void)!uwdf_control(h, 0, NULL, 0, NULL, 0, 5000, NULL, NULL);
	return h;
}

static void test_unload__client_is_told_and_closes__unloaded(void **state)
{
	const char *const argv[] = { "uwdf", "unload", "keeper", NULL };
	uwdf_handle *handle;
	(void)state;
	start_keeper();
	handle = open_listener();
	program_start(&tool, argv);
	expect_event(handle, UWDF_QUERY_REMOVE);
	assert_int_equal(count_of(&host, "keeper: query remove\n"), 0);
	uwdf_close(handle);
	assert_int_equal(program_end(&tool, 60), 0);
	assert_int_equal(program_end(&host, 60), 0);
}

static void test_unload__client_is_told_and_keeps_it__refused(void **state)
{
	uwdf_handle *handle;
	(void)state;
	start_keeper();
	handle = open_listener();
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "unload", "keeper"), 1);
	expect(&tool, "clients have it open");
	expect_event(handle, UWDF_QUERY_REMOVE);
	expect_event(handle, UWDF_STAYS);
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "stop", "keeper"), 0);
	expect_event(handle, UWDF_QUERY_REMOVE);
	expect_event(handle, UWDF_REMOVED);
	uwdf_close(handle);
	assert_int_equal(program_end(&host, 60), 0);
	assert_int_equal(count_of(&host, "keeper: query remove\n"), 1);
}

static void test_stop__driver_refuses__client_hears_that_it_stays(void **state)
{
	uwdf_handle *handle;
	(void)state;
	start_keeper();
	keeper_do(KEEPER_REFUSE, BUSY);
	handle = open_listener();
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "stop", "keeper"), 1);
	expect_event(handle, UWDF_QUERY_REMOVE);
	expect_event(handle, UWDF_STAYS);
	uwdf_close(handle);
	keeper_do(KEEPER_REFUSE, 0);
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "stop", "keeper"), 0);
	assert_int_equal(program_end(&host, 60), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_run_dir, remove_run_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_unload__driver_refuses__says_status_and_device_goes_on),
		TEST(test_stop__driver_refuses__the_same),
		TEST(test_unload_force__driver_refuses__goes_all_the_same),
		TEST(test_signal__driver_refuses__goes_all_the_same),
		TEST(test_surprise__driver_would_refuse__is_not_asked),
		TEST(test_query__does_not_return__second_signal_ends_the_host),
		TEST(test_unload__open_handle__driver_is_not_asked),
		TEST(test_unload__client_is_told_and_closes__unloaded),
		TEST(test_unload__client_is_told_and_keeps_it__refused),
		TEST(test_stop__driver_refuses__client_hears_that_it_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
