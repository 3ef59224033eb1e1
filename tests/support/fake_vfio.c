/* SPDX-License-Identifier: MIT */
#include "fake_vfio_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/sys.h"

#define DEVICES "/sys/bus/pci/devices/"
#define DRIVERS "/sys/bus/pci/drivers/"

struct fake_vfio fake;

struct object fake_objects[FAKE_FDS];

/* --- helpers --- */

int fake_object_new(enum kind kind, const char *path, const char *text)
{
	for (int i = 0; i < FAKE_FDS; i++) {
		if (fake_objects[i].kind != FREE)
			continue;
		fake_objects[i] = (struct object){ .kind = kind };
		snprintf(fake_objects[i].path, sizeof(fake_objects[i].path), "%s", path);
		snprintf(fake_objects[i].text, sizeof(fake_objects[i].text), "%s", text);
		fake.open_fds++;
		return FAKE_FD_FIRST + i;
	}
	return -EMFILE;
}

struct fake_function *fake_function_at(const char *address)
{
	for (unsigned int i = 0; i < fake.function_count; i++)
		if (!strncmp(fake.functions[i].address, address, strlen(fake.functions[i].address)))
			return &fake.functions[i];
	return NULL;
}

static const struct fake_text *text_at(const char *path, bool is_link)
{
	for (unsigned int i = 0; i < fake.text_count; i++)
		if (fake.texts[i].is_link == is_link && !strcmp(fake.texts[i].path, path))
			return &fake.texts[i];
	return NULL;
}

static bool group_has_node(int group)
{
	for (unsigned int i = 0; i < fake.function_count; i++)
		if (fake.functions[i].group == group &&
		    !strcmp(fake.functions[i].driver, "vfio-pci"))
			return true;
	return false;
}

static bool group_is_open(int group)
{
	for (int i = 0; i < FAKE_FDS; i++)
		if (fake_objects[i].kind == GROUP && fake_objects[i].group == group)
			return true;
	return false;
}

/* --- files --- */

static int open_group(const char *path)
{
	int group = atoi(path + strlen("/dev/vfio/"));
	int fd;

	if (fake.group_err)
		return fake.group_err;
	if (!group_has_node(group))
		return -ENOENT;
	if (group_is_open(group))
		return -EBUSY;
	fd = fake_object_new(GROUP, path, "");
	if (fd >= 0)
		object_of(fd)->group = group;
	fake.group_opens++;
	return fd;
}

static int open_attribute(const char *path)
{
	struct fake_function *fn = fake_function_at(path + strlen(DEVICES));
	const char *attribute = strrchr(path, '/') + 1;

	if (!fn)
		return -ENOENT;
	if (!strcmp(attribute, "driver_override"))
		return fake_object_new(TEXT, path, fn->override[0] ? fn->override : "(null)");
	if (!strcmp(attribute, "numa_node"))
		return fake_object_new(TEXT, path, "1\n");
	return -ENOENT;
}

static int fake_open(const char *path, int flags, mode_t mode)
{
	const struct fake_text *text = text_at(path, false);

	if (text)
		return fake_object_new(TEXT, path, text->text);
	if (!strcmp(path, "/dev/vfio/vfio"))
		return fake.container_err ? fake.container_err
					  : fake_object_new(CONTAINER, path, "");
	if (!strncmp(path, "/dev/vfio/", 10))
		return open_group(path);
	if (!strncmp(path, "/sys/", 5) && fake.is_user && (flags & O_ACCMODE) != O_RDONLY)
		return -EACCES;
	if (!strncmp(path, DEVICES, strlen(DEVICES)))
		return open_attribute(path);
	if (!strncmp(path, "/sys/", 5))
		return fake_object_new(TEXT, path, "");
	if (!strncmp(path, "/proc/", 6))
		return -ENOENT;
	return open(path, flags, mode);
}

static int fake_close(int fd)
{
	struct object *o = object_of(fd);

	if (!o)
		return close(fd);
	o->kind = FREE;
	fake.open_fds--;
	return 0;
}

static ssize_t fake_read(int fd, void *buf, size_t len)
{
	struct object *o = object_of(fd);
	size_t left;

	if (!o) {
		ssize_t got = read(fd, buf, len);

		return got < 0 ? -errno : got;
	}
	left = strlen(o->text) - o->at;
	if (len > left)
		len = left;
	memcpy(buf, o->text + o->at, len);
	o->at += len;
	return (ssize_t)len;
}

static void probe(struct fake_function *fn)
{
	const char *driver = fn->override[0] ? fn->override : fn->native;

	if (fn->driver[0] || (!strcmp(driver, "vfio-pci") && fn->refuses_vfio))
		return;
	snprintf(fn->driver, sizeof(fn->driver), "%.31s", driver);
}

