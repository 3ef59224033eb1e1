/* SPDX-License-Identifier: MIT */
/*
 * filter.c - the drivers of a stack and what its function could do with (pnp-states A3, 2 to 4).
 *
 * The question goes down and each driver may remove from the list, the answer comes up and each may
 * add to it. A driver that fails ends it: the function's own requirements hold, as in Windows. What
 * was added is removed again from what the levels below are given.
 */
#include <errno.h>

#include "base/log.h"
#include "nt/status.h"
#include "object/driver.h"
#include "pnp/requirements.h"
#include "pnp/stack.h"
#include "support/reslist.h"
#include "verifier/callback.h"
#include "verifier/verifier.h"

/* --- a list as drivers see it --- */

static NTSTATUS show_one(struct fx_io_req_list *shown, const struct fx_configuration *one)
{
	struct fx_io_res_list *list;
	NTSTATUS status = fx_io_res_list_new(shown, &list);

	for (uint32_t i = 0; i < one->count && NT_SUCCESS(status); i++)
		status = fx_descriptors_insert(&list->descriptors, FX_ITEMS_END, &one->at[i]);
	return status;
}

static NTSTATUS show(struct fx_driver *driver, const struct fx_requirements *all,
		     unsigned int access, struct fx_io_req_list **out)
{
	struct fx_io_req_list *shown;
	NTSTATUS status = fx_io_req_list_new(driver, access, &shown);

	if (!NT_SUCCESS(status))
		return status;
	shown->interface_type = PCIBus;
	for (uint32_t i = 0; i < all->count && NT_SUCCESS(status); i++)
		status = show_one(shown, &all->at[i]);
	if (!NT_SUCCESS(status)) {
		fx_object_delete(&shown->base);
		return status;
	}
	*out = shown;
	return STATUS_SUCCESS;
}

static NTSTATUS read_one(struct fx_io_res_list *list, struct fx_configuration *out)
{
	const uint32_t count = fx_descriptors_count(&list->descriptors);
	NTSTATUS status = STATUS_SUCCESS;

	for (uint32_t i = 0; i < count && NT_SUCCESS(status); i++)
		status = fx_configuration_add(out, fx_descriptors_show(&list->descriptors, i));
	return status;
}

/* The callback has returned: nobody changes it any more. */
static NTSTATUS read_back(struct fx_io_req_list *shown, struct fx_requirements *out)
{
	const uint32_t count = fx_items_count(&shown->lists);
	NTSTATUS status = STATUS_SUCCESS;

	for (uint32_t i = 0; i < count && NT_SUCCESS(status); i++) {
		struct fx_configuration *one;
		struct fx_io_res_list *list;

		spin_lock_acquire(&shown->lists.lock);
		list = fx_items_get_locked(&shown->lists, i);
		spin_lock_release(&shown->lists.lock);
		status = fx_requirements_add(out, &one);
		if (NT_SUCCESS(status))
			status = read_one(list, one);
	}
	return status;
}

/* --- asking --- */

/* What the drivers said, and whether there was memory to hear it. */
struct answers {
	struct fx_requirements *all;
	NTSTATUS own; /* a failure that is not a driver's */
};

static NTSTATUS ask(struct fx_device *device, const char *name,
		    PFN_WDF_DEVICE_FILTER_RESOURCE_REQUIREMENTS callback, unsigned int access,
		    struct answers *answers)
{
	struct fx_requirements *all = answers->all;
	struct fx_driver *driver = device->base.driver;
	struct fx_requirements changed = { .at = NULL };
	struct fx_io_req_list *shown;
	NTSTATUS status = show(driver, all, access, &shown);

	answers->own = status;
	if (!NT_SUCCESS(status))
		return status;
	status = FX_CALL(driver, name, callback, (WDFDEVICE)fx_object_handle(&device->base),
			 (WDFIORESREQLIST)fx_object_handle(&shown->base));
	if (!NT_SUCCESS(status))
		log_warn("pnp",
			 "driver %s: %s returned %s: the requirements of %s stay as they were",
			 fx_driver_name(driver), name, fx_status_text(status).text,
			 device->host->address);
	else if (__atomic_load_n(&shown->changed, __ATOMIC_RELAXED))
		answers->own = status = read_back(shown, &changed);
	if (NT_SUCCESS(status) && __atomic_load_n(&shown->changed, __ATOMIC_RELAXED)) {
		fx_requirements_free(all);
		*all = changed;
	} else {
		fx_requirements_free(&changed);
	}
	fx_object_delete(&shown->base);
	return status;
}

