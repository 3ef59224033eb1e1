/* SPDX-License-Identifier: MIT */
/*
 * pci_function.h - one PCI function, however it is reached.
 *
 * An address chooses the back end: "0000:00:03.0" vfio-pci, "qemu:e1000[,prop=value...]" QEMU's
 * device model with no guest, "model:NAME" a model inside this process. The interface shows neither
 * container nor group.
 *
 * Threads: unless a call says otherwise, control calls (open, close, interrupts, DMA mapping,
 * reset) come from PASSIVE level, one at a time per function (the function's own lock sees to it);
 * config space and BAR access may come from any thread.
 *
 * Once the function is gone, config and BAR reads yield all ones, writes are dropped, control
 * calls return -ENODEV, and pci_function_close() still releases everything.
 */
#ifndef VFIO_PCI_FUNCTION_H
#define VFIO_PCI_FUNCTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/compiler.h"
#include "base/report.h"

#define PCI_BAR_COUNT 6

struct pci_function;

struct pci_id {
	uint16_t vendor, device, subvendor, subdevice;
	uint32_t class_code; /* base << 16 | sub << 8 | interface */
	uint8_t revision;
};

struct pci_bar {
	uint64_t size;     /* bytes; 0: no such BAR */
	uint64_t bus_addr; /* what the BAR register holds, for resource lists */
	volatile void
		*regs; /* what vfio_mmio_*() takes: a mapping, or a place in the register window */
	bool is_port;
	bool is_64bit;
	bool is_prefetchable;
	bool is_mapped; /* regs may be dereferenced directly */
};

enum pci_irq_kind { PCI_IRQ_INTX, PCI_IRQ_MSI, PCI_IRQ_MSIX, PCI_IRQ_KINDS };

enum pci_event {
	PCI_EVENT_RELEASE, /* somebody wants the function back: stop and close (VFIO REQ) */
	PCI_EVENT_ERROR,   /* uncorrectable PCIe error (VFIO ERR) */
	PCI_EVENT_GONE,    /* removed: reads are all ones from now on */
};

/* Called on a thread of the back end or on the thread that noticed; must only post a message. */
typedef void pci_event_fn(void *arg, enum pci_event event);

struct pci_caps {
	bool dma_maps_foreign; /* dma_map() takes any process memory; else only the fixed arena */
	bool has_reset;        /* a reset that hits nobody else */
	bool has_intx_mask;    /* INTx is masked automatically and needs irq_unmask() */
	bool dynamic_msix;     /* vectors can be added while others run */
};

struct pci_irq_info {
	uint32_t count; /* vectors the function has of this kind; 0: none */
};

struct pci_dma_range {
	uint64_t first, last; /* inclusive device addresses */
};

struct pci_dma_info {
	struct pci_dma_range ranges[16]; /* where mappings may lie, ascending */
	unsigned int range_count;
	uint64_t page_sizes;    /* bit n: pages of 2^n bytes */
	uint64_t entry_limit;   /* mappings that may exist at once; 0: unknown */
	uint64_t memlock_limit; /* bytes that may be pinned; UINT64_MAX: no limit */
	void *fixed_base;       /* !dma_maps_foreign: the only memory the device reaches */
	size_t fixed_len;
	uint64_t fixed_addr; /* its device address */
	int node;            /* NUMA node of the function; -1: unknown */
};

enum pci_dma_prot { PCI_DMA_READ = 1, PCI_DMA_WRITE = 2, PCI_DMA_RW = 3 }; /* by the device */

struct pci_function_params {
	pci_event_fn *on_event; /* may be NULL */
	void *event_arg;
	uint64_t deadline_ms; /* for start and for each command; 0: 8000 */
	/* qemu back end only: */
	const char *const *qemu_args; /* further arguments, NULL-terminated (netdev, object, ...);
					 may be NULL */
};

/**
 * pci_function_open() - reach a function: its BARs mapped, bus mastering off, interrupts off.
 * Return: 0; -ENODEV no such function; -EBUSY in use or group not viable; -EPERM no permission or
 *         no interrupt remapping; -ENOENT no vfio or no QEMU; -EINVAL malformed address;
 * -ETIMEDOUT; -ENOMEM. @rep says what, on what, why, and the command that helps.
 */
int pci_function_open(const char *address, const struct pci_function_params *params,
		      struct report *rep, struct pci_function **out) UW_MUST_CHECK;

