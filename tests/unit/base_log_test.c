/* SPDX-License-Identifier: MIT */
/* Messages, reports and nodes: the small rooms of base. */
#include "uw_test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/numa.h"
#include "base/report.h"

static char last[2048];
static unsigned int lines;

static void keep(void *arg, enum log_level level, const char *area, const char *text)
{
	(void)arg;
	snprintf(last, sizeof(last), "%u %s %s", (unsigned int)level, area, text);
	lines++;
}

static void test_log__sink__gets_level_area_and_text(void **state)
{
	(void)state;
	log_set_sink(keep, NULL);
	log_warn("vfio", "lost %d of %s", 3, "five");
	log_set_sink(NULL, NULL);
	assert_string_equal(last, "1 vfio lost 3 of five");
}

static void test_log__below_the_level__is_dropped(void **state)
{
	(void)state;
	log_set_sink(keep, NULL);
	lines = 0;
	log_info("a", "quiet");
	log_set_level(LOG_LEVEL_INFO);
	log_info("a", "heard");
	log_set_level(LOG_LEVEL_NOTICE);
	log_set_sink(NULL, NULL);
	assert_int_equal(lines, 1);
}

static void to_stderr(void *arg)
{
	(void)arg;
	log_error("qemu", "died");
}

static void test_log__no_sink__writes_a_line_to_stderr(void **state)
{
	char text[256];

	(void)state;
	test_in_child(to_stderr, NULL, text, sizeof(text));
	assert_string_equal(text, "qemu: error: died\n");
}

static void test_report__said_without_errno__is_the_whole_text(void **state)
{
	struct report rep = REPORT_INIT;

	(void)state;
	report_say(&rep, "driver %s refuses", "x");
	report_say(&rep, "second"); /* the first one stays */
	assert_string_equal(rep.text, "driver x refuses");
	report_say(NULL, "nobody asks");
}

static void test_report__failure_prefix_and_hint__make_one_message(void **state)
{
	struct report rep = REPORT_INIT;

	(void)state;
	assert_int_equal(report_fail(&rep, -EACCES, "opening %s", "/dev/vfio/7"), -EACCES);
	assert_int_equal(report_fail(&rep, -EIO, "second"), -EIO); /* the first one stays */
	report_prefix(&rep, "starting");
	report_hint(&rep, "chown you %s", "/dev/vfio/7");
	assert_string_equal(rep.text, "starting: opening /dev/vfio/7: Permission denied");
	assert_string_equal(rep.hint, "chown you /dev/vfio/7");
	assert_int_equal(report_fail(NULL, -EIO, "nobody asks"), -EIO);
	report_hint(NULL, "x");
	report_prefix(NULL, "x");
	assert_string_equal(err_text(-99999), "unknown error");
}

static void test_numa__any_or_unknown_node__is_ignored(void **state)
{
	static char page[4096] __attribute__((aligned(4096)));

	(void)state;
	assert_true(numa_node_count() >= 1);
	assert_int_equal(numa_bind_memory(page, sizeof(page), -1), 0);
	assert_int_equal(numa_bind_memory(page, sizeof(page), 1000000), 0);
	assert_int_equal(numa_bind_memory(page, sizeof(page), 0), 0);
	assert_int_equal(numa_bind_thread(-1), 0);
	assert_int_equal(numa_bind_thread(1000000), 0);
	assert_int_equal(numa_bind_thread(0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_log__sink__gets_level_area_and_text),
		cmocka_unit_test(test_log__below_the_level__is_dropped),
		cmocka_unit_test(test_log__no_sink__writes_a_line_to_stderr),
		cmocka_unit_test(test_report__said_without_errno__is_the_whole_text),
		cmocka_unit_test(test_report__failure_prefix_and_hint__make_one_message),
		cmocka_unit_test(test_numa__any_or_unknown_node__is_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
