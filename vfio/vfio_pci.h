/* SPDX-License-Identifier: MIT */
/* vfio_pci.h - the parts of the vfio-pci back end: one struct, one file a concept. */
#ifndef VFIO_PCI_H
#define VFIO_PCI_H

#include <linux/vfio.h>
#include <stdbool.h>
#include <stdint.h>

#include "pci_function_ops.h"
#include "vfio_group.h"

#define VFIO_BAR_AREAS                                                                             \
	8 /* mapped pieces of one BAR; what is beyond goes through the descriptor                  \
	   */

/* A mapped piece of a BAR. */
struct vfio_area {
	uint64_t offset, len;
	void *map; /* owned */
};

/* One region of the device's descriptor. */
struct vfio_region {
	uint64_t size;   /* 0: no such region */
	uint64_t offset; /* of its first byte in the descriptor */
	uint32_t flags;  /* VFIO_REGION_INFO_FLAG_* */
	struct vfio_area areas[VFIO_BAR_AREAS];
	unsigned int area_count;
};

/* Where the MSI-X table lies; entries == 0: no MSI-X. */
struct vfio_msix_table {
	unsigned int bar, entries;
	uint64_t offset;
};

/* One index of interrupts, as VFIO_DEVICE_GET_IRQ_INFO describes it. */
struct vfio_irq_index {
	uint32_t flags, count;
};

struct vfio_pci {
	struct pci_function *fn;  /* borrowed: it owns us */
	struct vfio_group *group; /* counted through user */
	struct vfio_group_user user;
	int device_fd;         /* owned */
	uint32_t device_flags; /* VFIO_DEVICE_FLAGS_* */
	struct vfio_region config;
	struct vfio_region bars[PCI_BAR_COUNT];
	struct vfio_msix_table msix;
	struct vfio_irq_index irqs[VFIO_PCI_NUM_IRQS];
	int *eventfds; /* owned; of the enabled kind; fn->lock */
	unsigned int eventfd_room, eventfd_count;
	enum pci_irq_kind irq_kind; /* of the last set enabled; read by the loop thread */
	struct vfio_watch *watch;   /* owned: REQ and ERR; NULL where the kernel has neither */
};

static inline struct vfio_pci *vfio_pci_of(const struct pci_function *fn)
{
	return fn->backend;
}

/* vfio_config.c - any thread */
int vfio_config_read(struct pci_function *fn, unsigned int offset, unsigned int width,
		     uint32_t *out);
int vfio_config_write(struct pci_function *fn, unsigned int offset, unsigned int width,
		      uint32_t value);
/* Clear @clear and set @set in the command register; 0 or -errno. */
int vfio_config_command(struct vfio_pci *vp, uint32_t clear, uint32_t set) UW_MUST_CHECK;
unsigned int vfio_config_find_cap(struct vfio_pci *vp, uint8_t id);
int vfio_config_identify(struct vfio_pci *vp) UW_MUST_CHECK; /* fills fn->id and msix */

/* vfio_regions.c */
int vfio_regions_open(struct vfio_pci *vp, struct report *rep) UW_MUST_CHECK; /* asks only */
int vfio_bars_map(struct vfio_pci *vp, struct report *rep) UW_MUST_CHECK;     /* fills fn->bars */
void vfio_bars_unmap(struct vfio_pci *vp); /* a half-built set is fine */
int vfio_bar_read(struct pci_function *fn, unsigned int bar, uint64_t offset, unsigned int width,
		  uint64_t *out);
int vfio_bar_write(struct pci_function *fn, unsigned int bar, uint64_t offset, unsigned int width,
		   uint64_t value);

/* vfio_irq.c */
int vfio_irqs_open(struct vfio_pci *vp) UW_MUST_CHECK; /* fills fn->irqs */
void vfio_irqs_close(struct vfio_pci *vp);
int vfio_irq_enable(struct pci_function *fn, enum pci_irq_kind kind, const int *eventfds,
		    unsigned int count);
int vfio_irq_set(struct pci_function *fn, unsigned int vector, int eventfd);
void vfio_irq_disable(struct pci_function *fn);
int vfio_irq_unmask(struct pci_function *fn, unsigned int vector);
int vfio_irq_mask(struct pci_function *fn, unsigned int vector);
/* Signal @eventfds from @start on; @count 0 disables the whole index. */
int vfio_irq_trigger(struct vfio_pci *vp, uint32_t index, uint32_t start, const int *eventfds,
		     uint32_t count) UW_MUST_CHECK;

/* vfio_watch.c - REQ ("let go") and ERR interrupts as events, on a thread of their own */
int vfio_watch_start(struct vfio_pci *vp) UW_MUST_CHECK;
void vfio_watch_stop(struct vfio_pci *vp);

/* vfio_reset.c */
bool vfio_reset_is_safe(struct vfio_pci *vp);
int vfio_reset(struct pci_function *fn);
void vfio_quiesce(struct vfio_pci *vp); /* INTx off, reset; bus mastering and vectors are off */

/* vfio_dma.c */
int vfio_dma_open(struct vfio_pci *vp, struct report *rep) UW_MUST_CHECK; /* fills fn->dma */
int vfio_dma_map(struct pci_function *fn, void *vaddr, size_t len, uint64_t iova,
		 enum pci_dma_prot prot);
int vfio_dma_unmap(struct pci_function *fn, uint64_t iova, size_t len);

#endif
