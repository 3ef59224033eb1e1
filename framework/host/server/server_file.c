/* SPDX-License-Identifier: MIT */
/* server_file.c - handles: opens of the device by one connection. */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "server_impl.h"

static int answer_open(struct connection *c, uint64_t tag, uint32_t handle, int32_t status)
{
	const struct uwdf_entry answer = {
		.opcode = UWDF_OP_OPEN, .tag = tag, .handle = handle, .status = status
	};

	return connection_answer(c, &answer, NULL);
}

static int answer_quota(struct connection *c, uint64_t tag, enum quota_kind kind)
{
	struct uwdf_entry answer = { .opcode = UWDF_OP_OPEN,
				     .tag = tag,
				     .status = UWDF_STATUS_QUOTA_EXCEEDED };
	char text[QUOTA_TEXT];

	answer.in_len = (uint32_t)quota_text(&c->server->quota, c->user, kind, text, sizeof(text));
	return connection_answer(c, &answer, text);
}

/* --- counts: others read them, nobody else writes --- */

static void count(uint32_t *what, uint32_t by)
{
	__atomic_store_n(what, *what + by, __ATOMIC_SEQ_CST);
}

/* Is it one that keeps the device? From its open until it closes, which may take a while. */
static void keep(struct server_file *f, bool keeps)
{
	struct connection *c = f->connection;
	const uint32_t by = keeps ? 1 : (uint32_t)-1;

	if (f->keeps == keeps)
		return;
	f->keeps = keeps;
	c->keeping += by;
	if (!c->wants_notice)
		count(&c->server->deaf_files, by);
}

void files_hear(struct connection *c, bool hear)
{
	if (c->wants_notice == hear)
		return;
	c->wants_notice = hear;
	count(&c->server->deaf_files, hear ? 0 - c->keeping : c->keeping);
}

UW_EXPORT bool server_is_open(const struct server *server)
{
	return __atomic_load_n(&server->open_files, __ATOMIC_SEQ_CST);
}

UW_EXPORT bool server_is_kept(const struct server *server)
{
	return __atomic_load_n(&server->deaf_files, __ATOMIC_SEQ_CST);
}

/* --- slots --- */

static bool grow_files(struct connection *c)
{
	uint32_t count = c->file_slots ? c->file_slots * 2 : 2;
	struct server_file **files;
	uint16_t *stack;

	if (c->file_slots == SERVER_MAX_FILES)
		return false;
	count = count < SERVER_MAX_FILES ? count : SERVER_MAX_FILES;
	files = mem_realloc(c->files, count * sizeof(struct server_file *));
	if (!files)
		return false;
	c->files = files;
	stack = mem_realloc(c->free_files, count * sizeof(*stack));
	if (!stack)
		return false;
	c->free_files = stack;
	for (uint32_t slot = count; slot-- > c->file_slots;) {
		files[slot] = NULL;
		stack[c->free_file_count++] = (uint16_t)slot;
	}
	c->file_slots = count;
	return true;
}

static struct server_file *file_alloc(const char *file_name)
{
	struct server_file *f = mem_calloc(1, sizeof(*f));
	const size_t len = strlen(file_name);

	if (!f || !len)
		return f;
	f->file_name = mem_alloc(len + 1);
	if (!f->file_name) {
		mem_free(f);
		return NULL;
	}
	memcpy(f->file_name, file_name, len + 1);
	return f;
}

static struct server_file *file_new(struct connection *c, const char *file_name)
{
	struct server_file *f;
	uint16_t slot;

	if (!c->free_file_count && !grow_files(c))
		return NULL;
	f = file_alloc(file_name);
	if (!f)
		return NULL;
	slot = c->free_files[--c->free_file_count];
	c->files[slot] = f;
	/* a handle is not given again soon: its upper bits count the opens */
	f->handle = ++c->file_uses << 16 | (slot + 1u);
	f->connection = c;
	list_init(&f->in_handles);
	list_init(&f->requests);
	quota_take(c->user, QUOTA_HANDLES, 1);
	count(&c->server->open_files, 1);
	keep(f, true);
	return f;
}