/* Is @address one for pci_function_open()? Whether it exists is not asked. */
bool pci_function_address_valid(const char *address);

/* Quiesce (bus mastering off, interrupts off, reset if it has one) and release. NULL is fine. */
void pci_function_close(struct pci_function *fn);

const char *pci_function_address(const struct pci_function *fn);
struct pci_id pci_function_id(const struct pci_function *fn);
struct pci_caps pci_function_caps(const struct pci_function *fn);
const struct pci_bar *pci_function_bar(const struct pci_function *fn, unsigned int bar);

/* Has it been seen to vanish? One relaxed load. */
bool pci_function_is_gone(const struct pci_function *fn);
/* All ones came from a live register: ask the vendor id; true (and PCI_EVENT_GONE) if it is gone.
 */
bool pci_function_check_gone(struct pci_function *fn);

/* Config space, little-endian, 1/2/4 bytes naturally aligned. Return 0 or -errno; ones when gone.
 */
int pci_config_read(struct pci_function *fn, unsigned int offset, unsigned int width,
		    uint32_t *out_value) UW_MUST_CHECK;
int pci_config_write(struct pci_function *fn, unsigned int offset, unsigned int width,
		     uint32_t value) UW_MUST_CHECK;
/* Offset of the first capability @cap_id, or 0. */
unsigned int pci_function_find_cap(struct pci_function *fn, uint8_t cap_id);

/* Bus mastering and, where the back end needs it, memory and port decoding. */
int pci_function_set_bus_master(struct pci_function *fn, bool on) UW_MUST_CHECK;
/* Reset: -EOPNOTSUPP without has_reset. The caller reprograms the device; vectors stay enabled. */
int pci_function_reset(struct pci_function *fn) UW_MUST_CHECK;

struct pci_irq_info pci_function_irq_info(const struct pci_function *fn, enum pci_irq_kind kind);
/*
 * Enable @count vectors of one kind; vector i signals eventfds[i] (-1: none yet). One kind at a
 * time; enabling replaces what was enabled. INTx: count 1, masked until pci_function_irq_unmask().
 */
int pci_function_irq_enable(struct pci_function *fn, enum pci_irq_kind kind, const int *eventfds,
			    unsigned int count) UW_MUST_CHECK;
/*
 * Point one vector of the enabled kind elsewhere (-1: nowhere). On vfio-pci an MSI-X vector beyond
 * those enabled is added: the others run on with caps.dynamic_msix, else they pause for it and each
 * is signalled once, since what it raised meanwhile is lost.
 */
int pci_function_irq_set(struct pci_function *fn, unsigned int vector, int eventfd) UW_MUST_CHECK;
void pci_function_irq_disable(struct pci_function *fn);
/* INTx: allow the next interrupt. Loop thread. Others: mask/unmask in the MSI-X table or a no-op.
 */
int pci_function_irq_unmask(struct pci_function *fn, unsigned int vector) UW_MUST_CHECK;
int pci_function_irq_mask(struct pci_function *fn, unsigned int vector) UW_MUST_CHECK;

const struct pci_dma_info *pci_function_dma_info(const struct pci_function *fn);
/* -EOPNOTSUPP unless dma_maps_foreign; -EEXIST overlap; -ENOSPC entry limit; -ENOMEM memlock. */
int pci_function_dma_map(struct pci_function *fn, void *vaddr, size_t len, uint64_t iova,
			 enum pci_dma_prot prot) UW_MUST_CHECK;
int pci_function_dma_unmap(struct pci_function *fn, uint64_t iova, size_t len) UW_MUST_CHECK;

/* Counters a person asks for. */
struct pci_function_stats {
	uint64_t interrupts_unmasked, dma_maps, dma_unmaps, dma_mapped_bytes, bar_calls;
};
struct pci_function_stats pci_function_stats(const struct pci_function *fn);

/* Tests of removal: qemu unplugs the device behind its port, a model vanishes; vfio-pci
 * -EOPNOTSUPP. */
int pci_function_provoke_removal(struct pci_function *fn) UW_MUST_CHECK;
/* qemu back end only: the monitor-less side door of tests; others -EOPNOTSUPP. */
pid_t pci_function_backend_pid(const struct pci_function *fn); /* QEMU's pid, or 0 */

#endif
