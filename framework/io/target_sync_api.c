/* SPDX-License-Identifier: MIT */
/*
 * target_sync_api.c - the border of sending synchronously: formatted, sent and waited for in one
 * call, with a request of the driver's or without any.
 */
#include "object/functions.h"
#include "target_impl.h"

/* One such call. */
struct sync_call {
	const char *function;
	const void *site;
	struct fx_driver *driver;
	struct fx_target *target;
	WDFREQUEST request; /* NULL: none */
	PWDF_REQUEST_SEND_OPTIONS options;
	PULONG_PTR transferred;
	struct sent_format how;
};

static NTSTATUS check_call(const struct sync_call *call)
{
	const WDF_REQUEST_SEND_OPTIONS *options = call->options;

	if (!fx_level_ok(call->driver, call->function, PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	if (!options)
		return STATUS_SUCCESS;
	if (options->Size != sizeof(*options))
		return STATUS_INFO_LENGTH_MISMATCH;
	if (!send_options_are_right(call->driver, &call->target->base, options) ||
	    (options->Flags & WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET))
		return STATUS_INVALID_PARAMETER;
	return STATUS_SUCCESS;
}

static NTSTATUS send_with(struct sync_call *call, ULONG_PTR *out_transferred)
{
	struct fx_request *req =
		uw_container_of(fx_object_from_handle(call->driver, call->request, FX_TYPE_REQUEST),
				struct fx_request, base);
	WDF_REQUEST_SEND_OPTIONS options;

	if (!request_is_at_hand(req, "sending"))
		return STATUS_INVALID_DEVICE_REQUEST;
	if (!request_sent(req))
		return STATUS_INSUFFICIENT_RESOURCES;
	sent_format(req->sent, &call->how);
	req->format = FORMAT_IO;
	req->memories = true;
	WDF_REQUEST_SEND_OPTIONS_INIT(&options, 0);
	if (call->options)
		options = *call->options;
	options.Flags |= WDF_REQUEST_SEND_OPTION_SYNCHRONOUS;
	if (request_send(req, call->target, &options, call->site))
		*out_transferred = req->information;
	return req->status;
}

static NTSTATUS send_without(struct sync_call *call, ULONG_PTR *out_transferred)
{
	struct sent_options options = sent_read_options(call->options);
	struct fx_sent sent;
	NTSTATUS status;

	sent_init(&sent, NULL);
	sent_format(&sent, &call->how);
	status = sent_and_wait(&sent, call->target, &options);
	if (NT_SUCCESS(status)) {
		status = sent_take_back(&sent);
		*out_transferred = sent.information;
		sent_left(call->target);
	}
	sent_unformat(&sent);
	return status;
}

static NTSTATUS send_call(struct sync_call *call, NTSTATUS status)
{
	ULONG_PTR transferred = 0;

	if (NT_SUCCESS(status))
		status = check_call(call);
	if (NT_SUCCESS(status))
		status = call->request ? send_with(call, &transferred)
				       : send_without(call, &transferred);
	if (call->transferred)
		*call->transferred = transferred;
	return status;
}

#define SYNC_CALL(request_type, count)                                                             \
	{                                                                                          \
		.function = __func__ + 3 /* fx_ */, .site = REQUEST_CALLER,                        \
		.driver = fx_driver_from_globals(DriverGlobals),                                   \
		.target = target_from_handle(fx_driver_from_globals(DriverGlobals), IoTarget),     \
		.request = Request, .options = RequestOptions, .transferred = (count),             \
		.how = { .type = (request_type) },                                                 \
	}

NTSTATUS fx_WdfIoTargetSendReadSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals,
					     WDFIOTARGET IoTarget, WDFREQUEST Request,
					     PWDF_MEMORY_DESCRIPTOR OutputBuffer,
					     PLONGLONG DeviceOffset,
					     PWDF_REQUEST_SEND_OPTIONS RequestOptions,
					     PULONG_PTR BytesRead)
{
	struct sync_call call = SYNC_CALL(WdfRequestTypeRead, BytesRead);

	call.how.offset = DeviceOffset ? *DeviceOffset : 0;
	return send_call(&call,
			 sent_buffer_of_descriptor(call.driver, OutputBuffer, &call.how.out));
}

NTSTATUS fx_WdfIoTargetSendWriteSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals,
					      WDFIOTARGET IoTarget, WDFREQUEST Request,
					      PWDF_MEMORY_DESCRIPTOR InputBuffer,
					      PLONGLONG DeviceOffset,
					      PWDF_REQUEST_SEND_OPTIONS RequestOptions,
					      PULONG_PTR BytesWritten)
{
	struct sync_call call = SYNC_CALL(WdfRequestTypeWrite, BytesWritten);

	call.how.offset = DeviceOffset ? *DeviceOffset : 0;
	return send_call(&call, sent_buffer_of_descriptor(call.driver, InputBuffer, &call.how.in));
}

static NTSTATUS send_control(struct sync_call *call, ULONG code, PWDF_MEMORY_DESCRIPTOR in,
			     PWDF_MEMORY_DESCRIPTOR out)
{
	NTSTATUS status = sent_buffer_of_descriptor(call->driver, in, &call->how.in);

	if (NT_SUCCESS(status))
		status = sent_buffer_of_descriptor(call->driver, out, &call->how.out);
	call->how.code = code;
	return send_call(call, status);
}

NTSTATUS fx_WdfIoTargetSendIoctlSynchronously(PWDF_DRIVER_GLOBALS DriverGlobals,
					      WDFIOTARGET IoTarget, WDFREQUEST Request,
					      ULONG IoctlCode, PWDF_MEMORY_DESCRIPTOR InputBuffer,
					      PWDF_MEMORY_DESCRIPTOR OutputBuffer,
					      PWDF_REQUEST_SEND_OPTIONS RequestOptions,
					      PULONG_PTR BytesReturned)
{
	struct sync_call call = SYNC_CALL(WdfRequestTypeDeviceControl, BytesReturned);

	return send_control(&call, IoctlCode, InputBuffer, OutputBuffer);
}

NTSTATUS fx_WdfIoTargetSendInternalIoctlSynchronously(
	PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget, WDFREQUEST Request,
	ULONG IoctlCode, PWDF_MEMORY_DESCRIPTOR InputBuffer, PWDF_MEMORY_DESCRIPTOR OutputBuffer,
	PWDF_REQUEST_SEND_OPTIONS RequestOptions, PULONG_PTR BytesReturned)
{
	struct sync_call call = SYNC_CALL(WdfRequestTypeDeviceControlInternal, BytesReturned);

	return send_control(&call, IoctlCode, InputBuffer, OutputBuffer);
}

NTSTATUS fx_WdfIoTargetSendInternalIoctlOthersSynchronously(
	PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget, WDFREQUEST Request,
	ULONG IoctlCode, PWDF_MEMORY_DESCRIPTOR OtherArg1, PWDF_MEMORY_DESCRIPTOR OtherArg2,
	PWDF_MEMORY_DESCRIPTOR OtherArg4, PWDF_REQUEST_SEND_OPTIONS RequestOptions,
	PULONG_PTR BytesReturned)
{
	struct sync_call call = SYNC_CALL(WdfRequestTypeOther, BytesReturned);
	NTSTATUS status = sent_buffer_of_descriptor(call.driver, OtherArg4, &call.how.third);

	call.how.others = true;
	return NT_SUCCESS(status) ? send_control(&call, IoctlCode, OtherArg1, OtherArg2) : status;
}
