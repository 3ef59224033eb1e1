/* SPDX-License-Identifier: MIT */
#include "verifier/callback.h"

#include "verifier/verifier.h"

void fx_callback_changed(struct fx_driver *driver, struct fx_callback_entry entry, const char *name)
{
	KIRQL level = fx_irql_get();

	if (level != entry.level)
		fx_rule_broken(driver, FX_RULE_CALLBACK_LEVEL, NULL, entry.level, level,
			       "%s was entered at IRQL %u and returned at %u", name, entry.level,
			       level);
	else if (level <= APC_LEVEL)
		fx_rule_broken(driver, FX_RULE_CALLBACK_REGION, NULL, 0, 0,
			       "%s was entered %u critical regions deep and returned %u deep", name,
			       entry.regions, fx_critical_regions);
	fx_irql_restore(entry.level);
}
