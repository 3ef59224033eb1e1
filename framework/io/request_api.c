/* SPDX-License-Identifier: MIT */
/* request_api.c - the border of WDFREQUEST: handles and lengths, then one call inward. */
#include "object/functions.h"
#include "request.h"
#include "room.h"

static struct fx_request *request_of(struct fx_driver *driver, WDFREQUEST handle)
{
	return uw_container_of(fx_object_from_handle(driver, handle, FX_TYPE_REQUEST),
			       struct fx_request, base);
}

VOID fx_WdfRequestComplete(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request, NTSTATUS Status)
{
	struct fx_request *req = request_of(fx_driver_from_globals(DriverGlobals), Request);

	request_complete(req, Status, req->information);
}

VOID fx_WdfRequestCompleteWithInformation(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
					  NTSTATUS Status, ULONG_PTR Information)
{
	request_complete(request_of(fx_driver_from_globals(DriverGlobals), Request), Status,
			 Information);
}

/* There is no scheduler of ours to boost anybody with (see header). */
VOID fx_WdfRequestCompleteWithPriorityBoost(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
					    NTSTATUS Status, CCHAR PriorityBoost)
{
	(void)PriorityBoost;
	fx_WdfRequestComplete(DriverGlobals, Request, Status);
}

static WDF_REQUEST_TYPE type_of(const struct fx_request *req)
{
	static const WDF_REQUEST_TYPE types[REQUEST_KINDS] = {
		[REQUEST_READ] = WdfRequestTypeRead,
		[REQUEST_WRITE] = WdfRequestTypeWrite,
		[REQUEST_CONTROL] = WdfRequestTypeDeviceControl,
		[REQUEST_INTERNAL] = WdfRequestTypeDeviceControlInternal,
		[REQUEST_CREATE] = WdfRequestTypeCreate,
	};

	return types[req->kind];
}

void request_parameters(const struct fx_request *req, PWDF_REQUEST_PARAMETERS out)
{
	*out = (WDF_REQUEST_PARAMETERS){ .Size = sizeof(*out), .Type = type_of(req) };
	switch (req->kind) {
	case REQUEST_READ:
		out->Parameters.Read.Length = req->out_len;
		out->Parameters.Read.DeviceOffset = (LONGLONG)req->offset;
		break;
	case REQUEST_WRITE:
		out->Parameters.Write.Length = req->in_len;
		out->Parameters.Write.DeviceOffset = (LONGLONG)req->offset;
		break;
	case REQUEST_CONTROL:
	case REQUEST_INTERNAL:
		out->Parameters.DeviceIoControl.OutputBufferLength = req->out_len;
		out->Parameters.DeviceIoControl.InputBufferLength = req->in_len;
		out->Parameters.DeviceIoControl.IoControlCode = req->code;
		break;
	default:
		break;
	}
}

VOID fx_WdfRequestGetParameters(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
				PWDF_REQUEST_PARAMETERS Parameters)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_request *req = request_of(driver, Request);

	fx_require(driver, Parameters);
	if (Parameters->Size != sizeof(*Parameters))
		fx_rule_break(driver, FX_RULE_PARAMETERS_SIZE, &req->base,
			      "WdfRequestGetParameters with a wrong Size (%u, not %zu)",
			      Parameters->Size, sizeof(*Parameters));
	else
		request_parameters(req, Parameters);
}

/* Whose buffers may be looked at: the driver's own requests. */
static NTSTATUS check_mine(const struct fx_request *req)
{
	uint32_t state = request_state(req);

	if (uw_likely(state == REQUEST_DRIVER))
		return STATUS_SUCCESS;
	fx_rule_break(req->io->driver, request_rule_of(state), &req->base,
		      "the buffer of a WDFREQUEST was asked for that the driver does not own");
	return state == REQUEST_COMPLETING ? STATUS_INTERNAL_ERROR : STATUS_INVALID_DEVICE_REQUEST;
}

static bool has_input(const struct fx_request *req)
{
	return req->kind == REQUEST_WRITE || req->kind == REQUEST_CONTROL ||
	       req->kind == REQUEST_INTERNAL;
}

static bool has_output(const struct fx_request *req)
{
	return req->kind == REQUEST_READ || req->kind == REQUEST_CONTROL ||
	       req->kind == REQUEST_INTERNAL;
}

/* No address although there is a length: neither buffered nor direct. */
UW_COLD static NTSTATUS refuse_neither(const struct fx_request *req)
{
	if (req->kind == REQUEST_READ || req->kind == REQUEST_WRITE)
		fx_rule_break(req->io->driver, FX_RULE_NEITHER_BUFFER, &req->base,
			      "the buffer of a read or write was asked for, and the device's I/O "
			      "type is WdfDeviceIoNeither");
	return STATUS_INVALID_DEVICE_REQUEST;
}

static NTSTATUS check_buffer(const struct fx_request *req, bool kind_has_it, const void *buffer,
			     size_t len, size_t least)
{
	NTSTATUS status = check_mine(req);

	if (!NT_SUCCESS(status))
		return status;
	if (!kind_has_it)
		return STATUS_INVALID_DEVICE_REQUEST;
	if (len && !buffer)
		return refuse_neither(req);
	if (!len || len < least)
		return STATUS_BUFFER_TOO_SMALL;
	return STATUS_SUCCESS;
}

