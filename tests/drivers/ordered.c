/* SPDX-License-Identifier: MIT */
/*
 * ordered.c - a driver that says what of it is called, from its image's first moment to its last.
 * It has one of each thing that must go in its turn.
 */
#include <wdf.h>

#define SAY(what) DbgPrint("ordered: " what "\n")

typedef struct thing {
	const char *name;
} THING;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(THING, thing_of)

__attribute__((constructor)) static VOID image_loads(VOID)
{
	SAY("image loads");
}

__attribute__((destructor)) static VOID image_goes(VOID)
{
	SAY("image goes");
}

static VOID on_cleanup(WDFOBJECT object)
{
	DbgPrint("ordered: cleanup of %s\n", thing_of(object)->name);
}

static VOID on_destroy(WDFOBJECT object)
{
	DbgPrint("ordered: end of %s\n", thing_of(object)->name);
}

static VOID thing_attributes(WDF_OBJECT_ATTRIBUTES *attrs)
{
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(attrs, THING);
	attrs->EvtCleanupCallback = on_cleanup;
	attrs->EvtDestroyCallback = on_destroy;
}

/* --- the device's callbacks --- */

#define SAYS(function, what, type)                                                                 \
	static NTSTATUS function(type object)                                                      \
	{                                                                                          \
		UNREFERENCED_PARAMETER(object);                                                    \
		SAY(what);                                                                         \
		return STATUS_SUCCESS;                                                             \
	}
#define SAYS_TOO(function, what, type, other)                                                      \
	static NTSTATUS function(type object, other argument)                                      \
	{                                                                                          \
		UNREFERENCED_PARAMETER(object);                                                    \
		UNREFERENCED_PARAMETER(argument);                                                  \
		SAY(what);                                                                         \
		return STATUS_SUCCESS;                                                             \
	}

SAYS_TOO(on_release, "release hardware", WDFDEVICE, WDFCMRESLIST)
SAYS_TOO(on_d0_entry, "D0 entry", WDFDEVICE, WDF_POWER_DEVICE_STATE)
SAYS_TOO(on_d0_exit, "D0 exit", WDFDEVICE, WDF_POWER_DEVICE_STATE)
SAYS_TOO(on_post, "interrupts enabled", WDFDEVICE, WDF_POWER_DEVICE_STATE)
SAYS_TOO(on_pre, "before interrupts disabled", WDFDEVICE, WDF_POWER_DEVICE_STATE)
SAYS_TOO(on_enable, "interrupt enable", WDFINTERRUPT, WDFDEVICE)
SAYS_TOO(on_disable, "interrupt disable", WDFINTERRUPT, WDFDEVICE)
SAYS(on_dma_enable, "DMA enable", WDFDMAENABLER)
SAYS(on_dma_disable, "DMA disable", WDFDMAENABLER)
SAYS(on_io_init, "self-managed I/O init", WDFDEVICE)
SAYS(on_io_suspend, "self-managed I/O suspend", WDFDEVICE)

static NTSTATUS on_prepare(WDFDEVICE device, WDFCMRESLIST raw, WDFCMRESLIST translated)
{
	UNREFERENCED_PARAMETER(device);
	UNREFERENCED_PARAMETER(raw);
	UNREFERENCED_PARAMETER(translated);
	SAY("prepare hardware");
	return STATUS_SUCCESS;
}

static VOID on_io_flush(WDFDEVICE device)
{
	UNREFERENCED_PARAMETER(device);
	SAY("self-managed I/O flush");
}

static VOID on_io_cleanup(WDFDEVICE device)
{
	UNREFERENCED_PARAMETER(device);
	SAY("self-managed I/O cleanup");
}

static BOOLEAN on_isr(WDFINTERRUPT interrupt, ULONG message)
{
	UNREFERENCED_PARAMETER(interrupt);
	UNREFERENCED_PARAMETER(message);
	return FALSE;
}

