/* SPDX-License-Identifier: MIT */
/*
 * read.c - reads: one frame, several reads that came together, or a vector, from the receive ring.
 *
 * A read looks into the ring itself. Only one that finds nothing waits for the device to interrupt:
 * while reads come faster than frames, or frames faster than reads, there are no interrupts.
 */
#include "rx.h"

FORCEINLINE BOOLEAN is_small(ULONG length)
{
	return length - E1000_LEAST_FRAME <= E1000_SMALL_FRAME - E1000_LEAST_FRAME;
}

/* A copy of the oldest frame, of @length bytes, to where there is @room. */
FORCEINLINE void take_frame(const struct e1000_rx *rx, UCHAR *to, ULONG length, size_t room)
{
	if (is_small(length) && room >= E1000_SMALL_FRAME)
		e1000_take_small(to, e1000_rx_oldest(rx), length);
	else
		RtlCopyMemory(to, e1000_rx_oldest(rx), length);
}

/* The oldest frame, of @length bytes, for @request, a read of @room bytes. */
FORCEINLINE NTSTATUS copy_oldest(const struct e1000_rx *rx, WDFREQUEST request, ULONG length,
				 size_t room)
{
	NTSTATUS status;
	PVOID out;

	status = WdfRequestRetrieveOutputBuffer(request, length, &out, NULL);
	if (NT_SUCCESS(status))
		take_frame(rx, out, length, room);
	return status;
}

/* It ends @request; it stays if the buffer is too small. Many that were taken the device gets back.
 */
FORCEINLINE void give_frame(struct e1000 *nic, WDFREQUEST request, ULONG length, size_t room)
{
	struct e1000_rx *rx = &nic->rx;
	NTSTATUS status = copy_oldest(rx, request, length, room);

	if (!NT_SUCCESS(status)) {
		WdfRequestComplete(request, status);
		return;
	}
	e1000_rx_take(rx);
	nic->counters.received++;
	if (rx->taken >= E1000_RX_BATCH)
		e1000_rx_give_back(nic);
	WdfRequestCompleteWithInformation(request, STATUS_SUCCESS, length);
}

/* Where frames go, and what there is to go there. */
struct filling {
	const struct e1000_vector *vector;
	ULONG filled; /* places, from the first on */
	size_t end;   /* of what was written */
};

/* The descriptor after the oldest, so many further, is the oldest now. */
static inline void took(struct e1000 *nic, ULONG count)
{
	struct e1000_rx *rx = &nic->rx;

	rx->next = (rx->next + count) % E1000_RX_DESCRIPTORS;
	rx->taken += count;
	nic->counters.received += count;
}

/* Descriptors in a row that the device may have finished, no more than are @wanted. */
static ULONG longest_run(const struct e1000_rx *rx, ULONG wanted)
{
	ULONG run = wanted;
	ULONG here = E1000_RX_DESCRIPTORS - rx->next, free = E1000_RX_DESCRIPTORS - 1 - rx->taken;

	if (run > here)
		run = here;
	return run < free ? run : free;
}

/* Small frames into places with room for any such: a few moves each, and one count for all three
 * arrays, whose elements are of one size. */
static void fill_small(struct e1000 *nic, struct filling *filling)
{
	const struct e1000_vector vector = *filling->vector; /* nothing here writes to these */
	const size_t done_before = filling->filled * sizeof(struct nic_frame);
	const UCHAR *places = (const UCHAR *)vector.entries + done_before;
	UCHAR *outcomes = vector.memory + done_before;
	volatile UCHAR *ring = (volatile UCHAR *)e1000_rx_at(&nic->rx, nic->rx.next);
	const UCHAR *buffer = e1000_rx_oldest(&nic->rx);
	size_t run = longest_run(&nic->rx, vector.count - filling->filled) *
		     sizeof(struct nic_frame),
	       at;
	size_t end = filling->end;

	for (at = 0; at < run; at += sizeof(struct nic_frame)) {
		volatile struct e1000_rx_descriptor *desc =
			(volatile struct e1000_rx_descriptor *)(ring + at);
		const struct nic_frame *place = (const struct nic_frame *)(places + at);
		ULONG64 beyond = E1000_RXD_BEYOND(desc->done, E1000_LEAST_FRAME);
		ULONG offset = place->offset, length = (ULONG)beyond + E1000_LEAST_FRAME;

		if (beyond > E1000_SMALL_FRAME - E1000_LEAST_FRAME ||
		    place->length < E1000_SMALL_FRAME)
			break;
		e1000_read_barrier();
		RtlCopyMemory(outcomes + at, &offset, sizeof(offset));
		e1000_take_small(vector.memory + offset, buffer, length);
		desc->done = 0;
		e1000_vector_tell_length(outcomes + at, length);
		buffer += E1000_BUFFER_BYTES;
		if ((size_t)offset + length > end)
			end = (size_t)offset + length;
	}
	filling->end = end;
	filling->filled += (ULONG)(at / sizeof(struct nic_frame));
	took(nic, (ULONG)(at / sizeof(struct nic_frame)));
}

