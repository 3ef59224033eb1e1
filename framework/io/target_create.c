/* SPDX-License-Identifier: MIT */
/* target_create.c - a WDFIOTARGET is made, opened, closed, and goes. */
#include <string.h>

#include "base/mem.h"
#include "object/driver.h"
#include "target_impl.h"

static void target_dispose(struct fx_object *obj)
{
	struct fx_target *target = uw_container_of(obj, struct fx_target, base);

	target_end(target, WdfIoTargetDeleted);
	spin_lock_acquire(&target->io->queues_lock);
	list_remove(&target->io_link);
	spin_lock_release(&target->io->queues_lock);
}

static void target_destroy(struct fx_object *obj)
{
	struct fx_target *target = uw_container_of(obj, struct fx_target, base);

	if (target->queue)
		fx_object_unref(&target->queue->base);
	mem_free(target->params.TargetDeviceName.Buffer);
}

static const struct fx_object_class lower_class = {
	.type = FX_TYPE_IO_TARGET,
	.name = "WDFIOTARGET",
	.passive_cleanup = true,
	.dispose = target_dispose,
	.destroy = target_destroy,
};
static const struct fx_object_class named_class = {
	.type = FX_TYPE_IO_TARGET,
	.name = "WDFIOTARGET",
	.driver_may_delete = true,
	.passive_cleanup = true,
	.dispose = target_dispose,
	.destroy = target_destroy,
};

NTSTATUS target_new(struct fx_io *io, enum fx_target_kind kind, PWDF_OBJECT_ATTRIBUTES attrs,
		    struct fx_target **out)
{
	struct fx_device_head *device = (void *)io->device;
	struct fx_target *target;
	struct fx_object *obj;
	NTSTATUS status;

	status = fx_object_new(kind == TARGET_NAMED ? &named_class : &lower_class, sizeof(*target),
			       io->driver, &device->base, attrs, &obj);
	if (!NT_SUCCESS(status))
		return status;
	target = uw_container_of(obj, struct fx_target, base);
	target->io = io;
	target->kind = kind;
	target->state = kind == TARGET_NAMED ? WdfIoTargetClosed : WdfIoTargetStarted;
	spin_lock_init(&target->lock, LOCK_RANK_TARGET);
	list_init(&target->waiting);
	list_init(&target->below);
	list_init(&target->idlers);
	spin_lock_acquire(&io->queues_lock);
	list_push_back(&io->targets, &target->io_link);
	spin_lock_release(&io->queues_lock);
	*out = target;
	return STATUS_SUCCESS;
}

static NTSTATUS add_own(struct fx_io *io, enum fx_target_kind kind, struct fx_target **out)
{
	struct fx_target *target;
	NTSTATUS status = target_new(io, kind, NULL, &target);

	if (!NT_SUCCESS(status))
		return status;
	if (kind == TARGET_SELF)
		target_self_init(target);
	status = fx_object_commit(&target->base, NULL);
	if (NT_SUCCESS(status))
		*out = target;
	return status;
}

NTSTATUS fx_io_add_target(struct fx_io *io)
{
	NTSTATUS status = add_own(io, TARGET_LOWER, &io->lower);

	if (NT_SUCCESS(status) && io->config.to_self)
		status = add_own(io, TARGET_SELF, &io->self);
	return status;
}

static struct fx_target *next_open(struct fx_io *io)
{
	struct fx_target *found = NULL;

	spin_lock_acquire(&io->queues_lock);
	list_for_each (link, &io->targets) {
		struct fx_target *target = list_entry(link, struct fx_target, io_link);

		if (target_state(target) != WdfIoTargetDeleted &&
		    fx_object_ref_unless_zero(&target->base)) {
			found = target;
			break;
		}
	}
	spin_lock_release(&io->queues_lock);
	return found;
}

void io_end_targets(struct fx_io *io)
{
	struct fx_target *target;

	while ((target = next_open(io))) {
		target_end(target, WdfIoTargetDeleted);
		fx_object_unref(&target->base);
	}
}

