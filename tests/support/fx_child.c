/* SPDX-License-Identifier: MIT */
#include "fx_child.h"

#include <stdio.h>
#include <string.h>

#define AWAIT_MS 60000

struct child_script child_script;
WDFDEVICE child_devices[CHILD_MAX];
unsigned int child_count;
WDFQUEUE child_parent_queue;
WDFREQUEST child_kept;
const GUID child_interface = { 0x5d1e0a3c, 0x1f2b, 0x4c11, { 0x9a, 1, 2, 3, 4, 5, 6, 7 } };

typedef struct CHILD {
	unsigned int number;
} CHILD;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(CHILD, child_of)

static UNICODE_STRING text_of(PCWSTR text)
{
	UNICODE_STRING string;

	RtlInitUnicodeString(&string, text);
	return string;
}

/* Notes the callback and says what it returns. */
static NTSTATUS answer(WDFOBJECT object, const char *name)
{
	char word[48];

	(void)snprintf(word, sizeof(word), "%s%u", name, child_of(object)->number);
	fx_note(word);
	if (child_script.in_any)
		child_script.in_any(word);
	return child_script.fail && !strcmp(word, child_script.fail) ? STATUS_UNSUCCESSFUL
								     : STATUS_SUCCESS;
}

/* --- callbacks --- */

static NTSTATUS on_prepare(WDFDEVICE device, WDFCMRESLIST raw, WDFCMRESLIST translated)
{
	assert_int_equal(WdfCmResourceListGetCount(raw), 0);
	assert_int_equal(WdfCmResourceListGetCount(translated), 0);
	return answer(device, "Prepare");
}

static NTSTATUS on_release(WDFDEVICE device, WDFCMRESLIST translated)
{
	(void)translated;
	return answer(device, "Release");
}

static NTSTATUS on_d0_entry(WDFDEVICE device, WDF_POWER_DEVICE_STATE previous)
{
	assert_int_equal(previous, WdfPowerDeviceD3Final);
	return answer(device, "Entry");
}

static NTSTATUS on_d0_exit(WDFDEVICE device, WDF_POWER_DEVICE_STATE target)
{
	(void)target;
	return answer(device, "Exit");
}

static NTSTATUS on_smio_init(WDFDEVICE device)
{
	return answer(device, "Init");
}

static NTSTATUS on_smio_suspend(WDFDEVICE device)
{
	return answer(device, "Suspend");
}

static VOID on_smio_flush(WDFDEVICE device)
{
	(void)answer(device, "Flush");
}

static VOID on_smio_cleanup(WDFDEVICE device)
{
	(void)answer(device, "SmioCleanup");
}

static NTSTATUS on_query_remove(WDFDEVICE device)
{
	return answer(device, "QueryRemove");
}

static VOID on_surprise(WDFDEVICE device)
{
	(void)answer(device, "Surprise");
}

static VOID on_missing(WDFDEVICE device)
{
	(void)answer(device, "Missing");
}

static VOID on_cleanup(WDFOBJECT object)
{
	(void)answer(object, "Cleanup");
}

static void forward(WDFREQUEST request)
{
	WDF_REQUEST_FORWARD_OPTIONS options;
	NTSTATUS status;

	WDF_REQUEST_FORWARD_OPTIONS_INIT(&options);
	status = WdfRequestForwardToParentDeviceIoQueue(request, child_parent_queue, &options);
	if (!NT_SUCCESS(status))
		WdfRequestComplete(request, status);
}

static VOID on_io(WDFQUEUE queue, WDFREQUEST request)
{
	void *out;

	(void)queue;
	if (child_script.forwards) {
		forward(request);
	} else if (child_script.keeps) {
		child_kept = request;
		fx_note("Kept");
	} else if (NT_SUCCESS(WdfRequestRetrieveOutputBuffer(request, 6, &out, NULL))) {
		memcpy(out, "child", 6);
		WdfRequestCompleteWithInformation(request, STATUS_SUCCESS, 6);
	} else {
		WdfRequestComplete(request, STATUS_SUCCESS);
	}
}

static VOID on_parent_io(WDFQUEUE queue, WDFREQUEST request)
{
	(void)queue;
	child_kept = request;
	fx_note("ParentKept");
	if (child_script.parent_answers)
		WdfRequestComplete(request, STATUS_SUCCESS);
}

