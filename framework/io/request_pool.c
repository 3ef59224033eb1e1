/* SPDX-License-Identifier: MIT */
/*
 * request_pool.c - requests are slots of their device's pool, each with the driver's context.
 *
 * A slot's memory stays until the pool goes and its handle changes with every use, so that a handle
 * kept past completion is noticed. Free slots are used oldest first: 65536 uses of one slot, after
 * which its handle repeats, are then as far apart as they can be.
 */
#include <string.h>

#include "base/mem.h"
#include "room.h"

#define GENERATION_STEP (1ull << 48)

static void request_release(struct fx_object *obj);

static const struct fx_object_class request_class = {
	.type = FX_TYPE_REQUEST,
	.name = "WDFREQUEST",
	.release = request_release,
};

static PWDF_OBJECT_ATTRIBUTES attributes_of(struct fx_io *io)
{
	return io->config.request_attributes.Size ? &io->config.request_attributes : NULL;
}

static size_t context_len(const WDF_OBJECT_ATTRIBUTES *attrs)
{
	if (!attrs || !attrs->ContextTypeInfo)
		return 0;
	return attrs->ContextSizeOverride ? attrs->ContextSizeOverride
					  : attrs->ContextTypeInfo->ContextSize;
}

/* A new handle for the slot, and its context if it has none. */
static NTSTATUS slot_init(struct fx_io *io, struct fx_request *req)
{
	uint64_t generation = req->base.handle & ~FX_HANDLE_ADDRESS_MASK;
	PWDF_OBJECT_ATTRIBUTES attrs = attributes_of(io);
	NTSTATUS status = STATUS_SUCCESS;

	fx_object_init(&req->base, &request_class, io->driver);
	req->base.handle = (req->base.handle & FX_HANDLE_ADDRESS_MASK) | generation;
	req->context = NULL;
	if (io->context_len)
		status = fx_object_add_context(&req->base, attrs, &req->context);
	if (NT_SUCCESS(status) && attrs)
		status = fx_object_commit(&req->base, attrs);
	return status;
}

static void slot_make(struct fx_io *io, struct fx_request *req)
{
	req->io = io;
	req->msg.run = request_run_ops;
	list_init(&req->link);
	list_init(&req->file_link);
	list_init(&req->off_link);
}

/* A slot that is in nobody's hands: its context goes, and no callback hears of it. */
static void slot_end(struct fx_request *req)
{
	req->base.cleanup = NULL;
	req->base.destroy = NULL;
	fx_object_delete(&req->base);
}

/* All or nothing: a chunk with fewer contexts than slots would fail requests later. */
static NTSTATUS pool_grow(struct fx_io *io)
{
	struct request_chunk *chunk = mem_calloc(1, sizeof(*chunk));
	NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;
	unsigned int i;

	if (!chunk)
		return status;
	for (i = 0; i < REQUEST_CHUNK; i++) {
		slot_make(io, &chunk->slots[i]);
		status = slot_init(io, &chunk->slots[i]);
		if (!NT_SUCCESS(status))
			goto err_slots;
	}
	for (i = 0; i < REQUEST_CHUNK; i++)
		list_push_back(&io->pool.free, &chunk->slots[i].link);
	chunk->next = io->pool.chunks;
	io->pool.chunks = chunk;
	return STATUS_SUCCESS;

err_slots:
	do
		slot_end(&chunk->slots[i]);
	while (i--);
	mem_free(chunk);
	return status;
}

NTSTATUS request_pool_init(struct fx_io *io)
{
	io->context_len = context_len(attributes_of(io));
	return pool_grow(io);
}

static bool chunk_is_free(const struct request_chunk *chunk)
{
	for (unsigned int i = 0; i < REQUEST_CHUNK; i++) {
		if (request_state(&chunk->slots[i]) != REQUEST_FREE)
			return false;
	}
	return true;
}

static void chunk_free(struct request_chunk *chunk)
{
	for (unsigned int i = 0; i < REQUEST_CHUNK; i++) {
		if (!chunk->slots[i].needs_context)
			slot_end(&chunk->slots[i]);
		mem_free(chunk->slots[i].buffer);
	}
	mem_free(chunk);
}

