/* SPDX-License-Identifier: MIT */
/* bind_in_use.h - what would break if the kernel's driver lost a function now. */
#ifndef VFIO_BIND_IN_USE_H
#define VFIO_BIND_IN_USE_H

#include "base/compiler.h"
#include "base/report.h"

/**
 * bind_check_idle() - refuse a function whose network interface is up or whose disk is in use.
 *
 * In use: mounted, swapped on, or held by another block device (LVM, RAID, dm-crypt). Devices
 * behind the function (virtio, SCSI, USB) count as its own.
 *
 * Return: 0; -EBUSY, @rep naming the interface or disk; -errno when that cannot be found out.
 */
int bind_check_idle(const char *address, struct report *rep) UW_MUST_CHECK;

#endif
