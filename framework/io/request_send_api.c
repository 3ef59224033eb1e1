/* SPDX-License-Identifier: MIT */
/* request_send_api.c - the border of requests that a driver makes or sends. */
#include "irp.h"
#include "object/functions.h"
#include "target_impl.h"

static struct fx_request *request_of(struct fx_driver *driver, WDFREQUEST handle)
{
	return uw_container_of(fx_object_from_handle(driver, handle, FX_TYPE_REQUEST),
			       struct fx_request, base);
}

NTSTATUS fx_WdfRequestCreate(PWDF_DRIVER_GLOBALS DriverGlobals,
			     PWDF_OBJECT_ATTRIBUTES RequestAttributes, WDFIOTARGET IoTarget,
			     WDFREQUEST *Request)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_request *req;
	NTSTATUS status;

	fx_require(driver, Request);
	*Request = NULL;
	if (IoTarget)
		(void)target_from_handle(driver, IoTarget);
	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	status = request_create(driver, RequestAttributes, &req);
	if (!NT_SUCCESS(status))
		return status;
	return fx_object_publish(&req->base, RequestAttributes, Request);
}

NTSTATUS fx_WdfRequestCreateFromIrp(PWDF_DRIVER_GLOBALS DriverGlobals,
				    PWDF_OBJECT_ATTRIBUTES RequestAttributes, PIRP Irp,
				    BOOLEAN RequestFreesIrp, WDFREQUEST *Request)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_request *req;
	struct fx_irp *irp;
	NTSTATUS status;

	fx_require(driver, Irp);
	fx_require(driver, Request);
	*Request = NULL;
	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	status = request_create(driver, RequestAttributes, &req);
	if (!NT_SUCCESS(status))
		return status;
	req->from_irp = true;
	irp = irp_check(driver, Irp, "WdfRequestCreateFromIrp");
	status = RequestFreesIrp              ? STATUS_NOT_SUPPORTED
		 : request_take_irp(req, irp) ? STATUS_SUCCESS
					      : STATUS_INVALID_DEVICE_REQUEST;
	if (!NT_SUCCESS(status)) {
		fx_object_delete(&req->base);
		return status;
	}
	return fx_object_publish(&req->base, RequestAttributes, Request);
}

NTSTATUS fx_WdfRequestReuse(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
			    PWDF_REQUEST_REUSE_PARAMS ReuseParams)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_request *req = request_of(driver, Request);

	fx_require(driver, ReuseParams);
	if (ReuseParams->Size != sizeof(*ReuseParams))
		return STATUS_INFO_LENGTH_MISMATCH;
	return request_reuse(req, ReuseParams);
}

NTSTATUS fx_WdfRequestChangeTarget(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
				   WDFIOTARGET IoTarget)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_request *req = request_of(driver, Request);

	(void)target_from_handle(driver, IoTarget);
	return request_is_at_hand(req, "WdfRequestChangeTarget on") ? STATUS_SUCCESS
								    : STATUS_INVALID_DEVICE_REQUEST;
}

static void require_irp(struct fx_request *req, const char *function)
{
	if (req->made && !__atomic_load_n(&req->irp, __ATOMIC_ACQUIRE))
		fx_rule_stop(
			req->base.driver, FX_RULE_FORMAT_WITHOUT_IRP, &req->base,
			WDF_REQUEST_FATAL_ERROR_NULL_IRP, req->base.handle,
			"%s on a WDFREQUEST that the driver itself created, and without an IRP",
			function);
}

VOID fx_WdfRequestWdmFormatUsingStackLocation(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
					      PIO_STACK_LOCATION Stack)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_request *req = request_of(driver, Request);

	fx_require(driver, Stack);
	if (!request_is_at_hand(req, "formatting"))
		return;
	require_irp(req, "WdfRequestWdmFormatUsingStackLocation");
	if (!request_format_location(req, Stack))
		fx_verifier_break(driver,
				  "WdfRequestWdmFormatUsingStackLocation: the location asks for "
				  "nothing that can be sent (major function 0x%02x), or for more "
				  "than the IRP's buffers have",
				  Stack->MajorFunction);
}

VOID fx_WdfRequestFormatRequestUsingCurrentType(PWDF_DRIVER_GLOBALS DriverGlobals,
						WDFREQUEST Request)
{
	struct fx_request *req = request_of(fx_driver_from_globals(DriverGlobals), Request);

	if (!request_is_at_hand(req, "formatting"))
		return;
	require_irp(req, "WdfRequestFormatRequestUsingCurrentType");
	if (req->made) {
		(void)request_format_location(req, NULL);
		return;
	}
	if (req->sent)
		sent_unformat(req->sent);
	req->format = FORMAT_AS_IT_CAME;
	req->memories = true;
}

BOOLEAN fx_WdfRequestSend(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request, WDFIOTARGET Target,
			  PWDF_REQUEST_SEND_OPTIONS Options)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_request *req = request_of(driver, Request);
	struct fx_target *target = target_from_handle(driver, Target);
	bool waits = Options && (Options->Flags & WDF_REQUEST_SEND_OPTION_SYNCHRONOUS);

	if (!fx_check_level(driver, waits ? PASSIVE_LEVEL : DISPATCH_LEVEL)) {
		if (request_is_at_hand(req, "sending"))
			req->status = STATUS_INVALID_DEVICE_REQUEST;
		return FALSE;
	}
	return request_send(req, target, Options, REQUEST_CALLER);
}

BOOLEAN fx_WdfRequestCancelSentRequest(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request)
{
	struct fx_request *req = request_of(fx_driver_from_globals(DriverGlobals), Request);
	struct fx_sent *sent = __atomic_load_n(&req->sent, __ATOMIC_ACQUIRE);

	return sent && sent_cancel(sent);
}

VOID fx_WdfRequestSetCompletionRoutine(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
				       PFN_WDF_REQUEST_COMPLETION_ROUTINE CompletionRoutine,
				       WDFCONTEXT CompletionContext)
{
	struct fx_request *req = request_of(fx_driver_from_globals(DriverGlobals), Request);

	if (!request_is_at_hand(req, "WdfRequestSetCompletionRoutine on"))
		return;
	req->completion = CompletionRoutine;
	req->completion_context = CompletionContext;
	req->memories = true;
}

VOID fx_WdfRequestGetCompletionParams(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
				      PWDF_REQUEST_COMPLETION_PARAMS Params)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_request *req = request_of(driver, Request);

	fx_require(driver, Params);
	if (Params->Size != sizeof(*Params)) {
		fx_rule_break(driver, FX_RULE_PARAMETERS_SIZE, &req->base,
			      "WdfRequestGetCompletionParams with a wrong Size (%u, not %zu)",
			      Params->Size, sizeof(*Params));
		return;
	}
	WDF_REQUEST_COMPLETION_PARAMS_INIT(Params);
	if (req->sent && req->sent->type != WdfRequestTypeNoFormat)
		sent_params(req, Params);
	else
		fx_rule_break(driver, FX_RULE_NEVER_FORMATTED, &req->base,
			      "WdfRequestGetCompletionParams on a WDFREQUEST that was not "
			      "formatted for an I/O target");
}

NTSTATUS fx_WdfRequestAllocateTimer(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request)
{
	struct fx_request *req = request_of(fx_driver_from_globals(DriverGlobals), Request);

	if (!request_is_at_hand(req, "WdfRequestAllocateTimer on"))
		return STATUS_INVALID_DEVICE_REQUEST;
	return request_sent(req) ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}
