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

static int answer_open(struct connection *c, uint64_t tag, uint32_t handle, int32_t status)
{
	const struct uwdf_entry answer = {
		.opcode = UWDF_OP_OPEN, .tag = tag, .handle = handle, .status = status
	};

	return connection_answer(c, &answer, NULL);
}

static void slot_free(struct connection *c, struct server_file *f)
{
	*f = (struct server_file){ .state = FILE_FREE };
	c->server->open_files--;
	server_note_dry(c->server);
}

/* Loop thread: the driver has answered. Its client, or the device, may be on the way out. */
static void opened(struct irq_message *msg)
{
	struct server_file *f = uw_container_of(msg, struct server_file, done);
	struct connection *c = f->connection;
	bool leaving = server_is_leaving(c->server);
	int32_t status = f->status;
	uint32_t handle = 0;
	uint64_t tag = f->tag;

	c->files_moving--;
	f->tag = 0;
	if (!UWDF_STATUS_OK(status)) {
		slot_free(c, f);
	} else {
		f->state = FILE_OPEN;
		handle = leaving ? 0 : f->handle;
		status = leaving ? UWDF_STATUS_DEVICE_REMOVED : status;
	}
	if (c->fd >= 0 && answer_open(c, tag, handle, status))
		connection_close(c);
	if (c->fd < 0 || leaving)
		files_close_all(c);
	connection_release_if_idle(c);
}

/* The device's thread. */
static void open_done(struct uwdf_open *open, int32_t status, struct uwdf_file *file)
{
	struct server_file *f = open->owner;

	f->status = status;
	f->file = file;
	f->done.run = opened;
	irq_loop_post(f->connection->server->loop, &f->done);
}

static void open_in_slot(struct connection *c, uint32_t slot, uint64_t tag)
{
	struct server_file *f = &c->files[slot];

	/* a handle is not given again soon: its upper bits count the opens */
	*f = (struct server_file){
		.state = FILE_OPENING,
		.connection = c,
		.handle = (++c->file_uses << 8) | (slot + 1),
		.tag = tag,
		.opened_ns = exec_now_ns(),
		.open = { .process_id = c->process_id, .done = open_done, .owner = f }
	};
	c->server->open_files++;
	c->files_moving++;
	c->server->params.ops->open_start(c->server->params.device, &f->open);
}

/* Success: under way, to be answered by opened(). */
static int32_t try_open(struct connection *c, const struct uwdf_entry *entry,
			const uint8_t *payload)
{
	if (!is_named(c->server, entry, payload))
		return UWDF_STATUS_OBJECT_NAME_NOT_FOUND;
	if (server_is_leaving(c->server))
		return UWDF_STATUS_DEVICE_REMOVED;
	for (uint32_t slot = 0; slot < SERVER_MAX_FILES; slot++)
		if (c->files[slot].state == FILE_FREE) {
			open_in_slot(c, slot, entry->tag);
			return UWDF_STATUS_SUCCESS;
		}
	return UWDF_STATUS_INSUFFICIENT_RESOURCES;
}

int file_open(struct connection *c, const struct uwdf_entry *entry, const uint8_t *payload)
{
	int32_t status = try_open(c, entry, payload);

	return UWDF_STATUS_OK(status) ? 0 : answer_open(c, entry->tag, 0, status);
}

struct server_file *file_of(struct connection *c, uint32_t handle)
{
	uint32_t slot = (handle & 0xff) - 1;

	if (slot >= SERVER_MAX_FILES || c->files[slot].handle != handle)
		return NULL;
	return c->files[slot].state == FILE_OPEN ? &c->files[slot] : NULL;
}

static int answer_close(struct connection *c, uint64_t tag, uint32_t handle, int32_t status)
{
	const struct uwdf_entry answer = {
		.opcode = UWDF_OP_CLOSE, .tag = tag, .handle = handle, .status = status
	};

	return connection_answer(c, &answer, NULL);
}

/* Loop thread: the driver has been told, the file is no more. */
static void closed(struct irq_message *msg)
{
	struct server_file *f = uw_container_of(msg, struct server_file, done);
	struct connection *c = f->connection;
	uint32_t handle = f->handle;
	uint64_t tag = f->tag;

	c->files_moving--;
	slot_free(c, f);
	if (tag && c->fd >= 0 && answer_close(c, tag, handle, UWDF_STATUS_SUCCESS))
		connection_close(c);
	connection_release_if_idle(c);
}

/* The device's thread. */
static void close_done(void *arg)
{
	struct server_file *f = arg;

	f->done.run = closed;
	irq_loop_post(f->connection->server->loop, &f->done);
}

void file_close_if_dry(struct connection *c, struct server_file *f)
{
	if (f->state != FILE_CLOSING || f->outstanding)
		return;
	f->state = FILE_ENDING;
	c->files_moving++;
	c->server->params.ops->close_start(f->file, close_done, f);
}

static void start_closing(struct connection *c, struct server_file *f)
{
	if (f->state != FILE_OPEN)
		return;
	f->state = FILE_CLOSING;
	requests_cancel(c, f);
	file_close_if_dry(c, f);
}

int file_close_asked(struct connection *c, const struct uwdf_entry *entry)
{
	struct server_file *f = file_of(c, entry->handle);

	if (!f)
		return answer_close(c, entry->tag, entry->handle, UWDF_STATUS_INVALID_HANDLE);
	f->tag = entry->tag;
	start_closing(c, f);
	return 0;
}

void files_close_all(struct connection *c)
{
	for (uint32_t slot = 0; slot < SERVER_MAX_FILES; slot++)
		start_closing(c, &c->files[slot]);
}

/* --- who has the device open --- */

static bool is_open(const struct server_file *f)
{
	return f->state == FILE_OPENING || f->state == FILE_OPEN;
}

static size_t handles_of(const struct connection *c, uint64_t now_ns, struct server_handle *out,
			 size_t max)
{
	size_t count = 0;

	for (uint32_t slot = 0; slot < SERVER_MAX_FILES; slot++) {
		const struct server_file *f = &c->files[slot];

		if (!is_open(f))
			continue;
		if (count < max)
			out[count] = (struct server_handle){
				.process_id = c->process_id,
				.requests = f->outstanding,
				.age_ms = (now_ns - f->opened_ns) / 1000000u,
			};
		count++;
	}
	return count;
}

UW_EXPORT size_t server_handles(const struct server *server, struct server_handle *out, size_t max)
{
	uint64_t now_ns = exec_now_ns();
	size_t count = 0;

	list_for_each (it, &server->connections) {
		bool fits = count < max;

		count += handles_of(list_entry(it, struct connection, link), now_ns,
				    fits ? out + count : out, fits ? max - count : 0);
	}
	return count;
}

bool files_are_open(const struct server *server)
{
	struct server_handle one;

	return server_handles(server, &one, 1);
}