/* The oldest frame, whatever its length, into the next place. FALSE: there is none, or it does not
 * fit. */
static BOOLEAN fill_any(struct e1000 *nic, struct filling *filling)
{
	const struct nic_frame *place = &filling->vector->entries[filling->filled];
	UCHAR *memory = filling->vector->memory;
	ULONG length = e1000_rx_oldest_length(nic);

	if (!length || length > place->length)
		return FALSE;
	take_frame(&nic->rx, memory + place->offset, length, place->length);
	e1000_rx_at(&nic->rx, nic->rx.next)->done = 0;
	e1000_vector_tell(memory + filling->filled * sizeof(*place), place->offset, length,
			  STATUS_SUCCESS);
	if ((size_t)place->offset + length > filling->end)
		filling->end = (size_t)place->offset + length;
	filling->filled++;
	took(nic, 1);
	return TRUE;
}

/* The oldest frame and those behind it end @request. */
static void give_frames(struct e1000 *nic, WDFREQUEST request, const struct e1000_vector *vector)
{
	struct filling filling = { .vector = vector,
				   .end = vector->count * sizeof(struct nic_frame) };

	do {
		fill_small(nic, &filling);
	} while (filling.filled < vector->count && fill_any(nic, &filling) &&
		 filling.filled < vector->count);
	if (!filling.filled) {
		WdfRequestComplete(request, STATUS_BUFFER_TOO_SMALL);
		return;
	}
	for (ULONG i = filling.filled; i < vector->count; i++)
		e1000_vector_tell(vector->memory + i * sizeof(struct nic_frame),
				  vector->entries[i].offset, 0, STATUS_NO_MORE_ENTRIES);
	WdfRequestCompleteWithInformation(request, STATUS_SUCCESS, filling.end);
}

/* Reads that waited: one frame or as many as there are, whatever the oldest of them asked for. */
static void give_to_waiting(struct e1000 *nic, WDFREQUEST request, ULONG length)
{
	WDF_REQUEST_PARAMETERS parameters;
	struct e1000_vector vector;

	WDF_REQUEST_PARAMETERS_INIT(&parameters);
	WdfRequestGetParameters(request, &parameters);
	if (parameters.Type == WdfRequestTypeRead)
		give_frame(nic, request, length, parameters.Parameters.Read.Length);
	else if (NT_SUCCESS(e1000_vector_take(request, &vector)))
		give_frames(nic, request, &vector);
}

/* @return there was a frame that somebody waited for. */
static BOOLEAN serve_waiting(struct e1000 *nic)
{
	BOOLEAN served = FALSE;
	WDFREQUEST request;
	ULONG length;

	while (nic->rx.waiting && (length = e1000_rx_oldest_length(nic))) {
		NTSTATUS status = WdfIoQueueRetrieveNextRequest(nic->reads, &request);

		if (!NT_SUCCESS(status)) {
			nic->rx.waiting = status != STATUS_NO_MORE_ENTRIES;
			break;
		}
		give_to_waiting(nic, request, length);
		served = TRUE;
	}
	e1000_rx_give_back(nic);
	return served;
}

/* The ring is empty, or others were here first. */
static void wait_for_frame(struct e1000 *nic, WDFREQUEST request)
{
	NTSTATUS status = WdfRequestForwardToIoQueue(request, nic->reads);

	if (!NT_SUCCESS(status)) {
		WdfRequestComplete(request, status);
		return;
	}
	nic->rx.waiting = TRUE;
	(void)serve_waiting(nic);
	if (nic->rx.waiting)
		e1000_arm(nic, E1000_INT_RXT0);
}

/* Others wait, or the ring is empty, or does not begin with a good frame. */
static __declspec(noinline) void read_otherwise(struct e1000 *nic, WDFREQUEST request, size_t room)
{
	ULONG frame = nic->rx.waiting ? 0 : e1000_rx_oldest_length(nic);

	if (!frame) {
		wait_for_frame(nic, request);
		return;
	}
	give_frame(nic, request, frame, room);
}