/* The driver still refers to one: let it be a leak, not a crash, also when it lets go. */
static void chunk_lose(struct fx_io *io, struct request_chunk *chunk)
{
	for (unsigned int i = 0; i < REQUEST_CHUNK; i++)
		__atomic_store_n(&chunk->slots[i].io, NULL, __ATOMIC_RELEASE);
	fx_verifier_break(io->driver, "a WDFREQUEST is still referenced when its device goes; its "
				      "memory is lost");
}

void request_pool_deinit(struct fx_io *io)
{
	struct request_chunk *chunk;

	while ((chunk = io->pool.chunks)) {
		io->pool.chunks = chunk->next;
		if (chunk_is_free(chunk))
			chunk_free(chunk);
		else
			chunk_lose(io, chunk);
	}
}

UW_COLD static struct fx_request *request_get_slowly(struct fx_io *io)
{
	if (!list_empty(&io->pool.free) || !NT_SUCCESS(pool_grow(io)))
		return NULL;
	return request_get(io);
}

/* The driver's callbacks or further references took the slot apart; put it together again. */
UW_COLD static bool slot_repair(struct fx_io *io, struct fx_request *req)
{
	if (!NT_SUCCESS(slot_init(io, req))) {
		slot_end(req);
		return false;
	}
	req->needs_context = false;
	return true;
}

struct fx_request *request_get(struct fx_io *io)
{
	struct list *link = list_pop_front(&io->pool.free);
	struct fx_request *req;

	if (uw_unlikely(!link))
		return request_get_slowly(io);
	req = list_entry(link, struct fx_request, link);
	if (uw_unlikely(req->needs_context) && !slot_repair(io, req)) {
		list_push_front(&io->pool.free, &req->link);
		return NULL;
	}
	req->queue = NULL;
	req->place = PLACE_NONE;
	req->stop = STOP_NONE;
	req->presented = false;
	req->cancelled_on_queue = false;
	req->status = STATUS_SUCCESS;
	req->information = 0;
	req->cancel = NULL;
	request_set_word(req, REQUEST_ARRIVED);
	return req;
}

/* Nothing but our own reference and our own context: the same slot can be used again as it is. */
static bool slot_is_plain(const struct fx_request *req)
{
	const struct fx_object *obj = &req->base;

	/* With one reference nobody else can legally take another: a load is enough. */
	return __atomic_load_n(&obj->refs, __ATOMIC_ACQUIRE) == 1 && list_empty(&obj->children) &&
	       !obj->cleanup && !obj->destroy && fx_object_contexts_are(obj, req->context);
}

UW_COLD static void retire_memories(struct fx_request *req)
{
	int others = fx_memory_unembed(&req->in_memory) + fx_memory_unembed(&req->out_memory);

	if (others)
		fx_rule_stop(req->io->driver, FX_RULE_MEMORY_REFERENCED, &req->base,
			     req->base.handle, (uint64_t)others,
			     "a WDFREQUEST was completed while the driver holds %d references on "
			     "its memory",
			     others);
	req->memories = false;
}

void request_retire(struct fx_request *req)
{
	if (uw_unlikely(req->memories))
		retire_memories(req);
	if (uw_unlikely(req->buffer_len > REQUEST_BUFFER_KEEP)) {
		mem_free(req->buffer);
		req->buffer = NULL;
		req->buffer_len = 0;
	}
	if (uw_unlikely(!slot_is_plain(req))) {
		req->needs_context = true;
		fx_object_delete(&req->base); /* request_release() at the last reference */
		return;
	}
	if (req->context)
		memset(req->context, 0, req->io->context_len);
	request_recycle(req);
}

void request_recycle(struct fx_request *req)
{
	req->base.handle += GENERATION_STEP; /* every handle given out is void from here */
	request_set_word(req, REQUEST_FREE);
	list_push_back(&req->io->pool.free, &req->link);
}

/* Class: instead of freeing. Whoever drops the last reference comes here, on any thread. */
static void request_release(struct fx_object *obj)
{
	struct fx_request *req = uw_container_of(obj, struct fx_request, base);

	/* no room any more, or the pool itself ends a slot that is in nobody's hands */
	if (__atomic_load_n(&req->io, __ATOMIC_ACQUIRE) && request_state(req) != REQUEST_FREE)
		request_ask(req, REQUEST_OP_RECYCLE);
}
