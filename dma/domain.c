/* SPDX-License-Identifier: MIT */
/* domain.c - the device addresses of one function, and the ledger of what is mapped there. */
#include "dma/domain.h"

#include <assert.h>
#include <errno.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/sys.h"
#include "domain_impl.h"

/* Memory of somebody else that the device reaches in place. */
struct foreign_mapping {
	struct list link; /* dma_domain.foreign */
	uintptr_t vaddr;
	size_t len;
	dma_iova iova;
};

/* Mappings are aligned to the IOMMU's smallest page, but never finer than the process's own. */
static size_t mapping_page(const struct pci_dma_info *info)
{
	uint64_t smallest = info->page_sizes & -info->page_sizes;
	size_t page = sys_page_size();

	return smallest > page ? (size_t)smallest : page;
}

/* Address 0 is never given out: too many drivers and devices take it for "none". */
static int open_addresses(struct dma_domain *domain)
{
	const struct pci_dma_info *info = pci_function_dma_info(domain->fn);
	struct iova_range ranges[UW_ARRAY_SIZE(info->ranges)];
	unsigned int count = 0;

	for (unsigned int i = 0; i < info->range_count; i++) {
		uint64_t first = info->ranges[i].first, last = info->ranges[i].last;

		if (first < domain->page)
			first = domain->page;
		if (first <= last)
			ranges[count++] = (struct iova_range){ first, last };
	}
	return iova_alloc_new(ranges, count, &domain->iovas);
}

int dma_domain_new(struct pci_function *fn, struct dma_domain **out)
{
	struct dma_domain *domain = mem_calloc(1, sizeof(*domain));
	int err;

	if (!domain)
		return -ENOMEM;
	domain->fn = fn;
	domain->refs = 1;
	domain->node = pci_function_dma_info(fn)->node;
	domain->page = mapping_page(pci_function_dma_info(fn));
	list_init(&domain->chunks);
	list_init(&domain->foreign);
	list_init(&domain->shares);
	domain->stats.entry_limit = pci_function_dma_info(fn)->entry_limit;
	domain->stats.memlock_limit = pci_function_dma_info(fn)->memlock_limit;
	err = rank_mutex_init(&domain->lock, LOCK_RANK_DMA);
	if (err) {
		mem_free(domain);
		return err;
	}
	err = pci_function_caps(fn).dma_maps_foreign ? open_addresses(domain) : arena_open(domain);
	if (err) {
		dma_domain_free(domain);
		return err;
	}
	*out = domain;
	return 0;
}

static void end(struct dma_domain *domain)
{
	rank_mutex_lock(&domain->lock);
	domain->over = true;
	shares_detach(domain);
	rank_mutex_unlock(&domain->lock);
}

struct dma_domain *dma_domain_free(struct dma_domain *domain)
{
	if (!domain)
		return NULL;
	assert(list_empty(&domain->foreign));
	end(domain);
	arena_close(domain);
	assert(domain->stats.mappings == 0);
	dma_domain_unref(domain);
	return NULL;
}

struct dma_domain *dma_domain_ref(struct dma_domain *domain)
{
	/* relaxed: whoever takes one has one, or a lock that keeps the first */
	__atomic_fetch_add(&domain->refs, 1, __ATOMIC_RELAXED);
	return domain;
}

void dma_domain_unref(struct dma_domain *domain)
{
	/* acq_rel: all that others did to it comes before its end */
	if (__atomic_fetch_sub(&domain->refs, 1, __ATOMIC_ACQ_REL) != 1)
		return;
	iova_alloc_free(domain->iovas);
	rank_mutex_deinit(&domain->lock);
	mem_free(domain);
}

size_t dma_domain_page_size(const struct dma_domain *domain)
{
	return domain->page;
}

struct dma_stats dma_domain_stats(const struct dma_domain *domain)
{
	struct dma_domain *d = (struct dma_domain *)(uintptr_t)domain; /* only its lock changes */
	struct dma_stats stats;

	rank_mutex_lock(&d->lock);
	stats = d->stats;
	rank_mutex_unlock(&d->lock);
	return stats;
}

/* --- addresses and the function's mapping together --- */

bool domain_has_entry(const struct dma_domain *domain)
{
	return !domain->stats.entry_limit || domain->stats.mappings < domain->stats.entry_limit;
}

/*
 * Another function of our IOMMU group may share the addresses: what it has mapped says "exists".
 * Such a place stays taken for the life of this domain, and the next one is tried.
 */