static NTSTATUS ask_to_remove(struct fx_device *device, struct answers *answers)
{
	PFN_WDF_DEVICE_FILTER_RESOURCE_REQUIREMENTS remove =
		device->config.fdo.EvtDeviceFilterRemoveResourceRequirements;

	return remove ? ask(device, "EvtDeviceFilterRemoveResourceRequirements", remove,
			    FX_RES_REMOVE, answers)
		      : STATUS_SUCCESS;
}

static NTSTATUS ask_to_add(struct fx_device *device, struct answers *answers)
{
	PFN_WDF_DEVICE_FILTER_RESOURCE_REQUIREMENTS add =
		device->config.fdo.EvtDeviceFilterAddResourceRequirements;

	if (!add)
		return STATUS_SUCCESS;
	if (!device->config.fdo.EvtDeviceRemoveAddedResources)
		return STATUS_INVALID_DEVICE_STATE; /* reported when it was said (rule 159) */
	return ask(device, "EvtDeviceFilterAddResourceRequirements", add, FX_RES_ADD, answers);
}

static NTSTATUS ask_all(struct uwdf_device *host, struct answers *answers)
{
	NTSTATUS status = STATUS_SUCCESS;

	for (unsigned int i = host->level_count; i-- && NT_SUCCESS(status);)
		if (host->levels[i].device)
			status = ask_to_remove(host->levels[i].device, answers);
	for (unsigned int i = 0; i < host->level_count && NT_SUCCESS(status); i++)
		if (host->levels[i].device)
			status = ask_to_add(host->levels[i].device, answers);
	return status;
}

static bool anybody_asks(const struct uwdf_device *host)
{
	for (unsigned int i = 0; i < host->level_count; i++) {
		const struct fx_device *device = host->levels[i].device;

		if (device && (device->config.fdo.EvtDeviceFilterRemoveResourceRequirements ||
			       device->config.fdo.EvtDeviceFilterAddResourceRequirements))
			return true;
	}
	return false;
}

static struct fx_level *highest(struct uwdf_device *host)
{
	unsigned int i = host->level_count;

	while (i-- && !host->levels[i].device)
		;
	return &host->levels[i];
}

/* The changed ones; where a driver failed, the function's own. */
static NTSTATUS require(struct uwdf_device *host, struct fx_requirements *all)
{
	struct answers answers = { .all = all, .own = STATUS_SUCCESS };
	NTSTATUS status = fx_requirements_of(host->fn, all);

	if (!NT_SUCCESS(status) || !anybody_asks(host) || NT_SUCCESS(ask_all(host, &answers)))
		return status;
	if (!NT_SUCCESS(answers.own))
		return answers.own;
	fx_requirements_free(all);
	return fx_requirements_of(host->fn, all);
}

static NTSTATUS assign(struct uwdf_device *host, struct fx_requirements *all)
{
	NTSTATUS status = require(host, all);

	return NT_SUCCESS(status) ? fx_requirements_assign(host->fn, all, &highest(host)->assigned)
				  : status;
}

int fx_stack_assign(struct uwdf_device *host, struct report *rep)
{
	struct fx_requirements all = { .at = NULL };
	NTSTATUS status = assign(host, &all);

	fx_requirements_free(&all);
	if (NT_SUCCESS(status))
		return 0;
	if (status != STATUS_CONFLICTING_ADDRESSES)
		return report_fail(rep, -ENOMEM, "assigning resources to %s", host->address);
	report_say(rep, "%s has not the resources that its drivers ask for", host->address);
	report_hint(rep, "its BARs stay where they are, and it has no others; see "
			 "EvtDeviceFilterAddResourceRequirements of the driver");
	return -ECANCELED;
}

/* --- what was added, removed --- */

static NTSTATUS copy_lists(const struct fx_assignment *from, struct fx_cm_res_list *raw,
			   struct fx_cm_res_list *translated)
{
	NTSTATUS status = STATUS_SUCCESS;

	for (uint32_t i = 0; i < from->count && NT_SUCCESS(status); i++) {
		status = fx_descriptors_insert(&raw->descriptors, FX_ITEMS_END, &from->at[i].raw);
		if (NT_SUCCESS(status))
			status = fx_descriptors_insert(&translated->descriptors, FX_ITEMS_END,
						       &from->at[i].translated);
	}
	return status;
}

