/* SPDX-License-Identifier: MIT */
#include "raw_vfio.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "interrupt_driver.h"

#define BAR0_BYTES 0x20000u

static int failed(const char *what)
{
	int err = -errno;

	fprintf(stderr, "raw VFIO: %s: %s\n", what, strerrordesc_np(-err));
	return err;
}

static int open_group(const char *address)
{
	char link[128], target[256], path[64];
	ssize_t len;

	snprintf(link, sizeof(link), "/sys/bus/pci/devices/%s/iommu_group", address);
	len = readlink(link, target, sizeof(target) - 1);
	if (len < 0)
		return failed(link);
	target[len] = '\0';
	snprintf(path, sizeof(path), "/dev/vfio/%.32s", strrchr(target, '/') + 1);
	len = open(path, O_RDWR | O_CLOEXEC);
	return len < 0 ? failed(path) : (int)len;
}

static int map_bar0(struct raw_vfio *v)
{
	struct vfio_region_info info = { .argsz = sizeof(info),
					 .index = VFIO_PCI_BAR0_REGION_INDEX };
	void *place;

	if (ioctl(v->device, VFIO_DEVICE_GET_REGION_INFO, &info))
		return failed("region info");
	place = mmap(NULL, BAR0_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, v->device,
		     (off_t)info.offset);
	if (place == MAP_FAILED)
		return failed("mapping BAR 0");
	v->regs = place;
	return 0;
}

int raw_vfio_open(struct raw_vfio *v, const char *address)
{
	v->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	if (v->container < 0)
		return failed("/dev/vfio/vfio");
	v->group = open_group(address);
	if (v->group < 0)
		return v->group;
	if (ioctl(v->group, VFIO_GROUP_SET_CONTAINER, &v->container) ||
	    ioctl(v->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		return failed("container");
	v->device = ioctl(v->group, VFIO_GROUP_GET_DEVICE_FD, address);
	if (v->device < 0)
		return failed(address);
	return map_bar0(v);
}

void raw_vfio_close(struct raw_vfio *v)
{
	v->regs[E1000_IMC / 4] = ~0u;
	munmap((void *)(uintptr_t)v->regs, BAR0_BYTES);
	close(v->device);
	close(v->group);
	close(v->container);
}

int raw_vfio_route_intx(struct raw_vfio *v, int eventfd)
{
	union {
		struct vfio_irq_set set;
		char room[sizeof(struct vfio_irq_set) + sizeof(int32_t)];
	} u = { .set = { .argsz = sizeof(u.room),
			 .flags = VFIO_IRQ_SET_ACTION_TRIGGER | VFIO_IRQ_SET_DATA_EVENTFD,
			 .index = VFIO_PCI_INTX_IRQ_INDEX,
			 .count = 1 } };

	memcpy(u.set.data, &eventfd, sizeof(eventfd));
	if (ioctl(v->device, VFIO_DEVICE_SET_IRQS, &u.set))
		return failed("enabling INTx");
	v->regs[E1000_IMS / 4] = E1000_CAUSE;
	return 0;
}

void raw_vfio_serve(void *arg)
{
	struct vfio_irq_set unmask = { .argsz = sizeof(unmask),
				       .flags = VFIO_IRQ_SET_ACTION_UNMASK | VFIO_IRQ_SET_DATA_NONE,
				       .index = VFIO_PCI_INTX_IRQ_INDEX,
				       .count = 1 };
	struct raw_vfio *v = arg;

	(void)v->regs[E1000_ICR / 4];
	ioctl(v->device, VFIO_DEVICE_SET_IRQS, &unmask);
}

void raw_vfio_raise(struct raw_vfio *v)
{
	v->regs[E1000_ICS / 4] = E1000_CAUSE;
}