static VOID set_callbacks(PWDFDEVICE_INIT init)
{
	WDF_PNPPOWER_EVENT_CALLBACKS pnp;

	WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&pnp);
	pnp.EvtDevicePrepareHardware = on_prepare;
	pnp.EvtDeviceReleaseHardware = on_release;
	pnp.EvtDeviceD0Entry = on_d0_entry;
	pnp.EvtDeviceD0Exit = on_d0_exit;
	pnp.EvtDeviceD0EntryPostInterruptsEnabled = on_post;
	pnp.EvtDeviceD0ExitPreInterruptsDisabled = on_pre;
	pnp.EvtDeviceSelfManagedIoInit = on_io_init;
	pnp.EvtDeviceSelfManagedIoSuspend = on_io_suspend;
	pnp.EvtDeviceSelfManagedIoFlush = on_io_flush;
	pnp.EvtDeviceSelfManagedIoCleanup = on_io_cleanup;
	WdfDeviceInitSetPnpPowerEventCallbacks(init, &pnp);
}

/* --- its objects --- */

static NTSTATUS add_interrupt(WDFDEVICE device)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_INTERRUPT_CONFIG config;
	WDFINTERRUPT interrupt;
	NTSTATUS status;

	thing_attributes(&attrs);
	WDF_INTERRUPT_CONFIG_INIT(&config, on_isr, NULL);
	config.EvtInterruptEnable = on_enable;
	config.EvtInterruptDisable = on_disable;
	status = WdfInterruptCreate(device, &config, &attrs, &interrupt);
	if (NT_SUCCESS(status))
		thing_of(interrupt)->name = "interrupt";
	return status;
}

static NTSTATUS add_dma(WDFDEVICE device)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_DMA_ENABLER_CONFIG config;
	WDFCOMMONBUFFER buffer;
	WDFDMAENABLER enabler;
	NTSTATUS status;

	thing_attributes(&attrs);
	WDF_DMA_ENABLER_CONFIG_INIT(&config, WdfDmaProfilePacket, 4096);
	config.EvtDmaEnablerEnable = on_dma_enable;
	config.EvtDmaEnablerDisable = on_dma_disable;
	status = WdfDmaEnablerCreate(device, &config, &attrs, &enabler);
	if (!NT_SUCCESS(status))
		return status;
	thing_of(enabler)->name = "DMA enabler";
	status = WdfCommonBufferCreate(enabler, 4096, &attrs, &buffer);
	if (NT_SUCCESS(status))
		thing_of(buffer)->name = "common buffer";
	return status;
}

static NTSTATUS add_object(WDFDEVICE device)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFOBJECT object;
	NTSTATUS status;

	thing_attributes(&attrs);
	attrs.ParentObject = device;
	status = WdfObjectCreate(&attrs, &object);
	if (NT_SUCCESS(status))
		thing_of(object)->name = "object";
	return status;
}

static NTSTATUS on_device_add(WDFDRIVER driver, PWDFDEVICE_INIT init)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFDEVICE device;
	NTSTATUS status;

	UNREFERENCED_PARAMETER(driver);
	SAY("device add");
	set_callbacks(init);
	thing_attributes(&attrs);
	status = WdfDeviceCreate(&init, &attrs, &device);
	if (!NT_SUCCESS(status))
		return status;
	thing_of(device)->name = "device";
	status = add_interrupt(device);
	if (NT_SUCCESS(status))
		status = add_dma(device);
	return NT_SUCCESS(status) ? add_object(device) : status;
}

static VOID on_unload(WDFDRIVER driver)
{
	UNREFERENCED_PARAMETER(driver);
	SAY("driver unload");
}

DRIVER_INITIALIZE DriverEntry;
NTSTATUS DriverEntry(PDRIVER_OBJECT object, PUNICODE_STRING registry_path)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_DRIVER_CONFIG config;
	NTSTATUS status;

	SAY("driver entry");
	WDF_DRIVER_CONFIG_INIT(&config, on_device_add);
	config.EvtDriverUnload = on_unload;
	thing_attributes(&attrs);
	status = WdfDriverCreate(object, registry_path, &attrs, &config, WDF_NO_HANDLE);
	if (NT_SUCCESS(status))
		thing_of(WdfGetDriver())->name = "driver";
	return status;
}
