/* SPDX-License-Identifier: MIT */
/* main.c - the uwdf program: chooses a subcommand. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "say.h"

static const struct command *const commands[] = {
	&command_list, &command_bind,   &command_unbind, &command_run, &command_devices,
	&command_stop, &command_unload, &command_net,    &command_reg, &command_version,
};

static const char *short_name(const struct command *command)
{
	return strchr(command->name, ' ') + 1;
}

static const char *next_command(const void *arg, size_t i)
{
	(void)arg;
	return i < UW_ARRAY_SIZE(commands) ? short_name(commands[i]) : NULL;
}

static void print_overview(FILE *to)
{
	fprintf(to, "uwdf runs Windows driver framework (KMDF) drivers as Linux processes.\n\n"
		    "Usage: uwdf COMMAND [arguments]\n\nCommands:\n");
	for (size_t i = 0; i < UW_ARRAY_SIZE(commands); i++)
		fprintf(to, "  %-9s %s\n", short_name(commands[i]), commands[i]->summary);
	fprintf(to,
		"\n\"uwdf COMMAND --help\" says more about each.\n\n"
		"A first driver, on hardware that QEMU plays, without root:\n"
		"  uwdf run edu --device qemu:edu\n\n"
		"Exit codes: 0 done; 1 it failed; 2 the command line is wrong;\n"
		"3 no such function, device or driver; 4 (run) the device went away.\n"
		"UWDF_RUNTIME_DIR moves the directory of the hosts' sockets; UWDF_LOG=debug tells "
		"more.\n");
}

static int unknown_command(const char *word)
{
	const char *meant = suggest(word, next_command, NULL);
	struct report rep = REPORT_INIT;

	snprintf(rep.text, sizeof(rep.text), "unknown command: %s", word);
	if (meant)
		report_hint(&rep, "uwdf %s", meant);
	else
		report_hint(&rep, "uwdf --help");
	say_report("uwdf", &rep);
	return EXIT_CODE_USAGE;
}

static int run_command(const struct command *command, int argc, char **argv)
{
	struct report rep = REPORT_INIT;
	struct arguments args;

	if (options_parse(command, argc, argv, &rep, &args)) {
		say_report("uwdf", &rep);
		return EXIT_CODE_USAGE;
	}
	if (args.wants_help) {
		options_print_help(stdout, command);
		return EXIT_CODE_OK;
	}
	return command->run(&args);
}

int main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "--help";

	if (!strcmp(word, "--help") || !strcmp(word, "-h") || !strcmp(word, "help")) {
		print_overview(stdout);
		return argc > 1 ? EXIT_CODE_OK : EXIT_CODE_USAGE;
	}
	if (!strcmp(word, "--version"))
		word = "version";
	for (size_t i = 0; i < UW_ARRAY_SIZE(commands); i++)
		if (!strcmp(word, short_name(commands[i])))
			return run_command(commands[i], argc - 1, argv + 1);
	return unknown_command(word);
}
