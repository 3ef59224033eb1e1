/* SPDX-License-Identifier: MIT */
/*
 * write.c - writes: one frame, several that came together, or a vector, into the transmit ring.
 */
#include "tx.h"

/* For descriptor @next, the only one of @request, which is a write of @length bytes. */
FORCEINLINE NTSTATUS put_single(struct e1000_tx *tx, ULONG next, WDFREQUEST request, size_t length)
{
	NTSTATUS status;
	PVOID frame;

	status = WdfRequestRetrieveInputBuffer(request, length, &frame, NULL);
	if (NT_SUCCESS(status))
		e1000_tx_put_frame(tx, next, frame, (ULONG)length, length);
	return status;
}

/* Entry @i, whatever it is, for descriptor @next. */
static NTSTATUS put_any(struct e1000_tx *tx, ULONG next, const struct e1000_vector *vector, ULONG i)
{
	const struct nic_frame *entry = &vector->entries[i];

	if (!e1000_vector_is_place(vector, entry))
		return STATUS_INVALID_PARAMETER;
	if (!E1000_MAY_SEND(entry->length))
		return STATUS_INVALID_BUFFER_SIZE;
	e1000_tx_put_frame(tx, next, vector->memory + entry->offset, entry->length,
			   vector->room - entry->offset);
	return STATUS_SUCCESS;
}

/* For the next descriptors; there is room for all of them. Nothing is the device's, or known,
 * before all are judged. */
static NTSTATUS put_vector(struct e1000_tx *tx, const struct e1000_vector *vector)
{
	ULONG next = tx->next;

	for (ULONG i = 0, count; i < vector->count; i += count) {
		NTSTATUS status = STATUS_SUCCESS;

		count = e1000_vector_put_small(tx, next, vector, i);
		if (!count) {
			status = put_any(tx, next, vector, i);
			count = 1;
		}
		if (!NT_SUCCESS(status))
			return status;
		next = (next + count) % E1000_TX_DESCRIPTORS;
	}
	return STATUS_SUCCESS;
}

static struct e1000_sending vector_of(WDFREQUEST request, const struct e1000_vector *vector)
{
	return (struct e1000_sending){ .request = request,
				       .frames = (USHORT)vector->count,
				       .information =
					       (USHORT)(vector->count * sizeof(struct nic_frame)),
				       .is_vector = TRUE };
}

static void put_waiting(struct e1000_tx *tx, WDFREQUEST request)
{
	struct e1000_sending sending = { .request = request, .frames = 1 };
	WDF_REQUEST_PARAMETERS parameters;
	struct e1000_vector vector;
	NTSTATUS status;

	WDF_REQUEST_PARAMETERS_INIT(&parameters);
	WdfRequestGetParameters(request, &parameters);
	if (parameters.Type == WdfRequestTypeWrite) {
		sending.information = (USHORT)parameters.Parameters.Write.Length;
		status = put_single(tx, tx->next, request, sending.information);
	} else {
		status = e1000_vector_take(request, &vector);
		if (NT_SUCCESS(status)) {
			sending = vector_of(request, &vector);
			status = put_vector(tx, &vector); /* judged when it came */
		}
	}
	if (NT_SUCCESS(status))
		e1000_tx_put_request(tx, &sending);
	else
		WdfRequestComplete(request, status);
}

/* Writes that waited, oldest first, as many as there is room for: room for any of them. */
static void put_all_waiting(struct e1000 *nic)
{
	struct e1000_tx *tx = &nic->tx;
	WDFREQUEST request;

	while (e1000_tx_room(tx) >= NIC_MOST_FRAMES) {
		NTSTATUS status = WdfIoQueueRetrieveNextRequest(nic->writes, &request);

		if (!NT_SUCCESS(status)) {
			tx->waiting = status != STATUS_NO_MORE_ENTRIES;
			return;
		}
		put_waiting(tx, request);
	}
}

/* One tail write for all of them. The device may have sent them at once, and there is room again.
 */
