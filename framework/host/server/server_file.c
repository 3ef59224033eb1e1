/* SPDX-License-Identifier: MIT */
/* server_file.c - handles: opens of the device by one connection. */
#include <errno.h>
#include <string.h>

#include "server_impl.h"

/* What OPEN names is here: the device by name, or one of its interfaces. */
static bool is_named(const struct server *server, const struct uwdf_entry *entry,
		     const uint8_t *payload)
{
	if (!(entry->flags & UWDF_FLAG_OPEN_GUID))
		return entry->in_len == strlen(server->name) &&
		       !memcmp(payload, server->name, entry->in_len);
	for (unsigned int i = 0; i < server->params.interface_count; i++)
		if (!memcmp(payload, server->params.interfaces[i], 16))
			return true;
	return false;
}

static int32_t open_in_slot(struct connection *c, uint32_t slot, uint32_t *out_handle)
{
	struct server_file *f = &c->files[slot];
	struct uwdf_file *file;
	int32_t status =
		c->server->params.ops->open(c->server->params.device, c->process_id, &file);

	if (!UWDF_STATUS_OK(status))
		return status;
	/* a handle is not given again soon: its upper bits count the opens */
	*f = (struct server_file){ .file = file, .handle = (++c->file_uses << 8) | (slot + 1) };
	c->server->open_files++;
	*out_handle = f->handle;
	return UWDF_STATUS_SUCCESS;
}

static int32_t try_open(struct connection *c, const struct uwdf_entry *entry,
			const uint8_t *payload, uint32_t *out_handle)
{
	if (!is_named(c->server, entry, payload))
		return UWDF_STATUS_OBJECT_NAME_NOT_FOUND;
	if (server_is_leaving(c->server))
		return UWDF_STATUS_DEVICE_REMOVED;
	for (uint32_t slot = 0; slot < SERVER_MAX_FILES; slot++)
		if (!c->files[slot].file)
			return open_in_slot(c, slot, out_handle);
	return UWDF_STATUS_INSUFFICIENT_RESOURCES;
}

int file_open(struct connection *c, const struct uwdf_entry *entry, const uint8_t *payload)
{
	struct uwdf_entry answer = { .opcode = UWDF_OP_OPEN, .tag = entry->tag };

	answer.status = try_open(c, entry, payload, &answer.handle);
	return connection_answer(c, &answer, NULL);
}

struct server_file *file_of(struct connection *c, uint32_t handle)
{
	uint32_t slot = (handle & 0xff) - 1;

	if (slot >= SERVER_MAX_FILES || !c->files[slot].file || c->files[slot].handle != handle)
		return NULL;
	return &c->files[slot];
}

static int answer_close(struct connection *c, uint64_t tag, uint32_t handle, int32_t status)
{
	const struct uwdf_entry answer = {
		.opcode = UWDF_OP_CLOSE, .tag = tag, .handle = handle, .status = status
	};

	return connection_answer(c, &answer, NULL);
}

void file_close_if_dry(struct connection *c, struct server_file *f)
{
	struct server_file closed = *f;

	if (!f->file || !f->closing || f->outstanding)
		return;
	c->server->params.ops->close(f->file);
	*f = (struct server_file){ 0 };
	c->server->open_files--;
	server_note_dry(c->server);
	if (closed.close_tag && c->fd >= 0 &&
	    answer_close(c, closed.close_tag, closed.handle, UWDF_STATUS_SUCCESS))
		connection_close(c);
}

static void start_closing(struct connection *c, struct server_file *f)
{
	if (!f->file)
		return;
	f->closing = true;
	requests_cancel(c, f);
	file_close_if_dry(c, f);
}

int file_close_asked(struct connection *c, const struct uwdf_entry *entry)
{
	struct server_file *f = file_of(c, entry->handle);

	if (!f || f->closing)
		return answer_close(c, entry->tag, entry->handle, UWDF_STATUS_INVALID_HANDLE);
	f->close_tag = entry->tag;
	start_closing(c, f);
	return 0;
}

void files_close_all(struct connection *c)
{
	for (uint32_t slot = 0; slot < SERVER_MAX_FILES; slot++)
		start_closing(c, &c->files[slot]);
}
