/* SPDX-License-Identifier: MIT */
/* host_registers.c - the BARs of all devices of this process, for MmMapIoSpace(). */
#include "pnp/host_impl.h"

static struct spin_lock lock = { .rank = LOCK_RANK_OBJECT };
static struct list devices = LIST_INIT(devices); /* guarded by lock */

void fx_host_registers_add(struct uwdf_device *host)
{
	spin_lock_acquire(&lock);
	list_push_back(&devices, &host->register_link);
	spin_lock_release(&lock);
}

void fx_host_registers_remove(struct uwdf_device *host)
{
	spin_lock_acquire(&lock);
	list_remove(&host->register_link);
	spin_lock_release(&lock);
}

static bool function_contains(struct pci_function *fn, uint64_t addr, uint64_t len)
{
	for (unsigned int i = 0; i < PCI_BAR_COUNT; i++) {
		const struct pci_bar *bar = pci_function_bar(fn, i);
		uint64_t base = bar ? (uintptr_t)bar->regs : 0;

		if (base && len && addr >= base && addr - base < bar->size &&
		    len <= bar->size - (addr - base))
			return true;
	}
	return false;
}

bool fx_host_registers_contain(uint64_t addr, uint64_t len)
{
	bool found = false;

	spin_lock_acquire(&lock);
	list_for_each (it, &devices) {
		struct uwdf_device *host = list_entry(it, struct uwdf_device, register_link);

		if (function_contains(host->fn, addr, len)) {
			found = true;
			break;
		}
	}
	spin_lock_release(&lock);
	return found;
}
