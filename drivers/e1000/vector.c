/* SPDX-License-Identifier: MIT */
/*
 * vector.c - the array of a vector read or write (uwdf_nic.h), judged before anything is done, and
 * what is done with all of it at a time.
 *
 * The framework has copied the first buffer, as it does for both codes' methods, so that a client
 * which changes its array changes nothing here.
 */
#include "e1000.h"

NTSTATUS e1000_vector_judge_frames(const struct e1000_vector *vector)
{
	for (ULONG i = 0; i < vector->count; i++) {
		const struct nic_frame *entry = &vector->entries[i];

		if (!e1000_vector_is_place(vector, entry))
			return STATUS_INVALID_PARAMETER;
		if (!E1000_MAY_SEND(entry->length))
			return STATUS_INVALID_BUFFER_SIZE;
	}
	return STATUS_SUCCESS;
}

NTSTATUS e1000_vector_judge_places(const struct e1000_vector *given)
{
	const struct e1000_vector vector = *given; /* in registers: nothing here writes to it */
	const struct nic_frame *entry = vector.entries, *end = entry + vector.count;
	const size_t array_len = vector.count * sizeof(*entry);
	ULONG reserved = 0;

	for (; entry < end; entry++) {
		size_t offset = entry->offset, length = entry->length;

		reserved |= entry->reserved;
		if (offset < array_len || length < NIC_MIN_FRAME || offset + length > vector.room)
			return STATUS_INVALID_PARAMETER;
	}
	return reserved ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
}

ULONG e1000_vector_put_small(const struct e1000_tx *tx, ULONG next,
			     const struct e1000_vector *given, ULONG first)
{
	const struct e1000_vector vector = *given; /* nothing here writes to these */
	const size_t array_len = vector.count * sizeof(struct nic_frame);
	const UCHAR *entries = (const UCHAR *)(vector.entries + first);
	volatile UCHAR *ring = (volatile UCHAR *)e1000_tx_at(tx, next);
	UCHAR *buffer = tx->buffers.memory + (size_t)next * E1000_BUFFER_BYTES;
	size_t left = vector.count - first, here = E1000_TX_DESCRIPTORS - next, run, at;
	ULONG reserved = 0;

	if (vector.room < E1000_SMALL_FRAME)
		return 0;
	run = (left < here ? left : here) * sizeof(struct nic_frame);
	for (at = 0; at < run; at += sizeof(struct nic_frame)) {
		const struct nic_frame *entry = (const struct nic_frame *)(entries + at);
		size_t offset = entry->offset;
		ULONG length = entry->length;

		if (length - NIC_MIN_FRAME > E1000_SMALL_FRAME - NIC_MIN_FRAME ||
		    offset < array_len || offset > vector.room - E1000_SMALL_FRAME)
			break;
		reserved |= entry->reserved;
		RtlCopyMemory(buffer, vector.memory + offset, E1000_SMALL_FRAME);
		buffer += E1000_BUFFER_BYTES;
		((volatile struct e1000_tx_descriptor *)(ring + at))->order =
			E1000_TXD_ORDER(length, E1000_TXD_WHOLE_FRAME);
	}
	return reserved ? 0 : (ULONG)(at / sizeof(struct nic_frame));
}

ULONG e1000_vector_tell_all_sent(const struct e1000_tx *tx, ULONG first,
				 const struct e1000_vector *vector)
{
	const UCHAR *entries = (const UCHAR *)vector->entries;
	size_t left = vector->count * sizeof(struct nic_frame), run;
	UCHAR *outcomes = vector->memory;
	ULONG any = 0;

	e1000_read_barrier(); /* the device writes to none of them any more */
	for (; left; left -= run) {
		const UCHAR *status = tx->ring.memory + first * sizeof(struct e1000_tx_descriptor) +
				      FIELD_OFFSET(struct e1000_tx_descriptor, status);

		run = (E1000_TX_DESCRIPTORS - first) * sizeof(struct nic_frame);
		if (run > left)
			run = left;
		for (size_t at = 0; at < run; at += sizeof(struct nic_frame)) {
			any |= status[at];
			e1000_vector_tell_sent(outcomes + at, entries + at);
		}
		first = 0;
		entries += run;
		outcomes += run;
	}
	return any;
}
