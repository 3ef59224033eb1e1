/* SPDX-License-Identifier: MIT */
/*
 * tx.c - sending: from write requests into the ring, completed when the device has sent them.
 *
 * A frame is copied into the descriptor's own buffer, so a request may be cancelled even while the
 * device holds the descriptor: the request completes, the descriptor comes back later without one.
 */
#include "e1000.h"

static EVT_WDF_REQUEST_CANCEL cancel_sending;

static volatile struct e1000_tx_descriptor *descriptor(struct e1000_tx *tx, ULONG i)
{
	return (volatile struct e1000_tx_descriptor *)tx->ring.memory + i;
}

static ULONG advance(ULONG i)
{
	return (i + 1) % E1000_TX_DESCRIPTORS;
}

/* 14.5. Collision values are those for IEEE 802.3 (13.4.33), the gaps those of 13.4.34. */
void e1000_tx_start(struct e1000 *nic)
{
	struct e1000_tx *tx = &nic->tx;

	tx->first = tx->next = 0;
	e1000_write(nic, E1000_TDBAL, (ULONG)tx->ring.address);
	e1000_write(nic, E1000_TDBAH, (ULONG)(tx->ring.address >> 32));
	e1000_write(nic, E1000_TDLEN, E1000_TX_DESCRIPTORS * sizeof(struct e1000_tx_descriptor));
	e1000_write(nic, E1000_TDH, 0);
	e1000_write(nic, E1000_TDT, 0);
	e1000_write(nic, E1000_TIPG, E1000_TIPG_VALUE(10, 4, 6));
	e1000_write(nic, E1000_TCTL,
		    E1000_TCTL_EN | E1000_TCTL_PSP | E1000_TCTL_CT(0x0f) | E1000_TCTL_COLD(0x40));
}

/* Cancelled while the device held the descriptor. The slot no longer knows the request. */
static void cancel_sending(WDFREQUEST request)
{
	struct e1000 *nic = e1000_of(WdfIoQueueGetDevice(WdfRequestGetIoQueue(request)));

	for (ULONG i = nic->tx.first; i != nic->tx.next; i = advance(i)) {
		if (nic->tx.sending[i].request == request)
			nic->tx.sending[i].request = NULL;
	}
	WdfRequestComplete(request, STATUS_CANCELLED);
}

/* End the request of descriptor @i, unless cancelling it has done or will do so. */
static void finish(struct e1000_tx *tx, ULONG i, NTSTATUS status)
{
	struct e1000_sending *sending = &tx->sending[i];
	WDFREQUEST request = sending->request;

	sending->request = NULL;
	if (request && WdfRequestUnmarkCancelable(request) != STATUS_CANCELLED)
		WdfRequestCompleteWithInformation(request, status,
						  NT_SUCCESS(status) ? sending->length : 0);
}

/* What the device has given back was sent, or given up after collisions (3.3.3.2). */
static void finish_done(struct e1000 *nic)
{
	struct e1000_tx *tx = &nic->tx;

	while (tx->first != tx->next) {
		UCHAR done = descriptor(tx, tx->first)->status;

		if (!(done & E1000_TXD_DD))
			return;
		if (done & E1000_TXD_LOST)
			nic->counters.send_errors++;
		else
			nic->counters.sent++;
		finish(tx, tx->first,
		       done & E1000_TXD_LOST ? STATUS_IO_DEVICE_ERROR : STATUS_SUCCESS);
		tx->first = advance(tx->first);
	}
}

/* No request is in the ring any more (e1000_io_stop): only the counters want to know. */
void e1000_tx_stop(struct e1000 *nic)
{
	e1000_write(nic, E1000_TCTL, 0);
	finish_done(nic);
}

