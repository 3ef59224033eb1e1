/* SPDX-License-Identifier: MIT */
/* qemu_config.c - config space through the ports 0xcf8 and 0xcfc: the first 256 bytes. */
#include "qemu_private.h"

#define CONFIG_LEN 256u

static uint32_t config_address(unsigned int bus, unsigned int slot, unsigned int offset)
{
	return 0x80000000u | bus << 16 | slot << 11 | (offset & 0xfc);
}

static char width_letter(unsigned int width)
{
	return (char)(width == 1 ? 'b' : width == 2 ? 'w' : 'l');
}

/* Both lines in one exchange: nobody can set another address between them. */
int qemu_config_read(struct qemu *qemu, unsigned int bus, unsigned int slot, unsigned int offset,
		     unsigned int width, uint32_t *out)
{
	uint64_t value;
	int err;

	if (offset >= CONFIG_LEN) {
		*out = 0; /* what a function without extended config space shows */
		return 0;
	}
	err = qtest_command(&qemu->qtest, &value, "outl 0xcf8 0x%x\nin%c 0x%x\n",
			    config_address(bus, slot, offset), width_letter(width),
			    0xcfc + (offset & 3));
	if (!err)
		*out = (uint32_t)value;
	return err;
}

int qemu_config_write(struct qemu *qemu, unsigned int bus, unsigned int slot, unsigned int offset,
		      unsigned int width, uint32_t value)
{
	if (offset >= CONFIG_LEN)
		return 0;
	return qtest_command(&qemu->qtest, NULL, "outl 0xcf8 0x%x\nout%c 0x%x 0x%x\n",
			     config_address(bus, slot, offset), width_letter(width),
			     0xcfc + (offset & 3), value);
}

int qemu_op_config_read(struct pci_function *fn, unsigned int offset, unsigned int width,
			uint32_t *out)
{
	return qemu_config_read(qemu_of(fn), QEMU_DEVICE_BUS, 0, offset, width, out);
}

int qemu_op_config_write(struct pci_function *fn, unsigned int offset, unsigned int width,
			 uint32_t value)
{
	return qemu_config_write(qemu_of(fn), QEMU_DEVICE_BUS, 0, offset, width, value);
}
