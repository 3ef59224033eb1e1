/* SPDX-License-Identifier: MIT */
/* Where hosts put their sockets, whose directory that may be, and who gets which name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fault.h"
#include "child.h"
#include "raw_wire.h"
#include "runtime_dir.h"
#include "server_fixture.h"
#include "skips.h"
#include "uwdf/client.h"

/* --- the rule --- */

static void expect_dir(const char *dir)
{
	char buf[256];

	assert_int_equal(uwdf_runtime_dir(buf, sizeof(buf)), 0);
	assert_string_equal(buf, dir);
}

static void test_variable_comes_first(void **state)
{
	char buf[4];

	(void)state;
	setenv("UWDF_RUNTIME_DIR", "/some/where", 1);
	expect_dir("/some/where");
	assert_int_equal(uwdf_runtime_dir(buf, sizeof(buf)), -ENAMETOOLONG);
	setenv("UWDF_RUNTIME_DIR", "not/absolute", 1);
	assert_int_equal(uwdf_runtime_dir(buf, sizeof(buf)), -EINVAL);
	unsetenv("UWDF_RUNTIME_DIR");
}

/* Runs @check as an ordinary user; true if it passed. */
static bool passes_as_user(void (*check)(void))
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (getuid() == 0 && setuid(4711))
			child_exit(1);
		check();
		child_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void require(bool condition)
{
	if (!condition)
		child_exit(1);
}

static void check_user_rule(void)
{
	char buf[256], own[64], dir[] = "/tmp/uwdf-xdg-XXXXXX", expected[64];

	snprintf(own, sizeof(own), "/tmp/uwdf-%u", getuid());
	unsetenv("XDG_RUNTIME_DIR");
	require(!uwdf_runtime_dir(buf, sizeof(buf)) && !strcmp(buf, own));
	setenv("XDG_RUNTIME_DIR", "/", 1); /* somebody else's */
	require(!uwdf_runtime_dir(buf, sizeof(buf)) && !strcmp(buf, own));
	require(mkdtemp(dir) && !setenv("XDG_RUNTIME_DIR", dir, 1));
	snprintf(expected, sizeof(expected), "%s/uwdf", dir);
	require(!uwdf_runtime_dir(buf, sizeof(buf)) && !strcmp(buf, expected));
	rmdir(dir);
}

static void test_user__own_xdg_directory_or_tmp(void **state)
{
	(void)state;
	unsetenv("UWDF_RUNTIME_DIR");
	assert_true(passes_as_user(check_user_rule));
}

static void test_root__run(void **state)
{
	(void)state;
	if (getuid() != 0)
		skip_and_say("root only");
	unsetenv("UWDF_RUNTIME_DIR");
	setenv("XDG_RUNTIME_DIR", "/tmp", 1);
	expect_dir("/run/uwdf");
	unsetenv("XDG_RUNTIME_DIR");
}

/* --- whose it is --- */

static char parent[64], dir[80];

static void make_parent(void)
{
	snprintf(parent, sizeof(parent), "/tmp/uwdf-rule-XXXXXX");
	assert_non_null(mkdtemp(parent));
	snprintf(dir, sizeof(dir), "%s/run", parent);
	setenv("UWDF_RUNTIME_DIR", dir, 1);
}

static void remove_parent(void)
{
	unlink(dir);
	rmdir(dir);
	assert_int_equal(rmdir(parent), 0);
}

static void test_prepare__makes_it_private(void **state)
{
	struct stat st;
	char buf[256];

	(void)state;
	make_parent();
	assert_int_equal(runtime_dir_check(NULL, buf, sizeof(buf)), -ENOENT);
	assert_int_equal(runtime_dir_prepare(NULL, buf, sizeof(buf)), 0);
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(runtime_dir_prepare(NULL, buf, sizeof(buf)), 0);
	assert_int_equal(runtime_dir_check(NULL, buf, sizeof(buf)), 0);
	remove_parent();
}

