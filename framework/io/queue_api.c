/* SPDX-License-Identifier: MIT */
/* queue_api.c - the border of WDFQUEUE: handles and levels, then one call inward. */
#include "object/driver.h"
#include "object/functions.h"
#include "queue.h"
#include "reserve.h"
#include "room.h"

static struct fx_queue *queue_of(struct fx_driver *driver, WDFQUEUE handle)
{
	return uw_container_of(fx_object_from_handle(driver, handle, FX_TYPE_QUEUE),
			       struct fx_queue, base);
}

static struct fx_file *file_of(struct fx_driver *driver, WDFFILEOBJECT handle)
{
	return uw_container_of(fx_object_from_handle(driver, handle, FX_TYPE_FILE),
			       struct fx_file_object, base)
		->file;
}

static struct fx_request *request_of(struct fx_driver *driver, WDFREQUEST handle)
{
	return uw_container_of(fx_object_from_handle(driver, handle, FX_TYPE_REQUEST),
			       struct fx_request, base);
}

static bool started(const struct fx_io *io)
{
	return __atomic_load_n(&io->started, __ATOMIC_ACQUIRE);
}

NTSTATUS fx_WdfIoQueueCreate(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
			     PWDF_IO_QUEUE_CONFIG Config, PWDF_OBJECT_ATTRIBUTES QueueAttributes,
			     WDFQUEUE *Queue)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_object *device = fx_object_from_handle(driver, Device, FX_TYPE_DEVICE);
	struct fx_io *io = ((struct fx_device_head *)(void *)device)->io;
	struct fx_queue *q;
	NTSTATUS status;

	fx_require(driver, Config);
	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	status = fx_object_check_attributes(QueueAttributes, 0);
	if (NT_SUCCESS(status))
		status = queue_check_config(Config);
	if (!NT_SUCCESS(status))
		return status;
	if (!Config->DefaultQueue && !Queue)
		return STATUS_INVALID_PARAMETER_4;
	if (Config->DefaultQueue && started(io))
		return STATUS_INVALID_DEVICE_STATE;
	status = queue_new(io, Config, QueueAttributes, &q);
	if (NT_SUCCESS(status) && Queue)
		*Queue = queue_handle(q);
	return status;
}

WDFDEVICE fx_WdfIoQueueGetDevice(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_device_head *device = (void *)queue_of(driver, Queue)->io->device;

	return (WDFDEVICE)fx_object_handle(&device->base);
}

WDF_IO_QUEUE_STATE fx_WdfIoQueueGetState(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
					 PULONG QueueRequests, PULONG DriverRequests)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);

	return queue_state(queue_of(driver, Queue), QueueRequests, DriverRequests);
}

VOID fx_WdfIoQueueStart(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);

	queue_start(queue_of(driver, Queue));
}

/* One callback of a kind at a time: a second is a stop (rule 97). */
static void change(struct fx_driver *driver, WDFQUEUE queue, enum queue_change what,
		   PFN_WDF_IO_QUEUE_STATE fn, WDFCONTEXT context)
{
	struct fx_queue_watch watch = { .fn = fn, .context = context };
	NTSTATUS status = queue_change(queue_of(driver, queue), what, &watch);

	if (!NT_SUCCESS(status))
		fx_rule_stop(driver, FX_RULE_QUEUE_TWICE, NULL, (uintptr_t)queue, (uint32_t)status,
			     "a WDFQUEUE was given a second completion callback while the "
			     "first is still due");
}

static void change_and_wait(struct fx_driver *driver, WDFQUEUE queue, enum queue_change what)
{
	NTSTATUS status = queue_change_and_wait(queue_of(driver, queue), what);

	if (!NT_SUCCESS(status))
		fx_rule_stop(driver, FX_RULE_QUEUE_TWICE, NULL, (uintptr_t)queue, (uint32_t)status,
			     "a WDFQUEUE cannot be waited for: status 0x%08x", (unsigned)status);
}

VOID fx_WdfIoQueueStop(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
		       PFN_WDF_IO_QUEUE_STATE StopComplete, WDFCONTEXT Context)
{
	change(fx_driver_from_globals(DriverGlobals), Queue, QUEUE_STOP, StopComplete, Context);
}

VOID fx_WdfIoQueueStopAndPurge(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
			       PFN_WDF_IO_QUEUE_STATE StopAndPurgeComplete, WDFCONTEXT Context)
{
	change(fx_driver_from_globals(DriverGlobals), Queue, QUEUE_STOP_AND_PURGE,
	       StopAndPurgeComplete, Context);
}

VOID fx_WdfIoQueueDrain(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
			PFN_WDF_IO_QUEUE_STATE DrainComplete, WDFCONTEXT Context)
{
	change(fx_driver_from_globals(DriverGlobals), Queue, QUEUE_DRAIN, DrainComplete, Context);
}

VOID fx_WdfIoQueuePurge(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
			PFN_WDF_IO_QUEUE_STATE PurgeComplete, WDFCONTEXT Context)
{
	change(fx_driver_from_globals(DriverGlobals), Queue, QUEUE_PURGE, PurgeComplete, Context);
}

VOID fx_WdfIoQueueStopSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);

	if (fx_check_level(driver, PASSIVE_LEVEL))
		change_and_wait(driver, Queue, QUEUE_STOP);
}

