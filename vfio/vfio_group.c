/* SPDX-License-Identifier: MIT */
#include "vfio_group.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <string.h>

#include "base/lock.h"
#include "base/mem.h"
#include "base/sys.h"
#include "sysfs.h"
#include "vfio_refusal.h"

struct vfio_group {
	struct list link;  /* open_groups; guarded by groups_lock */
	struct list users; /* vfio_group_user.link; guarded by groups_lock */
	unsigned int id;
	int group_fd;     /* owned */
	int container_fd; /* owned */
};

/* The groups that this process has open: the kernel refuses to open one twice. */
static struct rank_mutex groups_lock = { .mutex = { .real = PTHREAD_MUTEX_INITIALIZER },
					 .rank = LOCK_RANK_BACKEND };
static struct list open_groups = LIST_INIT(open_groups);

static int container_open(struct report *rep, int *out_fd)
{
	int fd = sys_open("/dev/vfio/vfio", O_RDWR, 0), answer;

	if (fd < 0)
		return refuse_container_node(rep, fd);
	answer = sys_ioctl(fd, VFIO_GET_API_VERSION, NULL);
	if (answer == VFIO_API_VERSION)
		answer = sys_ioctl(fd, VFIO_CHECK_EXTENSION, (void *)(uintptr_t)VFIO_TYPE1v2_IOMMU);
	else if (answer >= 0)
		answer = 0;
	if (answer <= 0) {
		sys_close(fd);
		return refuse_container_kind(rep, answer);
	}
	*out_fd = fd;
	return 0;
}

static int group_node_open(unsigned int id, struct report *rep, int *out_fd)
{
	char path[SYSFS_PATH_MAX];
	int fd;

	group_node_path(id, path);
	fd = sys_open(path, O_RDWR, 0);
	if (fd < 0)
		return refuse_group_node(rep, id, fd);
	*out_fd = fd;
	return 0;
}

static int check_viable(const struct vfio_group *group, struct report *rep)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };
	int err = sys_ioctl(group->group_fd, VFIO_GROUP_GET_STATUS, &status);

	if (err < 0)
		return report_fail(rep, err, "asking for the status of IOMMU group %u", group->id);
	if (!(status.flags & VFIO_GROUP_FLAGS_VIABLE))
		return refuse_not_viable(rep, group->id);
	return 0;
}

/* Both descriptors are open: join them and choose the kind of IOMMU. */
static int container_attach(const struct vfio_group *group, struct report *rep)
{
	int container_fd = group->container_fd;
	int err = check_viable(group, rep);

	if (err)
		return err;
	err = sys_ioctl(group->group_fd, VFIO_GROUP_SET_CONTAINER, &container_fd);
	if (err < 0)
		return report_fail(rep, err, "giving IOMMU group %u a container", group->id);
	err = sys_ioctl(container_fd, VFIO_SET_IOMMU, (void *)(uintptr_t)VFIO_TYPE1v2_IOMMU);
	if (err < 0)
		return refuse_set_iommu(rep, group->id, err);
	return 0;
}

static int group_open(unsigned int id, struct report *rep, struct vfio_group **out)
{
	struct vfio_group *group = mem_calloc(1, sizeof(*group));
	int err;

	if (!group)
		return report_fail(rep, -ENOMEM, "IOMMU group %u", id);
	list_init(&group->users);
	group->id = id;
	err = container_open(rep, &group->container_fd);
	if (err)
		goto err_free;
	err = group_node_open(id, rep, &group->group_fd);
	if (err)
		goto err_container;
	err = container_attach(group, rep);
	if (err)
		goto err_group;
	*out = group;
	return 0;

err_group:
	sys_close(group->group_fd);
err_container:
	sys_close(group->container_fd);
err_free:
	mem_free(group);
	return err;
}

static void group_close(struct vfio_group *group)
{
	sys_close(group->group_fd); /* before the container, which it is attached to */
	sys_close(group->container_fd);
	mem_free(group);
}

static struct vfio_group *find_locked(unsigned int id) UW_REQUIRES(groups_lock)
{
	list_for_each (it, &open_groups) {
		struct vfio_group *group = list_entry(it, struct vfio_group, link);

		if (group->id == id)
			return group;
	}
	return NULL;
}

static bool has_user_locked(const struct vfio_group *group, const char *address)
	UW_REQUIRES(groups_lock)
{
	list_for_each (it, &group->users)
		if (!strcmp(list_entry(it, struct vfio_group_user, link)->address, address))
			return true;
	return false;
}

static int join_locked(unsigned int id, struct vfio_group_user *user, struct report *rep,
		       struct vfio_group **out) UW_REQUIRES(groups_lock)
{
	struct vfio_group *group = find_locked(id);
	int err;

	if (group && has_user_locked(group, user->address))
		return report_fail(rep, -EBUSY, "this process has %s open already", user->address);
	if (!group) {
		err = group_open(id, rep, &group);
		if (err)
			return err;
		list_push_back(&open_groups, &group->link);
	}
	list_push_back(&group->users, &user->link);
	*out = group;
	return 0;
}

int vfio_group_join(struct vfio_group_user *user, struct report *rep, struct vfio_group **out)
{
	unsigned int id = 0;
	int err = sysfs_iommu_group(user->address, &id);

	if (err)
		return refuse_no_group(rep, user->address, err);
	rank_mutex_lock(&groups_lock);
	err = join_locked(id, user, rep, out);
	rank_mutex_unlock(&groups_lock);
	return err;
}

void vfio_group_leave(struct vfio_group *group, struct vfio_group_user *user)
{
	rank_mutex_lock(&groups_lock);
	list_remove(&user->link);
	if (list_empty(&group->users)) {
		list_remove(&group->link);
		group_close(group); /* under the lock: who joins next must find the node closed */
	}
	rank_mutex_unlock(&groups_lock);
}

int vfio_group_fd(const struct vfio_group *group)
{
	return group->group_fd;
}

int vfio_group_container_fd(const struct vfio_group *group)
{
	return group->container_fd;
}

unsigned int vfio_group_id(const struct vfio_group *group)
{
	return group->id;
}

bool vfio_group_keep_alone(const struct vfio_group *group) UW_NO_TSA
{
	bool one;

	rank_mutex_lock(&groups_lock);
	one = !list_empty(&group->users) && group->users.next == group->users.prev;
	if (!one)
		rank_mutex_unlock(&groups_lock);
	return one;
}

void vfio_group_let_join(void) UW_NO_TSA
{
	rank_mutex_unlock(&groups_lock);
}
