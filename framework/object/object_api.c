/* SPDX-License-Identifier: MIT */
/* object_api.c - the border of WDFOBJECT: handles and levels checked, then one call inward. */
#include "object/driver.h"
#include "object/functions.h"
#include "object/object.h"
#include "verifier/verifier.h"

static const struct fx_object_class object_class = {
	.type = FX_TYPE_OBJECT,
	.name = "WDFOBJECT",
	.driver_may_delete = true,
};

NTSTATUS fx_WdfObjectCreate(PWDF_DRIVER_GLOBALS globals, PWDF_OBJECT_ATTRIBUTES attrs,
			    WDFOBJECT *out)
{
	struct fx_driver *driver = fx_driver_of(globals);
	struct fx_object *obj;
	NTSTATUS status;

	fx_require(driver, out);
	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	*out = NULL;
	status = fx_object_check_attributes(attrs, FX_ATTR_NO_SCOPE);
	if (!NT_SUCCESS(status))
		return status;
	status = fx_object_new(&object_class, sizeof(*obj), driver, fx_driver_object(driver), attrs,
			       &obj);
	if (!NT_SUCCESS(status))
		return status;
	return fx_object_publish(obj, attrs, out);
}

VOID fx_WdfObjectDelete(PWDF_DRIVER_GLOBALS globals, WDFOBJECT handle)
{
	struct fx_driver *driver = fx_driver_of(globals);
	struct fx_object *obj = fx_object_from_any(driver, handle);

	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return;
	if (!obj->class->driver_may_delete || (fx_object_flags(obj) & FX_OBJECT_KEPT)) {
		fx_rule_break(driver, FX_RULE_MAY_NOT_DELETE, obj,
			      "WdfObjectDelete on a %s, which the framework deletes: "
			      "STATUS_CANNOT_DELETE",
			      obj->class->name);
		return;
	}
	if (uw_unlikely(obj->debug))
		obj->driver->object_hooks->delete_asked(obj);
	if (obj->class->asked_to_go)
		obj->class->asked_to_go(obj);
	else
		fx_object_delete(obj);
}

/* A bad handle, or the verifier listens. Called last and with what came in, so that the usual path
 * saves no register. */
UW_COLD static void refer_slowly(PWDF_DRIVER_GLOBALS globals, WDFOBJECT handle, PVOID tag,
				 LONG line, PCCH file)
{
	struct fx_object *obj = fx_object_from_any(fx_driver_of(globals), handle);
	const struct fx_reference ref = { .tag = tag, .file = file, .line = line };

	fx_object_ref(obj);
	obj->driver->object_hooks->referenced(obj, &ref);
}

UW_COLD static void dereference_slowly(PWDF_DRIVER_GLOBALS globals, WDFOBJECT handle, PVOID tag,
				       LONG line, PCCH file)
{
	struct fx_object *obj = fx_object_from_any(fx_driver_of(globals), handle);
	const struct fx_reference ref = { .tag = tag, .file = file, .line = line };

	obj->driver->object_hooks->dereferenced(obj, &ref);
	fx_object_unref(obj);
}

VOID fx_WdfObjectReferenceActual(PWDF_DRIVER_GLOBALS globals, WDFOBJECT handle, PVOID tag,
				 LONG line, PCCH file)
{
	if (uw_unlikely(!fx_object_is_plain(handle)))
		return refer_slowly(globals, handle, tag, line, file);
	fx_object_ref(fx_object_at(handle));
}

VOID fx_WdfObjectDereferenceActual(PWDF_DRIVER_GLOBALS globals, WDFOBJECT handle, PVOID tag,
				   LONG line, PCCH file)
{
	if (uw_unlikely(!fx_object_is_plain(handle)))
		return dereference_slowly(globals, handle, tag, line, file);
	fx_object_unref(fx_object_at(handle));
}

PVOID fx_WdfObjectGetTypedContextWorker(PWDF_DRIVER_GLOBALS globals, WDFOBJECT handle,
					PCWDF_OBJECT_CONTEXT_TYPE_INFO type)
{
	struct fx_driver *driver = fx_driver_of(globals);

	fx_require(driver, type);
	return fx_object_context(fx_object_from_any(driver, handle), type);
}

NTSTATUS fx_WdfObjectAllocateContext(PWDF_DRIVER_GLOBALS globals, WDFOBJECT handle,
				     PWDF_OBJECT_ATTRIBUTES attrs, PVOID *out)
{
	struct fx_driver *driver = fx_driver_of(globals);
	struct fx_object *obj = fx_object_from_any(driver, handle);
	void *data;
	NTSTATUS status;

	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	status = fx_object_check_attributes(attrs, FX_ATTR_REQUIRED | FX_ATTR_NO_PARENT |
							   FX_ATTR_NO_SCOPE_LEVEL);
	if (NT_SUCCESS(status) && !attrs->ContextTypeInfo)
		status = STATUS_OBJECT_NAME_INVALID;
	if (!NT_SUCCESS(status))
		return status;
	if (!fx_driver_may_allocate(driver))
		return STATUS_INSUFFICIENT_RESOURCES;
	status = fx_object_attach_context(obj, attrs, &data);
	if (NT_SUCCESS(status) && out)
		*out = data;
	return status;
}

WDFOBJECT fx_WdfObjectContextGetObject(PWDF_DRIVER_GLOBALS globals, PVOID data)
{
	struct fx_driver *driver = fx_driver_of(globals);
	struct fx_context *ctx;

	fx_require(driver, data);
	ctx = fx_context_of_data(data);
	if (!ctx)
		fx_verifier_stop(driver, WDF_INVALID_HANDLE, (uintptr_t)data, 0,
				 "WdfObjectContextGetObject: %p is no object's context", data);
	return fx_object_handle(ctx->object);
}

/* The released framework has no answers either: its test hooks are in checked builds. */
NTSTATUS fx_WdfObjectQuery(PWDF_DRIVER_GLOBALS globals, WDFOBJECT handle, CONST GUID *guid,
			   ULONG len, PVOID buffer)
{
	struct fx_driver *driver = fx_driver_of(globals);

	(void)fx_object_from_any(driver, handle);
	(void)len;
	(void)buffer;
	fx_require(driver, guid);
	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	return STATUS_NOT_FOUND;
}
