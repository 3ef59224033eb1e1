/* SPDX-License-Identifier: MIT */
#include "model_forger.h"

#include "model_private.h"

enum { TDBAL = 0x3800, DESCRIPTOR_BYTES = 16, STATUS_AT = 12, DD = 0x01, LC = 0x04 };

static struct pci_model_type forger;
static uint64_t lost; /* atomic */

void model_forger_lose(uint64_t descriptors)
{
	__atomic_store_n(&lost, descriptors, __ATOMIC_RELAXED);
}

/* As the device does it: all are written back before the doorbell has returned. */
static void forge_reports(struct pci_model *m)
{
	static const uint8_t given_up = DD | LC;
	uint64_t ring, which = __atomic_load_n(&lost, __ATOMIC_RELAXED);

	model_e1000.after_write(m);
	pci_model_lock(m);
	ring = model_e1000.bar_read(m, 0, TDBAL, 4);
	for (uint64_t i = 0; ring && i < 64; i++)
		if (which >> i & 1)
			(void)pci_model_dma_write(m, ring + i * DESCRIPTOR_BYTES + STATUS_AT,
						  &given_up, 1);
	pci_model_unlock(m);
}

int model_forger_register(void)
{
	model_forger_lose(0);
	forger = model_e1000;
	forger.name = "forger";
	forger.after_write = forge_reports;
	return pci_model_register(&forger);
}

void model_forger_unregister(void)
{
	pci_model_unregister(&forger);
}
