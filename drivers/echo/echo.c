/* SPDX-License-Identifier: MIT */
/* echo.c - a driver that says later what it was told: requests that wait, and may be cancelled. */
#include "echo.h"

#include "uwdf_echo.h"

/* 1. Writes: what they bring is kept. */

static NTSTATUS echo_keep(WDFQUEUE queue, WDFREQUEST request, size_t length)
{
	ECHO *echo = echo_of(queue);
	WDF_OBJECT_ATTRIBUTES attributes;
	WDFMEMORY kept;
	PVOID from, to;
	NTSTATUS status;

	if (length > ECHO_MOST_BYTES)
		return STATUS_INVALID_BUFFER_SIZE;
	status = WdfRequestRetrieveInputBuffer(request, 1, &from, NULL);
	if (!NT_SUCCESS(status))
		return status;
	WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
	attributes.ParentObject = queue; /* with which the last one goes */
	status = WdfMemoryCreate(&attributes, NonPagedPoolNx, 0, length, &kept, &to);
	if (!NT_SUCCESS(status))
		return status;
	RtlCopyMemory(to, from, length);
	if (echo->kept)
		WdfObjectDelete(echo->kept);
	echo->kept = kept;
	return STATUS_SUCCESS;
}

static VOID echo_io_write(WDFQUEUE queue, WDFREQUEST request, size_t length)
{
	NTSTATUS status = echo_keep(queue, request, length);

	WdfRequestCompleteWithInformation(request, status, NT_SUCCESS(status) ? length : 0);
}

/* 2. Reads, which wait until one of three ends them: the time, a cancellation, the device's stop.
 */

VOID echo_start_timer(ECHO *echo)
{
	ULONG delay_ms = (ULONG)ReadNoFence((volatile LONG *)&echo->delay_ms);

	echo->due = KeQueryInterruptTime() + (ULONGLONG)delay_ms * 10000;
	WdfTimerStart(echo->timer, WDF_REL_TIMEOUT_IN_MS(delay_ms));
}

static VOID echo_canceled(WDFREQUEST request)
{
	ECHO *echo = echo_of(WdfRequestGetIoQueue(request));

	echo_forget(echo);
	/* before the next read can start it */
	WdfTimerStop(echo->timer, FALSE);
	WdfRequestComplete(request, STATUS_CANCELLED);
}

static VOID echo_io_read(WDFQUEUE queue, WDFREQUEST request, size_t length)
{
	NTSTATUS status = echo_wait(echo_of(queue), request, echo_canceled);

	UNREFERENCED_PARAMETER(length);
	if (!NT_SUCCESS(status))
		WdfRequestComplete(request, status);
}

static VOID echo_answer(ECHO *echo, WDFREQUEST request)
{
	size_t kept = 0, room = 0;
	PVOID to, from = echo->kept ? WdfMemoryGetBuffer(echo->kept, &kept) : NULL;
	NTSTATUS status = WdfRequestRetrieveOutputBuffer(request, 1, &to, &room);

	kept = kept < room ? kept : room;
	if (NT_SUCCESS(status) && kept)
		RtlCopyMemory(to, from, kept);
	WdfRequestCompleteWithInformation(request, status, kept);
}

/* It may have been due for a read that was cancelled, and come for the next: that one waits on. */
static VOID echo_time_is_up(WDFTIMER timer)
{
	ECHO *echo = echo_of(WdfTimerGetParentObject(timer));
	WDFREQUEST request = echo_take(echo, KeQueryInterruptTime());

	if (request)
		echo_answer(echo, request);
}

/* There is no hardware in it: without power a read may wait on. For good, it ends. */
static VOID echo_io_stop(WDFQUEUE queue, WDFREQUEST request, ULONG flags)
{
	ECHO *echo = echo_of(queue);

	if (flags & WdfRequestStopActionSuspend) {
		echo_wait_on(echo, request);
		return;
	}
	request = echo_take(echo, ECHO_AT_ONCE);
	if (!request)
		return;
	WdfTimerStop(echo->timer, FALSE);
	WdfRequestComplete(request, STATUS_CANCELLED);
}

/* 3. Control codes have a queue of their own: they need not wait for a read that does. */

typedef struct echo_controls {
	ECHO *echo; /* the other queue's */
} ECHO_CONTROLS;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(ECHO_CONTROLS, echo_controls_of)

