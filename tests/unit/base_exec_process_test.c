/* SPDX-License-Identifier: MIT */
/* Child processes: started, told apart from failures to start, stopped, and never left behind. */
#include "uw_test.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/exec.h"
#include "base/fault.h"
#include "base/mem.h"
#include "base/sys.h"

static int begin(char *script, int stderr_fd, const int *inherit, unsigned int count,
		 struct exec_process **out)
{
	char shell[] = "sh", flag[] = "-c";
	char *argv[] = { shell, flag, script, NULL };
	struct exec_process_params params = { .path = "sh",
					      .argv = argv,
					      .stderr_fd = stderr_fd,
					      .inherit_fds = inherit,
					      .inherit_count = count };

	return exec_process_start(&params, out);
}

static struct exec_process *run(const char *script, int stderr_fd)
{
	char text[256];
	struct exec_process *p = NULL;

	snprintf(text, sizeof(text), "%s", script);
	assert_int_equal(begin(text, stderr_fd, NULL, 0, &p), 0);
	return p;
}

static int wait_status(struct exec_process *p)
{
	int status = -1;

	assert_int_equal(exec_wait_fd(exec_process_fd(p), POLLIN, exec_deadline_ms(60000)), POLLIN);
	assert_true(exec_process_ended(p, &status));
	return status;
}

static void test_process__that_ends__gives_its_status(void **state)
{
	struct exec_process *p = run("exit 3", -1);
	int status = wait_status(p);

	(void)state;
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 3);
	assert_true(exec_process_pid(p) > 0);
	exec_process_stop(p, 0);
}

static void test_process__output__goes_where_it_was_told(void **state)
{
	char text[64] = "";
	int fds[2];
	struct exec_process *p;

	(void)state;
	assert_int_equal(sys_pipe2(fds, O_CLOEXEC), 0);
	p = run("echo out; echo err >&2", fds[1]);
	wait_status(p);
	assert_int_equal(sys_read(fds[0], text, sizeof(text)), 8);
	assert_string_equal(text, "out\nerr\n");
	exec_process_stop(p, 0);
	sys_close(fds[0]);
	sys_close(fds[1]);
}

static void test_process__descriptors__are_closed_but_those_named(void **state)
{
	char script[256], text[64] = "";
	int fds[2], other = dup(2); /* not close-on-exec: a foreign library's */
	struct exec_process *p;
	ssize_t got;

	(void)state;
	assert_int_equal(sys_pipe2(fds, O_CLOEXEC), 0);
	snprintf(script, sizeof(script), "test -e /proc/self/fd/%d || echo -n shut >&%d", other,
		 fds[1]);
	assert_int_equal(begin(script, -1, &fds[1], 1, &p), 0);
	wait_status(p);
	got = sys_read(fds[0], text, sizeof(text));
	assert_int_equal(got, 4);
	assert_string_equal(text, "shut");
	exec_process_stop(p, 0);
	sys_close(fds[0]);
	sys_close(fds[1]);
	sys_close(other);
}

static void test_process__program_missing__says_so_and_leaves_nothing(void **state)
{
	char name[] = "no-such-program-here";
	char *argv[] = { name, NULL };
	struct exec_process_params params = { .path = name, .argv = argv, .stderr_fd = -1 };
	struct exec_process *p = NULL;
	uint64_t blocks = mem_live_blocks();
	unsigned int fds = test_open_fds();

	(void)state;
	assert_int_equal(exec_process_start(&params, &p), -ENOENT);
	assert_null(p);
	assert_int_equal(mem_live_blocks(), blocks);
	assert_int_equal(test_open_fds(), fds);
}

static void test_process__has_a_process_group_of_its_own(void **state)
{
	struct exec_process *p = run("exec sleep 100", -1);

	(void)state;
	assert_int_equal(getpgid(exec_process_pid(p)), exec_process_pid(p));
	exec_process_stop(p, 5000);
}

static void test_process__stopped__is_asked_then_killed(void **state)
{
	struct exec_process *p;
	int fds[2];
	char c;

	(void)state;
	p = run("exec sleep 100", -1);
	exec_process_stop(p, 5000); /* SIGTERM does */

	assert_int_equal(sys_pipe2(fds, O_CLOEXEC), 0);
	p = run("trap '' TERM; echo; while :; do sleep 100; done", fds[1]);
	assert_int_equal(sys_read(fds[0], &c, 1), 1); /* the trap is set */
	exec_process_stop(p, 20);
	sys_close(fds[0]);
	sys_close(fds[1]);
	exec_process_stop(NULL, 0);
}

static void test_process__each_single_fault__leaves_nothing(void **state)
{
	uint64_t blocks = mem_live_blocks();
	unsigned int fds = test_open_fds();
	bool fired = true;

	(void)state;
	for (uint64_t k = 1; fired; k++) {
		char script[] = "exit 0";
		struct exec_process *p = NULL;
		int err;

		fault_arm(FAULT_ANY, k);
		err = begin(script, -1, NULL, 0, &p);
		if (!err)
			exec_process_stop(p, 1000);
		fired = fault_fired();
		fault_disarm();
		assert_true(!err || fired);
		assert_int_equal(mem_live_blocks(), blocks);
		assert_int_equal(test_open_fds(), fds);
		assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child left */
	}
}

static void start_and_die(void *arg)
{
	char script[] = "exec sleep 1000", line[32];
	struct exec_process *p;
	int len;

	(void)arg;
	if (begin(script, -1, NULL, 0, &p))
		return;
	len = snprintf(line, sizeof(line), "%d", exec_process_pid(p));
	if (write(2, line, (size_t)len) == len)
		kill(getpid(), SIGKILL);
}

static void test_process__parent_killed__dies_with_it(void **state)
{
	char text[512], path[64];
	int status = test_in_child(start_and_die, NULL, text, sizeof(text));
	uint64_t deadline = exec_deadline_ms(60000);

	(void)state;
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	snprintf(path, sizeof(path), "/proc/%d/cmdline", atoi(text));
	/* reading to its end above already waited for it: it held the pipe */
	for (;;) {
		char cmdline[64] = "";

		if (sys_read_file(path, cmdline, sizeof(cmdline)) <= 0)
			break; /* gone, or a zombie that the init of this container owes us */
		assert_true(exec_now_ns() < deadline);
		exec_yield();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		/* first: it forks, which a sanitizer likes best before there are threads */
		cmocka_unit_test(test_process__parent_killed__dies_with_it),
		cmocka_unit_test(test_process__that_ends__gives_its_status),
		cmocka_unit_test(test_process__output__goes_where_it_was_told),
		cmocka_unit_test(test_process__descriptors__are_closed_but_those_named),
		cmocka_unit_test(test_process__program_missing__says_so_and_leaves_nothing),
		cmocka_unit_test(test_process__has_a_process_group_of_its_own),
		cmocka_unit_test(test_process__stopped__is_asked_then_killed),
		cmocka_unit_test(test_process__each_single_fault__leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
