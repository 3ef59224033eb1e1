/* SPDX-License-Identifier: MIT */
/* vfio_dma.c - the container's device addresses: what it offers, and mapping memory into it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/sys.h"
#include "sysfs.h"
#include "vfio_info.h"
#include "vfio_pci.h"

#define CAP_IPC_LOCK_BIT 14u
#define STATUS_MAX       8192u

/* What kernels before 5.4 do not tell: 39 bits, but for the addresses that mean interrupts on x86.
 */
static const struct pci_dma_range untold_ranges[] = {
	{ 0x1000, 0xfedfffff },
	{ 0xfef00000, (1ull << 39) - 1 },
};

static void use_untold_ranges(struct pci_dma_info *dma)
{
	memcpy(dma->ranges, untold_ranges, sizeof(untold_ranges));
	dma->range_count = UW_ARRAY_SIZE(untold_ranges);
}

static bool range_fits(const struct pci_dma_info *dma, const struct vfio_iova_range *range)
{
	if (range->start > range->end || dma->range_count == UW_ARRAY_SIZE(dma->ranges))
		return false;
	return !dma->range_count || range->start > dma->ranges[dma->range_count - 1].last;
}

static void read_ranges(struct pci_dma_info *dma, const char *info, size_t len, uint32_t first)
{
	struct vfio_iommu_type1_info_cap_iova_range cap;
	size_t at = vfio_info_find_cap(info, len, first, VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE,
				       sizeof(cap));
	struct vfio_iova_range range;

	if (!at) {
		use_untold_ranges(dma);
		return;
	}
	memcpy(&cap, info + at, sizeof(cap));
	at += sizeof(cap);
	for (uint32_t i = 0; i < cap.nr_iovas && len - at >= sizeof(range); i++) {
		memcpy(&range, info + at, sizeof(range));
		if (range_fits(dma, &range))
			dma->ranges[dma->range_count++] =
				(struct pci_dma_range){ range.start, range.end };
		at += sizeof(range);
	}
}

static void read_entry_limit(struct pci_dma_info *dma, const char *info, size_t len, uint32_t first)
{
	struct vfio_iommu_type1_info_dma_avail cap;
	size_t at =
		vfio_info_find_cap(info, len, first, VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL, sizeof(cap));

	if (!at)
		return;
	memcpy(&cap, info + at, sizeof(cap));
	dma->entry_limit = cap.avail;
}

static int ask_container(struct vfio_pci *vp)
{
	struct pci_dma_info *dma = &vp->fn->dma;
	struct vfio_iommu_type1_info head = { .flags = 0 }, *answer;
	uint32_t first;
	void *info;
	size_t len;
	int err = vfio_info_query(vfio_group_container_fd(vp->group), VFIO_IOMMU_GET_INFO, &head,
				  sizeof(head), &info, &len);

	if (err)
		return err;
	answer = info;
	first = answer->flags & VFIO_IOMMU_INFO_CAPS ? answer->cap_offset : 0;
	dma->page_sizes = answer->flags & VFIO_IOMMU_INFO_PGSIZES ? answer->iova_pgsizes : 0;
	if (!dma->page_sizes)
		dma->page_sizes = sys_page_size();
	read_ranges(dma, info, len, first);
	read_entry_limit(dma, info, len, first);
	mem_free(info);
	return dma->range_count ? 0 : -EPROTO;
}

/* --- RLIMIT_MEMLOCK --- */

/* CAP_IPC_LOCK lifts the limit. Where /proc does not tell, the limit is taken to hold. */
static bool may_lock_everything(void)
{
	char *status = mem_alloc(STATUS_MAX);
	bool may = false;
	char *line;

	if (!status)
		return false;
	if (sys_read_file("/proc/self/status", status, STATUS_MAX) > 0) {
		line = strstr(status, "\nCapEff:");
		may = line &&
		      (strtoull(line + strlen("\nCapEff:"), NULL, 16) >> CAP_IPC_LOCK_BIT & 1);
	}
	mem_free(status);
	return may;
}

static int read_memlock_limit(uint64_t *out)
{
	struct rlimit limit;
	int err = sys_getrlimit(RLIMIT_MEMLOCK, &limit);

	if (err)
		return err;
	*out = limit.rlim_cur == RLIM_INFINITY || may_lock_everything() ? UINT64_MAX
									: limit.rlim_cur;
	return 0;
}

int vfio_dma_open(struct vfio_pci *vp, struct report *rep)
{
	struct pci_dma_info *dma = &vp->fn->dma;
	int err = ask_container(vp);

	if (!err)
		err = read_memlock_limit(&dma->memlock_limit);
	if (err)
		return report_fail(rep, err, "%s: what its IOMMU offers", vp->fn->address);
	dma->node = sysfs_numa_node(vp->fn->address);
	vp->fn->caps.dma_maps_foreign = true;
	return 0;
}

int vfio_dma_map(struct pci_function *fn, void *vaddr, size_t len, uint64_t iova,
		 enum pci_dma_prot prot)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = (prot & PCI_DMA_READ ? VFIO_DMA_MAP_FLAG_READ : 0u) |
			 (prot & PCI_DMA_WRITE ? VFIO_DMA_MAP_FLAG_WRITE : 0u),
		.vaddr = (uintptr_t)vaddr,
		.iova = iova,
		.size = len,
	};
	int err = sys_ioctl(vfio_group_container_fd(vfio_pci_of(fn)->group), VFIO_IOMMU_MAP_DMA,
			    &map);

	return err < 0 ? err : 0;
}

int vfio_dma_unmap(struct pci_function *fn, uint64_t iova, size_t len)
{
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap),
		.iova = iova,
		.size = len,
	};
	int err = sys_ioctl(vfio_group_container_fd(vfio_pci_of(fn)->group), VFIO_IOMMU_UNMAP_DMA,
			    &unmap);

	if (err < 0)
		return err;
	return unmap.size == len ? 0 : -ENOENT; /* the kernel says how much it found */
}