void e1000_tx_send_waiting(struct e1000 *nic)
{
	ULONG from;

	do {
		from = nic->tx.next;
		if (nic->tx.waiting)
			put_all_waiting(nic);
		if (nic->tx.next != from) {
			e1000_ring_doorbell(nic, E1000_TDT, nic->tx.next);
			e1000_tx_follow(nic, from);
		}
	} while (nic->tx.next != from);
}

static void wait_for_room(struct e1000 *nic, WDFREQUEST request)
{
	NTSTATUS status = WdfRequestForwardToIoQueue(request, nic->writes);

	if (!NT_SUCCESS(status)) {
		WdfRequestComplete(request, status);
		return;
	}
	nic->tx.waiting = TRUE;
	e1000_tx_send_waiting(nic);
}

/* The device has @sending, and did not say at once that all is well. */
static void wait_for_report(struct e1000 *nic, const struct e1000_sending *sending)
{
	ULONG from = nic->tx.next;

	e1000_tx_put_request(&nic->tx, sending);
	e1000_tx_follow(nic, from);
}

static __declspec(noinline) void wait_for_single(struct e1000 *nic, WDFREQUEST request,
						 size_t length)
{
	struct e1000_sending sending = { .request = request,
					 .frames = 1,
					 .information = (USHORT)length };

	wait_for_report(nic, &sending);
}

/* There is something in the ring, or others wait, or the frame is none. */
static __declspec(noinline) void write_otherwise(struct e1000 *nic, WDFREQUEST request,
						 size_t length)
{
	NTSTATUS status;

	if (!E1000_MAY_SEND(length)) {
		WdfRequestComplete(request, STATUS_INVALID_BUFFER_SIZE);
	} else if (nic->tx.waiting || !e1000_tx_room(&nic->tx)) {
		wait_for_room(nic, request);
	} else {
		status = put_single(&nic->tx, nic->tx.next, request, length);
		if (NT_SUCCESS(status)) {
			(void)e1000_tx_send(nic, nic->tx.next, 1);
			wait_for_single(nic, request, length);
		} else {
			WdfRequestComplete(request, status);
		}
	}
}

static inline BOOLEAN is_sent(ULONG status)
{
	return (status & (E1000_TXD_DD | E1000_TXD_LOST)) == E1000_TXD_DD;
}

/* The usual way: the ring is empty, and the device has sent the frame by the time it knows of it.
 */
void e1000_io_write(WDFQUEUE queue, WDFREQUEST request, size_t length)
{
	struct e1000 *nic = e1000_queue_of(queue)->nic;
	struct e1000_tx *tx = &nic->tx;
	const ULONG next = tx->next;

	if (tx->first != next || tx->waiting || !E1000_MAY_SEND(length) ||
	    !NT_SUCCESS(put_single(tx, next, request, length))) {
		write_otherwise(nic, request, length);
		return;
	}
	if (is_sent(e1000_tx_send(nic, next, 1))) {
		e1000_tx_all_sent(nic, next, 1);
		WdfRequestCompleteWithInformation(request, STATUS_SUCCESS, length);
	} else {
		wait_for_single(nic, request, length);
	}
}

/* Frames for the descriptors from @next on, as many as there is room for, up to one that is none.
 */
static ULONG put_run(struct e1000_tx *tx, ULONG next, WDFLX_IO *ios, ULONG count)
{
	ULONG room = e1000_tx_room(tx), i;

	if (count > room)
		count = room;
	for (i = 0; i < count && E1000_MAY_SEND(ios[i].Length); i++) {
		const size_t length = ios[i].Length;

		e1000_tx_put_frame(tx, next, ios[i].Buffer, (ULONG)length, length);
		ios[i].Information = length;
		next = (next + 1) % E1000_TX_DESCRIPTORS;
	}
	return i;
}

