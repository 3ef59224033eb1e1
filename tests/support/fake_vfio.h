/* SPDX-License-Identifier: MIT */
/*
 * fake_vfio.h - a kernel with vfio-pci, in memory: sysfs, /dev/vfio and their ioctls.
 *
 * fake_vfio_begin() replaces the system calls; a test bends what the fake answers by writing into
 * `fake`, and looks there for what was asked of it. Descriptors of the fake are numbers from
 * FAKE_FD_FIRST on; everything else reaches the real kernel, so eventfds and epoll are real.
 */
#ifndef TESTS_FAKE_VFIO_H
#define TESTS_FAKE_VFIO_H

#include <linux/vfio.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define FAKE_FD_FIRST  (1 << 20)
#define FAKE_FDS       32
#define FAKE_FUNCTIONS 3
#define FAKE_VECTORS   8
#define FAKE_INFO_MAX  512

/* An answer of the self-sizing kind; its fixed part is filled in by the fake. */
struct fake_info {
	uint8_t bytes[FAKE_INFO_MAX];
	uint32_t len;   /* 0: only the fixed part */
	uint32_t argsz; /* what the answer claims to need; 0: len */
};

struct fake_region {
	uint64_t size;
	uint32_t flags;
	struct fake_info caps;
	int memfd; /* its contents; -1: none */
};

struct fake_function {
	char address[16];
	char driver[32];   /* "" none */
	char native[32];   /* who takes it without an override */
	char override[32]; /* "" none */
	int group;         /* -1: no IOMMU */
	bool refuses_vfio; /* vfio-pci's probe fails */
	bool gone;         /* config space reads as ones */
	uint8_t config[256];
	struct fake_region bars[6];
	uint32_t device_flags;
	struct {
		uint32_t flags, count;
	} irqs[VFIO_PCI_NUM_IRQS];
	int eventfds[VFIO_PCI_NUM_IRQS][FAKE_VECTORS]; /* -1: none */
	uint32_t enabled[VFIO_PCI_NUM_IRQS];           /* vectors the index is enabled with */
	uint32_t vectors_available;                    /* fewer than asked: SET_IRQS says so */
	bool intx_masked;
	unsigned int resets, hot_resets;
	unsigned int dependents;
	struct vfio_pci_dependent_device dependent[4];
};

struct fake_map {
	uint64_t iova, size;
	uint32_t flags;
};

struct fake_text { /* a file, or a link where @is_link */
	const char *path, *text;
	bool is_link;
};

struct fake_vfio {
	struct fake_function functions[FAKE_FUNCTIONS];
	unsigned int function_count;
	bool no_vfio_module, not_viable;
	bool is_user;                                         /* not root: sysfs can be read only */
	int container_err, group_err, set_iommu_err, map_err; /* -errno to answer with */
	int api_version, type1v2;
	struct fake_info iommu;
	uint64_t page_sizes;
	struct fake_map maps[64];
	unsigned int map_count;
	struct fake_text texts[16];
	unsigned int text_count;
	unsigned int open_fds, group_opens;
	void *mapped[16]; /* pieces of BARs in the process now */
	unsigned long refused_request;
	void (*on_hot_reset)(void); /* runs while the bus is being reset; may be NULL */
};

extern struct fake_vfio fake;

/* One e1000e-like function 0000:00:03.0 in group 3, bound to vfio-pci, and all as it should be. */
void fake_vfio_begin(void);
void fake_vfio_end(void);

struct fake_function *fake_add_function(const char *address, int group, const char *driver);
void fake_add_text(const char *path, const char *text);
void fake_add_link(const char *path, const char *target);
/* Append a capability to an answer whose fixed part is @fixed bytes; @next links stay right. */
void fake_add_cap(struct fake_info *info, uint32_t fixed, uint16_t id, const void *body,
		  uint32_t len);
/* The next ioctl @request fails with -EIO, once. */
void fake_refuse(unsigned long request);

#endif
