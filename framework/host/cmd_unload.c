/* SPDX-License-Identifier: MIT */
/* cmd_unload.c - uwdf unload: end a host whose device nobody uses, or say what keeps its driver. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "jtext.h"
#include "runtime_dir.h"
#include "say.h"
#include "uwdf/client.h"

#define TIMEOUT_MS 15000 /* as uwdf stop */

/* --- why --- */

static const char *text_of(const struct jtext *object, const char *key)
{
	const char *text = jtext_text(object, key);

	return text ? text : "?";
}

static void print_handle(const struct jtext *handle)
{
	uint64_t age_ms = jtext_number(handle, "age_ms");

	printf("  open handle   %s: pid %" PRIu64 " (%s), for %" PRIu64 ".%" PRIu64 " s, %" PRIu64
	       " requests at the driver\n",
	       text_of(handle, "device"), jtext_number(handle, "pid"), text_of(handle, "program"),
	       age_ms / 1000, age_ms % 1000 / 100, jtext_number(handle, "requests"));
}

/* Whose it is, where several drivers have the device. */
static void end_line(const struct jtext *item)
{
	if (jtext_text(item, "driver"))
		printf(", of %s", jtext_text(item, "driver"));
	printf("\n");
}

static void print_device(const struct jtext *device)
{
	printf("  device        %s: %s, %s", text_of(device, "what"), text_of(device, "kind"),
	       text_of(device, "state"));
	end_line(device);
}

static void print_reference(const struct jtext *reference)
{
	uint64_t count = jtext_number(reference, "references");

	printf("  reference     %s (%s): ", text_of(reference, "what"),
	       text_of(reference, "state"));
	if (jtext_text(reference, "tag"))
		printf("tag %s at %s:%" PRIu64, jtext_text(reference, "tag"),
		       text_of(reference, "file"), jtext_number(reference, "line"));
	else
		printf("%" PRIu64 " reference%s", count, count == 1 ? "" : "s");
	end_line(reference);
}

static void print_work(const struct jtext *work)
{
	printf("  %-13s %s: %s", text_of(work, "kind"), text_of(work, "what"),
	       text_of(work, "state"));
	end_line(work);
}

static size_t print_each(const struct jtext *why, const char *key,
			 void (*print)(const struct jtext *item))
{
	const struct jtext *array = jtext_member(why, key);

	for (size_t i = 0; i < jtext_count(array); i++)
		print(jtext_item(array, i));
	return jtext_count(array);
}

static void print_filters(const struct jtext *filters)
{
	for (size_t i = 0; i < jtext_count(filters); i++)
		printf("%s%s", i ? ", " : " with filters ",
		       text_of(jtext_item(filters, i), "driver"));
}

static void print_why(const struct jtext *why)
{
	uint64_t more = jtext_number(why, "more");
	size_t count;

	printf("%s: driver %s", text_of(why, "name"), text_of(why, "driver"));
	print_filters(jtext_member(why, "filters"));
	printf(", pid %" PRIu64 ", is kept loaded by\n", jtext_number(why, "pid"));
	count = print_each(why, "handles", print_handle);
	count += print_each(why, "devices", print_device);
	count += print_each(why, "references", print_reference);
	count += print_each(why, "work", print_work);
	if (more)
		printf("  and %" PRIu64 " more\n", more);
	if (!count && !more)
		printf("  nothing\n");
	if (!jtext_is_true(why, "unloadable"))
		printf("It has no EvtDriverUnload: its image stays until the host ends.\n");
	if (!jtext_is_true(why, "verified"))
		printf("Which references the driver holds on live objects, and the lines that took "
		       "them, is known\nwhen it runs with: uwdf run --verify\n");
}

static int explain(const struct arguments *args, bool as_json)
{
	struct uwdf_error error = { .text = "" };
	struct jtext *why;
	char *text = NULL;
	int err = uwdf_host_why(args->operands[0], &error, &text);

	if (err) {
		say_error("uwdf", &error);
		return err;
	}
	why = jtext_parse(text);
	free(text);
	if (!why) {
		fprintf(stderr, "uwdf: %s: the answer is not JSON\n", args->operands[0]);
		return -EPROTO;
	}
	if (as_json)
		err = jtext_print(stdout, why);
	else
		print_why(why);
	jtext_free(why);
	return err;
}

/* --- unload --- */

static int print_result(const struct arguments *args)
{
	struct jtext *object;
	int err;

	if (!option_given(args, "json")) {
		printf("%s unloaded\n", args->operands[0]);
		return 0;
	}
	object = jtext_object();
	jtext_set_text(object, "name", args->operands[0]);
	jtext_set_bool(object, "unloaded", true);
	err = jtext_print(stdout, object);
	jtext_free(object);
	return err;
}

static int unload(const struct arguments *args)
{
	struct uwdf_error error = { .text = "" };
	const char *name = args->operands[0];
	int err = option_given(args, "force") ? uwdf_host_stop_forced(name, TIMEOUT_MS, &error)
					      : uwdf_host_stop_unused(name, TIMEOUT_MS, &error);

	if (!err)
		return print_result(args);
	say_error("uwdf", &error);
	if (err == -EBUSY)
		(void)explain(args, option_given(args, "json")); /* it has failed as it is */
	return err;
}

static int run_unload(const struct arguments *args)
{
	int err;

	if (option_given(args, "why") && option_given(args, "force")) {
		fprintf(stderr,
			"uwdf: uwdf unload: --why unloads nothing, --force does\n"
			"  try: uwdf unload --why %s\n",
			args->operands[0]);
		return EXIT_CODE_USAGE;
	}
	err = option_given(args, "why") ? explain(args, option_given(args, "json")) : unload(args);

	if (err == -EINVAL && !strchr(args->operands[0], '/') &&
	    !runtime_name_valid(args->operands[0]))
		return EXIT_CODE_USAGE;
	return err == -ECONNREFUSED ? EXIT_CODE_NOT_FOUND : exit_code_of(err);
}

static const struct option_spec unload_options[] = {
	{ "why", NULL, "only say what keeps the driver loaded" },
	{ "force", NULL, "unload although clients have the device open or its driver refuses" },
	{ "json", NULL, "print a JSON object: name, unloaded; with --why, what keeps it" },
	{ NULL, NULL, NULL },
};

const struct command command_unload = {
	.name = "uwdf unload",
	.operands = "NAME",
	.summary = "unload a driver that nobody uses, or say what keeps it loaded (--why)",
	.details =
		"NAME is a device's name as \"uwdf devices\" shows it, or its host's socket. An "
		"open\n"
		"handle refuses, as it refuses a removal in Windows: the command lists who has it "
		"open\n"
		"and ends with exit code 1. So may the driver (EvtDeviceQueryRemove): the command "
		"says\n"
		"with which status. With --force neither is asked: clients are answered and told, "
		"the\n"
		"device goes. --why names open handles (process, program, age), devices, "
		"references that "
		"the\n"
		"driver holds (with tag and source line where its verifier is on), DPCs, timers "
		"and\n"
		"work items that are due.\n"
		"What a driver leaks is reported by its host at the end; the host still exits with "
		"0.\n",
	.options = unload_options,
	.least = 1,
	.most = 1,
	.run = run_unload,
};
