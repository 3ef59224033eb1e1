/* SPDX-License-Identifier: MIT */
#include "sync/scope.h"

#include "verifier/verifier.h"

int fx_scope_init(struct fx_scope *scope, bool passive)
{
	scope->passive = passive;
	scope->watch = NULL;
	spin_lock_init(&scope->spin, LOCK_RANK_SCOPE);
	return rank_mutex_init(&scope->mutex, LOCK_RANK_SCOPE);
}

void fx_scope_deinit(struct fx_scope *scope)
{
	fx_lock_watch_end(scope->watch);
	rank_mutex_deinit(&scope->mutex);
}

void fx_scope_watch(struct fx_scope *scope, const struct fx_object *obj)
{
	if (!scope->watch)
		scope->watch = fx_lock_watch_new(obj, scope->passive);
}

bool fx_scope_is_mine(const struct fx_scope *scope)
{
	return scope->passive ? rank_mutex_is_mine(&scope->mutex) : spin_lock_is_mine(&scope->spin);
}

/* A lock to sleep on is a critical region while it is held, as in KMDF. */
static void taken(struct fx_scope *scope, KIRQL before, const void *caller)
{
	scope->level_before = before;
	fx_stance.regions += scope->passive;
	if (uw_unlikely(scope->watch))
		fx_lock_watch_acquired(scope->watch, caller);
}

void fx_scope_take(struct fx_scope *scope) UW_NO_TSA
{
	KIRQL before = fx_irql_get();

	if (uw_unlikely(scope->watch))
		fx_lock_watch_wait(scope->watch, NULL);
	if (scope->passive) {
		rank_mutex_lock(&scope->mutex);
	} else {
		fx_irql_raise(DISPATCH_LEVEL);
		spin_lock_acquire(&scope->spin);
	}
	taken(scope, before, NULL);
}

void fx_scope_take_for_driver(struct fx_scope *scope, const void *caller) UW_NO_TSA
{
	KIRQL before = fx_irql_get();

	if (uw_unlikely(scope->watch))
		fx_lock_watch_wait(scope->watch, caller);
	if (scope->passive) {
		rank_mutex_lock_for_driver(&scope->mutex);
	} else {
		fx_irql_raise(DISPATCH_LEVEL);
		spin_lock_acquire_for_driver(&scope->spin);
	}
	taken(scope, before, caller);
}

void fx_scope_drop_for_driver(struct fx_scope *scope) UW_NO_TSA
{
	KIRQL before = scope->level_before;

	fx_stance.regions -= scope->passive;
	if (uw_unlikely(scope->watch))
		fx_lock_watch_released(scope->watch);
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
