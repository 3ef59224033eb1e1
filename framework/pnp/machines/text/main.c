/* SPDX-License-Identifier: MIT */
/*
 * machine-text: the tables of the PnP, power and policy machines for other programs.
 *
 *   machine-text dot pnp|power|policy_owner|policy_other
 *   machine-text promela [MACHINE STATE EVENT WAS NOW]
 */
#include <string.h>

#include "base/compiler.h"
#include "text.h"

static int dot(const char *name)
{
	static const struct fx_machine_table *const tables[] = { &fx_pnp_table, &fx_power_table,
								 &fx_policy_owner_table,
								 &fx_policy_other_table };

	for (unsigned int i = 0; i < UW_ARRAY_SIZE(tables); i++)
		if (!strcmp(tables[i]->name, name)) {
			text_dot(stdout, tables[i]);
			return 0;
		}
	return 2;
}

static int promela(int argc, char **argv)
{
	struct text_mistake mistake;

	if (argc == 0)
		return text_promela(stdout, NULL) ? 0 : 1;
	if (argc != 5)
		return 2;
	mistake = (struct text_mistake){ argv[0], argv[1], argv[2], argv[3], argv[4] };
	return text_promela(stdout, &mistake) ? 0 : 1;
}

int main(int argc, char **argv)
{
	int status = 2;

	if (argc == 3 && !strcmp(argv[1], "dot"))
		status = dot(argv[2]);
	else if (argc >= 2 && !strcmp(argv[1], "promela"))
		status = promela(argc - 2, argv + 2);
	if (status)
		fprintf(stderr,
			"machine-text: dot MACHINE | promela [MACHINE STATE EVENT WAS NOW]\n");
	return fflush(stdout) ? 1 : status;
}
