/* SPDX-License-Identifier: MIT */
/* say.h - what the programs print, and what they end with. */
#ifndef HOST_SAY_H
#define HOST_SAY_H

#include "base/report.h"
#include "uwdf/client.h"

enum exit_code {
	EXIT_CODE_OK = 0,
	EXIT_CODE_FAILED = 1,
	EXIT_CODE_USAGE = 2,     /* the command line is wrong */
	EXIT_CODE_NOT_FOUND = 3, /* no such function, device or driver */
	EXIT_CODE_LEFT = 4,      /* run: the device went away or was asked back */
};

/* "PROGRAM: what: on what: why", and the command that helps on a second line; to standard error. */
void say_report(const char *program, const struct report *rep);
void say_error(const char *program, const struct uwdf_error *error);
/*
 * The exit code for a negative errno. None is EXIT_CODE_USAGE: -EINVAL may come from far below, so
 * a command that took a malformed word says so itself.
 */
int exit_code_of(int err);

#endif
