/* SPDX-License-Identifier: MIT */
/* Opening by interface or link: that nobody has it is said where all could be asked. */
#include "uw_test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "server_fixture.h"
#include "uwdf/client.h"

#define LINK_NAME "\\\\.\\fake"

static void expect_refusal(const char *what, int err, const char *text)
{
	struct uwdf_error error = { .text = "" };
	uwdf_handle *h;

	assert_int_equal(uwdf_open(what, &error, &h), err);
	if (!strstr(error.text, text))
		fail_msg("'%s' lacks '%s'", error.text, text);
}

static void expect_both_refused(int err, const char *text)
{
	expect_refusal(FIXTURE_GUID_TEXT, err, text);
	expect_refusal(LINK_NAME, err, text);
}

static void test_open__nobody_hosts_anything__not_there(void **state)
{
	struct server_fixture *f = *state;

	server_fixture_stop(f);
	expect_both_refused(-ENOENT, "no host that runs has it");
	setenv("UWDF_RUNTIME_DIR", "/nonexistent/uwdf", 1);
	expect_both_refused(-ENOENT, "no host that runs has it");
	setenv("UWDF_RUNTIME_DIR", f->dir, 1);
}

static void test_open__untrusted_directory__said(void **state)
{
	struct server_fixture *f = *state;

	assert_int_equal(chmod(f->dir, 0777), 0);
	expect_both_refused(-EACCES, "can be written by others");
	assert_int_equal(chmod(f->dir, 0700), 0);
}

/* Leaves room for @room of them; returns how many were taken, in @out. */
static unsigned int take_descriptors(unsigned int room, int out[64])
{
	unsigned int count = 0;

	while ((out[count] = dup(0)) >= 0)
		count++;
	assert_int_equal(errno, EMFILE);
	while (room--)
		close(out[--count]);
	return count;
}

static void refused_with_room_for(unsigned int room)
{
	struct rlimit before, few = { .rlim_cur = 64 };
	int taken[64];
	unsigned int count;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few.rlim_max = before.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	count = take_descriptors(room, taken);
	expect_both_refused(-EMFILE, "");
	while (count)
		close(taken[--count]);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

static void test_open__no_descriptors__said(void **state)
{
	(void)state;
	refused_with_room_for(0);
	refused_with_room_for(1); /* which the directory takes */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_open__nobody_hosts_anything__not_there,
						server_fixture_setup, server_fixture_teardown),
		cmocka_unit_test_setup_teardown(test_open__untrusted_directory__said,
						server_fixture_setup, server_fixture_teardown),
		cmocka_unit_test_setup_teardown(test_open__no_descriptors__said,
						server_fixture_setup, server_fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
