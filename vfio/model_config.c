/* SPDX-License-Identifier: MIT */
/* model_config.c - the 256 bytes of config space of a model. */
#include <linux/pci_regs.h>
#include <string.h>

#include "model_private.h"

#define MSI_CAP       0x40u
#define MSIX_CAP      0x60u
#define BAR_BUS_BASE  0xe0000000u /* where the BARs of a model claim to be */
#define PORT_BUS_BASE 0xc000u
#define BAR_STRIDE    0x1000000u

static void put(struct pci_model *m, unsigned int at, unsigned int width, uint32_t value)
{
	for (unsigned int i = 0; i < width; i++)
		m->config[at + i] = (uint8_t)(value >> (8 * i));
}

static void make_writable(struct pci_model *m, unsigned int at, unsigned int width, uint32_t bits)
{
	for (unsigned int i = 0; i < width; i++)
		m->writable[at + i] = (uint8_t)(bits >> (8 * i));
}

static void init_header(struct pci_model *m)
{
	const struct pci_id *id = &m->type->id;

	put(m, PCI_VENDOR_ID, 2, id->vendor);
	put(m, PCI_DEVICE_ID, 2, id->device);
	put(m, PCI_CLASS_REVISION, 4, id->class_code << 8 | id->revision);
	put(m, PCI_SUBSYSTEM_VENDOR_ID, 2, id->subvendor);
	put(m, PCI_SUBSYSTEM_ID, 2, id->subdevice);
	put(m, PCI_INTERRUPT_PIN, 1, m->type->has_intx);
	make_writable(m, PCI_COMMAND, 2,
		      PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_SERR |
			      PCI_COMMAND_INTX_DISABLE);
	make_writable(m, PCI_CACHE_LINE_SIZE, 2, 0xffff);
	make_writable(m, PCI_INTERRUPT_LINE, 1, 0xff);
}

static void init_bar(struct pci_model *m, unsigned int i)
{
	const struct pci_model_bar *bar = &m->type->bars[i];
	struct pci_bar *out = &m->fn->bars[i];

	if (!bar->size)
		return;
	out->size = bar->size;
	out->is_port = bar->is_port;
	out->bus_addr = bar->is_port ? PORT_BUS_BASE + 0x100u * i : BAR_BUS_BASE + BAR_STRIDE * i;
	put(m, PCI_BASE_ADDRESS_0 + 4 * i, 4,
	    (uint32_t)out->bus_addr | (bar->is_port ? PCI_BASE_ADDRESS_SPACE_IO : 0));
	/* the bits below the size do not change: that is how a reader of the header sizes it */
	make_writable(m, PCI_BASE_ADDRESS_0 + 4 * i, 4, ~(bar->size - 1));
}

static void link_cap(struct pci_model *m, unsigned int at, uint8_t id)
{
	put(m, at + PCI_CAP_LIST_ID, 1, id);
	put(m, at + PCI_CAP_LIST_NEXT, 1, m->config[PCI_CAPABILITY_LIST]);
	put(m, PCI_CAPABILITY_LIST, 1, at);
	put(m, PCI_STATUS, 2, PCI_STATUS_CAP_LIST);
}

static uint32_t log2_of(uint32_t count)
{
	return count > 1 ? 32 - (uint32_t)__builtin_clz(count - 1) : 0;
}

void model_config_init(struct pci_model *m)
{
	memset(m->config, 0, sizeof(m->config));
	init_header(m);
	for (unsigned int i = 0; i < PCI_BAR_COUNT; i++)
		init_bar(m, i);
	if (m->type->msi_vectors) {
		link_cap(m, MSI_CAP, PCI_CAP_ID_MSI);
		put(m, MSI_CAP + PCI_MSI_FLAGS, 2,
		    PCI_MSI_FLAGS_64BIT | log2_of(m->type->msi_vectors) << 1);
	}
	if (m->type->msix_vectors) {
		link_cap(m, MSIX_CAP, PCI_CAP_ID_MSIX);
		put(m, MSIX_CAP + PCI_MSIX_FLAGS, 2, m->type->msix_vectors - 1u);
	}
}

uint32_t model_config_read(const struct pci_model *m, unsigned int offset, unsigned int width)
{
	uint32_t value = 0;

	for (unsigned int i = 0; i < width && offset + i < MODEL_CONFIG_LEN; i++)
		value |= (uint32_t)m->config[offset + i] << (8 * i);
	return value;
}

void model_config_write(struct pci_model *m, unsigned int offset, unsigned int width,
			uint32_t value)
{
	for (unsigned int i = 0; i < width && offset + i < MODEL_CONFIG_LEN; i++) {
		uint8_t bits = m->writable[offset + i];
		uint8_t byte = (uint8_t)(value >> (8 * i));

		m->config[offset + i] = (uint8_t)((m->config[offset + i] & ~bits) | (byte & bits));
	}
}

uint16_t model_config_command(const struct pci_model *m)
{
	return (uint16_t)model_config_read(m, PCI_COMMAND, 2);
}

void model_config_set_messages(struct pci_model *m, enum pci_irq_kind kind, bool on)
{
	unsigned int at = kind == PCI_IRQ_MSI ? MSI_CAP + PCI_MSI_FLAGS : MSIX_CAP + PCI_MSIX_FLAGS;
	uint32_t bit = kind == PCI_IRQ_MSI ? PCI_MSI_FLAGS_ENABLE : PCI_MSIX_FLAGS_ENABLE;
	uint32_t flags = model_config_read(m, at, 2);

	if (kind != PCI_IRQ_INTX)
		put(m, at, 2, on ? flags | bit : flags & ~bit);
}
