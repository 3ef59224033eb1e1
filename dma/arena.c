/* SPDX-License-Identifier: MIT */
/*
 * arena.c - the memory that buffers are carved from, in chunks.
 *
 * A chunk is one mapping: many buffers share it, so that a driver with a thousand small ones takes
 * a few of the IOMMU's entries and no system call for most of them. One empty chunk is kept.
 * The fixed memory of a back end is a single chunk that was there before and stays.
 */
#include <assert.h>
#include <errno.h>
#include <linux/mman.h>
#include <sys/mman.h>

#include "base/mem.h"
#include "base/numa.h"
#include "base/sys.h"
#include "domain_impl.h"

#define HUGE_PAGE (2ull << 20)

static uint64_t round_up(uint64_t value, uint64_t unit)
{
	return (value + unit - 1) & ~(unit - 1);
}

/* --- process memory for a chunk --- */

static int prepare_pages(void *vaddr, size_t len, int node)
{
	/* a fork would make these pages copy-on-write under the device */
	int err = sys_madvise(vaddr, len, MADV_DONTFORK);

	return err ? err : numa_bind_memory(vaddr, len, node);
}

static int pages_new(size_t len, int extra_flags, int node, void **out)
{
	void *vaddr;
	int err = sys_mmap(NULL, len, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | extra_flags, -1, 0, &vaddr);

	if (err)
		return err;
	err = prepare_pages(vaddr, len, node);
	if (err) {
		sys_munmap(vaddr, len);
		return err;
	}
	*out = vaddr;
	return 0;
}

/* --- chunks --- */

static void chunk_release(struct dma_domain *domain, struct dma_chunk *chunk)
	UW_REQUIRES(domain->lock)
{
	list_remove(&chunk->link);
	if (!chunk->fixed) {
		domain_detach(domain, chunk->iova, chunk->len);
		sys_munmap(chunk->vaddr, chunk->len);
	}
	iova_alloc_free(chunk->space);
	mem_free(chunk);
}

static int chunk_add(struct dma_domain *domain, const struct dma_chunk *filled,
		     struct dma_chunk **out) UW_REQUIRES(domain->lock)
{
	struct iova_range range = { filled->iova.v, filled->iova.v + filled->len - 1 };
	struct dma_chunk *chunk = mem_calloc(1, sizeof(*chunk));
	int err;

	if (!chunk)
		return -ENOMEM;
	*chunk = *filled;
	err = iova_alloc_new(&range, 1, &chunk->space);
	if (err) {
		mem_free(chunk);
		return err;
	}
	list_push_back(&domain->chunks, &chunk->link);
	*out = chunk;
	return 0;
}

static int chunk_new(struct dma_domain *domain, const struct dma_attach_params *wanted, int flags,
		     struct dma_chunk **out) UW_REQUIRES(domain->lock)
{
	struct dma_attach_params params = *wanted;
	struct dma_chunk filled = { .len = params.len };
	int node = pci_function_dma_info(domain->fn)->node;
	int err = pages_new(params.len, flags, node, &params.vaddr);

	if (err)
		return err;
	err = domain_attach(domain, &params, &filled.iova);
	if (err)
		goto err_pages;
	filled.vaddr = params.vaddr;
	err = chunk_add(domain, &filled, out);
	if (err)
		goto err_detach;
	return 0;

err_detach:
	domain_detach(domain, filled.iova, params.len);
err_pages:
	sys_munmap(params.vaddr, params.len);
	return err;
}

/*
 * Best first: whole huge pages, which need one IOMMU entry each; the same of normal pages; only
 * what was asked for, where the limit on locked memory or the addresses allow no more.
 */
static int arena_grow(struct dma_domain *domain, const struct dma_buffer_params *params,
		      struct dma_chunk **out) UW_REQUIRES(domain->lock)
{
	struct dma_attach_params chunk = {
		.len = round_up(params->len, HUGE_PAGE),
		.align = params->align > HUGE_PAGE ? params->align : HUGE_PAGE,
		.max_addr = params->max_addr,
		.prot = PCI_DMA_RW,
	};
	int err = -ENOSPC;

	if (!domain_has_entry(domain))
		return -ENOSPC;
	if (domain->page <= HUGE_PAGE) {
		err = chunk_new(domain, &chunk, MAP_HUGETLB | MAP_HUGE_2MB, out);
		if (err)
			err = chunk_new(domain, &chunk, 0, out);
	}
	if (!err)
		return 0;
	chunk.len = round_up(params->len, domain->page);
	chunk.align = params->align > domain->page ? params->align : domain->page;
	return chunk_new(domain, &chunk, 0, out);
}

