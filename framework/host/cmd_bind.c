/* SPDX-License-Identifier: MIT */
/* cmd_bind.c - uwdf bind and unbind. */
#include <stdio.h>

#include "commands.h"
#include "jtext.h"
#include "say.h"
#include "vfio/bind.h"

static int print_result(const struct arguments *args, const char *done)
{
	struct jtext *object;
	int err;

	if (!option_given(args, "json")) {
		printf("%s %s\n", args->operands[0], done);
		return 0;
	}
	object = jtext_object();
	jtext_set_text(object, "address", args->operands[0]);
	jtext_set_text(object, "result", done);
	err = jtext_print(stdout, object);
	jtext_free(object);
	return err;
}

static int finish(const struct arguments *args, int err, const char *done, const struct report *rep)
{
	if (err)
		say_report("uwdf", rep);
	else
		err = print_result(args, done);
	return vfio_bind_address_valid(args->operands[0]) ? exit_code_of(err) : EXIT_CODE_USAGE;
}

static int run_bind(const struct arguments *args)
{
	struct report rep = REPORT_INIT;
	int err = vfio_bind(args->operands[0], option_given(args, "force"), &rep);

	return finish(args, err, "bound to vfio-pci", &rep);
}

static int run_unbind(const struct arguments *args)
{
	struct report rep = REPORT_INIT;
	int err = vfio_unbind(args->operands[0], &rep);

	return finish(args, err, "given back to the kernel", &rep);
}

static const struct option_spec bind_options[] = {
	{ "force", NULL, "also when its network interface is up or its disk is mounted" },
	{ "json", NULL, "print a JSON object: address, result" },
	{ NULL, NULL, NULL },
};

static const struct option_spec unbind_options[] = {
	{ "json", NULL, "print a JSON object: address, result" },
	{ NULL, NULL, NULL },
};

const struct command command_bind = {
	.name = "uwdf bind",
	.operands = "ADDRESS",
	.summary = "give a PCI function to vfio-pci, so that a driver here can have it",
	.details =
		"Needs root. All or nothing: if a step fails, the driver that was there is back.\n"
		"A function in use (an interface that is up, a mounted disk) is refused unless\n"
		"forced. Binding what is bound already changes nothing. Undo: uwdf unbind.\n\n"
		"Example:\n  sudo uwdf bind 0000:00:03.0\n",
	.options = bind_options,
	.least = 1,
	.most = 1,
	.run = run_bind,
};

const struct command command_unbind = {
	.name = "uwdf unbind",
	.operands = "ADDRESS",
	.summary = "give a PCI function back to the kernel's own driver",
	.details = "Needs root. The kernel chooses the driver as it would at start-up.\n\n"
		   "Example:\n  sudo uwdf unbind 0000:00:03.0\n",
	.options = unbind_options,
	.least = 1,
	.most = 1,
	.run = run_unbind,
};
