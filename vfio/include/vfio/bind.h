/* SPDX-License-Identifier: MIT */
/* bind.h - give a function to vfio-pci and back, through driver_override; PASSIVE, needs root. */
#ifndef VFIO_BIND_H
#define VFIO_BIND_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/report.h"

/**
 * vfio_bind() - bind @address ("0000:00:03.0" or "00:03.0") to vfio-pci.
 * @force: also when a network interface of it is up or a disk of it is mounted.
 *
 * Transactional: on failure the previous driver and driver_override are back. Binding a function
 * that is bound already succeeds and changes nothing.
 *
 * Return: 0; -EINVAL no address; -ENODEV no such function; -ENOENT no IOMMU, or vfio-pci is not
 *         loaded; -EBUSY in use; -EACCES, -EPERM not root; -EIO vfio-pci would not take it;
 *         -ETIMEDOUT no node in /dev/vfio within 3 s. @rep says what helps.
 */
int vfio_bind(const char *address, bool force, struct report *rep) UW_MUST_CHECK;
/**
 * vfio_unbind() - give it back to the kernel's own choice of driver (or to none). Idempotent.
 * Return: as vfio_bind(); -EBUSY: a process has its IOMMU group open.
 */
int vfio_unbind(const char *address, struct report *rep) UW_MUST_CHECK;
/** vfio_bind_address_valid() - is @address one for these two? Whether it exists is not asked. */
bool vfio_bind_address_valid(const char *address);

#endif
