/* SPDX-License-Identifier: MIT */
/*
 * dispose.c - the end of an object and of everything below it.
 *
 * A disposal walks down to the first leaf and up again, with no recursion: a driver may build
 * chains of any depth. Going down it parks the parent; whoever removes a child of a parked parent
 * takes the parent's disposal over. So two threads that delete overlapping trees meet, and a
 * cleanup that was deferred to the worker holds its parents back without anybody waiting.
 */
#include "object/dispose.h"

#include "base/mem.h"
#include "object/driver.h"
#include "object/irql.h"
#include "object/object.h"
#include "object/worker.h"
#include "verifier/verifier.h"

static void tell_state(struct fx_object *obj)
{
	if (uw_unlikely(obj->debug))
		obj->driver->object_hooks->state_changed(obj);
}

static void set_state(struct fx_object *obj, enum fx_object_state state)
{
	__atomic_store_n(&obj->state, (uint8_t)state, __ATOMIC_RELEASE);
	tell_state(obj);
}

static bool claim(struct fx_object *obj)
{
	uint8_t expected = FX_OBJECT_CREATED;

	if (!__atomic_compare_exchange_n(&obj->state, &expected, FX_OBJECT_DISPOSING, false,
					 __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
		return false;
	tell_state(obj);
	return true;
}

/* The oldest child that nobody disposes of yet, now ours; parks @obj as long as it has children. */
static struct fx_object *claim_child(struct fx_object *obj, bool *out_parked)
{
	struct fx_object *child = NULL;

	spin_lock_acquire(&obj->lock);
	list_for_each (it, &obj->children) {
		child = list_entry(it, struct fx_object, sibling);
		if (claim(child))
			break;
		child = NULL;
	}
	*out_parked = !list_empty(&obj->children);
	if (*out_parked)
		obj->flags |= FX_OBJECT_PARKED;
	spin_lock_release(&obj->lock);
	return child;
}

/* Returns the parent if its disposal was parked and is now the caller's to continue. */
static struct fx_object *leave_parent(struct fx_object *obj)
{
	struct fx_object *parent = obj->parent;
	bool parked;

	if (!parent)
		return NULL;
	spin_lock_acquire(&parent->lock);
	list_remove(&obj->sibling);
	parked = parent->flags & FX_OBJECT_PARKED;
	parent->flags &= (uint8_t)~FX_OBJECT_PARKED;
	spin_lock_release(&parent->lock);
	return parked ? parent : NULL;
}

static void run_cleanups(struct fx_object *obj)
{
	WDFOBJECT handle = fx_object_handle(obj);

	if (obj->cleanup)
		obj->cleanup(handle);
	for (struct fx_context *ctx = obj->contexts; ctx; ctx = ctx->next) {
		if (ctx->cleanup)
			ctx->cleanup(handle);
	}
}

/* No children are left. Returns the parent if the caller has to go on with it. */
static struct fx_object *finish(struct fx_object *obj)
{
	struct fx_object *parent;

	if (obj->class->dispose)
		obj->class->dispose(obj);
	run_cleanups(obj);
	set_state(obj, FX_OBJECT_DISPOSED);
	parent = leave_parent(obj);
	if (obj->class->disposed)
		obj->class->disposed(obj);
	fx_object_unref(obj);
	return parent;
}

void fx_object_dispose_continue(struct fx_object *obj)
{
	while (obj) {
		bool parked;
		struct fx_object *child = claim_child(obj, &parked);

		if (child)
			obj = child;
		else if (parked) /* others dispose of the rest; the last of them goes on */
			return;
		else if ((obj->flags & FX_OBJECT_PASSIVE) && fx_irql_get() > PASSIVE_LEVEL)
			return fx_worker_defer(obj);
		else
			obj = finish(obj);
	}
}

void fx_object_delete(struct fx_object *obj)
{
	if (claim(obj))
		fx_object_dispose_continue(obj);
}

static void free_contexts(struct fx_object *obj)
{
	struct fx_context *ctx = obj->contexts;

	obj->contexts = NULL;
	while (ctx) {
		struct fx_context *next = ctx->next;

		ctx->magic = 0;
		mem_free(ctx);
		ctx = next;
	}
}

void fx_object_free(struct fx_object *obj)
{
	free_contexts(obj);
	obj->type = FX_TYPE_NONE;
	obj->handle = 0;
	mem_free(obj);
}

void fx_object_end_memory(struct fx_object *obj)
{
	if (uw_unlikely(obj->debug) && obj->driver->object_hooks->destroyed(obj))
		return;
	fx_object_free(obj);
}

static enum fx_rule rule_of_early_end(const struct fx_object *obj)
{
	if (obj->type == FX_TYPE_DEVICE)
		return FX_RULE_DEVICE_DEREFERENCED;
	return obj->type == FX_TYPE_DRIVER ? FX_RULE_DRIVER_DEREFERENCED
					   : FX_RULE_OBJECT_DEREFERENCED;
}

void fx_object_destroy(struct fx_object *obj)
{
	WDFOBJECT handle = fx_object_handle(obj);

	if (fx_object_state(obj) != FX_OBJECT_DISPOSED)
		fx_rule_stop(obj->driver, rule_of_early_end(obj), obj, obj->handle, (uintptr_t)obj,
			     "the last reference on a %s was dropped before it was deleted",
			     obj->class->name);
	if (obj->destroy)
		obj->destroy(handle);
	for (struct fx_context *ctx = obj->contexts; ctx; ctx = ctx->next) {
		if (ctx->destroy)
			ctx->destroy(handle);
	}
	set_state(obj, FX_OBJECT_DESTROYED);
	if (obj->class->destroy)
		obj->class->destroy(obj);
	if (!obj->class->release)
		return fx_object_end_memory(obj);
	free_contexts(obj);
	obj->class->release(obj);
}