VOID fx_WdfIoQueueStopAndPurgeSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);

	if (fx_check_level(driver, PASSIVE_LEVEL))
		change_and_wait(driver, Queue, QUEUE_STOP_AND_PURGE);
}

VOID fx_WdfIoQueueDrainSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);

	if (fx_check_level(driver, PASSIVE_LEVEL))
		change_and_wait(driver, Queue, QUEUE_DRAIN);
}

VOID fx_WdfIoQueuePurgeSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);

	if (fx_check_level(driver, PASSIVE_LEVEL))
		change_and_wait(driver, Queue, QUEUE_PURGE);
}

static NTSTATUS retrieve(struct fx_queue *q, const struct queue_pick *pick, WDFREQUEST *out,
			 const void *site)
{
	struct fx_request *req;
	NTSTATUS status = queue_retrieve(q, pick, &req);

	if (NT_SUCCESS(status))
		request_note(&req->given_to, site);
	*out = NT_SUCCESS(status) ? request_handle(req) : NULL;
	return status;
}

NTSTATUS fx_WdfIoQueueRetrieveNextRequest(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
					  WDFREQUEST *OutRequest)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct queue_pick any = { 0 };

	struct fx_queue *q = queue_of(driver, Queue);

	fx_require(driver, OutRequest);
	if (q->type == WdfIoQueueDispatchSequential && !queue_driver_count(q))
		fx_rule_break(driver, FX_RULE_RETRIEVE_SEQUENTIAL, &q->base,
			      "WdfIoQueueRetrieveNextRequest on a sequential queue of which the "
			      "driver has no request");
	return retrieve(q, &any, OutRequest, REQUEST_CALLER);
}

NTSTATUS fx_WdfIoQueueRetrieveRequestByFileObject(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
						  WDFFILEOBJECT FileObject, WDFREQUEST *OutRequest)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct queue_pick pick = { .file = file_of(driver, FileObject) };

	fx_require(driver, OutRequest);
	if (!pick.file) { /* closed: it has no requests */
		*OutRequest = NULL;
		return STATUS_NO_MORE_ENTRIES;
	}
	return retrieve(queue_of(driver, Queue), &pick, OutRequest, REQUEST_CALLER);
}

/* The reference on what was found is the driver's to drop, with no tag. */
UW_COLD static void tell_found(struct fx_request *req)
{
	const struct fx_reference ref = { .file = "WdfIoQueueFindRequest" };

	req->base.driver->object_hooks->referenced(&req->base, &ref);
}

NTSTATUS fx_WdfIoQueueFindRequest(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
				  WDFREQUEST FoundRequest, WDFFILEOBJECT FileObject,
				  PWDF_REQUEST_PARAMETERS Parameters, WDFREQUEST *OutRequest)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_queue *q = queue_of(driver, Queue);
	struct fx_request *after = FoundRequest ? request_of(driver, FoundRequest) : NULL;
	struct fx_file *file = FileObject ? file_of(driver, FileObject) : NULL;
	struct fx_request *req;
	NTSTATUS status;

	fx_require(driver, OutRequest);
	*OutRequest = NULL;
	if (q->type != WdfIoQueueDispatchManual) {
		fx_rule_break(driver, FX_RULE_FIND_NOT_MANUAL, &q->base,
			      "WdfIoQueueFindRequest on a queue that is not manual");
		return STATUS_INVALID_DEVICE_REQUEST;
	}
	if (Parameters && Parameters->Size != sizeof(*Parameters))
		return STATUS_INFO_LENGTH_MISMATCH;
	if (FileObject && !file)
		return STATUS_NO_MORE_ENTRIES;
	status = queue_find(q, file, after, &req);
	if (!NT_SUCCESS(status))
		return status;
	if (uw_unlikely(req->base.debug))
		tell_found(req);
	if (Parameters)
		request_parameters(req, Parameters);
	*OutRequest = request_handle(req);
	return STATUS_SUCCESS;
}

NTSTATUS fx_WdfIoQueueRetrieveFoundRequest(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
					   WDFREQUEST FoundRequest, WDFREQUEST *OutRequest)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct queue_pick pick = { .exact = request_of(driver, FoundRequest) };
	struct fx_queue *q = queue_of(driver, Queue);

	fx_require(driver, OutRequest);
	if (q->type != WdfIoQueueDispatchManual) {
		fx_rule_break(driver, FX_RULE_FOUND_NOT_MANUAL, &q->base,
			      "WdfIoQueueRetrieveFoundRequest on a queue that is not manual");
		*OutRequest = NULL;
		return STATUS_INVALID_DEVICE_REQUEST;
	}
	return retrieve(q, &pick, OutRequest, REQUEST_CALLER);
}

NTSTATUS fx_WdfIoQueueReadyNotify(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
				  PFN_WDF_IO_QUEUE_STATE QueueReady, WDFCONTEXT Context)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);

	return queue_ready_notify(queue_of(driver, Queue), QueueReady, Context);
}

NTSTATUS fx_WdfIoQueueAssignForwardProgressPolicy(
	PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
	PWDF_IO_QUEUE_FORWARD_PROGRESS_POLICY ForwardProgressPolicy)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_queue *q = queue_of(driver, Queue);

	fx_require(driver, ForwardProgressPolicy);
	if (!fx_check_level(driver, PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	return reserve_assign(q, ForwardProgressPolicy);
}
