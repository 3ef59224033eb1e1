/* SPDX-License-Identifier: MIT */
/*
 * vfio_irq.c - INTx, MSI and MSI-X as eventfds.
 *
 * vp->eventfds holds what each vector of the enabled kind signals, so that a set can be grown: in
 * place where the kernel can add vectors (MSI-X since 6.5), else by enabling it anew.
 */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/sys.h"
#include "vfio/mmio.h"
#include "vfio_pci.h"

#define MSIX_ENTRY_SIZE  16u
#define MSIX_ENTRY_CTRL  12u /* vector control: bit 0 masks */
#define MSIX_VECTORS_MAX 2048u

static const uint32_t index_of[PCI_IRQ_KINDS] = {
	[PCI_IRQ_INTX] = VFIO_PCI_INTX_IRQ_INDEX,
	[PCI_IRQ_MSI] = VFIO_PCI_MSI_IRQ_INDEX,
	[PCI_IRQ_MSIX] = VFIO_PCI_MSIX_IRQ_INDEX,
};

static int ask_index(struct vfio_pci *vp, uint32_t index)
{
	struct vfio_irq_info info = { .argsz = sizeof(info), .index = index };
	int err = sys_ioctl(vp->device_fd, VFIO_DEVICE_GET_IRQ_INFO, &info);

	/* REQ is younger than VFIO and ERR is refused to plain PCI functions: none is fine */
	if (err == -EINVAL && index >= VFIO_PCI_ERR_IRQ_INDEX)
		return 0;
	if (err < 0)
		return err;
	if (info.count > MSIX_VECTORS_MAX)
		return -EPROTO;
	vp->irqs[index] = (struct vfio_irq_index){ .flags = info.flags, .count = info.count };
	return 0;
}

static bool can_grow(const struct vfio_pci *vp, enum pci_irq_kind kind)
{
	return kind == PCI_IRQ_MSIX && !(vp->irqs[index_of[kind]].flags & VFIO_IRQ_INFO_NORESIZE);
}

int vfio_irqs_open(struct vfio_pci *vp)
{
	struct pci_function *fn = vp->fn;
	int err;

	for (uint32_t index = 0; index < VFIO_PCI_NUM_IRQS; index++) {
		err = ask_index(vp, index);
		if (err)
			return err;
	}
	vp->eventfd_room = 1;
	for (unsigned int kind = 0; kind < PCI_IRQ_KINDS; kind++) {
		fn->irqs[kind].count = vp->irqs[index_of[kind]].count;
		if (fn->irqs[kind].count > vp->eventfd_room)
			vp->eventfd_room = fn->irqs[kind].count;
	}
	fn->caps.has_intx_mask = vp->irqs[VFIO_PCI_INTX_IRQ_INDEX].flags & VFIO_IRQ_INFO_AUTOMASKED;
	fn->caps.dynamic_msix = fn->irqs[PCI_IRQ_MSIX].count && can_grow(vp, PCI_IRQ_MSIX);
	vp->eventfds = mem_calloc(vp->eventfd_room, sizeof(vp->eventfds[0]));
	return vp->eventfds ? 0 : -ENOMEM;
}

void vfio_irqs_close(struct vfio_pci *vp)
{
	mem_free(vp->eventfds);
	vp->eventfds = NULL;
}

/* --- VFIO_DEVICE_SET_IRQS --- */

int vfio_irq_trigger(struct vfio_pci *vp, uint32_t index, uint32_t start, const int *eventfds,
		     uint32_t count)
{
	size_t len = sizeof(struct vfio_irq_set) + count * sizeof(int32_t);
	struct vfio_irq_set *set = mem_calloc(1, len);
	int err;

	if (!set)
		return -ENOMEM;
	set->argsz = (uint32_t)len;
	set->flags = VFIO_IRQ_SET_ACTION_TRIGGER |
		     (count ? VFIO_IRQ_SET_DATA_EVENTFD : VFIO_IRQ_SET_DATA_NONE);
	set->index = index;
	set->start = start;
	set->count = count;
	if (count)
		memcpy(set->data, eventfds, count * sizeof(int32_t));
	err = sys_ioctl(vp->device_fd, VFIO_DEVICE_SET_IRQS, set);
	mem_free(set);
	return err > 0 ? -ENOSPC : err; /* positive: so many vectors and no more could be had */
}

