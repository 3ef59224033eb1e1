/* SPDX-License-Identifier: MIT */
/*
 * share.h - memory that clients in other processes have, too: what they put there a device can
 * reach in place.
 *
 * A client can punch a hole into it (no seal forbids that): the device then keeps the page that
 * was there, while we and the client have a new one. So what was judged by its device address is
 * not what the processor reads, and the other way round.
 */
#ifndef DMA_SHARE_H
#define DMA_SHARE_H

#include "base/list.h"
#include "dma/domain.h"

struct dma_share {
	void *vaddr;
	size_t len;
	/* private */
	bool reachable;            /* the device has it at iova; guarded by the domain's lock */
	dma_iova iova;             /* the same */
	struct dma_domain *domain; /* counted; NULL: of no device that masters the bus */
	struct list link;          /* dma_domain.shares; guarded by its lock */
};

/**
 * dma_share_new() - zeroed memory behind a sealed memfd.
 * @domain: of the device that is to reach it; NULL: none.
 * @len:    bytes, a non-zero multiple of the page size.
 * @out_fd: the memfd, the caller's to pass on and to close.
 *
 * The device is given it by the first dma_domain_find() that asks. Where it cannot be (fixed
 * memory, half of the entries or of the locked memory is used for shares already) it is memory all
 * the same: dma_domain_find() does not know it, and what is in it is bounced. It may outlive the
 * domain, which takes it away from the device only.
 *
 * Context: PASSIVE. Return: 0; -ENOMEM; -EMFILE.
 */
int dma_share_new(struct dma_domain *domain, size_t len, struct dma_share **out,
		  int *out_fd) UW_MUST_CHECK;
struct dma_share *dma_share_free(struct dma_share *share); /* NULL is fine; returns NULL */

#endif
