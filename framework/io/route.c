/* SPDX-License-Identifier: MIT */
/* route.c - which queue gets which type of request. */
#include "object/functions.h"
#include "queue_fast.h"

struct fx_queue *io_route(struct fx_io *io, enum fx_request_kind kind)
{
	if (kind == REQUEST_CREATE)
		return __atomic_load_n(&io->routes[kind], __ATOMIC_ACQUIRE);
	return queue_for(io, kind);
}

static bool kind_of_type(WDF_REQUEST_TYPE type, enum fx_request_kind *out)
{
	switch (type) {
	case WdfRequestTypeCreate:
		*out = REQUEST_CREATE;
		return true;
	case WdfRequestTypeRead:
		*out = REQUEST_READ;
		return true;
	case WdfRequestTypeWrite:
		*out = REQUEST_WRITE;
		return true;
	case WdfRequestTypeDeviceControl:
		*out = REQUEST_CONTROL;
		return true;
	case WdfRequestTypeDeviceControlInternal:
		*out = REQUEST_INTERNAL;
		return true;
	default:
		return false;
	}
}

static NTSTATUS refuse(struct fx_io *io, enum fx_rule rule, NTSTATUS status, const char *why)
{
	fx_rule_break(io->driver, rule, NULL, "WdfDeviceConfigureRequestDispatching: %s", why);
	return status;
}

/* The owner may be presenting from the default queue what came before. seq_cst: of a route and a
 * default queue made at a time one sees the other. */
void route_changed(struct fx_io *io)
{
	struct fx_queue *q = __atomic_load_n(&io->default_queue, __ATOMIC_SEQ_CST);
	bool some = false;

	for (unsigned int i = 0; i < REQUEST_KINDS; i++)
		some |= __atomic_load_n(&io->routes[i], __ATOMIC_SEQ_CST) != NULL;
	if (!q || !some)
		return;
	spin_lock_acquire(&q->lock);
	queue_gate_set_locked(q, GATE_ROUTED, 0);
	spin_lock_release(&q->lock);
}

static NTSTATUS configure(struct fx_io *io, struct fx_queue *q, WDF_REQUEST_TYPE type)
{
	struct fx_queue *nobody = NULL;
	enum fx_request_kind kind;

	if (!kind_of_type(type, &kind))
		return STATUS_INVALID_PARAMETER;
	if (q->io != io)
		return refuse(io, FX_RULE_FORWARD_TARGET, STATUS_INVALID_DEVICE_REQUEST,
			      "a queue of another device");
	if (q->is_default)
		return refuse(io, FX_RULE_NO_HANDLER, STATUS_INVALID_DEVICE_REQUEST,
			      "the default queue gets what no other queue gets anyway");
	if (q->type != WdfIoQueueDispatchManual && !queue_handles(q, kind))
		return refuse(io, FX_RULE_NO_HANDLER, STATUS_INVALID_DEVICE_REQUEST,
			      "the queue has no callback for this type");
	if (!__atomic_compare_exchange_n(&io->routes[kind], &nobody, q, false, __ATOMIC_SEQ_CST,
					 __ATOMIC_ACQUIRE))
		return refuse(
			io, kind == REQUEST_CREATE ? FX_RULE_TWO_CREATE_QUEUES : FX_RULE_TWO_QUEUES,
			kind == REQUEST_CREATE ? STATUS_INVALID_PARAMETER : STATUS_WDF_BUSY,
			"this type goes to another queue already");
	queue_keep(q);
	route_changed(io);
	return STATUS_SUCCESS;
}

NTSTATUS fx_WdfDeviceConfigureRequestDispatching(PWDF_DRIVER_GLOBALS DriverGlobals,
						 WDFDEVICE Device, WDFQUEUE Queue,
						 WDF_REQUEST_TYPE RequestType)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_object *device = fx_object_from_handle(driver, Device, FX_TYPE_DEVICE);
	struct fx_object *queue = fx_object_from_handle(driver, Queue, FX_TYPE_QUEUE);

	return configure(((struct fx_device_head *)(void *)device)->io,
			 uw_container_of(queue, struct fx_queue, base), RequestType);
}

WDFQUEUE fx_WdfDeviceGetDefaultQueue(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_object *device = fx_object_from_handle(driver, Device, FX_TYPE_DEVICE);
	struct fx_io *io = ((struct fx_device_head *)(void *)device)->io;
	struct fx_queue *q = __atomic_load_n(&io->default_queue, __ATOMIC_ACQUIRE);

	return q ? queue_handle(q) : NULL;
}
