/* SPDX-License-Identifier: MIT */
/* child_init.c - a child's WDFDEVICE_INIT: the driver's until that goes, not the parent's. */
#include "base/mem.h"
#include "object/driver.h"
#include "pnp/child_impl.h"

static void init_free(struct WDFDEVICE_INIT *init)
{
	list_remove(&init->link);
	fx_device_init_finish(init);
	fx_pdo_free(init->pdo);
	fx_children_unref(init->bus);
	mem_free(init);
}

/* fx_driver.child_inits_end */
static void free_inits(struct fx_driver *driver)
{
	while (!list_empty(&driver->child_inits))
		init_free(list_first(&driver->child_inits, struct WDFDEVICE_INIT, link));
}

static void enlist_init(struct fx_driver *driver, struct WDFDEVICE_INIT *init)
{
	spin_lock_acquire(&driver->base.lock);
	driver->child_inits_end = free_inits;
	list_push_back(&driver->child_inits, &init->link);
	spin_lock_release(&driver->base.lock);
}

struct WDFDEVICE_INIT *fx_child_init_new(struct fx_device *parent)
{
	struct fx_children *all = fx_children_get(parent);
	struct WDFDEVICE_INIT *init = all ? mem_calloc(1, sizeof(*init)) : NULL;

	if (!init)
		return NULL;
	fx_device_init_prepare(init, parent->base.driver, NULL);
	init->pdo = fx_pdo_new();
	if (!init->pdo) {
		mem_free(init);
		return NULL;
	}
	init->bus = fx_children_ref(all);
	enlist_init(init->driver, init);
	return init;
}

void fx_child_init_free(struct WDFDEVICE_INIT *init)
{
	struct fx_object *driver = &init->driver->base;

	spin_lock_acquire(&driver->lock);
	list_remove(&init->link);
	spin_lock_release(&driver->lock);
	init_free(init);
}
