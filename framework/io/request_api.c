/* SPDX-License-Identifier: MIT */
/* request_api.c - the border of WDFREQUEST: handles and lengths, then one call inward. */
#include "irp.h"
#include "object/functions.h"
#include "request_fast.h"

/* uwdf/views.h: what drivers were compiled with. */
static_assert(offsetof(struct uwdf_object_view, handle) == offsetof(struct fx_object, handle) &&
		      offsetof(struct uwdf_object_view, type) == offsetof(struct fx_object, type) &&
		      offsetof(struct uwdf_object_view, contexts) ==
			      offsetof(struct fx_object, contexts) &&
		      sizeof(struct uwdf_object_view) == sizeof(struct fx_object) &&
		      UWDF_VIEW_OBJECT == FX_TYPE_OBJECT >> 8,
	      "an object");
static_assert(offsetof(struct uwdf_context_view, type) == offsetof(struct fx_context, type) &&
		      sizeof(struct uwdf_context_view) == sizeof(struct fx_context),
	      "a context");
static_assert(offsetof(struct uwdf_request_view, state) == offsetof(struct fx_request, word) &&
		      offsetof(struct uwdf_request_view, in) == offsetof(struct fx_request, in) &&
		      offsetof(struct uwdf_request_view, out) == offsetof(struct fx_request, out) &&
		      offsetof(struct uwdf_request_view, in_len) ==
			      offsetof(struct fx_request, in_len) &&
		      offsetof(struct uwdf_request_view, out_len) ==
			      offsetof(struct fx_request, out_len) &&
		      UWDF_VIEW_REQUEST == FX_TYPE_REQUEST && UWDF_VIEW_DRIVER == REQUEST_DRIVER &&
		      REQUEST_STATE == 0xff &&
		      (1ull << UWDF_VIEW_ADDRESS_BITS) - 1 == FX_HANDLE_ADDRESS_MASK,
	      "a request");

static struct fx_request *request_of(struct fx_driver *driver, WDFREQUEST handle)
{
	return uw_container_of(fx_object_from_handle(driver, handle, FX_TYPE_REQUEST),
			       struct fx_request, base);
}

static void complete(struct fx_request *req, NTSTATUS status, size_t information, const void *site)
{
	request_note_left(req, NULL, site);
	request_complete(req, status, information);
}

/* @site: where the driver called, which is a byte before where it goes on. */
static __attribute__((noinline)) void complete_any(PWDF_DRIVER_GLOBALS globals, WDFREQUEST handle,
						   NTSTATUS status, size_t information,
						   const void *site)
{
	struct fx_object *obj = fx_object_from_handle_at(fx_driver_from_globals(globals), handle,
							 FX_TYPE_REQUEST, (const char *)site + 1);

	complete(uw_container_of(obj, struct fx_request, base), status, information, site);
}

/* What was said of it by WdfRequestSetInformation(), or in the IRP that the driver has seen. */
static size_t own_information(const struct fx_request *req)
{
	const struct fx_irp *irp = irp_seen(req);

	return irp ? irp->wdm.IoStatus.Information : req->information;
}

VOID fx_WdfRequestComplete(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request, NTSTATUS Status)
{
	struct fx_request *req;

	if (uw_likely(Status == STATUS_SUCCESS) &&
	    uw_likely(request_complete_simply(Request, REQUEST_CALLER, true, 0)))
		return;
	req = request_of(fx_driver_from_globals(DriverGlobals), Request);
	complete(req, Status, own_information(req), REQUEST_CALLER);
}

VOID fx_WdfRequestCompleteWithInformation(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
					  NTSTATUS Status, ULONG_PTR Information)
{
	if (uw_likely(Status == STATUS_SUCCESS) &&
	    uw_likely(request_complete_simply(Request, REQUEST_CALLER, false, Information)))
		return;
	complete_any(DriverGlobals, Request, Status, Information, REQUEST_CALLER);
}

/* There is no scheduler of ours to boost anybody with (see header). */
VOID fx_WdfRequestCompleteWithPriorityBoost(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
					    NTSTATUS Status, CCHAR PriorityBoost)
{
	struct fx_request *req = request_of(fx_driver_from_globals(DriverGlobals), Request);

	(void)PriorityBoost;
	complete(req, Status, own_information(req), REQUEST_CALLER);
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

	return req->made ? WdfRequestTypeNoFormat : types[req->kind];
}

/* A driver above gave arguments in place of buffers. */
static void others(const struct fx_request *req, PWDF_REQUEST_PARAMETERS out)
{
	out->Parameters.Others.Arg1 = req->others[0];
	out->Parameters.Others.Arg2 = req->others[1];
	out->Parameters.Others.IoControlCode = req->code;
	out->Parameters.Others.Arg4 = req->others[2];
}

