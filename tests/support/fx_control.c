/* SPDX-License-Identifier: MIT */
#include "fx_control.h"

#include <string.h>

#include "base/exec.h"

struct control_script control_script;
WDFDEVICE control_device;
static NTSTATUS (*make_in_entry)(void);

const UNICODE_STRING *control_text(PCWSTR text)
{
	static UNICODE_STRING places[8];
	static unsigned int turn;
	UNICODE_STRING *place = &places[turn++ % 8];

	RtlInitUnicodeString(place, text);
	return place;
}

/* --- the driver --- */

static void on_io(WDFQUEUE queue, WDFREQUEST request)
{
	fx_note("ControlIo");
	if (control_script.in_io)
		control_script.in_io(queue, request);
	else
		WdfRequestComplete(request, STATUS_SUCCESS);
}

static void on_cleanup(WDFOBJECT object)
{
	(void)object;
	fx_note("ControlCleanup");
}

static void on_destroy(WDFOBJECT object)
{
	(void)object;
	fx_note("ControlDestroy");
}

static void on_shutdown(WDFDEVICE device)
{
	fx_note(device == control_device ? "ShutdownLast" : "ShutdownOther");
}

static NTSTATUS add_queue(WDFDEVICE device)
{
	WDF_IO_QUEUE_CONFIG config;

	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDefault = on_io;
	return WdfIoQueueCreate(device, &config, WDF_NO_OBJECT_ATTRIBUTES, WDF_NO_HANDLE);
}

static NTSTATUS prepare(PWDFDEVICE_INIT init)
{
	NTSTATUS status = STATUS_SUCCESS;

	if (control_script.name)
		status = WdfDeviceInitAssignName(init, control_text(control_script.name));
	if (control_script.shutdown_flags)
		WdfControlDeviceInitSetShutdownNotification(init, on_shutdown,
							    control_script.shutdown_flags);
	if (control_script.in_init)
		control_script.in_init(init);
	return status;
}

static NTSTATUS complete_device(WDFDEVICE device)
{
	NTSTATUS status = STATUS_SUCCESS;

	if (control_script.link)
		status = WdfDeviceCreateSymbolicLink(device, control_text(control_script.link));
	if (NT_SUCCESS(status))
		status = add_queue(device);
	if (NT_SUCCESS(status) && control_script.in_create)
		control_script.in_create(device);
	if (NT_SUCCESS(status) && !control_script.unfinished)
		WdfControlFinishInitializing(device);
	if (!NT_SUCCESS(status))
		WdfObjectDelete(device);
	return status;
}

NTSTATUS control_make(void)
{
	PCWSTR sddl = control_script.sddl ? control_script.sddl : SDDL_ANY;
	PWDFDEVICE_INIT init = WdfControlDeviceInitAllocate(WdfGetDriver(), control_text(sddl));
	WDF_OBJECT_ATTRIBUTES attrs;
	NTSTATUS status;

	if (!init)
		return STATUS_INSUFFICIENT_RESOURCES;
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.EvtCleanupCallback = on_cleanup;
	attrs.EvtDestroyCallback = on_destroy;
	status = prepare(init);
	if (NT_SUCCESS(status))
		status = WdfDeviceCreate(&init, &attrs, &control_device);
	if (!NT_SUCCESS(status)) {
		WdfDeviceInitFree(init);
		return status;
	}
	return complete_device(control_device);
}

static void on_unload(WDFDRIVER driver)
{
	(void)driver;
	fx_note("DriverUnload");
}

static void on_driver_cleanup(WDFOBJECT object)
{
	(void)object;
	fx_note("DriverCleanup");
}

static NTSTATUS legacy_entry(PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_DRIVER_CONFIG config;
	NTSTATUS status;

	WDF_DRIVER_CONFIG_INIT(&config, NULL);
	config.DriverInitFlags = WdfDriverInitNonPnpDriver;
	config.EvtDriverUnload = on_unload;
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.EvtCleanupCallback = on_driver_cleanup;
	status = WdfDriverCreate(object, path, &attrs, &config, &fx_made.driver);
	return NT_SUCCESS(status) && make_in_entry ? make_in_entry() : status;
}

void control_legacy(NTSTATUS (*make)(void))
{
	make_in_entry = make;
	fx_script.entry = legacy_entry;
}

int control_setup(void **state)
{
	memset(&control_script, 0, sizeof(control_script));
	control_device = NULL;
	make_in_entry = NULL;
	return fx_setup(state);
}

/* --- the client --- */

size_t control_count(void)
{
	return uwdf_driver_control_devices(fx.driver, NULL, 0);
}

struct uwdf_device *control_find(void)
{
	struct uwdf_device *device = NULL;

	assert_int_equal(uwdf_driver_control_devices(fx.driver, &device, 1), 1);
	return device;
}

NTSTATUS control_open(struct uwdf_device *device, struct uwdf_file **out)
{
	return uwdf_device_io.open(device, 4711, out);
}

struct asked {
	struct uwdf_io io;
	struct exec_event done;
	NTSTATUS status;
};

static void answered(struct uwdf_io *io, int32_t status, uint64_t information)
{
	struct asked *asked = io->owner;

	(void)information;
	asked->status = status;
	exec_event_set(&asked->done);
}

NTSTATUS control_ask(struct uwdf_file *file, uint32_t code)
{
	struct asked asked = { .io = { .kind = UWDF_IO_CONTROL,
				       .code = code,
				       .owner = &asked,
				       .complete = answered } };

	assert_int_equal(exec_event_init(&asked.done), 0);
	uwdf_device_io.submit(file, &asked.io);
	assert_true(exec_event_wait(&asked.done, exec_deadline_ms(60000)));
	exec_event_deinit(&asked.done);
	return asked.status;
}

void control_close(struct uwdf_file *file)
{
	uwdf_device_io.close(file);
}
