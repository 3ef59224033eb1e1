/* SPDX-License-Identifier: MIT */
/*
 * The order in which a driver goes, from a host that runs: interrupts are disabled before anything
 * is released, what came goes in stages and in reverse, the driver's routines after its last
 * device, its image last. From Microsoft's pages on removal, on EvtDriverUnload and on the deletion
 * of framework objects.
 */
#include "uw_test.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "program_host.h"

/* What the driver said, without what it is about. */
static char said[4096];

static void collect(void)
{
	static const char mark[] = "ordered: ";
	size_t len = 0;

	said[0] = '\0';
	for (const char *at = host.output; (at = strstr(at, mark));) {
		int word = (int)strcspn(at += strlen(mark), "\n");

		len += (size_t)snprintf(said + len, sizeof(said) - len, "%.*s\n", word, at);
		assert_true(len < sizeof(said));
	}
}

/* Where; once, and no more than once. */
static size_t place_of(const char *line)
{
	char whole[80];
	const char *at;

	(void)snprintf(whole, sizeof(whole), "%s\n", line);
	for (at = strstr(said, whole); at && at != said && at[-1] != '\n';)
		at = strstr(at + 1, whole);
	if (!at)
		fail_msg("no '%s' in:\n%s", line, said);
	if (strstr(at + 1, whole) && strstr(at + 1, whole)[-1] == '\n')
		fail_msg("'%s' twice in:\n%s", line, said);
	return (size_t)(at - said);
}

static void expect_order(const char *first, const char *then)
{
	if (place_of(first) >= place_of(then))
		fail_msg("'%s' is not before '%s' in:\n%s", first, then, said);
}

static void start(void)
{
	setenv("UWDF_LOG", "debug", 1);
	start_host("ordered", "model:edu");
	unsetenv("UWDF_LOG");
}

static void live_and_unload(void)
{
	start();
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "unload", "ordered"), 0);
	assert_int_equal(program_end(&host, 60), 0);
	collect();
}

/* EvtDestroyCallback comes when the references are gone, in no order that is promised. */
static void forget_ends(void)
{
	char *at = said;

	while ((at = strstr(at, "end of "))) {
		const char *next = strchr(at, '\n') + 1;

		memmove(at, next, strlen(next) + 1);
	}
}

static void test_unload__every_callback__order_of_kmdf(void **state)
{
	(void)state;
	live_and_unload();
	forget_ends();
	assert_string_equal(strstr(said, "self-managed I/O suspend\n"),
			    "self-managed I/O suspend\n"
			    "DMA disable\n"
			    "before interrupts disabled\n"
			    "interrupt disable\n"
			    "D0 exit\n"
			    "release hardware\n"
			    "self-managed I/O flush\n"
			    "self-managed I/O cleanup\n"
			    "cleanup of interrupt\n"
			    "cleanup of common buffer\n"
			    "cleanup of DMA enabler\n"
			    "cleanup of object\n"
			    "cleanup of device\n"
			    "driver unload\n"
			    "cleanup of driver\n"
			    "image goes\n");
}

/* What frees something. */
static const char *const releases[] = {
	"D0 exit",
	"release hardware",
	"self-managed I/O flush",
	"self-managed I/O cleanup",
	"cleanup of interrupt",
	"cleanup of common buffer",
	"cleanup of DMA enabler",
	"cleanup of object",
	"cleanup of device",
	"end of device",
	"driver unload",
	"cleanup of driver",
	"image goes",
};

static void test_unload__interrupts__disabled_before_anything_is_released(void **state)
{
	(void)state;
	live_and_unload();
	for (size_t i = 0; i < UW_ARRAY_SIZE(releases); i++)
		expect_order("interrupt disable", releases[i]);
}

/* Stages in the order in which they come, each with what undoes it. */
static const struct stage {
	const char *comes, *goes;
} stages[] = {
	{ "image loads", "image goes" },
	{ "driver entry", "driver unload" },
	{ "device add", "cleanup of device" },
	{ "prepare hardware", "release hardware" },
	{ "D0 entry", "D0 exit" },
	{ "interrupt enable", "interrupt disable" },
	{ "interrupts enabled", "before interrupts disabled" },
	{ "DMA enable", "DMA disable" },
	{ "self-managed I/O init", "self-managed I/O suspend" },
};

static void expect_stages(void)
{
	for (size_t i = 0; i + 1 < UW_ARRAY_SIZE(stages); i++) {
		expect_order(stages[i].comes, stages[i + 1].comes);
		expect_order(stages[i + 1].goes, stages[i].goes);
	}
}

static void test_unload__stages__the_reverse_of_how_they_came(void **state)
{
	(void)state;
	live_and_unload();
	expect_stages();
}

static void test_signal__stages__the_same(void **state)
{
	(void)state;
	start();
	kill(host.pid, SIGTERM);
	assert_int_equal(program_end(&host, 60), 0);
	collect();
	expect_stages();
}

/* Children before their parents, an end never before the cleanup, and never after the image. */
static const char *const things[][2] = {
	{ "interrupt", "device" },   { "common buffer", "DMA enabler" },
	{ "DMA enabler", "device" }, { "object", "device" },
	{ "device", "driver" },
};

static void test_unload__objects__children_first_and_all_before_the_image(void **state)
{
	char cleanup[64], parent[64], end[64];
	(void)state;
	live_and_unload();
	for (size_t i = 0; i < UW_ARRAY_SIZE(things); i++) {
		(void)snprintf(cleanup, sizeof(cleanup), "cleanup of %s", things[i][0]);
		(void)snprintf(parent, sizeof(parent), "cleanup of %s", things[i][1]);
		(void)snprintf(end, sizeof(end), "end of %s", things[i][0]);
		expect_order(cleanup, parent);
		expect_order(cleanup, end);
		expect_order(end, "image goes");
	}
	expect_order("end of device", "driver unload");
	expect_order("cleanup of driver", "end of driver");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_run_dir, remove_run_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_unload__every_callback__order_of_kmdf),
		TEST(test_unload__interrupts__disabled_before_anything_is_released),
		TEST(test_unload__stages__the_reverse_of_how_they_came),
		TEST(test_signal__stages__the_same),
		TEST(test_unload__objects__children_first_and_all_before_the_image),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
