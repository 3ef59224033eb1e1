/* SPDX-License-Identifier: MIT */
/* target_format_api.c - the border of what requests are formatted for, to be sent later. */
#include "object/functions.h"
#include "target_impl.h"

static struct fx_request *request_of(struct fx_driver *driver, WDFREQUEST handle)
{
	return uw_container_of(fx_object_from_handle(driver, handle, FX_TYPE_REQUEST),
			       struct fx_request, base);
}

static NTSTATUS format(struct fx_driver *driver, WDFREQUEST handle, const struct sent_format *how)
{
	struct fx_request *req = request_of(driver, handle);

	if (!request_is_at_hand(req, "formatting"))
		return STATUS_INVALID_DEVICE_REQUEST;
	if (!request_sent(req))
		return STATUS_INSUFFICIENT_RESOURCES;
	sent_format(req->sent, how);
	req->format = FORMAT_IO;
	req->memories = true;
	return STATUS_SUCCESS;
}

NTSTATUS fx_WdfIoTargetFormatRequestForRead(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget,
					    WDFREQUEST Request, WDFMEMORY OutputBuffer,
					    PWDFMEMORY_OFFSET OutputBufferOffset,
					    PLONGLONG DeviceOffset)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct sent_format how = { .type = WdfRequestTypeRead,
				   .offset = DeviceOffset ? *DeviceOffset : 0 };
	NTSTATUS status;

	(void)target_from_handle(driver, IoTarget);
	status = sent_buffer_of_memory(driver, OutputBuffer, OutputBufferOffset, &how.out);
	return NT_SUCCESS(status) ? format(driver, Request, &how) : status;
}

NTSTATUS fx_WdfIoTargetFormatRequestForWrite(PWDF_DRIVER_GLOBALS DriverGlobals,
					     WDFIOTARGET IoTarget, WDFREQUEST Request,
					     WDFMEMORY InputBuffer,
					     PWDFMEMORY_OFFSET InputBufferOffset,
					     PLONGLONG DeviceOffset)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct sent_format how = { .type = WdfRequestTypeWrite,
				   .offset = DeviceOffset ? *DeviceOffset : 0 };
	NTSTATUS status;

	(void)target_from_handle(driver, IoTarget);
	status = sent_buffer_of_memory(driver, InputBuffer, InputBufferOffset, &how.in);
	return NT_SUCCESS(status) ? format(driver, Request, &how) : status;
}

/* The buffers of a control; @how has the rest. */
static NTSTATUS format_control(struct fx_driver *driver, WDFREQUEST handle, struct sent_format *how,
			       const WDF_MEMORY_DESCRIPTOR *in, const WDF_MEMORY_DESCRIPTOR *out)
{
	NTSTATUS status = sent_buffer_of_descriptor(driver, in, &how->in);

	if (NT_SUCCESS(status))
		status = sent_buffer_of_descriptor(driver, out, &how->out);
	return NT_SUCCESS(status) ? format(driver, handle, how) : status;
}

static WDF_MEMORY_DESCRIPTOR of_handle(WDFMEMORY memory, PWDFMEMORY_OFFSET offset)
{
	WDF_MEMORY_DESCRIPTOR descriptor;

	WDF_MEMORY_DESCRIPTOR_INIT_HANDLE(&descriptor, memory, offset);
	return descriptor;
}

NTSTATUS fx_WdfIoTargetFormatRequestForIoctl(PWDF_DRIVER_GLOBALS DriverGlobals,
					     WDFIOTARGET IoTarget, WDFREQUEST Request,
					     ULONG IoctlCode, WDFMEMORY InputBuffer,
					     PWDFMEMORY_OFFSET InputBufferOffset,
					     WDFMEMORY OutputBuffer,
					     PWDFMEMORY_OFFSET OutputBufferOffset)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct sent_format how = { .type = WdfRequestTypeDeviceControl, .code = IoctlCode };
	const WDF_MEMORY_DESCRIPTOR in = of_handle(InputBuffer, InputBufferOffset);
	const WDF_MEMORY_DESCRIPTOR out = of_handle(OutputBuffer, OutputBufferOffset);

	(void)target_from_handle(driver, IoTarget);
	return format_control(driver, Request, &how, &in, &out);
}

NTSTATUS fx_WdfIoTargetFormatRequestForInternalIoctl(PWDF_DRIVER_GLOBALS DriverGlobals,
						     WDFIOTARGET IoTarget, WDFREQUEST Request,
						     ULONG IoctlCode, WDFMEMORY InputBuffer,
						     PWDFMEMORY_OFFSET InputBufferOffset,
						     WDFMEMORY OutputBuffer,
						     PWDFMEMORY_OFFSET OutputBufferOffset)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct sent_format how = { .type = WdfRequestTypeDeviceControlInternal, .code = IoctlCode };
	const WDF_MEMORY_DESCRIPTOR in = of_handle(InputBuffer, InputBufferOffset);
	const WDF_MEMORY_DESCRIPTOR out = of_handle(OutputBuffer, OutputBufferOffset);

	(void)target_from_handle(driver, IoTarget);
	return format_control(driver, Request, &how, &in, &out);
}

NTSTATUS fx_WdfIoTargetFormatRequestForInternalIoctlOthers(
	PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget, WDFREQUEST Request,
	ULONG IoctlCode, WDFMEMORY OtherArg1, PWDFMEMORY_OFFSET OtherArg1Offset,
	WDFMEMORY OtherArg2, PWDFMEMORY_OFFSET OtherArg2Offset, WDFMEMORY OtherArg4,
	PWDFMEMORY_OFFSET OtherArg4Offset)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct sent_format how = { .type = WdfRequestTypeOther, .others = true, .code = IoctlCode };
	NTSTATUS status;

	(void)target_from_handle(driver, IoTarget);
	status = sent_buffer_of_memory(driver, OtherArg1, OtherArg1Offset, &how.in);
	if (NT_SUCCESS(status))
		status = sent_buffer_of_memory(driver, OtherArg2, OtherArg2Offset, &how.out);
	if (NT_SUCCESS(status))
		status = sent_buffer_of_memory(driver, OtherArg4, OtherArg4Offset, &how.third);
	return NT_SUCCESS(status) ? format(driver, Request, &how) : status;
}
