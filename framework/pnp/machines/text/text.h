/* SPDX-License-Identifier: MIT */
/* text.h - the machines' tables as text for other programs: graphviz's dot and spin. */
#ifndef FX_MACHINE_TEXT_H
#define FX_MACHINE_TEXT_H

#include <stdio.h>

#include "pnp/machines/table.h"

/* A picture of one machine: states as boxes, events on solid arrows, dashed ones for entry actions
 * that go on by themselves. */
void text_dot(FILE *out, const struct fx_machine_table *table);

/* One arrow of a table that is to be another one: the model must find the mistake. */
struct text_mistake {
	const char *machine, *state;
	const char *event; /* "itself": one of the entry action's successors */
	const char *was;   /* the state to which it leads */
	const char *now;   /* the state to which it shall lead; "nowhere" */
};
/* PnP, power and the policy machine of a device that does not own its stack's policy, with their
 * queues and the world around them, for spin. @mistake: NULL: as the tables are; false: there is no
 * such arrow. What is abstracted: README.md. */
bool text_promela(FILE *out, const struct text_mistake *mistake);

/* --- what entry actions do beside going on, as Promela (says.c) --- */
struct text_say {
	const char *state;
	const char *next; /* "stay": only if it waits there; NULL: always; else if it goes there */
	const char *text;
};
struct text_model {
	const struct fx_machine_table *table;
	const char *prefix;          /* of states and events, and of variables */
	const struct text_say *says; /* the last has no state */
	const char *const *waits;    /* open states in which something must come; NULL ends them */
	bool stays; /* resting states go on by events alone: nothing else changes in this world */
	const char *taken, *dropped; /* Promela, after an event was taken; if it was dropped */
};
extern const struct text_model text_pnp_model, text_power_model, text_other_model;
extern const char text_world_before[], text_world_after[], text_world_end[];

#endif
