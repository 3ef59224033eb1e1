/* SPDX-License-Identifier: MIT */
/*
 * vfio_regions.c - the BARs: what the kernel says of each, and which pieces of it are mapped.
 *
 * A BAR mapped as a whole is handed out as its mapping. Every other one (ports; memory with a hole
 * around the MSI-X table or elsewhere) gets a place in the register window, and its accesses go to
 * the mapped piece they fall into or else through the descriptor, which knows what is allowed.
 */
#include <endian.h>
#include <errno.h>
#include <linux/pci_regs.h>
#include <string.h>
#include <sys/mman.h>

#include "base/mem.h"
#include "base/sys.h"
#include "vfio/mmio.h"
#include "vfio_info.h"
#include "vfio_pci.h"

#define MSIX_ENTRY_SIZE 16u

static int ask_region(int fd, uint32_t index, void **out_info, size_t *out_len)
{
	struct vfio_region_info head = { .index = index };

	return vfio_info_query(fd, VFIO_DEVICE_GET_REGION_INFO, &head, sizeof(head), out_info,
			       out_len);
}

static void add_area(struct vfio_region *region, uint64_t offset, uint64_t len)
{
	uint64_t page = sys_page_size();

	if (len == 0 || offset % page || offset >= region->size || len > region->size - offset)
		return; /* unfit to be mapped: left to the descriptor */
	if (region->area_count < VFIO_BAR_AREAS)
		region->areas[region->area_count++] =
			(struct vfio_area){ .offset = offset, .len = len };
}

/* The areas of a sparse-mmap capability at @at, as many as the answer really holds. */
static void add_sparse_areas(struct vfio_region *region, const char *info, size_t len, size_t at)
{
	struct vfio_region_info_cap_sparse_mmap cap;
	struct vfio_region_sparse_mmap_area area;
	size_t from = at + sizeof(cap);

	memcpy(&cap, info + at, sizeof(cap));
	for (uint32_t i = 0; i < cap.nr_areas && len - from >= sizeof(area); i++) {
		memcpy(&area, info + from, sizeof(area));
		add_area(region, area.offset, area.size);
		from += sizeof(area);
	}
}

/* All but the pages of the MSI-X table, which this kernel wants for itself. */
static void add_areas_around_table(struct vfio_region *region, const struct vfio_msix_table *table)
{
	uint64_t page = sys_page_size();
	uint64_t end = table->offset + (uint64_t)table->entries * MSIX_ENTRY_SIZE;
	uint64_t from = table->offset & ~(page - 1), to = (end + page - 1) & ~(page - 1);

	add_area(region, 0, from < region->size ? from : region->size);
	if (to < region->size)
		add_area(region, to, region->size - to);
}

static void choose_areas(struct vfio_region *region, const struct vfio_msix_table *table,
			 const void *info, size_t len)
{
	const struct vfio_region_info *head = info;
	uint32_t first = head->flags & VFIO_REGION_INFO_FLAG_CAPS ? head->cap_offset : 0;
	size_t sparse = vfio_info_find_cap(info, len, first, VFIO_REGION_INFO_CAP_SPARSE_MMAP,
					   sizeof(struct vfio_region_info_cap_sparse_mmap));

	if (sparse)
		add_sparse_areas(region, info, len, sparse);
	else if (table && !vfio_info_find_cap(info, len, first, VFIO_REGION_INFO_CAP_MSIX_MAPPABLE,
					      sizeof(struct vfio_info_cap_header)))
		add_areas_around_table(region, table);
	else
		add_area(region, 0, region->size);
}

/* @table: the MSI-X table if it lies in this region, else NULL. */
static int region_open(struct vfio_pci *vp, uint32_t index, const struct vfio_msix_table *table,
		       struct vfio_region *region)
{
	const struct vfio_region_info *head;
	void *info;
	size_t len;
	int err = ask_region(vp->device_fd, index, &info, &len);

	if (err)
		return err;
	head = info;
	region->size = head->size;
	region->offset = head->offset;
	region->flags = head->flags;
	if (region->flags & VFIO_REGION_INFO_FLAG_MMAP)
		choose_areas(region, table, info, len);
	mem_free(info);
	return 0;
}

int vfio_regions_open(struct vfio_pci *vp, struct report *rep)
{
	int err = region_open(vp, VFIO_PCI_CONFIG_REGION_INDEX, NULL, &vp->config);

	if (!err && vp->config.size < PCI_STD_HEADER_SIZEOF)
		err = -EPROTO;
	if (err)
		return report_fail(rep, err, "%s: configuration space", vp->fn->address);
	return 0;
}

/* --- mapping --- */

static int map_areas(struct vfio_pci *vp, struct vfio_region *region)
{
	int prot = 0, err;

	if (region->flags & VFIO_REGION_INFO_FLAG_READ)
		prot |= PROT_READ;
	if (region->flags & VFIO_REGION_INFO_FLAG_WRITE)
		prot |= PROT_WRITE;
	for (unsigned int i = 0; i < region->area_count; i++) {
		struct vfio_area *area = &region->areas[i];

		err = sys_mmap(NULL, area->len, prot, MAP_SHARED, vp->device_fd,
			       (int64_t)(region->offset + area->offset), &area->map);
		if (err)
			return err;
	}
	return 0;
}

static bool is_mapped_whole(const struct vfio_region *region)
{
	return region->area_count == 1 && region->areas[0].len == region->size;
}

