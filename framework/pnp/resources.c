/* SPDX-License-Identifier: MIT */
#include "pnp/resources.h"

#include "base/mem.h"
#include "object/driver.h"
#include "object/functions.h"
#include "pnp/device.h"
#include "pnp/host_impl.h"
#include "verifier/verifier.h"

static NTSTATUS add(struct fx_resources *res, const struct fx_assigned *one)
{
	NTSTATUS status =
		fx_descriptors_insert(&res->raw->descriptors, WDF_INSERT_AT_END, &one->raw);

	if (!NT_SUCCESS(status))
		return status;
	return fx_descriptors_insert(&res->translated->descriptors, WDF_INSERT_AT_END,
				     &one->translated);
}

static NTSTATUS add_all(struct fx_resources *res, const struct fx_assignment *assigned)
{
	NTSTATUS status = STATUS_SUCCESS;

	res->kind = assigned->kind;
	for (uint32_t i = 0; i < assigned->count && NT_SUCCESS(status); i++) {
		status = add(res, &assigned->at[i]);
	}
	return status;
}

static void list_end(struct fx_cm_res_list *list)
{
	if (list)
		fx_object_delete(&list->base);
}

NTSTATUS fx_resources_new(struct fx_device *device, struct fx_resources **out)
{
	struct fx_resources *res = mem_calloc(1, sizeof(*res));
	struct fx_driver *driver = device->base.driver;
	NTSTATUS status;

	if (!res)
		return STATUS_INSUFFICIENT_RESOURCES;
	status = fx_cm_res_list_new(driver, FX_RES_NOTHING, &res->raw);
	if (NT_SUCCESS(status))
		status = fx_cm_res_list_new(driver, FX_RES_NOTHING, &res->translated);
	if (NT_SUCCESS(status) && device->level) /* a child's lists are empty */
		status = add_all(res, &device->level->assigned);
	if (!NT_SUCCESS(status)) {
		fx_resources_free(res);
		return status;
	}
	*out = res;
	return STATUS_SUCCESS;
}

struct fx_resources *fx_resources_free(struct fx_resources *res)
{
	if (!res)
		return NULL;
	list_end(res->raw);
	list_end(res->translated);
	mem_free(res);
	return NULL;
}

static int message_of(const struct fx_assigned *one)
{
	const CM_PARTIAL_RESOURCE_DESCRIPTOR *raw = &one->raw;

	if (raw->Type != CmResourceTypeInterrupt)
		return -1;
	return raw->Flags & CM_RESOURCE_INTERRUPT_MESSAGE
		       ? (int)raw->u.MessageInterrupt.u.Raw.Vector
		       : 0;
}

int fx_resources_message(const struct fx_device *device, const CM_PARTIAL_RESOURCE_DESCRIPTOR *raw,
			 const CM_PARTIAL_RESOURCE_DESCRIPTOR *translated)
{
	int64_t index = fx_descriptors_index_of(&device->resources->raw->descriptors, raw);

	if (index < 0 || index != fx_descriptors_index_of(
					  &device->resources->translated->descriptors, translated))
		return -1;
	return message_of(&device->level->assigned.at[index]);
}

int fx_resources_next_message(const struct fx_device *device, uint32_t *at)
{
	const struct fx_assignment *assigned = device->level ? &device->level->assigned : NULL;

	while (assigned && *at < assigned->count) {
		int message = message_of(&assigned->at[(*at)++]);

		if (message >= 0)
			return message;
	}
	return -1;
}
