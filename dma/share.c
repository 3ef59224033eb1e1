/* SPDX-License-Identifier: MIT */
/* share.c - memory with a memfd of its own, which the device has as long as both are there. */
#include "dma/share.h"

#include <errno.h>

#include "base/mem.h"
#include "base/numa.h"
#include "base/sealed.h"
#include "base/sys.h"
#include "domain_impl.h"

/* At most half of what the device may have goes to clients' memory: the driver needs the rest. */
static bool is_room_for(const struct dma_domain *domain, size_t len) UW_REQUIRES(domain->lock)
{
	const struct dma_stats *stats = &domain->stats;

	return len <= stats->memlock_limit / 2 &&
	       stats->shared_bytes <= stats->memlock_limit / 2 - len &&
	       (!stats->entry_limit || stats->shares < stats->entry_limit / 2);
}

/* Pins and maps it. Not to have it is no failure: see the header. */
static bool attach(struct dma_domain *domain, struct dma_share *share) UW_REQUIRES(domain->lock)
{
	const struct dma_attach_params params = {
		.vaddr = share->vaddr,
		.len = share->len,
		.align = domain->page,
		.max_addr = { UINT64_MAX },
		.prot = PCI_DMA_RW,
	};

	if (!domain->iovas || domain->over || share->len % domain->page ||
	    !is_room_for(domain, share->len) || domain_attach(domain, &params, &share->iova))
		return false;
	share->reachable = true;
	domain->stats.shares++;
	domain->stats.shared_bytes += share->len;
	return true;
}

static void detach(struct dma_domain *domain, struct dma_share *share) UW_REQUIRES(domain->lock)
{
	list_remove(&share->link);
	if (!share->reachable)
		return;
	domain_detach(domain, share->iova, share->len);
	domain->stats.shares--;
	domain->stats.shared_bytes -= share->len;
	share->reachable = false;
}

static void join(struct dma_domain *domain, struct dma_share *share)
{
	/* a wish: memory of another node is memory all the same */
	(void)!numa_bind_memory(share->vaddr, share->len, domain->node);
	share->domain = dma_domain_ref(domain);
	rank_mutex_lock(&domain->lock);
	list_push_back(&domain->shares, &share->link);
	rank_mutex_unlock(&domain->lock);
}

static void leave(struct dma_share *share)
{
	struct dma_domain *domain = share->domain;

	rank_mutex_lock(&domain->lock);
	detach(domain, share);
	rank_mutex_unlock(&domain->lock);
	dma_domain_unref(domain);
}

int dma_share_new(struct dma_domain *domain, size_t len, struct dma_share **out, int *out_fd)
{
	struct dma_share *share = mem_calloc(1, sizeof(*share));
	int err, fd;

	if (!share)
		return -ENOMEM;
	list_init(&share->link);
	share->len = len;
	err = sealed_memory_new(len, &share->vaddr, &fd);
	if (err)
		goto err_free;
	if (domain)
		join(domain, share);
	*out = share;
	*out_fd = fd;
	return 0;

err_free:
	mem_free(share);
	return err;
}

struct dma_share *dma_share_free(struct dma_share *share)
{
	if (!share)
		return NULL;
	if (share->domain)
		leave(share);
	sys_munmap(share->vaddr, share->len);
	mem_free(share);
	return NULL;
}

void shares_detach(struct dma_domain *domain)
{
	list_for_each_safe (it, next, &domain->shares)
		detach(domain, list_entry(it, struct dma_share, link));
}

/* --- where the device has what lies in memory --- */

struct place {
	uintptr_t first;
	size_t len;
};

static bool contains(const void *base, size_t base_len, const struct place *place)
{
	uintptr_t offset = place->first - (uintptr_t)base;

	return place->first >= (uintptr_t)base && offset <= base_len &&
	       place->len <= base_len - offset;
}

static dma_iova place_from(const void *base, const struct place *place, dma_iova base_at)
{
	return (dma_iova){ base_at.v + (place->first - (uintptr_t)base) };
}

static bool find_share(struct dma_domain *domain, const struct place *place, dma_iova *out)
	UW_REQUIRES(domain->lock)
{
	list_for_each (it, &domain->shares) {
		struct dma_share *share = list_entry(it, struct dma_share, link);

		if (!contains(share->vaddr, share->len, place))
			continue;
		if (!share->reachable && !attach(domain, share))
			return false;
		*out = place_from(share->vaddr, place, share->iova);
		return true;
	}
	return false;
}

static bool find_chunk(const struct dma_domain *domain, const struct place *place, dma_iova *out)
	UW_REQUIRES(domain->lock)
{
	list_for_each (it, &domain->chunks) {
		const struct dma_chunk *chunk = list_entry(it, struct dma_chunk, link);

		if (!contains(chunk->vaddr, chunk->len, place))
			continue;
		*out = place_from(chunk->vaddr, place, chunk->iova);
		return true;
	}
	return false;
}

bool dma_domain_find(struct dma_domain *domain, const void *vaddr, size_t len, dma_iova *out_iova)
{
	const struct place place = { .first = (uintptr_t)vaddr, .len = len };
	bool found;

	rank_mutex_lock(&domain->lock);
	found = find_share(domain, &place, out_iova) || find_chunk(domain, &place, out_iova);
	rank_mutex_unlock(&domain->lock);
	return found;
}
