/* SPDX-License-Identifier: MIT */
#include "object/object.h"

#include "base/mem.h"
#include "object/dispose.h"
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
	obj->execution_level = WdfExecutionLevelInheritFromParent;
	obj->sync_scope = WdfSynchronizationScopeInheritFromParent;
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
	if (attrs && attrs->ContextTypeInfo) {
		status = fx_object_add_context(obj, attrs, NULL);
		if (!NT_SUCCESS(status))
			goto err_free;
	}
	status = link_to_parent(obj, parent);
	if (!NT_SUCCESS(status))
		goto err_contexts;
	*out = obj;
	return STATUS_SUCCESS;

err_contexts:
	fx_object_free_contexts(obj);
err_free:
	mem_free(obj);
	return status;
}

void fx_object_commit(struct fx_object *obj, PWDF_OBJECT_ATTRIBUTES attrs)
{
	if (!attrs)
		return;
	obj->cleanup = attrs->EvtCleanupCallback;
	obj->destroy = attrs->EvtDestroyCallback;
	obj->execution_level = attrs->ExecutionLevel;
	obj->sync_scope = attrs->SynchronizationScope;
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

static bool is_type(uint16_t type)
{
	return type >= FX_TYPE_OBJECT && type < FX_TYPE_END;
}

struct fx_object *fx_object_from_any(struct fx_driver *driver, const void *handle)
{
	struct fx_object *obj = (struct fx_object *)(uintptr_t)((uint64_t)(uintptr_t)handle &
								FX_HANDLE_ADDRESS_MASK);

	if (uw_unlikely(!obj || !is_type(obj->type) || obj->handle != (uint64_t)(uintptr_t)handle))
		fx_verifier_bad_handle(driver, handle, FX_TYPE_OBJECT, __builtin_return_address(0));
	return obj;
}