static uint32_t slot_of(uint32_t handle)
{
	return (handle & 0xffffu) - 1;
}

void files_free(struct connection *c)
{
	mem_free(c->files);
	mem_free(c->free_files);
}

static void file_free(struct connection *c, struct server_file *f)
{
	uint32_t slot = slot_of(f->handle);

	handle_remove(f);
	keep(f, false);
	c->files[slot] = NULL;
	c->free_files[c->free_file_count++] = (uint16_t)slot;
	mem_free(f->file_name);
	mem_free(f);
	quota_give_back(c->user, QUOTA_HANDLES, 1);
	count(&c->server->open_files, (uint32_t)-1);
	notice_if_let_go(c->server);
	server_note_dry(c->server);
}

static void start_closing(struct connection *c, struct server_file *f);

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
	mem_free(f->file_name);
	f->file_name = NULL;
	if (!UWDF_STATUS_OK(status)) {
		file_free(c, f);
		f = NULL;
	} else {
		f->state = FILE_OPEN;
		handle = leaving ? 0 : f->handle;
		status = leaving ? UWDF_STATUS_DEVICE_REMOVED : status;
	}
	if (c->fd >= 0 && answer_open(c, tag, handle, status))
		connection_close(c);
	if (f && (c->fd < 0 || leaving))
		start_closing(c, f);
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

static void start_opening(struct connection *c, struct server_file *f, uint64_t tag)
{
	f->state = FILE_OPENING;
	f->tag = tag;
	f->opened_ns = exec_now_ns();
	f->open = (struct uwdf_open){ .process_id = c->process_id,
				      .file_name = f->file_name,
				      .done = open_done,
				      .owner = f };
	handle_add(f);
	c->files_moving++;
	c->server->params.ops->open_start(c->server->params.device, &f->open);
}

static int32_t may_open(struct connection *c, const struct uwdf_entry *entry,
			const uint8_t *payload, char *file_name)
{
	if (!name_is_ours(c->server, entry, payload, file_name))
		return UWDF_STATUS_OBJECT_NAME_NOT_FOUND;
	if (server_is_leaving(c->server))
		return UWDF_STATUS_DEVICE_REMOVED;
	return c->rights ? UWDF_STATUS_SUCCESS : UWDF_STATUS_ACCESS_DENIED;
}

int file_open(struct connection *c, const struct uwdf_entry *entry, const uint8_t *payload)
{
	char file_name[SERVER_FILE_NAME];
	int32_t status = may_open(c, entry, payload, file_name);
	struct server_file *f;

	if (!UWDF_STATUS_OK(status))
		return answer_open(c, entry->tag, 0, status);
	if (c->is_spare)
		return answer_quota(c, entry->tag, QUOTA_CONNECTIONS);
	if (!quota_fits(c->server, c->user, QUOTA_HANDLES, 1))
		return answer_quota(c, entry->tag, QUOTA_HANDLES);
	f = file_new(c, file_name);
	if (!f)
		return answer_open(c, entry->tag, 0, UWDF_STATUS_INSUFFICIENT_RESOURCES);
	/* counted first: whoever wants the device unused holds first and counts then */
	if (opens_are_held(c->server)) {
		file_free(c, f);
		return answer_open(c, entry->tag, 0, UWDF_STATUS_DEVICE_BUSY);
	}
	start_opening(c, f, entry->tag); /* to be answered by opened() */
	return 0;
}

struct server_file *file_of(struct connection *c, uint32_t handle)
{
	uint32_t slot = slot_of(handle);
	struct server_file *f = slot < c->file_slots ? c->files[slot] : NULL;

	return f && f->handle == handle && f->state == FILE_OPEN ? f : NULL;
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
	file_free(c, f);
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
	keep(f, false);
	handle_remove(f);
	requests_cancel(f);
	server_ring_detach(f);
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
	for (uint32_t slot = 0; slot < c->file_slots; slot++)
		if (c->files[slot])
			start_closing(c, c->files[slot]);
}
