/* SPDX-License-Identifier: MIT */
/* rx.h - the receive ring, for those who take frames out of it (read.c). */
#ifndef E1000_RX_H
#define E1000_RX_H

#include "e1000.h"

/* rx.c: one register write gives all the descriptors back that were taken. */
void e1000_rx_give_back(struct e1000 *nic);
/* rx.c: the oldest descriptor's frame is not one, or the rest of one: look behind it. */
ULONG e1000_rx_look_further(struct e1000 *nic);

/* The oldest descriptor's frame was copied or is not wanted. */
static inline void e1000_rx_take(struct e1000_rx *rx)
{
	const ULONG next = rx->next;

	e1000_rx_at(rx, next)->done = 0;
	rx->next = (next + 1) % E1000_RX_DESCRIPTORS;
	rx->taken++;
}

static inline const UCHAR *e1000_rx_oldest(const struct e1000_rx *rx)
{
	return rx->buffers.memory + (size_t)rx->next * E1000_BUFFER_BYTES;
}

/*
 * 3.2.3: length and errors are what the device wrote, so they are looked at before they are used. A
 * frame fits one descriptor.
 */
static inline BOOLEAN e1000_rx_is_good(ULONG64 done)
{
	return E1000_RXD_BEYOND(done, NIC_MIN_FRAME) <= NIC_MAX_FRAME - NIC_MIN_FRAME;
}

/*
 * The length of the oldest frame in the ring, 0: there is none. What was taken and not given back
 * the device cannot have finished again, whatever it says there.
 */
static inline ULONG e1000_rx_oldest_length(struct e1000 *nic)
{
	struct e1000_rx *rx = &nic->rx;
	ULONG64 done = e1000_rx_at(rx, rx->next)->done;
	ULONG length;

	if (!(done & E1000_RXD_DD) || rx->taken >= E1000_RX_DESCRIPTORS - 1)
		return 0;
	length = e1000_rx_is_good(done) && !rx->in_frame ? E1000_RXD_LENGTH(done)
							 : e1000_rx_look_further(nic);
	e1000_read_barrier();
	return length;
}

#endif