/* Reported, all of them from descriptor @next on. @return one was given up. */
static BOOLEAN tell_sent(const struct e1000_tx *tx, ULONG next, WDFLX_IO *ios, ULONG count)
{
	ULONG any = 0;

	e1000_read_barrier();
	for (ULONG i = 0; i < count; i++) {
		any |= e1000_tx_at(tx, next)->status;
		ios[i].Status = STATUS_SUCCESS;
		next = (next + 1) % E1000_TX_DESCRIPTORS;
	}
	return (any & E1000_TXD_LOST) != 0;
}

/* The device did not say at once that all is well of @count frames, those of @ios. */
static __declspec(noinline) void follow_run(struct e1000 *nic, WDFLX_IO *ios, ULONG count)
{
	ULONG from = nic->tx.next;

	for (ULONG i = 0; i < count; i++) {
		struct e1000_sending sending = { .request = ios[i].Request,
						 .frames = 1,
						 .information = (USHORT)ios[i].Information };

		ios[i].Status = STATUS_PENDING;
		e1000_tx_put_request(&nic->tx, &sending);
	}
	e1000_tx_follow(nic, from);
}

/* Frames of @ios, @count of them, are in the next descriptors. @return all of them were reported
 * sent, and have their status. FALSE: they are with the device, and follow_run() is to come. */
static inline BOOLEAN send_run(struct e1000 *nic, WDFLX_IO *ios, ULONG count)
{
	struct e1000_tx *tx = &nic->tx;
	const ULONG next = tx->next;
	const BOOLEAN alone = tx->first == next;

	if (!(e1000_tx_send(nic, next, count) & E1000_TXD_DD) || !alone ||
	    tell_sent(tx, next, ios, count))
		return FALSE;
	e1000_tx_all_sent(nic, next, count);
	return TRUE;
}

/* Writes that came together: one register write for as many as there is room for. */
void e1000_io_writes(WDFQUEUE queue, WDFLX_IO *ios, ULONG count)
{
	struct e1000 *nic = e1000_queue_of(queue)->nic;
	struct e1000_tx *tx = &nic->tx;
	ULONG seen_to = 0; /* those before are answered, or wait */

	for (ULONG i = 0, run; i < count; i += run) {
		run = tx->waiting ? 0 : put_run(tx, tx->next, ios + i, count - i);
		if (run && send_run(nic, ios + i, run))
			continue;
		e1000_answer(ios, seen_to, i);
		if (run) {
			follow_run(nic, ios + i, run);
		} else {
			write_otherwise(nic, ios[i].Request, ios[i].Length);
			run = 1;
		}
		seen_to = i + run;
	}
}

static void send_vector(struct e1000 *nic, WDFREQUEST request, const struct e1000_vector *vector)
{
	struct e1000_sending sending = vector_of(request, vector);

	const ULONG next = nic->tx.next;
	const BOOLEAN alone = nic->tx.first == next;

	if ((e1000_tx_send(nic, next, vector->count) & E1000_TXD_DD) && alone &&
	    !(e1000_vector_tell_all_sent(&nic->tx, next, vector) & E1000_TXD_LOST)) {
		e1000_tx_all_sent(nic, next, vector->count);
		WdfRequestCompleteWithInformation(request, STATUS_SUCCESS, sending.information);
	} else {
		wait_for_report(nic, &sending);
	}
}

void e1000_write_vector(struct e1000 *nic, WDFREQUEST request)
{
	struct e1000_vector vector;
	NTSTATUS status = e1000_vector_take(request, &vector);

	if (NT_SUCCESS(status) && !nic->tx.waiting && e1000_tx_room(&nic->tx) >= vector.count) {
		status = put_vector(&nic->tx, &vector);
		if (NT_SUCCESS(status)) {
			send_vector(nic, request, &vector);
			return;
		}
	} else if (NT_SUCCESS(status)) {
		status = e1000_vector_judge_frames(&vector);
		if (NT_SUCCESS(status)) {
			wait_for_room(nic, request);
			return;
		}
	}
	WdfRequestComplete(request, status);
}