/* --- the fixed memory of a back end --- */

/* The one range of device addresses that the fixed memory and the function's ranges share. */
static int add_fixed_range(struct dma_domain *domain, uint64_t first, uint64_t last)
	UW_REQUIRES(domain->lock)
{
	const struct pci_dma_info *info = pci_function_dma_info(domain->fn);
	uint64_t end = info->fixed_addr + info->fixed_len - 1;
	struct dma_chunk filled = { .fixed = true }, *chunk;

	if (first < info->fixed_addr)
		first = info->fixed_addr;
	if (last > end)
		last = end;
	if (first < domain->page)
		first = domain->page; /* address 0 means "none" to many */
	if (first > last)
		return 0;
	filled.iova.v = first;
	filled.vaddr = (char *)info->fixed_base + (first - info->fixed_addr);
	filled.len = last - first + 1;
	return chunk_add(domain, &filled, &chunk);
}

static int add_fixed(struct dma_domain *domain) UW_REQUIRES(domain->lock)
{
	const struct pci_dma_info *info = pci_function_dma_info(domain->fn);
	int err = 0;

	if (!info->range_count)
		return add_fixed_range(domain, 0, UINT64_MAX);
	for (unsigned int i = 0; !err && i < info->range_count; i++)
		err = add_fixed_range(domain, info->ranges[i].first, info->ranges[i].last);
	return err;
}

/* --- open and close --- */

static void release_all(struct dma_domain *domain) UW_REQUIRES(domain->lock)
{
	list_for_each_safe (it, tmp, &domain->chunks) {
		struct dma_chunk *chunk = list_entry(it, struct dma_chunk, link);

		assert(chunk->buffers == 0);
		chunk_release(domain, chunk);
	}
}

int arena_open(struct dma_domain *domain)
{
	int err = 0;

	rank_mutex_lock(&domain->lock);
	if (pci_function_dma_info(domain->fn)->fixed_len)
		err = add_fixed(domain);
	rank_mutex_unlock(&domain->lock);
	return err;
}

void arena_close(struct dma_domain *domain)
{
	rank_mutex_lock(&domain->lock);
	release_all(domain);
	rank_mutex_unlock(&domain->lock);
}

/* --- get and put --- */

static int get_from_chunks(struct dma_domain *domain, const struct dma_buffer_params *params,
			   struct dma_chunk **out_chunk, dma_iova *out_iova)
	UW_REQUIRES(domain->lock)
{
	int err = -ENOSPC;

	list_for_each (it, &domain->chunks) {
		struct dma_chunk *chunk = list_entry(it, struct dma_chunk, link);

		err = iova_alloc_get(chunk->space, params->len, params->align, params->max_addr,
				     out_iova);
		if (err == -ENOSPC)
			continue;
		if (!err) {
			chunk->buffers++;
			*out_chunk = chunk;
		}
		return err;
	}
	return err;
}

int arena_get(struct dma_domain *domain, const struct dma_buffer_params *params,
	      struct dma_chunk **out_chunk, dma_iova *out_iova)
{
	struct dma_chunk *fresh;
	int err = get_from_chunks(domain, params, out_chunk, out_iova);

	if (err != -ENOSPC || !domain->iovas)
		return err;
	err = arena_grow(domain, params, &fresh);
	if (err)
		return err;
	err = get_from_chunks(domain, params, out_chunk, out_iova);
	if (err)
		chunk_release(domain, fresh);
	return err;
}

static bool has_other_empty(const struct dma_domain *domain, const struct dma_chunk *than)
	UW_REQUIRES(domain->lock)
{
	list_for_each (it, &domain->chunks) {
		const struct dma_chunk *chunk = list_entry(it, struct dma_chunk, link);

		if (chunk != than && !chunk->buffers && !chunk->fixed)
			return true;
	}
	return false;
}

void arena_put(struct dma_domain *domain, struct dma_chunk *chunk, dma_iova iova, size_t len)
{
	iova_alloc_put(chunk->space, iova, len);
	if (--chunk->buffers || chunk->fixed)
		return;
	if (has_other_empty(domain, chunk))
		chunk_release(domain, chunk);
}
