/* SPDX-License-Identifier: MIT */
/* uw_test.h - cmocka with what it wants included first, and the checks that every room's tests
 * share. */
#ifndef UW_TEST_H
#define UW_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/compiler.h"
#include "child.h"

/* Descriptors open in this process, to compare before and after. */
static inline UW_UNUSED unsigned int test_open_fds(void)
{
	unsigned int count = 0;

	for (int fd = 0; fd < 512; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

/* What a child process that ran @fn(@arg) wrote to stderr and how it ended (a status of waitpid).
 */
static inline UW_UNUSED int test_in_child(void (*fn)(void *arg), void *arg, char *out, size_t len)
{
	size_t used = 0;
	ssize_t got = 1;
	int status, fds[2];
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		dup2(fds[1], 2);
		close(fds[0]);
		close(fds[1]);
		child_count_abort();
		fn(arg);
		child_exit(0);
	}
	close(fds[1]);
	while (used < len - 1 && got > 0) {
		got = read(fds[0], out + used, len - 1 - used);
		used += got > 0 ? (size_t)got : 0;
	}
	out[used] = '\0';
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

#endif
