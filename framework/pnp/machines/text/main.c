/* SPDX-License-Identifier: MIT */
/*
 * machine-text: the tables of the PnP, power and policy machines for other programs.
 *
 *   machine-text dot pnp|power|policy_owner|policy_other
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

int main(int argc, char **argv)
{
	int status = 2;

	if (argc == 3 && !strcmp(argv[1], "dot"))
		status = dot(argv[2]);
	if (status)
		fprintf(stderr, "machine-text: dot MACHINE\n");
	return fflush(stdout) ? 1 : status;
}
