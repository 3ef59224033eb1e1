/* SPDX-License-Identifier: MIT */
/* reslist.c - how resource lists come and go; the borders are beside it. */
#include "support/reslist.h"

#include "verifier/verifier.h"

bool fx_res_allowed(struct fx_driver *driver, unsigned int access, unsigned int flag,
		    const char *what)
{
	if (access & flag)
		return true;
	fx_rule_break(driver, FX_RULE_RESOURCE_LIST, NULL, "%s: this list may not be %s", what,
		      flag == FX_RES_ADD ? "added to" : "removed from");
	return false;
}

/* --- WDFCMRESLIST --- */

static void cm_res_list_destroy(struct fx_object *obj)
{
	fx_descriptors_deinit(&uw_container_of(obj, struct fx_cm_res_list, base)->descriptors);
}

static const struct fx_object_class cm_res_list_class = {
	.type = FX_TYPE_CM_RES_LIST,
	.name = "WDFCMRESLIST",
	.destroy = cm_res_list_destroy,
};

NTSTATUS fx_cm_res_list_new(struct fx_driver *driver, unsigned int access,
			    struct fx_cm_res_list **out)
{
	struct fx_cm_res_list *list;
	struct fx_object *obj;
	NTSTATUS status = fx_object_new_root(&cm_res_list_class, sizeof(*list), driver, &obj);

	if (!NT_SUCCESS(status))
		return status;
	list = uw_container_of(obj, struct fx_cm_res_list, base);
	fx_descriptors_init(&list->descriptors, sizeof(CM_PARTIAL_RESOURCE_DESCRIPTOR));
	list->access = access;
	fx_object_watch(&list->base);
	*out = list;
	return STATUS_SUCCESS;
}

/* --- WDFIORESREQLIST --- */

static void io_req_list_destroy(struct fx_object *obj)
{
	fx_items_deinit(&uw_container_of(obj, struct fx_io_req_list, base)->lists);
}

static const struct fx_object_class io_req_list_class = {
	.type = FX_TYPE_IO_RES_REQ_LIST,
	.name = "WDFIORESREQLIST",
	.destroy = io_req_list_destroy,
};

NTSTATUS fx_io_req_list_new(struct fx_driver *driver, unsigned int access,
			    struct fx_io_req_list **out)
{
	struct fx_io_req_list *list;
	struct fx_object *obj;
	NTSTATUS status = fx_object_new_root(&io_req_list_class, sizeof(*list), driver, &obj);

	if (!NT_SUCCESS(status))
		return status;
	list = uw_container_of(obj, struct fx_io_req_list, base);
	fx_items_init(&list->lists);
	list->access = access;
	fx_object_watch(&list->base);
	*out = list;
	return STATUS_SUCCESS;
}

NTSTATUS fx_io_res_list_new(struct fx_io_req_list *owner, struct fx_io_res_list **out)
{
	struct fx_io_res_list *list;
	NTSTATUS status = fx_io_res_list_make(owner, NULL, &list);

	if (!NT_SUCCESS(status))
		return status;
	status = fx_items_insert(&owner->lists, FX_ITEMS_END, list);
	if (!NT_SUCCESS(status)) {
		fx_object_delete(&list->base);
		return status;
	}
	status = fx_object_commit(&list->base, NULL);
	if (NT_SUCCESS(status))
		*out = list;
	return status;
}

/* --- WDFIORESLIST --- */

static bool is_same(const void *item, const void *arg)
{
	return item == arg;
}

static void io_res_list_dispose(struct fx_object *obj)
{
	struct fx_io_res_list *list = uw_container_of(obj, struct fx_io_res_list, base);

	(void)fx_items_take_if(&list->owner->lists, is_same, list);
}

static void io_res_list_destroy(struct fx_object *obj)
{
	fx_descriptors_deinit(&uw_container_of(obj, struct fx_io_res_list, base)->descriptors);
}

static const struct fx_object_class io_res_list_class = {
	.type = FX_TYPE_IO_RES_LIST,
	.name = "WDFIORESLIST",
	.dispose = io_res_list_dispose,
	.destroy = io_res_list_destroy,
};

NTSTATUS fx_io_res_list_make(struct fx_io_req_list *owner, PWDF_OBJECT_ATTRIBUTES attrs,
			     struct fx_io_res_list **out)
{
	struct fx_io_res_list *list;
	struct fx_object *obj;
	NTSTATUS status;

	status = fx_object_new(&io_res_list_class, sizeof(*list), owner->base.driver, &owner->base,
			       attrs, &obj);
	if (!NT_SUCCESS(status))
		return status;
	list = uw_container_of(obj, struct fx_io_res_list, base);
	fx_descriptors_init(&list->descriptors, sizeof(IO_RESOURCE_DESCRIPTOR));
	list->owner = owner;
	*out = list;
	return STATUS_SUCCESS;
}