static VOID on_stop(WDFQUEUE queue, WDFREQUEST request, ULONG action)
{
	(void)queue;
	if (action & WdfRequestStopActionPurge) {
		fx_note("StopPurge");
		WdfRequestComplete(request, STATUS_CANCELLED);
	} else {
		fx_note("StopSuspend");
		WdfRequestStopAcknowledge(request, FALSE);
	}
}

/* --- making them --- */

static void register_callbacks(PWDFDEVICE_INIT init)
{
	WDF_PNPPOWER_EVENT_CALLBACKS pnp;
	WDF_PDO_EVENT_CALLBACKS events;

	WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&pnp);
	pnp.EvtDevicePrepareHardware = on_prepare;
	pnp.EvtDeviceReleaseHardware = on_release;
	pnp.EvtDeviceD0Entry = on_d0_entry;
	pnp.EvtDeviceD0Exit = on_d0_exit;
	pnp.EvtDeviceSelfManagedIoInit = on_smio_init;
	pnp.EvtDeviceSelfManagedIoSuspend = on_smio_suspend;
	pnp.EvtDeviceSelfManagedIoFlush = on_smio_flush;
	pnp.EvtDeviceSelfManagedIoCleanup = on_smio_cleanup;
	pnp.EvtDeviceQueryRemove = on_query_remove;
	pnp.EvtDeviceSurpriseRemoval = on_surprise;
	WdfDeviceInitSetPnpPowerEventCallbacks(init, &pnp);
	WDF_PDO_EVENT_CALLBACKS_INIT(&events);
	events.EvtDeviceReportedMissing = on_missing;
	WdfPdoInitSetEventCallbacks(init, &events);
}

static NTSTATUS assign_ids(PWDFDEVICE_INIT init)
{
	WCHAR number = (WCHAR)('0' + child_count);
	UNICODE_STRING id = text_of(L"UWDF\\Child"), hardware = text_of(L"UWDF\\Thing");
	UNICODE_STRING instance = { sizeof(number), sizeof(number), &number };
	UNICODE_STRING what = text_of(L"a thing");
	NTSTATUS status = STATUS_SUCCESS;

	if (!child_script.no_id)
		status = WdfPdoInitAssignDeviceID(init, &id);
	if (NT_SUCCESS(status))
		status = WdfPdoInitAssignInstanceID(init, &instance);
	if (NT_SUCCESS(status))
		status = WdfPdoInitAssignContainerID(init, &what);
	if (NT_SUCCESS(status))
		status = WdfPdoInitAddHardwareID(init, &hardware);
	if (NT_SUCCESS(status))
		status = WdfPdoInitAddCompatibleID(init, &id);
	if (NT_SUCCESS(status))
		status = WdfPdoInitAddDeviceText(init, &what, &instance, 0x409);
	return status;
}

static NTSTATUS fill_init(PWDFDEVICE_INIT init)
{
	NTSTATUS status = assign_ids(init);

	register_callbacks(init);
	WdfPdoInitSetDefaultLocale(init, 0x409);
	if (NT_SUCCESS(status) && !child_script.not_raw)
		status = WdfPdoInitAssignRawDevice(init, &child_interface);
	if (child_script.forwards)
		WdfPdoInitAllowForwardingRequestToParent(init);
	if (child_script.in_init)
		child_script.in_init(init);
	return status;
}

static NTSTATUS create(PWDFDEVICE_INIT *init, WDFDEVICE *out)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	NTSTATUS status;

	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attrs, CHILD);
	attrs.EvtCleanupCallback = on_cleanup;
	status = WdfDeviceCreate(init, &attrs, out);
	if (NT_SUCCESS(status))
		child_of(*out)->number = child_count;
	return status;
}

static NTSTATUS fill_device(WDFDEVICE device)
{
	UNICODE_STRING link;
	WDF_IO_QUEUE_CONFIG config;
	NTSTATUS status;

	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDefault = on_io;
	config.EvtIoStop = on_stop;
	status = WdfIoQueueCreate(device, &config, WDF_NO_OBJECT_ATTRIBUTES, WDF_NO_HANDLE);
	if (NT_SUCCESS(status))
		status = WdfDeviceCreateDeviceInterface(device, &child_interface, NULL);
	if (NT_SUCCESS(status) && child_script.link) {
		link = text_of(child_script.link);
		status = WdfDeviceCreateSymbolicLink(device, &link);
	}
	if (NT_SUCCESS(status) && child_script.in_create)
		child_script.in_create(device);
	return status;
}

