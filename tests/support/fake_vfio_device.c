/* SPDX-License-Identifier: MIT */
/* fake_vfio_device.c - what a descriptor of vfio-pci's does: memory, configuration space, ioctls.
 */
#include "fake_vfio_impl.h"

#include <errno.h>
#include <linux/pci_regs.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* --- device memory --- */

static void replace_mapped(const void *old, void *new)
{
	for (int i = 0; i < 16; i++) {
		if (fake.mapped[i] == old) {
			fake.mapped[i] = new;
			return;
		}
	}
}

int fake_munmap(void *addr, size_t len)
{
	replace_mapped(addr, NULL);
	return munmap(addr, len);
}

void *fake_mmap(void *addr, size_t len, int prot, int flags, int fd, int64_t offset)
{
	struct object *o = object_of(fd);
	void *place;

	if (o) {
		struct fake_region *bar = &o->fn->bars[offset >> REGION_SHIFT];

		fd = bar->memfd;
		if ((uint64_t)(offset & ((1ll << REGION_SHIFT) - 1)) + len > bar->size)
			return (void *)-EINVAL;
		offset &= (1ll << REGION_SHIFT) - 1;
	}
	place = mmap(addr, len, prot, flags, fd, offset);
	if (place == MAP_FAILED)
		return (void *)(intptr_t)-errno;
	if (o)
		replace_mapped(NULL, place);
	return place;
}

ssize_t fake_pread(int fd, void *buf, size_t len, int64_t offset)
{
	struct object *o = object_of(fd);
	uint64_t index = (uint64_t)offset >> REGION_SHIFT, at = (uint64_t)offset & 0xffffffffff;

	if (!o)
		return pread(fd, buf, len, offset);
	if (index < 6)
		return pread(o->fn->bars[index].memfd, buf, len, (off_t)at);
	if (o->fn->gone && at >= PCI_COMMAND)
		memset(buf, 0xff, len); /* the ids are the kernel's own copy */
	else
		memcpy(buf, o->fn->config + at, len);
	return (ssize_t)len;
}

ssize_t fake_pwrite(int fd, const void *buf, size_t len, int64_t offset)
{
	struct object *o = object_of(fd);
	uint64_t index = (uint64_t)offset >> REGION_SHIFT, at = (uint64_t)offset & 0xffffffffff;

	if (!o)
		return pwrite(fd, buf, len, offset);
	if (index < 6)
		return pwrite(o->fn->bars[index].memfd, buf, len, (off_t)at);
	memcpy(o->fn->config + at, buf, len);
	return (ssize_t)len;
}

/* --- ioctls --- */

/* Fill the capabilities in as far as there is room, as the kernel does. */
static void answer(void *arg, size_t fixed, const struct fake_info *info)
{
	uint32_t room, need = info->argsz ? info->argsz : info->len ? info->len : (uint32_t)fixed;

	memcpy(&room, arg, sizeof(room));
	if (info->len > fixed && room >= info->len)
		memcpy((char *)arg + fixed, info->bytes + fixed, info->len - fixed);
	memcpy(arg, &need, sizeof(need));
}

static int device_region_info(struct fake_function *fn, struct vfio_region_info *info)
{
	static const struct fake_info none;
	uint32_t index = info->index;

	info->offset = (uint64_t)index << REGION_SHIFT;
	if (index == VFIO_PCI_CONFIG_REGION_INDEX) {
		info->size = sizeof(fn->config);
		answer(info, sizeof(*info), &none);
		return 0;
	}
	info->size = fn->bars[index].size;
	info->flags = fn->bars[index].flags;
	info->cap_offset = fn->bars[index].caps.len ? sizeof(*info) : 0;
	answer(info, sizeof(*info), &fn->bars[index].caps);
	return 0;
}

static int device_irq_info(const struct fake_function *fn, struct vfio_irq_info *info)
{
	if (info->index == VFIO_PCI_ERR_IRQ_INDEX && !fn->irqs[info->index].count)
		return -EINVAL;
	info->flags = fn->irqs[info->index].flags;
	info->count = fn->irqs[info->index].count;
	return 0;
}

int fake_trigger_none(struct fake_function *fn, uint32_t index)
{
	for (unsigned int i = 0; i < FAKE_VECTORS; i++)
		fn->eventfds[index][i] = -1;
	fn->enabled[index] = 0;
	return 0;
}

static int trigger_eventfds(struct fake_function *fn, const struct vfio_irq_set *set)
{
	uint32_t end = set->start + set->count, *enabled = &fn->enabled[set->index];

	for (uint32_t i = 0; i < 3; i++) /* one kind at a time */
		if (set->index < 3 && i != set->index && fn->enabled[i])
			return -EINVAL;
	if (*enabled && end > *enabled &&
	    (fn->irqs[set->index].flags & VFIO_IRQ_INFO_NORESIZE || set->index != 2))
		return -EINVAL;
	if (fn->vectors_available && end > fn->vectors_available)
		return (int)fn->vectors_available;
	memcpy(&fn->eventfds[set->index][set->start], set->data, set->count * sizeof(int));
	if (end > *enabled)
		*enabled = end;
	return 0;
}

