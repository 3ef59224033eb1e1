/* SPDX-License-Identifier: MIT */
/* fake_vfio_impl.h - what the files of fake_vfio share. */
#ifndef FAKE_VFIO_IMPL_H
#define FAKE_VFIO_IMPL_H

#include "fake_vfio.h"

#include <stddef.h>
#include <sys/types.h>

#define REGION_SHIFT 40 /* an offset of a device's descriptor: which region, and where in it */

enum kind { FREE, TEXT, CONTAINER, GROUP, DEVICE };

/* What a descriptor is. */
struct object {
	enum kind kind;
	char path[128];
	char text[256];
	size_t at;
	int group;
	struct fake_function *fn;
};
extern struct object fake_objects[FAKE_FDS];

/* NULL: it is none of ours. */
static inline struct object *object_of(int fd)
{
	int i = fd - FAKE_FD_FIRST;

	return i >= 0 && i < FAKE_FDS && fake_objects[i].kind != FREE ? &fake_objects[i] : NULL;
}

/* --- fake_vfio.c --- */
int fake_object_new(enum kind kind, const char *path, const char *text);
struct fake_function *fake_function_at(const char *address);

/* --- fake_vfio_device.c --- */
int fake_munmap(void *addr, size_t len);
void *fake_mmap(void *addr, size_t len, int prot, int flags, int fd, int64_t offset);
ssize_t fake_pread(int fd, void *buf, size_t len, int64_t offset);
ssize_t fake_pwrite(int fd, const void *buf, size_t len, int64_t offset);
int fake_ioctl(int fd, unsigned long request, void *arg);
int fake_trigger_none(struct fake_function *fn, uint32_t index); /* forget its eventfds */

#endif
