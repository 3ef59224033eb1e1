/* SPDX-License-Identifier: MIT */
/*
 * cuse_access.c - who may open the node: the device's list as owner and mode, and the list itself
 * against whoever comes in.
 *
 * The list decides. Owner and mode keep away whom it would refuse; where they cannot say that much,
 * which is more than one user or group, they let everybody knock.
 */
#include <errno.h>
#include <fcntl.h>

#include "base/sys.h"
#include "cuse_impl.h"

struct node_look {
	uint32_t owner, group;
	mode_t mode;
};

/* UWDF_ACCESS_READ and WRITE as the three bits of one class. */
static mode_t bits_of(uint8_t rights)
{
	return (rights & UWDF_ACCESS_READ ? 4u : 0) | (rights & UWDF_ACCESS_WRITE ? 2u : 0);
}

/* What entries for @who grant; *id: whom, if it is one alone. */
static mode_t granted(const struct access_list *list, enum uwdf_who who, uint32_t *id, bool *alone)
{
	bool found = false;
	mode_t bits = 0;

	*alone = true;
	for (size_t i = 0; i < list->count; i++) {
		const struct uwdf_access *entry = &list->entries[i];

		if (entry->who != who || entry->deny || !entry->rights)
			continue;
		*alone = *alone && (!found || entry->id == *id);
		if (!found)
			*id = entry->id;
		found = true;
		bits |= bits_of(entry->rights);
	}
	return bits;
}

static struct node_look look_of(const struct access_list *list)
{
	struct node_look look = { .owner = sys_geteuid(), .group = 0 };
	uint32_t owner = look.owner, group = 0, nobody = 0;
	mode_t admins, user, members, others;
	bool alone;

	admins = granted(list, UWDF_WHO_ADMINISTRATORS, &nobody, &alone);
	others = granted(list, UWDF_WHO_EVERYBODY, &nobody, &alone);
	user = granted(list, UWDF_WHO_USER, &owner, &alone);
	if (alone && user)
		look.owner = owner;
	else
		others |= user;
	members = granted(list, UWDF_WHO_GROUP, &group, &alone);
	if (alone && members)
		look.group = group;
	else
		others |= members;
	/* the kernel looks at one class alone, the list at all that concern somebody */
	members |= others;
	user = (look.owner == sys_geteuid() ? admins : 0) | user | members;
	look.mode = user << 6 | members << 3 | others;
	return look;
}

int cuse_access_guard(const struct cuse *cuse)
{
	const struct cuse_params *params = &cuse->params;
	struct access_list list =
		access_list_of(params->access_given, params->access, params->access_count);
	struct node_look look = look_of(&list);
	int err = sys_chown(cuse->path, look.owner, look.group);

	return err ? err : sys_chmod(cuse->path, look.mode);
}

/* O_ACCMODE has four values; the fourth opens for control codes that need no right. */
static uint8_t rights_asked(int flags)
{
	switch (flags & O_ACCMODE) {
	case O_RDONLY:
		return UWDF_ACCESS_READ;
	case O_WRONLY:
		return UWDF_ACCESS_WRITE;
	case O_RDWR:
		return UWDF_ACCESS_BOTH;
	default:
		return 0;
	}
}

int cuse_access_judge(const struct cuse *cuse, struct cuse_call *call, int flags,
		      struct cuse_file *file)
{
	const struct cuse_params *params = &cuse->params;
	struct access_list list =
		access_list_of(params->access_given, params->access, params->access_count);
	struct server_peer peer = { .uid = 0 };
	uint8_t rights;

	cuse->kernel->caller(call, &peer);
	peer.is_admin = peer.uid == 0 || peer.uid == sys_geteuid();
	rights = access_list_rights(&list, &peer);
	file->process_id = peer.pid;
	file->user_id = peer.uid;
	file->rights = rights_asked(flags);
	return !rights || (file->rights & ~rights) ? -EACCES : 0;
}
