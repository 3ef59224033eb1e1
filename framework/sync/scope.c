/* SPDX-License-Identifier: MIT */
#include "sync/scope.h"

#include "verifier/verifier.h"

int fx_scope_init(struct fx_scope *scope, bool passive)
{
	scope->passive = passive;
	spin_lock_init(&scope->spin, LOCK_RANK_SCOPE);
	return rank_mutex_init(&scope->mutex, LOCK_RANK_SCOPE);
}

void fx_scope_deinit(struct fx_scope *scope)
{
	rank_mutex_deinit(&scope->mutex);
}

bool fx_scope_is_mine(const struct fx_scope *scope)
{
	return scope->passive ? rank_mutex_is_mine(&scope->mutex) : spin_lock_is_mine(&scope->spin);
}

void fx_scope_take(struct fx_scope *scope) UW_NO_TSA
{
	KIRQL before = fx_irql_get();

	if (scope->passive) {
		rank_mutex_lock(&scope->mutex);
	} else {
		fx_irql_raise(DISPATCH_LEVEL);
		spin_lock_acquire(&scope->spin);
	}
	scope->level_before = before;
}

void fx_scope_take_for_driver(struct fx_scope *scope) UW_NO_TSA
{
	KIRQL before = fx_irql_get();

	if (scope->passive) {
		rank_mutex_lock_for_driver(&scope->mutex);
	} else {
		fx_irql_raise(DISPATCH_LEVEL);
		spin_lock_acquire_for_driver(&scope->spin);
	}
	scope->level_before = before;
}

void fx_scope_drop_for_driver(struct fx_scope *scope) UW_NO_TSA
{
	KIRQL before = scope->level_before;

	if (scope->passive)
		rank_mutex_unlock(&scope->mutex);
	else
		spin_lock_release(&scope->spin);
	fx_irql_restore(before);
}

void fx_scope_drop(struct fx_scope *scope, struct fx_driver *driver)
{
	if (uw_likely(fx_scope_is_mine(scope)))
		fx_scope_drop_for_driver(scope);
	else
		fx_rule_break(driver, FX_RULE_CALLBACK_LOCK_RELEASED, NULL,
			      "a callback gave its synchronization lock back by "
			      "WdfObjectReleaseLock and returned without it");
}
