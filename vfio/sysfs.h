/* SPDX-License-Identifier: MIT */
/* sysfs.h - what /sys says about a PCI function. Stateless; any thread. */
#ifndef VFIO_SYSFS_H
#define VFIO_SYSFS_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

#define SYSFS_DEVICES    "/sys/bus/pci/devices"
#define SYSFS_DRIVERS    "/sys/bus/pci/drivers"
#define SYSFS_NAME_MAX   64
#define SYSFS_PATH_MAX   256
#define PCI_ADDRESS_SIZE 16 /* "0000:00:03.0" with its terminator, and a longer domain */

/** pci_address_normalize() - "00:03.0" or "0000:00:03.0" to the long form, lower case; -EINVAL. */
int pci_address_normalize(const char *text, char out[PCI_ADDRESS_SIZE]) UW_MUST_CHECK;

/** sysfs_function_path() - path of the function's directory, or of @attribute in it unless NULL. */
void sysfs_function_path(const char *address, const char *attribute, char out[SYSFS_PATH_MAX]);

bool sysfs_function_exists(const char *address);

/** sysfs_read_text() - an attribute without its newline; 0 or -errno (-EMSGSIZE: too long). */
int sysfs_read_text(const char *path, char *out, size_t len) UW_MUST_CHECK;

/** sysfs_read_number() - a signed attribute in C notation ("-1", "0x8086"); 0 or -errno. */
int sysfs_read_number(const char *path, int64_t *out) UW_MUST_CHECK;

/** sysfs_link_name() - last component of what a link of the function ("driver") points at; -ENOENT.
 */
int sysfs_link_name(const char *address, const char *link, char out[SYSFS_NAME_MAX]) UW_MUST_CHECK;

/** sysfs_driver() - name of the bound driver; an empty string when there is none. 0 or -errno. */
int sysfs_driver(const char *address, char out[SYSFS_NAME_MAX]) UW_MUST_CHECK;

/** sysfs_iommu_group() - number of the function's IOMMU group; -ENOENT: it has none. */
int sysfs_iommu_group(const char *address, unsigned int *out) UW_MUST_CHECK;

/** sysfs_numa_node() - node of the function; -1: unknown. */
int sysfs_numa_node(const char *address);

#endif
