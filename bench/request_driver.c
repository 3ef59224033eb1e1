/* SPDX-License-Identifier: MIT */
/*
 * request_driver.c - a driver that does with a request what most do: looks at both buffers and at
 * its context, answers. Or it marks it cancelable and answers later, outside its callback. Reads it
 * fills; of writes the first word says whether they are answered at once or later.
 */
#include <wdf.h>

#include "request_driver.h"

typedef struct _CONTEXT {
	ULONG64 uses;
	UCHAR rest[56];
} CONTEXT;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(CONTEXT, GetContext)

static WDFREQUEST pended[BENCH_REQUEST_BATCH];
static ULONG pended_count;

static VOID answer(WDFREQUEST request)
{
	CONTEXT *context;
	ULONG64 *in, *out, first, second;
	NTSTATUS status;

	status = WdfRequestRetrieveInputBuffer(request, BENCH_REQUEST_LEN, (PVOID *)&in, NULL);
	if (NT_SUCCESS(status))
		status = WdfRequestRetrieveOutputBuffer(request, BENCH_REQUEST_LEN, (PVOID *)&out,
							NULL);
	context = GetContext(request);
	if (!NT_SUCCESS(status) || context->uses++) {
		WdfRequestComplete(request, STATUS_UNSUCCESSFUL);
		return;
	}
	first = in[0];
	second = in[1];
	out[0] = first ^ BENCH_REQUEST_KEY;
	out[1] = second + 1;
	WdfRequestCompleteWithInformation(request, STATUS_SUCCESS, BENCH_REQUEST_LEN);
}

static EVT_WDF_REQUEST_CANCEL bench_cancel;
static VOID bench_cancel(WDFREQUEST request)
{
	WdfRequestComplete(request, STATUS_CANCELLED); /* nobody asks for it */
}

static EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL bench_control;
static VOID bench_control(WDFQUEUE queue, WDFREQUEST request, size_t out_len, size_t in_len,
			  ULONG code)
{
	UNREFERENCED_PARAMETER(queue);
	UNREFERENCED_PARAMETER(out_len);
	UNREFERENCED_PARAMETER(in_len);
	if (code != BENCH_REQUEST_PEND) {
		answer(request);
	} else if (pended_count == BENCH_REQUEST_BATCH) {
		WdfRequestComplete(request, STATUS_DEVICE_BUSY);
	} else {
		pended[pended_count++] = request;
		WdfRequestMarkCancelable(request, bench_cancel);
	}
}

/* A frame comes: its first word is @len, its last one the same. */
static EVT_WDF_IO_QUEUE_IO_READ bench_read;
static VOID bench_read(WDFQUEUE queue, WDFREQUEST request, size_t len)
{
	ULONG64 *out;

	UNREFERENCED_PARAMETER(queue);
	if (!NT_SUCCESS(WdfRequestRetrieveOutputBuffer(request, BENCH_REQUEST_FRAME, (PVOID *)&out,
						       NULL))) {
		WdfRequestComplete(request, STATUS_BUFFER_TOO_SMALL);
		return;
	}
	out[0] = len;
	out[BENCH_REQUEST_FRAME / sizeof(*out) - 1] = len;
	WdfRequestCompleteWithInformation(request, STATUS_SUCCESS, BENCH_REQUEST_FRAME);
}

static EVT_WDF_IO_QUEUE_IO_WRITE bench_write;
static VOID bench_write(WDFQUEUE queue, WDFREQUEST request, size_t len)
{
	ULONG64 *in;

	UNREFERENCED_PARAMETER(queue);
	UNREFERENCED_PARAMETER(len);
	if (!NT_SUCCESS(WdfRequestRetrieveInputBuffer(request, BENCH_REQUEST_FRAME, (PVOID *)&in,
						      NULL)))
		WdfRequestComplete(request, STATUS_BUFFER_TOO_SMALL);
	else if (*in != BENCH_REQUEST_LATER || pended_count == BENCH_REQUEST_BATCH)
		WdfRequestComplete(request, STATUS_DEVICE_BUSY);
	else
		pended[pended_count++] = request;
}

static void finish_writes(void)
{
	for (ULONG i = 0; i < pended_count; i++)
		WdfRequestCompleteWithInformation(pended[i], STATUS_SUCCESS, BENCH_REQUEST_FRAME);
	pended_count = 0;
}

static void finish(void)
{
	for (ULONG i = 0; i < pended_count; i++)
		if (WdfRequestUnmarkCancelable(pended[i]) != STATUS_CANCELLED)
			answer(pended[i]);
	pended_count = 0;
}

__attribute__((visibility("default"))) struct bench_request bench_request = {
	.finish = finish, .finish_writes = finish_writes
};

static NTSTATUS bench_device_add(WDFDRIVER driver, PWDFDEVICE_INIT init)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_IO_QUEUE_CONFIG config;
	WDFDEVICE device;
	NTSTATUS status;

	UNREFERENCED_PARAMETER(driver);
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attrs, CONTEXT);
	WdfDeviceInitSetRequestAttributes(init, &attrs);
	status = WdfDeviceCreate(&init, WDF_NO_OBJECT_ATTRIBUTES, &device);
	if (!NT_SUCCESS(status))
		return status;
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDeviceControl = bench_control;
	config.EvtIoRead = bench_read;
	config.EvtIoWrite = bench_write;
	return WdfIoQueueCreate(device, &config, WDF_NO_OBJECT_ATTRIBUTES, WDF_NO_HANDLE);
}

DRIVER_INITIALIZE DriverEntry;
NTSTATUS DriverEntry(PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	WDF_DRIVER_CONFIG config;

	WDF_DRIVER_CONFIG_INIT(&config, bench_device_add);
	return WdfDriverCreate(object, path, WDF_NO_OBJECT_ATTRIBUTES, &config, WDF_NO_HANDLE);
}