static NTSTATUS finish(WDFDEVICE parent, WDFDEVICE device)
{
	NTSTATUS status = fill_device(device);

	if (NT_SUCCESS(status) && !child_script.unadded)
		status = WdfFdoAddStaticChild(parent, device);
	if (NT_SUCCESS(status))
		child_devices[child_count++] = device;
	else
		WdfObjectDelete(device);
	return status;
}

NTSTATUS child_make(WDFDEVICE parent)
{
	PWDFDEVICE_INIT init = WdfPdoInitAllocate(parent);
	WDFDEVICE device;
	NTSTATUS status;

	if (!init)
		return STATUS_INSUFFICIENT_RESOURCES;
	status = fill_init(init);
	if (NT_SUCCESS(status))
		status = create(&init, &device);
	if (!NT_SUCCESS(status)) {
		WdfDeviceInitFree(init);
		return status;
	}
	return finish(parent, device);
}

void child_make_two(WDFDEVICE parent)
{
	assert_int_equal(child_make(parent), STATUS_SUCCESS);
	assert_int_equal(child_make(parent), STATUS_SUCCESS);
}

NTSTATUS child_make_parent_queue(WDFDEVICE parent, bool power_managed)
{
	WDF_IO_QUEUE_CONFIG config;

	WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDefault = on_parent_io;
	config.EvtIoStop = on_stop;
	config.PowerManaged = power_managed ? WdfTrue : WdfFalse;
	return WdfIoQueueCreate(parent, &config, WDF_NO_OBJECT_ATTRIBUTES, &child_parent_queue);
}

int child_setup(void **state)
{
	child_script = (struct child_script){ 0 };
	child_count = 0;
	child_kept = NULL;
	return fx_setup(state);
}

/* --- the client --- */

size_t child_open_count(void)
{
	struct uwdf_device *devices[CHILD_MAX];
	size_t count = uwdf_device_open_children(fx.device, devices, CHILD_MAX);

	for (size_t i = 0; i < count; i++)
		uwdf_device_release(devices[i]);
	return count;
}

struct uwdf_device *child_find(unsigned int index)
{
	struct uwdf_device *devices[CHILD_MAX];
	size_t count = uwdf_device_open_children(fx.device, devices, CHILD_MAX);

	assert_in_range(index + 1, 1, count);
	for (size_t i = 0; i < count; i++)
		if (i != index)
			uwdf_device_release(devices[i]);
	return devices[index];
}

NTSTATUS child_open(struct uwdf_device *device, struct uwdf_file **out)
{
	return uwdf_device_io.open(device, 4711, out);
}

void child_close(struct uwdf_file *file)
{
	uwdf_device_io.close(file);
}

static void ended(struct uwdf_io *io, int32_t status, uint64_t information)
{
	struct child_op *op = io->owner;

	op->status = status;
	op->information = information;
	fx_note("Ended");
	exec_event_set(&op->ended);
}

void child_ask_start(struct uwdf_file *file, struct child_op *op)
{
	memset(op, 0, sizeof(*op));
	assert_int_equal(exec_event_init(&op->ended), 0);
	memcpy(op->in, "in", 3);
	op->io = (struct uwdf_io){ .kind = UWDF_IO_CONTROL,
				   .code = CHILD_CODE,
				   .in = op->in,
				   .in_len = 3,
				   .out = op->out,
				   .out_len = sizeof(op->out),
				   .complete = ended,
				   .owner = op };
	uwdf_device_io.submit(file, &op->io);
}

int32_t child_ask_await(struct child_op *op)
{
	assert_true(exec_event_wait(&op->ended, exec_deadline_ms(AWAIT_MS)));
	exec_event_deinit(&op->ended);
	return op->status;
}

int32_t child_ask(struct uwdf_file *file, struct child_op *op)
{
	child_ask_start(file, op);
	return child_ask_await(op);
}
