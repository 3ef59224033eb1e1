/* SPDX-License-Identifier: MIT */
/* context.c - the driver's own data in an object, one block a context type. */
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "object/object.h"

static void *context_data(struct fx_context *ctx)
{
	return ctx + 1;
}

struct fx_context *fx_context_of_data(const void *data)
{
	struct fx_context *ctx = (struct fx_context *)(uintptr_t)data - 1;

	return ctx->magic == FX_CONTEXT_MAGIC ? ctx : NULL;
}

static PCWDF_OBJECT_CONTEXT_TYPE_INFO unique_type(PCWDF_OBJECT_CONTEXT_TYPE_INFO type)
{
	if (type->EvtDriverGetUniqueContextType)
		return type->EvtDriverGetUniqueContextType();
	return type->UniqueType ? type->UniqueType : type;
}

/* Written once, under the object's lock, read without it: a context never moves or goes early. */
static struct fx_context *find(const struct fx_object *obj, PCWDF_OBJECT_CONTEXT_TYPE_INFO type)
{
	struct fx_context *ctx = __atomic_load_n(&obj->contexts, __ATOMIC_ACQUIRE);

	while (ctx && ctx->type != type)
		ctx = __atomic_load_n(&ctx->next, __ATOMIC_ACQUIRE);
	return ctx;
}

void *fx_object_context(const struct fx_object *obj, PCWDF_OBJECT_CONTEXT_TYPE_INFO type)
{
	struct fx_context *ctx = find(obj, type);

	if (!ctx && type->EvtDriverGetUniqueContextType) /* a shared type's own description */
		ctx = find(obj, unique_type(type));
	return ctx ? context_data(ctx) : NULL;
}

bool fx_object_contexts_are(const struct fx_object *obj, const void *context)
{
	if (!context)
		return !obj->contexts;
	return obj->contexts && obj->contexts + 1 == context && !obj->contexts->next;
}

size_t fx_context_size(const WDF_OBJECT_ATTRIBUTES *attrs)
{
	size_t len = attrs->ContextTypeInfo->ContextSize;

	if (attrs->ContextSizeOverride)
		len = attrs->ContextSizeOverride;
	return len > UINT32_MAX ? 0 : sizeof(struct fx_context) + len;
}

static void fill(struct fx_context *ctx, struct fx_object *obj, const WDF_OBJECT_ATTRIBUTES *attrs)
{
	ctx->object = obj;
	ctx->type = unique_type(attrs->ContextTypeInfo);
	ctx->len = (uint32_t)(fx_context_size(attrs) - sizeof(*ctx));
	ctx->magic = FX_CONTEXT_MAGIC;
}

void fx_context_init(struct fx_context *ctx, struct fx_object *obj,
		     const WDF_OBJECT_ATTRIBUTES *attrs)
{
	fill(ctx, obj, attrs);
	obj->contexts = ctx;
}

/* Returns the context of this type that is there already, or NULL after appending @ctx. */
static struct fx_context *append(struct fx_object *obj, struct fx_context *ctx)
{
	struct fx_context *there = find(obj, ctx->type), **end = &obj->contexts;

	if (there)
		return there;
	while (*end)
		end = &(*end)->next;
	__atomic_store_n(end, ctx, __ATOMIC_RELEASE);
	fx_object_touch(obj);
	return NULL;
}

/* Under the lock: whoever disposes of @obj looks at the list after it had the lock, too. */
static NTSTATUS attach(struct fx_object *obj, struct fx_context *ctx, struct fx_context **out)
{
	NTSTATUS status = STATUS_DELETE_PENDING;

	spin_lock_acquire(&obj->lock);
	if (fx_object_state(obj) == FX_OBJECT_CREATED) {
		*out = append(obj, ctx);
		status = *out ? STATUS_OBJECT_NAME_EXISTS : STATUS_SUCCESS;
	}
	spin_lock_release(&obj->lock);
	return status;
}

static NTSTATUS add(struct fx_object *obj, PWDF_OBJECT_ATTRIBUTES attrs, bool callbacks,
		    void **out_context)
{
	size_t len = fx_context_size(attrs);
	struct fx_context *there, *ctx = len ? mem_calloc(1, len) : NULL;
	NTSTATUS status;

	if (!ctx)
		return STATUS_INSUFFICIENT_RESOURCES;
	fill(ctx, obj, attrs);
	ctx->cleanup = callbacks ? attrs->EvtCleanupCallback : NULL;
	ctx->destroy = callbacks ? attrs->EvtDestroyCallback : NULL;
	there = ctx;
	status = attach(obj, ctx, &there);
	if (status == STATUS_SUCCESS)
		there = ctx;
	else
		mem_free(ctx);
	if (out_context && NT_SUCCESS(status))
		*out_context = context_data(there);
	return status;
}

NTSTATUS fx_object_add_context(struct fx_object *obj, PWDF_OBJECT_ATTRIBUTES attrs,
			       void **out_context)
{
	return add(obj, attrs, false, out_context);
}

NTSTATUS fx_object_attach_context(struct fx_object *obj, PWDF_OBJECT_ATTRIBUTES attrs,
				  void **out_context)
{
	return add(obj, attrs, true, out_context);
}
