/* SPDX-License-Identifier: MIT */
#include "text.h"

/* Resting and waiting states look different from those that are passed through. */
static const char *look_of(const struct fx_machine_row *row)
{
	if (row->open)
		return "fillcolor=\"#d5e8d4\"";
	return fx_machine_row_waits(row) ? "fillcolor=\"#fff2cc\"" : "fillcolor=white";
}

static void put_state(FILE *out, const struct fx_machine_table *t, const struct fx_machine_row *row)
{
	fprintf(out, "\t\"%s\" [%s%s tooltip=\"0x%x\"];\n", row->name, look_of(row),
		row->state == t->first ? " penwidth=2.5" : "", row->state);
}

/* All events from one state to another are one arrow's label. */
static void put_label(FILE *out, const struct fx_machine_table *t, const struct fx_machine_row *row,
		      uint16_t to)
{
	uint32_t events = 0;

	for (uint32_t e = 1; e < t->events; e++)
		if (row->next[e] == to)
			fprintf(out, "%s%s", events++ ? "\\n" : "", t->event_names[e]);
}

static bool has_arrow(const struct fx_machine_table *t, const struct fx_machine_row *row,
		      uint16_t to)
{
	for (uint32_t e = 1; e < t->events; e++)
		if (row->next[e] == to)
			return true;
	return false;
}

static void put_arrows(FILE *out, const struct fx_machine_table *t,
		       const struct fx_machine_row *row)
{
	for (uint32_t r = 0; r < t->slots; r++) {
		const struct fx_machine_row *to = &t->rows[r];

		if (!to->name)
			continue;
		if (has_arrow(t, row, to->state)) {
			fprintf(out, "\t\"%s\" -> \"%s\" [label=\"", row->name, to->name);
			put_label(out, t, row, to->state);
			fprintf(out, "\"];\n");
		}
		if (fx_machine_row_leads_to(row, to->state))
			fprintf(out, "\t\"%s\" -> \"%s\" [style=dashed];\n", row->name, to->name);
	}
}

void text_dot(FILE *out, const struct fx_machine_table *t)
{
	fprintf(out,
		"// Made by scripts/machine-pictures from the machine's table. Green: takes queued "
		"events.\n"
		"// Yellow: waits for priority events. White: passed through. Dashed: the state's "
		"own decision.\n"
		"digraph \"%s\" {\n"
		"\trankdir=TB; ranksep=0.6; nodesep=0.25;\n"
		"\tnode [shape=box style=\"rounded,filled\" fontname=\"sans-serif\" fontsize=11];\n"
		"\tedge [fontname=\"sans-serif\" fontsize=9 color=\"#555555\"];\n",
		t->name);
	for (uint32_t r = 0; r < t->slots; r++)
		if (t->rows[r].name)
			put_state(out, t, &t->rows[r]);
	for (uint32_t r = 0; r < t->slots; r++)
		if (t->rows[r].name)
			put_arrows(out, t, &t->rows[r]);
	fprintf(out, "}\n");
}
