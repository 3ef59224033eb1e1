/* SPDX-License-Identifier: MIT */
/*
 * dpc.c - WDFDPC: queued from any thread at any level, run by the device's interrupt loop.
 *
 * Whether it is "in the queue" is one atomic flag, so that queueing and cancelling answer at once
 * in any thread. On the loop it becomes deferred work of the wake-up; from elsewhere a message does
 * that. Work that finds the flag cleared was cancelled.
 */
#include "irq/loop.h"
#include "object/driver.h"
#include "object/functions.h"
#include "pnp/device.h"
#include "sync/serial.h"
#include "verifier/verifier.h"

struct fx_dpc {
	struct fx_object base;
	struct fx_serial serial;
	PFN_WDF_DPC callback;
	bool queued;                  /* atomic */
	bool posted;                  /* atomic: message is on its way */
	bool ended;                   /* atomic: being deleted, nothing is queued any more */
	struct irq_deferred deferred; /* loop thread */
	struct irq_message message;
	KDPC wdm;
};

static struct fx_dpc *of_object(struct fx_object *obj)
{
	return uw_container_of(obj, struct fx_dpc, base);
}

static struct fx_dpc *from_handle(struct fx_driver *driver, WDFDPC handle)
{
	return of_object(fx_object_from_handle(driver, handle, FX_TYPE_DPC));
}

static struct irq_loop *loop_of(const struct fx_dpc *dpc)
{
	return dpc->serial.device->irq_loop;
}

static void run(struct irq_deferred *work)
{
	struct fx_dpc *dpc = uw_container_of(work, struct fx_dpc, deferred);
	struct fx_serial_call call;

	if (!__atomic_exchange_n(&dpc->queued, false, __ATOMIC_ACQ_REL))
		return;
	call = fx_serial_enter(&dpc->serial, DISPATCH_LEVEL);
	dpc->callback((WDFDPC)fx_object_handle(&dpc->base));
	fx_serial_leave(&dpc->serial, call, dpc->base.driver, "EvtDpcFunc", FX_CODE(dpc->callback));
}

static void run_posted(struct irq_message *message)
{
	struct fx_dpc *dpc = uw_container_of(message, struct fx_dpc, message);

	__atomic_store_n(&dpc->posted, false, __ATOMIC_SEQ_CST);
	irq_loop_defer(loop_of(dpc), IRQ_PHASE_DPC, &dpc->deferred);
}

static bool is_ended(const struct fx_dpc *dpc)
{
	return __atomic_load_n(&dpc->ended, __ATOMIC_SEQ_CST);
}

/* The message is announced before it is looked at whether the DPC ends, the other way round than in
 * dpc_dispose(): one of the two sees the other. false: it ends. */
static bool post(struct fx_dpc *dpc)
{
	if (__atomic_exchange_n(&dpc->posted, true, __ATOMIC_SEQ_CST))
		return true;
	if (uw_unlikely(is_ended(dpc))) {
		__atomic_store_n(&dpc->queued, false, __ATOMIC_RELAXED);
		__atomic_store_n(&dpc->posted, false, __ATOMIC_SEQ_CST);
		return false;
	}
	irq_loop_post(loop_of(dpc), &dpc->message);
	return true;
}

static void flush(void *arg)
{
	struct fx_dpc *dpc = arg;

	irq_loop_undefer(&dpc->deferred);
	run(&dpc->deferred);
}

/* Queued DPCs run, new ones are refused. */
static void dpc_dispose(struct fx_object *obj)
{
	struct fx_dpc *dpc = of_object(obj);
	bool more;

	__atomic_store_n(&dpc->ended, true, __ATOMIC_SEQ_CST);
	/* looked at before the call: a message that is seen no more has begun, and the loop ends it
	 * before it takes the call */
	do {
		more = __atomic_load_n(&dpc->posted, __ATOMIC_SEQ_CST);
		irq_loop_call(loop_of(dpc), flush, dpc);
	} while (more);
}

static const char *dpc_pending(struct fx_object *obj)
{
	return __atomic_load_n(&of_object(obj)->queued, __ATOMIC_ACQUIRE) ? "queued" : NULL;
}

static const struct fx_object_class dpc_class = {
	.type = FX_TYPE_DPC,
	.name = "WDFDPC",
	.driver_may_delete = true,
	.passive_cleanup = true,
	.pending = dpc_pending,
	.dispose = dpc_dispose,
};

/* --- the border --- */

static NTSTATUS check_config(const WDF_DPC_CONFIG *config)
{
	if (config->Size != sizeof(*config))
		return STATUS_INFO_LENGTH_MISMATCH;
	return config->EvtDpcFunc ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

static void dpc_fill(struct fx_dpc *dpc, const WDF_DPC_CONFIG *config,
		     const struct fx_serial *serial)
{
	dpc->serial = *serial;
	dpc->callback = config->EvtDpcFunc;
	list_init(&dpc->deferred.link);
	dpc->deferred.run = run;
	dpc->message.run = run_posted;
}

NTSTATUS fx_WdfDpcCreate(PWDF_DRIVER_GLOBALS globals, PWDF_DPC_CONFIG config,
			 PWDF_OBJECT_ATTRIBUTES attrs, WDFDPC *out)
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
					  config->AutomaticSerialization, false, &serial);
	if (NT_SUCCESS(status))
		status =
			fx_object_new(&dpc_class, sizeof(struct fx_dpc), driver, NULL, attrs, &obj);
	if (!NT_SUCCESS(status))
		return status;
	dpc_fill(of_object(obj), config, &serial);
	return fx_object_publish(obj, attrs, out);
}

UW_COLD static BOOLEAN refuse(struct fx_driver *driver)
{
	fx_verifier_break(driver, "WdfDpcEnqueue on a WDFDPC that is being deleted");
	return FALSE;
}

BOOLEAN fx_WdfDpcEnqueue(PWDF_DRIVER_GLOBALS globals, WDFDPC handle)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_dpc *dpc = from_handle(driver, handle);

	if (uw_unlikely(is_ended(dpc)))
		return refuse(driver);
	if (__atomic_exchange_n(&dpc->queued, true, __ATOMIC_ACQ_REL))
		return FALSE;
	if (!irq_loop_is_self(loop_of(dpc)))
		return post(dpc) || refuse(driver);
	irq_loop_defer(loop_of(dpc), IRQ_PHASE_DPC, &dpc->deferred);
	return TRUE;
}

static void nothing(void *arg)
{
	(void)arg;
}

BOOLEAN fx_WdfDpcCancel(PWDF_DRIVER_GLOBALS globals, WDFDPC handle, BOOLEAN wait)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_dpc *dpc = from_handle(driver, handle);
	bool was;

	if (wait && !fx_check_level(driver, PASSIVE_LEVEL))
		return FALSE;
	was = __atomic_exchange_n(&dpc->queued, false, __ATOMIC_ACQ_REL);
	if (wait && !was && !is_ended(dpc))
		irq_loop_call(loop_of(dpc), nothing, NULL); /* behind one that runs */
	return was;
}

WDFOBJECT fx_WdfDpcGetParentObject(PWDF_DRIVER_GLOBALS globals, WDFDPC handle)
{
	return fx_serial_parent(&from_handle(fx_driver_from_globals(globals), handle)->base);
}

PKDPC fx_WdfDpcWdmGetDpc(PWDF_DRIVER_GLOBALS globals, WDFDPC handle)
{
	return &from_handle(fx_driver_from_globals(globals), handle)->wdm;
}