static NTSTATUS echo_set_delay(ECHO *echo, WDFREQUEST request)
{
	PVOID in;
	ULONG delay_ms;
	NTSTATUS status = WdfRequestRetrieveInputBuffer(request, sizeof(delay_ms), &in, NULL);

	if (!NT_SUCCESS(status))
		return status;
	RtlCopyMemory(&delay_ms, in, sizeof(delay_ms));
	if (delay_ms > ECHO_MOST_DELAY_MS)
		return STATUS_INVALID_PARAMETER;
	WriteNoFence((volatile LONG *)&echo->delay_ms, (LONG)delay_ms);
	return STATUS_SUCCESS;
}

static VOID echo_io_control(WDFQUEUE queue, WDFREQUEST request, size_t out_length, size_t in_length,
			    ULONG code)
{
	NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;

	UNREFERENCED_PARAMETER(out_length);
	UNREFERENCED_PARAMETER(in_length);
	if (code == IOCTL_ECHO_SET_DELAY)
		status = echo_set_delay(echo_controls_of(queue)->echo, request);
	WdfRequestComplete(request, status);
}

/* 4. The device's objects. */

static NTSTATUS echo_create_timer(WDFQUEUE queue, PWDF_TIMER_CONFIG config)
{
	WDF_OBJECT_ATTRIBUTES attributes;

	WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
	attributes.ParentObject = queue;
	return WdfTimerCreate(config, &attributes, &echo_of(queue)->timer);
}

static NTSTATUS echo_create_queue(WDFDEVICE device, WDFQUEUE *queue)
{
	WDF_OBJECT_ATTRIBUTES attributes;
	WDF_IO_QUEUE_CONFIG config;
	WDF_TIMER_CONFIG timer;
	NTSTATUS status;

	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchSequential);
	config.EvtIoRead = echo_io_read;
	config.EvtIoWrite = echo_io_write;
	config.EvtIoStop = echo_io_stop;
	WDF_TIMER_CONFIG_INIT(&timer, echo_time_is_up);
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, ECHO);
	echo_describe(&attributes, &timer);
	status = WdfIoQueueCreate(device, &config, &attributes, queue);
	if (!NT_SUCCESS(status))
		return status;
	echo_of(*queue)->delay_ms = ECHO_DELAY_MS;
	status = echo_furnish(*queue);
	return NT_SUCCESS(status) ? echo_create_timer(*queue, &timer) : status;
}

static NTSTATUS echo_create_controls(WDFDEVICE device, WDFQUEUE echo)
{
	WDF_OBJECT_ATTRIBUTES attributes;
	WDF_IO_QUEUE_CONFIG config;
	WDFQUEUE queue;
	NTSTATUS status;

	WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDeviceControl = echo_io_control;
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, ECHO_CONTROLS);
	status = WdfIoQueueCreate(device, &config, &attributes, &queue);
	if (!NT_SUCCESS(status))
		return status;
	echo_controls_of(queue)->echo = echo_of(echo);
	return WdfDeviceConfigureRequestDispatching(device, queue, WdfRequestTypeDeviceControl);
}

static NTSTATUS echo_device_add(WDFDRIVER driver, PWDFDEVICE_INIT init)
{
	static const GUID interface = ECHO_INTERFACE_GUID_INIT;
	WDFDEVICE device;
	WDFQUEUE queue;
	NTSTATUS status;

	UNREFERENCED_PARAMETER(driver);
	status = WdfDeviceCreate(&init, WDF_NO_OBJECT_ATTRIBUTES, &device);
	if (NT_SUCCESS(status))
		status = echo_create_queue(device, &queue);
	if (NT_SUCCESS(status))
		status = echo_create_controls(device, queue);
	if (NT_SUCCESS(status))
		status = WdfDeviceCreateDeviceInterface(device, &interface, NULL);
	return status;
}

DRIVER_INITIALIZE DriverEntry;
NTSTATUS DriverEntry(PDRIVER_OBJECT object, PUNICODE_STRING registry_path)
{
	WDF_DRIVER_CONFIG config;

	WDF_DRIVER_CONFIG_INIT(&config, echo_device_add);
	return WdfDriverCreate(object, registry_path, WDF_NO_OBJECT_ATTRIBUTES, &config,
			       WDF_NO_HANDLE);
}
