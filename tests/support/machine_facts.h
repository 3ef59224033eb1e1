/* SPDX-License-Identifier: MIT */
/* machine_facts.h - tests/headers/facts/pnp-states.tsv, a line at a time. */
#ifndef MACHINE_FACTS_H
#define MACHINE_FACTS_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "pnp/machines/table.h"

struct machine_fact {
	char machine[16]; /* pnp, power, owner, notowner */
	char kind[16];    /* priority, state, self, edge */
	char state[80];   /* "-": none */
	char what[80];    /* the value of a state, an event */
	char then[80];    /* yes or no: takes queued events; the next state */
};

static inline bool machine_fact_next(FILE *facts, struct machine_fact *out)
{
	char line[512];

	while (fgets(line, sizeof(line), facts))
		if (sscanf(line, "%15s %15s %79s %79s %79s", out->machine, out->kind, out->state,
			   out->what, out->then) == 5 &&
		    strcmp(out->kind, "kind"))
			return true;
	return false;
}

static inline const struct fx_machine_table *machine_fact_table(const char *machine)
{
	return !strcmp(machine, "pnp")     ? &fx_pnp_table
	       : !strcmp(machine, "power") ? &fx_power_table
	       : !strcmp(machine, "owner") ? &fx_policy_owner_table
					   : &fx_policy_other_table;
}

/* The state or event of that name; 0: there is none. */
static inline uint16_t machine_state_named(const struct fx_machine_table *t, const char *name)
{
	for (uint32_t i = 0; i < t->slots; i++)
		if (t->rows[i].name && !strcmp(t->rows[i].name, name))
			return t->rows[i].state;
	return 0;
}

static inline uint32_t machine_event_named(const struct fx_machine_table *t, const char *name)
{
	for (uint32_t i = 1; i < t->events; i++)
		if (!strcmp(t->event_names[i], name))
			return i;
	return 0;
}

#endif
