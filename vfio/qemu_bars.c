/* SPDX-License-Identifier: MIT */
/* qemu_bars.c - does what firmware would: windows of the port, addresses of the BARs. */
#include <errno.h>
#include <linux/pci_regs.h>

#include "qemu_private.h"

static int port_write(struct qemu *qemu, unsigned int offset, unsigned int width, uint32_t value)
{
	return qemu_config_write(qemu, 0, QEMU_PORT_SLOT, offset, width, value);
}

/* The root port forwards one range of memory and one of ports to bus 1. */
static int open_windows(struct qemu *qemu)
{
	/* clang-format off */
	const struct { unsigned int offset, width; uint32_t value; } steps[] = {
		{ PCI_PRIMARY_BUS, 4, QEMU_DEVICE_BUS << 16 | QEMU_DEVICE_BUS << 8 },
		{ PCI_IO_BASE, 2, (QEMU_PORTS_LAST >> 8 & 0xf0) << 8 | (QEMU_PORTS_FIRST >> 8 & 0xf0) },
		{ PCI_IO_BASE_UPPER16, 4, 0 },
		{ PCI_MEMORY_BASE, 4, (QEMU_MMIO_LAST & 0xfff00000u) | QEMU_MMIO_FIRST >> 16 },
		{ PCI_PREF_MEMORY_BASE, 4, 0x0000fff0 }, /* base above limit: none */
		{ PCI_COMMAND, 2, PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER },
	};
	/* clang-format on */
	int err = 0;

	for (unsigned int i = 0; !err && i < UW_ARRAY_SIZE(steps); i++)
		err = port_write(qemu, steps[i].offset, steps[i].width, steps[i].value);
	return err;
}

int qemu_machine_init(struct qemu *qemu)
{
	int err = open_windows(qemu);

	if (!err)
		err = qemu_config_write(qemu, 0, QEMU_DOORBELL_SLOT, PCI_BASE_ADDRESS_0, 4,
					QEMU_DOORBELL_ADDR);
	if (!err)
		err = qemu_config_write(qemu, 0, QEMU_DOORBELL_SLOT, PCI_COMMAND, 2,
					PCI_COMMAND_MEMORY);
	return err;
}

/* --- the device's BARs --- */

/* Where the next BAR goes. */
struct space {
	uint64_t memory, ports;
};

/* What the register reads back after all ones were written to it. */
static int size_register(struct pci_function *fn, unsigned int bar, uint32_t *out_mask)
{
	unsigned int at = PCI_BASE_ADDRESS_0 + 4 * bar;
	int err = qemu_op_config_write(fn, at, 4, UINT32_MAX);

	return err ? err : qemu_op_config_read(fn, at, 4, out_mask);
}

static int size_bar(struct pci_function *fn, unsigned int i, struct pci_bar *out)
{
	uint32_t low, high = UINT32_MAX;
	int err = size_register(fn, i, &low);

	if (err)
		return err;
	*out = (struct pci_bar){ 0 };
	if (!low)
		return 0;
	out->is_port = low & PCI_BASE_ADDRESS_SPACE_IO;
	if (out->is_port) {
		out->size = ~((low & (uint32_t)PCI_BASE_ADDRESS_IO_MASK) | 0xffff0000u) + 1u;
		return 0;
	}
	out->is_64bit = (low & PCI_BASE_ADDRESS_MEM_TYPE_MASK) == PCI_BASE_ADDRESS_MEM_TYPE_64;
	out->is_prefetchable = low & PCI_BASE_ADDRESS_MEM_PREFETCH;
	if (out->is_64bit)
		err = i + 1 < PCI_BAR_COUNT ? size_register(fn, i + 1, &high) : -EINVAL;
	out->size = ~((uint64_t)high << 32 | (low & (uint32_t)PCI_BASE_ADDRESS_MEM_MASK)) + 1;
	return err;
}

/* A BAR lies at a multiple of its size, which is a power of two. */
static int place(uint64_t *next, uint64_t last, struct pci_bar *bar)
{
	uint64_t at = (*next + bar->size - 1) & ~(bar->size - 1);

	if ((bar->size & (bar->size - 1)) || at < *next || bar->size - 1 > last - at || at > last)
		return -ENOSPC;
	bar->bus_addr = at;
	*next = at + bar->size;
	return 0;
}

static int init_bar(struct pci_function *fn, unsigned int i, struct space *space)
{
	struct pci_bar *bar = &fn->bars[i];
	int err = size_bar(fn, i, bar);

	if (err || !bar->size)
		return err;
	err = bar->is_port ? place(&space->ports, QEMU_PORTS_LAST, bar)
			   : place(&space->memory, QEMU_MMIO_LAST, bar);
	if (!err)
		err = qemu_op_config_write(fn, PCI_BASE_ADDRESS_0 + 4 * i, 4,
					   (uint32_t)bar->bus_addr);
	if (!err && bar->is_64bit)
		err = qemu_op_config_write(fn, PCI_BASE_ADDRESS_0 + 4 * i + 4, 4, 0);
	return err ? err : register_window_add(fn, i, bar->size, &bar->regs);
}

int qemu_bars_init(struct qemu *qemu)
{
	struct space space = { QEMU_MMIO_FIRST, QEMU_PORTS_FIRST };
	int err = 0;

	for (unsigned int i = 0; !err && i < PCI_BAR_COUNT; i++) {
		err = init_bar(qemu->fn, i, &space);
		i += qemu->fn->bars[i].is_64bit; /* the next register is its upper half */
	}
	if (!err)
		err = qemu_op_config_write(qemu->fn, PCI_COMMAND, 2,
					   PCI_COMMAND_IO | PCI_COMMAND_MEMORY);
	return err;
}

/* --- accesses --- */

static bool is_access(const struct pci_bar *bar, unsigned int width)
{
	return width == 1 || width == 2 || width == 4 || (width == 8 && !bar->is_port);
}

static char width_letter(unsigned int width)
{
	return (char)(width == 1 ? 'b' : width == 2 ? 'w' : width == 4 ? 'l' : 'q');
}

int qemu_op_bar_read(struct pci_function *fn, unsigned int bar, uint64_t offset, unsigned int width,
		     uint64_t *out)
{
	const struct pci_bar *b = &fn->bars[bar];

	if (!is_access(b, width))
		return -EINVAL;
	return qtest_command(&qemu_of(fn)->qtest, out,
			     b->is_port ? "in%c 0x%llx\n" : "read%c 0x%llx\n", width_letter(width),
			     (unsigned long long)b->bus_addr + offset);
}

int qemu_op_bar_write(struct pci_function *fn, unsigned int bar, uint64_t offset,
		      unsigned int width, uint64_t value)
{
	const struct pci_bar *b = &fn->bars[bar];

	if (!is_access(b, width))
		return -EINVAL;
	return qtest_command(&qemu_of(fn)->qtest, NULL,
			     b->is_port ? "out%c 0x%llx 0x%llx\n" : "write%c 0x%llx 0x%llx\n",
			     width_letter(width), (unsigned long long)b->bus_addr + offset,
			     (unsigned long long)value);
}