static ssize_t write_driver(const struct object *o, struct fake_function *fn, size_t len)
{
	char path[160];

	snprintf(path, sizeof(path), DRIVERS "%s/unbind", fn->driver);
	if (!strcmp(o->path, path)) {
		fn->driver[0] = '\0';
		return (ssize_t)len;
	}
	snprintf(path, sizeof(path), DRIVERS "%s/bind",
		 fn->override[0] ? fn->override : fn->native);
	if (strcmp(o->path, path) || fn->driver[0])
		return -ENODEV;
	probe(fn);
	return fn->driver[0] ? (ssize_t)len : -ENODEV;
}

static ssize_t fake_write(int fd, const void *buf, size_t len)
{
	struct object *o = object_of(fd);
	struct fake_function *fn;
	char text[64];

	if (!o) {
		ssize_t put = write(fd, buf, len);

		return put < 0 ? -errno : put;
	}
	snprintf(text, sizeof(text), "%.*s", (int)len, (const char *)buf);
	text[strcspn(text, "\n")] = '\0';
	if (strstr(o->path, "driver_override")) {
		fn = fake_function_at(o->path + strlen(DEVICES));
		snprintf(fn->override, sizeof(fn->override), "%.31s", text);
		return (ssize_t)len;
	}
	fn = fake_function_at(text);
	if (!fn)
		return -ENODEV;
	if (!strcmp(o->path, "/sys/bus/pci/drivers_probe")) {
		probe(fn);
		return (ssize_t)len;
	}
	return write_driver(o, fn, len);
}

static int fake_access(const char *path, int mode)
{
	struct fake_function *fn;

	if (!strncmp(path, DEVICES, strlen(DEVICES))) {
		fn = fake_function_at(path + strlen(DEVICES));
		return fn && !strcmp(path + strlen(DEVICES), fn->address) ? 0 : -ENOENT;
	}
	if (!strncmp(path, DRIVERS "vfio-pci", strlen(DRIVERS "vfio-pci")))
		return fake.no_vfio_module ? -ENOENT : 0;
	if (!strncmp(path, "/dev/vfio/", 10))
		return group_has_node(atoi(path + 10)) ? 0 : -ENOENT;
	return access(path, mode) < 0 ? -errno : 0;
}

static ssize_t fake_readlink(const char *path, char *buf, size_t len)
{
	const struct fake_text *link = text_at(path, true);
	struct fake_function *fn;
	int put;

	if (link)
		return snprintf(buf, len, "%s", link->text);
	fn = strncmp(path, DEVICES, strlen(DEVICES)) ? NULL
						     : fake_function_at(path + strlen(DEVICES));
	if (!fn)
		return -ENOENT;
	if (strstr(path, "/driver")) {
		if (!fn->driver[0])
			return -ENOENT;
		put = snprintf(buf, len, "../../../bus/pci/drivers/%s", fn->driver);
	} else {
		if (fn->group < 0)
			return -ENOENT;
		put = snprintf(buf, len, "../../../kernel/iommu_groups/%d", fn->group);
	}
	return put;
}

static int fake_list_dir(const char *path, int (*call)(void *arg, const char *name), void *arg)
{
	size_t len = strlen(path);
	bool found = false;
	int group, err;

	if (sscanf(path, "/sys/kernel/iommu_groups/%d/devices", &group) == 1) {
		for (unsigned int i = 0; i < fake.function_count; i++) {
			err = fake.functions[i].group == group
				      ? call(arg, fake.functions[i].address)
				      : 0;
			if (err)
				return err;
		}
		return 0;
	}
	for (unsigned int i = 0; i < fake.text_count; i++) {
		const char *entry = fake.texts[i].path;

		if (strncmp(entry, path, len) || entry[len] != '/' || strchr(entry + len + 1, '/'))
			continue;
		found = true;
		err = call(arg, entry + len + 1);
		if (err)
			return err;
	}
	return found ? 0 : -ENOENT;
}

/* --- what a test sets up --- */

static const struct sys_ops fake_ops = {
	.open = fake_open,
	.close = fake_close,
	.read = fake_read,
	.write = fake_write,
	.pread = fake_pread,
	.pwrite = fake_pwrite,
	.ioctl = fake_ioctl,
	.mmap = fake_mmap,
	.munmap = fake_munmap,
	.readlink = fake_readlink,
	.access = fake_access,
	.list_dir = fake_list_dir,
};

void fake_add_text(const char *path, const char *text)
{
	fake.texts[fake.text_count++] = (struct fake_text){ path, text, false };
}

void fake_add_link(const char *path, const char *target)
{
	fake.texts[fake.text_count++] = (struct fake_text){ path, target, true };
}

void fake_add_cap(struct fake_info *info, uint32_t fixed, uint16_t id, const void *body,
		  uint32_t len)
{
	struct vfio_info_cap_header header = { .id = id, .version = 1 };
	uint32_t at = info->len ? info->len : fixed, last = 0, next = info->len ? fixed : 0;

	while (next) { /* the end of the chain so far */
		last = next;
		memcpy(&next, info->bytes + last + offsetof(struct vfio_info_cap_header, next), 4);
	}
	if (last)
		memcpy(info->bytes + last + offsetof(struct vfio_info_cap_header, next), &at, 4);
	memcpy(info->bytes + at, &header, sizeof(header));
	if (len)
		memcpy(info->bytes + at + sizeof(header), body, len);
	info->len = at + (uint32_t)sizeof(header) + len;
}

