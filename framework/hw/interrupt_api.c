/* SPDX-License-Identifier: MIT */
/* interrupt_api.c - the border of WDFINTERRUPT. */
#include "hw/interrupt.h"
#include "object/driver.h"
#include "object/functions.h"
#include "object/irql.h"
#include "pnp/resources.h"
#include "sync/spinlock.h"
#include "verifier/callback.h"
#include "verifier/verifier.h"

static NTSTATUS check_config(const WDF_INTERRUPT_CONFIG *config)
{
	if (config->Size != sizeof(*config))
		return STATUS_INFO_LENGTH_MISMATCH;
	if (!config->EvtInterruptIsr || (ULONG)config->ShareVector > WdfUseDefault ||
	    (ULONG)config->ReportInactiveOnPowerDown > WdfUseDefault)
		return STATUS_INVALID_PARAMETER;
	if (config->PassiveHandling || config->WaitLock || config->EvtInterruptWorkItem ||
	    config->CanWakeDevice || config->AutomaticSerialization)
		return STATUS_NOT_SUPPORTED;
	return STATUS_SUCCESS;
}

/* Descriptors only in EvtDevicePrepareHardware, and only a pair of this device's, once. */
static NTSTATUS check_descriptors(const struct fx_device *device,
				  const WDF_INTERRUPT_CONFIG *config, int *out_message)
{
	*out_message = -1;
	if (!config->InterruptRaw && !config->InterruptTranslated)
		return STATUS_SUCCESS;
	if (!device->preparing)
		return STATUS_INVALID_PARAMETER;
	*out_message =
		fx_resources_message(device, config->InterruptRaw, config->InterruptTranslated);
	if (*out_message < 0)
		return STATUS_INVALID_PARAMETER;
	list_for_each (it, &device->interrupts) {
		if (list_entry(it, struct fx_interrupt, link)->message == *out_message)
			return STATUS_INVALID_PARAMETER;
	}
	return STATUS_SUCCESS;
}

static NTSTATUS check_place(struct fx_device *device, const WDF_OBJECT_ATTRIBUTES *attrs)
{
	struct fx_object *parent;

	if (!device->fn)
		return STATUS_INVALID_DEVICE_REQUEST;
	if (!device->preparing && device->pnp_state != WdfDevStatePnpInit)
		return STATUS_INVALID_DEVICE_STATE;
	if (!attrs || !attrs->ParentObject)
		return STATUS_SUCCESS;
	parent = fx_object_from_any(device->base.driver, attrs->ParentObject);
	if (parent->type != FX_TYPE_DEVICE && parent->type != FX_TYPE_QUEUE)
		return STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED;
	return fx_device_of_object(parent) == device ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

/* The interrupt's lock is taken at DIRQL from now on, by the framework alone. */
static void use_driver_lock(struct fx_interrupt *intr, WDFSPINLOCK handle)
{
	struct fx_spinlock *lock = fx_spinlock_from_handle(intr->base.driver, handle);

	if (!lock->is_interrupt)
		spin_lock_init(&lock->lock, LOCK_RANK_INTERRUPT);
	lock->is_interrupt = true;
	intr->lock = &lock->lock;
	intr->lock_object = fx_object_ref(&lock->base);
}

static void interrupt_fill(struct fx_interrupt *intr, struct fx_device *device,
			   const WDF_INTERRUPT_CONFIG *config, int message)
{
	intr->device = device;
	intr->config = *config;
	intr->message = message;
	intr->in_prepare = device->preparing;
	spin_lock_init(&intr->own_lock, LOCK_RANK_INTERRUPT);
	intr->lock = &intr->own_lock;
	if (config->SpinLock)
		use_driver_lock(intr, config->SpinLock);
	list_init(&intr->dpc.link);
	intr->dpc.run = fx_interrupt_run_dpc;
	intr->dpc_post.run = fx_interrupt_run_posted_dpc;
	spin_lock_acquire(&device->base.lock);
	list_push_back(&device->interrupts, &intr->link);
	spin_lock_release(&device->base.lock);
}

NTSTATUS fx_WdfInterruptCreate(PWDF_DRIVER_GLOBALS globals, WDFDEVICE handle,
			       PWDF_INTERRUPT_CONFIG config, PWDF_OBJECT_ATTRIBUTES attrs,
			       WDFINTERRUPT *out)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_device *device = fx_device_from_handle(driver, handle);
	struct fx_object *obj;
	int message;
	NTSTATUS status;

	fx_require(driver, config);
	fx_require(driver, out);
	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	*out = NULL;
	status = fx_object_check_attributes(attrs, FX_ATTR_NO_SCOPE_LEVEL);
	if (NT_SUCCESS(status))
		status = check_config(config);
	if (NT_SUCCESS(status))
		status = check_place(device, attrs);
	if (NT_SUCCESS(status))
		status = check_descriptors(device, config, &message);
	if (NT_SUCCESS(status))
		status = fx_object_new(&fx_interrupt_class, sizeof(struct fx_interrupt), driver,
				       &device->base, attrs, &obj);
	if (!NT_SUCCESS(status))
		return status;
	interrupt_fill(uw_container_of(obj, struct fx_interrupt, base), device, config, message);
	return fx_object_publish(obj, attrs, out);
}

