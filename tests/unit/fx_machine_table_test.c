/* SPDX-License-Identifier: MIT */
/*
 * The tables of the four machines against the facts, both ways, and the engine against the tables:
 * every event in every state, and every wish of every entry action.
 */
#include "uw_test.h"

#include "base/log.h"
#include "machine_facts.h"
#include "pnp/machines/machine.h"

/* What the fact table says at its top, too. The other devices' edges are not counted there. */
/* clang-format off */
static const struct machine_size {
	const char *machine;
	const struct fx_machine_table *table;
	uint32_t states, edges, successors, priorities;
} sizes[] = {
	{ "pnp",      &fx_pnp_table,           58,  66,  53,  6 },
	{ "power",    &fx_power_table,        105,  68, 134,  4 },
	{ "owner",    &fx_policy_owner_table, 192, 257, 153, 17 },
	{ "notowner", &fx_policy_other_table,  18,  33,   4,  4 },
};
/* clang-format on */

/* --- the facts --- */

static struct machine_size count_table(const struct fx_machine_table *t)
{
	struct machine_size n = { .table = t };

	for (uint32_t i = 0; i < t->slots; i++) {
		n.states += t->rows[i].name != NULL;
		for (uint32_t e = 0; e < FX_MACHINE_EVENTS; e++)
			n.edges += t->rows[i].next[e] != 0;
		for (uint32_t s = 0; s < FX_MACHINE_SUCCESSORS; s++)
			n.successors += t->rows[i].self[s] != 0;
	}
	for (uint32_t e = 0; e < t->events; e++)
		n.priorities += t->event_kinds[e] & FX_EVENT_PRIORITY;
	return n;
}

static void expect_size(const struct machine_size *got, const struct machine_size *want)
{
	assert_int_equal(got->states, want->states);
	assert_int_equal(got->edges, want->edges);
	assert_int_equal(got->successors, want->successors);
	assert_int_equal(got->priorities, want->priorities);
}

static void check_state(const struct fx_machine_table *t, const struct machine_fact *fact)
{
	const struct fx_machine_row *row =
		fx_machine_row(t, (uint32_t)strtoul(fact->what, NULL, 16));

	if (!row || strcmp(row->name, fact->state))
		fail_msg("%s: no state %s with value %s", fact->machine, fact->state, fact->what);
	else if (row->open != !strcmp(fact->then, "yes"))
		fail_msg("%s: %s takes queued events: %s", fact->machine, fact->state, fact->then);
}

static void check_arrow(const struct fx_machine_table *t, const struct machine_fact *fact,
			bool by_event)
{
	uint16_t next = machine_state_named(t, fact->then);
	uint32_t event = machine_event_named(t, fact->what);
	const struct fx_machine_row *row = fx_machine_row(t, machine_state_named(t, fact->state));

	if (!row || !next || !event == by_event ||
	    !(by_event ? row->next[event] == next : fx_machine_row_leads_to(row, next)))
		fail_msg("%s: missing: %s %s -> %s", fact->machine, fact->state, fact->what,
			 fact->then);
}

/* All that the facts have is in the tables; and as they have as many, the tables have no more. */
static void test_tables__compared_with_the_facts__are_the_same(void **unused)
{
	struct machine_size seen[UW_ARRAY_SIZE(sizes)] = { { 0 } }, got;
	FILE *facts = fopen(TEST_FACTS "/pnp-states.tsv", "r");
	struct machine_fact fact;

	(void)unused;
	assert_non_null(facts);
	while (machine_fact_next(facts, &fact)) {
		const struct fx_machine_table *t = machine_fact_table(fact.machine);
		struct machine_size *n = seen;

		while (t != sizes[n - seen].table)
			n++;
		if (!strcmp(fact.kind, "state")) {
			n->states++;
			check_state(t, &fact);
		} else if (!strcmp(fact.kind, "edge")) {
			n->edges++;
			check_arrow(t, &fact, true);
		} else if (!strcmp(fact.kind, "self")) {
			n->successors++;
			check_arrow(t, &fact, false);
		} else {
			n->priorities++;
			assert_true(t->event_kinds[machine_event_named(t, fact.what)] &
				    FX_EVENT_PRIORITY);
		}
	}
	fclose(facts);
	for (uint32_t i = 0; i < UW_ARRAY_SIZE(sizes); i++) {
		got = count_table(sizes[i].table);
		expect_size(&seen[i], &sizes[i]);
		expect_size(&got, &sizes[i]);
	}
}

