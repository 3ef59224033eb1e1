/* SPDX-License-Identifier: MIT */
#include "say.h"

#include <errno.h>
#include <stdio.h>

static void say(const char *program, const char *text, const char *hint)
{
	fflush(stdout);
	fprintf(stderr, "%s: %s\n", program, text);
	if (hint[0])
		fprintf(stderr, "  try: %s\n", hint);
}

void say_report(const char *program, const struct report *rep)
{
	say(program, rep->text, rep->hint);
}

void say_error(const char *program, const struct uwdf_error *error)
{
	say(program, error->text, error->hint);
}

int exit_code_of(int err)
{
	if (!err)
		return EXIT_CODE_OK;
	return err == -ENOENT || err == -ENODEV ? EXIT_CODE_NOT_FOUND : EXIT_CODE_FAILED;
}
