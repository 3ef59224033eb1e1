/* SPDX-License-Identifier: MIT */
/* tx.h - the transmit ring, for those who put frames into it (write.c) and take requests out
 * (tx.c).
 */
#ifndef E1000_TX_H
#define E1000_TX_H

#include "e1000.h"

/* One descriptor stays free: equal head and tail mean that the ring is empty (3.4). */
static inline ULONG e1000_tx_room(const struct e1000_tx *tx)
{
	return (tx->first - tx->next - 1) % E1000_TX_DESCRIPTORS;
}

/* A copy of @frame, which has @bytes behind it, for descriptor @i. */
static inline void e1000_tx_put_frame(struct e1000_tx *tx, ULONG i, const UCHAR *frame,
				      ULONG length, size_t bytes)
{
	volatile struct e1000_tx_descriptor *desc = e1000_tx_at(tx, i);

	e1000_copy_frame(tx->buffers.memory + (size_t)i * E1000_BUFFER_BYTES, frame, length, bytes);
	desc->order = E1000_TXD_ORDER(length, E1000_TXD_WHOLE_FRAME);
}

/* Its frames are in the next descriptors. */
static inline void e1000_tx_put_request(struct e1000_tx *tx, const struct e1000_sending *sending)
{
	tx->sending[tx->next] = *sending;
	tx->next = (tx->next + sending->frames) % E1000_TX_DESCRIPTORS;
}

/* @frames descriptors from @next on go to the device. @return its report of the last of them: most
 * devices have sent them by the time that they know of them. */
static inline ULONG e1000_tx_send(struct e1000 *nic, ULONG next, ULONG frames)
{
	volatile struct e1000_tx_descriptor *last =
		e1000_tx_at(&nic->tx, (next + frames - 1) % E1000_TX_DESCRIPTORS);

	e1000_ring_doorbell(nic, E1000_TDT, (next + frames) % E1000_TX_DESCRIPTORS);
	return last->status;
}

/* All that was in the ring, @frames from @next on, is sent, and nothing is left to do for it. */
static inline void e1000_tx_all_sent(struct e1000 *nic, ULONG next, ULONG frames)
{
	struct e1000_tx *tx = &nic->tx;

	nic->counters.sent += frames;
	tx->first = tx->next = (next + frames) % E1000_TX_DESCRIPTORS;
}

/* tx.c: new requests, from descriptor @from on, are the device's. What is not sent at once is
 * announced by an interrupt. */
void e1000_tx_follow(struct e1000 *nic, ULONG from);

/* write.c: writes that wait for a descriptor, as many as there is room for. */
void e1000_tx_send_waiting(struct e1000 *nic);

#endif