void fake_refuse(unsigned long request)
{
	fake.refused_request = request;
}

static void add_bar(struct fake_function *fn, unsigned int bar, uint64_t size, uint32_t flags)
{
	fn->bars[bar].size = size;
	fn->bars[bar].flags = flags;
	fn->bars[bar].memfd = memfd_create("bar", MFD_CLOEXEC);
	if (ftruncate(fn->bars[bar].memfd, (off_t)size))
		abort();
}

static void put32(uint8_t *at, uint32_t value)
{
	memcpy(at, &value, sizeof(value));
}

static void fill_config(struct fake_function *fn)
{
	put32(fn->config + PCI_VENDOR_ID, 0x10d38086);
	put32(fn->config + PCI_COMMAND, PCI_STATUS_CAP_LIST << 16 | PCI_COMMAND_MASTER);
	put32(fn->config + PCI_CLASS_REVISION, 0x02000007);
	put32(fn->config + PCI_BASE_ADDRESS_0, 0xfe500000);
	put32(fn->config + PCI_BASE_ADDRESS_2, 0xc001);
	put32(fn->config + PCI_BASE_ADDRESS_4, 0xfe60000c);
	put32(fn->config + PCI_BASE_ADDRESS_5, 0x12);
	put32(fn->config + PCI_SUBSYSTEM_VENDOR_ID, 0x00011af4);
	fn->config[PCI_CAPABILITY_LIST] = 0x40;
	put32(fn->config + 0x40, PCI_CAP_ID_MSIX | (4u << 16)); /* five vectors */
	put32(fn->config + 0x44, 0x1000 | 4);                   /* table: BAR4, second page */
}

struct fake_function *fake_add_function(const char *address, int group, const char *driver)
{
	struct fake_function *fn = &fake.functions[fake.function_count++];
	uint32_t readwrite = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;

	memset(fn, 0, sizeof(*fn));
	snprintf(fn->address, sizeof(fn->address), "%s", address);
	snprintf(fn->driver, sizeof(fn->driver), "%s", driver);
	snprintf(fn->native, sizeof(fn->native), "e1000e");
	if (!strcmp(driver, "vfio-pci"))
		snprintf(fn->override, sizeof(fn->override), "vfio-pci");
	fn->group = group;
	fn->device_flags = VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET;
	for (unsigned int bar = 0; bar < 6; bar++)
		fn->bars[bar].memfd = -1;
	add_bar(fn, 0, 0x20000, readwrite | VFIO_REGION_INFO_FLAG_MMAP);
	add_bar(fn, 2, 32, readwrite);
	add_bar(fn, 4, 0x4000, readwrite | VFIO_REGION_INFO_FLAG_MMAP | VFIO_REGION_INFO_FLAG_CAPS);
	fake_add_cap(&fn->bars[4].caps, sizeof(struct vfio_region_info),
		     VFIO_REGION_INFO_CAP_MSIX_MAPPABLE, NULL, 0);
	for (unsigned int i = 0; i < VFIO_PCI_NUM_IRQS; i++) {
		fn->irqs[i].flags = VFIO_IRQ_INFO_EVENTFD;
		fn->irqs[i].count = 1;
		fake_trigger_none(fn, i);
	}
	fn->irqs[VFIO_PCI_INTX_IRQ_INDEX].flags |=
		VFIO_IRQ_INFO_AUTOMASKED | VFIO_IRQ_INFO_MASKABLE;
	fn->irqs[VFIO_PCI_MSI_IRQ_INDEX].flags |= VFIO_IRQ_INFO_NORESIZE;
	fn->irqs[VFIO_PCI_MSIX_IRQ_INDEX].count = 5;
	fill_config(fn);
	return fn;
}

void fake_vfio_begin(void)
{
	struct {
		uint32_t count, reserved;
		struct vfio_iova_range ranges[2];
	} ranges = { 2, 0, { { 0, 0xfedfffff }, { 0xfef00000, 0x7fffffffff } } };
	uint32_t avail = 65535;

	memset(&fake, 0, sizeof(fake));
	memset(fake_objects, 0, sizeof(fake_objects));
	fake.type1v2 = 1;
	fake.page_sizes = 0x40201000;
	fake_add_cap(&fake.iommu, sizeof(struct vfio_iommu_type1_info),
		     VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE, &ranges, sizeof(ranges));
	fake_add_cap(&fake.iommu, sizeof(struct vfio_iommu_type1_info),
		     VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL, &avail, sizeof(avail));
	fake_add_function("0000:00:03.0", 3, "vfio-pci");
	sys_set_ops(&fake_ops);
}

void fake_vfio_end(void)
{
	sys_set_ops(NULL);
	for (unsigned int i = 0; i < fake.function_count; i++)
		for (unsigned int bar = 0; bar < 6; bar++)
			if (fake.functions[i].bars[bar].memfd >= 0)
				close(fake.functions[i].bars[bar].memfd);
}