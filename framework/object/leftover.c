/* SPDX-License-Identifier: MIT */
#include "object/leftover.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "object/dispose.h"
#include "object/driver.h"
#include "verifier/object_report.h"

#define NAMED 32u

static struct spin_lock lock = { .word = 0, .rank = LOCK_RANK_OBJECT };

static void add(struct fx_object *obj)
{
	struct fx_driver *driver = obj->driver;

	/* before our reference goes: whoever drops the last one sees it */
	__atomic_fetch_or(&obj->flags, FX_OBJECT_LEFT, __ATOMIC_RELAXED);
	spin_lock_acquire(&lock);
	if (!driver->leftover_count) /* a driver that no loader made has all zeros */
		list_init(&driver->leftovers);
	list_push_back(&driver->leftovers, &obj->sibling);
	driver->leftover_count++;
	spin_lock_release(&lock);
}

void fx_object_leave(struct fx_object *obj)
{
	int32_t refs = 1;

	/* release and acquire as in fx_object_unref() */
	if (__atomic_compare_exchange_n(&obj->refs, &refs, 0, false, __ATOMIC_ACQ_REL,
					__ATOMIC_RELAXED))
		return fx_object_destroy(obj);
	if (obj->driver)
		add(obj);
	fx_object_unref(obj);
}

void fx_leftover_gone(struct fx_object *obj)
{
	spin_lock_acquire(&lock);
	list_remove(&obj->sibling);
	obj->driver->leftover_count--;
	spin_lock_release(&lock);
	__atomic_fetch_and(&obj->flags, (uint8_t)~FX_OBJECT_LEFT, __ATOMIC_RELAXED);
}

size_t fx_leftover_count(const struct fx_driver *driver)
{
	size_t count;

	spin_lock_acquire(&lock);
	count = driver->leftover_count;
	spin_lock_release(&lock);
	return count;
}

size_t fx_leftovers_get(struct fx_driver *driver, struct fx_object **out, size_t max)
{
	size_t count = 0;

	if (!fx_leftover_count(driver))
		return 0;
	spin_lock_acquire(&lock);
	list_for_each (it, &driver->leftovers) {
		struct fx_object *obj = list_entry(it, struct fx_object, sibling);

		if (count < max && fx_object_ref_unless_zero(obj))
			out[count++] = obj;
	}
	spin_lock_release(&lock);
	return count;
}

static void report_each(struct fx_object *const *objs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (objs[i]->debug)
			fx_report_object(objs[i]);
		else
			log_error("object", "  %s %p: %d references", objs[i]->class->name,
				  fx_object_handle(objs[i]),
				  __atomic_load_n(&objs[i]->refs, __ATOMIC_RELAXED) - 1);
	}
}

void fx_leftovers_report(struct fx_driver *driver)
{
	struct fx_object *objs[NAMED];
	size_t total = fx_leftover_count(driver);
	size_t count = fx_leftovers_get(driver, objs, NAMED);

	if (!total)
		return;
	log_error("object", "driver %s leaks: %zu deleted object%s still referenced%s",
		  fx_driver_name(driver), total, total == 1 ? " is" : "s are",
		  driver->verifier.on
			  ? ""
			  : "; uwdf run --verify would tell which lines took the references");
	report_each(objs, count);
	if (total > count)
		log_error("object", "  and %zu more", total - count);
	for (size_t i = 0; i < count; i++)
		fx_object_unref(objs[i]);
}

static struct fx_object *first_of(struct fx_driver *driver)
{
	return list_empty(&driver->leftovers)
		       ? NULL
		       : list_first(&driver->leftovers, struct fx_object, sibling);
}

void fx_leftovers_discard(struct fx_driver *driver)
{
	struct fx_object *obj;

	while ((obj = first_of(driver))) {
		fx_object_disarm(obj);
		__atomic_store_n(&obj->refs, 0, __ATOMIC_RELAXED);
		fx_object_destroy(obj);
	}
}
