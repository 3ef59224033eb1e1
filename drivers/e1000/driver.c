/* SPDX-License-Identifier: MIT */
/*
 * driver.c - e1000, a KMDF driver for Intel's 82540EM (8086:100e), 82544GC (1008) and 82545EM
 * (100f).
 *
 * This file makes the objects: the device, its queues, its interrupt, its DMA memory. All of them
 * are children of the device and go with it, so there is no undo code.
 */
#include "e1000.h"

DRIVER_INITIALIZE DriverEntry;
static EVT_WDF_DRIVER_DEVICE_ADD e1000_device_add;

static NTSTATUS create_dma_memory(struct e1000 *nic, size_t bytes, struct e1000_dma *out)
{
	NTSTATUS status;

	status = WdfCommonBufferCreate(nic->dma, bytes, WDF_NO_OBJECT_ATTRIBUTES, &out->handle);
	if (!NT_SUCCESS(status))
		return status;
	out->memory = WdfCommonBufferGetAlignedVirtualAddress(out->handle);
	out->address = (ULONG64)WdfCommonBufferGetAlignedLogicalAddress(out->handle).QuadPart;
	return STATUS_SUCCESS;
}

/* The 32-bit packet profile: all three controllers can do that, on every bus. */
static NTSTATUS create_dma(struct e1000 *nic)
{
	WDF_DMA_ENABLER_CONFIG config;
	NTSTATUS status;

	WDF_DMA_ENABLER_CONFIG_INIT(&config, WdfDmaProfilePacket, E1000_BUFFER_BYTES);
	status = WdfDmaEnablerCreate(nic->device, &config, WDF_NO_OBJECT_ATTRIBUTES, &nic->dma);
	if (!NT_SUCCESS(status))
		return status;
	status = create_dma_memory(nic, E1000_RX_DESCRIPTORS * sizeof(struct e1000_rx_descriptor),
				   &nic->rx.ring);
	if (!NT_SUCCESS(status))
		return status;
	status = create_dma_memory(nic, E1000_TX_DESCRIPTORS * sizeof(struct e1000_tx_descriptor),
				   &nic->tx.ring);
	if (!NT_SUCCESS(status))
		return status;
	status =
		create_dma_memory(nic, E1000_RX_DESCRIPTORS * E1000_BUFFER_BYTES, &nic->rx.buffers);
	if (!NT_SUCCESS(status))
		return status;
	return create_dma_memory(nic, E1000_TX_DESCRIPTORS * E1000_BUFFER_BYTES, &nic->tx.buffers);
}

static NTSTATUS create_queue(struct e1000 *nic, WDF_IO_QUEUE_CONFIG *config, WDFQUEUE *out)
{
	WDF_OBJECT_ATTRIBUTES attributes;
	NTSTATUS status;

	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, E1000_QUEUE);
	config->EvtIoStop = e1000_io_stop;
	status = WdfIoQueueCreate(nic->device, config, &attributes, out);
	if (NT_SUCCESS(status))
		e1000_queue_of(*out)->nic = nic;
	return status;
}

static NTSTATUS create_waiting_queue(struct e1000 *nic, WDFQUEUE *out)
{
	WDF_IO_QUEUE_CONFIG config;

	WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchManual);
	return create_queue(nic, &config, out);
}

static NTSTATUS create_queues(struct e1000 *nic)
{
	WDF_IO_QUEUE_CONFIG config;
	NTSTATUS status;
	WDFQUEUE queue;

	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.AllowZeroLengthRequests = TRUE; /* an empty frame is refused here, not swallowed */
	config.EvtIoRead = e1000_io_read;
	config.EvtIoWrite = e1000_io_write;
	config.EvtIoDeviceControl = e1000_io_device_control;
	status = create_queue(nic, &config, &queue);
	if (!NT_SUCCESS(status))
		return status;
	status = WdfLxIoQueueSetMany(queue, e1000_io_reads, e1000_io_writes);
	if (!NT_SUCCESS(status))
		return status;
	status = create_waiting_queue(nic, &nic->reads);
	if (!NT_SUCCESS(status))
		return status;
	status = create_waiting_queue(nic, &nic->writes);
	if (!NT_SUCCESS(status))
		return status;
	return create_waiting_queue(nic, &nic->watchers);
}

static NTSTATUS create_device(PWDFDEVICE_INIT init, struct e1000 **out)
{
	WDF_PNPPOWER_EVENT_CALLBACKS power;
	WDF_OBJECT_ATTRIBUTES attributes;
	WDFDEVICE device;
	NTSTATUS status;

	WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&power);
	power.EvtDevicePrepareHardware = e1000_prepare_hardware;
	power.EvtDeviceReleaseHardware = e1000_release_hardware;
	power.EvtDeviceD0Entry = e1000_d0_entry;
	power.EvtDeviceD0Exit = e1000_d0_exit;
	power.EvtDeviceSelfManagedIoRestart = e1000_queues_run;
	WdfDeviceInitSetPnpPowerEventCallbacks(init, &power);
	/* Frames are copied between the client's memory and ours, with nothing in between. */
	WdfDeviceInitSetDeviceType(init, FILE_DEVICE_NETWORK);
	WdfDeviceInitSetIoType(init, WdfDeviceIoDirect);

	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, E1000);
	status = WdfDeviceCreate(&init, &attributes, &device);
	if (!NT_SUCCESS(status))
		return status;
	*out = e1000_of(device);
	(*out)->device = device;
	(*out)->filter = NIC_FILTER_DIRECTED | NIC_FILTER_MULTICAST | NIC_FILTER_BROADCAST;
	return STATUS_SUCCESS;
}

static NTSTATUS e1000_device_add(WDFDRIVER driver, PWDFDEVICE_INIT init)
{
	static const GUID nic_interface = NIC_INTERFACE_GUID_INIT;
	struct e1000 *nic;
	NTSTATUS status;

	UNREFERENCED_PARAMETER(driver);
	status = create_device(init, &nic);
	if (!NT_SUCCESS(status))
		return status;
	status = create_dma(nic);
	if (!NT_SUCCESS(status))
		return status;
	status = create_queues(nic);
	if (!NT_SUCCESS(status))
		return status;
	status = e1000_create_interrupt(nic);
	if (!NT_SUCCESS(status))
		return status;
	return WdfDeviceCreateDeviceInterface(nic->device, &nic_interface, NULL);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT object, PUNICODE_STRING registry_path)
{
	WDF_DRIVER_CONFIG config;
	WDFDRIVER driver;
	NTSTATUS status;

	WDF_DRIVER_CONFIG_INIT(&config, e1000_device_add);
	status = WdfDriverCreate(object, registry_path, WDF_NO_OBJECT_ATTRIBUTES, &config, &driver);
	if (!NT_SUCCESS(status))
		return status;
	/* None of the EvtIo* callbacks blocks: they may share the interrupt's thread. */
	return WdfLxDriverSetIoLevel(driver, WdfExecutionLevelDispatch);
}
