/* SPDX-License-Identifier: MIT */
/*
 * vfio_refusal.h - why the kernel would not let us have a function, in words, with what to do.
 *
 * Each fills @rep (NULL is fine) and returns the error that pci_function_open() promises for it.
 */
#ifndef VFIO_REFUSAL_H
#define VFIO_REFUSAL_H

#include "base/compiler.h"
#include "base/report.h"
#include "sysfs.h"

void group_node_path(unsigned int group, char out[SYSFS_PATH_MAX]); /* "/dev/vfio/7" */

int refuse_no_function(struct report *rep, const char *address);
/* @driver: who has it now; "" for nobody. */
int refuse_driver(struct report *rep, const char *address, const char *driver);
int refuse_no_group(struct report *rep, const char *address, int err);
int refuse_container_node(struct report *rep, int err);
int refuse_container_kind(struct report *rep, int err);
int refuse_group_node(struct report *rep, unsigned int group, int err);
int refuse_not_viable(struct report *rep, unsigned int group);
int refuse_set_iommu(struct report *rep, unsigned int group, int err);

/* Would VFIO let a group be used while @driver has one of its functions? */
bool driver_leaves_group_viable(const char *driver);

#endif
