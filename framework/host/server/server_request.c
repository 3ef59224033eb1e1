/* SPDX-License-Identifier: MIT */
/* server_request.c - from an entry to the device and back. */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "server_impl.h"

static struct list *bucket_of(struct connection *c, uint64_t tag)
{
	return &c->by_tag[tag * 0x9e3779b97f4a7c15ull >> 56];
}

struct request *request_find(struct connection *c, uint64_t tag)
{
	list_for_each (it, bucket_of(c, tag)) {
		struct request *r = list_entry(it, struct request, by_tag);

		if (r->answer.tag == tag)
			return r;
	}
	return NULL;
}

struct request *request_new(struct connection *c, size_t data_len, size_t most_charge)
{
	struct request *r;

	if (c->charge + sizeof(*r) + data_len > most_charge)
		return NULL;
	r = mem_calloc(1, sizeof(*r) + data_len);
	if (!r)
		return NULL;
	list_init(&r->by_tag);
	list_init(&r->backlog);
	r->connection = c;
	r->charge = sizeof(*r) + data_len;
	c->charge += r->charge;
	c->unanswered++;
	return r;
}

void request_free(struct request *r)
{
	list_remove(&r->by_tag);
	list_remove(&r->backlog);
	r->connection->unanswered--;
	r->connection->charge -= r->charge;
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

/* Loop thread: the device is done with it. */
static void request_done(struct irq_message *msg)
{
	struct request *r = uw_container_of(msg, struct request, done);
	struct connection *c = r->connection;
	struct server_file *f = r->file;

	list_remove(&r->by_tag);
	f->outstanding--;
	c->outstanding--;
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

#define METHOD_OF(code) ((code)&3u)
#define METHOD_BUFFERED 0u

/* Buffered control: one system buffer, as KMDF has it. Else the output lies behind the input. */
static size_t out_place(const struct uwdf_entry *entry)
{
	if (entry->opcode == UWDF_OP_CONTROL && METHOD_OF(entry->code) == METHOD_BUFFERED)
		return 0;
	return (entry->in_len + 15u) & ~(size_t)15;
}

static size_t data_len(const struct uwdf_entry *entry)
{
	size_t out_end = out_place(entry) + entry->out_len;

	return out_end > entry->in_len ? out_end : entry->in_len;
}

static void fill_io(struct request *r, const struct uwdf_entry *entry, const uint8_t *payload)
{
	memcpy(r->data, payload, entry->in_len);
	r->io = (struct uwdf_io){ .kind = (enum uwdf_io_kind)entry->opcode,
				  .code = entry->code,
				  .in = entry->in_len ? r->data : NULL,
				  .in_len = entry->in_len,
				  .out = entry->out_len ? r->data + out_place(entry) : NULL,
				  .out_len = entry->out_len,
				  .offset = entry->offset,
				  .complete = io_complete,
				  .owner = r };
	r->answer = (struct uwdf_entry){ .opcode = entry->opcode,
					 .tag = entry->tag,
					 .handle = entry->handle,
					 .flags = UWDF_FLAG_ANSWER };
}

static int refuse(struct connection *c, const struct uwdf_entry *entry, int32_t status)
{
	const struct uwdf_entry answer = { .opcode = entry->opcode,
					   .tag = entry->tag,
					   .handle = entry->handle,
					   .status = status };

	return connection_answer(c, &answer, NULL);
}

int request_submit(struct connection *c, const struct uwdf_entry *entry, const uint8_t *payload)
{
	struct server_file *f = file_of(c, entry->handle);
	struct request *r;

	if (server_is_leaving(c->server))
		return refuse(c, entry, UWDF_STATUS_DEVICE_REMOVED);
	if (!f)
		return refuse(c, entry, UWDF_STATUS_INVALID_HANDLE);
	r = request_new(c, data_len(entry), SERVER_MAX_CHARGE);
	if (!r)
		return refuse(c, entry, UWDF_STATUS_INSUFFICIENT_RESOURCES);
	fill_io(r, entry, payload);
	r->file = f;
	r->done.run = request_done;
	list_push_back(bucket_of(c, entry->tag), &r->by_tag);
	f->outstanding++;
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

int request_cancel_asked(struct connection *c, const struct uwdf_entry *entry)
{
	struct request *r = request_find(c, entry->offset);

	if (!r)
		return refuse(c, entry, UWDF_STATUS_NOT_FOUND); /* answered already: no mistake */
	r->cancel_asked = true;
	request_cancel(r);
	return refuse(c, entry, UWDF_STATUS_SUCCESS);
}

void requests_cancel(struct connection *c, const struct server_file *file)
{
	for (unsigned int i = 0; i < SERVER_TAG_BUCKETS; i++)
		list_for_each_safe (it, next, &c->by_tag[i]) {
			struct request *r = list_entry(it, struct request, by_tag);

			/* completions come by message, so the list stands still meanwhile */
			if (r->file == file)
				request_cancel(r);
		}
}
