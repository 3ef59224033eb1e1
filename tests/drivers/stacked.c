/* SPDX-License-Identifier: MIT */
/* stacked.c - a driver for any place in a stack: it says what is called, and does as it is told. */
#include "stacked.h"

/* A file object of each level has one of these. */
typedef struct {
	ULONG value;
} FILE_CONTEXT;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(FILE_CONTEXT, file_context)

static struct stacked_script nothing;
__attribute__((visibility("default"))) struct stacked_script *stacked_script = &nothing;
#define script stacked_script

static void note(const char *word)
{
	if (script->note)
		script->note(script->name, word);
}

static NTSTATUS answer(const char *word)
{
	if (!script->quiet)
		note(word);
	for (const char *a = script->fail, *b = word; a && *a == *b; a++, b++)
		if (!*a)
			return STATUS_DEVICE_HARDWARE_ERROR;
	return STATUS_SUCCESS;
}

/* --- PnP --- */

static NTSTATUS on_prepare(WDFDEVICE device, WDFCMRESLIST raw, WDFCMRESLIST translated)
{
	(void)device;
	(void)translated;
	script->prepared = WdfCmResourceListGetCount(raw);
	return answer("PrepareHardware");
}

static NTSTATUS on_filter_remove(WDFDEVICE device, WDFIORESREQLIST list)
{
	(void)device;
	(void)list;
	return answer("FilterRemove");
}

/* To the first configuration. */
static NTSTATUS on_filter_add(WDFDEVICE device, WDFIORESREQLIST list)
{
	IO_RESOURCE_DESCRIPTOR mine;
	NTSTATUS status;

	(void)device;
	RtlZeroMemory(&mine, sizeof(mine));
	mine.Type = CmResourceTypeDevicePrivate;
	status = WdfIoResourceListAppendDescriptor(
		WdfIoResourceRequirementsListGetIoResList(list, 0), &mine);
	return NT_SUCCESS(status) ? answer("FilterAdd") : status;
}

static NTSTATUS on_remove_added(WDFDEVICE device, WDFCMRESLIST raw, WDFCMRESLIST translated)
{
	(void)device;
	script->given = WdfCmResourceListGetCount(raw);
	WdfCmResourceListRemove(raw, script->given - 1);
	if (!script->takes_half)
		WdfCmResourceListRemove(translated, script->given - 1);
	return answer("RemoveAdded");
}

static void set_requirements(PWDFDEVICE_INIT init)
{
	WDF_FDO_EVENT_CALLBACKS callbacks;

	WDF_FDO_EVENT_CALLBACKS_INIT(&callbacks);
	callbacks.EvtDeviceFilterRemoveResourceRequirements = on_filter_remove;
	callbacks.EvtDeviceFilterAddResourceRequirements = on_filter_add;
	callbacks.EvtDeviceRemoveAddedResources = on_remove_added;
	WdfFdoInitSetEventCallbacks(init, &callbacks);
}

static NTSTATUS on_release(WDFDEVICE device, WDFCMRESLIST translated)
{
	(void)device;
	(void)translated;
	return answer("ReleaseHardware");
}

static NTSTATUS on_d0_entry(WDFDEVICE device, WDF_POWER_DEVICE_STATE previous)
{
	(void)device;
	(void)previous;
	return answer("D0Entry");
}

static NTSTATUS on_d0_entry_post(WDFDEVICE device, WDF_POWER_DEVICE_STATE previous)
{
	(void)device;
	(void)previous;
	return answer("D0EntryPost");
}

static NTSTATUS on_d0_exit_pre(WDFDEVICE device, WDF_POWER_DEVICE_STATE target)
{
	(void)device;
	(void)target;
	return answer("D0ExitPre");
}

static NTSTATUS on_d0_exit(WDFDEVICE device, WDF_POWER_DEVICE_STATE target)
{
	(void)device;
	(void)target;
	return answer("D0Exit");
}

static NTSTATUS on_smio_init(WDFDEVICE device)
{
	(void)device;
	return answer("SmioInit");
}

static NTSTATUS on_smio_suspend(WDFDEVICE device)
{
	(void)device;
	return answer("SmioSuspend");
}

static void on_smio_flush(WDFDEVICE device)
{
	(void)device;
	(void)answer("SmioFlush");
}

static void on_smio_cleanup(WDFDEVICE device)
{
	(void)device;
	(void)answer("SmioCleanup");
}

static NTSTATUS on_query_remove(WDFDEVICE device)
{
	(void)device;
	return answer("QueryRemove");
}

static void on_surprise(WDFDEVICE device)
{
	(void)device;
	(void)answer("SurpriseRemoval");
}

static void on_device_cleanup(WDFOBJECT device)
{
	(void)device;
	(void)answer("DeviceCleanup");
}