BOOLEAN fx_WdfInterruptQueueDpcForIsr(PWDF_DRIVER_GLOBALS globals, WDFINTERRUPT handle)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_interrupt *intr = fx_interrupt_from_handle(driver, handle);

	if (uw_unlikely(!intr->config.EvtInterruptDpc)) {
		fx_verifier_break(driver, "WdfInterruptQueueDpcForIsr on an interrupt without "
					  "EvtInterruptDpc");
		return FALSE;
	}
	return fx_interrupt_queue_dpc(intr);
}

BOOLEAN fx_WdfInterruptSynchronize(PWDF_DRIVER_GLOBALS globals, WDFINTERRUPT handle,
				   PFN_WDF_INTERRUPT_SYNCHRONIZE callback, WDFCONTEXT context)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_interrupt *intr = fx_interrupt_from_handle(driver, handle);
	BOOLEAN result;
	KIRQL before;

	fx_require(driver, callback);
	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return FALSE;
	before = fx_interrupt_enter(intr);
	result = FX_CALL(driver, "EvtInterruptSynchronize", callback, handle, context);
	fx_interrupt_leave(intr, before);
	return result;
}

static bool check_connected(struct fx_driver *driver, struct fx_interrupt *intr,
			    const char *function)
{
	if (uw_likely(__atomic_load_n(&intr->connected, __ATOMIC_ACQUIRE)))
		return true;
	fx_rule_break(driver, FX_RULE_INTERRUPT_NOT_CONNECTED, NULL,
		      "%s on an interrupt that is not connected", function);
	return false;
}

VOID fx_WdfInterruptAcquireLock(PWDF_DRIVER_GLOBALS globals, WDFINTERRUPT handle)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_interrupt *intr = fx_interrupt_from_handle(driver, handle);
	KIRQL before;

	if (!check_connected(driver, intr, "WdfInterruptAcquireLock"))
		return;
	if (uw_unlikely(spin_lock_is_mine(intr->lock)))
		fx_verifier_stop(driver, WDF_RECURSIVE_LOCK, (uintptr_t)handle, 0,
				 "WdfInterruptAcquireLock on a lock that this thread holds");
	before = fx_interrupt_enter(intr);
	intr->level_before = before;
}

VOID fx_WdfInterruptReleaseLock(PWDF_DRIVER_GLOBALS globals, WDFINTERRUPT handle)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_interrupt *intr = fx_interrupt_from_handle(driver, handle);

	/* who holds it gives it back, even if the interrupt was disconnected meanwhile */
	if (uw_unlikely(!spin_lock_is_mine(intr->lock))) {
		if (!check_connected(driver, intr, "WdfInterruptReleaseLock"))
			return;
		fx_verifier_stop(
			driver, WDF_INVALID_LOCK_OPERATION, (uintptr_t)handle, 1,
			"WdfInterruptReleaseLock on a lock that this thread does not hold");
	}
	fx_interrupt_leave(intr, intr->level_before);
}

VOID fx_WdfInterruptEnable(PWDF_DRIVER_GLOBALS globals, WDFINTERRUPT handle)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_interrupt *intr = fx_interrupt_from_handle(driver, handle);

	if (!fx_check_level(driver, PASSIVE_LEVEL) ||
	    !check_connected(driver, intr, "WdfInterruptEnable"))
		return;
	fx_device_note_failure(intr->device, "EvtInterruptEnable", fx_interrupt_enable(intr));
}

VOID fx_WdfInterruptDisable(PWDF_DRIVER_GLOBALS globals, WDFINTERRUPT handle)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_interrupt *intr = fx_interrupt_from_handle(driver, handle);

	if (!fx_check_level(driver, PASSIVE_LEVEL) ||
	    !check_connected(driver, intr, "WdfInterruptDisable"))
		return;
	fx_interrupt_disable(intr);
}

VOID fx_WdfInterruptGetInfo(PWDF_DRIVER_GLOBALS globals, WDFINTERRUPT handle,
			    PWDF_INTERRUPT_INFO info)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_interrupt *intr = fx_interrupt_from_handle(driver, handle);
	const struct fx_resources *res = intr->device->resources;
	bool line;

	fx_require(driver, info);
	if (info->Size != sizeof(*info)) {
		fx_rule_break(driver, FX_RULE_INTERRUPT_FIELDS, NULL,
			      "WDF_INTERRUPT_INFO: Size is %u, not %zu", info->Size, sizeof(*info));
		return;
	}
	WDF_INTERRUPT_INFO_INIT(info);
	if (intr->message < 0 || !res)
		return;
	line = res->kind == PCI_IRQ_INTX;
	info->TargetProcessorSet = ~(KAFFINITY)0;
	info->MessageNumber = (ULONG)intr->message;
	info->Vector = (ULONG)intr->message;
	info->Irql = FX_DIRQL;
	info->Mode = line ? LevelSensitive : Latched;
	info->Polarity = line ? WdfInterruptActiveLow : WdfInterruptPolarityUnknown;
	info->MessageSignaled = !line;
	info->ShareDisposition = line ? CmResourceShareShared : CmResourceShareDeviceExclusive;
}

WDFDEVICE fx_WdfInterruptGetDevice(PWDF_DRIVER_GLOBALS globals, WDFINTERRUPT handle)
{
	struct fx_interrupt *intr =
		fx_interrupt_from_handle(fx_driver_from_globals(globals), handle);

	return (WDFDEVICE)fx_object_handle(&intr->device->base);
}
