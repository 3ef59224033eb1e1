/* SPDX-License-Identifier: MIT */
/*
 * dispose.c - the end of an object and of everything below it.
 *
 * Two walks, neither with recursion: a driver may build chains of any depth. The first goes down to
 * the first leaf and up again and runs the cleanups. Going down it parks the parent; whoever ends a
 * child of a parked parent takes the parent's disposal over. So two threads that delete overlapping
 * trees meet, and a cleanup that was deferred to the worker holds its parents back without anybody
 * waiting. Objects stay linked meanwhile. The second walk, when the cleanup of the top is done,
 * takes the tree apart and drops its references; by then nobody else is in it.
 */
#include "object/dispose.h"

#include "base/mem.h"
#include "object/driver.h"
#include "object/irql.h"
#include "object/leftover.h"
#include "object/object.h"
#include "object/worker.h"
#include "verifier/callback.h"
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

/* Called with @obj DISPOSING and locked: nothing is linked to it any more. */
static void set_aside(struct fx_object *obj, struct fx_object *child)
{
	list_remove(&child->sibling);
	list_push_back(&obj->children, &child->sibling);
	/* whoever disposes of it may be looking */
	__atomic_store_n(&child->place, FX_PLACE_ASIDE, __ATOMIC_RELAXED);
}

/*
 * The oldest child that nobody disposes of yet, now ours; parks @obj as long as cleanups below it
 * are outstanding. What was looked at goes to the end, so that each child is looked at once.
 */
static struct fx_object *claim_child(struct fx_object *obj, bool *out_parked)
{
	struct fx_object *child = NULL;

	spin_lock_acquire(&obj->lock);
	while (!child && !list_empty(&obj->children)) {
		child = list_first(&obj->children, struct fx_object, sibling);
		if (child->place == FX_PLACE_ASIDE) {
			child = NULL;
			break;
		}
		set_aside(obj, child);
		if (!claim(child))
			child = NULL;
	}
	*out_parked = obj->active > 0;
	if (*out_parked)
		__atomic_fetch_or(&obj->flags, FX_OBJECT_PARKED, __ATOMIC_RELAXED);
	spin_lock_release(&obj->lock);
	return child;
}

/*
 * @obj is DISPOSED. Below a parent that is being disposed of it stays where it is, so that the
 * parent's cleanup finds it. Returns the parent if its disposal was parked and is now the caller's
 * to continue.
 */
static struct fx_object *leave_parent(struct fx_object *obj, bool *out_stays,
				      struct fx_below *out_below)
{
	struct fx_object *parent = obj->parent;
	bool parked;

	spin_lock_acquire(&parent->lock);
	*out_stays = fx_object_state(parent) != FX_OBJECT_CREATED;
	if (!*out_stays) {
		list_remove(&obj->sibling);
		obj->place = FX_PLACE_NONE;
		*out_below = fx_below(parent);
	} else if (obj->flags & FX_OBJECT_PASSIVE) {
		/* it will take @obj apart */
		__atomic_fetch_or(&parent->flags, FX_OBJECT_PASSIVE, __ATOMIC_RELAXED);
	}
	parent->active--;
	parked = parent->flags & FX_OBJECT_PARKED;
	if (parked)
		__atomic_fetch_and(&parent->flags, (uint8_t)~FX_OBJECT_PARKED, __ATOMIC_RELAXED);
	spin_lock_release(&parent->lock);
	return parked ? parent : NULL;
}

static struct fx_object *take_child(struct fx_object *obj)
{
	struct list *node;

	if (list_empty(&obj->children)) /* nobody adds to it: it is DISPOSED */
		return NULL;
	spin_lock_acquire(&obj->lock);
	node = list_pop_front(&obj->children);
	spin_lock_release(&obj->lock);
	return list_entry(node, struct fx_object, sibling);
}

static void leave_tree(struct fx_object *obj, struct fx_below below)
{
	obj->place = FX_PLACE_NONE;
	/* a report of the verifier's may be looking */
	__atomic_store_n(&obj->parent, NULL, __ATOMIC_RELAXED);
	if (obj->class->disposed)
		obj->class->disposed(obj);
	fx_object_leave(obj, below);
}

/* The cleanups of @top and of all below it are done, and it is off its parent, @below: leaves
 * first, drop the reference that each had for its place in the tree. */
static void take_apart(struct fx_object *top, struct fx_below below)
{
	struct fx_object *obj = top;

	for (;;) {
		struct fx_object *child = take_child(obj), *parent = obj->parent;
		bool last = obj == top;

		if (child) {
			obj = child;
			continue;
		}
		leave_tree(obj, last ? below : fx_below(parent));
		if (last)
			return;
		obj = parent;
	}
}

