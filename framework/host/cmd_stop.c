/* SPDX-License-Identifier: MIT */
/* cmd_stop.c - uwdf stop: a host removes its device and ends. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "jtext.h"
#include "runtime_dir.h"
#include "say.h"
#include "uwdf/client.h"

#define DEFAULT_TIMEOUT_MS 15000 /* a host that cannot remove its device gives up after 10 s */

static int print_result(const struct arguments *args)
{
	struct jtext *object;
	int err;

	if (!option_given(args, "json")) {
		printf("%s stopped\n", args->operands[0]);
		return 0;
	}
	object = jtext_object();
	jtext_set_text(object, "name", args->operands[0]);
	jtext_set_bool(object, "stopped", true);
	err = jtext_print(stdout, object);
	jtext_free(object);
	return err;
}

static int run_stop(const struct arguments *args)
{
	struct uwdf_error error = { .text = "" };
	int err = uwdf_host_stop(args->operands[0], DEFAULT_TIMEOUT_MS, &error);

	if (err)
		say_error("uwdf", &error);
	else
		err = print_result(args);
	if (err == -EINVAL && !strchr(args->operands[0], '/') &&
	    !runtime_name_valid(args->operands[0]))
		return EXIT_CODE_USAGE;
	return err == -ECONNREFUSED ? EXIT_CODE_NOT_FOUND : exit_code_of(err);
}

static const struct option_spec stop_options[] = {
	{ "json", NULL, "print a JSON object: name, stopped" },
	{ NULL, NULL, NULL },
};

const struct command command_stop = {
	.name = "uwdf stop",
	.operands = "NAME",
	.summary = "remove a device in good order and end its host",
	.details = "NAME is a device's name as \"uwdf devices\" shows it, or its host's socket. "
		   "The\n"
		   "driver is asked first and may refuse (exit code 1; see uwdf unload --force). "
		   "Then\n"
		   "clients are answered, the driver's removal callbacks run, and the command "
		   "returns\n"
		   "when the process has ended.\n",
	.options = stop_options,
	.least = 1,
	.most = 1,
	.run = run_stop,
};
