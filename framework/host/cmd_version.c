/* SPDX-License-Identifier: MIT */
/* cmd_version.c - uwdf version. */
#include <stdio.h>

#include "commands.h"
#include "jtext.h"
#include "say.h"
#include "uwdf/driver_image.h"
#include "uwdf/wire.h"

static int print_json(void)
{
	struct jtext *object = jtext_object();
	int err;

	jtext_set_text(object, "version", UWDF_PROGRAM_VERSION);
	jtext_set_number(object, "driver_abi", UWDF_DRIVER_ABI);
	jtext_set_number(object, "wire_version", UWDF_WIRE_VERSION);
	err = jtext_print(stdout, object);
	jtext_free(object);
	return err;
}

static int run_version(const struct arguments *args)
{
	if (option_given(args, "json"))
		return exit_code_of(print_json());
	printf("uwdf %s (driver ABI %d, wire version %d)\n", UWDF_PROGRAM_VERSION, UWDF_DRIVER_ABI,
	       UWDF_WIRE_VERSION);
	return EXIT_CODE_OK;
}

static const struct option_spec version_options[] = {
	{ "json", NULL, "print a JSON object: version, driver_abi, wire_version" },
	{ NULL, NULL, NULL },
};

const struct command command_version = {
	.name = "uwdf version",
	.operands = "",
	.summary = "show the version of this program and of what it speaks",
	.details =
		"Drivers carry the ABI they were built for, clients the wire version they speak.\n",
	.options = version_options,
	.run = run_version,
};