static void test_tables__an_ordinary_event__leaves_no_closed_state(void **unused)
{
	(void)unused;
	for (uint32_t i = 0; i < UW_ARRAY_SIZE(sizes); i++) {
		const struct fx_machine_table *t = sizes[i].table;

		for (uint32_t r = 0; r < t->slots; r++)
			for (uint32_t e = 1; e < t->events; e++)
				if (t->rows[r].name && !t->rows[r].open && t->rows[r].next[e] &&
				    !(t->event_kinds[e] & FX_EVENT_PRIORITY))
					fail_msg("%s: %s waits for %s, which it does not take",
						 t->name, t->rows[r].name, t->event_names[e]);
	}
}

static void test_tables__places_between_states__are_no_states(void **unused)
{
	(void)unused;
	assert_null(fx_machine_row(&fx_pnp_table, WdfDevStatePnpNull));
	assert_null(fx_machine_row(&fx_pnp_table, WdfDevStatePowerD0));
	assert_null(fx_machine_row(&fx_policy_other_table, WdfDevStatePwrPolSleeping));
	assert_string_equal(fx_machine_state_name(&fx_pnp_table, 0), "?");
	assert_string_equal(fx_machine_state_name(&fx_power_table, WdfDevStatePowerDxNP), "DxNP");
	assert_string_equal(fx_machine_event_name(&fx_pnp_table, FX_PNP_EVENT_COUNT), "?");
	assert_string_equal(fx_machine_event_name(&fx_pnp_table, FX_PNP_Eject), "Eject");
}

/* --- every event in every state --- */

static struct {
	uint32_t dropped, event, astray;
	void *request;
	uint16_t wish, wished; /* what the acts want; what went astray */
} seen;

static uint16_t wish(void *owner, const struct fx_machine_turn *turn)
{
	uint16_t want = seen.wish;

	(void)owner;
	(void)turn;
	seen.wish = FX_MACHINE_STAY;
	return want;
}

static void on_dropped(void *owner, struct fx_machine *m, uint32_t event, void *request)
{
	(void)owner;
	(void)m;
	seen.dropped++;
	seen.event = event;
	seen.request = request;
}

static void on_astray(void *owner, struct fx_machine *m, uint16_t wanted)
{
	(void)owner;
	(void)m;
	seen.astray++;
	seen.wished = wanted;
}

static const struct fx_machine_ops ops = { .dropped = on_dropped, .astray = on_astray };

static void machine_in(struct fx_machine *m, const struct fx_machine_table *t, uint16_t state)
{
	static fx_machine_act *acts[FX_MACHINE_SLOTS];
	struct fx_machine_params params = {
		.table = t, .acts = acts, .ops = &ops, .label = "test"
	};

	for (uint32_t i = 0; i < FX_MACHINE_SLOTS; i++)
		acts[i] = wish;
	memset(&seen, 0, sizeof(seen));
	assert_int_equal(fx_machine_init(m, &params), 0);
	m->state = state;
}

