/* SPDX-License-Identifier: MIT */
/*
 * domain.h - the memory that one function's device can reach.
 *
 * A domain owns the function's device addresses and an arena that device-reachable memory is carved
 * from. On vfio-pci the arena grows by chunks of process memory mapped through the IOMMU; on
 * qemu and model it is the fixed memory that the back end offers.
 */
#ifndef DMA_DOMAIN_H
#define DMA_DOMAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/report.h"
#include "dma/iova.h"
#include "vfio/pci_function.h"

enum dma_dir { DMA_TO_DEVICE = 1, DMA_FROM_DEVICE = 2, DMA_BIDIRECTIONAL = 3 };

struct dma_domain;

/**
 * dma_domain_new() - the domain of @fn, which is borrowed and outlives it.
 * Context: PASSIVE. Return: 0; -ENOMEM; -EINVAL the function offers no addresses.
 */
int dma_domain_new(struct pci_function *fn, struct dma_domain **out) UW_MUST_CHECK;
/* Every buffer and mapping must be gone (asserted in debug builds); what is shared (share.h) is
 * taken from the device, and stays. NULL is fine; returns NULL. */
struct dma_domain *dma_domain_free(struct dma_domain *domain);
/* Whoever may come behind dma_domain_free(): then nothing is mapped any more. Safe at DISPATCH. */
struct dma_domain *dma_domain_ref(struct dma_domain *domain);
void dma_domain_unref(struct dma_domain *domain); /* PASSIVE */

struct dma_buffer {
	void *vaddr;
	dma_iova iova;
	size_t len;                /* as asked */
	struct dma_domain *domain; /* borrowed; NULL: no buffer */
	void *owner;               /* private to the arena */
};
struct dma_buffer_params {
	size_t len;
	size_t align; /* of the device address, power of two; 0: a page for a page or more, else 64
		       */
	dma_iova max_addr; /* highest address the device can form; {0}: all 64 bits */
};

/**
 * dma_buffer_alloc() - zeroed, contiguous, device-reachable memory.
 * Context: PASSIVE. Return: 0; -ENOMEM (memlock: @rep names the limit and how to raise it); -ENOSPC
 * no address or mapping entry left; -ENODEV.
 */
int dma_buffer_alloc(struct dma_domain *domain, const struct dma_buffer_params *params,
		     struct report *rep, struct dma_buffer *out) UW_MUST_CHECK;
void dma_buffer_free(struct dma_buffer *buffer); /* clears it; an empty one is fine */

/**
 * dma_domain_map() - let the device reach a range of process memory in place.
 * @vaddr: start, a multiple of dma_domain_page_size().
 * @len:   bytes, a non-zero multiple of it.
 *
 * The pages are pinned until dma_domain_unmap(), which takes the same address and length.
 *
 * Context: PASSIVE; takes the domain's lock.
 * Return: 0; -EINVAL unaligned or empty; -EEXIST overlap; -ENOMEM; -ENOSPC; -EOPNOTSUPP when the
 * function reaches its fixed memory only (the caller bounces).
 */
int dma_domain_map(struct dma_domain *domain, void *vaddr, size_t len, enum dma_dir dir,
		   dma_iova *out_iova) UW_MUST_CHECK;
void dma_domain_unmap(struct dma_domain *domain, dma_iova iova, size_t len);
size_t dma_domain_page_size(const struct dma_domain *domain); /* bytes, a power of two */

/*
 * Where the device has [vaddr, vaddr + len), if it lies in one buffer's chunk or in one piece of
 * shared memory, which is pinned and mapped for the first who asks: that may take milliseconds.
 * false: nowhere; the caller maps it or bounces. PASSIVE; takes the domain's lock.
 */
bool dma_domain_find(struct dma_domain *domain, const void *vaddr, size_t len, dma_iova *out_iova);

/* The ledger: what is mapped now. */
struct dma_stats {
	uint64_t mappings, mapped_bytes, buffers, buffer_bytes, mappings_peak;
	uint64_t entry_limit;          /* mappings; 0: unknown */
	uint64_t memlock_limit;        /* bytes; UINT64_MAX: no limit */
	uint64_t shares, shared_bytes; /* of share.h, mapped */
};
struct dma_stats dma_domain_stats(const struct dma_domain *domain);

#endif