/* --- open --- */

static NTSTATUS open_sink(struct fx_target *target)
{
	const struct fx_sink_name open = { .name = &target->params.TargetDeviceName,
					   .driver = target->base.driver,
					   .target = target };

	/* before it is open: behind that it may be closed, and opened by another thread */
	target->file = (FILE_OBJECT){ .Type = IO_TYPE_FILE,
				      .Size = sizeof(target->file),
				      .FileName = target->params.TargetDeviceName };
	return fx_sink_open_name(&open);
}

/* One thread at a time: the driver's, or the one that tells it of a removal that does not come. */
static NTSTATUS begin_open(struct fx_target *target, bool after_removal)
{
	NTSTATUS status = STATUS_INVALID_DEVICE_STATE;

	spin_lock_acquire(&target->lock);
	if (!target->opening && list_empty(&target->below) &&
	    (target->state == WdfIoTargetClosedForQueryRemove ||
	     (target->state == WdfIoTargetClosed && !after_removal))) {
		target->opening = true;
		target->opening_from = target->state;
		status = STATUS_SUCCESS;
	}
	spin_lock_release(&target->lock);
	return status;
}

/* One that succeeded was over with fx_target_attach(): another one may be on its way. */
static NTSTATUS end_open(struct fx_target *target, NTSTATUS status)
{
	if (NT_SUCCESS(status))
		return status;
	spin_lock_acquire(&target->lock);
	target->opening = false;
	spin_lock_release(&target->lock);
	return status;
}

static NTSTATUS open_again(struct fx_target *target)
{
	if (!target->params.TargetDeviceName.Buffer)
		return STATUS_INVALID_DEVICE_STATE;
	return open_sink(target);
}

NTSTATUS target_open_again(struct fx_target *target)
{
	NTSTATUS status = begin_open(target, true);

	return NT_SUCCESS(status) ? end_open(target, open_again(target)) : status;
}

static NTSTATUS copy_params(struct fx_target *target, const WDF_IO_TARGET_OPEN_PARAMS *params)
{
	const UNICODE_STRING *from = &params->TargetDeviceName;
	PWSTR name = mem_alloc(from->Length + sizeof(WCHAR));

	if (!name)
		return STATUS_INSUFFICIENT_RESOURCES;
	memcpy(name, from->Buffer, from->Length);
	name[from->Length / sizeof(WCHAR)] = 0;
	mem_free(target->params.TargetDeviceName.Buffer);
	target->params = *params;
	target->params.TargetDeviceName = (UNICODE_STRING){
		.Buffer = name,
		.Length = from->Length,
		.MaximumLength = (USHORT)(from->Length + sizeof(WCHAR)),
	};
	return STATUS_SUCCESS;
}

static NTSTATUS open_name(struct fx_target *target, const WDF_IO_TARGET_OPEN_PARAMS *params)
{
	const UNICODE_STRING *name = &params->TargetDeviceName;
	NTSTATUS status;

	if (!name->Buffer || !name->Length || name->Length % sizeof(WCHAR) ||
	    name->Length > UINT16_MAX - sizeof(WCHAR))
		return STATUS_INVALID_PARAMETER;
	status = copy_params(target, params);
	return NT_SUCCESS(status) ? open_sink(target) : status;
}

static NTSTATUS open_as(struct fx_target *target, const WDF_IO_TARGET_OPEN_PARAMS *params)
{
	switch (params->Type) {
	case WdfIoTargetOpenByName:
		return open_name(target, params);
	case WdfIoTargetOpenReopen:
		return open_again(target);
	case WdfIoTargetOpenUseExistingDevice: /* there are no device objects to be given */
		return STATUS_NOT_SUPPORTED;
	default:
		return STATUS_INVALID_PARAMETER;
	}
}

NTSTATUS target_open(struct fx_target *target, const WDF_IO_TARGET_OPEN_PARAMS *params)
{
	NTSTATUS status = begin_open(target, false);

	return NT_SUCCESS(status) ? end_open(target, open_as(target, params)) : status;
}
