/* SPDX-License-Identifier: MIT */
/*
 * faulty.c - a driver that fails, or misbehaves, at one place: FAULTY names it at compile time.
 */
#include <wdf.h>

#undef NOTHING /* an empty word of ntdef.h; here one of the faults */

#include "uwdf_nic.h"

enum faulty_place {
	DRIVER_ENTRY,      /* DriverEntry fails before there is a driver object */
	DRIVER_ENTRY_LATE, /* ... after WdfDriverCreate */
	DEVICE_ADD,        /* EvtDriverDeviceAdd fails before there is a device */
	DEVICE_ADD_LATE,   /* ... after WdfDeviceCreate and a queue */
	PREPARE_HARDWARE,
	D0_ENTRY,
	INTERRUPT_ENABLE,
	RELEASE_HARDWARE, /* the way down fails: must not stop it */
	D0_EXIT,
	ISR_STORM,     /* the ISR claims its interrupt and leaves the line asserted (e1000) */
	ISR_UNCLAIMED, /* ... or does not claim it */
	DELETED_LOCK,  /* D0Entry uses a lock that it has deleted */
	NOTHING,
};

/* a variable: clang calls a constant compared with itself a mistake */
static const int here = FAULTY;

#define FAILS(place, status) (here == (place) ? (status) : STATUS_SUCCESS)
#define STORMS               (here == ISR_STORM || here == ISR_UNCLAIMED)

/* e1000: cause set, mask set, mask clear; link status change */
enum { ICS = 0xc8, IMS = 0xd0, IMC = 0xd8, LSC = 4 };

static volatile UCHAR *registers; /* one device only */

static void write_register(ULONG offset, ULONG value)
{
	WRITE_REGISTER_ULONG((volatile ULONG *)(registers + offset), value);
}

static NTSTATUS faulty_prepare(WDFDEVICE device, WDFCMRESLIST raw, WDFCMRESLIST translated)
{
	UNREFERENCED_PARAMETER(device);
	UNREFERENCED_PARAMETER(raw);
	if (STORMS)
		registers =
			MmMapIoSpace(WdfCmResourceListGetDescriptor(translated, 0)->u.Memory.Start,
				     0x1000, MmNonCached);
	return FAILS(PREPARE_HARDWARE, STATUS_DEVICE_CONFIGURATION_ERROR);
}

static NTSTATUS faulty_release(WDFDEVICE device, WDFCMRESLIST translated)
{
	UNREFERENCED_PARAMETER(device);
	UNREFERENCED_PARAMETER(translated);
	return FAILS(RELEASE_HARDWARE, STATUS_UNSUCCESSFUL);
}

/* The verifier is to name this function. */
static void use_deleted_lock(void)
{
	WDFSPINLOCK lock;

	if (!NT_SUCCESS(WdfSpinLockCreate(WDF_NO_OBJECT_ATTRIBUTES, &lock)))
		return;
	WdfObjectDelete(lock);
	WdfSpinLockAcquire(lock);
	WdfSpinLockRelease(lock);
}

static NTSTATUS faulty_d0_entry(WDFDEVICE device, WDF_POWER_DEVICE_STATE previous)
{
	UNREFERENCED_PARAMETER(device);
	UNREFERENCED_PARAMETER(previous);
	if (here == DELETED_LOCK)
		use_deleted_lock();
	return FAILS(D0_ENTRY, STATUS_DEVICE_POWER_FAILURE);
}

static NTSTATUS faulty_d0_exit(WDFDEVICE device, WDF_POWER_DEVICE_STATE target)
{
	UNREFERENCED_PARAMETER(device);
	UNREFERENCED_PARAMETER(target);
	return FAILS(D0_EXIT, STATUS_UNSUCCESSFUL);
}

static BOOLEAN faulty_isr(WDFINTERRUPT interrupt, ULONG message)
{
	UNREFERENCED_PARAMETER(interrupt);
	UNREFERENCED_PARAMETER(message);
	return here == ISR_STORM;
}

