/* SPDX-License-Identifier: MIT */
#include "object/object.h"

#include <string.h>

#include "base/mem.h"
#include "object/dispose.h"
#include "object/driver.h"
#include "verifier/verifier.h"

void fx_object_init(struct fx_object *obj, const struct fx_object_class *class,
		    struct fx_driver *driver)
{
	obj->type = (uint16_t) class->type;
	obj->state = FX_OBJECT_CREATED;
	obj->flags = 0;
	obj->refs = 1;
	obj->handle = (uintptr_t)obj;
	obj->class = class;
	obj->driver = driver;
	obj->parent = NULL;
	list_init(&obj->sibling);
	list_init(&obj->children);
	spin_lock_init(&obj->lock, LOCK_RANK_OBJECT);
	obj->contexts = NULL;
	obj->cleanup = NULL;
	obj->destroy = NULL;
	obj->deferred = NULL;
	obj->debug = NULL;
	obj->active = 0;
	obj->place = FX_PLACE_NONE;
	obj->own_context = false;
	obj->execution_level = WdfExecutionLevelDispatch;
	obj->sync_scope = WdfSynchronizationScopeNone;
	if (class->passive_cleanup)
		obj->flags |= FX_OBJECT_PASSIVE;
}

void fx_object_inherit(struct fx_object *obj, const struct fx_object *parent,
		       const WDF_OBJECT_ATTRIBUTES *attrs)
{
	if (attrs && attrs->ExecutionLevel != WdfExecutionLevelInheritFromParent)
		obj->execution_level = (uint8_t)attrs->ExecutionLevel;
	else if (parent)
		obj->execution_level = parent->execution_level;
	if (attrs && attrs->SynchronizationScope != WdfSynchronizationScopeInheritFromParent)
		obj->sync_scope = (uint8_t)attrs->SynchronizationScope;
	else if (parent)
		obj->sync_scope = parent->sync_scope;
	/* Its own level alone: what is below a passive device may well end at DISPATCH. */
	if (attrs && attrs->ExecutionLevel == WdfExecutionLevelPassive)
		obj->flags |= FX_OBJECT_PASSIVE;
}

/* The parent's list holds the child's first reference. */
static NTSTATUS link_to_parent(struct fx_object *obj)
{
	struct fx_object *parent = obj->parent;
	NTSTATUS status = STATUS_DELETE_PENDING;

	spin_lock_acquire(&parent->lock);
	if (fx_object_state(parent) == FX_OBJECT_CREATED) {
		list_push_back(&parent->children, &obj->sibling);
		fx_object_touch(parent);
		obj->place = FX_PLACE_LINKED;
		parent->active++;
		status = STATUS_SUCCESS;
	}
	spin_lock_release(&parent->lock);
	return status;
}

/* The type's struct, and behind it the first context; 0: too long. */
static size_t block_size(size_t size, const WDF_OBJECT_ATTRIBUTES *attrs, size_t *out_offset)
{
	size_t context, len;

	*out_offset = 0;
	if (!attrs || !attrs->ContextTypeInfo)
		return size;
	*out_offset = (size + 15) & ~(size_t)15;
	context = fx_context_size(attrs);
	return !context || __builtin_add_overflow(*out_offset, context, &len) ? 0 : len;
}

static struct fx_object *object_alloc(const struct fx_object_class *class, size_t size,
				      struct fx_driver *driver, const WDF_OBJECT_ATTRIBUTES *attrs)
{
	size_t offset, len = block_size(size, attrs, &offset);
	struct fx_object *obj = len && fx_driver_may_allocate(driver) ? mem_alloc(len) : NULL;

	if (!obj)
		return NULL;
	memset(obj, 0, len); /* calloc() would pass the C library's cache of this thread by */
	fx_object_init(obj, class, driver);
	if (offset) {
		fx_context_init((struct fx_context *)(void *)((char *)obj + offset), obj, attrs);
		obj->own_context = true;
	}
	return obj;
}

NTSTATUS fx_object_new_root(const struct fx_object_class *class, size_t size,
			    struct fx_driver *driver, struct fx_object **out)
{
	struct fx_object *obj = object_alloc(class, size, driver, NULL);

	if (!obj)
		return STATUS_INSUFFICIENT_RESOURCES;
	fx_object_watch(obj);
	*out = obj;
	return STATUS_SUCCESS;
}

NTSTATUS fx_object_new(const struct fx_object_class *class, size_t size, struct fx_driver *driver,
		       struct fx_object *parent, PWDF_OBJECT_ATTRIBUTES attrs,
		       struct fx_object **out)
{
	struct fx_object *obj;

	if (attrs && attrs->ParentObject)
		parent = fx_object_from_any(driver, attrs->ParentObject);
	if (!parent)
		return STATUS_WDF_PARENT_NOT_SPECIFIED;
	if (fx_object_state(parent) != FX_OBJECT_CREATED)
		return STATUS_DELETE_PENDING;
	obj = object_alloc(class, size, driver, attrs);
	if (!obj)
		return STATUS_INSUFFICIENT_RESOURCES;
	obj->parent = parent;
	fx_object_inherit(obj, parent, attrs);
	fx_object_watch(obj);
	*out = obj;
	return STATUS_SUCCESS;
}

void fx_object_watch(struct fx_object *obj)
{
	if (uw_unlikely(obj->driver && obj->driver->object_hooks && !obj->debug))
		obj->driver->object_hooks->created(obj);
}

NTSTATUS fx_object_commit(struct fx_object *obj, PWDF_OBJECT_ATTRIBUTES attrs)
{
	NTSTATUS status;

	if (attrs) {
		obj->cleanup = attrs->EvtCleanupCallback;
		obj->destroy = attrs->EvtDestroyCallback;
		if (obj->cleanup || obj->destroy)
			fx_object_touch(obj);
	}
	if (!obj->parent) /* embedded, pooled, or the driver itself */
		return STATUS_SUCCESS;
	status = link_to_parent(obj);
	if (NT_SUCCESS(status))
		return status;
	obj->cleanup = NULL;
	obj->destroy = NULL;
	fx_object_delete(obj);
	return status;
}

NTSTATUS fx_object_publish(struct fx_object *obj, PWDF_OBJECT_ATTRIBUTES attrs, void *out)
{
	void *handle = fx_object_handle(obj);
	NTSTATUS status = fx_object_commit(obj, attrs);

	if (NT_SUCCESS(status))
		memcpy(out, &handle, sizeof(handle)); /* a handle type of its own, not void * */
	return status;
}

bool fx_object_ref_unless_zero(struct fx_object *obj)
{
	int32_t refs = __atomic_load_n(&obj->refs, __ATOMIC_RELAXED);

	do {
		if (refs <= 0)
			return false;
	} while (!__atomic_compare_exchange_n(&obj->refs, &refs, refs + 1, true, __ATOMIC_ACQUIRE,
					      __ATOMIC_RELAXED));
	return true;
}

void fx_object_last(struct fx_object *obj)
{
	/* acquire: pairs with the releases of all who dropped theirs before */
	(void)__atomic_load_n(&obj->refs, __ATOMIC_ACQUIRE);
	fx_object_destroy(obj);
}
