/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <string.h>

/* A machine's table, perhaps with a mistake in it. */
struct emitted {
	const struct text_model *model;
	struct fx_machine_row rows[FX_MACHINE_SLOTS];
};

static bool is_listed(const char *const *names, const char *name)
{
	while (*names && strcmp(*names, name) != 0)
		names++;
	return *names != NULL;
}

/* --- a mistake --- */

static uint16_t state_named(const struct fx_machine_table *t, const char *name)
{
	for (uint32_t r = 0; r < t->slots; r++)
		if (t->rows[r].name && !strcmp(t->rows[r].name, name))
			return t->rows[r].state;
	return 0;
}

static uint16_t *arrow_of(struct emitted *m, const struct text_mistake *mistake)
{
	const struct fx_machine_table *t = m->model->table;
	uint16_t state = state_named(t, mistake->state), was = state_named(t, mistake->was);
	struct fx_machine_row *row = &m->rows[FX_MACHINE_SLOT(state)];

	for (uint32_t e = 1; e < t->events; e++)
		if (!strcmp(t->event_names[e], mistake->event) && row->next[e] == was)
			return &row->next[e];
	for (uint32_t i = 0; i < FX_MACHINE_SUCCESSORS; i++)
		if (!strcmp(mistake->event, "itself") && row->self[i] == was)
			return &row->self[i];
	return NULL;
}

static bool make_mistake(struct emitted *m, const struct text_mistake *mistake)
{
	uint16_t *arrow = arrow_of(m, mistake), now = state_named(m->model->table, mistake->now);

	if (!arrow || !*arrow || (!now && strcmp(mistake->now, "nowhere") != 0))
		return false;
	*arrow = now;
	return true;
}

/* --- one machine --- */

static void put_names(FILE *out, const struct emitted *m)
{
	const struct text_model *model = m->model;

	for (uint32_t r = 0; r < model->table->slots; r++)
		if (m->rows[r].name)
			fprintf(out, "#define %s_%s %u\n", model->prefix, m->rows[r].name, r);
	for (uint32_t e = 1; e < model->table->events; e++)
		fprintf(out, "#define %s_ev_%s %u\n", model->prefix, model->table->event_names[e],
			e);
	fprintf(out,
		"byte %s_state = %u;\nbool %s_open = true, %s_resting = true;\n"
		"chan %s_urgent = [PLACES] of { byte };\nchan %s_ordinary = [PLACES] of { byte "
		"};\n",
		model->prefix, FX_MACHINE_SLOT(model->table->first), model->prefix, model->prefix,
		model->prefix, model->prefix);
}

static void put_says(FILE *out, const struct text_model *model, const char *state, const char *next)
{
	for (const struct text_say *s = model->says; s->state; s++)
		if (!strcmp(s->state, state) && (!s->next || !strcmp(s->next, next)))
			fprintf(out, "%s; ", s->text);
}

static bool rests(const struct text_model *model, const struct fx_machine_row *row)
{
	return row->open && !is_listed(model->waits, row->name);
}

static void put_stay(FILE *out, const struct text_model *model, const struct fx_machine_row *row)
{
	fprintf(out, "\t\t   :: true -> ");
	put_says(out, model, row->name, "stay");
	fprintf(out, "%s_open = %d; %s_resting = %d; goto %s\n", model->prefix, row->open,
		model->prefix, rests(model, row), rests(model, row) ? "end_resting" : "waiting");
}

/* States of these devices are twins of the others': the model may do without. */
static bool is_nonpageable(uint32_t state)
{
	return state & 0x8000;
}

/* The entry action: any of what its row lets it do. */
static void put_act(FILE *out, const struct emitted *m, const struct fx_machine_row *row)
{
	const struct text_model *model = m->model;

	fprintf(out, "\t\t:: %s_state == %s_%s -> if\n", model->prefix, model->prefix, row->name);
	for (uint32_t i = 0; i < FX_MACHINE_SUCCESSORS; i++) {
		const struct fx_machine_row *next = &m->rows[FX_MACHINE_SLOT(row->self[i])];

		if (!row->self[i] || (model->stays && rests(model, row)))
			continue;
		fprintf(out, "\t\t   :: %s -> ",
			is_nonpageable(next->state) ? "NONPAGEABLE" : "true");
		put_says(out, model, row->name, next->name);
		fprintf(out, "%s_state = %s_%s; goto acting\n", model->prefix, model->prefix,
			next->name);
	}
	if (fx_machine_row_waits(row) || !row->self[0])
		put_stay(out, model, row);
	fprintf(out, "\t\t   fi\n");
}