static void fill_descriptor(struct e1000_tx *tx, ULONG i, USHORT length)
{
	volatile struct e1000_tx_descriptor *desc = descriptor(tx, i);

	desc->address = tx->buffers.address + (ULONG64)i * E1000_BUFFER_BYTES;
	desc->length = length;
	desc->checksum_offset = 0;
	desc->command = E1000_TXD_EOP | E1000_TXD_IFCS | E1000_TXD_RS;
	desc->status = 0;
	desc->checksum_start = 0;
	desc->special = 0;
}

static BOOLEAN ring_is_full(const struct e1000_tx *tx)
{
	return advance(tx->next) == tx->first;
}

/* Put the frame of @request into the ring, behind the tail that the device knows. */
static void post(struct e1000 *nic, WDFREQUEST request)
{
	struct e1000_tx *tx = &nic->tx;
	NTSTATUS status;
	size_t length;
	PVOID frame;

	status = WdfRequestRetrieveInputBuffer(request, NIC_MIN_FRAME, &frame, &length);
	if (NT_SUCCESS(status))
		status = WdfRequestMarkCancelableEx(request, cancel_sending);
	if (!NT_SUCCESS(status)) {
		WdfRequestComplete(request, status);
		return;
	}
	RtlCopyMemory(tx->buffers.memory + (size_t)tx->next * E1000_BUFFER_BYTES, frame, length);
	fill_descriptor(tx, tx->next, (USHORT)length);
	tx->sending[tx->next].request = request;
	tx->sending[tx->next].length = (USHORT)length;
	tx->next = advance(tx->next);
}

void e1000_io_write(WDFQUEUE queue, WDFREQUEST request, size_t length)
{
	struct e1000 *nic = e1000_of(WdfIoQueueGetDevice(queue));
	NTSTATUS status;

	if (length < NIC_MIN_FRAME || length > NIC_MAX_FRAME) {
		WdfRequestComplete(request, STATUS_INVALID_BUFFER_SIZE);
		return;
	}
	if (!ring_is_full(&nic->tx)) {
		post(nic, request);
		e1000_write(nic, E1000_TDT, nic->tx.next);
		return;
	}
	status = WdfRequestForwardToIoQueue(request, nic->writes);
	if (!NT_SUCCESS(status))
		WdfRequestComplete(request, status);
}

/* Writes that waited for a descriptor, oldest first, with one tail write for all of them. */
static void post_waiting(struct e1000 *nic)
{
	ULONG before = nic->tx.next;
	WDFREQUEST request;

	while (!ring_is_full(&nic->tx) &&
	       NT_SUCCESS(WdfIoQueueRetrieveNextRequest(nic->writes, &request)))
		post(nic, request);
	if (nic->tx.next != before)
		e1000_write(nic, E1000_TDT, nic->tx.next);
}

/* DPC. */
void e1000_tx_reap(struct e1000 *nic)
{
	finish_done(nic);
	post_waiting(nic);
}

/* The descriptor that sends @request, or that behind the last one. */
static ULONG find_sending(const struct e1000_tx *tx, WDFREQUEST request)
{
	ULONG i = tx->first;

	while (i != tx->next && tx->sending[i].request != request)
		i = advance(i);
	return i;
}

/*
 * Power goes down, or the device is being removed, with frames in the ring. What the device has not
 * given back by now ends here, where nothing else of ours runs: D0Exit is another thread's, and
 * cancel_sending() may come beside it. The device may be gone and never give anything back.
 */
void e1000_io_stop(WDFQUEUE queue, WDFREQUEST request, ULONG flags)
{
	struct e1000 *nic = e1000_of(WdfIoQueueGetDevice(queue));
	struct e1000_tx *tx = &nic->tx;
	ULONG i = find_sending(tx, request);

	if (i == tx->next) {
		if (flags & WdfRequestStopActionSuspend)
			WdfRequestStopAcknowledge(request, FALSE);
		return;
	}
	finish_done(nic);
	if (tx->sending[i].request == request)
		finish(tx, i, STATUS_CANCELLED);
}
