/* SPDX-License-Identifier: MIT */
#include "pnp/machines/table.h"

#include <stddef.h>

#define NAME(name) #name,
const char *const fx_pnp_event_names[] = { "itself", FX_PNP_EVENTS(NAME) };
const char *const fx_power_event_names[] = { "itself", FX_POWER_EVENTS(NAME) };
const char *const fx_policy_event_names[] = { "itself", FX_POLICY_EVENTS(NAME) };

_Static_assert(FX_PNP_EVENT_COUNT <= FX_MACHINE_EVENTS, "a row has no place for them");
_Static_assert(FX_POWER_EVENT_COUNT <= FX_MACHINE_EVENTS, "a row has no place for them");
_Static_assert(FX_POLICY_EVENT_COUNT <= FX_MACHINE_EVENTS, "a row has no place for them");

const struct fx_machine_row *fx_machine_row(const struct fx_machine_table *table, uint32_t state)
{
	uint32_t slot = FX_MACHINE_SLOT(state);

	if (slot >= table->slots || !table->rows[slot].name || table->rows[slot].state != state)
		return NULL;
	return &table->rows[slot];
}

const char *fx_machine_state_name(const struct fx_machine_table *table, uint32_t state)
{
	const struct fx_machine_row *row = fx_machine_row(table, state);

	return row ? row->name : "?";
}

const char *fx_machine_event_name(const struct fx_machine_table *table, uint32_t event)
{
	return event < table->events ? table->event_names[event] : "?";
}

bool fx_machine_row_leads_to(const struct fx_machine_row *row, uint32_t state)
{
	for (uint32_t i = 0; i < FX_MACHINE_SUCCESSORS && row->self[i]; i++)
		if (row->self[i] == state)
			return true;
	return false;
}

bool fx_machine_row_waits(const struct fx_machine_row *row)
{
	for (uint32_t i = 0; i < FX_MACHINE_EVENTS; i++)
		if (row->next[i])
			return true;
	return false;
}

enum fx_machine_outcome fx_machine_outcome(const struct fx_machine_table *table, uint32_t state,
					   uint32_t event)
{
	const struct fx_machine_row *row = fx_machine_row(table, state);

	if (!row->open && !(table->event_kinds[event] & FX_EVENT_PRIORITY))
		return FX_OUTCOME_KEPT;
	return row->next[event] ? FX_OUTCOME_EDGE : FX_OUTCOME_DROPPED;
}
