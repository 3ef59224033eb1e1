/* SPDX-License-Identifier: MIT */
/* pci_function_ops.h - what a back end implements; pci_function.c holds what they share. */
#ifndef VFIO_PCI_FUNCTION_OPS_H
#define VFIO_PCI_FUNCTION_OPS_H

#include "base/lock.h"
#include "vfio/pci_function.h"

/*
 * Every call is made with fn->lock held, but config_*, bar_* (any thread) and irq_unmask (loop
 * thread). A back end leaves "gone" to pci_function.c: it calls pci_function_mark_gone().
 */
struct pci_function_ops {
	const char *name;
	bool msix_set_grows; /* irq_set() takes vectors beyond those enabled */
	void (*close)(struct pci_function
			      *fn); /* quiesces and frees backend data; fn itself is not its */
	int (*config_read)(struct pci_function *fn, unsigned int offset, unsigned int width,
			   uint32_t *out);
	int (*config_write)(struct pci_function *fn, unsigned int offset, unsigned int width,
			    uint32_t value);
	int (*bar_read)(struct pci_function *fn, unsigned int bar, uint64_t offset,
			unsigned int width, uint64_t *out);
	int (*bar_write)(struct pci_function *fn, unsigned int bar, uint64_t offset,
			 unsigned int width, uint64_t value);
	int (*reset)(struct pci_function *fn);
	int (*irq_enable)(struct pci_function *fn, enum pci_irq_kind kind, const int *eventfds,
			  unsigned int count);
	int (*irq_set)(struct pci_function *fn, unsigned int vector, int eventfd);
	void (*irq_disable)(struct pci_function *fn);
	int (*irq_unmask)(struct pci_function *fn, unsigned int vector);
	int (*irq_mask)(struct pci_function *fn, unsigned int vector);
	int (*dma_map)(struct pci_function *fn, void *vaddr, size_t len, uint64_t iova,
		       enum pci_dma_prot prot);
	int (*dma_unmap)(struct pci_function *fn, uint64_t iova, size_t len);
	int (*provoke_removal)(struct pci_function *fn);
};

struct pci_function {
	const struct pci_function_ops *ops;
	void *backend; /* owned by ops */
	char address[256];
	struct rank_mutex lock; /* rank LOCK_RANK_FUNCTION: control path */
	struct pci_id id;       /* the rest is filled by the back end's open, then constant */
	struct pci_caps caps;
	struct pci_bar bars[PCI_BAR_COUNT];
	struct pci_irq_info irqs[PCI_IRQ_KINDS];
	struct pci_dma_info dma;
	pci_event_fn *on_event;
	void *event_arg;
	uint64_t deadline_ms;
	bool gone;        /* atomic */
	bool irq_enabled; /* guarded by lock */
	enum pci_irq_kind irq_kind;
	unsigned int irq_count;
	struct pci_function_stats stats; /* atomic, relaxed */
	pid_t backend_pid;
};

/* Allocates fn with everything zero and the lock made; the back end's open fills it. */
int pci_function_new(const char *address, const struct pci_function_params *params,
		     const struct pci_function_ops *ops, struct pci_function **out) UW_MUST_CHECK;
/* Undo of pci_function_new() for a back end whose open fails later. */
void pci_function_free(struct pci_function *fn);

/* Idempotent; posts PCI_EVENT_GONE once. Any thread. */
void pci_function_mark_gone(struct pci_function *fn);
void pci_function_post_event(struct pci_function *fn, enum pci_event event);

/* register_window.c: give BAR @bar of @fn a place in the register window. */
int register_window_add(struct pci_function *fn, unsigned int bar, uint64_t size,
			volatile void **out_regs) UW_MUST_CHECK;
void register_window_remove(struct pci_function *fn); /* all its places */

/* Back ends. */
int vfio_pci_open(const char *address, const struct pci_function_params *params, struct report *rep,
		  struct pci_function **out) UW_MUST_CHECK;
/* Does @device begin with what QEMU may call a device? */
bool qemu_pci_names_device(const char *device);
int qemu_pci_open(const char *address, const struct pci_function_params *params, struct report *rep,
		  struct pci_function **out) UW_MUST_CHECK;
int model_pci_open(const char *address, const struct pci_function_params *params,
		   struct report *rep, struct pci_function **out) UW_MUST_CHECK;

#endif