static NTSTATUS faulty_interrupt_enable(WDFINTERRUPT interrupt, WDFDEVICE device)
{
	UNREFERENCED_PARAMETER(interrupt);
	UNREFERENCED_PARAMETER(device);
	if (STORMS) {
		write_register(IMS, LSC);
		write_register(ICS, LSC);
	}
	return FAILS(INTERRUPT_ENABLE, STATUS_IO_DEVICE_ERROR);
}

static NTSTATUS faulty_interrupt_disable(WDFINTERRUPT interrupt, WDFDEVICE device)
{
	UNREFERENCED_PARAMETER(interrupt);
	UNREFERENCED_PARAMETER(device);
	if (STORMS)
		write_register(IMC, LSC);
	return STATUS_SUCCESS;
}

static NTSTATUS create_interrupt(WDFDEVICE device)
{
	WDF_INTERRUPT_CONFIG config;
	WDFINTERRUPT interrupt;

	WDF_INTERRUPT_CONFIG_INIT(&config, faulty_isr, NULL);
	config.EvtInterruptEnable = faulty_interrupt_enable;
	config.EvtInterruptDisable = faulty_interrupt_disable;
	return WdfInterruptCreate(device, &config, WDF_NO_OBJECT_ATTRIBUTES, &interrupt);
}

/* A queue that nobody serves, and an interface to reach it. */
static NTSTATUS create_queue(WDFDEVICE device)
{
	static const GUID nic_interface = NIC_INTERFACE_GUID_INIT;
	WDF_IO_QUEUE_CONFIG config;
	NTSTATUS status;

	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchManual);
	status = WdfIoQueueCreate(device, &config, WDF_NO_OBJECT_ATTRIBUTES, WDF_NO_HANDLE);
	if (!NT_SUCCESS(status))
		return status;
	return WdfDeviceCreateDeviceInterface(device, &nic_interface, NULL);
}

static NTSTATUS faulty_device_add(WDFDRIVER driver, PWDFDEVICE_INIT init)
{
	WDF_PNPPOWER_EVENT_CALLBACKS power;
	WDFDEVICE device;
	NTSTATUS status;

	UNREFERENCED_PARAMETER(driver);
	if (here == DEVICE_ADD)
		return STATUS_NOT_SUPPORTED;
	WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&power);
	power.EvtDevicePrepareHardware = faulty_prepare;
	power.EvtDeviceReleaseHardware = faulty_release;
	power.EvtDeviceD0Entry = faulty_d0_entry;
	power.EvtDeviceD0Exit = faulty_d0_exit;
	WdfDeviceInitSetPnpPowerEventCallbacks(init, &power);
	status = WdfDeviceCreate(&init, WDF_NO_OBJECT_ATTRIBUTES, &device);
	if (NT_SUCCESS(status))
		status = create_queue(device);
	if (NT_SUCCESS(status))
		status = create_interrupt(device);
	if (NT_SUCCESS(status))
		status = FAILS(DEVICE_ADD_LATE, STATUS_INSUFFICIENT_RESOURCES);
	return status;
}

DRIVER_INITIALIZE DriverEntry;
NTSTATUS DriverEntry(PDRIVER_OBJECT object, PUNICODE_STRING registry_path)
{
	WDF_DRIVER_CONFIG config;
	NTSTATUS status;

	if (here == DRIVER_ENTRY)
		return STATUS_UNSUCCESSFUL;
	WDF_DRIVER_CONFIG_INIT(&config, faulty_device_add);
	status = WdfDriverCreate(object, registry_path, WDF_NO_OBJECT_ATTRIBUTES, &config,
				 WDF_NO_HANDLE);
	return NT_SUCCESS(status) ? FAILS(DRIVER_ENTRY_LATE, STATUS_INSUFFICIENT_RESOURCES)
				  : status;
}
