/* SPDX-License-Identifier: MIT */
/*
 * child.h - how a forked child of a test ends: gcov writes what a process executed in exit() alone,
 * and a child that ends by _exit() or abort() executed the very lines the test is about.
 */
#ifndef TEST_CHILD_H
#define TEST_CHILD_H

#include <signal.h>
#include <unistd.h>

/* There in the coverage build alone. NOLINTNEXTLINE(bugprone-reserved-identifier): gcov's name */
extern void __gcov_dump(void) __attribute__((weak));

static inline void child_save_coverage(void)
{
	if (__gcov_dump)
		__gcov_dump();
}

/* _exit(): none of the parent's exit handlers, none of its buffers. */
__attribute__((noreturn)) static inline void child_exit(int status)
{
	child_save_coverage();
	_exit(status);
}

static inline void child_aborts(int signal_number)
{
	child_save_coverage();
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

/* For a child that is to abort(): it ends by SIGABRT as ever, a little later. */
static inline void child_count_abort(void)
{
	if (__gcov_dump)
		signal(SIGABRT, child_aborts);
}

#endif
