/* SPDX-License-Identifier: MIT */
/* A child process that has not yet become another program has the server's sockets, too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "raw_wire.h"
#include "server_fixture.h"

static int client_of(const struct server_fixture *f)
{
	return raw_client(server_socket(f->server), server_name(f->server), NULL);
}

static void await_served(int fd)
{
	struct uwdf_entry e = raw_entry(UWDF_OP_CLOSE, 99, 0);

	raw_send(fd, &e, NULL);
	raw_expect(fd, 99, UWDF_STATUS_INVALID_HANDLE, NULL);
}

/* Has all descriptors of ours but @fd, for as long as it lives. */
static pid_t child_without(int fd)
{
	int ready[2];
	pid_t pid;
	char byte;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(fd);
		if (write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static void test_client_leaves__child_has_its_socket__forgotten(void **state)
{
	struct server_fixture *f = *state;
	int fd = client_of(f), other;
	pid_t child;

	await_served(fd);
	child = child_without(fd);
	close(fd);
	other = client_of(f);
	for (unsigned int i = 0; i < 20; i++) /* the first is gone, and would be found again */
		await_served(other);
	close(other);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_client_leaves__child_has_its_socket__forgotten,
						server_fixture_setup, server_fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