static void post_one(const struct fx_machine_table *t, uint16_t state, uint32_t event)
{
	enum fx_machine_outcome outcome = fx_machine_outcome(t, state, event);
	uint16_t next = fx_machine_row(t, state)->next[event];
	struct fx_machine m;
	int request;

	machine_in(&m, t, state);
	assert_true(fx_machine_post(&m, event, &request));
	assert_int_equal(fx_machine_state(&m), outcome == FX_OUTCOME_EDGE ? next : state);
	assert_int_equal(seen.dropped, outcome == FX_OUTCOME_DROPPED);
	assert_int_equal(fx_machine_dropped(&m), outcome == FX_OUTCOME_DROPPED);
	assert_int_equal(m.ordinary.put - m.ordinary.taken, outcome == FX_OUTCOME_KEPT);
	fx_machine_deinit(&m); /* what was kept is dropped now */
	assert_int_equal(seen.dropped, outcome != FX_OUTCOME_EDGE);
	if (seen.dropped) {
		assert_int_equal(seen.event, event);
		assert_ptr_equal(seen.request, &request);
	}
}

static void
test_every_event__in_every_state__is_edge_kept_or_dropped_as_the_table_says(void **unused)
{
	uint32_t posted = 0;

	(void)unused;
	for (uint32_t i = 0; i < UW_ARRAY_SIZE(sizes); i++) {
		const struct fx_machine_table *t = sizes[i].table;

		for (uint32_t r = 0; r < t->slots; r++)
			for (uint32_t e = 1; e < t->events && t->rows[r].name; e++, posted++)
				post_one(t, t->rows[r].state, e);
	}
	assert_int_equal(posted, 58 * 22 + 105 * 14 + 192 * 30 + 18 * 30);
}

/* --- every wish of every act --- */

/* An event that leads to @state in some table row; 0 if only acts do. */
static uint32_t way_into(const struct fx_machine_table *t, uint16_t state, uint16_t *from)
{
	for (uint32_t r = 0; r < t->slots; r++)
		for (uint32_t e = 1; e < t->events; e++)
			if (t->rows[r].name && t->rows[r].next[e] == state) {
				*from = t->rows[r].state;
				return e;
			}
	return 0;
}

static uint32_t try_wishes(const struct fx_machine_table *t, const struct fx_machine_row *row)
{
	uint32_t event, tried = 0;
	struct fx_machine m;
	uint16_t from = 0;

	event = way_into(t, row->state, &from);
	if (!event)
		return 0;
	for (uint32_t r = 0; r < t->slots; r++) {
		bool leads = t->rows[r].name && fx_machine_row_leads_to(row, t->rows[r].state);

		if (!t->rows[r].name)
			continue;
		machine_in(&m, t, from);
		seen.wish = t->rows[r].state;
		assert_true(fx_machine_post(&m, event, NULL));
		if (fx_machine_state(&m) != (leads ? t->rows[r].state : row->state))
			fail_msg("%s: from %s to %s", t->name, row->name, t->rows[r].name);
		assert_true(leads || (seen.astray && seen.wished == t->rows[r].state));
		fx_machine_deinit(&m);
		tried++;
	}
	return tried;
}

static void test_every_wish_of_an_act__that_its_row_does_not_list__is_refused(void **unused)
{
	(void)unused;
	for (uint32_t i = 0; i < UW_ARRAY_SIZE(sizes); i++) {
		uint32_t tried = 0;

		for (uint32_t r = 0; r < sizes[i].table->slots; r++)
			if (sizes[i].table->rows[r].name)
				tried += try_wishes(sizes[i].table, &sizes[i].table->rows[r]);
		assert_true(tried >= sizes[i].states * 10);
	}
}

/* Thousands of acts go astray on purpose. */
static void swallow(void *arg, enum log_level level, const char *area, const char *text)
{
	(void)arg;
	(void)level;
	(void)area;
	(void)text;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables__compared_with_the_facts__are_the_same),
		cmocka_unit_test(test_tables__an_ordinary_event__leaves_no_closed_state),
		cmocka_unit_test(test_tables__places_between_states__are_no_states),
		cmocka_unit_test(
			test_every_event__in_every_state__is_edge_kept_or_dropped_as_the_table_says),
		cmocka_unit_test(test_every_wish_of_an_act__that_its_row_does_not_list__is_refused),
	};

	log_set_sink(swallow, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
