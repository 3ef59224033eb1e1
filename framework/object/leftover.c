/* SPDX-License-Identifier: MIT */
#include "object/leftover.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "object/dispose.h"
#include "object/driver.h"
#include "object/object.h"
#include "verifier/object_report.h"
#include "verifier/verifier.h"

#define NAMED 32u

static struct spin_lock lock = { .word = 0, .rank = LOCK_RANK_OBJECT };

static void add(struct fx_object *obj, struct fx_below below)
{
	struct fx_driver *driver = obj->driver;

	obj->below = below.handle;
	obj->below_type = below.type;
	/* before our reference goes: whoever drops the last one sees it */
	__atomic_fetch_or(&obj->flags, FX_OBJECT_LEFT, __ATOMIC_RELAXED);
	spin_lock_acquire(&lock);
	if (!driver->leftover_count) /* a driver that no loader made has all zeros */
		list_init(&driver->leftovers);
	list_push_back(&driver->leftovers, &obj->sibling);
	driver->leftover_count++;
	spin_lock_release(&lock);
}

void fx_object_leave(struct fx_object *obj, struct fx_below below)
{
	int32_t refs = 1;

	/* release and acquire as in fx_object_unref() */
	if (__atomic_compare_exchange_n(&obj->refs, &refs, 0, false, __ATOMIC_ACQ_REL,
					__ATOMIC_RELAXED))
		return fx_object_destroy(obj);
	if (obj->driver)
		add(obj, below);
	fx_object_unref(obj);
}

void fx_leftover_gone(struct fx_object *obj)
{
	spin_lock_acquire(&lock);
	list_remove(&obj->sibling);
	spin_lock_release(&lock);
	obj->cleanup = NULL;
	obj->active = 0;
	__atomic_fetch_and(&obj->flags, (uint8_t) ~(FX_OBJECT_LEFT | FX_OBJECT_TOLD),
			   __ATOMIC_RELAXED);
}

void fx_leftover_ended(struct fx_driver *driver)
{
	spin_lock_acquire(&lock);
	driver->leftover_count--;
	spin_lock_release(&lock);
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

/* --- the report --- */

struct tree {
	struct fx_object *objs[NAMED]; /* referenced */
	size_t count, total;
	size_t above[NAMED]; /* for each of @objs the one it was in; NONE: not among them */
};
#define NONE NAMED

static size_t find_above(const struct tree *tree, const struct fx_object *obj)
{
	for (size_t i = 0; i < tree->count; i++) {
		const struct fx_object *at = tree->objs[i];

		if (at != obj && at->type == obj->below_type && at->handle == obj->below)
			return i;
	}
	return NONE;
}

/* What a leftover was in, unless that is the line above it. */
static void name_above(const struct tree *tree, size_t at, char *out, size_t len)
{
	const struct fx_object *obj = tree->objs[at];

	out[0] = '\0';
	if (tree->above[at] == NONE && obj->below_type)
		(void)snprintf(out, len, ", in %s 0x%llx%s", fx_type_name(obj->below_type),
			       (unsigned long long)obj->below,
			       tree->count == tree->total ? " (gone)" : "");
}

static void report_one(const struct tree *tree, size_t at, unsigned int depth)
{
	struct fx_object *obj = tree->objs[at];
	int32_t refs = __atomic_load_n(&obj->refs, __ATOMIC_RELAXED) - 1;
	char in[64];

	__atomic_fetch_or(&obj->flags, FX_OBJECT_TOLD, __ATOMIC_RELAXED);
	name_above(tree, at, in, sizeof(in));
	if (obj->debug)
		fx_report_leftover(obj, depth, in);
	else
		log_error("object", "%*s%s %p: %d reference%s%s", 2 + 2 * (int)depth, "",
			  obj->class->name, fx_object_handle(obj), refs, refs == 1 ? "" : "s", in);
}

/* The first from @from on that was in @above. */
static size_t next_in(const struct tree *tree, size_t above, size_t from)
{
	while (from < tree->count && tree->above[from] != above)
		from++;
	return from;
}

/* Each, then what was in it, one level further in. */
static void report_tree(const struct tree *tree)
{
	size_t above = NONE, at = next_in(tree, NONE, 0);
	unsigned int depth = 0;

	while (at < tree->count || above != NONE) {
		if (at < tree->count) {
			report_one(tree, at, depth++);
			above = at;
			at = next_in(tree, above, 0);
		} else {
			at = above;
			above = tree->above[at];
			at = next_in(tree, above, at + 1);
			depth--;
		}
	}
}

void fx_leftovers_report(struct fx_driver *driver)
{
	struct tree tree = { .total = fx_leftover_count(driver) };
	size_t total = tree.total;

	if (!total)
		return;
	log_error("object", "driver %s leaks: %zu deleted object%s still referenced%s",
		  fx_driver_name(driver), total, total == 1 ? " is" : "s are",
		  driver->verifier.on
			  ? ""
			  : "; uwdf run --verify would tell which lines took the references");
	tree.count = fx_leftovers_get(driver, tree.objs, NAMED);
	for (size_t i = 0; i < tree.count; i++)
		tree.above[i] = find_above(&tree, tree.objs[i]);
	report_tree(&tree);
	if (total > tree.count)
		log_error("object", "  and %zu more", total - tree.count);
	for (size_t i = 0; i < tree.count; i++)
		fx_object_unref(tree.objs[i]);
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
