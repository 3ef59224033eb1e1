/* SPDX-License-Identifier: MIT */
/*
 * model_edu.c - QEMU's educational device, as its specification (docs/specs/edu) describes it.
 *
 * Liveness register, factorial, interrupts raised and acknowledged by hand, a DMA engine that
 * forms 28 address bits, one MSI vector.
 */
#include "model_private.h"

#define EDU_ID             0x00u
#define EDU_LIVENESS       0x04u
#define EDU_FACTORIAL      0x08u
#define EDU_STATUS         0x20u
#define EDU_IRQ_STATUS     0x24u
#define EDU_IRQ_RAISE      0x60u
#define EDU_IRQ_ACK        0x64u
#define EDU_DMA_SOURCE     0x80u
#define EDU_DMA_DEST       0x88u
#define EDU_DMA_COUNT      0x90u
#define EDU_DMA_CMD        0x98u
#define EDU_WIDE_REGISTERS 0x80u /* from here on registers take 8 bytes too */

#define EDU_ID_VALUE      0x010000edu
#define STATUS_COMPUTING  0x01u
#define STATUS_IRQ_FACT   0x80u
#define IRQ_FACTORIAL     0x001u
#define IRQ_DMA           0x100u
#define DMA_START         0x1u
#define DMA_TO_RAM        0x2u
#define DMA_IRQ           0x4u
#define DMA_BUFFER        0x40000u
#define DMA_BUFFER_LEN    4096u
#define DMA_ADDRESS_MASK  ((1ull << 28) - 1)
#define FACTORIAL_TIME_NS 10000u
#define DMA_TIME_NS       20000u

struct edu {
	uint32_t liveness, factorial, status, irq_status;
	uint64_t dma_source, dma_dest, dma_count, dma_command;
	struct pci_model_timer factorial_done, dma_done;
	uint8_t buffer[DMA_BUFFER_LEN];
};

static struct edu *edu_of(struct pci_model *m)
{
	return pci_model_state(m);
}

static void reset(struct pci_model *m)
{
	struct edu *edu = edu_of(m);

	if (edu->factorial_done.link.next) { /* not the first reset */
		pci_model_timer_stop(&edu->factorial_done);
		pci_model_timer_stop(&edu->dma_done);
	}
	*edu = (struct edu){ 0 };
	list_init(&edu->factorial_done.link);
	list_init(&edu->dma_done.link);
	pci_model_set_intx(m, false);
}

/* --- interrupts --- */

static void raise_irq(struct pci_model *m, uint32_t cause)
{
	struct edu *edu = edu_of(m);

	edu->irq_status |= cause;
	if (!edu->irq_status)
		return;
	if (pci_model_uses_messages(m))
		pci_model_send_msi(m, 0);
	else
		pci_model_set_intx(m, true);
}

static void acknowledge(struct pci_model *m, uint32_t cause)
{
	struct edu *edu = edu_of(m);

	edu->irq_status &= ~cause;
	if (!edu->irq_status)
		pci_model_set_intx(m, false);
}

/* --- factorial --- */

static void finish_factorial(struct pci_model *m)
{
	struct edu *edu = edu_of(m);
	uint32_t product = 1;

	/* from 34! on the low 32 bits are zero: no need to go on */
	for (uint32_t n = edu->factorial; n > 1 && product; n--)
		product *= n;
	edu->factorial = product;
	edu->status &= ~STATUS_COMPUTING;
	if (edu->status & STATUS_IRQ_FACT)
		raise_irq(m, IRQ_FACTORIAL);
}

static void start_factorial(struct pci_model *m, uint32_t n)
{
	struct edu *edu = edu_of(m);

	if (edu->status & STATUS_COMPUTING)
		return;
	edu->factorial = n;
	edu->status |= STATUS_COMPUTING;
	pci_model_timer_start(m, &edu->factorial_done, FACTORIAL_TIME_NS, finish_factorial);
}

/* --- DMA --- */

/* The device's own buffer at @addr, or NULL when the transfer would leave it. */
static uint8_t *own_buffer(struct pci_model *m, uint64_t addr, uint64_t len)
{
	uint64_t at = addr - DMA_BUFFER;

	if (at < DMA_BUFFER_LEN && len <= DMA_BUFFER_LEN - at)
		return edu_of(m)->buffer + at;
	pci_model_violation(m, "DMA outside the device's buffer", addr);
	return NULL;
}

