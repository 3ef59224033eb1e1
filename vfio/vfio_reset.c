/* SPDX-License-Identifier: MIT */
/*
 * vfio_reset.c - reset by what the function has, and how it is made quiet where it has nothing.
 *
 * A function-level (or power-management, or lone-on-its-bus) reset is the kernel's
 * VFIO_DEVICE_RESET. Where there is none, a hot reset of the bus will do if all it hits lies in our
 * own IOMMU group with no other user: then nobody else's function feels it. The e1000 and edu of
 * QEMU on the root bus have neither. They are made quiet by hand: bus mastering off (as for every
 * function, pci_function_close()), which ends DMA and message interrupts, and INTx off.
 */
#include <errno.h>
#include <linux/pci_regs.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/sys.h"
#include "vfio_pci.h"

#define DEPENDENTS_MAX 256u

static int ask_dependents(struct vfio_pci *vp, struct vfio_pci_hot_reset_info **out)
{
	struct vfio_pci_hot_reset_info head = { .argsz = sizeof(head) }, *info;
	int err = sys_ioctl(vp->device_fd, VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, &head);
	size_t len;

	/* no room for the list is the expected answer: it carries the count */
	if (err < 0 && err != -ENOSPC)
		return err;
	if (!head.count || head.count > DEPENDENTS_MAX)
		return -EPROTO;
	len = sizeof(*info) + head.count * sizeof(info->devices[0]);
	info = mem_calloc(1, len);
	if (!info)
		return -ENOMEM;
	info->argsz = (uint32_t)len;
	err = sys_ioctl(vp->device_fd, VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, info);
	if (err >= 0 && info->count > head.count)
		err = -EAGAIN; /* the bus changed meanwhile */
	if (err < 0) {
		mem_free(info);
		return err;
	}
	*out = info;
	return 0;
}

static bool bus_is_in_our_group(struct vfio_pci *vp)
{
	struct vfio_pci_hot_reset_info *info;
	bool ours = true;

	if (ask_dependents(vp, &info))
		return false;
	for (uint32_t i = 0; i < info->count; i++)
		ours = ours && info->devices[i].group_id == vfio_group_id(vp->group);
	mem_free(info);
	return ours;
}

static bool hot_reset_hits_only_us(struct vfio_pci *vp)
{
	bool only;

	if (!vfio_group_keep_alone(vp->group))
		return false;
	only = bus_is_in_our_group(vp);
	vfio_group_let_join();
	return only;
}

static int reset_bus(struct vfio_pci *vp)
{
	union {
		struct vfio_pci_hot_reset reset;
		char room[sizeof(struct vfio_pci_hot_reset) + sizeof(int32_t)];
	} question;
	int32_t group_fd = vfio_group_fd(vp->group);
	int err;

	memset(&question, 0, sizeof(question));
	question.reset.argsz = sizeof(question);
	question.reset.count = 1;
	memcpy(question.room + sizeof(question.reset), &group_fd, sizeof(group_fd));
	err = sys_ioctl(vp->device_fd, VFIO_DEVICE_PCI_HOT_RESET, &question);
	return err < 0 ? err : 0;
}

/* A sibling that another thread opens comes before, and is spared, or after the reset. */
static int hot_reset(struct vfio_pci *vp)
{
	int err;

	if (!vfio_group_keep_alone(vp->group))
		return -EOPNOTSUPP;
	err = bus_is_in_our_group(vp) ? reset_bus(vp) : -EOPNOTSUPP;
	vfio_group_let_join();
	return err;
}

bool vfio_reset_is_safe(struct vfio_pci *vp)
{
	return (vp->device_flags & VFIO_DEVICE_FLAGS_RESET) || hot_reset_hits_only_us(vp);
}

int vfio_reset(struct pci_function *fn)
{
	struct vfio_pci *vp = vfio_pci_of(fn);
	int err;

	if (!(vp->device_flags & VFIO_DEVICE_FLAGS_RESET))
		return hot_reset(vp);
	err = sys_ioctl(vp->device_fd, VFIO_DEVICE_RESET, NULL);
	return err < 0 ? err : 0;
}

void vfio_quiesce(struct vfio_pci *vp)
{
	int err = vfio_config_command(vp, 0, PCI_COMMAND_INTX_DISABLE);

	if (err)
		log_debug("vfio", "%s: INTx off: %s", vp->fn->address, err_text(err));
	if (!vp->fn->caps.has_reset)
		return;
	err = vfio_reset(vp->fn);
	if (err)
		log_debug("vfio", "%s: reset: %s", vp->fn->address, err_text(err));
}