static void set_pnp(PWDFDEVICE_INIT init)
{
	WDF_PNPPOWER_EVENT_CALLBACKS pnp;

	WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&pnp);
	pnp.EvtDevicePrepareHardware = on_prepare;
	pnp.EvtDeviceReleaseHardware = on_release;
	pnp.EvtDeviceD0Entry = on_d0_entry;
	pnp.EvtDeviceD0EntryPostInterruptsEnabled = on_d0_entry_post;
	pnp.EvtDeviceD0ExitPreInterruptsDisabled = on_d0_exit_pre;
	pnp.EvtDeviceD0Exit = on_d0_exit;
	pnp.EvtDeviceSelfManagedIoInit = on_smio_init;
	pnp.EvtDeviceSelfManagedIoSuspend = on_smio_suspend;
	pnp.EvtDeviceSelfManagedIoFlush = on_smio_flush;
	pnp.EvtDeviceSelfManagedIoCleanup = on_smio_cleanup;
	pnp.EvtDeviceQueryRemove = on_query_remove;
	pnp.EvtDeviceSurpriseRemoval = on_surprise;
	WdfDeviceInitSetPnpPowerEventCallbacks(init, &pnp);
}

/* --- files --- */

static void send(WDFREQUEST request);

static void on_create(WDFDEVICE device, WDFREQUEST request, WDFFILEOBJECT file)
{
	(void)device;
	note("Create");
	if (file) {
		script->file = file;
		file_context(file)->value++;
	}
	if (script->sends_creates)
		send(request);
	else
		WdfRequestComplete(request, script->create_status);
}

static void on_cleanup(WDFFILEOBJECT file)
{
	(void)file;
	note("Cleanup");
}

static void on_close(WDFFILEOBJECT file)
{
	(void)file;
	note("Close");
}

static void on_file_destroy(WDFOBJECT file)
{
	(void)file;
	note("FileGone");
}

static void set_files(PWDFDEVICE_INIT init)
{
	WDF_FILEOBJECT_CONFIG config;
	WDF_OBJECT_ATTRIBUTES attrs;

	WDF_FILEOBJECT_CONFIG_INIT(&config, script->creates ? on_create : NULL, on_close,
				   on_cleanup);
	config.AutoForwardCleanupClose = script->forward;
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attrs, FILE_CONTEXT);
	attrs.EvtCleanupCallback = on_file_destroy;
	WdfDeviceInitSetFileObjectConfig(init, &config, &attrs);
}

/* --- requests --- */

static void on_cancel(WDFREQUEST request)
{
	note("Cancel");
	script->kept = NULL;
	WdfRequestComplete(request, STATUS_CANCELLED);
}

static void on_sent(WDFREQUEST request, WDFIOTARGET target, PWDF_REQUEST_COMPLETION_PARAMS params,
		    WDFCONTEXT context)
{
	(void)target;
	(void)context;
	note("Back");
	WdfRequestCompleteWithInformation(request, params->IoStatus.Status,
					  params->IoStatus.Information);
}

static void send(WDFREQUEST request)
{
	WDF_REQUEST_SEND_OPTIONS options;
	ULONG flags = 0;

	if (script->way == STACKED_FORGET)
		flags = WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET;
	else if (script->way == STACKED_SEND_WAIT)
		flags = WDF_REQUEST_SEND_OPTION_SYNCHRONOUS;
	WDF_REQUEST_SEND_OPTIONS_INIT(&options, flags);
	if (script->way != STACKED_FORGET)
		WdfRequestFormatRequestUsingCurrentType(request);
	if (script->way == STACKED_SEND)
		WdfRequestSetCompletionRoutine(request, on_sent, NULL);
	if (!WdfRequestSend(request, WdfDeviceGetIoTarget(script->device), &options))
		WdfRequestComplete(request, WdfRequestGetStatus(request));
	else if (script->way == STACKED_SEND_WAIT)
		WdfRequestCompleteWithInformation(request, WdfRequestGetStatus(request),
						  WdfRequestGetInformation(request));
}

static void look_at_input(WDFREQUEST request)
{
	size_t len;

	if (!NT_SUCCESS(WdfRequestRetrieveInputBuffer(request, 1, &script->input, &len)))
		script->input = NULL;
}

static void handle(WDFREQUEST request, const char *word)
{
	note(word);
	look_at_input(request);
	if (WdfRequestGetFileObject(request))
		script->file = WdfRequestGetFileObject(request);
	if (script->way == STACKED_COMPLETE) {
		WdfRequestCompleteWithInformation(request, STATUS_SUCCESS, script->information);
		return;
	}
	if (script->way >= STACKED_FORGET) {
		send(request);
		return;
	}
	script->kept = request;
	if (script->way == STACKED_KEEP_MARKED)
		WdfRequestMarkCancelable(request, on_cancel);
}

