/* SPDX-License-Identifier: MIT */
/* server_request.c - from an entry to the device and back. */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "io_layout.h"
#include "server_impl.h"

struct request *request_new(struct connection *c, size_t data_len, size_t most_charge)
{
	struct request *r;

	if (c->charge + sizeof(*r) + data_len > most_charge)
		return NULL;
	r = mem_calloc(1, sizeof(*r) + data_len);
	if (!r)
		return NULL;
	list_init(&r->by_tag);
	list_init(&r->by_file);
	list_init(&r->backlog);
	r->connection = c;
	r->charge = sizeof(*r) + data_len;
	c->charge += r->charge;
	quota_take(c->user, QUOTA_BYTES, r->charge);
	c->unanswered++;
	return r;
}

void request_free(struct request *r)
{
	list_remove(&r->backlog);
	r->connection->unanswered--;
	r->connection->charge -= r->charge;
	quota_give_back(r->connection->user, QUOTA_BYTES, r->charge);
	mem_free(r);
}

static void fill_answer(struct request *r, int32_t status, uint64_t information)
{
	bool removed = server_is_leaving(r->connection->server) && !r->cancel_asked;
	size_t len = 0;

	/* nobody but the removal cancelled it: say so */
	if (status == UWDF_STATUS_CANCELLED && removed)
		status = UWDF_STATUS_DEVICE_REMOVED;
	/* an error carries no data, a warning (its upper bits are 10) does */
	if (r->io.out_len && ((uint32_t)status >> 30) != 3)
		len = information < r->io.out_len ? (size_t)information : r->io.out_len;
	r->answer.status = status;
	r->answer.information = information;
	r->answer.in_len = (uint32_t)len;
	r->payload = r->io.out;
}

/* Others read it, nobody else writes. */
void server_file_count(struct server_file *f, uint32_t by)
{
	__atomic_store_n(&f->outstanding, f->outstanding + by, __ATOMIC_RELAXED);
}

/* Loop thread: the device is done with it. */
static void request_done(struct irq_message *msg)
{
	struct request *r = uw_container_of(msg, struct request, done);
	struct connection *c = r->connection;
	struct server_file *f = r->file;

	tags_remove(&c->tags, r);
	list_remove(&r->by_file);
	server_file_count(f, (uint32_t)-1);
	c->outstanding--;
	quota_give_back(c->user, QUOTA_REQUESTS, 1);
	fill_answer(r, r->answer.status, r->answer.information);
	if (c->fd < 0)
		request_free(r);
	else if (connection_answer_request(c, r))
		connection_close(c); /* the outstanding count keeps it while we are here */
	file_close_if_dry(c, f);
	connection_release_if_idle(c);
}

/* The device's thread: hand the result over. */
static void io_complete(struct uwdf_io *io, int32_t status, uint64_t information)
{
	struct request *r = io->owner;

	r->answer.status = status;
	r->answer.information = information;
	irq_loop_post(r->connection->server->loop, &r->done);
}

static size_t input_len(const struct uwdf_entry *entry)
{
	return entry->in_len - (entry->flags & UWDF_FLAG_OUT_DATA ? entry->out_len : 0);
}

static struct io_layout layout_of(const struct uwdf_entry *entry)
{
	return io_layout_of((enum uwdf_io_kind)entry->opcode, entry->code, input_len(entry),
			    entry->out_len);
}

static void fill_io(struct request *r, const struct uwdf_entry *entry, const uint8_t *payload)
{
	const size_t in_len = input_len(entry), out_at = layout_of(entry).out_at;

	memcpy(r->data, payload, in_len);
	if (entry->flags & UWDF_FLAG_OUT_DATA)
		memcpy(r->data + out_at, payload + in_len, entry->out_len);
	r->io = (struct uwdf_io){ .kind = (enum uwdf_io_kind)entry->opcode,
				  .code = entry->code,
				  .in = in_len ? r->data : NULL,
				  .in_len = in_len,
				  .out = entry->out_len ? r->data + out_at : NULL,
				  .out_len = entry->out_len,
				  .offset = entry->offset,
				  .complete = io_complete,
				  .owner = r };
	r->answer = (struct uwdf_entry){ .opcode = entry->opcode,
					 .tag = entry->tag,
					 .handle = entry->handle,
					 .flags = UWDF_FLAG_ANSWER };
}

int request_submit(struct connection *c, const struct uwdf_entry *entry, const uint8_t *payload)
{
	struct server_file *f = file_of(c, entry->handle);
	struct request *r;

	if (server_is_leaving(c->server))
		return connection_answer_status(c, entry, UWDF_STATUS_DEVICE_REMOVED);
	if (!server_access_allows(c->rights, entry))
		return connection_answer_status(c, entry, UWDF_STATUS_ACCESS_DENIED);
	if (!f)
		return connection_answer_status(c, entry, UWDF_STATUS_INVALID_HANDLE);
	if (!quota_fits(c->server, c->user, QUOTA_REQUESTS, 1) ||
	    !quota_fits(c->server, c->user, QUOTA_BYTES, sizeof(*r) + layout_of(entry).len))
		return connection_answer_status(c, entry, UWDF_STATUS_QUOTA_EXCEEDED);
	r = request_new(c, layout_of(entry).len, SERVER_MAX_CHARGE);
	if (!r)
		return connection_answer_status(c, entry, UWDF_STATUS_INSUFFICIENT_RESOURCES);
	quota_take(c->user, QUOTA_REQUESTS, 1);
	fill_io(r, entry, payload);
	r->file = f;
	r->done.run = request_done;
	tags_add(&c->tags, r);
	list_push_back(&f->requests, &r->by_file);
	server_file_count(f, 1);
	c->outstanding++;
	c->server->params.ops->submit(f->file, &r->io);
	return 0;
}

/* --- cancel --- */

static void request_cancel(struct request *r)
{
	if (!r->cancel_sent)
		r->connection->server->params.ops->cancel(&r->io);
	r->cancel_sent = true;
}

static void cancel_of(struct server_file *file, bool by_client)
{
	/* completions come by message, so the list stands still meanwhile */
	list_for_each (it, &file->requests) {
		struct request *r = list_entry(it, struct request, by_file);

		r->cancel_asked |= by_client;
		request_cancel(r);
	}
}

void requests_cancel(struct server_file *file)
{
	cancel_of(file, false);
}

static bool cancel_tagged(struct connection *c, uint64_t tag)
{
	struct request *r = tags_find(&c->tags, tag);

	if (!r)
		return false;
	r->cancel_asked = true;
	request_cancel(r);
	return true;
}

int request_cancel_asked(struct connection *c, const struct uwdf_entry *entry)
{
	struct server_file *f = file_of(c, entry->handle);
	bool found = server_ring_cancel(f, entry->offset);

	if (entry->offset)
		found |= cancel_tagged(c, entry->offset);
	else if (f)
		cancel_of(f, true);
	if (entry->flags & UWDF_FLAG_SILENT)
		return 0;
	/* answered already is no mistake */
	return connection_answer_status(
		c, entry, found || !entry->offset ? UWDF_STATUS_SUCCESS : UWDF_STATUS_NOT_FOUND);
}
