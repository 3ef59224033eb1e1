/* SPDX-License-Identifier: MIT */
#include "object/hold.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "object/driver.h"
#include "object/leftover.h"
#include "verifier/object_report.h"

#define WALK_FIRST 256u /* objects that there is room for at first */

static struct spin_lock lock = { .word = 0, .rank = LOCK_RANK_OBJECT };

struct holds {
	struct uwdf_hold *out;
	size_t max, count;
};

/* A place for the next one; never NULL: beyond @max it is counted only. */
static struct uwdf_hold *next_hold(struct holds *holds, enum uwdf_hold_kind kind)
{
	static _Thread_local struct uwdf_hold beyond;
	struct uwdf_hold *hold = holds->count < holds->max ? &holds->out[holds->count] : &beyond;

	holds->count++;
	*hold = (struct uwdf_hold){ .kind = kind };
	return hold;
}

/* --- control devices --- */

void fx_control_device_add(struct fx_driver *driver, struct fx_control_device *device)
{
	spin_lock_acquire(&lock);
	list_push_back(&driver->control_devices, &device->link);
	spin_lock_release(&lock);
}

void fx_control_device_remove(struct fx_driver *driver, struct fx_control_device *device)
{
	(void)driver;
	spin_lock_acquire(&lock);
	list_remove(&device->link);
	spin_lock_release(&lock);
}

static bool is_legacy(const struct fx_driver *driver)
{
	return driver->config.DriverInitFlags & WdfDriverInitNonPnpDriver;
}

bool fx_control_device_holds(struct fx_driver *driver, char *name, size_t len)
{
	bool holds;

	spin_lock_acquire(&lock);
	holds = !is_legacy(driver) && !list_empty(&driver->control_devices);
	if (holds)
		(void)snprintf(
			name, len, "%s",
			list_first(&driver->control_devices, struct fx_control_device, link)->name);
	spin_lock_release(&lock);
	return holds;
}

static void hold_control_devices(struct fx_driver *driver, struct holds *holds)
{
	spin_lock_acquire(&lock);
	list_for_each (it, &driver->control_devices) {
		struct uwdf_hold *hold = next_hold(holds, UWDF_HOLD_CONTROL_DEVICE);

		(void)snprintf(hold->what, sizeof(hold->what), "%s",
			       list_entry(it, struct fx_control_device, link)->name);
		hold->state = is_legacy(driver) ? "legacy" : "hybrid";
	}
	spin_lock_release(&lock);
}

/* --- objects --- */

static void name_object(struct uwdf_hold *hold, const struct fx_object *obj)
{
	(void)snprintf(hold->what, sizeof(hold->what), "%s %p", obj->class->name,
		       fx_object_handle(obj));
}

static enum uwdf_hold_kind kind_of(const struct fx_object *obj)
{
	if (obj->type == FX_TYPE_DPC || obj->type == FX_TYPE_INTERRUPT)
		return UWDF_HOLD_DPC;
	return obj->type == FX_TYPE_TIMER ? UWDF_HOLD_TIMER : UWDF_HOLD_WORKITEM;
}

static void hold_pending(struct fx_object *obj, struct holds *holds)
{
	const char *state = obj->class->pending ? obj->class->pending(obj) : NULL;
	struct uwdf_hold *hold;

	if (!state)
		return;
	hold = next_hold(holds, kind_of(obj));
	name_object(hold, obj);
	hold->state = state;
}

/* Each reference that the driver took, where the verifier writes them down. How many. */
static size_t hold_tags(struct fx_object *obj, const char *state, struct holds *holds)
{
	const struct fx_record *record = fx_record_of(obj);
	size_t count = 0;

	if (!record)
		return 0;
	fx_records_lock();
	for (const struct fx_held_reference *held = record->held; held; held = held->next) {
		struct uwdf_hold *hold = next_hold(holds, UWDF_HOLD_REFERENCE);

		name_object(hold, obj);
		hold->state = state;
		hold->references = 1;
		fx_tag_text(held->ref.tag, hold->tag, sizeof(hold->tag));
		(void)snprintf(hold->file, sizeof(hold->file), "%s",
			       held->ref.file ? held->ref.file : "");
		hold->line = held->ref.line;
		count++;
	}
	fx_records_unlock();
	return count;
}

