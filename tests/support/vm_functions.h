/* SPDX-License-Identifier: MIT */
/* vm_functions.h - what the guest's test programs share: finding functions, awaiting a signal. */
#ifndef TESTS_VM_FUNCTIONS_H
#define TESTS_VM_FUNCTIONS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/report.h"
#include "base/sys.h"
#include "vfio/mmio.h"
#include "vfio/pci_function.h"

#define VM_EDU        0x123411e8u
#define VM_E1000      0x8086100eu
#define VM_E1000E     0x808610d3u
#define VM_VIRTIO_NET 0x1af41041u
#define VM_VIRTIO_BLK 0x1af41042u

struct vm_search {
	uint32_t id;
	const char *after; /* the address to beat; sysfs lists in no order */
	char *out;
};

static inline uint32_t vm_sysfs_hex(const char *address, const char *attribute)
{
	char path[256], text[32] = "";
	unsigned int value = 0;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/%s", address, attribute);
	if (sys_read_file(path, text, sizeof(text)) > 0)
		sscanf(text, "%x", &value);
	return value;
}

static inline int vm_match(void *arg, const char *name)
{
	struct vm_search *search = arg;
	uint32_t id = vm_sysfs_hex(name, "vendor") << 16 | vm_sysfs_hex(name, "device");

	if (id == search->id && strcmp(name, search->after) > 0 &&
	    (!search->out[0] || strcmp(name, search->out) < 0))
		snprintf(search->out, 16, "%.15s", name);
	return 0;
}

/* Address of the function with @id (vendor << 16 | device) that has @skip before it. */
static inline void vm_find(uint32_t id, unsigned int skip, char out[16])
{
	char after[16] = "";

	for (unsigned int i = 0; i <= skip; i++) {
		struct vm_search search = { .id = id, .after = after, .out = out };

		out[0] = '\0';
		if (sys_list_dir("/sys/bus/pci/devices", vm_match, &search) || !out[0])
			fail_msg("no function %08x number %u in this guest", id, i);
		memcpy(after, out, sizeof(after));
	}
}

/* Name of the function's driver, "" for none. */
static inline void vm_driver(const char *address, char out[64])
{
	char path[256], target[256] = "";
	const char *slash;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/driver", address);
	if (sys_readlink(path, target, sizeof(target)) < 0)
		target[0] = '\0';
	slash = strrchr(target, '/');
	snprintf(out, 64, "%.63s", slash ? slash + 1 : target);
}

static inline struct pci_function *vm_open_with(const char *address,
						const struct pci_function_params *params)
{
	struct report rep = REPORT_INIT;
	struct pci_function *fn = NULL;

	if (pci_function_open(address, params, &rep, &fn))
		fail_msg("%s (%s)", rep.text, rep.hint);
	return fn;
}

static inline struct pci_function *vm_open(uint32_t id, unsigned int skip)
{
	char address[16];

	vm_find(id, skip, address);
	return vm_open_with(address, NULL);
}

static inline int vm_eventfd(void)
{
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

/* The count an eventfd was signalled with, within @timeout_ms; 0: not at all. */
static inline uint64_t vm_await(int fd, int timeout_ms)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	uint64_t count = 0;

	if (poll(&poll_fd, 1, timeout_ms) <= 0)
		return 0;
	return read(fd, &count, sizeof(count)) == sizeof(count) ? count : 0;
}

static inline volatile char *vm_reg(struct pci_function *fn, unsigned int bar, unsigned int offset)
{
	return (volatile char *)pci_function_bar(fn, bar)->regs + offset;
}

#endif
