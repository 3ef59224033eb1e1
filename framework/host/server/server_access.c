/* SPDX-License-Identifier: MIT */
/*
 * server_access.c - who may open the device: the peer's credentials against the device's list, and
 * the list as the socket's mode and ACL.
 *
 * The credentials decide. Mode and ACL keep away at the file system whom they would refuse; where
 * it cannot say that much it lets everybody knock.
 */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/sys.h"
#include "server_impl.h"

static const struct uwdf_access administrators[] = {
	{ .who = UWDF_WHO_ADMINISTRATORS, .rights = UWDF_ACCESS_BOTH },
};

struct access_list access_list_of(bool given, const struct uwdf_access *entries, size_t count)
{
	if (!given)
		return (struct access_list){ administrators, UW_ARRAY_SIZE(administrators) };
	return (struct access_list){ entries, count };
}

static struct access_list list_of(const struct server *server)
{
	const struct server_params *params = &server->params;

	return access_list_of(params->access_given, params->access, params->access_count);
}

/* --- the peer --- */

static bool is_in_group(const struct server_peer *peer, uint32_t gid)
{
	if (peer->gid == gid)
		return true;
	for (size_t i = 0; i < peer->group_count; i++)
		if (peer->groups[i] == gid)
			return true;
	return false;
}

static bool concerns(const struct uwdf_access *entry, const struct server_peer *peer)
{
	switch (entry->who) {
	case UWDF_WHO_EVERYBODY:
		return true;
	case UWDF_WHO_ADMINISTRATORS:
		return peer->is_admin;
	case UWDF_WHO_USER:
		return peer->uid == entry->id;
	case UWDF_WHO_GROUP:
		return is_in_group(peer, entry->id) || (peer->more_groups && entry->deny);
	default:
		return false;
	}
}

uint8_t access_list_rights(const struct access_list *list, const struct server_peer *peer)
{
	uint8_t granted = 0, decided = 0;

	for (size_t i = 0; i < list->count; i++) {
		const struct uwdf_access *entry = &list->entries[i];
		uint8_t fresh = (uint8_t)(entry->rights & ~decided);

		if (!concerns(entry, peer))
			continue;
		decided |= fresh;
		if (!entry->deny)
			granted |= fresh;
	}
	return granted;
}

uint8_t server_access_of(const struct server *server, const struct server_peer *peer)
{
	struct access_list list = list_of(server);

	return access_list_rights(&list, peer);
}

uint8_t access_code_needs(uint32_t code)
{
	return (uint8_t)(code >> 14 & UWDF_ACCESS_BOTH);
}

int server_peer_of(int fd, struct server_peer *out)
{
	struct ucred who;
	socklen_t len = sizeof(who);
	int err = sys_getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len);

	if (err)
		return err;
	*out = (struct server_peer){ .uid = who.uid, .gid = who.gid, .pid = (uint32_t)who.pid };
	out->is_admin = who.uid == 0 || who.uid == sys_geteuid();
	len = sizeof(out->groups);
	/* else the primary group has to do, and he may be in any group that is denied something */
	if (!sys_getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, out->groups, &len))
		out->group_count = len / sizeof(out->groups[0]);
	else
		out->more_groups = true;
	return 0;
}

bool server_access_allows(uint8_t rights, const struct uwdf_entry *entry)
{
	uint8_t needed = 0;

	if (entry->opcode == UWDF_OP_READ)
		needed = UWDF_ACCESS_READ;
	else if (entry->opcode == UWDF_OP_WRITE || entry->opcode == UWDF_OP_FLUSH)
		needed = UWDF_ACCESS_WRITE;
	else if (entry->opcode == UWDF_OP_CONTROL)
		needed = access_code_needs(entry->code);
	return (needed & ~rights) == 0;
}

/* --- the socket --- */

/* linux/posix_acl_xattr.h: version 2, then entries in ascending order of tag and id */
struct acl_entry {
	uint16_t tag, perm;
	uint32_t id;
};
struct acl {
	uint32_t version;
	struct acl_entry entries[UWDF_ACCESS_ENTRIES + 4];
};
enum {
	ACL_USER_OBJ = 1,
	ACL_USER = 2,
	ACL_GROUP_OBJ = 4,
	ACL_GROUP = 8,
	ACL_MASK = 16,
	ACL_OTHER = 32
};
#define ACL_NOBODY  0xffffffffu
#define ACL_CONNECT 6 /* read and write: what connect() wants */

static bool is_allowed(const struct uwdf_access *entry, enum uwdf_who who)
{
	return entry->who == who && !entry->deny && entry->rights;
}

static bool is_in_acl(const struct acl *acl, size_t count, uint16_t tag, uint32_t id)
{
	for (size_t i = 0; i < count; i++)
		if (acl->entries[i].tag == tag && acl->entries[i].id == id)
			return true;
	return false;
}

static size_t add_all(struct acl *acl, size_t count, const struct access_list *list,
		      enum uwdf_who who, uint16_t tag)
{
	for (size_t i = 0; i < list->count; i++) {
		uint32_t id = list->entries[i].id;

		if (is_allowed(&list->entries[i], who) && !is_in_acl(acl, count, tag, id))
			acl->entries[count++] =
				(struct acl_entry){ .tag = tag, .perm = ACL_CONNECT, .id = id };
	}
	return count;
}

static void add_one(struct acl *acl, size_t *count, uint16_t tag, uint16_t perm)
{
	acl->entries[(*count)++] = (struct acl_entry){ .tag = tag, .perm = perm, .id = ACL_NOBODY };
}

static int set_acl(const char *path, const struct access_list *list)
{
	struct acl acl = { .version = 2 };
	size_t count = 0;

	add_one(&acl, &count, ACL_USER_OBJ, ACL_CONNECT);
	count = add_all(&acl, count, list, UWDF_WHO_USER, ACL_USER);
	add_one(&acl, &count, ACL_GROUP_OBJ, 0);
	count = add_all(&acl, count, list, UWDF_WHO_GROUP, ACL_GROUP);
	add_one(&acl, &count, ACL_MASK, ACL_CONNECT);
	add_one(&acl, &count, ACL_OTHER, 0);
	return sys_setxattr(path, "system.posix_acl_access", &acl,
			    sizeof(acl.version) + count * sizeof(acl.entries[0]));
}

static bool has(const struct access_list *list, enum uwdf_who who)
{
	for (size_t i = 0; i < list->count; i++)
		if (is_allowed(&list->entries[i], who))
			return true;
	return false;
}

int server_access_guard(const struct server *server, const char *path)
{
	struct access_list list = list_of(server);
	bool listed = has(&list, UWDF_WHO_USER) || has(&list, UWDF_WHO_GROUP);
	int err = sys_chmod(path, 0600);

	if (err)
		return err;
	if (has(&list, UWDF_WHO_EVERYBODY))
		return sys_chmod(path, 0666);
	if (!listed || !set_acl(path, &list))
		return 0;
	log_info("server", "%s: its file system has no ACLs; whoever connects is asked who he is",
		 server->name);
	return sys_chmod(path, 0666);
}
