/* SPDX-License-Identifier: MIT */
/*
 * interrupt_driver.c - the smallest driver with an ISR and a DPC, for the device whose interrupt
 * costs least to raise: e1000 (INTx, acknowledged through ICR) or edu (a message, acknowledged not
 * at all, since reading a model's register is not what is measured).
 */
#include <wdf.h>

#include "interrupt_driver.h"

__attribute__((visibility("default"))) struct bench_interrupt bench_interrupt;

struct bench {
	volatile UCHAR *registers;
	ULONG length;
	BOOLEAN is_e1000;
};
typedef struct bench BENCH;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(BENCH, bench_of);

static volatile ULONG *reg(struct bench *bench, ULONG offset)
{
	return (volatile ULONG *)(bench->registers + offset);
}

static BOOLEAN isr_edu(WDFINTERRUPT interrupt, ULONG message)
{
	UNREFERENCED_PARAMETER(message);
	WdfInterruptQueueDpcForIsr(interrupt);
	return TRUE;
}

static BOOLEAN isr_e1000(WDFINTERRUPT interrupt, ULONG message)
{
	struct bench *bench = bench_of(WdfInterruptGetDevice(interrupt));

	UNREFERENCED_PARAMETER(message);
	if (!READ_REGISTER_ULONG(reg(bench, E1000_ICR)))
		return FALSE;
	WdfInterruptQueueDpcForIsr(interrupt);
	return TRUE;
}

static BOOLEAN bench_isr(WDFINTERRUPT interrupt, ULONG message)
{
	struct bench *bench = bench_of(WdfInterruptGetDevice(interrupt));

	return bench->is_e1000 ? isr_e1000(interrupt, message) : isr_edu(interrupt, message);
}

static VOID bench_dpc(WDFINTERRUPT interrupt, WDFOBJECT associated)
{
	UNREFERENCED_PARAMETER(interrupt);
	UNREFERENCED_PARAMETER(associated);
	__atomic_store_n(&bench_interrupt.dpcs, bench_interrupt.dpcs + 1, __ATOMIC_RELEASE);
}

static NTSTATUS bench_enable(WDFINTERRUPT interrupt, WDFDEVICE device)
{
	struct bench *bench = bench_of(device);

	UNREFERENCED_PARAMETER(interrupt);
	if (bench->is_e1000)
		WRITE_REGISTER_ULONG(reg(bench, E1000_IMS), E1000_CAUSE);
	return STATUS_SUCCESS;
}

static NTSTATUS bench_disable(WDFINTERRUPT interrupt, WDFDEVICE device)
{
	struct bench *bench = bench_of(device);

	UNREFERENCED_PARAMETER(interrupt);
	if (bench->is_e1000)
		WRITE_REGISTER_ULONG(reg(bench, E1000_IMC), ~0u);
	return STATUS_SUCCESS;
}

static NTSTATUS bench_prepare_hardware(WDFDEVICE device, WDFCMRESLIST raw, WDFCMRESLIST translated)
{
	PCM_PARTIAL_RESOURCE_DESCRIPTOR bar0 = WdfCmResourceListGetDescriptor(translated, 0);
	struct bench *bench = bench_of(device);

	UNREFERENCED_PARAMETER(raw);
	if (!bar0 || bar0->Type != CmResourceTypeMemory)
		return STATUS_DEVICE_CONFIGURATION_ERROR;
	bench->length = bar0->u.Memory.Length;
	bench->is_e1000 = bench->length < 0x100000; /* BAR 0: e1000 128 KiB, edu 1 MiB */
	bench->registers = MmMapIoSpace(bar0->u.Memory.Start, bench->length, MmNonCached);
	if (!bench->registers)
		return STATUS_INSUFFICIENT_RESOURCES;
	bench_interrupt.raise_value = bench->is_e1000 ? E1000_CAUSE : 1;
	bench_interrupt.raise = reg(bench, bench->is_e1000 ? E1000_ICS : EDU_RAISE);
	return STATUS_SUCCESS;
}

static NTSTATUS bench_release_hardware(WDFDEVICE device, WDFCMRESLIST translated)
{
	struct bench *bench = bench_of(device);

	UNREFERENCED_PARAMETER(translated);
	bench_interrupt.raise = NULL;
	if (bench->registers)
		MmUnmapIoSpace((PVOID)(ULONG_PTR)bench->registers, bench->length);
	bench->registers = NULL;
	return STATUS_SUCCESS;
}

static NTSTATUS bench_device_add(WDFDRIVER driver, PWDFDEVICE_INIT init)
{
	WDF_PNPPOWER_EVENT_CALLBACKS power;
	WDF_OBJECT_ATTRIBUTES attributes;
	WDF_INTERRUPT_CONFIG config;
	WDFINTERRUPT interrupt;
	WDFDEVICE device;
	NTSTATUS status;

	UNREFERENCED_PARAMETER(driver);
	WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&power);
	power.EvtDevicePrepareHardware = bench_prepare_hardware;
	power.EvtDeviceReleaseHardware = bench_release_hardware;
	WdfDeviceInitSetPnpPowerEventCallbacks(init, &power);
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, BENCH);
	status = WdfDeviceCreate(&init, &attributes, &device);
	if (!NT_SUCCESS(status))
		return status;
	WDF_INTERRUPT_CONFIG_INIT(&config, bench_isr, bench_dpc);
	config.EvtInterruptEnable = bench_enable;
	config.EvtInterruptDisable = bench_disable;
	return WdfInterruptCreate(device, &config, WDF_NO_OBJECT_ATTRIBUTES, &interrupt);
}

DRIVER_INITIALIZE DriverEntry;
NTSTATUS DriverEntry(PDRIVER_OBJECT object, PUNICODE_STRING registry_path)
{
	WDF_DRIVER_CONFIG config;

	WDF_DRIVER_CONFIG_INIT(&config, bench_device_add);
	return WdfDriverCreate(object, registry_path, WDF_NO_OBJECT_ATTRIBUTES, &config,
			       WDF_NO_HANDLE);
}