static void on_read(WDFQUEUE queue, WDFREQUEST request, size_t len)
{
	(void)queue;
	(void)len;
	handle(request, "Read");
}

static void on_write(WDFQUEUE queue, WDFREQUEST request, size_t len)
{
	(void)queue;
	(void)len;
	handle(request, "Write");
}

static void on_control(WDFQUEUE queue, WDFREQUEST request, size_t out, size_t in, ULONG code)
{
	(void)queue;
	(void)out;
	(void)in;
	(void)code;
	handle(request, "Control");
}

static void on_internal(WDFQUEUE queue, WDFREQUEST request, size_t out, size_t in, ULONG code)
{
	(void)queue;
	(void)out;
	(void)in;
	(void)code;
	handle(request, "Internal");
}

static void on_default(WDFQUEUE queue, WDFREQUEST request)
{
	(void)queue;
	handle(request, "Default");
}

static void on_stop(WDFQUEUE queue, WDFREQUEST request, ULONG action)
{
	(void)queue;
	note(action & WdfRequestStopActionPurge ? "Purge" : "Stop");
	if (script->kept != request) { /* it is below */
		if (action & WdfRequestStopActionPurge)
			WdfRequestCancelSentRequest(request);
		else
			WdfRequestStopAcknowledge(request, FALSE);
		return;
	}
	if (action & WdfRequestStopRequestCancelable && WdfRequestUnmarkCancelable(request))
		return;
	script->kept = NULL;
	WdfRequestComplete(request, STATUS_DEVICE_NOT_READY);
}

static NTSTATUS make_queue(WDFDEVICE device)
{
	WDF_IO_QUEUE_CONFIG config;
	ULONG h = script->handlers;

	if (!h && !script->dispatch)
		return STATUS_SUCCESS;
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(
		&config, script->dispatch ? script->dispatch : WdfIoQueueDispatchParallel);
	config.EvtIoRead = h & STACKED_READ ? on_read : NULL;
	config.EvtIoWrite = h & STACKED_WRITE ? on_write : NULL;
	config.EvtIoDeviceControl = h & STACKED_CONTROL ? on_control : NULL;
	config.EvtIoInternalDeviceControl = h & STACKED_INTERNAL ? on_internal : NULL;
	config.EvtIoDefault = h & STACKED_DEFAULT ? on_default : NULL;
	config.EvtIoStop = on_stop;
	return WdfIoQueueCreate(device, &config, WDF_NO_OBJECT_ATTRIBUTES, WDF_NO_HANDLE);
}

static void on_caller_context(WDFDEVICE device, WDFREQUEST request)
{
	NTSTATUS status;

	note("InCaller");
	status = WdfDeviceEnqueueRequest(device, request);
	if (!NT_SUCCESS(status))
		WdfRequestComplete(request, status);
}

/* --- the device and the driver --- */

static NTSTATUS make_device(PWDFDEVICE_INIT init)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	NTSTATUS status;

	set_pnp(init);
	if (script->requirements)
		set_requirements(init);
	if (script->files || script->creates)
		set_files(init);
	if (script->device_type)
		WdfDeviceInitSetDeviceType(init, script->device_type);
	if (script->in_caller_context)
		WdfDeviceInitSetIoInCallerContextCallback(init, on_caller_context);
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.EvtCleanupCallback = on_device_cleanup;
	status = WdfDeviceCreate(&init, &attrs, &script->device);
	if (NT_SUCCESS(status) && script->interface)
		status = WdfDeviceCreateDeviceInterface(script->device, script->interface, NULL);
	return NT_SUCCESS(status) ? make_queue(script->device) : status;
}

static NTSTATUS on_device_add(WDFDRIVER driver, PWDFDEVICE_INIT init)
{
	NTSTATUS status = STATUS_SUCCESS;

	(void)driver;
	if (script->filter)
		WdfFdoInitSetFilter(init);
	if (!script->no_device)
		status = make_device(init);
	return NT_SUCCESS(status) ? answer("DeviceAdd") : status;
}

static void on_unload(WDFDRIVER driver)
{
	(void)driver;
	(void)answer("Unload");
}

DRIVER_INITIALIZE DriverEntry;
NTSTATUS DriverEntry(PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	WDF_DRIVER_CONFIG config;

	WDF_DRIVER_CONFIG_INIT(&config, on_device_add);
	config.EvtDriverUnload = on_unload;
	return WdfDriverCreate(object, path, WDF_NO_OBJECT_ATTRIBUTES, &config, WDF_NO_HANDLE);
}
