/* SPDX-License-Identifier: MIT */
/*
 * vfio_group.h - an IOMMU group of this process, and the container that maps memory for it.
 *
 * The kernel opens a group once at a time, so functions of one group in one process share it: one
 * struct vfio_group, counted by its users. Each group has a container of its own.
 */
#ifndef VFIO_GROUP_H
#define VFIO_GROUP_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/list.h"
#include "base/report.h"

struct vfio_group;

/* What a user of a group leaves in it; the group's lock guards the link. */
struct vfio_group_user {
	struct list link;
	const char *address; /* borrowed from the user's pci_function */
};

/**
 * vfio_group_join() - open the group of @user->address, or share it with its other users here.
 * Return: 0; -ENOENT no IOMMU or no vfio; -EBUSY in use, not viable, or the function is open in
 * this process already; -EPERM no permission or no interrupt remapping. @rep says what helps.
 * Context: PASSIVE; takes the lock of rank LOCK_RANK_BACKEND.
 */
int vfio_group_join(struct vfio_group_user *user, struct report *rep,
		    struct vfio_group **out) UW_MUST_CHECK;
/* The last user out closes group and container. Every descriptor of a device must be closed. */
void vfio_group_leave(struct vfio_group *group, struct vfio_group_user *user);

/* Constant while the group is joined. */
int vfio_group_fd(const struct vfio_group *group);
int vfio_group_container_fd(const struct vfio_group *group);
unsigned int vfio_group_id(const struct vfio_group *group);
/**
 * vfio_group_keep_alone() - if @group has exactly one user, let nobody join until
 * vfio_group_let_join(), which follows only then.
 * Context: PASSIVE; holds the lock of rank LOCK_RANK_BACKEND.
 */
bool vfio_group_keep_alone(const struct vfio_group *group);
void vfio_group_let_join(void);

#endif
