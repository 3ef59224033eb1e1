/* SPDX-License-Identifier: MIT */
/* qemu_reset.c - reset through the root port's secondary bus, where the device is alone. */
#include <linux/pci_regs.h>

#include "qemu_private.h"

#define HEADER_WORDS 16u /* the standard header, 64 bytes */

static int save_header(struct pci_function *fn, uint32_t *words)
{
	int err = 0;

	for (unsigned int i = 0; !err && i < HEADER_WORDS; i++)
		err = qemu_op_config_read(fn, 4 * i, 4, &words[i]);
	return err;
}

/* Command last: the BARs decode from then on. Bus mastering stays off, as vfio-pci leaves it. */
static int restore_header(struct pci_function *fn, const uint32_t *words)
{
	uint32_t command = words[PCI_COMMAND / 4] & 0xffff & ~(uint32_t)PCI_COMMAND_MASTER;
	int err = 0;

	for (unsigned int i = HEADER_WORDS; !err && i-- > 0;)
		if (4 * i != PCI_COMMAND)
			err = qemu_op_config_write(fn, 4 * i, 4, words[i]);
	return err ? err : qemu_op_config_write(fn, PCI_COMMAND, 2, command);
}

/* QEMU resets at once; real hardware wants the bit for 1 ms and rest afterwards. */
static int reset_bus(struct qemu *qemu)
{
	uint32_t control;
	int err = qemu_config_read(qemu, 0, QEMU_PORT_SLOT, PCI_BRIDGE_CONTROL, 2, &control);

	if (!err)
		err = qemu_config_write(qemu, 0, QEMU_PORT_SLOT, PCI_BRIDGE_CONTROL, 2,
					control | PCI_BRIDGE_CTL_BUS_RESET);
	if (!err)
		err = qemu_config_write(qemu, 0, QEMU_PORT_SLOT, PCI_BRIDGE_CONTROL, 2,
					control & ~(uint32_t)PCI_BRIDGE_CTL_BUS_RESET);
	return err;
}

int qemu_op_reset(struct pci_function *fn)
{
	uint32_t words[HEADER_WORDS];
	int err = save_header(fn, words);

	if (!err)
		err = reset_bus(qemu_of(fn));
	if (!err)
		err = restore_header(fn, words);
	return err ? err : qemu_irq_restore(qemu_of(fn));
}
