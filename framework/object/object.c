/* SPDX-License-Identifier: MIT */
#include "object/object.h"

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
static NTSTATUS link_to_parent(struct fx_object *obj, struct fx_object *parent)
{
	NTSTATUS status = STATUS_DELETE_PENDING;

	spin_lock_acquire(&parent->lock);
	if (fx_object_state(parent) == FX_OBJECT_CREATED) {
		obj->parent = parent;
		list_push_back(&parent->children, &obj->sibling);
		status = STATUS_SUCCESS;
	}
	spin_lock_release(&parent->lock);
	return status;
}

NTSTATUS fx_object_new(const struct fx_object_class *class, size_t size, struct fx_driver *driver,
		       struct fx_object *parent, PWDF_OBJECT_ATTRIBUTES attrs,
		       struct fx_object **out)
{
	struct fx_object *obj;
	NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;

	if (attrs && attrs->ParentObject)
		parent = fx_object_from_any(driver, attrs->ParentObject);
	if (!parent)
		return STATUS_WDF_PARENT_NOT_SPECIFIED;
	obj = mem_calloc(1, size);
	if (!obj)
		return status;
	fx_object_init(obj, class, driver);
	fx_object_inherit(obj, parent, attrs);
	status = STATUS_SUCCESS;
	if (attrs && attrs->ContextTypeInfo)
		status = fx_object_add_context(obj, attrs, NULL);
	if (NT_SUCCESS(status) && uw_unlikely(driver->object_hooks))
		status = driver->object_hooks->created(obj);
	if (NT_SUCCESS(status))
		status = link_to_parent(obj, parent);
	if (!NT_SUCCESS(status)) {
		fx_object_end_memory(obj);
		return status;
	}
	*out = obj;
	return STATUS_SUCCESS;
}

void fx_object_commit(struct fx_object *obj, PWDF_OBJECT_ATTRIBUTES attrs)
{
	if (!attrs)
		return;
	obj->cleanup = attrs->EvtCleanupCallback;
	obj->destroy = attrs->EvtDestroyCallback;
}

struct fx_object *fx_object_ref(struct fx_object *obj)
{
	/* relaxed: whoever calls has a reference, which keeps the object alive */
	__atomic_add_fetch(&obj->refs, 1, __ATOMIC_RELAXED);
	return obj;
}

struct fx_object *fx_object_unref(struct fx_object *obj)
{
	/* release: what this thread did to the object comes before its end ... */
	if (!obj || __atomic_sub_fetch(&obj->refs, 1, __ATOMIC_RELEASE))
		return NULL;
	/* ... which begins after what all others did */
	(void)__atomic_load_n(&obj->refs, __ATOMIC_ACQUIRE);
	fx_object_destroy(obj);
	return NULL;
}

void fx_object_ref_tagged(struct fx_object *obj, const struct fx_reference *ref)
{
	fx_object_ref(obj);
	if (uw_unlikely(obj->debug))
		obj->driver->object_hooks->referenced(obj, ref);
}

void fx_object_unref_tagged(struct fx_object *obj, const struct fx_reference *ref)
{
	if (uw_unlikely(obj->debug))
		obj->driver->object_hooks->dereferenced(obj, ref);
	fx_object_unref(obj);
}

static bool is_type(uint16_t type)
{
	return type >= FX_TYPE_OBJECT && type < FX_TYPE_END;
}

struct fx_object *fx_object_from_any(struct fx_driver *driver, const void *handle)
{
	struct fx_object *obj = fx_object_at(handle);

	if (uw_unlikely(!obj || !is_type(obj->type) || obj->handle != (uint64_t)(uintptr_t)handle))
		fx_verifier_bad_handle(driver, handle, FX_TYPE_OBJECT, __builtin_return_address(0));
	return obj;
}
