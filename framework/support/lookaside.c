/* SPDX-License-Identifier: MIT */
#include "support/lookaside.h"

#include "base/mem.h"
#include "object/functions.h"
#include "support/memory.h"
#include "support/support.h"
#include "verifier/verifier.h"

static void lookaside_dispose(struct fx_object *obj)
{
	struct fx_lookaside *lookaside = uw_container_of(obj, struct fx_lookaside, base);
	unsigned int count;

	spin_lock_acquire(&lookaside->lock);
	lookaside->over = true; /* from here on nobody touches what is kept */
	count = lookaside->kept_count;
	lookaside->kept_count = 0;
	spin_lock_release(&lookaside->lock);
	for (unsigned int i = 0; i < count; i++)
		mem_free(lookaside->kept[i]);
}

static void lookaside_destroy(struct fx_object *obj)
{
	fx_object_unref(uw_container_of(obj, struct fx_lookaside, base)->memory_parent);
}

static const struct fx_object_class lookaside_class = {
	.type = FX_TYPE_LOOKASIDE,
	.name = "WDFLOOKASIDE",
	.driver_may_delete = true,
	.dispose = lookaside_dispose,
	.destroy = lookaside_destroy,
};

/* --- buffers --- */

static void *take_buffer(struct fx_lookaside *lookaside)
{
	void *buffer = NULL;

	spin_lock_acquire(&lookaside->lock);
	if (lookaside->kept_count)
		buffer = lookaside->kept[--lookaside->kept_count];
	spin_lock_release(&lookaside->lock);
	return buffer ? buffer : fx_memory_buffer_alloc(lookaside->base.driver, lookaside->len);
}

void fx_lookaside_put(struct fx_lookaside *lookaside, void *buffer)
{
	spin_lock_acquire(&lookaside->lock);
	if (buffer && !lookaside->over && lookaside->kept_count < LOOKASIDE_DEPTH) {
		lookaside->kept[lookaside->kept_count++] = buffer;
		buffer = NULL;
	}
	spin_lock_release(&lookaside->lock);
	mem_free(buffer);
	fx_object_unref(&lookaside->base);
}

/* --- the border --- */

static struct fx_object *device_above(struct fx_driver *driver, PWDF_OBJECT_ATTRIBUTES attrs)
{
	struct fx_object *obj = NULL;

	if (attrs && attrs->ParentObject)
		obj = fx_object_from_any(driver, attrs->ParentObject);
	while (obj && obj->type != FX_TYPE_DEVICE)
		obj = obj->parent;
	return obj;
}

/* Paged memory: the two parents may not belong to different devices. */
static NTSTATUS check_devices(struct fx_driver *driver, PWDF_OBJECT_ATTRIBUTES attrs,
			      PWDF_OBJECT_ATTRIBUTES memory_attrs)
{
	struct fx_object *one = device_above(driver, attrs);
	struct fx_object *other = device_above(driver, memory_attrs);

	return one && other && one != other ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
}

static NTSTATUS check_creation(struct fx_driver *driver, PWDF_OBJECT_ATTRIBUTES attrs, size_t len,
			       POOL_TYPE type, PWDF_OBJECT_ATTRIBUTES memory_attrs)
{
	bool paged = fx_pool_type_is_paged(type);
	NTSTATUS status;

	if (!fx_level_ok(driver, "WdfLookasideListCreate", paged ? PASSIVE_LEVEL : DISPATCH_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	if (!len || !fx_pool_type_is_known(type))
		return STATUS_INVALID_PARAMETER;
	status = fx_object_check_attributes(attrs, FX_ATTR_NO_SCOPE_LEVEL);
	if (NT_SUCCESS(status))
		status = fx_object_check_attributes(memory_attrs, FX_ATTR_NO_SCOPE_LEVEL);
	if (NT_SUCCESS(status) && paged)
		status = check_devices(driver, attrs, memory_attrs);
	return status;
}

static void keep_attributes(struct fx_lookaside *lookaside, PWDF_OBJECT_ATTRIBUTES attrs)
{
	if (!attrs)
		return;
	lookaside->attrs = *attrs;
	if (attrs->ParentObject)
		lookaside->memory_parent = fx_object_ref(
			fx_object_from_any(lookaside->base.driver, attrs->ParentObject));
}

/* @PoolTag names the pool's owner on Windows; see the header. */
NTSTATUS fx_WdfLookasideListCreate(PWDF_DRIVER_GLOBALS globals, PWDF_OBJECT_ATTRIBUTES attrs,
				   size_t len, POOL_TYPE type, PWDF_OBJECT_ATTRIBUTES memory_attrs,
				   ULONG tag, WDFLOOKASIDE *out)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_lookaside *lookaside;
	struct fx_object *obj;
	NTSTATUS status;

	(void)tag;
	fx_require(driver, out);
	*out = NULL;
	status = check_creation(driver, attrs, len, type, memory_attrs);
	if (NT_SUCCESS(status))
		status = fx_support_new(&lookaside_class, sizeof(*lookaside), driver, attrs, &obj);
	if (!NT_SUCCESS(status))
		return status;
	lookaside = uw_container_of(obj, struct fx_lookaside, base);
	spin_lock_init(&lookaside->lock, LOCK_RANK_ITEMS);
	lookaside->len = len;
	lookaside->paged = fx_pool_type_is_paged(type);
	fx_memory_ends_paged(obj, lookaside->paged);
	keep_attributes(lookaside, memory_attrs);
	return fx_object_publish(obj, attrs, out);
}

NTSTATUS fx_WdfMemoryCreateFromLookaside(PWDF_DRIVER_GLOBALS globals, WDFLOOKASIDE handle,
					 WDFMEMORY *out)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_lookaside *lookaside =
		uw_container_of(fx_object_from_handle(driver, handle, FX_TYPE_LOOKASIDE),
				struct fx_lookaside, base);
	PWDF_OBJECT_ATTRIBUTES attrs = lookaside->attrs.Size ? &lookaside->attrs : NULL;
	struct fx_memory *memory;
	NTSTATUS status;

	fx_require(driver, out);
	*out = NULL;
	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	status = fx_memory_new(driver, FX_MEMORY_LOOKASIDE, attrs, &memory);
	if (!NT_SUCCESS(status))
		return status;
	fx_object_ref(&lookaside->base);
	fx_memory_ends_paged(&memory->base, lookaside->paged);
	memory->lookaside = lookaside;
	memory->len = lookaside->len;
	memory->buffer = take_buffer(lookaside);
	if (!memory->buffer) {
		fx_object_delete(&memory->base);
		return STATUS_INSUFFICIENT_RESOURCES;
	}
	return fx_object_publish(&memory->base, attrs, out);
}
