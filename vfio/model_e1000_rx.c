/* SPDX-License-Identifier: MIT */
/* model_e1000_rx.c - address filter (3.2.1) and receive ring (3.2.3 to 3.2.6). */
#include <string.h>

#include "model_e1000.h"

#define RCTL_EN    0x00000002u
#define RCTL_UPE   0x00000008u
#define RCTL_MPE   0x00000010u
#define RCTL_LPE   0x00000020u
#define RCTL_BAM   0x00008000u
#define RCTL_BSEX  0x02000000u
#define RCTL_SECRC 0x04000000u

#define FRAME_LONG     1518u /* without the checksum, with a VLAN tag */
#define FRAME_SHORT    60u
#define FCS_LEN        4u
#define STATUS_DD      0x01u
#define STATUS_EOP     0x02u
#define STATUS_IXSM    0x04u
#define DESCRIPTOR_LEN 16u
#define ADDRESSES      16u

struct rx_descriptor {
	uint64_t address;
	uint16_t len, checksum;
	uint8_t status, errors;
	uint16_t special;
};
_Static_assert(sizeof(struct rx_descriptor) == DESCRIPTOR_LEN, "3.2.3: 16 bytes");

/* --- filter --- */

static bool matches_address(struct e1000 *e, const uint8_t *to)
{
	for (unsigned int i = 0; i < ADDRESSES; i++) {
		uint32_t low = *e1000_reg(e, E1000_RAL0 + 8 * i);
		uint32_t high = *e1000_reg(e, E1000_RAH0 + 8 * i);

		if ((high & RAH_AV) &&
		    low == (to[0] | to[1] << 8 | to[2] << 16 | (uint32_t)to[3] << 24) &&
		    (high & 0xffff) == (uint32_t)(to[4] | to[5] << 8))
			return true;
	}
	return false;
}

/* 13.5.1: 12 bits of the address choose a bit of the multicast table; RCTL.MO says which 12. */
static bool matches_multicast(struct e1000 *e, const uint8_t *to)
{
	static const unsigned int shifts[] = { 4, 3, 2, 0 };
	unsigned int shift = shifts[*e1000_reg(e, E1000_RCTL) >> 12 & 3];
	unsigned int hash = ((to[5] << 8 | to[4]) >> shift) & 0xfff;

	return *e1000_reg(e, E1000_MTA + 4 * (hash >> 5)) >> (hash & 0x1f) & 1;
}

static bool is_broadcast(const uint8_t *to)
{
	static const uint8_t all[E1000_MAC_LEN] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	return !memcmp(to, all, sizeof(all));
}

static bool accepts(struct e1000 *e, const uint8_t *to)
{
	uint32_t rctl = *e1000_reg(e, E1000_RCTL);

	if (is_broadcast(to))
		return (rctl & RCTL_BAM) || (rctl & RCTL_MPE);
	if (to[0] & 1)
		return (rctl & RCTL_MPE) || matches_address(e, to) || matches_multicast(e, to);
	return (rctl & RCTL_UPE) || matches_address(e, to);
}

/* --- ring --- */

static uint32_t ring_count(struct e1000 *e)
{
	return (*e1000_reg(e, E1000_RDLEN) & 0xfff80u) / DESCRIPTOR_LEN;
}

/* Descriptors that the driver has handed over; head equal to tail: none. */
static uint32_t available(struct e1000 *e)
{
	uint32_t count = ring_count(e);
	uint32_t head = *e1000_reg(e, E1000_RDH), tail = *e1000_reg(e, E1000_RDT);

	return head < count && tail < count ? (tail + count - head) % count : 0;
}

static uint32_t buffer_len(struct e1000 *e)
{
	uint32_t rctl = *e1000_reg(e, E1000_RCTL);
	uint32_t len = 2048u >> (rctl >> 16 & 3);

	return rctl & RCTL_BSEX ? len * 16 : len;
}

