/* SPDX-License-Identifier: MIT */
/* target_self_api.c - the border of a device's target that is the device itself. */
#include "object/functions.h"
#include "target_impl.h"

WDFIOTARGET fx_WdfDeviceGetSelfIoTarget(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_object *device = fx_object_from_handle(driver, Device, FX_TYPE_DEVICE);
	const struct fx_target *self = ((struct fx_device_head *)(void *)device)->io->self;

	return self ? target_handle(self) : NULL;
}

NTSTATUS fx_WdfIoTargetSelfAssignDefaultIoQueue(PWDF_DRIVER_GLOBALS DriverGlobals,
						WDFIOTARGET IoTarget, WDFQUEUE Queue)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_target *target = target_from_handle(driver, IoTarget);
	struct fx_queue *none = NULL;
	struct fx_queue *q = uw_container_of(fx_object_from_handle(driver, Queue, FX_TYPE_QUEUE),
					     struct fx_queue, base);

	if (target->kind != TARGET_SELF || q->io != target->io) {
		fx_verifier_break(driver, "WdfIoTargetSelfAssignDefaultIoQueue: no self target, or "
					  "a queue of another device");
		return STATUS_INVALID_DEVICE_REQUEST;
	}
	fx_object_ref(&q->base);
	if (__atomic_compare_exchange_n(&target->queue, &none, q, false, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE))
		return STATUS_SUCCESS;
	fx_object_unref(&q->base);
	return STATUS_WDF_BUSY;
}
