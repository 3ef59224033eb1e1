/* SPDX-License-Identifier: MIT */
/*
 * A driver leaves something behind: its host says what, and still ends in good order. What the
 * framework ends by itself (work that is due, handles) is no leak.
 */
#include "uw_test.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "keeper.h"
#include "keeper_client.h"
#include "program_host.h"

static void unload(void)
{
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "unload", "keeper"), 0);
	assert_string_equal(tool.output, "keeper unloaded\n");
}

/* All callbacks ran, once, and the exit code is that of success. */
static void await_good_end(void)
{
	assert_int_equal(program_end(&host, 60), 0);
	assert_int_equal(count_of(&host, "keeper: D0 exit\n"), 1);
	assert_int_equal(count_of(&host, "keeper: unload\n"), 1);
}

static void test_leak__referenced_object__counted_and_named(void **state)
{
	(void)state;
	start_keeper();
	keeper_do(KEEPER_REFERENCE, 2);
	unload();
	await_good_end();
	expect(&host,
	       "driver keeper leaks: 1 deleted object is still referenced; uwdf run --verify");
	expect(&host, "  WDFOBJECT 0x");
	expect(&host, ": 2 references, in WDFDEVICE 0x");
}

/* What KEEPER_TREE made: @below in @stays in @goes, which alone was not referenced. */
struct leaked_tree {
	unsigned long long goes, stays, below;
};

static unsigned long long next_made(const char **at)
{
	unsigned long long handle = 0;

	*at = *at ? strstr(*at, "keeper: made ") : NULL;
	assert_non_null(*at);
	*at += strlen("keeper: made ");
	assert_int_equal(sscanf(*at, "%llx", &handle), 1);
	return handle;
}

static struct leaked_tree leaked_tree(void)
{
	const char *at = host.output;
	struct leaked_tree tree;

	tree.goes = next_made(&at);
	tree.stays = next_made(&at);
	tree.below = next_made(&at);
	return tree;
}

/* Each is said once, the one below directly under what it is in; @what: how a line begins, @state:
 * what comes before the count. */
static void expect_tree(const char *what, const char *state)
{
	struct leaked_tree tree = leaked_tree();
	char stays[200], below[200], again[64];

	(void)snprintf(stays, sizeof(stays),
		       " %sWDFOBJECT 0x%llx:%s 1 reference, in WDFOBJECT 0x%llx (gone)\n", what,
		       tree.stays, state, tree.goes);
	(void)snprintf(below, sizeof(below), "    %sWDFOBJECT 0x%llx:%s 1 reference\n", what,
		       tree.below, state);
	(void)snprintf(again, sizeof(again), "WDFOBJECT 0x%llx:", tree.below);
	expect(&host, stays);
	expect(&host, below);
	assert_true(strstr(host.output, stays) < strstr(host.output, below));
	assert_int_equal(count_of(&host, again), 1);
}

static void test_leak__tree__each_under_what_it_was_in(void **state)
{
	(void)state;
	start_keeper();
	keeper_do(KEEPER_TREE, 0);
	unload();
	await_good_end();
	expect(&host, "driver keeper leaks: 2 deleted objects are still referenced; ");
	expect_tree("", "");
}

static void test_leak__verified__tree_history_and_lines(void **state)
{
	(void)state;
	start_keeper_verified();
	keeper_do(KEEPER_REFERENCE, 2);
	keeper_do(KEEPER_TREE, 0);
	unload();
	await_good_end();
	expect(&host, "driver keeper leaks: 3 deleted objects are still referenced\n");
	assert_int_equal(count_of(&host, ": deleted, 2 references, in WDFDEVICE 0x"), 1);
	assert_int_equal(count_of(&host, ": deleted, "), 3);
	assert_int_equal(count_of(&host, "broke rule 15: "), 1);
	expect_tree("object ", " deleted,");
	expect(&host, "created from create_work at ");
	assert_true(count_of(&host, "a reference is held since ") >= 2);
	expect(&host, "tests/drivers/keeper.c:");
	expect(&host, "tag 'Keep'");
}

static void test_leak__more_than_are_named__counted(void **state)
{
	(void)state;
	start_keeper();
	keeper_do(KEEPER_LEAK, 33);
	unload();
	await_good_end();
	expect(&host, "leaks: 33 deleted objects are still referenced");
	expect(&host, "  and 1 more\n");
}

static void test_leak__host_ended_by_a_signal__reported_all_the_same(void **state)
{
	(void)state;
	start_keeper();
	keeper_do(KEEPER_REFERENCE, 1);
	kill(host.pid, SIGTERM);
	await_good_end();
	expect(&host, "driver keeper leaks: 1 deleted object is still referenced");
}

static void test_unload_force__handle_open__client_cut_off_and_no_leak(void **state)
{
	uint32_t zero = 0;
	int32_t status = 0;
	size_t done;
	uwdf_handle *handle;
	(void)state;
	start_keeper();
	handle = keeper_open();
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "unload", "--force", "keeper"), 0);
	await_good_end();
	assert_int_equal(count_of(&host, "leaks"), 0);
	assert_int_equal(uwdf_control(handle, KEEPER_REFUSE, &zero, sizeof(zero), NULL, 0, 1000,
				      &status, &done),
			 -EPIPE);
	uwdf_close(handle);
}

static void test_unload__timer_armed__stopped_and_no_leak(void **state)
{
	(void)state;
	start_keeper();
	keeper_do(KEEPER_TIMER, 0);
	unload();
	await_good_end();
	assert_int_equal(count_of(&host, "leaks"), 0);
}

static void test_unload__work_item_runs__waited_for_and_no_leak(void **state)
{
	(void)state;
	start_keeper();
	keeper_do(KEEPER_WORK, 0);
	program_await(&host, "keeper: works");
	unload();
	await_good_end();
	assert_int_equal(count_of(&host, "leaks"), 0);
}

static void test_unload__dpc_queued__run_and_no_leak(void **state)
{
	(void)state;
	start_keeper();
	keeper_do(KEEPER_DPC, 0);
	program_await(&host, "keeper: stalls");
	keeper_do(KEEPER_RELEASE, 0);
	unload();
	await_good_end();
	assert_int_equal(count_of(&host, "keeper: behind\n"), 1);
	assert_int_equal(count_of(&host, "leaks"), 0);
}

static void test_leak__everything_at_once__good_end(void **state)
{
	uwdf_handle *handle;
	(void)state;
	start_keeper_verified();
	handle = keeper_open();
	keeper_do(KEEPER_REFERENCE, 1);
	keeper_do(KEEPER_LEAK, 1);
	keeper_do(KEEPER_TIMER, 0);
	keeper_do(KEEPER_WORK, 0);
	keeper_do(KEEPER_REFUSE, 0xc0000001u);
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "unload", "--force", "keeper"), 0);
	await_good_end();
	expect(&host, "driver keeper leaks: 2 deleted objects are still referenced\n");
	uwdf_close(handle);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_run_dir, remove_run_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_leak__referenced_object__counted_and_named),
		TEST(test_leak__tree__each_under_what_it_was_in),
		TEST(test_leak__verified__tree_history_and_lines),
		TEST(test_leak__more_than_are_named__counted),
		TEST(test_leak__host_ended_by_a_signal__reported_all_the_same),
		TEST(test_unload_force__handle_open__client_cut_off_and_no_leak),
		TEST(test_unload__timer_armed__stopped_and_no_leak),
		TEST(test_unload__work_item_runs__waited_for_and_no_leak),
		TEST(test_unload__dpc_queued__run_and_no_leak),
		TEST(test_leak__everything_at_once__good_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
