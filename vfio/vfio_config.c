/* SPDX-License-Identifier: MIT */
/* vfio_config.c - configuration space, through the device's descriptor. */
#include <endian.h>
#include <errno.h>
#include <linux/pci_regs.h>

#include "base/sys.h"
#include "vfio_pci.h"

#define CAP_CHAIN_MAX 48 /* capabilities of 4 bytes that fit between 0x40 and 0x100 */

static int region_read(struct vfio_pci *vp, unsigned int offset, unsigned int width, uint32_t *out)
{
	uint32_t value = 0;
	ssize_t got;

	if (offset + width > vp->config.size)
		return -EINVAL;
	got = sys_pread(vp->device_fd, &value, width, (int64_t)(vp->config.offset + offset));
	if (got < 0)
		return (int)got;
	if ((size_t)got != width)
		return -EIO;
	*out = le32toh(value);
	return 0;
}

/*
 * The kernel answers the ids from its own copy, so they never read as ones. The revision and class
 * come from the device: no device has ones in all of them, and one that left has nothing else.
 */
static bool device_answers(struct vfio_pci *vp)
{
	uint32_t class_revision = 0;
	int err = region_read(vp, PCI_CLASS_REVISION, 4, &class_revision);

	return !err && class_revision != UINT32_MAX;
}

int vfio_config_read(struct pci_function *fn, unsigned int offset, unsigned int width,
		     uint32_t *out)
{
	struct vfio_pci *vp = vfio_pci_of(fn);

	if (offset < PCI_COMMAND && !device_answers(vp)) {
		*out = UINT32_MAX >> (32 - 8 * width);
		return 0;
	}
	return region_read(vp, offset, width, out);
}

int vfio_config_write(struct pci_function *fn, unsigned int offset, unsigned int width,
		      uint32_t value)
{
	struct vfio_pci *vp = vfio_pci_of(fn);
	uint32_t little = htole32(value);
	ssize_t put;

	if (offset + width > vp->config.size)
		return -EINVAL;
	put = sys_pwrite(vp->device_fd, &little, width, (int64_t)(vp->config.offset + offset));
	if (put < 0)
		return (int)put;
	return (size_t)put == width ? 0 : -EIO;
}

int vfio_config_command(struct vfio_pci *vp, uint32_t clear, uint32_t set)
{
	uint32_t command = 0;
	int err = region_read(vp, PCI_COMMAND, 2, &command);

	if (err)
		return err;
	return vfio_config_write(vp->fn, PCI_COMMAND, 2, (command & ~clear) | set);
}

unsigned int vfio_config_find_cap(struct vfio_pci *vp, uint8_t id)
{
	uint32_t at = 0, header = 0;

	if (region_read(vp, PCI_CAPABILITY_LIST, 1, &at))
		return 0;
	for (unsigned int hops = 0; at >= PCI_STD_HEADER_SIZEOF && hops < CAP_CHAIN_MAX; hops++) {
		at &= ~3u;
		if (region_read(vp, at, 2, &header))
			return 0;
		if ((header & 0xff) == id)
			return at;
		at = header >> 8;
	}
	return 0;
}

static int read_msix(struct vfio_pci *vp)
{
	unsigned int cap = vfio_config_find_cap(vp, PCI_CAP_ID_MSIX);
	uint32_t flags = 0, table = 0;
	int err;

	if (!cap)
		return 0;
	err = region_read(vp, cap + PCI_MSIX_FLAGS, 2, &flags);
	if (!err)
		err = region_read(vp, cap + PCI_MSIX_TABLE, 4, &table);
	if (err)
		return err;
	vp->msix.bar = table & PCI_MSIX_TABLE_BIR;
	vp->msix.offset = table & PCI_MSIX_TABLE_OFFSET;
	vp->msix.entries = (flags & PCI_MSIX_FLAGS_QSIZE) + 1;
	return 0;
}

int vfio_config_identify(struct vfio_pci *vp)
{
	struct pci_id *id = &vp->fn->id;
	uint32_t ids = 0, class_revision = 0, subsystem = 0;
	int err;

	err = region_read(vp, PCI_VENDOR_ID, 4, &ids);
	if (!err)
		err = region_read(vp, PCI_CLASS_REVISION, 4, &class_revision);
	if (!err)
		err = region_read(vp, PCI_SUBSYSTEM_VENDOR_ID, 4, &subsystem);
	if (err)
		return err;
	id->vendor = (uint16_t)ids;
	id->device = (uint16_t)(ids >> 16);
	id->revision = (uint8_t)class_revision;
	id->class_code = class_revision >> 8;
	id->subvendor = (uint16_t)subsystem;
	id->subdevice = (uint16_t)(subsystem >> 16);
	return read_msix(vp);
}
