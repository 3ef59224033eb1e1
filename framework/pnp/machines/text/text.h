/* SPDX-License-Identifier: MIT */
/* text.h - the machines' tables as text for other programs: graphviz's dot. */
#ifndef FX_MACHINE_TEXT_H
#define FX_MACHINE_TEXT_H

#include <stdio.h>

#include "pnp/machines/table.h"

/* A picture of one machine: states as boxes, events on solid arrows, dashed ones for entry actions
 * that go on by themselves. */
void text_dot(FILE *out, const struct fx_machine_table *table);

#endif