/* Puts up to one buffer of @data into the next descriptor. */
static void fill_descriptor(struct pci_model *m, const uint8_t *data, uint32_t len, bool last)
{
	struct e1000 *e = e1000_of(m);
	uint64_t base =
		(uint64_t)*e1000_reg(e, E1000_RDBAH) << 32 | (*e1000_reg(e, E1000_RDBAL) & ~0xfu);
	uint32_t *head = e1000_reg(e, E1000_RDH);
	uint64_t at = base + (uint64_t)*head * DESCRIPTOR_LEN;
	struct rx_descriptor d;

	*head = (*head + 1) % ring_count(e);
	if (!pci_model_dma_read(m, at, &d, sizeof(d)))
		return;
	if (d.address) /* 3.2.3: a null descriptor is skipped, its status written */
		pci_model_dma_write(m, d.address, data, len);
	d.len = (uint16_t)len;
	d.checksum = 0;
	d.errors = 0;
	d.special = 0;
	d.status = STATUS_DD | STATUS_IXSM | (last ? STATUS_EOP : 0);
	/* 8 bytes at once, after the data: the driver looks at the status alone */
	pci_model_dma_write(m, at + 8, &d.len, 8);
}

static void count_received(struct e1000 *e, const uint8_t *to, uint32_t len)
{
	uint64_t octets = (uint64_t)*e1000_reg(e, E1000_GORCH) << 32 | *e1000_reg(e, E1000_GORCL);

	octets += len;
	*e1000_reg(e, E1000_GORCL) = (uint32_t)octets;
	*e1000_reg(e, E1000_GORCH) = (uint32_t)(octets >> 32);
	++*e1000_reg(e, E1000_GPRC);
	if (is_broadcast(to))
		++*e1000_reg(e, E1000_BPRC);
	else if (to[0] & 1)
		++*e1000_reg(e, E1000_MPRC);
}

/* 13.4.22 RDMTS: few descriptors left, by half, quarter or eighth of the ring. */
static bool runs_low(struct e1000 *e)
{
	return available(e) <= ring_count(e) >> ((*e1000_reg(e, E1000_RCTL) >> 8 & 3) + 1);
}

static bool overrun(struct pci_model *m)
{
	struct e1000 *e = e1000_of(m);

	++*e1000_reg(e, E1000_MPC);
	++*e1000_reg(e, E1000_RNBC);
	e1000_cause(m, E1000_ICR_RXO);
	return false;
}

static bool store(struct pci_model *m, const uint8_t *frame, uint32_t len)
{
	struct e1000 *e = e1000_of(m);
	uint32_t piece = buffer_len(e);

	if ((len + piece - 1) / piece > available(e))
		return overrun(m);
	for (uint32_t at = 0; at < len; at += piece) {
		bool last = len - at <= piece;

		fill_descriptor(m, frame + at, last ? len - at : piece, last);
	}
	count_received(e, frame, len);
	e1000_cause(m, E1000_ICR_RXT0 | (runs_low(e) ? E1000_ICR_RXDMT0 : 0));
	return true;
}

bool e1000_receive(struct pci_model *m, const uint8_t *frame, size_t len)
{
	struct e1000 *e = e1000_of(m);
	uint32_t rctl = *e1000_reg(e, E1000_RCTL);
	uint8_t whole[E1000_FRAME_MAX + FCS_LEN];
	size_t padded = len < FRAME_SHORT ? FRAME_SHORT : len;

	if (m->wrong.vanished || !e1000_link_is_up(e) || !(rctl & RCTL_EN))
		return false;
	if (len < E1000_MAC_LEN || len > (rctl & RCTL_LPE ? E1000_FRAME_MAX : FRAME_LONG) ||
	    !accepts(e, frame))
		return false;
	++*e1000_reg(e, E1000_TPR);
	memcpy(whole, frame, len);
	memset(whole + len, 0, padded - len + FCS_LEN); /* the checksum: the wire has no errors */
	return store(m, whole, (uint32_t)padded + (rctl & RCTL_SECRC ? 0 : FCS_LEN));
}
