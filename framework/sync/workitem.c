/* SPDX-License-Identifier: MIT */
/* workitem.c - WDFWORKITEM: work of the pool with a driver's callback, maybe under a lock. */
#include "object/driver.h"
#include "object/functions.h"
#include "object/pool.h"
#include "sync/serial.h"
#include "verifier/verifier.h"

struct fx_workitem {
	struct fx_object base;
	struct fx_serial serial;
	PFN_WDF_WORKITEM callback;
	struct fx_work work;
};

static struct fx_workitem *of_object(struct fx_object *obj)
{
	return uw_container_of(obj, struct fx_workitem, base);
}

static struct fx_workitem *of_work(struct fx_work *work)
{
	return uw_container_of(work, struct fx_workitem, work);
}

static struct fx_workitem *from_handle(struct fx_driver *driver, WDFWORKITEM handle)
{
	return of_object(fx_object_from_handle(driver, handle, FX_TYPE_WORKITEM));
}

static void run(struct fx_work *work)
{
	struct fx_workitem *item = of_work(work);
	struct fx_serial_call call = fx_serial_enter(&item->serial, PASSIVE_LEVEL);

	item->callback((WDFWORKITEM)fx_object_handle(&item->base));
	fx_serial_leave(&item->serial, call, item->base.driver, "EvtWorkItem",
			FX_CODE(item->callback));
}

static void drop_reference(struct fx_work *work)
{
	fx_serial_let_go(&of_work(work)->base, &of_work(work)->serial);
}

/* Deleted in its own callback an item lives until that returns; otherwise what is queued runs. */
static void workitem_dispose(struct fx_object *obj)
{
	struct fx_workitem *item = of_object(obj);

	if (fx_work_is_mine(&item->work))
		fx_serial_keep(obj, &item->serial);
	fx_work_close(&item->work, drop_reference);
}

static const char *workitem_pending(struct fx_object *obj)
{
	return fx_work_state(&of_object(obj)->work);
}

static const struct fx_object_class workitem_class = {
	.type = FX_TYPE_WORKITEM,
	.name = "WDFWORKITEM",
	.driver_may_delete = true,
	.passive_cleanup = true,
	.pending = workitem_pending,
	.dispose = workitem_dispose,
};

/* --- the border --- */

static NTSTATUS check_config(const WDF_WORKITEM_CONFIG *config)
{
	if (config->Size != sizeof(*config))
		return STATUS_INFO_LENGTH_MISMATCH;
	return config->EvtWorkItemFunc ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

NTSTATUS fx_WdfWorkItemCreate(PWDF_DRIVER_GLOBALS globals, PWDF_WORKITEM_CONFIG config,
			      PWDF_OBJECT_ATTRIBUTES attrs, WDFWORKITEM *out)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_serial serial;
	struct fx_object *obj;
	NTSTATUS status;

	fx_require(driver, config);
	fx_require(driver, out);
	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	*out = NULL;
	status = fx_object_check_attributes(attrs, FX_ATTR_NEEDS_PARENT | FX_ATTR_NO_SCOPE_LEVEL);
	if (NT_SUCCESS(status))
		status = check_config(config);
	if (NT_SUCCESS(status))
		status = fx_serial_choose(fx_object_from_any(driver, attrs->ParentObject),
					  config->AutomaticSerialization, true, &serial);
	if (NT_SUCCESS(status))
		status = fx_object_new(&workitem_class, sizeof(struct fx_workitem), driver, NULL,
				       attrs, &obj);
	if (!NT_SUCCESS(status))
		return status;
	of_object(obj)->serial = serial;
	of_object(obj)->callback = config->EvtWorkItemFunc;
	fx_work_init(&of_object(obj)->work, run);
	return fx_object_publish(obj, attrs, out);
}

VOID fx_WdfWorkItemEnqueue(PWDF_DRIVER_GLOBALS globals, WDFWORKITEM handle)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_workitem *item = from_handle(driver, handle);

	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return;
	if (uw_unlikely(fx_work_queue(&item->work) == FX_WORK_CLOSED))
		fx_rule_break(driver, FX_RULE_WORKITEM_LATE, &item->base,
			      "WdfWorkItemEnqueue on a WDFWORKITEM that is being "
			      "deleted");
}

VOID fx_WdfWorkItemFlush(PWDF_DRIVER_GLOBALS globals, WDFWORKITEM handle)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_workitem *item = from_handle(driver, handle);

	if (!fx_check_level(driver, PASSIVE_LEVEL))
		return;
	if (uw_likely(!fx_work_is_mine(&item->work)))
		fx_work_flush(&item->work);
	else
		fx_rule_break(driver, FX_RULE_WORKITEM_LATE, &item->base,
			      "WdfWorkItemFlush in the callback of the same "
			      "WDFWORKITEM: it would wait for itself");
}

WDFOBJECT fx_WdfWorkItemGetParentObject(PWDF_DRIVER_GLOBALS globals, WDFWORKITEM handle)
{
	return fx_serial_parent(&from_handle(fx_driver_from_globals(globals), handle)->base);
}
