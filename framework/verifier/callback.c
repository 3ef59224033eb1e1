/* SPDX-License-Identifier: MIT */
#include "verifier/callback.h"

#include "verifier/verifier.h"

/* Of no number: KMDF itself would see it only where the level or the region changed with it. */
static void say_lock(struct fx_driver *driver, struct fx_callback_entry entry, const char *name,
		     const char *held)
{
	if (fx_stance.locks > entry.was.locks)
		fx_verifier_break(driver, "%s returned with a lock%s", name, held);
	else
		fx_verifier_break(driver, "%s gave a lock back that it had not taken", name);
}

void fx_callback_changed(struct fx_driver *driver, struct fx_callback_entry entry, const char *name,
			 uintptr_t code)
{
	struct fx_lock_text held = { "" };
	KIRQL level = fx_irql_get();

	if (fx_stance.locks > entry.was.locks)
		held = fx_lock_watch_held_text();
	if (level != entry.was.level)
		fx_rule_broken(driver, FX_RULE_CALLBACK_LEVEL, NULL, entry.was.level, level,
			       "%s was entered at IRQL %u and returned at %u%s", name,
			       entry.was.level, level, held.text);
	else if (fx_stance.regions != entry.was.regions && level <= APC_LEVEL)
		fx_rule_broken(driver, FX_RULE_CALLBACK_REGION, NULL, code, 0,
			       "%s was entered %u critical regions deep and returned %u deep%s",
			       name, entry.was.regions, fx_stance.regions, held.text);
	else if (fx_stance.locks != entry.was.locks)
		say_lock(driver, entry, name, held.text);
	fx_irql_restore(entry.was.level);
}