NTSTATUS fx_WdfRequestRetrieveInputBuffer(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
					  size_t MinimumRequiredLength, PVOID *Buffer,
					  size_t *Length)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_request *req = request_of(driver, Request);
	NTSTATUS status;

	fx_require(driver, Buffer);
	status = check_buffer(req, has_input(req), req->in, req->in_len, MinimumRequiredLength);
	*Buffer = NT_SUCCESS(status) ? req->in : NULL;
	if (Length)
		*Length = NT_SUCCESS(status) ? req->in_len : 0;
	return status;
}

NTSTATUS fx_WdfRequestRetrieveOutputBuffer(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
					   size_t MinimumRequiredSize, PVOID *Buffer,
					   size_t *Length)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_request *req = request_of(driver, Request);
	NTSTATUS status;

	fx_require(driver, Buffer);
	status = check_buffer(req, has_output(req), req->out, req->out_len, MinimumRequiredSize);
	*Buffer = NT_SUCCESS(status) ? req->out : NULL;
	if (Length)
		*Length = NT_SUCCESS(status) ? req->out_len : 0;
	return status;
}

static WDFMEMORY memory_handle(struct fx_request *req, struct fx_memory *memory, void *buffer,
			       size_t len, bool read_only)
{
	if (memory->kind != FX_MEMORY_REQUEST) {
		fx_memory_embed(memory, &req->base, buffer, len, read_only);
		req->memories = true;
	}
	return (WDFMEMORY)fx_object_handle(&memory->base);
}

NTSTATUS fx_WdfRequestRetrieveInputMemory(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
					  WDFMEMORY *Memory)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_request *req = request_of(driver, Request);
	NTSTATUS status;

	fx_require(driver, Memory);
	status = check_buffer(req, has_input(req), req->in, req->in_len, 0);
	*Memory = NT_SUCCESS(status) ? memory_handle(req, &req->in_memory, req->in, req->in_len,
						     req->kind == REQUEST_WRITE)
				     : NULL;
	return status;
}

NTSTATUS fx_WdfRequestRetrieveOutputMemory(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
					   WDFMEMORY *Memory)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_request *req = request_of(driver, Request);
	NTSTATUS status;

	fx_require(driver, Memory);
	status = check_buffer(req, has_output(req), req->out, req->out_len, 0);
	*Memory = NT_SUCCESS(status)
			  ? memory_handle(req, &req->out_memory, req->out, req->out_len, false)
			  : NULL;
	return status;
}

VOID fx_WdfRequestSetInformation(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
				 ULONG_PTR Information)
{
	request_of(fx_driver_from_globals(DriverGlobals), Request)->information = Information;
}

ULONG_PTR fx_WdfRequestGetInformation(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request)
{
	return request_of(fx_driver_from_globals(DriverGlobals), Request)->information;
}

NTSTATUS fx_WdfRequestGetStatus(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request)
{
	return request_of(fx_driver_from_globals(DriverGlobals), Request)->status;
}

VOID fx_WdfRequestMarkCancelable(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
				 PFN_WDF_REQUEST_CANCEL EvtRequestCancel)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_request *req = request_of(driver, Request);

	fx_require(driver, EvtRequestCancel);
	/* A wrong call has been told of; a cancelled request is EvtRequestCancel's. */
	(void)request_mark(req, EvtRequestCancel, false);
}

NTSTATUS fx_WdfRequestMarkCancelableEx(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
				       PFN_WDF_REQUEST_CANCEL EvtRequestCancel)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_request *req = request_of(driver, Request);

	fx_require(driver, EvtRequestCancel);
	return request_mark(req, EvtRequestCancel, true);
}

NTSTATUS fx_WdfRequestUnmarkCancelable(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request)
{
	return request_unmark(request_of(fx_driver_from_globals(DriverGlobals), Request));
}

BOOLEAN fx_WdfRequestIsCanceled(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request)
{
	return request_is_cancelled(request_of(fx_driver_from_globals(DriverGlobals), Request));
}

WDFFILEOBJECT fx_WdfRequestGetFileObject(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request)
{
	struct fx_request *req = request_of(fx_driver_from_globals(DriverGlobals), Request);

	if (request_state(req) == REQUEST_DRIVER)
		return file_handle(req->file);
	fx_rule_break(req->io->driver, FX_RULE_FILE_OBJECT_NOT_OWNED, &req->base,
		      "WdfRequestGetFileObject on a WDFREQUEST that the driver does not own");
	return NULL;
}

WDFQUEUE fx_WdfRequestGetIoQueue(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request)
{
	struct fx_request *req = request_of(fx_driver_from_globals(DriverGlobals), Request);

	return req->queue ? queue_handle(req->queue) : NULL;
}

/* Every client is another program or speaks for one. */
KPROCESSOR_MODE fx_WdfRequestGetRequestorMode(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request)
{
	(void)request_of(fx_driver_from_globals(DriverGlobals), Request);
	return UserMode;
}

static struct fx_queue *queue_of(struct fx_driver *driver, WDFQUEUE handle)
{
	return uw_container_of(fx_object_from_handle(driver, handle, FX_TYPE_QUEUE),
			       struct fx_queue, base);
}

NTSTATUS fx_WdfRequestForwardToIoQueue(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
				       WDFQUEUE DestinationQueue)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);

	return request_forward(request_of(driver, Request), queue_of(driver, DestinationQueue));
}

NTSTATUS fx_WdfRequestRequeue(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request)
{
	return request_requeue(request_of(fx_driver_from_globals(DriverGlobals), Request));
}

VOID fx_WdfRequestStopAcknowledge(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
				  BOOLEAN Requeue)
{
	request_stop_acknowledge(request_of(fx_driver_from_globals(DriverGlobals), Request),
				 Requeue);
}
