/* SPDX-License-Identifier: MIT */
#include "sysfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/sys.h"

int pci_address_normalize(const char *text, char out[PCI_ADDRESS_SIZE])
{
	unsigned int domain = 0, bus, slot, function;
	int used = 0;

	/* sscanf takes white space, signs and "0x" for part of a number */
	if (text[strspn(text, "0123456789abcdefABCDEF:.")])
		return -EINVAL;
	/* NOLINTBEGIN(cert-err34-c): the widths keep each number within an int */
	if (sscanf(text, "%6x:%2x:%2x.%1x%n", &domain, &bus, &slot, &function, &used) != 4 ||
	    text[used]) {
		domain = 0;
		used = 0;
		if (sscanf(text, "%2x:%2x.%1x%n", &bus, &slot, &function, &used) != 3 || text[used])
			return -EINVAL;
	}
	/* NOLINTEND(cert-err34-c) */
	if (slot > 31 || function > 7)
		return -EINVAL;
	snprintf(out, PCI_ADDRESS_SIZE, "%04x:%02x:%02x.%x", domain & 0xffffff, bus & 0xff, slot,
		 function);
	return 0;
}

void sysfs_function_path(const char *address, const char *attribute, char out[SYSFS_PATH_MAX])
{
	snprintf(out, SYSFS_PATH_MAX, SYSFS_DEVICES "/%s%s%s", address, attribute ? "/" : "",
		 attribute ? attribute : "");
}

bool sysfs_function_exists(const char *address)
{
	char path[SYSFS_PATH_MAX];

	sysfs_function_path(address, NULL, path);
	return sys_access(path, F_OK) >= 0;
}

int sysfs_read_text(const char *path, char *out, size_t len)
{
	ssize_t got = sys_read_file(path, out, len);

	if (got < 0)
		return (int)got;
	out[strcspn(out, "\n")] = '\0';
	return 0;
}

int sysfs_read_number(const char *path, int64_t *out)
{
	char text[32], *end;
	int err = sysfs_read_text(path, text, sizeof(text));
	int64_t value;

	if (err)
		return err;
	value = strtoll(text, &end, 0);
	if (end == text || *end)
		return -EINVAL;
	*out = value;
	return 0;
}

int sysfs_link_name(const char *address, const char *link, char out[SYSFS_NAME_MAX])
{
	char path[SYSFS_PATH_MAX], target[PATH_MAX];
	const char *slash;
	ssize_t got;

	sysfs_function_path(address, link, path);
	got = sys_readlink(path, target, sizeof(target));
	if (got < 0)
		return (int)got;
	slash = strrchr(target, '/');
	snprintf(out, SYSFS_NAME_MAX, "%.*s", SYSFS_NAME_MAX - 1, slash ? slash + 1 : target);
	return 0;
}

int sysfs_driver(const char *address, char out[SYSFS_NAME_MAX])
{
	int err = sysfs_link_name(address, "driver", out);

	if (err == -ENOENT) {
		out[0] = '\0';
		return 0;
	}
	return err;
}

int sysfs_iommu_group(const char *address, unsigned int *out)
{
	char name[SYSFS_NAME_MAX], *end;
	int err = sysfs_link_name(address, "iommu_group", name);
	unsigned long value;

	if (err)
		return err;
	value = strtoul(name, &end, 10);
	if (end == name || *end || value > UINT_MAX)
		return -EINVAL;
	*out = (unsigned int)value;
	return 0;
}

int sysfs_numa_node(const char *address)
{
	char path[SYSFS_PATH_MAX];
	int64_t node;

	sysfs_function_path(address, "numa_node", path);
	if (sysfs_read_number(path, &node) || node < 0 || node > INT_MAX)
		return -1;
	return (int)node;
}
