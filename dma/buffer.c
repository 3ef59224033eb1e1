/* SPDX-License-Identifier: MIT */
/* buffer.c - common buffers, and the words for a person when there is no room for one. */
#include <errno.h>
#include <string.h>

#include "domain_impl.h"

#define LINE 64u /* no two buffers share a cache line */

static size_t whole_lines(size_t len)
{
	return (len + LINE - 1) & ~(size_t)(LINE - 1);
}

/* Fill in what was left to us; -EINVAL for what cannot be meant. */
static int complete_params(const struct dma_domain *domain, const struct dma_buffer_params *asked,
			   struct dma_buffer_params *out)
{
	*out = *asked;
	if (!out->align)
		out->align = out->len >= domain->page ? domain->page : LINE;
	if (!out->max_addr.v)
		out->max_addr.v = UINT64_MAX;
	if (!out->len || out->len > SIZE_MAX / 4 || (out->align & (out->align - 1)))
		return -EINVAL;
	out->len = whole_lines(out->len);
	return 0;
}

UW_COLD static int refuse_no_memory(const struct dma_domain *domain,
				    const struct dma_buffer_params *params, struct report *rep)
{
	if (domain->stats.memlock_limit == UINT64_MAX)
		return report_fail(rep, -ENOMEM, "%zu bytes for DMA", params->len);
	report_fail(rep, -ENOMEM,
		    "%zu bytes for DMA: %llu are locked already and RLIMIT_MEMLOCK allows %llu",
		    params->len, (unsigned long long)domain->stats.mapped_bytes,
		    (unsigned long long)domain->stats.memlock_limit);
	report_hint(rep,
		    "raise it: 'ulimit -l unlimited' (as root, or memlock in "
		    "/etc/security/limits.conf), 'systemd-run -p LimitMEMLOCK=infinity ...', or "
		    "run as root");
	return -ENOMEM;
}

UW_COLD static int refuse_no_space(const struct dma_domain *domain,
				   const struct dma_buffer_params *params, struct report *rep)
	UW_REQUIRES(domain->lock)
{
	if (domain_has_entry(domain))
		return report_fail(
			rep, -ENOSPC,
			"%zu bytes for DMA: no room left in device addresses up to 0x%llx",
			params->len, (unsigned long long)params->max_addr.v);
	report_fail(rep, -ENOSPC, "%zu bytes for DMA: all %llu mappings of the IOMMU are in use",
		    params->len, (unsigned long long)domain->stats.entry_limit);
	report_hint(rep, "raise /sys/module/vfio_iommu_type1/parameters/dma_entry_limit");
	return -ENOSPC;
}

static int refuse(const struct dma_domain *domain, const struct dma_buffer_params *params, int err,
		  struct report *rep) UW_REQUIRES(domain->lock)
{
	if (err == -ENOMEM)
		return refuse_no_memory(domain, params, rep);
	if (err == -ENOSPC)
		return refuse_no_space(domain, params, rep);
	return report_fail(rep, err, "%zu bytes for DMA", params->len);
}

static int alloc_locked(struct dma_domain *domain, const struct dma_buffer_params *params,
			struct report *rep, struct dma_buffer *out) UW_REQUIRES(domain->lock)
{
	struct dma_chunk *chunk;
	dma_iova iova = { 0 };
	int err = arena_get(domain, params, &chunk, &iova);

	if (err)
		return refuse(domain, params, err, rep);
	*out = (struct dma_buffer){
		.vaddr = (char *)chunk->vaddr + (iova.v - chunk->iova.v),
		.iova = iova,
		.domain = domain,
		.owner = chunk,
	};
	domain->stats.buffers++;
	domain->stats.buffer_bytes += params->len;
	return 0;
}

int dma_buffer_alloc(struct dma_domain *domain, const struct dma_buffer_params *params,
		     struct report *rep, struct dma_buffer *out)
{
	struct dma_buffer_params whole;
	int err = complete_params(domain, params, &whole);

	if (err)
		return report_fail(rep, err, "%zu bytes for DMA, aligned to %zu", params->len,
				   params->align);
	if (pci_function_is_gone(domain->fn))
		return report_fail(rep, -ENODEV, "%zu bytes for DMA", params->len);
	rank_mutex_lock(&domain->lock);
	err = alloc_locked(domain, &whole, rep, out);
	rank_mutex_unlock(&domain->lock);
	if (err)
		return err;
	out->len = params->len;
	memset(out->vaddr, 0, whole.len);
	return 0;
}

void dma_buffer_free(struct dma_buffer *buffer)
{
	struct dma_domain *domain = buffer->domain;
	size_t len = whole_lines(buffer->len);

	if (!domain)
		return;
	rank_mutex_lock(&domain->lock);
	arena_put(domain, buffer->owner, buffer->iova, len);
	domain->stats.buffers--;
	domain->stats.buffer_bytes -= len;
	rank_mutex_unlock(&domain->lock);
	*buffer = (struct dma_buffer){ .vaddr = NULL };
}
