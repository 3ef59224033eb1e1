/* SPDX-License-Identifier: MIT */
/* vfio_pci.c - the vfio-pci back end: opening a function step by step, and the way back. */
#include "vfio_pci.h"

#include <errno.h>
#include <linux/pci_regs.h>
#include <string.h>

#include "base/mem.h"
#include "base/sys.h"
#include "sysfs.h"
#include "vfio_refusal.h"

static void vfio_pci_close(struct pci_function *fn);

static const struct pci_function_ops vfio_pci_ops = {
	.name = "vfio-pci",
	.msix_set_grows = true,
	.close = vfio_pci_close,
	.config_read = vfio_config_read,
	.config_write = vfio_config_write,
	.bar_read = vfio_bar_read,
	.bar_write = vfio_bar_write,
	.reset = vfio_reset,
	.irq_enable = vfio_irq_enable,
	.irq_set = vfio_irq_set,
	.irq_disable = vfio_irq_disable,
	.irq_unmask = vfio_irq_unmask,
	.irq_mask = vfio_irq_mask,
	.dma_map = vfio_dma_map,
	.dma_unmap = vfio_dma_unmap,
};

/* What sysfs can tell beforehand, so that the report names the cause and not a failed ioctl. */
static int check_address(const char *address, struct report *rep)
{
	char driver[SYSFS_NAME_MAX];
	unsigned int group;
	int err;

	if (!sysfs_function_exists(address))
		return refuse_no_function(rep, address);
	err = sysfs_iommu_group(address, &group);
	if (err)
		return refuse_no_group(rep, address, err);
	err = sysfs_driver(address, driver);
	if (err)
		return report_fail(rep, err, "%s: which driver has it", address);
	if (!strstr(driver, "vfio"))
		return refuse_driver(rep, address, driver);
	return 0;
}

static int device_open(struct vfio_pci *vp, struct report *rep)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };
	const char *address = vp->fn->address;
	int fd = sys_ioctl(vfio_group_fd(vp->group), VFIO_GROUP_GET_DEVICE_FD,
			   (void *)(uintptr_t)address);
	int err;

	if (fd < 0)
		return report_fail(rep, fd, "opening %s in IOMMU group %u", address,
				   vfio_group_id(vp->group));
	err = sys_ioctl(fd, VFIO_DEVICE_GET_INFO, &info);
	if (err >= 0 && !(info.flags & VFIO_DEVICE_FLAGS_PCI))
		err = -ENODEV;
	if (err < 0) {
		sys_close(fd);
		return report_fail(rep, err, "%s: what kind of device it is", address);
	}
	vp->device_flags = info.flags;
	vp->device_fd = fd;
	return 0;
}

/* The steps after the descriptor; whoever fails leaves the undoing to vfio_pci_close(). */
static int function_describe(struct vfio_pci *vp, struct report *rep)
{
	int err = vfio_regions_open(vp, rep);

	if (err)
		return err;
	err = vfio_config_identify(vp);
	if (!err)
		err = vfio_irqs_open(vp);
	if (!err)
		err = vfio_config_command(vp, PCI_COMMAND_MASTER | PCI_COMMAND_INTX_DISABLE,
					  PCI_COMMAND_MEMORY | PCI_COMMAND_IO);
	if (err)
		return report_fail(rep, err, "%s: its configuration", vp->fn->address);
	err = vfio_bars_map(vp, rep);
	if (err)
		return err;
	err = vfio_dma_open(vp, rep);
	if (err)
		return err;
	vp->fn->caps.has_reset = vfio_reset_is_safe(vp);
	err = vfio_watch_start(vp);
	if (err)
		return report_fail(rep, err, "%s: listening for its removal", vp->fn->address);
	return 0;
}

/* Takes back whatever was reached; the device's descriptor goes before its group. */
static void function_release(struct vfio_pci *vp)
{
	vfio_watch_stop(vp);
	if (vp->config.size)
		vfio_quiesce(vp);
	vfio_bars_unmap(vp);
	sys_close(vp->device_fd);
	vfio_irqs_close(vp);
	vfio_group_leave(vp->group, &vp->user);
	mem_free(vp);
}

static void vfio_pci_close(struct pci_function *fn)
{
	function_release(vfio_pci_of(fn));
	fn->backend = NULL;
}

static int backend_new(struct pci_function *fn, struct report *rep)
{
	struct vfio_pci *vp = mem_calloc(1, sizeof(*vp));
	int err;

	if (!vp)
		return report_fail(rep, -ENOMEM, "opening %s", fn->address);
	vp->fn = fn;
	vp->device_fd = -1;
	vp->user.address = fn->address;
	err = vfio_group_join(&vp->user, rep, &vp->group);
	if (err) {
		mem_free(vp);
		return err;
	}
	fn->backend = vp;
	err = device_open(vp, rep);
	if (!err)
		err = function_describe(vp, rep);
	if (err) {
		function_release(vp);
		fn->backend = NULL;
	}
	return err;
}

int vfio_pci_open(const char *address, const struct pci_function_params *params, struct report *rep,
		  struct pci_function **out)
{
	char full[PCI_ADDRESS_SIZE];
	struct pci_function *fn;
	int err;

	if (pci_address_normalize(address, full)) {
		report_fail(rep, -EINVAL, "'%s' is no PCI address", address);
		report_hint(rep, "write it as 0000:00:03.0; see 'uwdf list'");
		return -EINVAL;
	}
	err = check_address(full, rep);
	if (err)
		return err;
	err = pci_function_new(full, params, &vfio_pci_ops, &fn);
	if (err)
		return report_fail(rep, err, "opening %s", full);
	err = backend_new(fn, rep);
	if (err) {
		pci_function_free(fn);
		return err;
	}
	*out = fn;
	return 0;
}
