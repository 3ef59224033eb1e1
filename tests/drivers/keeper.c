/* SPDX-License-Identifier: MIT */
/* keeper.c - a driver that holds on to what its client names: see keeper.h. It says what it sees.
 */
#include <wdf.h>

#include "keeper.h"

typedef struct keeper {
	NTSTATUS answer; /* of EvtDeviceQueryRemove */
	BOOLEAN hangs;
	WDFOBJECT object;
	WDFTIMER timer;
	WDFWORKITEM work;
	WDFDPC dpc, behind;
	KEVENT release;
	LONG volatile released; /* for the DPC, which must not wait */
} KEEPER;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(KEEPER, keeper_of);

#define KEEP_TAG ((PVOID)(ULONG_PTR)0x7065654b) /* "Keep" */

/* --- what is due --- */

static VOID on_timer(WDFTIMER timer)
{
	UNREFERENCED_PARAMETER(timer);
}

static VOID on_work(WDFWORKITEM work)
{
	KEEPER *keeper = keeper_of(WdfWorkItemGetParentObject(work));

	DbgPrint("keeper: works\n");
	(void)KeWaitForSingleObject(&keeper->release, Executive, KernelMode, FALSE, NULL);
}

static VOID on_dpc(WDFDPC dpc)
{
	KEEPER *keeper = keeper_of(WdfDpcGetParentObject(dpc));

	DbgPrint("keeper: stalls\n");
	for (ULONG i = 0; i < 20000 && !InterlockedOr(&keeper->released, 0); i++)
		KeStallExecutionProcessor(50);
}

static VOID on_dpc_behind(WDFDPC dpc)
{
	UNREFERENCED_PARAMETER(dpc);
	DbgPrint("keeper: behind\n");
}

static VOID release(KEEPER *keeper)
{
	(void)InterlockedExchange(&keeper->released, TRUE);
	(void)KeSetEvent(&keeper->release, 0, FALSE);
}

static NTSTATUS create_dpc(WDFDEVICE device, PFN_WDF_DPC callback, WDFDPC *out)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_DPC_CONFIG config;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = device;
	WDF_DPC_CONFIG_INIT(&config, callback);
	config.AutomaticSerialization = FALSE;
	return WdfDpcCreate(&config, &attrs, out);
}

static NTSTATUS create_work(WDFDEVICE device, KEEPER *keeper)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_TIMER_CONFIG timer;
	WDF_WORKITEM_CONFIG work;
	NTSTATUS status;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = device;
	WDF_TIMER_CONFIG_INIT(&timer, on_timer);
	WDF_WORKITEM_CONFIG_INIT(&work, on_work);
	work.AutomaticSerialization = FALSE;
	status = WdfObjectCreate(&attrs, &keeper->object);
	if (NT_SUCCESS(status))
		status = WdfTimerCreate(&timer, &attrs, &keeper->timer);
	if (NT_SUCCESS(status))
		status = WdfWorkItemCreate(&work, &attrs, &keeper->work);
	if (NT_SUCCESS(status))
		status = create_dpc(device, on_dpc, &keeper->dpc);
	return NT_SUCCESS(status) ? create_dpc(device, on_dpc_behind, &keeper->behind) : status;
}

/* --- requests --- */

static NTSTATUS leak(WDFDEVICE device, ULONG count)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	NTSTATUS status = STATUS_SUCCESS;
	WDFOBJECT object;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = device;
	for (ULONG i = 0; i < count && NT_SUCCESS(status); i++) {
		status = WdfObjectCreate(&attrs, &object);
		if (!NT_SUCCESS(status))
			break;
		WdfObjectReferenceWithTag(object, KEEP_TAG);
		WdfObjectDelete(object);
	}
	return status;
}

static NTSTATUS make_in(WDFOBJECT parent, WDFOBJECT *out)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	NTSTATUS status;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = parent;
	status = WdfObjectCreate(&attrs, out);
	if (NT_SUCCESS(status))
		DbgPrint("keeper: made %p\n", *out);
	return status;
}

/* One that goes; in it one that stays, and one in that that stays, too. */
static NTSTATUS leak_tree(WDFDEVICE device)
{
	WDFOBJECT goes, stays, below;
	NTSTATUS status = make_in(device, &goes);

	if (NT_SUCCESS(status))
		status = make_in(goes, &stays);
	if (NT_SUCCESS(status))
		status = make_in(stays, &below);
	if (!NT_SUCCESS(status))
		return status;
	WdfObjectReferenceWithTag(stays, KEEP_TAG);
	WdfObjectReferenceWithTag(below, KEEP_TAG);
	return STATUS_SUCCESS;
}

static NTSTATUS take(WDFREQUEST request, PULONG value)
{
	PULONG in;
	NTSTATUS status = WdfRequestRetrieveInputBuffer(request, sizeof(*in), (PVOID *)&in, NULL);

	if (NT_SUCCESS(status))
		*value = *in;
	return status;
}