/* Between requests there are never as many taken as e1000_rx_oldest_length() watches for. */
void e1000_io_read(WDFQUEUE queue, WDFREQUEST request, size_t length)
{
	struct e1000 *nic = e1000_queue_of(queue)->nic;
	ULONG64 done = e1000_rx_at(&nic->rx, nic->rx.next)->done;

	if (!e1000_rx_is_good(done) || nic->rx.waiting || nic->rx.in_frame) {
		read_otherwise(nic, request, length);
		return;
	}
	e1000_read_barrier();
	give_frame(nic, request, E1000_RXD_LENGTH(done), length);
}

/* Small frames for reads in turn: a few moves each. @return how many, up to one that is not small
 * or is none, or to the ring's end. */
static ULONG give_small(struct e1000 *nic, WDFLX_IO *ios, ULONG count)
{
	struct e1000_rx *rx = &nic->rx;
	volatile struct e1000_rx_descriptor *desc = e1000_rx_at(rx, rx->next);
	const UCHAR *buffer = e1000_rx_oldest(rx);
	ULONG run = longest_run(rx, count), i;

	for (i = 0; i < run; i++) {
		ULONG64 beyond = E1000_RXD_BEYOND(desc->done, E1000_LEAST_FRAME);

		if (beyond > E1000_SMALL_FRAME - E1000_LEAST_FRAME ||
		    ios[i].Length < E1000_SMALL_FRAME)
			break;
		e1000_read_barrier();
		e1000_take_small(ios[i].Buffer, buffer, (ULONG)beyond + E1000_LEAST_FRAME);
		desc->done = 0;
		ios[i].Information = (ULONG)beyond + E1000_LEAST_FRAME;
		ios[i].Status = STATUS_SUCCESS;
		desc++;
		buffer += E1000_BUFFER_BYTES;
	}
	took(nic, i);
	return i;
}

/* The oldest frame, whatever it is, for @io. FALSE: there is none, or others wait for it. */
static BOOLEAN give_any(struct e1000 *nic, WDFLX_IO *io)
{
	ULONG length = nic->rx.waiting ? 0 : e1000_rx_oldest_length(nic);

	if (!length)
		return FALSE;
	io->Status = STATUS_BUFFER_TOO_SMALL;
	io->Information = 0;
	if (length > io->Length)
		return TRUE; /* it stays */
	take_frame(&nic->rx, io->Buffer, length, io->Length);
	e1000_rx_take(&nic->rx);
	nic->counters.received++;
	io->Status = STATUS_SUCCESS;
	io->Information = length;
	return TRUE;
}

/* Reads that came together: one register write for as many as there are frames. */
void e1000_io_reads(WDFQUEUE queue, WDFLX_IO *ios, ULONG count)
{
	struct e1000 *nic = e1000_queue_of(queue)->nic;
	struct e1000_rx *rx = &nic->rx;
	ULONG seen_to = 0; /* those before are answered, or wait */

	for (ULONG i = 0; i < count; i++) {
		if (!rx->waiting && !rx->in_frame)
			i += give_small(nic, ios + i, count - i);
		if (i < count && !give_any(nic, &ios[i])) {
			e1000_answer(ios, seen_to, i);
			wait_for_frame(nic, ios[i].Request);
			seen_to = i + 1;
		}
	}
	if (rx->taken >= E1000_RX_BATCH)
		e1000_rx_give_back(nic);
}

void e1000_read_vector(struct e1000 *nic, WDFREQUEST request)
{
	struct e1000_vector vector;
	NTSTATUS status = e1000_vector_take(request, &vector);

	if (NT_SUCCESS(status))
		status = e1000_vector_judge_places(&vector);
	if (!NT_SUCCESS(status)) {
		WdfRequestComplete(request, status);
		return;
	}
	if (nic->rx.waiting || !e1000_rx_oldest_length(nic)) {
		wait_for_frame(nic, request);
		return;
	}
	give_frames(nic, request, &vector);
	if (nic->rx.taken >= E1000_RX_BATCH)
		e1000_rx_give_back(nic);
}

/* DPC. Where nobody waits, the next read looks for itself. */
void e1000_rx_came(struct e1000 *nic)
{
	if (!serve_waiting(nic) && !nic->rx.waiting)
		e1000_disarm(nic, E1000_INT_RXT0);
}
