/* SPDX-License-Identifier: MIT */
/*
 * interrupt.c - one INTx line. The ISR takes the causes out of ICR, which also releases the line;
 * the DPC serves them.
 */
#include "e1000.h"

#define CAUSES (E1000_INT_TXDW | E1000_INT_LSC | E1000_INT_RXT0)

void e1000_arm(struct e1000 *nic, ULONG causes)
{
	if (!(causes & ~nic->armed))
		return;
	nic->armed |= causes;
	e1000_write(nic, E1000_IMS, causes);
}

void e1000_disarm(struct e1000 *nic, ULONG causes)
{
	nic->armed &= ~causes;
	e1000_write(nic, E1000_IMC, causes);
}

/* Called with the interrupt lock held, like the ISR. */
static NTSTATUS interrupt_enable(WDFINTERRUPT interrupt, WDFDEVICE device)
{
	struct e1000 *nic = e1000_of(device);

	UNREFERENCED_PARAMETER(interrupt);
	nic->armed = CAUSES;
	e1000_write(nic, E1000_IMS, CAUSES);
	return STATUS_SUCCESS;
}

static NTSTATUS interrupt_disable(WDFINTERRUPT interrupt, WDFDEVICE device)
{
	UNREFERENCED_PARAMETER(interrupt);
	e1000_write(e1000_of(device), E1000_IMC, ~0u);
	return STATUS_SUCCESS;
}

/*
 * The line may be shared, so nothing armed in ICR means that another function asked. All ones come
 * from a NIC that is gone: that is not our interrupt either, and not a reason to reap anything.
 */
static BOOLEAN interrupt_isr(WDFINTERRUPT interrupt, ULONG message)
{
	struct e1000 *nic = e1000_of(WdfInterruptGetDevice(interrupt));
	ULONG causes = e1000_read(nic, E1000_ICR);

	UNREFERENCED_PARAMETER(message);
	if (causes == ~0u || !(causes & nic->armed))
		return FALSE;
	InterlockedOr(&nic->causes, (LONG)(causes & CAUSES));
	WdfInterruptQueueDpcForIsr(interrupt);
	return TRUE;
}

/*
 * The causes are taken before the rings are looked at: what the device does later is announced by
 * another interrupt, so nothing is missed without asking again.
 */
static void interrupt_dpc(WDFINTERRUPT interrupt, WDFOBJECT associated)
{
	struct e1000 *nic = e1000_of(WdfInterruptGetDevice(interrupt));
	ULONG causes = (ULONG)InterlockedExchange(&nic->causes, 0);

	UNREFERENCED_PARAMETER(associated);
	if (causes & E1000_INT_LSC)
		e1000_link_changed(nic);
	if (causes & E1000_INT_RXT0)
		e1000_rx_came(nic);
	if (causes & E1000_INT_TXDW)
		e1000_tx_sent(nic);
}

NTSTATUS e1000_create_interrupt(struct e1000 *nic)
{
	WDF_INTERRUPT_CONFIG config;

	WDF_INTERRUPT_CONFIG_INIT(&config, interrupt_isr, interrupt_dpc);
	config.EvtInterruptEnable = interrupt_enable;
	config.EvtInterruptDisable = interrupt_disable;
	return WdfInterruptCreate(nic->device, &config, WDF_NO_OBJECT_ATTRIBUTES, &nic->interrupt);
}