static int attach_somewhere(struct dma_domain *domain, const struct dma_attach_params *params,
			    dma_iova *out_iova) UW_REQUIRES(domain->lock)
{
	dma_iova iova = { 0 };
	int err;

	do {
		err = iova_alloc_get(domain->iovas, params->len, params->align, params->max_addr,
				     &iova);
		if (err)
			return err;
		err = pci_function_dma_map(domain->fn, params->vaddr, params->len, iova.v,
					   params->prot);
	} while (err == -EEXIST);
	if (err)
		iova_alloc_put(domain->iovas, iova, params->len);
	else
		*out_iova = iova;
	return err;
}

int domain_attach(struct dma_domain *domain, const struct dma_attach_params *params,
		  dma_iova *out_iova)
{
	int err;

	if (!domain_has_entry(domain))
		return -ENOSPC;
	err = attach_somewhere(domain, params, out_iova);
	if (err)
		return err;
	domain->stats.mapped_bytes += params->len;
	if (++domain->stats.mappings > domain->stats.mappings_peak)
		domain->stats.mappings_peak = domain->stats.mappings;
	return 0;
}

void domain_detach(struct dma_domain *domain, dma_iova iova, size_t len)
{
	int err = pci_function_dma_unmap(domain->fn, iova.v, len);

	domain->stats.mappings--;
	domain->stats.mapped_bytes -= len;
	/*
	 * What could not be unmapped is still the device's to write: its addresses are never given
	 * out again. The pages themselves are pinned by the IOMMU and free when the function
	 * closes.
	 */
	if (err && !pci_function_is_gone(domain->fn))
		log_warn("dma", "%s: unmapping 0x%llx: %s", pci_function_address(domain->fn),
			 (unsigned long long)iova.v, err_text(err));
	else
		iova_alloc_put(domain->iovas, iova, len);
}

/* --- foreign memory --- */

static bool overlaps_foreign(const struct dma_domain *domain, uintptr_t vaddr, size_t len)
	UW_REQUIRES(domain->lock)
{
	list_for_each (it, &domain->foreign) {
		struct foreign_mapping *m = list_entry(it, struct foreign_mapping, link);

		if (vaddr < m->vaddr + m->len && m->vaddr < vaddr + len)
			return true;
	}
	return false;
}

static int map_locked(struct dma_domain *domain, struct foreign_mapping *m, enum dma_dir dir)
	UW_REQUIRES(domain->lock)
{
	struct dma_attach_params params = {
		.vaddr = (void *)m->vaddr,
		.len = m->len,
		.align = domain->page,
		.max_addr = { UINT64_MAX },
		.prot = (enum pci_dma_prot)dir, /* the bits mean the same, seen from the device */
	};
	int err;

	if (overlaps_foreign(domain, m->vaddr, m->len))
		return -EEXIST;
	err = domain_attach(domain, &params, &m->iova);
	if (!err)
		list_push_back(&domain->foreign, &m->link);
	return err;
}

static_assert((int)DMA_TO_DEVICE == (int)PCI_DMA_READ && (int)DMA_FROM_DEVICE == (int)PCI_DMA_WRITE,
	      "to the device is read by the device");

int dma_domain_map(struct dma_domain *domain, void *vaddr, size_t len, enum dma_dir dir,
		   dma_iova *out_iova)
{
	struct foreign_mapping *m;
	int err;

	if (!domain->iovas)
		return -EOPNOTSUPP;
	if (!len || len % domain->page || (uintptr_t)vaddr % domain->page ||
	    (uintptr_t)vaddr + len < (uintptr_t)vaddr || !dir || dir > DMA_BIDIRECTIONAL)
		return -EINVAL;
	m = mem_calloc(1, sizeof(*m));
	if (!m)
		return -ENOMEM;
	m->vaddr = (uintptr_t)vaddr;
	m->len = len;
	rank_mutex_lock(&domain->lock);
	err = map_locked(domain, m, dir);
	rank_mutex_unlock(&domain->lock);
	if (err) {
		mem_free(m);
		return err;
	}
	*out_iova = m->iova;
	return 0;
}

static struct foreign_mapping *find_foreign(const struct dma_domain *domain, dma_iova iova,
					    size_t len) UW_REQUIRES(domain->lock)
{
	list_for_each (it, &domain->foreign) {
		struct foreign_mapping *m = list_entry(it, struct foreign_mapping, link);

		if (m->iova.v == iova.v && m->len == len)
			return m;
	}
	return NULL;
}

void dma_domain_unmap(struct dma_domain *domain, dma_iova iova, size_t len)
{
	struct foreign_mapping *m;

	rank_mutex_lock(&domain->lock);
	m = find_foreign(domain, iova, len);
	assert(m);
	if (m) {
		list_remove(&m->link);
		domain_detach(domain, iova, len);
	}
	rank_mutex_unlock(&domain->lock);
	mem_free(m);
}
