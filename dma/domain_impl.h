/* SPDX-License-Identifier: MIT */
/* domain_impl.h - what domain.c (addresses, ledger), arena.c and buffer.c share. */
#ifndef DMA_DOMAIN_IMPL_H
#define DMA_DOMAIN_IMPL_H

#include "base/list.h"
#include "base/lock.h"
#include "dma/domain.h"

/* Memory of the arena that the device reaches at consecutive addresses. */
struct dma_chunk {
	struct list link; /* dma_domain.chunks */
	void *vaddr;      /* owned, unless fixed */
	size_t len;
	dma_iova iova;
	struct iova_alloc *space; /* owned: which of its addresses are taken */
	unsigned int buffers;
	bool fixed; /* the back end's memory: neither mapped nor freed here */
};

/* Every member is guarded by lock but the first four. */
struct dma_domain {
	struct pci_function *fn;  /* borrowed: outlives us, until over */
	size_t page;              /* what mappings are aligned to, bytes */
	int node;                 /* the function's; -1: none */
	uint32_t refs;            /* atomic */
	bool over;                /* dma_domain_free() was called */
	struct rank_mutex lock;   /* rank LOCK_RANK_DMA */
	struct iova_alloc *iovas; /* owned; NULL where the device reaches fixed memory only */
	struct list chunks;       /* dma_chunk.link */
	struct list foreign;      /* mappings of memory that is not ours */
	struct list shares;       /* dma_share.link */
	struct dma_stats stats;
};

/* What a mapping needs. */
struct dma_attach_params {
	void *vaddr;
	size_t len;
	size_t align;
	dma_iova max_addr; /* inclusive */
	enum pci_dma_prot prot;
};

/*
 * domain_attach() - choose addresses and map. 0; -ENOSPC no address or mapping entry left; -ENOMEM
 * memlock; another -errno of the function. Lock held.
 */
int domain_attach(struct dma_domain *domain, const struct dma_attach_params *params,
		  dma_iova *out_iova) UW_REQUIRES(domain->lock) UW_MUST_CHECK;
void domain_detach(struct dma_domain *domain, dma_iova iova, size_t len) UW_REQUIRES(domain->lock);
/* Is another mapping allowed? */
bool domain_has_entry(const struct dma_domain *domain) UW_REQUIRES(domain->lock);

/* share.c; lock held */
void shares_detach(struct dma_domain *domain) UW_REQUIRES(domain->lock);

/* arena.c; lock held */
int arena_open(struct dma_domain *domain) UW_MUST_CHECK; /* takes the fixed memory in */
void arena_close(struct dma_domain *domain);
/* Addresses for @len bytes: 0, -ENOMEM, -ENOSPC, or the function's -errno. */
int arena_get(struct dma_domain *domain, const struct dma_buffer_params *params,
	      struct dma_chunk **out_chunk, dma_iova *out_iova)
	UW_REQUIRES(domain->lock) UW_MUST_CHECK;
void arena_put(struct dma_domain *domain, struct dma_chunk *chunk, dma_iova iova, size_t len)
	UW_REQUIRES(domain->lock);

#endif