/* Needs no memory, so that an undo path cannot fail for want of it. */
static int set_without_data(struct vfio_pci *vp, uint32_t index, uint32_t action, uint32_t count)
{
	struct vfio_irq_set set = {
		.argsz = sizeof(set),
		.flags = VFIO_IRQ_SET_DATA_NONE | action,
		.index = index,
		.count = count,
	};
	int err = sys_ioctl(vp->device_fd, VFIO_DEVICE_SET_IRQS, &set);

	return err < 0 ? err : 0;
}

static void disable_index(struct vfio_pci *vp, uint32_t index)
{
	int err = set_without_data(vp, index, VFIO_IRQ_SET_ACTION_TRIGGER, 0);

	/* a second try: failing it would leave vectors that signal what is closed next */
	if (err)
		err = set_without_data(vp, index, VFIO_IRQ_SET_ACTION_TRIGGER, 0);
	(void)err; /* the device left or the descriptor is broken: closing it ends them */
}

/* --- enable and disable --- */

/*
 * The kernel enables INTx unmasked. Ours begins masked: enabled on an eventfd that nobody reads,
 * masked, and only then pointed at the caller's, which the mask survives.
 */
static int enable_intx(struct vfio_pci *vp, int eventfd)
{
	int nobody = sys_eventfd(0, 0), err;

	if (nobody < 0)
		return nobody;
	err = vfio_irq_trigger(vp, VFIO_PCI_INTX_IRQ_INDEX, 0, &nobody, 1);
	if (err)
		goto out_close;
	err = set_without_data(vp, VFIO_PCI_INTX_IRQ_INDEX, VFIO_IRQ_SET_ACTION_MASK, 1);
	if (!err)
		err = vfio_irq_trigger(vp, VFIO_PCI_INTX_IRQ_INDEX, 0, &eventfd, 1);
	if (err)
		disable_index(vp, VFIO_PCI_INTX_IRQ_INDEX);
out_close:
	sys_close(nobody);
	return err;
}

static int enable_kind(struct vfio_pci *vp, enum pci_irq_kind kind, const int *eventfds,
		       unsigned int count)
{
	if (kind == PCI_IRQ_INTX)
		return enable_intx(vp, eventfds[0]);
	return vfio_irq_trigger(vp, index_of[kind], 0, eventfds, count);
}

static void remember(struct vfio_pci *vp, const int *eventfds, unsigned int count)
{
	if (eventfds != vp->eventfds)
		memcpy(vp->eventfds, eventfds, count * sizeof(eventfds[0]));
	vp->eventfd_count = count;
}

/* Masked first, INTx is off in the device too, and not only unheard. */
static void disable_enabled(struct vfio_pci *vp)
{
	if (!vp->eventfd_count)
		return;
	if (vp->irq_kind == PCI_IRQ_INTX && vfio_irq_mask(vp->fn, 0))
		log_debug("vfio", "%s: INTx could not be masked", vp->fn->address);
	disable_index(vp, index_of[vp->irq_kind]);
	vp->eventfd_count = 0;
}

int vfio_irq_enable(struct pci_function *fn, enum pci_irq_kind kind, const int *eventfds,
		    unsigned int count)
{
	struct vfio_pci *vp = vfio_pci_of(fn);
	int err;

	if (!count || count > vp->irqs[index_of[kind]].count)
		return -EINVAL;
	disable_enabled(vp);
	err = enable_kind(vp, kind, eventfds, count);
	if (err)
		return err;
	vp->irq_kind = kind;
	remember(vp, eventfds, count);
	return 0;
}