static uint32_t removed_of(struct fx_cm_res_list *list, uint32_t before)
{
	return before - fx_descriptors_count(&list->descriptors);
}

/* Of @before in each. One that was removed from one list alone leaves no pairs. */
static NTSTATUS read_lists(struct fx_cm_res_list *raw, struct fx_cm_res_list *translated,
			   uint32_t before, struct fx_assignment *out)
{
	NTSTATUS status = STATUS_SUCCESS;

	if (fx_descriptors_count(&raw->descriptors) !=
	    fx_descriptors_count(&translated->descriptors)) {
		fx_rule_break(raw->base.driver, FX_RULE_RESOURCE_LIST, &raw->base,
			      "EvtDeviceRemoveAddedResources removed %u of one list's, %u of the "
			      "other's",
			      removed_of(raw, before), removed_of(translated, before));
		return STATUS_INVALID_PARAMETER;
	}
	for (uint32_t i = 0; NT_SUCCESS(status); i++) {
		const CM_PARTIAL_RESOURCE_DESCRIPTOR *r = fx_descriptors_show(&raw->descriptors, i);
		const CM_PARTIAL_RESOURCE_DESCRIPTOR *t =
			fx_descriptors_show(&translated->descriptors, i);

		if (!r || !t)
			break;
		status = fx_assignment_add(out,
					   &(struct fx_assigned){ .raw = *r, .translated = *t });
	}
	return status;
}

static NTSTATUS call_remove_added(struct fx_level *level, struct fx_cm_res_list *raw,
				  struct fx_cm_res_list *translated, struct fx_assignment *left)
{
	struct fx_device *device = level->device;
	NTSTATUS status = copy_lists(&level->assigned, raw, translated);

	if (!NT_SUCCESS(status))
		return status;
	status = FX_CALL(device->base.driver, "EvtDeviceRemoveAddedResources",
			 device->config.fdo.EvtDeviceRemoveAddedResources,
			 (WDFDEVICE)fx_object_handle(&device->base),
			 (WDFCMRESLIST)fx_object_handle(&raw->base),
			 (WDFCMRESLIST)fx_object_handle(&translated->base));
	return NT_SUCCESS(status) ? read_lists(raw, translated, level->assigned.count, left)
				  : status;
}

static NTSTATUS remove_added(struct fx_level *level, struct fx_assignment *left)
{
	struct fx_driver *driver = level->driver->fx;
	struct fx_cm_res_list *raw, *translated;
	NTSTATUS status = fx_cm_res_list_new(driver, FX_RES_REMOVE, &raw);

	if (!NT_SUCCESS(status))
		return status;
	status = fx_cm_res_list_new(driver, FX_RES_REMOVE, &translated);
	if (NT_SUCCESS(status)) {
		status = call_remove_added(level, raw, translated, left);
		fx_object_delete(&translated->base);
	}
	fx_object_delete(&raw->base);
	return status;
}

static NTSTATUS copy(const struct fx_assignment *from, struct fx_assignment *out)
{
	NTSTATUS status = STATUS_SUCCESS;

	for (uint32_t i = 0; i < from->count && NT_SUCCESS(status); i++)
		status = fx_assignment_add(out, &from->at[i]);
	return status;
}

/* To the next lower level, if there is one. */
static NTSTATUS pass(struct fx_level *level, struct fx_level *below)
{
	struct fx_assignment left = { .at = NULL };
	NTSTATUS status;

	if (level->device->config.fdo.EvtDeviceRemoveAddedResources)
		status = remove_added(level, &left);
	else
		status = below ? copy(&level->assigned, &left) : STATUS_SUCCESS;
	left.kind = level->assigned.kind;
	if (NT_SUCCESS(status) && below)
		below->assigned = left;
	else
		fx_assignment_free(&left);
	return status;
}

static struct fx_level *next_below(struct fx_level *level)
{
	struct fx_level *const lowest = level->host->levels;

	while (level != lowest)
		if ((--level)->device)
			return level;
	return NULL;
}

NTSTATUS fx_stack_pass_resources(struct uwdf_device *host, struct fx_level **out_level)
{
	NTSTATUS status = STATUS_SUCCESS;

	for (struct fx_level *level = highest(host); level && NT_SUCCESS(status);) {
		struct fx_level *below = next_below(level);

		*out_level = level;
		status = pass(level, below);
		level = below;
	}
	return status;
}
