/* SPDX-License-Identifier: MIT */
/*
 * rx.c - receiving: from the ring into the FIFO of kept frames, from there into read requests.
 *
 * Descriptors go back to the device as soon as they are reaped, whether somebody reads or not, so a
 * slow reader costs frames (counted as overruns) and never holds up the device.
 */
#include "e1000.h"

static volatile struct e1000_rx_descriptor *descriptor(struct e1000_rx *rx, ULONG i)
{
	return (volatile struct e1000_rx_descriptor *)rx->ring.memory + i;
}

static void arm(struct e1000_rx *rx, ULONG i)
{
	volatile struct e1000_rx_descriptor *desc = descriptor(rx, i);

	desc->address = rx->buffers.address + (ULONG64)rx->buffer[i] * E1000_BUFFER_BYTES;
	desc->status = 0;
}

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

/* Each descriptor and each place in the FIFO gets a buffer of its own. */
static void fill_ring(struct e1000_rx *rx)
{
	for (USHORT i = 0; i < E1000_RX_DESCRIPTORS; i++) {
		rx->buffer[i] = i;
		arm(rx, i);
	}
	for (USHORT i = 0; i < E1000_RX_KEPT; i++)
		rx->kept[i].buffer = (USHORT)(E1000_RX_DESCRIPTORS + i);
	rx->kept_first = rx->kept_count = 0;
	rx->next = 0;
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

/* The oldest kept frame goes into @request, which completes; it stays if the buffer is too small.
 */
static void give_frame(struct e1000 *nic, WDFREQUEST request)
{
	struct e1000_rx *rx = &nic->rx;
	const struct e1000_kept_frame *frame = &rx->kept[rx->kept_first];
	NTSTATUS status;
	PVOID out;

	status = WdfRequestRetrieveOutputBuffer(request, frame->length, &out, NULL);
	if (!NT_SUCCESS(status)) {
		WdfRequestComplete(request, status);
		return;
	}
	RtlCopyMemory(out, rx->buffers.memory + (size_t)frame->buffer * E1000_BUFFER_BYTES,
		      frame->length);
	rx->kept_first = (rx->kept_first + 1) % E1000_RX_KEPT;
	rx->kept_count--;
	WdfRequestCompleteWithInformation(request, STATUS_SUCCESS, frame->length);
}

void e1000_io_read(WDFQUEUE queue, WDFREQUEST request, size_t length)
{
	struct e1000 *nic = e1000_of(WdfIoQueueGetDevice(queue));
	NTSTATUS status;

	UNREFERENCED_PARAMETER(length);
	if (nic->rx.kept_count) {
		give_frame(nic, request);
		return;
	}
	status = WdfRequestForwardToIoQueue(request, nic->reads);
	if (!NT_SUCCESS(status))
		WdfRequestComplete(request, status);
}

/* Keep the frame in descriptor @i: exchange its buffer with that of a free place in the FIFO. */
static void keep_frame(struct e1000 *nic, ULONG i, USHORT length)
{
	struct e1000_rx *rx = &nic->rx;
	struct e1000_kept_frame *place =
		&rx->kept[(rx->kept_first + rx->kept_count) % E1000_RX_KEPT];
	USHORT buffer = place->buffer;

	if (rx->kept_count == E1000_RX_KEPT) {
		nic->counters.overruns++;
		return;
	}
	place->buffer = rx->buffer[i];
	place->length = length;
	rx->buffer[i] = buffer;
	rx->kept_count++;
	nic->counters.received++;
}

/*
 * 3.2.3: length and errors are what the device wrote, so they are looked at before they are used. A
 * frame fits one descriptor; one that takes more is dropped to its end and counted once.
 */
static void take_frame(struct e1000 *nic, ULONG i)
{
	volatile struct e1000_rx_descriptor *desc = descriptor(&nic->rx, i);
	BOOLEAN is_end = (desc->status & E1000_RXD_EOP) != 0, is_start = !nic->rx.in_frame;
	USHORT length = desc->length;

	nic->rx.in_frame = !is_end;
	if (!is_start)
		return;
	if (!is_end || (desc->errors & E1000_RXD_ERRORS) || length < NIC_MIN_FRAME ||
	    length > NIC_MAX_FRAME)
		nic->counters.receive_errors++;
	else
		keep_frame(nic, i, length);
}

/* Descriptors that the device has finished, from the next one on. It cannot pass the tail. */
static ULONG count_done(struct e1000_rx *rx)
{
	ULONG count = 0;

	while (count < E1000_RX_DESCRIPTORS - 1 &&
	       (descriptor(rx, (rx->next + count) % E1000_RX_DESCRIPTORS)->status & E1000_RXD_DD))
		count++;
	return count;
}

/* DPC: at most a ring of frames a call; one register write gives all the descriptors back. */
void e1000_rx_reap(struct e1000 *nic)
{
	struct e1000_rx *rx = &nic->rx;
	ULONG count = count_done(rx);
	WDFREQUEST request;

	if (!count)
		return;
	KeMemoryBarrier(); /* DD before the rest of the descriptors and the frames */
	for (; count; count--) {
		take_frame(nic, rx->next);
		arm(rx, rx->next);
		rx->next = (rx->next + 1) % E1000_RX_DESCRIPTORS;
	}
	e1000_write(nic, E1000_RDT, (rx->next - 1) % E1000_RX_DESCRIPTORS);
	while (rx->kept_count && NT_SUCCESS(WdfIoQueueRetrieveNextRequest(nic->reads, &request)))
		give_frame(nic, request);
}
