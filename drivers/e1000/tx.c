/* SPDX-License-Identifier: MIT */
/*
 * tx.c - the transmit ring, and how the requests in it end: sent, given up, cancelled.
 *
 * A frame is copied into the descriptor's own buffer, so a request may be cancelled even while the
 * device holds the descriptor: the request completes, the descriptor comes back later without one.
 * A request that the device has sent by the time its doorbell was rung is never marked cancelable.
 */
#include "tx.h"

static EVT_WDF_REQUEST_CANCEL cancel_sending;
static BOOLEAN finish_done(struct e1000 *nic);

/* 14.5. Collision values are those for IEEE 802.3 (13.4.33), the gaps those of 13.4.34. */
void e1000_tx_start(struct e1000 *nic)
{
	struct e1000_tx *tx = &nic->tx;

	for (ULONG i = 0; i < E1000_TX_DESCRIPTORS; i++)
		e1000_tx_at(tx, i)->address = tx->buffers.address + (ULONG64)i * E1000_BUFFER_BYTES;
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

static UCHAR status_of(struct e1000_tx *tx, ULONG i)
{
	return e1000_tx_at(tx, i % E1000_TX_DESCRIPTORS)->status;
}

/* --- the end of a request --- */

/* Of the request whose first descriptor is @i, all reported: frames that were lost. */
static ULONG count_lost(struct e1000_tx *tx, ULONG i)
{
	ULONG end = i + tx->sending[i].frames, any = 0, lost = 0;

	for (ULONG k = i; k != end; k++)
		any |= status_of(tx, k);
	if (!(any & E1000_TXD_LOST))
		return 0;
	for (ULONG k = i; k != end; k++)
		lost += (status_of(tx, k) & E1000_TXD_LOST) != 0;
	return lost;
}

/* Given up after collisions (3.3.3.2), or not yet reported. */
static NTSTATUS outcome_of(UCHAR status)
{
	if (!(status & E1000_TXD_DD))
		return STATUS_CANCELLED;
	return status & E1000_TXD_LOST ? STATUS_IO_DEVICE_ERROR : STATUS_SUCCESS;
}

static void tell_outcomes(struct e1000_tx *tx, ULONG first, WDFREQUEST request)
{
	struct e1000_vector vector;

	if (!NT_SUCCESS(e1000_vector_take(request, &vector)))
		return;
	for (ULONG i = 0; i < vector.count; i++)
		e1000_vector_tell(vector.memory + i * sizeof(struct nic_frame),
				  vector.entries[i].offset, vector.entries[i].length,
				  outcome_of(status_of(tx, first + i)));
}

/* The request of descriptor @i is ours alone, and some of its frames never will be reported. */
static void end_early(struct e1000_tx *tx, ULONG i, WDFREQUEST request)
{
	struct e1000_sending *sending = &tx->sending[i];
	NTSTATUS status = outcome_of(status_of(tx, i));

	sending->request = NULL;
	sending->cancelable = FALSE;
	if (sending->is_vector && status != STATUS_CANCELLED) {
		tell_outcomes(tx, i, request);
		status = STATUS_SUCCESS;
	}
	WdfRequestCompleteWithInformation(request, status,
					  NT_SUCCESS(status) ? sending->information : 0);
}

/* All frames of @request are reported, @lost of them as given up. */
static void end_reported(struct e1000_tx *tx, ULONG i, WDFREQUEST request, ULONG lost)
{
	const struct e1000_sending *sending = &tx->sending[i];
	struct e1000_vector vector;

	if (lost) {
		end_early(tx, i, request);
		return;
	}
	if (sending->is_vector && NT_SUCCESS(e1000_vector_take(request, &vector)))
		(void)e1000_vector_tell_all_sent(tx, i, &vector); /* none was lost */
	WdfRequestCompleteWithInformation(request, STATUS_SUCCESS, sending->information);
}

/* The first descriptor of @request, or that behind all. */
static ULONG find_sending(const struct e1000_tx *tx, WDFREQUEST request)
{
	ULONG i = tx->first;

	while (i != tx->next && tx->sending[i].request != request)
		i = (i + tx->sending[i].frames) % E1000_TX_DESCRIPTORS;
	return i;
}

/* Cancelled while the device held the descriptor. What is claimed for this stays in the ring. */
static void cancel_sending(WDFREQUEST request)
{
	struct e1000 *nic = e1000_queue_of(WdfRequestGetIoQueue(request))->nic;
	ULONG i = find_sending(&nic->tx, request);

	if (i != nic->tx.next)
		end_early(&nic->tx, i, request);
	(void)finish_done(nic);
	e1000_tx_send_waiting(nic);
}

/* @return the request of @sending is ours to complete; FALSE: cancel_sending() will come. */
static BOOLEAN take_back(struct e1000_sending *sending)
{
	if (sending->cancelable && WdfRequestUnmarkCancelable(sending->request) == STATUS_CANCELLED)
		return FALSE;
	sending->cancelable = FALSE;
	return TRUE;
}

/*
 * What the device has given back was sent, or given up. A request whose cancellation is due keeps
 * its descriptors until then. @return was there anything?
 */
static BOOLEAN finish_done(struct e1000 *nic)
{
	struct e1000_tx *tx = &nic->tx;
	ULONG before = tx->first, first = before;

	while (first != tx->next) {
		struct e1000_sending *sending = &tx->sending[first];
		ULONG frames = sending->frames, lost;

		if (!(status_of(tx, first + frames - 1) & E1000_TXD_DD) ||
		    (sending->cancelable && !take_back(sending)))
			break;
		lost = count_lost(tx, first);
		nic->counters.send_errors += lost;
		nic->counters.sent += frames - lost;
		if (sending->request)
			end_reported(tx, first, sending->request, lost);
		first = tx->first = (first + frames) % E1000_TX_DESCRIPTORS;
	}
	return first != before;
}

/* Requests from descriptor @i on that the device did not send at once. */
static void let_cancel(struct e1000_tx *tx, ULONG i)
{
	for (; i != tx->next; i = (i + tx->sending[i].frames) % E1000_TX_DESCRIPTORS) {
		struct e1000_sending *sending = &tx->sending[i];

		sending->cancelable =
			NT_SUCCESS(WdfRequestMarkCancelableEx(sending->request, cancel_sending));
		if (!sending->cancelable)
			end_early(tx, i, sending->request);
	}
}

void e1000_tx_follow(struct e1000 *nic, ULONG from)
{
	struct e1000_tx *tx = &nic->tx;
	ULONG fresh = (tx->next - from) % E1000_TX_DESCRIPTORS, left;

	(void)finish_done(nic);
	if (tx->first == tx->next)
		return;
	left = (tx->next - tx->first) % E1000_TX_DESCRIPTORS;
	let_cancel(tx, left < fresh ? tx->first : from);
	e1000_arm(nic, E1000_INT_TXDW);
}

/* No request is in the ring any more (e1000_io_stop): only the counters want to know. */
void e1000_tx_stop(struct e1000 *nic)
{
	e1000_write(nic, E1000_TCTL, 0);
	(void)finish_done(nic);
}

/* DPC. */
void e1000_tx_sent(struct e1000 *nic)
{
	struct e1000_tx *tx = &nic->tx;
	BOOLEAN useful = finish_done(nic);

	e1000_tx_send_waiting(nic);
	if (!useful && !tx->waiting && tx->first == tx->next)
		e1000_disarm(nic, E1000_INT_TXDW);
}

/*
 * Power goes down, or the device is being removed, with frames in the ring. What the device has not
 * given back by now ends here, where nothing else of ours runs: D0Exit is another thread's, and
 * cancel_sending() may come beside it. The device may be gone and never give anything back.
 */
void e1000_io_stop(WDFQUEUE queue, WDFREQUEST request, ULONG flags)
{
	struct e1000 *nic = e1000_queue_of(queue)->nic;
	struct e1000_tx *tx = &nic->tx;
	ULONG i = find_sending(tx, request);

	if (i == tx->next) {
		if (flags & WdfRequestStopActionSuspend)
			WdfRequestStopAcknowledge(request, FALSE);
		return;
	}
	(void)finish_done(nic);
	i = find_sending(tx, request);
	if (i != tx->next && take_back(&tx->sending[i]))
		end_early(tx, i, request);
}
