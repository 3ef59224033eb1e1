/* SPDX-License-Identifier: MIT */
/* rx.c - the receive ring: started, stopped, counted, its filter, and what in it is no frame. */
#include "rx.h"

/* 13.4.22. Multicast without a list of groups means all of them. */
static ULONG receive_control(ULONG filter)
{
	ULONG rctl = E1000_RCTL_EN | E1000_RCTL_SECRC;

	if (filter & NIC_FILTER_BROADCAST)
		rctl |= E1000_RCTL_BAM;
	if (filter & (NIC_FILTER_MULTICAST | NIC_FILTER_ALL_MULTICAST))
		rctl |= E1000_RCTL_MPE;
	if (filter & NIC_FILTER_PROMISCUOUS)
		rctl |= E1000_RCTL_UPE | E1000_RCTL_MPE | E1000_RCTL_BAM;
	return rctl;
}

void e1000_rx_set_filter(struct e1000 *nic, ULONG filter)
{
	ULONG old = receive_control(nic->filter), rctl = receive_control(filter);

	nic->filter = filter;
	e1000_rx_set_address(nic, nic->current_address);
	if (rctl != old) /* a write restarts the receiver: not for nothing */
		e1000_write(nic, E1000_RCTL, rctl);
}

/* 13.5.3: low before high, because high carries the valid bit: without it no frame matches. */
void e1000_rx_set_address(struct e1000 *nic, const UCHAR address[6])
{
	ULONG valid = nic->filter & NIC_FILTER_DIRECTED ? E1000_RAH_AV : 0;

	RtlMoveMemory(nic->current_address, address, sizeof(nic->current_address));
	e1000_write(nic, E1000_RAL0,
		    (ULONG)address[0] | (ULONG)address[1] << 8 | (ULONG)address[2] << 16 |
			    (ULONG)address[3] << 24);
	e1000_write(nic, E1000_RAH0, (ULONG)address[4] | (ULONG)address[5] << 8 | valid);
}

static void fill_ring(struct e1000_rx *rx)
{
	for (ULONG i = 0; i < E1000_RX_DESCRIPTORS; i++) {
		e1000_rx_at(rx, i)->address = rx->buffers.address + (ULONG64)i * E1000_BUFFER_BYTES;
		e1000_rx_at(rx, i)->done = 0;
	}
	rx->next = rx->taken = 0;
	rx->in_frame = FALSE;
}

/* 14.4. The tail stays one behind the head: equal means that the ring is empty (3.2.6). */
void e1000_rx_start(struct e1000 *nic)
{
	struct e1000_rx *rx = &nic->rx;

	fill_ring(rx);
	e1000_rx_set_address(nic, nic->current_address);
	for (ULONG i = 0; i < E1000_MTA_COUNT; i++)
		e1000_write(nic, E1000_MTA(i), 0);
	e1000_write(nic, E1000_RDBAL, (ULONG)rx->ring.address);
	e1000_write(nic, E1000_RDBAH, (ULONG)(rx->ring.address >> 32));
	e1000_write(nic, E1000_RDLEN, E1000_RX_DESCRIPTORS * sizeof(struct e1000_rx_descriptor));
	e1000_write(nic, E1000_RDTR, 0);
	e1000_write(nic, E1000_RDH, 0);
	e1000_write(nic, E1000_RDT, E1000_RX_DESCRIPTORS - 1);
	e1000_write(nic, E1000_RCTL, receive_control(nic->filter));
}

void e1000_rx_stop(struct e1000 *nic)
{
	e1000_rx_count_missed(nic);
	e1000_write(nic, E1000_RCTL, 0);
}

/* 13.7.5; reading clears it. */
void e1000_rx_count_missed(struct e1000 *nic)
{
	ULONG missed = e1000_read(nic, E1000_MPC);

	if (missed != ~0u)
		nic->counters.overruns += missed;
}

/* --- the ring --- */

void e1000_rx_give_back(struct e1000 *nic)
{
	struct e1000_rx *rx = &nic->rx;

	if (!rx->taken)
		return;
	rx->taken = 0;
	e1000_ring_doorbell(nic, E1000_RDT, (rx->next - 1) % E1000_RX_DESCRIPTORS);
}

/* A bad frame, or the rest of one that took several descriptors: dropped to its end, counted once.
 */
static void drop(struct e1000 *nic, ULONG64 done)
{
	struct e1000_rx *rx = &nic->rx;

	if (!rx->in_frame)
		nic->counters.receive_errors++;
	rx->in_frame = !(done & E1000_RXD_EOP);
	e1000_rx_take(rx);
}

ULONG e1000_rx_look_further(struct e1000 *nic)
{
	struct e1000_rx *rx = &nic->rx;

	while (rx->taken < E1000_RX_DESCRIPTORS - 1) {
		ULONG64 done = e1000_rx_at(rx, rx->next)->done;

		if (!(done & E1000_RXD_DD))
			return 0;
		if (e1000_rx_is_good(done) && !rx->in_frame)
			return E1000_RXD_LENGTH(done);
		drop(nic, done);
	}
	return 0;
}

/* Of what the device has finished, up to the descriptors that it may not have. */
void e1000_rx_count(struct e1000 *nic, ULONG *good, ULONG *bad)
{
	struct e1000_rx *rx = &nic->rx;
	BOOLEAN in_frame = rx->in_frame;

	*good = nic->counters.received;
	*bad = nic->counters.receive_errors;
	for (ULONG i = 0; i < E1000_RX_DESCRIPTORS - 1 - rx->taken; i++) {
		ULONG64 done = e1000_rx_at(rx, (rx->next + i) % E1000_RX_DESCRIPTORS)->done;

		if (!(done & E1000_RXD_DD))
			return;
		if (!in_frame)
			++*(e1000_rx_is_good(done) ? good : bad);
		in_frame = !(done & E1000_RXD_EOP);
	}
}