static void put_edges(FILE *out, const struct emitted *m, const struct fx_machine_row *row)
{
	const struct text_model *model = m->model;
	const char *p = model->prefix;

	for (uint32_t e = 1; e < model->table->events; e++)
		if (row->next[e])
			fprintf(out,
				"\t\t:: %s_state == %s_%s && event == %s_ev_%s -> %s_state = "
				"%s_%s\n",
				p, p, row->name, p, model->table->event_names[e], p, p,
				m->rows[FX_MACHINE_SLOT(row->next[e])].name);
}

static void put_machine(FILE *out, const struct emitted *m)
{
	const char *p = m->model->prefix;
	uint32_t slots = m->model->table->slots;

	fprintf(out, "\nactive proctype %s()\n{\n\tbyte event;\nend_resting:\n", p);
	fprintf(out,
		"\tlen(%s_urgent) > 0 || (%s_open && len(%s_ordinary) > 0) -> goto "
		"taking;\nwaiting:\n",
		p, p, p);
	fprintf(out, "\tlen(%s_urgent) > 0 || (%s_open && len(%s_ordinary) > 0);\n", p, p, p);
	fprintf(out, "taking:\n\tatomic {\n\t\tif\n\t\t:: len(%s_urgent) > 0 -> %s_urgent?event\n",
		p, p);
	fprintf(out, "\t\t:: else -> %s_ordinary?event\n\t\tfi;\n\t\t%s;\n\t\tif\n", p,
		m->model->taken);
	for (uint32_t r = 0; r < slots; r++)
		put_edges(out, m, &m->rows[r]);
	fprintf(out,
		"\t\t:: else -> %s; event = 0;\n\t\t   if :: %s_resting -> goto end_resting "
		":: else -> goto waiting fi\n\t\tfi;\n",
		m->model->dropped, p);
	fprintf(out, "\t\tevent = 0; %s_resting = false;\nacting:\n\t\tif\n", p);
	for (uint32_t r = 0; r < slots; r++)
		if (m->rows[r].name)
			put_act(out, m, &m->rows[r]);
	fprintf(out, "\t\tfi\n\t}\n}\n");
}

/* --- the one who sends PnP requests: what the state that rests has an edge for --- */

static void put_requests(FILE *out, const struct emitted *m, const struct fx_machine_row *row)
{
	static const char *const requests[] = { "StartDevice",
						"QueryRemove",
						"CancelRemove",
						"Remove",
						"SurpriseRemove",
						"ParentRemoved",
						"Eject",
						"QueryStop",
						"CancelStop",
						"Stop",
						NULL };
	const struct text_model *model = m->model;
	const char *p = model->prefix;

	if (!row->name || !rests(model, row))
		return;
	for (uint32_t e = 1; e < model->table->events; e++)
		if (row->next[e] && is_listed(requests, model->table->event_names[e]))
			fprintf(out,
				"\t:: atomic { !quiet && %s_resting && %s_state == %s_%s -> irp = "
				"QUEUED; "
				"TELL(%s_ordinary, %s_ev_%s) }; irp == NONE\n",
				p, p, p, row->name, p, p, model->table->event_names[e]);
}

bool text_promela(FILE *out, const struct text_mistake *mistake)
{
	static const struct text_model *const models[] = { &text_pnp_model, &text_power_model,
							   &text_other_model };
	static struct emitted m[3];
	bool found = !mistake;

	for (uint32_t i = 0; i < 3; i++) {
		m[i].model = models[i];
		memcpy(m[i].rows, models[i]->table->rows,
		       models[i]->table->slots * sizeof(m[i].rows[0]));
		if (mistake && !strcmp(mistake->machine, models[i]->prefix))
			found = make_mistake(&m[i], mistake);
	}
	if (!found)
		return false;
	fprintf(out,
		"/* Made by machine-text from the machines' tables: framework/pnp/machines. */\n"
		"#define PLACES %u\n",
		6u);
	for (uint32_t i = 0; i < 3; i++)
		put_names(out, &m[i]);
	fputs(text_world_before, out);
	for (uint32_t i = 0; i < 3; i++)
		put_machine(out, &m[i]);
	fputs(text_world_after, out);
	for (uint32_t r = 0; r < m[0].model->table->slots; r++)
		put_requests(out, &m[0], &m[0].rows[r]);
	fputs(text_world_end, out);
	return true;
}
