/* SPDX-License-Identifier: MIT */
#include "vfio_refusal.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/sys.h"

void group_node_path(unsigned int group, char out[SYSFS_PATH_MAX])
{
	snprintf(out, SYSFS_PATH_MAX, "/dev/vfio/%u", group);
}

static bool is_permission(int err)
{
	return err == -EACCES || err == -EPERM;
}

UW_COLD int refuse_no_function(struct report *rep, const char *address)
{
	report_fail(rep, -ENODEV, "there is no PCI function %s", address);
	report_hint(rep, "see 'uwdf list' or 'lspci -D' for the functions of this machine");
	return -ENODEV;
}

UW_COLD int refuse_driver(struct report *rep, const char *address, const char *driver)
{
	if (driver[0])
		report_fail(rep, -EBUSY, "%s belongs to the kernel driver %s, not to vfio-pci",
			    address, driver);
	else
		report_fail(rep, -EBUSY, "%s is not bound to vfio-pci", address);
	report_hint(rep, "sudo uwdf bind %s", address);
	return -EBUSY;
}

UW_COLD int refuse_no_group(struct report *rep, const char *address, int err)
{
	report_fail(rep, err, "%s has no IOMMU group: the machine has no IOMMU, or it is off",
		    address);
	report_hint(
		rep,
		"switch on VT-d or AMD-Vi in the firmware, add intel_iommu=on to the kernel "
		"command line (AMD: on by default) and reboot; 'qemu:MODEL' addresses need none");
	return err;
}

UW_COLD int refuse_container_node(struct report *rep, int err)
{
	report_fail(rep, err, "opening /dev/vfio/vfio");
	if (err == -ENOENT || err == -ENODEV)
		report_hint(rep, "sudo modprobe vfio-pci");
	else if (is_permission(err))
		report_hint(rep, "sudo chmod 0666 /dev/vfio/vfio (the kernel's own default: it "
				 "gives nothing away without a group)");
	return is_permission(err) ? -EPERM : err == -ENODEV ? -ENOENT : err;
}

UW_COLD int refuse_container_kind(struct report *rep, int err)
{
	if (err == 0)
		err = -ENOENT;
	report_fail(rep, err, "/dev/vfio/vfio has no type 1 IOMMU (version 2)");
	report_hint(rep, "sudo modprobe vfio_iommu_type1");
	return err;
}

UW_COLD int refuse_group_node(struct report *rep, unsigned int group, int err)
{
	report_fail(rep, err, "opening /dev/vfio/%u", group);
	if (is_permission(err)) {
		report_hint(rep,
			    "sudo chown $USER /dev/vfio/%u, or for good a udev rule: "
			    "SUBSYSTEM==\"vfio\", GROUP=\"vfio\", MODE=\"0660\"",
			    group);
		return -EPERM;
	}
	if (err == -EBUSY)
		report_hint(rep,
			    "another process uses this IOMMU group: sudo fuser -v /dev/vfio/%u",
			    group);
	else if (err == -ENOENT)
		report_hint(rep, "no function of the group is bound to vfio-pci: see 'uwdf list'");
	return err;
}

/* --- group not viable: find the function that somebody else has --- */

struct culprit {
	char address[SYSFS_NAME_MAX];
	char driver[SYSFS_NAME_MAX];
};

bool driver_leaves_group_viable(const char *driver)
{
	return !driver[0] || strstr(driver, "vfio") || !strcmp(driver, "pci-stub") ||
	       !strcmp(driver, "pcieport");
}

static int stop_at_culprit(void *arg, const char *name)
{
	struct culprit *culprit = arg;

	if (sysfs_driver(name, culprit->driver) || driver_leaves_group_viable(culprit->driver))
		return 0;
	snprintf(culprit->address, sizeof(culprit->address), "%.*s", SYSFS_NAME_MAX - 1, name);
	return 1;
}

UW_COLD int refuse_not_viable(struct report *rep, unsigned int group)
{
	struct culprit culprit;
	char path[SYSFS_PATH_MAX];

	snprintf(path, sizeof(path), "/sys/kernel/iommu_groups/%u/devices", group);
	if (sys_list_dir(path, stop_at_culprit, &culprit) == 1) {
		report_fail(rep, -EBUSY,
			    "IOMMU group %u is not viable: its function %s belongs to "
			    "the kernel driver %s",
			    group, culprit.address, culprit.driver);
		report_hint(rep, "sudo uwdf bind %s (the functions of a group go together)",
			    culprit.address);
	} else {
		report_fail(rep, -EBUSY,
			    "IOMMU group %u is not viable: a function of it belongs to "
			    "a kernel driver",
			    group);
		report_hint(rep, "ls -l %s/*/driver", path);
	}
	return -EBUSY;
}

UW_COLD int refuse_set_iommu(struct report *rep, unsigned int group, int err)
{
	if (err != -EPERM)
		return report_fail(rep, err, "setting the IOMMU of group %u", group);
	report_fail(rep, err,
		    "IOMMU group %u: the kernel sees no interrupt remapping, without which "
		    "a device can raise any interrupt",
		    group);
	report_hint(rep,
		    "switch on interrupt remapping (x2APIC) in the firmware and remove "
		    "intremap=off or nointremap; only if you trust the device: echo 1 | sudo tee "
		    "/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts");
	return err;
}
