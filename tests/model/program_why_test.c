/* SPDX-License-Identifier: MIT */
/*
 * uwdf unload --why of a host that runs: each kind of thing that keeps a driver loaded is named.
 */
#include "uw_test.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "jtext.h"
#include "keeper.h"
#include "keeper_client.h"
#include "program_host.h"

static void why(void)
{
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "unload", "--why", "keeper"), 0);
}

static struct jtext *why_json(void)
{
	struct jtext *json;

	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "unload", "--why", "--json", "keeper"), 0);
	json = jtext_parse(tool.output);
	assert_non_null(json);
	return json;
}

static void end(void)
{
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "unload", "--force", "keeper"), 0);
	assert_int_equal(program_end(&host, 60), 0);
}

static void test_why__nothing_but_its_device(void **state)
{
	char head[128];
	(void)state;
	start_keeper();
	why();
	(void)snprintf(head, sizeof(head),
		       "keeper: driver keeper, pid %d, is kept loaded by\n"
		       "  device        keeper: pnp, started\n",
		       host.pid);
	assert_memory_equal(tool.output, head, strlen(head));
	assert_int_equal(count_of(&tool, "\n  "), 1);
	end();
}

static void test_why__open_handle__process_program_and_age(void **state)
{
	char line[64];
	uwdf_handle *handle;
	(void)state;
	start_keeper();
	handle = keeper_open();
	poll(NULL, 0, 110);
	why();
	(void)snprintf(line, sizeof(line), "  open handle   keeper: pid %d (program_why_tes), for ",
		       getpid());
	expect(&tool, line);
	expect(&tool, " s, 0 requests at the driver\n");
	assert_null(strstr(tool.output, "for 0.0 s"));
	uwdf_close(handle);
	why();
	assert_int_equal(count_of(&tool, "open handle"), 0);
	end();
}

static void test_why__reference__tag_and_source_line(void **state)
{
	char line[64], expected[128];
	const char *at;
	unsigned int number = 0;
	(void)state;
	start_keeper_verified();
	keeper_do(KEEPER_REFERENCE, 1);
	why();
	at = strstr(tool.output, "tests/drivers/keeper.c:");
	assert_non_null(at);
	assert_int_equal(sscanf(at, "%*[^:]:%u", &number), 1);
	assert_true(number > 0);
	(void)snprintf(line, sizeof(line), "keeper.c:%u\n", number);
	(void)snprintf(expected, sizeof(expected), " (alive): tag 'Keep' at ");
	expect(&tool, "  reference     WDFOBJECT 0x");
	expect(&tool, expected);
	expect(&tool, line);
	keeper_do(KEEPER_DELETE, 0);
	why();
	expect(&tool, " (deleted): tag 'Keep' at ");
	end();
}

/* Without the verifier nobody wrote down who took them: of deleted objects the number is known. */
static void test_why__deleted_and_referenced__how_many(void **state)
{
	(void)state;
	start_keeper();
	keeper_do(KEEPER_REFERENCE, 3);
	why();
	assert_int_equal(count_of(&tool, "  reference "), 0);
	expect(&tool, "uwdf run --verify");
	keeper_do(KEEPER_DELETE, 0);
	why();
	expect(&tool, " (deleted): 3 references\n");
	end();
}

static void test_why__timer__started(void **state)
{
	(void)state;
	start_keeper();
	keeper_do(KEEPER_TIMER, 0);
	why();
	expect(&tool, "  timer         WDFTIMER 0x");
	expect(&tool, ": started\n");
	end();
}

static void test_why__work_item__running(void **state)
{
	(void)state;
	start_keeper();
	keeper_do(KEEPER_WORK, 0);
	program_await(&host, "keeper: works");
	why();
	expect(&tool, "  work item     WDFWORKITEM 0x");
	expect(&tool, ": running\n");
	keeper_do(KEEPER_RELEASE, 0);
	end();
}

static void test_why__dpc__queued(void **state)
{
	(void)state;
	start_keeper();
	keeper_do(KEEPER_DPC, 0);
	program_await(&host, "keeper: stalls");
	why();
	keeper_do(KEEPER_RELEASE, 0);
	expect(&tool, "  DPC           WDFDPC 0x");
	expect(&tool, ": queued\n");
	end();
}

static void test_why__more_than_are_listed__says_how_many(void **state)
{
	struct jtext *json;
	size_t listed;
	char line[64];
	(void)state;
	start_keeper();
	keeper_do(KEEPER_LEAK, 9000);
	json = why_json();
	listed = jtext_count(jtext_member(json, "references"));
	assert_true(listed > 0 && listed < 9000);
	assert_int_equal(listed + jtext_number(json, "more"), 9000);
	jtext_free(json);
	why();
	(void)snprintf(line, sizeof(line), "\n  and %zu more\n", 9000 - listed);
	expect(&tool, line);
	end();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_run_dir, remove_run_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_why__nothing_but_its_device),
		TEST(test_why__open_handle__process_program_and_age),
		TEST(test_why__reference__tag_and_source_line),
		TEST(test_why__deleted_and_referenced__how_many),
		TEST(test_why__timer__started),
		TEST(test_why__work_item__running),
		TEST(test_why__dpc__queued),
		TEST(test_why__more_than_are_listed__says_how_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
