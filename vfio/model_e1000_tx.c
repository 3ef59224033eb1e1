/* SPDX-License-Identifier: MIT */
/* model_e1000_tx.c - the transmit ring (3.3, 3.4). */
#include <string.h>

#include "model_e1000.h"

#define TCTL_EN     0x2u
#define TCTL_PSP    0x8u
#define FRAME_SHORT 60u /* without the checksum */

#define CMD_EOP           0x01u
#define CMD_RS            0x08u
#define CMD_DEXT          0x20u
#define STATUS_DD         0x01u
#define DTYP_DATA         1u
#define DESCRIPTOR_LEN    16u
#define DESCRIPTOR_STATUS 12u

struct tx_descriptor {
	uint64_t address;
	uint16_t len;
	uint8_t cso_or_type; /* extended: low 4 bits of the length above 16, DTYP above them */
	uint8_t command;
	uint8_t status, css;
	uint16_t special;
};
_Static_assert(sizeof(struct tx_descriptor) == DESCRIPTOR_LEN, "3.3.3: 16 bytes");

static uint64_t ring_base(struct e1000 *e)
{
	return (uint64_t)*e1000_reg(e, E1000_TDBAH) << 32 | (*e1000_reg(e, E1000_TDBAL) & ~0xfu);
}

static uint32_t ring_count(struct e1000 *e)
{
	return (*e1000_reg(e, E1000_TDLEN) & 0xfff80u) / DESCRIPTOR_LEN;
}

static bool has_work(struct e1000 *e)
{
	return (*e1000_reg(e, E1000_TCTL) & TCTL_EN) &&
	       *e1000_reg(e, E1000_TDH) != *e1000_reg(e, E1000_TDT) &&
	       *e1000_reg(e, E1000_TDH) < ring_count(e) && *e1000_reg(e, E1000_TDT) < ring_count(e);
}

static uint32_t data_len(const struct tx_descriptor *d)
{
	if (!(d->command & CMD_DEXT))
		return d->len;
	/* 3.3.7: an extended descriptor is data, or context that carries none */
	if (d->cso_or_type >> 4 != DTYP_DATA)
		return 0;
	return d->len | (uint32_t)(d->cso_or_type & 0xf) << 16;
}

/* A frame too long for the packet buffer loses its tail; no driver of ours sends one. */
static void gather(struct pci_model *m, const struct tx_descriptor *d)
{
	struct e1000 *e = e1000_of(m);
	uint32_t len = data_len(d);

	if (len > E1000_FRAME_MAX - e->frame_len) {
		pci_model_violation(m, "a frame longer than the packet buffer", d->address);
		len = E1000_FRAME_MAX - e->frame_len;
	}
	if (len)
		pci_model_dma_read(m, d->address, e->frame + e->frame_len, len);
	e->frame_len += len;
}

static void write_back(struct pci_model *m, uint64_t at, const struct tx_descriptor *d)
{
	uint8_t status = d->status | STATUS_DD;

	if (!(d->command & CMD_RS))
		return;
	pci_model_dma_write(m, at + DESCRIPTOR_STATUS, &status, 1);
	e1000_of(m)->frame_reports = true;
}

/* Takes one descriptor; true: it ended a frame. */
static bool take_descriptor(struct pci_model *m)
{
	struct e1000 *e = e1000_of(m);
	uint32_t *head = e1000_reg(e, E1000_TDH);
	uint64_t at = ring_base(e) + (uint64_t)*head * DESCRIPTOR_LEN;
	struct tx_descriptor d;
	bool fetched = pci_model_dma_read(m, at, &d, sizeof(d));

	*head = (*head + 1) % ring_count(e);
	if (!fetched)
		return false;
	gather(m, &d);
	write_back(m, at, &d);
	return (d.command & CMD_EOP) && data_len(&d);
}

static void pad(struct e1000 *e)
{
	if (!(*e1000_reg(e, E1000_TCTL) & TCTL_PSP) || e->frame_len >= FRAME_SHORT)
		return;
	memset(e->frame + e->frame_len, 0, FRAME_SHORT - e->frame_len);
	e->frame_len = FRAME_SHORT;
}

bool e1000_next_frame(struct pci_model *m)
{
	struct e1000 *e = e1000_of(m);

	while (has_work(e)) {
		if (!take_descriptor(m))
			continue;
		pad(e);
		return true;
	}
	return false;
}

static void count_sent(struct e1000 *e)
{
	uint64_t octets = (uint64_t)*e1000_reg(e, E1000_GOTCH) << 32 | *e1000_reg(e, E1000_GOTCL);

	octets += e->frame_len + 4; /* 13.7.36: with the checksum */
	*e1000_reg(e, E1000_GOTCL) = (uint32_t)octets;
	*e1000_reg(e, E1000_GOTCH) = (uint32_t)(octets >> 32);
	++*e1000_reg(e, E1000_GPTC);
	++*e1000_reg(e, E1000_TPT);
}

void e1000_frame_sent(struct pci_model *m)
{
	struct e1000 *e = e1000_of(m);
	uint32_t causes = e->frame_reports ? E1000_ICR_TXDW : 0;

	count_sent(e);
	e->frame_len = 0;
	e->frame_reports = false;
	if (!has_work(e))
		causes |= E1000_ICR_TXQE;
	e1000_cause(m, causes);
}
