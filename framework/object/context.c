/* SPDX-License-Identifier: MIT */
/* context.c - the driver's own data in an object, one block a context type. */
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

	return ctx ? context_data(ctx) : NULL;
}

bool fx_object_contexts_are(const struct fx_object *obj, const void *context)
{
	if (!context)
		return !obj->contexts;
	return obj->contexts && obj->contexts + 1 == context && !obj->contexts->next;
}

static struct fx_context *context_new(struct fx_object *obj, PWDF_OBJECT_ATTRIBUTES attrs)
{
	size_t len = attrs->ContextTypeInfo->ContextSize;
	struct fx_context *ctx;

	if (attrs->ContextSizeOverride)
		len = attrs->ContextSizeOverride;
	if (len > SIZE_MAX - sizeof(*ctx))
		return NULL;
	ctx = mem_calloc(1, sizeof(*ctx) + len);
	if (!ctx)
		return NULL;
	ctx->object = obj;
	ctx->type = unique_type(attrs->ContextTypeInfo);
	ctx->magic = FX_CONTEXT_MAGIC;
	return ctx;
}

/* Returns the context of this type that is there already, or NULL after appending @ctx. */
static struct fx_context *append(struct fx_object *obj, struct fx_context *ctx)
{
	struct fx_context *there, **end = &obj->contexts;

	spin_lock_acquire(&obj->lock);
	there = find(obj, ctx->type);
	if (!there) {
		while (*end)
			end = &(*end)->next;
		__atomic_store_n(end, ctx, __ATOMIC_RELEASE);
	}
	spin_lock_release(&obj->lock);
	return there;
}

NTSTATUS fx_object_add_context(struct fx_object *obj, PWDF_OBJECT_ATTRIBUTES attrs,
			       void **out_context)
{
	struct fx_context *there, *ctx;

	if (fx_object_state(obj) != FX_OBJECT_CREATED)
		return STATUS_DELETE_PENDING;
	ctx = context_new(obj, attrs);
	if (!ctx)
		return STATUS_INSUFFICIENT_RESOURCES;
	there = append(obj, ctx);
	if (there) {
		ctx->magic = 0;
		mem_free(ctx);
	}
	if (out_context)
		*out_context = context_data(there ? there : ctx);
	return there ? STATUS_OBJECT_NAME_EXISTS : STATUS_SUCCESS;
}
