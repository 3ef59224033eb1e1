/* SPDX-License-Identifier: MIT */
/* server_name.c - what an OPEN names: our device or another, and what lies behind its name. */
#include <string.h>

#include "server_impl.h"

/* Nothing, or a path of its own: what the driver gets to see. */
static bool take_rest(const char *rest, char *file_name)
{
	if (rest[0] && rest[0] != '\\')
		return false;
	memcpy(file_name, rest, strlen(rest) + 1); /* a part of a text of the same bound */
	return true;
}

static bool is_own_interface(const struct server *server, const uint8_t *guid)
{
	for (unsigned int i = 0; i < server->params.interface_count; i++)
		if (!memcmp(guid, server->params.interfaces[i], 16))
			return true;
	return false;
}

static bool find(struct server *server, const uint8_t *guid, const char *text, char *file_name)
{
	if (server->params.find)
		return server->params.find(server->params.arg, guid, text, file_name,
					   SERVER_FILE_NAME);
	return guid && is_own_interface(server, guid) && take_rest(text, file_name);
}

bool name_is_ours(struct server *server, const struct uwdf_entry *entry, const uint8_t *payload,
		  char *file_name)
{
	const bool by_guid = entry->flags & UWDF_FLAG_OPEN_GUID;
	const size_t before = by_guid ? 16 : 0, len = entry->in_len - before;
	const size_t own = strlen(server->name);
	char text[UWDF_WIRE_MAX_NAME + 1];

	memcpy(text, payload + before, len);
	text[len] = '\0';
	if (strlen(text) != len || (by_guid && len && text[0] != '\\'))
		return false;
	if (by_guid || text[0] == '\\')
		return find(server, by_guid ? payload : NULL, text, file_name);
	return len >= own && !memcmp(text, server->name, own) && take_rest(text + own, file_name);
}
