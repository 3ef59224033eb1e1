/* SPDX-License-Identifier: MIT */
/* uwdf unload: who keeps a driver loaded, who may end it, and what a leak leads to. */
#include "uw_test.h"

#include <signal.h>
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
	assert_int_equal(program_end(&host, 60), 0);
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
	assert_int_equal(program_end(&host, 60), 0);
}

static void test_unload_force__open_handle__host_ends(void **state)
{
	uwdf_handle *handle;
	(void)state;
	start_host("edu", "model:edu");
	handle = open_device("edu");
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "unload", "--force", "edu"), 0);
	assert_int_equal(program_end(&host, 60), 0);
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
	assert_int_equal(program_end(&host, 60), 0);
}

static void test_unload__leaked_reference__reported_and_exit_0(void **state)
{
	(void)state;
	start_host("leaky", "model:edu");
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "unload", "leaky"), 0);
	assert_int_equal(program_end(&host, 60), 0);
	expect(&host, "driver leaky leaks: 1 deleted object is still referenced");
	expect(&host, "WDFOBJECT");
}

/* What it is given, what it answers with: an exit code, what was tried on what, what to do next. */
static const struct bad_input {
	const char *argv[6];
	int code;
	const char *says, *hint;
} bad_input[] = {
	{ { "uwdf", "unload", "missing" },
	  3,
	  "uwdf: reaching missing: no host of that name runs: No such file or directory\n",
	  "uwdf devices" },
	{ { "uwdf", "unload", "--why", "missing" }, 3, "reaching missing: ", "uwdf devices" },
	{ { "uwdf", "unload", "--force", "missing" }, 3, "reaching missing: ", "uwdf devices" },
	{ { "uwdf", "stop", "missing" }, 3, "reaching missing: ", "uwdf devices" },
	{ { "uwdf", "unload", "/nonexistent/x.sock" },
	  3,
	  "uwdf: connecting to /nonexistent/x.sock: No such file or directory\n",
	  "uwdf devices" },
	{ { "uwdf", "unload", "no name" }, 2, "'no name': not a device name", "uwdf devices" },
	{ { "uwdf", "unload", "" }, 2, "'': not a device name", "uwdf devices" },
	{ { "uwdf", "unload" }, 2, "uwdf unload: something is missing: NAME", "--help" },
	{ { "uwdf", "unload", "one", "two" }, 2, "one word too many: two", "--help" },
	{ { "uwdf", "unload", "--bogus", "one" }, 2, "unknown option: --bogus", "--help" },
	{ { "uwdf", "unload", "--why", "--force", "one" },
	  2,
	  "--why unloads nothing, --force does",
	  "uwdf unload --why one" },
};

static void test_unload__bad_input__code_words_and_hint(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad_input) / sizeof(bad_input[0]); i++) {
		char *hint;

		assert_int_equal(program_run(&tool, bad_input[i].argv), bad_input[i].code);
		expect(&tool, bad_input[i].says);
		hint = strstr(tool.output, "\n  try: ");
		assert_non_null(hint);
		assert_non_null(strstr(hint, bad_input[i].hint));
	}
}

static void test_unload__host_was_killed__not_found(void **state)
{
	(void)state;
	start_host("edu", "model:edu");
	kill(host.pid, SIGKILL);
	assert_int_equal(program_end(&host, 60), 128 + SIGKILL);
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "unload", "edu"), 3);
	expect(&tool, "edu.sock: Connection refused\n  try: uwdf devices ");
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
		TEST(test_unload__bad_input__code_words_and_hint),
		TEST(test_unload__host_was_killed__not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
