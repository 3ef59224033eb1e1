/* SPDX-License-Identifier: MIT */
/*
 * device.c - the NIC's life: its registers come and go with PrepareHardware and ReleaseHardware,
 * its work starts and ends with D0Entry and D0Exit.
 */
#include "e1000.h"

#define RESET_POLLS   1000u
#define RESET_POLL_US 10u

static const CM_PARTIAL_RESOURCE_DESCRIPTOR *find_registers(WDFCMRESLIST translated)
{
	for (ULONG i = 0; i < WdfCmResourceListGetCount(translated); i++) {
		const CM_PARTIAL_RESOURCE_DESCRIPTOR *resource =
			WdfCmResourceListGetDescriptor(translated, i);

		if (resource->Type == CmResourceTypeMemory &&
		    resource->u.Memory.Length >= E1000_REGISTER_BYTES)
			return resource;
	}
	return NULL;
}

NTSTATUS e1000_prepare_hardware(WDFDEVICE device, WDFCMRESLIST raw, WDFCMRESLIST translated)
{
	const CM_PARTIAL_RESOURCE_DESCRIPTOR *resource = find_registers(translated);
	struct e1000 *nic = e1000_of(device);

	UNREFERENCED_PARAMETER(raw);
	if (!resource)
		return STATUS_DEVICE_CONFIGURATION_ERROR;
	nic->registers = MmMapIoSpace(resource->u.Memory.Start, E1000_REGISTER_BYTES, MmNonCached);
	if (!nic->registers)
		return STATUS_INSUFFICIENT_RESOURCES;
	return STATUS_SUCCESS;
}

/* Also called when PrepareHardware failed half way. */
NTSTATUS e1000_release_hardware(WDFDEVICE device, WDFCMRESLIST translated)
{
	struct e1000 *nic = e1000_of(device);

	UNREFERENCED_PARAMETER(translated);
	if (nic->registers)
		MmUnmapIoSpace((PVOID)(ULONG_PTR)nic->registers, E1000_REGISTER_BYTES);
	nic->registers = NULL;
	return STATUS_SUCCESS;
}

/*
 * Global reset (14.9): interrupts masked before, because CTRL.RST leaves IMS as it was on some
 * steppings, and after. A NIC that is gone reads as all ones, so RST never clears: the loop ends.
 */
static NTSTATUS reset(struct e1000 *nic)
{
	e1000_write(nic, E1000_IMC, ~0u);
	e1000_write(nic, E1000_RCTL, 0);
	e1000_write(nic, E1000_TCTL, 0);
	e1000_write(nic, E1000_CTRL, e1000_read(nic, E1000_CTRL) | E1000_CTRL_RST);
	for (ULONG i = 0; i < RESET_POLLS; i++) {
		KeStallExecutionProcessor(RESET_POLL_US);
		if (!(e1000_read(nic, E1000_CTRL) & E1000_CTRL_RST)) {
			e1000_write(nic, E1000_IMC, ~0u);
			(void)e1000_read(nic, E1000_ICR);
			return STATUS_SUCCESS;
		}
	}
	return STATUS_DEVICE_NOT_CONNECTED;
}

/* Initialization in the manual's order: 14.3 general, 14.4 receive, 14.5 transmit. */
NTSTATUS e1000_d0_entry(WDFDEVICE device, WDF_POWER_DEVICE_STATE previous)
{
	struct e1000 *nic = e1000_of(device);
	NTSTATUS status;

	UNREFERENCED_PARAMETER(previous);
	status = reset(nic);
	if (!NT_SUCCESS(status))
		return status;
	status = e1000_read_address(nic);
	if (!NT_SUCCESS(status))
		return status;
	e1000_link_start(nic);
	e1000_rx_start(nic);
	e1000_tx_start(nic);
	return STATUS_SUCCESS;
}

NTSTATUS e1000_d0_exit(WDFDEVICE device, WDF_POWER_DEVICE_STATE target)
{
	struct e1000 *nic = e1000_of(device);

	UNREFERENCED_PARAMETER(target);
	e1000_rx_stop(nic);
	e1000_tx_stop(nic);
	return STATUS_SUCCESS;
}

/* The queues run again: what waited in them could not be reached by the DPC until now. */
NTSTATUS e1000_queues_run(WDFDEVICE device)
{
	struct e1000 *nic = e1000_of(device);

	InterlockedOr(&nic->causes, E1000_INT_RXT0 | E1000_INT_TXDW);
	WdfInterruptQueueDpcForIsr(nic->interrupt);
	return STATUS_SUCCESS;
}
