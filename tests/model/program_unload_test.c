/* SPDX-License-Identifier: MIT */
/* uwdf unload: who keeps a driver loaded, who may end it, and what a leak leads to. */
#include "uw_test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "jtext.h"
#include "program_host.h"
#include "uwdf/client.h"

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

static void test_unload__nobody_uses_it__host_ends(void **state)
{
	(void)state;
	start_host("edu", "model:edu");
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "unload", "edu"), 0);
	assert_string_equal(tool.output, "edu unloaded\n");
	assert_int_equal(program_end(&host, 10), 0);
}

static void test_unload__open_handle__refused_and_named(void **state)
{
	char pid[32];
	uwdf_handle *handle;
	(void)state;
	start_host("edu", "model:edu");
	handle = open_device("edu");
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "unload", "edu"), 1);
	expect(&tool, "clients have it open");
	(void)snprintf(pid, sizeof(pid), "pid %d (program_unload", getpid());
	expect(&tool, pid);
	uwdf_close(handle);
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "unload", "edu", "--json"), 0);
	expect(&tool, "\"unloaded\": true");
	assert_int_equal(program_end(&host, 10), 0);
}

static void test_unload_force__open_handle__host_ends(void **state)
{
	uwdf_handle *handle;
	(void)state;
	start_host("edu", "model:edu");
	handle = open_device("edu");
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "unload", "--force", "edu"), 0);
	assert_int_equal(program_end(&host, 10), 0);
	uwdf_close(handle);
}

static void test_why__json__handles_and_devices(void **state)
{
	struct jtext *why, *handles;
	uwdf_handle *handle;
	(void)state;
	start_host("edu", "model:edu");
	handle = open_device("edu");
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "unload", "--why", "--json", "edu"), 0);
	why = jtext_parse(tool.output);
	assert_non_null(why);
	assert_string_equal(jtext_text(why, "driver"), "edu");
	assert_int_equal(jtext_number(why, "pid"), host.pid);
	assert_true(jtext_is_true(why, "unloadable"));
	handles = jtext_member(why, "handles");
	assert_int_equal(jtext_count(handles), 1);
	assert_int_equal(jtext_number(jtext_item(handles, 0), "pid"), getpid());
	assert_int_equal(jtext_count(jtext_member(why, "devices")), 1);
	assert_string_equal(jtext_text(jtext_item(jtext_member(why, "devices"), 0), "kind"), "pnp");
	jtext_free(why);
	uwdf_close(handle);
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "stop", "edu"), 0);
	assert_int_equal(program_end(&host, 10), 0);
}

static void test_unload__leaked_reference__reported_and_exit_0(void **state)
{
	(void)state;
	start_host("leaky", "model:edu");
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "unload", "leaky"), 0);
	assert_int_equal(program_end(&host, 10), 0);
	expect(&host, "driver leaky leaks: 1 deleted object is still referenced");
	expect(&host, "WDFOBJECT");
}

static void test_unload__no_such_host__not_found(void **state)
{
	(void)state;
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "unload", "missing"), 3);
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "unload", "--why", "missing"), 3);
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "unload"), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_run_dir, remove_run_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_unload__nobody_uses_it__host_ends),
		TEST(test_unload__open_handle__refused_and_named),
		TEST(test_unload_force__open_handle__host_ends),
		TEST(test_why__json__handles_and_devices),
		TEST(test_unload__leaked_reference__reported_and_exit_0),
		TEST(test_unload__no_such_host__not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
