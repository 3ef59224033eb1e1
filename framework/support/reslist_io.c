/* SPDX-License-Identifier: MIT */
/* reslist_io.c - the border of WDFIORESLIST, one configuration that a device could do with. */
#include "object/functions.h"
#include "support/reslist.h"
#include "verifier/verifier.h"

static struct fx_io_res_list *list_of(struct fx_driver *driver, WDFIORESLIST handle)
{
	return uw_container_of(fx_object_from_handle(driver, handle, FX_TYPE_IO_RES_LIST),
			       struct fx_io_res_list, base);
}

static void note_change(struct fx_io_res_list *list)
{
	__atomic_store_n(&list->owner->changed, true, __ATOMIC_RELAXED);
}

NTSTATUS fx_WdfIoResourceListCreate(PWDF_DRIVER_GLOBALS globals, WDFIORESREQLIST owner_handle,
				    PWDF_OBJECT_ATTRIBUTES attrs, WDFIORESLIST *out)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_io_req_list *owner = uw_container_of(
		fx_object_from_handle(driver, owner_handle, FX_TYPE_IO_RES_REQ_LIST),
		struct fx_io_req_list, base);
	struct fx_io_res_list *list;
	NTSTATUS status;

	fx_require(driver, out);
	*out = NULL;
	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	status = fx_object_check_attributes(attrs, FX_ATTR_NO_PARENT | FX_ATTR_NO_SCOPE_LEVEL);
	if (NT_SUCCESS(status))
		status = fx_io_res_list_make(owner, attrs, &list);
	if (!NT_SUCCESS(status))
		return status;
	return fx_object_publish(&list->base, attrs, out);
}

static NTSTATUS insert(struct fx_driver *driver, struct fx_io_res_list *list,
		       const IO_RESOURCE_DESCRIPTOR *descriptor, ULONG index, const char *function)
{
	NTSTATUS status;

	if (!fx_level_ok(driver, function, DISPATCH_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	if (!fx_res_allowed(driver, list->owner->access, FX_RES_ADD, function))
		return STATUS_ACCESS_DENIED;
	status = fx_descriptors_insert(&list->descriptors, index, descriptor);
	if (NT_SUCCESS(status))
		note_change(list);
	return status;
}

NTSTATUS fx_WdfIoResourceListInsertDescriptor(PWDF_DRIVER_GLOBALS globals, WDFIORESLIST handle,
					      PIO_RESOURCE_DESCRIPTOR descriptor, ULONG index)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_io_res_list *list = list_of(driver, handle);

	fx_require(driver, descriptor);
	return insert(driver, list, descriptor, index, "WdfIoResourceListInsertDescriptor");
}

NTSTATUS fx_WdfIoResourceListAppendDescriptor(PWDF_DRIVER_GLOBALS globals, WDFIORESLIST handle,
					      PIO_RESOURCE_DESCRIPTOR descriptor)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_io_res_list *list = list_of(driver, handle);

	fx_require(driver, descriptor);
	return insert(driver, list, descriptor, WDF_INSERT_AT_END,
		      "WdfIoResourceListAppendDescriptor");
}

static void report_missing(struct fx_driver *driver, struct fx_io_res_list *list,
			   const char *function, ULONG index)
{
	fx_rule_break(driver, FX_RULE_RESOURCE_LIST, &list->base,
		      "%s: list %p has no descriptor %u, it has %u", function,
		      fx_object_handle(&list->base), index,
		      fx_descriptors_count(&list->descriptors));
}

/* No access is asked for, as in KMDF: an update may widen a range or narrow it. */
VOID fx_WdfIoResourceListUpdateDescriptor(PWDF_DRIVER_GLOBALS globals, WDFIORESLIST handle,
					  PIO_RESOURCE_DESCRIPTOR descriptor, ULONG index)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_io_res_list *list = list_of(driver, handle);

	fx_require(driver, descriptor);
	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return;
	if (fx_descriptors_update(&list->descriptors, index, descriptor))
		note_change(list);
	else
		report_missing(driver, list, "WdfIoResourceListUpdateDescriptor", index);
}

ULONG fx_WdfIoResourceListGetCount(PWDF_DRIVER_GLOBALS globals, WDFIORESLIST handle)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_io_res_list *list = list_of(driver, handle);

	return fx_check_level(driver, DISPATCH_LEVEL) ? fx_descriptors_count(&list->descriptors)
						      : 0;
}

PIO_RESOURCE_DESCRIPTOR fx_WdfIoResourceListGetDescriptor(PWDF_DRIVER_GLOBALS globals,
							  WDFIORESLIST handle, ULONG index)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_io_res_list *list = list_of(driver, handle);

	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return NULL;
	return fx_descriptors_show(&list->descriptors, index);
}

VOID fx_WdfIoResourceListRemove(PWDF_DRIVER_GLOBALS globals, WDFIORESLIST handle, ULONG index)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_io_res_list *list = list_of(driver, handle);

	if (!fx_check_level(driver, DISPATCH_LEVEL) ||
	    !fx_res_allowed(driver, list->owner->access, FX_RES_REMOVE, "WdfIoResourceListRemove"))
		return;
	if (fx_descriptors_remove(&list->descriptors, index))
		note_change(list);
	else
		report_missing(driver, list, "WdfIoResourceListRemove", index);
}

VOID fx_WdfIoResourceListRemoveByDescriptor(PWDF_DRIVER_GLOBALS globals, WDFIORESLIST handle,
					    PIO_RESOURCE_DESCRIPTOR descriptor)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_io_res_list *list = list_of(driver, handle);

	fx_require(driver, descriptor);
	if (!fx_check_level(driver, DISPATCH_LEVEL) ||
	    !fx_res_allowed(driver, list->owner->access, FX_RES_REMOVE,
			    "WdfIoResourceListRemoveByDescriptor"))
		return;
	if (fx_descriptors_remove_equal(&list->descriptors, descriptor))
		note_change(list);
	else
		fx_rule_break(driver, FX_RULE_RESOURCE_LIST, &list->base,
			      "WdfIoResourceListRemoveByDescriptor: list %p has no such "
			      "descriptor",
			      (void *)handle);
}