static NTSTATUS obey(WDFDEVICE device, WDFREQUEST request, ULONG code)
{
	KEEPER *keeper = keeper_of(device);
	ULONG value = 0;
	NTSTATUS status = STATUS_SUCCESS;

	if (code == KEEPER_REFUSE || code == KEEPER_LEAK || code == KEEPER_REFERENCE)
		status = take(request, &value);
	if (!NT_SUCCESS(status))
		return status;
	switch (code) {
	case KEEPER_REFUSE:
		keeper->answer = (NTSTATUS)value;
		return STATUS_SUCCESS;
	case KEEPER_REFERENCE:
		while (value--)
			WdfObjectReferenceWithTag(keeper->object, KEEP_TAG);
		return STATUS_SUCCESS;
	case KEEPER_DELETE:
		WdfObjectDelete(keeper->object);
		return STATUS_SUCCESS;
	case KEEPER_TIMER:
		(void)WdfTimerStart(keeper->timer, WDF_REL_TIMEOUT_IN_SEC(3600));
		return STATUS_SUCCESS;
	case KEEPER_WORK:
		WdfWorkItemEnqueue(keeper->work);
		return STATUS_SUCCESS;
	case KEEPER_DPC:
		(void)WdfDpcEnqueue(keeper->dpc);
		(void)WdfDpcEnqueue(keeper->behind);
		return STATUS_SUCCESS;
	case KEEPER_RELEASE:
		release(keeper);
		return STATUS_SUCCESS;
	case KEEPER_FAIL:
		WdfDeviceSetFailed(device, WdfDeviceFailedNoRestart);
		return STATUS_SUCCESS;
	case KEEPER_HANG:
		keeper->hangs = TRUE;
		return STATUS_SUCCESS;
	case KEEPER_TREE:
		return leak_tree(device);
	case KEEPER_LEAK:
		return leak(device, value);
	default:
		return STATUS_INVALID_DEVICE_REQUEST;
	}
}

static VOID on_control(WDFQUEUE queue, WDFREQUEST request, size_t out_length, size_t in_length,
		       ULONG code)
{
	UNREFERENCED_PARAMETER(out_length);
	UNREFERENCED_PARAMETER(in_length);
	WdfRequestComplete(request, obey(WdfIoQueueGetDevice(queue), request, code));
}

/* --- the device --- */

static NTSTATUS on_query_remove(WDFDEVICE device)
{
	KEEPER *keeper = keeper_of(device);

	DbgPrint("keeper: query remove\n");
	if (keeper->hangs)
		(void)KeWaitForSingleObject(&keeper->release, Executive, KernelMode, FALSE, NULL);
	return keeper->answer;
}

static VOID on_surprise_removal(WDFDEVICE device)
{
	UNREFERENCED_PARAMETER(device);
	DbgPrint("keeper: surprise removal\n");
}

static NTSTATUS on_d0_exit(WDFDEVICE device, WDF_POWER_DEVICE_STATE target)
{
	UNREFERENCED_PARAMETER(target);
	DbgPrint("keeper: D0 exit\n");
	release(keeper_of(device));
	return STATUS_SUCCESS;
}

static NTSTATUS on_device_add(WDFDRIVER driver, PWDFDEVICE_INIT init)
{
	WDF_PNPPOWER_EVENT_CALLBACKS power;
	WDF_OBJECT_ATTRIBUTES attributes;
	WDF_IO_QUEUE_CONFIG queue;
	WDFDEVICE device;
	NTSTATUS status;

	UNREFERENCED_PARAMETER(driver);
	WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&power);
	power.EvtDeviceQueryRemove = on_query_remove;
	power.EvtDeviceSurpriseRemoval = on_surprise_removal;
	power.EvtDeviceD0Exit = on_d0_exit;
	WdfDeviceInitSetPnpPowerEventCallbacks(init, &power);
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, KEEPER);
	status = WdfDeviceCreate(&init, &attributes, &device);
	if (!NT_SUCCESS(status))
		return status;
	KeInitializeEvent(&keeper_of(device)->release, NotificationEvent, FALSE);
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&queue, WdfIoQueueDispatchParallel);
	queue.EvtIoDeviceControl = on_control;
	status = WdfIoQueueCreate(device, &queue, WDF_NO_OBJECT_ATTRIBUTES, WDF_NO_HANDLE);
	return NT_SUCCESS(status) ? create_work(device, keeper_of(device)) : status;
}

static VOID on_unload(WDFDRIVER driver)
{
	UNREFERENCED_PARAMETER(driver);
	DbgPrint("keeper: unload\n");
}

DRIVER_INITIALIZE DriverEntry;
NTSTATUS DriverEntry(PDRIVER_OBJECT object, PUNICODE_STRING registry_path)
{
	WDF_DRIVER_CONFIG config;

	WDF_DRIVER_CONFIG_INIT(&config, on_device_add);
	config.EvtDriverUnload = on_unload;
	return WdfDriverCreate(object, registry_path, WDF_NO_OBJECT_ATTRIBUTES, &config,
			       WDF_NO_HANDLE);
}
