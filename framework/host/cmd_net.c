/* SPDX-License-Identifier: MIT */
/* cmd_net.c - uwdf net: hands over to uwdf-net, which needs neither libuwdf nor libpci. */
#include <limits.h>
#include <stdint.h>
#include <stdio.h>

#include "base/sys.h"
#include "commands.h"
#include "net_options.h"
#include "program_dir.h"
#include "say.h"

#define MAX_WORDS (2 * OPTIONS_MAX_GIVEN + 4)

struct words {
	char dashed[OPTIONS_MAX_GIVEN][32];
	const char *argv[MAX_WORDS];
};

/* What was parsed, as words again: so that "uwdf net" reports its own mistakes first. */
static void put_words(const struct arguments *args, const char *program, struct words *w)
{
	unsigned int n = 0;

	w->argv[n++] = program;
	w->argv[n++] = args->operands[0];
	for (unsigned int i = 0; i < args->given_count; i++) {
		snprintf(w->dashed[i], sizeof(w->dashed[i]), "--%s", args->given[i].spec->name);
		w->argv[n++] = w->dashed[i];
		if (args->given[i].value)
			w->argv[n++] = args->given[i].value;
	}
	w->argv[n] = NULL;
}

static int run_net(const struct arguments *args)
{
	char dir[PATH_MAX], path[PATH_MAX + 16] = "uwdf-net";
	struct report rep = REPORT_INIT;
	struct words words;
	int err = program_dir(dir, sizeof(dir));

	if (!err) {
		snprintf(path, sizeof(path), "%s/uwdf-net", dir);
		put_words(args, path, &words);
		err = sys_execvp(path, (char *const *)(uintptr_t)words.argv);
	}
	report_fail(&rep, err, "starting %s", path);
	report_hint(&rep, "cmake --build . --target uwdf_net    # it belongs beside uwdf");
	say_report("uwdf", &rep);
	return EXIT_CODE_FAILED;
}

const struct command command_net = {
	.name = "uwdf net",
	.operands = NET_OPERANDS,
	.summary = NET_SUMMARY,
	.details = net_details,
	.options = net_options,
	.least = 1,
	.most = 1,
	.run = run_net,
};