static void run_cleanups(struct fx_object *obj)
{
	WDFOBJECT handle = fx_object_handle(obj);

	if (obj->cleanup)
		FX_CALL_VOID(obj->driver, "EvtCleanupCallback", obj->cleanup, handle);
	for (struct fx_context *ctx = obj->contexts; ctx; ctx = ctx->next) {
		if (ctx->cleanup)
			FX_CALL_VOID(obj->driver, "EvtCleanupCallback", ctx->cleanup, handle);
	}
}

/* Cleanups below are done. Returns the parent if the caller has to go on with it. */
static struct fx_object *finish(struct fx_object *obj)
{
	struct fx_object *next = NULL;
	struct fx_below below = { .type = FX_TYPE_NONE };
	bool stays = false;

	if (obj->class->dispose)
		obj->class->dispose(obj);
	run_cleanups(obj);
	set_state(obj, FX_OBJECT_DISPOSED);
	/* a parent may be setting it aside: either way it has one */
	if (__atomic_load_n(&obj->place, __ATOMIC_RELAXED) != FX_PLACE_NONE)
		next = leave_parent(obj, &stays, &below);
	if (!stays) /* else it may be gone already */
		take_apart(obj, below);
	return next;
}

/* Later, on the worker. */
static void defer(struct fx_object *obj)
{
	struct fx_object *parent = obj->parent;

	if (parent && parent->type == FX_TYPE_REQUEST)
		fx_rule_break(obj->driver, FX_RULE_REQUEST_CHILD_PASSIVE, obj,
			      "a WDFREQUEST waits for the cleanup of its child %s at PASSIVE_LEVEL",
			      obj->class->name);
	fx_worker_defer(obj);
}

static bool must_wait(const struct fx_object *obj)
{
	return (obj->flags & FX_OBJECT_PASSIVE) && fx_irql_get() > PASSIVE_LEVEL;
}

/* @obj is claimed: take its disposal to the end, or to where another thread goes on. */
static void dispose(struct fx_object *obj)
{
	while (obj) {
		bool parked;
		struct fx_object *child = claim_child(obj, &parked);

		if (child)
			obj = child;
		else if (parked) /* others dispose of the rest; the last of them goes on */
			return;
		else if (uw_unlikely(must_wait(obj)))
			return defer(obj);
		else
			obj = finish(obj);
	}
}

void fx_object_delete(struct fx_object *obj)
{
	if (claim(obj))
		dispose(obj);
}

void fx_object_resume(struct fx_object *obj)
{
	if (fx_object_state(obj) == FX_OBJECT_DISPOSED)
		fx_object_destroy(obj);
	else
		dispose(obj);
}

static void free_contexts(struct fx_object *obj)
{
	struct fx_context *ctx = obj->contexts;
	bool own = obj->own_context;

	obj->contexts = NULL;
	while (ctx) {
		struct fx_context *next = ctx->next;

		ctx->magic = 0;
		if (!own)
			mem_free(ctx);
		own = false;
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

static void destroy(struct fx_object *obj)
{
	WDFOBJECT handle = fx_object_handle(obj);

	if (obj->destroy)
		FX_CALL_VOID(obj->driver, "EvtDestroyCallback", obj->destroy, handle);
	for (struct fx_context *ctx = obj->contexts; ctx; ctx = ctx->next) {
		if (ctx->destroy)
			FX_CALL_VOID(obj->driver, "EvtDestroyCallback", ctx->destroy, handle);
	}
	set_state(obj, FX_OBJECT_DESTROYED);
	if (obj->class->destroy)
		obj->class->destroy(obj);
	if (!obj->class->release)
		return fx_object_end_memory(obj);
	if (uw_unlikely(obj->debug))
		(void)obj->driver->object_hooks->destroyed(obj);
	free_contexts(obj);
	obj->class->release(obj);
}

/* The driver's image may go as soon as nothing is counted: EvtDestroyCallback is behind us then. */
UW_COLD static void destroy_leftover(struct fx_object *obj)
{
	struct fx_driver *driver = obj->driver;

	fx_leftover_gone(obj);
	destroy(obj);
	fx_leftover_ended(driver);
}

void fx_object_destroy(struct fx_object *obj)
{
	if (fx_object_state(obj) != FX_OBJECT_DISPOSED)
		fx_rule_stop(obj->driver, rule_of_early_end(obj), obj, obj->handle, (uintptr_t)obj,
			     "the last reference on a %s was dropped before it was deleted",
			     obj->class->name);
	if (uw_unlikely(must_wait(obj)))
		return fx_worker_defer(obj);
	if (uw_unlikely(obj->flags & FX_OBJECT_LEFT))
		return destroy_leftover(obj);
	destroy(obj);
}
