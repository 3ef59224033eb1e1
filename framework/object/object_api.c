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
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_object *obj;
	NTSTATUS status;

	fx_require(driver, out);
	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	*out = NULL;
	status = fx_object_check_attributes(attrs, FX_ATTR_NO_SCOPE_LEVEL);
	if (!NT_SUCCESS(status))
		return status;
	status = fx_object_new(&object_class, sizeof(*obj), driver, fx_driver_object(driver), attrs,
			       &obj);
	if (!NT_SUCCESS(status))
		return status;
	fx_object_commit(obj, attrs);
	*out = fx_object_handle(obj);
	return STATUS_SUCCESS;
}

VOID fx_WdfObjectDelete(PWDF_DRIVER_GLOBALS globals, WDFOBJECT handle)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_object *obj = fx_object_from_any(driver, handle);

	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return;
	if (!obj->class->driver_may_delete) {
		fx_rule_break(driver, FX_RULE_MAY_NOT_DELETE, obj,
			      "WdfObjectDelete on a %s, which the framework deletes",
			      obj->class->name);
		return;
	}
	fx_object_delete(obj);
}

VOID fx_WdfObjectReferenceActual(PWDF_DRIVER_GLOBALS globals, WDFOBJECT handle, PVOID tag,
				 LONG line, PCCH file)
{
	const struct fx_reference ref = { .tag = tag, .file = file, .line = line };

	fx_object_ref_tagged(fx_object_from_any(fx_driver_from_globals(globals), handle), &ref);
}

VOID fx_WdfObjectDereferenceActual(PWDF_DRIVER_GLOBALS globals, WDFOBJECT handle, PVOID tag,
				   LONG line, PCCH file)
{
	const struct fx_reference ref = { .tag = tag, .file = file, .line = line };

	fx_object_unref_tagged(fx_object_from_any(fx_driver_from_globals(globals), handle), &ref);
}

PVOID fx_WdfObjectGetTypedContextWorker(PWDF_DRIVER_GLOBALS globals, WDFOBJECT handle,
					PCWDF_OBJECT_CONTEXT_TYPE_INFO type)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);

	fx_require(driver, type);
	return fx_object_context(fx_object_from_any(driver, handle), type);
}

NTSTATUS fx_WdfObjectAllocateContext(PWDF_DRIVER_GLOBALS globals, WDFOBJECT handle,
				     PWDF_OBJECT_ATTRIBUTES attrs, PVOID *out)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_object *obj = fx_object_from_any(driver, handle);
	struct fx_context *ctx;
	void *data;
	NTSTATUS status;

	fx_require(driver, attrs);
	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	status = fx_object_check_attributes(attrs, FX_ATTR_NO_PARENT | FX_ATTR_NO_SCOPE_LEVEL);
	if (NT_SUCCESS(status) && !attrs->ContextTypeInfo)
		status = STATUS_WDF_OBJECT_ATTRIBUTES_INVALID;
	if (!NT_SUCCESS(status))
		return status;
	status = fx_object_add_context(obj, attrs, &data);
	if (!NT_SUCCESS(status))
		return status;
	if (status != STATUS_OBJECT_NAME_EXISTS) {
		ctx = fx_context_of_data(data);
		ctx->cleanup = attrs->EvtCleanupCallback;
		ctx->destroy = attrs->EvtDestroyCallback;
	}
	if (out)
		*out = data;
	return status;
}

WDFOBJECT fx_WdfObjectContextGetObject(PWDF_DRIVER_GLOBALS globals, PVOID data)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_context *ctx;

	fx_require(driver, data);
	ctx = fx_context_of_data(data);
	if (!ctx)
		fx_verifier_stop(driver, WDF_INVALID_HANDLE, (uintptr_t)data, 0,
				 "WdfObjectContextGetObject: %p is no object's context", data);
	return fx_object_handle(ctx->object);
}