/* Where a client's input is that nobody described or copied for the driver; after completion it is
 * the client's again. */
static PVOID type3_input(const struct fx_request *req)
{
	if (METHOD_FROM_CTL_CODE(req->code) != METHOD_NEITHER || !req->in_len ||
	    request_state(req) == REQUEST_COMPLETING)
		return NULL;
	/* The packet is const-correct for clients; a driver gets what KMDF gives it. */
	return (PVOID)(uintptr_t)req->type3_input;
}

/* Any thread that refers to it: not from the packet, which may end meanwhile. */
void request_parameters(const struct fx_request *req, PWDF_REQUEST_PARAMETERS out)
{
	*out = (WDF_REQUEST_PARAMETERS){ .Size = sizeof(*out), .Type = type_of(req) };
	if (req->kind == REQUEST_INTERNAL && req->has_others &&
	    request_state(req) != REQUEST_COMPLETING) {
		others(req, out);
		return;
	}
	switch (req->kind) {
	case REQUEST_READ:
		out->Parameters.Read.Length = req->out_len;
		out->Parameters.Read.DeviceOffset = (LONGLONG)req->offset;
		break;
	case REQUEST_WRITE:
		out->Parameters.Write.Length = req->in_len;
		out->Parameters.Write.DeviceOffset = (LONGLONG)req->offset;
		break;
	case REQUEST_INTERNAL:
	case REQUEST_CONTROL:
		out->Parameters.DeviceIoControl.OutputBufferLength = req->out_len;
		out->Parameters.DeviceIoControl.InputBufferLength = req->in_len;
		out->Parameters.DeviceIoControl.IoControlCode = req->code;
		out->Parameters.DeviceIoControl.Type3InputBuffer = type3_input(req);
		break;
	case REQUEST_CREATE: /* as CreateFile() has it for a device: there, shared, no directory */
		out->Parameters.Create.Options = FILE_OPEN << 24 | FILE_NON_DIRECTORY_FILE;
		out->Parameters.Create.FileAttributes = FILE_ATTRIBUTE_NORMAL;
		out->Parameters.Create.ShareAccess = FILE_SHARE_READ | FILE_SHARE_WRITE;
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
	fx_rule_break(req->base.driver, request_rule_of(state), &req->base,
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
		fx_rule_break(req->base.driver, FX_RULE_NEITHER_BUFFER, &req->base,
			      "the buffer of a read or write was asked for, and the device's I/O "
			      "type is WdfDeviceIoNeither");
	return STATUS_INVALID_DEVICE_REQUEST;
}

/* A read has no input, a write no output: the driver may try. A create has neither. */
UW_COLD static NTSTATUS refuse_kind(const struct fx_request *req)
{
	if (req->kind == REQUEST_CREATE)
		fx_rule_break(req->base.driver, FX_RULE_NO_BUFFERS, &req->base,
			      "a buffer of a WDFREQUEST was asked for that opens a file");
	return STATUS_INVALID_DEVICE_REQUEST;
}

static NTSTATUS check_buffer(const struct fx_request *req, bool kind_has_it, const void *buffer,
			     size_t len, size_t least)
{
	NTSTATUS status = check_mine(req);

	if (!NT_SUCCESS(status))
		return status;
	if (!kind_has_it)
		return refuse_kind(req);
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

/* All memory is locked and mapped here. */
NTSTATUS request_describe(MDL *mdl, void *buffer, size_t len, PMDL *out)
{
	const uintptr_t in_page = PAGE_SIZE - 1;

	if (len > UINT32_MAX)
		return STATUS_INSUFFICIENT_RESOURCES;
	*mdl = (MDL){ .Size = sizeof(*mdl),
		      .MdlFlags = MDL_MAPPED_TO_SYSTEM_VA | MDL_PAGES_LOCKED,
		      .MappedSystemVa = buffer,
		      .StartVa = (char *)buffer - ((uintptr_t)buffer & in_page),
		      .ByteCount = (ULONG)len,
		      .ByteOffset = (ULONG)((uintptr_t)buffer & in_page) };
	*out = mdl;
	return STATUS_SUCCESS;
}

NTSTATUS fx_WdfRequestRetrieveInputWdmMdl(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
					  PMDL *Mdl)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_request *req = request_of(driver, Request);
	NTSTATUS status;

	fx_require(driver, Mdl);
	*Mdl = NULL;
	status = check_buffer(req, has_input(req), req->in, req->in_len, 0);
	return NT_SUCCESS(status) ? request_describe(&req->in_mdl, req->in, req->in_len, Mdl)
				  : status;
}

NTSTATUS fx_WdfRequestRetrieveOutputWdmMdl(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
					   PMDL *Mdl)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_request *req = request_of(driver, Request);
	NTSTATUS status;

	fx_require(driver, Mdl);
	*Mdl = NULL;
	status = check_buffer(req, has_output(req), req->out, req->out_len, 0);
	return NT_SUCCESS(status) ? request_describe(&req->out_mdl, req->out, req->out_len, Mdl)
				  : status;
}

VOID fx_WdfRequestSetInformation(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
				 ULONG_PTR Information)
{
	struct fx_request *req = request_of(fx_driver_from_globals(DriverGlobals), Request);
	struct fx_irp *irp = irp_seen(req);

	req->information = Information;
	if (uw_unlikely(irp))
		irp->wdm.IoStatus.Information = Information;
}

ULONG_PTR fx_WdfRequestGetInformation(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request)
{
	return own_information(request_of(fx_driver_from_globals(DriverGlobals), Request));
}

NTSTATUS fx_WdfRequestGetStatus(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request)
{
	return request_of(fx_driver_from_globals(DriverGlobals), Request)->status;
}

static void note_mark(struct fx_request *req, const void *site)
{
	const uint32_t marked = REQUEST_CANCELABLE | REQUEST_CLAIMED;
	uint32_t word = request_word(req);

	if ((word & REQUEST_STATE) == REQUEST_DRIVER && !(word & marked))
		request_note_marked(req, site);
}

VOID fx_WdfRequestMarkCancelable(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
				 PFN_WDF_REQUEST_CANCEL EvtRequestCancel)
{
	struct fx_driver *driver = fx_driver_of(DriverGlobals);
	struct fx_request *req;

	if (uw_likely(request_mark_simply(Request, EvtRequestCancel, REQUEST_CALLER)))
		return;
	req = request_of(driver, Request);
	fx_require(driver, EvtRequestCancel);
	/* A wrong call has been told of; a cancelled request is EvtRequestCancel's. */
	note_mark(req, REQUEST_CALLER);
	(void)request_mark(req, EvtRequestCancel, false);
}

NTSTATUS fx_WdfRequestMarkCancelableEx(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
				       PFN_WDF_REQUEST_CANCEL EvtRequestCancel)
{
	struct fx_driver *driver = fx_driver_of(DriverGlobals);
	struct fx_request *req;

	if (uw_likely(request_mark_simply(Request, EvtRequestCancel, REQUEST_CALLER)))
		return STATUS_SUCCESS;
	req = request_of(driver, Request);
	fx_require(driver, EvtRequestCancel);
	note_mark(req, REQUEST_CALLER);
	return request_mark(req, EvtRequestCancel, true);
}

NTSTATUS fx_WdfRequestUnmarkCancelable(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request)
{
	if (uw_likely(request_unmark_simply(Request)))
		return STATUS_SUCCESS;
	return request_unmark(request_of(fx_driver_from_globals(DriverGlobals), Request));
}

BOOLEAN fx_WdfRequestIsCanceled(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request)
{
	return request_is_cancelled(request_of(fx_driver_from_globals(DriverGlobals), Request));
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

	struct fx_request *req = request_of(driver, Request);
	struct fx_queue *to = queue_of(driver, DestinationQueue);

	request_note_left(req, "forwarded in", REQUEST_CALLER);
	return request_forward(req, to);
}

NTSTATUS fx_WdfRequestForwardToParentDeviceIoQueue(PWDF_DRIVER_GLOBALS DriverGlobals,
						   WDFREQUEST Request, WDFQUEUE ParentDeviceQueue,
						   PWDF_REQUEST_FORWARD_OPTIONS ForwardOptions)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_request *req = request_of(driver, Request);
	struct fx_queue *to = queue_of(driver, ParentDeviceQueue);

	fx_require(driver, ForwardOptions);
	if (ForwardOptions->Size != sizeof(*ForwardOptions))
		return STATUS_INFO_LENGTH_MISMATCH;
	if (ForwardOptions->Flags != WDF_REQUEST_FORWARD_OPTION_SEND_AND_FORGET)
		return STATUS_INVALID_PARAMETER;
	request_note_left(req, "forwarded in", REQUEST_CALLER);
	return request_forward_to_parent(req, to);
}

NTSTATUS fx_WdfRequestRequeue(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request)
{
	struct fx_request *req = request_of(fx_driver_from_globals(DriverGlobals), Request);

	request_note_left(req, "requeued in", REQUEST_CALLER);
	return request_requeue(req);
}

VOID fx_WdfRequestStopAcknowledge(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
				  BOOLEAN Requeue)
{
	struct fx_request *req = request_of(fx_driver_from_globals(DriverGlobals), Request);

	if (Requeue)
		request_note_left(req, "requeued in", REQUEST_CALLER);
	request_stop_acknowledge(req, Requeue);
}