static void expect_refused(int err, const char *text)
{
	struct report rep = REPORT_INIT;
	char buf[256];

	assert_int_equal(runtime_dir_prepare(&rep, buf, sizeof(buf)), err);
	if (!strstr(rep.text, text))
		fail_msg("'%s' lacks '%s'", rep.text, text);
	assert_int_equal(runtime_dir_check(NULL, buf, sizeof(buf)), err);
}

static void test_writable_by_others__refused(void **state)
{
	(void)state;
	make_parent();
	assert_int_equal(mkdir(dir, 0700), 0);
	assert_int_equal(chmod(dir, 0777), 0);
	expect_refused(-EACCES, "written by others");
	assert_int_equal(chmod(dir, 0770), 0);
	expect_refused(-EACCES, "written by others");
	remove_parent();
}

static void test_link__refused(void **state)
{
	(void)state;
	make_parent();
	assert_int_equal(symlink("/tmp", dir), 0);
	expect_refused(-ENOTDIR, dir);
	remove_parent();
}

static void test_another_users__refused(void **state)
{
	struct report rep = REPORT_INIT;
	char buf[256];

	(void)state;
	make_parent();
	assert_int_equal(mkdir(dir, 0700), 0);
	if (getuid() == 0) {
		assert_int_equal(chown(dir, 4711, 4711), 0);
		expect_refused(-EACCES, "belongs to uid 4711");
	} else { /* root's: a client may look there, a host may not be */
		setenv("UWDF_RUNTIME_DIR", "/usr", 1);
		assert_int_equal(runtime_dir_prepare(&rep, buf, sizeof(buf)), -EACCES);
	}
	remove_parent();
}

/* --- names --- */

static void test_names(void **state)
{
	static const char long_name[] =
		"0123456789012345678901234567890123456789012345678901234567890123";

	(void)state;
	assert_true(runtime_name_valid("e1000-2"));
	assert_true(runtime_name_valid("0000_00+a.b"));
	assert_true(runtime_name_valid(long_name + 1));
	assert_false(runtime_name_valid(long_name));
	assert_false(runtime_name_valid(""));
	assert_false(runtime_name_valid("../x"));
	assert_false(runtime_name_valid("a/b"));
	assert_false(runtime_name_valid(".hidden"));
	assert_false(runtime_name_valid("-option"));
	assert_false(runtime_name_valid("a b"));
}

