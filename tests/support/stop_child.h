/* SPDX-License-Identifier: MIT */
/*
 * stop_child.h - a driver's mistake in a process of its own: what the verifier printed, and how the
 * process ended.
 */
#ifndef STOP_CHILD_H
#define STOP_CHILD_H

#include "uw_test.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"

static char stop_output[32768];

/* Run @fn in a child; true: it was stopped. What it printed is in stop_output. */
static inline UW_UNUSED bool child_stops(void (*fn)(void *arg), void *arg)
{
	int status = test_in_child(fn, arg, stop_output, sizeof(stop_output));

	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

/* Run @fn in a child; true: it came to its end by itself. */
static inline UW_UNUSED bool child_returns(void (*fn)(void *arg), void *arg)
{
	int status = test_in_child(fn, arg, stop_output, sizeof(stop_output));

	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Is @text, formatted, part of what the child printed? */
static inline UW_UNUSED UW_PRINTF(1, 2) void assert_said(const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (!strstr(stop_output, text))
		fail_msg("'%s' is not in:\n%s", text, stop_output);
}

/* "NAME at .../FILE:LINE": the end of this file's path, as a report shows it. */
#define assert_called_from(function, line)                                                         \
	do {                                                                                       \
		assert_said("called from %s at ", (function));                                     \
		assert_said("%s:%d (", strrchr(__FILE__, '/') + 1, (line));                        \
	} while (0)

#endif