/* What the BAR register says; the kernel's copy, so it is there for BARs of ours only. */
static int read_bar_register(struct vfio_pci *vp, unsigned int bar, struct pci_bar *out)
{
	uint32_t low, high = 0;
	unsigned int at = PCI_BASE_ADDRESS_0 + 4 * bar;
	int err = vfio_config_read(vp->fn, at, 4, &low);

	if (err)
		return err;
	out->is_port = low & PCI_BASE_ADDRESS_SPACE_IO;
	if (out->is_port) {
		out->bus_addr = low & (uint32_t)PCI_BASE_ADDRESS_IO_MASK;
		return 0;
	}
	out->is_64bit = (low & PCI_BASE_ADDRESS_MEM_TYPE_MASK) == PCI_BASE_ADDRESS_MEM_TYPE_64;
	out->is_prefetchable = low & PCI_BASE_ADDRESS_MEM_PREFETCH;
	if (out->is_64bit && bar + 1 < PCI_BAR_COUNT)
		err = vfio_config_read(vp->fn, at + 4, 4, &high);
	out->bus_addr = (uint64_t)high << 32 | (low & (uint32_t)PCI_BASE_ADDRESS_MEM_MASK);
	return err;
}

static int bar_map(struct vfio_pci *vp, unsigned int bar)
{
	struct vfio_region *region = &vp->bars[bar];
	struct pci_bar *out = &vp->fn->bars[bar];
	bool has_table = vp->msix.entries && vp->msix.bar == bar;
	int err = region_open(vp, VFIO_PCI_BAR0_REGION_INDEX + bar, has_table ? &vp->msix : NULL,
			      region);

	if (err || !region->size)
		return err;
	err = read_bar_register(vp, bar, out);
	if (!err)
		err = map_areas(vp, region);
	if (err)
		return err;
	out->size = region->size;
	out->is_mapped = is_mapped_whole(region);
	if (!out->is_mapped)
		return register_window_add(vp->fn, bar, region->size, &out->regs);
	out->regs = region->areas[0].map;
	return 0;
}

int vfio_bars_map(struct vfio_pci *vp, struct report *rep)
{
	int err;

	for (unsigned int bar = 0; bar < PCI_BAR_COUNT; bar++) {
		err = bar_map(vp, bar);
		if (err)
			return report_fail(rep, err, "%s: mapping BAR%u", vp->fn->address, bar);
	}
	return 0;
}

void vfio_bars_unmap(struct vfio_pci *vp)
{
	register_window_remove(vp->fn);
	for (unsigned int bar = 0; bar < PCI_BAR_COUNT; bar++) {
		struct vfio_region *region = &vp->bars[bar];

		for (unsigned int i = 0; i < region->area_count; i++) {
			if (region->areas[i].map)
				sys_munmap(region->areas[i].map, region->areas[i].len);
		}
		region->area_count = 0;
	}
}

/* --- access to BARs that are not mapped as a whole; the window keeps it inside the BAR --- */

static volatile void *find_mapped(const struct vfio_region *region, uint64_t offset,
				  unsigned int width)
{
	for (unsigned int i = 0; i < region->area_count; i++) {
		const struct vfio_area *area = &region->areas[i];

		if (offset >= area->offset && offset - area->offset + width <= area->len)
			return (char *)area->map + (offset - area->offset);
	}
	return NULL;
}

static uint64_t load(const volatile void *reg, unsigned int width)
{
	switch (width) {
	case 1:
		return vfio_mmio_load8(reg);
	case 2:
		return vfio_mmio_load16(reg);
	case 4:
		return vfio_mmio_load32(reg);
	default:
		return vfio_mmio_load64(reg);
	}
}

static void store(volatile void *reg, unsigned int width, uint64_t value)
{
	switch (width) {
	case 1:
		vfio_mmio_store8(reg, (uint8_t)value);
		break;
	case 2:
		vfio_mmio_store16(reg, (uint16_t)value);
		break;
	case 4:
		vfio_mmio_store32(reg, (uint32_t)value);
		break;
	default:
		vfio_mmio_store64(reg, value);
		break;
	}
}

int vfio_bar_read(struct pci_function *fn, unsigned int bar, uint64_t offset, unsigned int width,
		  uint64_t *out)
{
	struct vfio_pci *vp = vfio_pci_of(fn);
	const struct vfio_region *region = &vp->bars[bar];
	volatile void *reg = find_mapped(region, offset, width);
	uint64_t value = 0;
	ssize_t got;

	if (reg) {
		*out = load(reg, width);
		return 0;
	}
	got = sys_pread(vp->device_fd, &value, width, (int64_t)(region->offset + offset));
	if (got < 0)
		return (int)got;
	if ((size_t)got != width)
		return -EIO;
	*out = le64toh(value);
	return 0;
}

int vfio_bar_write(struct pci_function *fn, unsigned int bar, uint64_t offset, unsigned int width,
		   uint64_t value)
{
	struct vfio_pci *vp = vfio_pci_of(fn);
	const struct vfio_region *region = &vp->bars[bar];
	volatile void *reg = find_mapped(region, offset, width);
	uint64_t little = htole64(value);
	ssize_t put;

	if (reg) {
		store(reg, width, value);
		return 0;
	}
	put = sys_pwrite(vp->device_fd, &little, width, (int64_t)(region->offset + offset));
	if (put < 0)
		return (int)put;
	return (size_t)put == width ? 0 : -EIO;
}