void vfio_irq_disable(struct pci_function *fn)
{
	disable_enabled(vfio_pci_of(fn));
}

/* --- one vector --- */

/* What fired while the set was off is lost: let each vector's owner look. */
static void signal_all(const int *eventfds, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		if (eventfds[i] >= 0 && sys_eventfd_signal(eventfds[i]))
			continue; /* full: its owner will look anyway */
}

static int enable_anew(struct vfio_pci *vp, unsigned int vector, int eventfd)
{
	unsigned int old_count = vp->eventfd_count;
	int err;

	for (unsigned int i = old_count; i < vector; i++)
		vp->eventfds[i] = -1;
	vp->eventfds[vector] = eventfd;
	disable_index(vp, index_of[vp->irq_kind]);
	err = vfio_irq_trigger(vp, index_of[vp->irq_kind], 0, vp->eventfds, vector + 1);
	if (!err)
		vp->eventfd_count = vector + 1;
	else if (vfio_irq_trigger(vp, index_of[vp->irq_kind], 0, vp->eventfds, old_count))
		vp->eventfd_count = 0; /* not even the old set came back */
	signal_all(vp->eventfds, old_count);
	return err;
}

static int set_in_place(struct vfio_pci *vp, unsigned int vector, int eventfd)
{
	int err = vfio_irq_trigger(vp, index_of[vp->irq_kind], vector, &eventfd, 1);

	if (err)
		return err;
	for (unsigned int i = vp->eventfd_count; i < vector; i++)
		vp->eventfds[i] = -1;
	vp->eventfds[vector] = eventfd;
	if (vector >= vp->eventfd_count)
		vp->eventfd_count = vector + 1;
	return 0;
}

int vfio_irq_set(struct pci_function *fn, unsigned int vector, int eventfd)
{
	struct vfio_pci *vp = vfio_pci_of(fn);

	if (!vp->eventfd_count || vector >= vp->irqs[index_of[vp->irq_kind]].count)
		return -EINVAL;
	if (vector < vp->eventfd_count || can_grow(vp, vp->irq_kind))
		return set_in_place(vp, vector, eventfd);
	return enable_anew(vp, vector, eventfd);
}

/*
 * The mask bit of an MSI-X vector, where the table may be touched. VFIO itself masks INTx only, so
 * for MSI and for a table out of reach masking is left to whoever reads the eventfd.
 */
static int set_msix_mask(struct vfio_pci *vp, unsigned int vector, uint32_t mask)
{
	const struct pci_bar *bar = &vp->fn->bars[vp->msix.bar];
	uint64_t at = vp->msix.offset + (uint64_t)vector * MSIX_ENTRY_SIZE + MSIX_ENTRY_CTRL;

	if (vp->irq_kind == PCI_IRQ_MSIX && vector < vp->msix.entries && bar->is_mapped &&
	    at + sizeof(uint32_t) <= bar->size)
		vfio_mmio_write32((volatile char *)bar->regs + at, mask);
	return 0;
}

int vfio_irq_unmask(struct pci_function *fn, unsigned int vector)
{
	struct vfio_pci *vp = vfio_pci_of(fn);

	if (vp->irq_kind != PCI_IRQ_INTX)
		return set_msix_mask(vp, vector, 0);
	return set_without_data(vp, VFIO_PCI_INTX_IRQ_INDEX, VFIO_IRQ_SET_ACTION_UNMASK, 1);
}

int vfio_irq_mask(struct pci_function *fn, unsigned int vector)
{
	struct vfio_pci *vp = vfio_pci_of(fn);

	if (vp->irq_kind != PCI_IRQ_INTX)
		return set_msix_mask(vp, vector, 1);
	return set_without_data(vp, VFIO_PCI_INTX_IRQ_INDEX, VFIO_IRQ_SET_ACTION_MASK, 1);
}
