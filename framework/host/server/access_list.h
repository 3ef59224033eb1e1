/* SPDX-License-Identifier: MIT */
/* access_list.h - who a client is, and what a device's list grants him. */
#ifndef HOST_ACCESS_LIST_H
#define HOST_ACCESS_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "uwdf/access.h"

#define UWDF_ACCESS_BOTH (UWDF_ACCESS_READ | UWDF_ACCESS_WRITE)

struct server_peer {
	uint32_t uid, gid, pid;
	bool is_admin; /* root, or the host's own user */
	uint32_t groups[64];
	size_t group_count;
	bool more_groups; /* which is not known: the kernel did not say, or there are too many */
};

struct access_list {
	const struct uwdf_access *entries;
	size_t count;
};

/* @given: the driver gave the list; else it is that of the administrators. */
struct access_list access_list_of(bool given, const struct uwdf_access *entries, size_t count);
/* UWDF_ACCESS_* that @peer has. */
uint8_t access_list_rights(const struct access_list *list, const struct server_peer *peer);
/* What a control code needs of these: its bits 14 and 15. */
uint8_t access_code_needs(uint32_t code);

#endif