static int device_set_irqs(struct fake_function *fn, const struct vfio_irq_set *set)
{
	if (set->start + set->count > fn->irqs[set->index].count)
		return -EINVAL;
	if (set->flags & VFIO_IRQ_SET_ACTION_TRIGGER)
		return set->flags & VFIO_IRQ_SET_DATA_NONE ? fake_trigger_none(fn, set->index)
							   : trigger_eventfds(fn, set);
	if (set->index != VFIO_PCI_INTX_IRQ_INDEX || !fn->enabled[VFIO_PCI_INTX_IRQ_INDEX])
		return -EINVAL;
	fn->intx_masked = set->flags & VFIO_IRQ_SET_ACTION_MASK;
	return 0;
}

static int device_hot_reset_info(const struct fake_function *fn,
				 struct vfio_pci_hot_reset_info *info)
{
	size_t room = (info->argsz - sizeof(*info)) / sizeof(info->devices[0]);

	if (!fn->dependents)
		return -ENODEV;
	info->count = fn->dependents;
	if (room < fn->dependents)
		return -ENOSPC;
	memcpy(info->devices, fn->dependent, fn->dependents * sizeof(info->devices[0]));
	return 0;
}

static int device_ioctl(struct fake_function *fn, unsigned long request, void *arg)
{
	struct vfio_device_info *info = arg;

	switch (request) {
	case VFIO_DEVICE_GET_INFO:
		info->flags = fn->device_flags;
		return 0;
	case VFIO_DEVICE_GET_REGION_INFO:
		return device_region_info(fn, arg);
	case VFIO_DEVICE_GET_IRQ_INFO:
		return device_irq_info(fn, arg);
	case VFIO_DEVICE_SET_IRQS:
		return device_set_irqs(fn, arg);
	case VFIO_DEVICE_RESET:
		fn->resets++;
		return 0;
	case VFIO_DEVICE_GET_PCI_HOT_RESET_INFO:
		return device_hot_reset_info(fn, arg);
	case VFIO_DEVICE_PCI_HOT_RESET:
		fn->hot_resets++;
		if (fake.on_hot_reset)
			fake.on_hot_reset();
		return 0;
	default:
		return -ENOTTY;
	}
}

static int group_ioctl(struct object *o, unsigned long request, void *arg)
{
	struct vfio_group_status *status = arg;
	struct fake_function *fn;
	int fd;

	switch (request) {
	case VFIO_GROUP_GET_STATUS:
		status->flags = fake.not_viable ? 0 : VFIO_GROUP_FLAGS_VIABLE;
		return 0;
	case VFIO_GROUP_SET_CONTAINER:
		return object_of(*(int *)arg) ? 0 : -EINVAL;
	case VFIO_GROUP_GET_DEVICE_FD:
		fn = fake_function_at(arg);
		if (!fn || fn->group != o->group)
			return -ENODEV;
		fd = fake_object_new(DEVICE, fn->address, "");
		if (fd >= 0)
			object_of(fd)->fn = fn;
		return fd;
	default:
		return -ENOTTY;
	}
}

static int container_map(const struct vfio_iommu_type1_dma_map *map)
{
	if (fake.map_err)
		return fake.map_err;
	for (unsigned int i = 0; i < fake.map_count; i++)
		if (map->iova < fake.maps[i].iova + fake.maps[i].size &&
		    fake.maps[i].iova < map->iova + map->size)
			return -EEXIST;
	fake.maps[fake.map_count++] = (struct fake_map){ map->iova, map->size, map->flags };
	return 0;
}

static int container_unmap(struct vfio_iommu_type1_dma_unmap *unmap)
{
	for (unsigned int i = 0; i < fake.map_count; i++) {
		if (fake.maps[i].iova != unmap->iova || fake.maps[i].size != unmap->size)
			continue;
		fake.maps[i] = fake.maps[--fake.map_count];
		return 0;
	}
	unmap->size = 0;
	return 0;
}

static int container_ioctl(unsigned long request, void *arg)
{
	struct vfio_iommu_type1_info *info = arg;

	switch (request) {
	case VFIO_GET_API_VERSION:
		return fake.api_version;
	case VFIO_CHECK_EXTENSION:
		return fake.type1v2;
	case VFIO_SET_IOMMU:
		return fake.set_iommu_err;
	case VFIO_IOMMU_GET_INFO:
		info->flags = VFIO_IOMMU_INFO_PGSIZES | VFIO_IOMMU_INFO_CAPS;
		info->iova_pgsizes = fake.page_sizes;
		info->cap_offset = fake.iommu.len ? sizeof(*info) : 0;
		answer(info, sizeof(*info), &fake.iommu);
		return 0;
	case VFIO_IOMMU_MAP_DMA:
		return container_map(arg);
	case VFIO_IOMMU_UNMAP_DMA:
		return container_unmap(arg);
	default:
		return -ENOTTY;
	}
}

int fake_ioctl(int fd, unsigned long request, void *arg)
{
	struct object *o = object_of(fd);

	if (!o)
		return -EBADF;
	if (request == fake.refused_request) {
		fake.refused_request = 0;
		return -EIO;
	}
	if (o->kind == CONTAINER)
		return container_ioctl(request, arg);
	if (o->kind == GROUP)
		return group_ioctl(o, request, arg);
	return o->kind == DEVICE ? device_ioctl(o->fn, request, arg) : -ENOTTY;
}