static void test_socket__is_the_users_alone(void **state)
{
	struct server_fixture *f = *state;
	struct stat st;

	assert_int_equal(stat(server_socket(f->server), &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void test_same_name__gets_a_number(void **state)
{
	struct server_fixture *f = *state;
	struct server *second, *third;

	assert_int_equal(server_start(&f->params, NULL, &second), 0);
	assert_int_equal(server_start(&f->params, NULL, &third), 0);
	assert_string_equal(server_name(second), "fake-2");
	assert_string_equal(server_name(third), "fake-3");
	assert_int_equal(server_free(second, exec_deadline_ms(60000)), 0);
	assert_int_equal(server_start(&f->params, NULL, &second), 0);
	assert_string_equal(server_name(second), "fake-2"); /* free again */
	assert_int_equal(server_free(second, exec_deadline_ms(60000)), 0);
	assert_int_equal(server_free(third, exec_deadline_ms(60000)), 0);
}

static bool has_name(const char *directory, const char *name)
{
	char path[108];

	assert_int_equal(runtime_socket_path(directory, name, path, sizeof(path)), 0);
	return access(path, F_OK) == 0;
}

/* Starts and ends a server with its @k-th system call failing; false: there was no k-th one. */
static bool start_with_fault(struct server_fixture *f, uint64_t k)
{
	struct server *server = NULL;
	bool fired;
	int err;

	fault_arm(FAULT_SYSCALL, k);
	err = server_start(&f->params, NULL, &server);
	fired = fault_fired();
	fault_disarm();
	if (!err)
		assert_int_equal(server_free(server, exec_deadline_ms(60000)), 0);
	return fired;
}

static void test_start__each_system_call_fails_in_turn__no_name_stays(void **state)
{
	struct server_fixture *f = *state;

	server_fixture_stop(f);
	for (uint64_t k = 1; start_with_fault(f, k); k++) {
		assert_false(has_name(f->dir, "fake"));
		assert_false(has_name(f->dir, "fake-2"));
	}
	server_fixture_start(f);
}

static void leave_dead_socket(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(fd, 1), 0);
	close(fd);
}

static void test_dead_hosts_socket__replaced(void **state)
{
	struct server_fixture *f = *state;
	char path[108];
	uint32_t handle;

	snprintf(path, sizeof(path), "%s", server_socket(f->server));
	server_fixture_stop(f);
	leave_dead_socket(path);
	server_fixture_start(f);
	assert_string_equal(server_name(f->server), "fake");
	close(raw_client(path, "fake", &handle));
	fake_device_await_closes(&f->device, 1);
}

static void test_file_of_the_name__left_alone(void **state)
{
	struct server_fixture *f = *state;
	char path[108];
	FILE *file;

	snprintf(path, sizeof(path), "%s", server_socket(f->server));
	server_fixture_stop(f);
	file = fopen(path, "w");
	assert_non_null(file);
	fclose(file);
	server_fixture_start(f);
	assert_string_equal(server_name(f->server), "fake-2");
	assert_int_equal(access(path, F_OK), 0);
}

static void expect_no_server(struct server_fixture *f, const char *name, int err)
{
	struct report rep = REPORT_INIT;
	struct server_params params = f->params;
	struct server *server;

	params.name = name;
	assert_int_equal(server_start(&params, &rep, &server), err);
	assert_true(rep.text[0] && rep.hint[0]);
}

static void test_bad_names_and_long_directories__said(void **state)
{
	struct server_fixture *f = *state;
	char deep[160], *old = getenv("UWDF_RUNTIME_DIR");

	expect_no_server(f, "a/b", -EINVAL);
	snprintf(deep, sizeof(deep), "%s/%0100d", old, 0);
	setenv("UWDF_RUNTIME_DIR", deep, 1);
	expect_no_server(f, "fake", -ENAMETOOLONG);
	rmdir(deep);
	setenv("UWDF_RUNTIME_DIR", "/proc/nothing", 1);
	expect_no_server(f, "fake", -ENOENT);
	setenv("UWDF_RUNTIME_DIR", f->dir, 1);
}

static const char *foreign_path;

static void check_foreign_client(void)
{
	int fd = raw_connect(foreign_path);

	raw_expect(fd, 0, UWDF_STATUS_ACCESS_DENIED, NULL);
	raw_expect_hang_up(fd);
}

static void test_another_user__refused_even_if_let_near(void **state)
{
	struct server_fixture *f = *state;

	if (getuid() != 0)
		skip_and_say("only root can be two users");
	foreign_path = server_socket(f->server);
	assert_int_equal(chmod(f->dir, 0755), 0);
	assert_int_equal(chmod(foreign_path, 0666), 0);
	assert_true(passes_as_user(check_foreign_client));
}

#define with_server(test)                                                                          \
	cmocka_unit_test_setup_teardown(test, server_fixture_setup, server_fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_variable_comes_first),
		cmocka_unit_test(test_user__own_xdg_directory_or_tmp),
		cmocka_unit_test(test_root__run),
		cmocka_unit_test(test_prepare__makes_it_private),
		cmocka_unit_test(test_writable_by_others__refused),
		cmocka_unit_test(test_link__refused),
		cmocka_unit_test(test_another_users__refused),
		cmocka_unit_test(test_names),
		with_server(test_socket__is_the_users_alone),
		with_server(test_same_name__gets_a_number),
		with_server(test_start__each_system_call_fails_in_turn__no_name_stays),
		with_server(test_dead_hosts_socket__replaced),
		with_server(test_file_of_the_name__left_alone),
		with_server(test_bad_names_and_long_directories__said),
		with_server(test_another_user__refused_even_if_let_near),
	};

	return skips_status(cmocka_run_group_tests(tests, NULL, NULL));
}