static void transfer(struct pci_model *m)
{
	struct edu *edu = edu_of(m);
	bool to_ram = edu->dma_command & DMA_TO_RAM;
	uint64_t ram = (to_ram ? edu->dma_dest : edu->dma_source) & DMA_ADDRESS_MASK;
	uint8_t *own = own_buffer(m, to_ram ? edu->dma_source : edu->dma_dest, edu->dma_count);

	if (own && to_ram)
		pci_model_dma_write(m, ram, own, edu->dma_count);
	else if (own)
		pci_model_dma_read(m, ram, own, edu->dma_count);
}

static void finish_dma(struct pci_model *m)
{
	struct edu *edu = edu_of(m);

	transfer(m);
	edu->dma_command &= ~(uint64_t)DMA_START;
	if (edu->dma_command & DMA_IRQ)
		raise_irq(m, IRQ_DMA);
}

static void write_dma_register(struct pci_model *m, uint64_t offset, uint64_t value)
{
	struct edu *edu = edu_of(m);

	if (edu->dma_command & DMA_START)
		return; /* busy: the registers do not change */
	switch (offset) {
	case EDU_DMA_SOURCE:
		edu->dma_source = value;
		break;
	case EDU_DMA_DEST:
		edu->dma_dest = value;
		break;
	case EDU_DMA_COUNT:
		edu->dma_count = value;
		break;
	case EDU_DMA_CMD:
		edu->dma_command = value;
		if (value & DMA_START)
			pci_model_timer_start(m, &edu->dma_done, DMA_TIME_NS, finish_dma);
		break;
	default:
		break;
	}
}

/* --- registers --- */

static bool has_width(uint64_t offset, unsigned int width)
{
	return width == 4 || (width == 8 && offset >= EDU_WIDE_REGISTERS);
}

static uint64_t bar_read(struct pci_model *m, unsigned int bar, uint64_t offset, unsigned int width)
{
	const struct edu *edu = edu_of(m);

	(void)bar; /* there is one */
	if (!has_width(offset, width))
		return UINT64_MAX;
	switch (offset) {
	case EDU_ID:
		return EDU_ID_VALUE;
	case EDU_LIVENESS:
		return edu->liveness;
	case EDU_FACTORIAL:
		return edu->factorial;
	case EDU_STATUS:
		return edu->status;
	case EDU_IRQ_STATUS:
		return edu->irq_status;
	case EDU_DMA_SOURCE:
		return edu->dma_source;
	case EDU_DMA_DEST:
		return edu->dma_dest;
	case EDU_DMA_COUNT:
		return edu->dma_count;
	case EDU_DMA_CMD:
		return edu->dma_command;
	default:
		return UINT64_MAX;
	}
}

static void bar_write(struct pci_model *m, unsigned int bar, uint64_t offset, unsigned int width,
		      uint64_t value)
{
	struct edu *edu = edu_of(m);

	(void)bar;
	if (!has_width(offset, width))
		return;
	switch (offset) {
	case EDU_LIVENESS:
		edu->liveness = ~(uint32_t)value;
		break;
	case EDU_FACTORIAL:
		start_factorial(m, (uint32_t)value);
		break;
	case EDU_STATUS:
		edu->status = (edu->status & ~STATUS_IRQ_FACT) | (value & STATUS_IRQ_FACT);
		break;
	case EDU_IRQ_RAISE:
		raise_irq(m, (uint32_t)value);
		break;
	case EDU_IRQ_ACK:
		acknowledge(m, (uint32_t)value);
		break;
	default:
		write_dma_register(m, offset, value);
		break;
	}
}

const struct pci_model_type model_edu = {
	.name = "edu",
	.id = { .vendor = 0x1234,
		.device = 0x11e8,
		.subvendor = 0x1af4,
		.subdevice = 0x1100,
		.class_code = 0x00ff00,
		.revision = 0x10 },
	.bars = { { .size = 1u << 20 } },
	.has_intx = true,
	.msi_vectors = 1,
	.has_clock = true,
	.state_len = sizeof(struct edu),
	.reset = reset,
	.bar_read = bar_read,
	.bar_write = bar_write,
};