static void hold_leftover(struct fx_object *obj, struct holds *holds)
{
	struct uwdf_hold *hold;

	if (hold_tags(obj, "deleted", holds))
		return;
	hold = next_hold(holds, UWDF_HOLD_REFERENCE);
	name_object(hold, obj);
	hold->state = "deleted";
	/* one is ours */
	hold->references = (uint32_t)__atomic_load_n(&obj->refs, __ATOMIC_RELAXED) - 1;
}

/* --- the walk: level by level, every object referenced until the end --- */

struct walk {
	struct fx_object **objs;
	size_t count, room;
	size_t unseen; /* there was no memory for these */
};

/* Room for @more; as much as there is if there is no memory. */
static void make_room(struct walk *walk, size_t more)
{
	size_t room = walk->room ? walk->room * 2 : WALK_FIRST;
	struct fx_object **objs;

	if (walk->count + more <= walk->room)
		return;
	if (room < walk->count + more)
		room = walk->count + more;
	objs = mem_realloc(walk->objs, room * sizeof(struct fx_object *));
	if (!objs)
		return;
	walk->objs = objs;
	walk->room = room;
}

static size_t count_children(struct fx_object *obj)
{
	size_t count = 0;

	spin_lock_acquire(&obj->lock);
	list_for_each (it, &obj->children)
		count++;
	spin_lock_release(&obj->lock);
	return count;
}

/* Those that come after they were counted may be too many; they are so few then. */
static void add_children(struct walk *walk, struct fx_object *obj)
{
	make_room(walk, count_children(obj));
	spin_lock_acquire(&obj->lock);
	list_for_each (it, &obj->children) {
		if (walk->count < walk->room)
			walk->objs[walk->count++] =
				fx_object_ref(list_entry(it, struct fx_object, sibling));
		else
			walk->unseen++;
	}
	spin_lock_release(&obj->lock);
}

static void walk_tree(struct fx_driver *driver, struct walk *walk, struct holds *holds)
{
	if (!driver->created)
		return;
	make_room(walk, 1);
	if (walk->objs)
		walk->objs[walk->count++] = fx_object_ref(&driver->base);
	else
		walk->unseen++;
	for (size_t i = 0; i < walk->count; i++) {
		add_children(walk, walk->objs[i]);
		hold_pending(walk->objs[i], holds);
		(void)hold_tags(walk->objs[i], "alive", holds);
	}
}

static void drop_all(struct walk *walk)
{
	while (walk->count)
		fx_object_unref(walk->objs[--walk->count]);
}

static void walk_leftovers(struct fx_driver *driver, struct walk *walk, struct holds *holds)
{
	size_t there = fx_leftover_count(driver);

	make_room(walk, there);
	walk->count = walk->objs ? fx_leftovers_get(driver, walk->objs, walk->room) : 0;
	if (there > walk->room)
		walk->unseen += there - walk->room;
	for (size_t i = 0; i < walk->count; i++)
		hold_leftover(walk->objs[i], holds);
	drop_all(walk);
}

size_t fx_driver_holds(struct fx_driver *driver, struct uwdf_hold *out, size_t max)
{
	struct holds holds = { .out = out, .max = max };
	struct walk walk = { .objs = NULL };

	hold_control_devices(driver, &holds);
	walk_tree(driver, &walk, &holds);
	drop_all(&walk);
	walk_leftovers(driver, &walk, &holds);
	mem_free(walk.objs);
	return holds.count + walk.unseen;
}
