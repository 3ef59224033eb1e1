/* SPDX-License-Identifier: MIT */
/*
 * request_pool.c - requests are slots of their device's pool, each with the driver's context.
 *
 * A slot's memory stays until the pool goes and its handle changes with every use, so that a handle
 * kept past completion is noticed. 65536 uses of one slot repeat it; with a verifier that listens
 * free slots are used oldest first, so that these are as far apart as they can be.
 */
#include <string.h>

#include "base/mem.h"
#include "irp.h"
#include "object/driver.h"
#include "request_fast.h"
#include "reserve.h"
#include "sent.h"

static void request_release(struct fx_object *obj);

static const struct fx_object_class request_class = {
	.type = FX_TYPE_REQUEST,
	.name = "WDFREQUEST",
	.release = request_release,
	.tell = request_tell,
};

/* A slot that is referenced loses its room (fx_request.io), or whoever drops the last reference
 * posts to the room's owner. Neither in the slot nor in the room: both may be gone when it is
 * released. */
static struct spin_lock room_lock = { .rank = LOCK_RANK_OBJECT };

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
	req->base.flags &= (uint8_t)~FX_OBJECT_TOUCHED; /* the context is the slot's own */
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
NTSTATUS request_chunk_new(struct fx_io *io, unsigned int count, struct request_chunk **out)
{
	size_t len = sizeof(struct request_chunk) + (size_t)count * sizeof(struct fx_request);
	struct request_chunk *chunk = mem_aligned_zalloc(UW_CACHELINE, len);
	NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;
	unsigned int i;

	if (!chunk)
		return status;
	chunk->count = count;
	for (i = 0; i < count; i++) {
		slot_make(io, &chunk->slots[i]);
		status = slot_init(io, &chunk->slots[i]);
		if (!NT_SUCCESS(status))
			goto err_slots;
	}
	*out = chunk;
	return STATUS_SUCCESS;

err_slots:
	do
		slot_end(&chunk->slots[i]);
	while (i--);
	mem_free(chunk);
	return status;
}

void request_chunk_keep(struct fx_io *io, struct request_chunk *chunk)
{
	chunk->next = io->pool.chunks;
	io->pool.chunks = chunk;
}

static NTSTATUS pool_grow(struct fx_io *io)
{
	struct request_chunk *chunk;
	NTSTATUS status = request_chunk_new(io, REQUEST_CHUNK, &chunk);

	if (!NT_SUCCESS(status))
		return status;
	for (unsigned int i = chunk->count; i--;)
		request_put(&io->pool, &chunk->slots[i]);
	request_chunk_keep(io, chunk);
	return STATUS_SUCCESS;
}

NTSTATUS request_pool_init(struct fx_io *io)
{
	io->context_len = context_len(attributes_of(io));
	io->context_is_small = request_is_small_context(io->context_len);
	return pool_grow(io);
}

static bool chunk_is_free(const struct request_chunk *chunk)
{
	for (unsigned int i = 0; i < chunk->count; i++) {
		if (request_state(&chunk->slots[i]) != REQUEST_FREE)
			return false;
	}
	return true;
}

static void chunk_free(struct request_chunk *chunk)
{
	for (unsigned int i = 0; i < chunk->count; i++) {
		request_unseal(&chunk->slots[i]);
		if (!chunk->slots[i].needs_context)
			slot_end(&chunk->slots[i]);
		request_free_sent(&chunk->slots[i]);
		mem_free(chunk->slots[i].buffer);
	}
	mem_free(chunk);
}

/* The driver still refers to one: let it be a leak, not a crash, also when it lets go. */
static void chunk_lose(struct fx_io *io, struct request_chunk *chunk)
{
	spin_lock_acquire(&room_lock);
	for (unsigned int i = 0; i < chunk->count; i++)
		__atomic_store_n(&chunk->slots[i].io, NULL, __ATOMIC_RELEASE);
	spin_lock_release(&room_lock);
	fx_verifier_break(io->driver, "a WDFREQUEST is still referenced when its device goes; its "
				      "memory is lost");
}

void request_chunk_free(struct fx_io *io, struct request_chunk *chunk)
{
	if (chunk_is_free(chunk))
		chunk_free(chunk);
	else
		chunk_lose(io, chunk);
}

void request_pool_deinit(struct fx_io *io)
{
	struct request_chunk *chunk;

	while ((chunk = io->pool.chunks)) {
		io->pool.chunks = chunk->next;
		request_chunk_free(io, chunk);
	}
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

void request_pool_make(struct request_pool *pool)
{
	pool->first = NULL;
	list_init(&pool->later);
}

static struct fx_request *take_later(struct fx_io *io)
{
	struct fx_request *req = list_first(&io->pool.later, struct fx_request, link);

	if (req->needs_context && !slot_repair(io, req))
		return NULL;
	list_remove(&req->link);
	return req;
}

struct fx_request *request_get_slowly(struct fx_io *io)
{
	if (!list_empty(&io->pool.later))
		return take_later(io);
	return NT_SUCCESS(pool_grow(io)) ? request_take(io) : NULL;
}

void request_recycle_slowly(struct fx_io *io, struct fx_request *req)
{
	if (!req->needs_context && !io->driver->object_hooks) {
		request_recycle(io, req);
		return;
	}
	request_void_handle(req);
	list_push_back(&io->pool.later, &req->link);
}

/* With one reference nobody else can legally take another: a load is enough. */
static bool is_referenced(const struct fx_request *req)
{
	return __atomic_load_n(&req->base.refs, __ATOMIC_ACQUIRE) != 1;
}

/* Nothing but our own reference and our own context: the same slot can be used again as it is. */
static bool slot_is_plain(const struct fx_request *req)
{
	const struct fx_object *obj = &req->base;

	return !is_referenced(req) && list_empty(&obj->children) && !obj->cleanup &&
	       !obj->destroy && fx_object_contexts_are(obj, req->context);
}

UW_COLD static void retire_memories(struct fx_request *req)
{
	int others;

	irp_forget_view(req);
	request_unformat(req);
	others = fx_memory_unembed(&req->in_memory) + fx_memory_unembed(&req->out_memory);
	if (others)
		fx_rule_stop(req->io->driver, FX_RULE_MEMORY_REFERENCED, &req->base,
			     req->base.handle, (uint64_t)others,
			     "a WDFREQUEST was completed while the driver holds %d references on "
			     "its memory",
			     others);
	req->memories = false;
}

static bool has_destroy(const struct fx_object *obj)
{
	if (obj->destroy)
		return true;
	for (const struct fx_context *ctx = obj->contexts; ctx; ctx = ctx->next)
		if (ctx->destroy)
			return true;
	return false;
}

/*
 * Its cleanup callbacks and those of what is below it are the driver's: at the level of all others
 * of this loop, and before its client has @packet, which is completed and not handed back yet.
 * EvtDestroy comes after that, as the framework has a reference until then in KMDF, too.
 * request_release() follows at the last reference.
 */
static void delete_slot(struct fx_request *req, struct fx_packet *packet)
{
	KIRQL before = fx_irql_raise(req->io->config.level);

	req->needs_context = true;
	if (packet && has_destroy(&req->base)) {
		fx_object_ref(&req->base);
		packet_bring_late(packet, req);
	}
	fx_object_delete(&req->base);
	fx_irql_restore(before);
}

/* What the driver's callbacks wait for may bring others here meanwhile. */
static void end_late(struct fx_io *io, struct fx_request *req)
{
	const struct fx_request *outer = io->ending_late;
	KIRQL before = fx_irql_raise(io->config.level);

	io->ending_late = req;
	fx_object_unref(&req->base);
	io->ending_late = outer;
	fx_irql_restore(before);
}

void request_end_late(struct fx_io *io)
{
	struct list *link;

	while ((link = list_pop_front(&io->late))) {
		struct fx_request *req = list_entry(link, struct fx_request, link);

		end_late(req->io, req); /* a child's, perhaps: @io is where its packet ended */
	}
}

/* The verifier may have kept the context, and put another one in its place. */
UW_COLD static void retire_watched(struct fx_request *req)
{
	req->base.driver->object_hooks->used(&req->base, false);
	if (req->context)
		req->context = req->base.contexts + 1;
}

void request_free_big_buffer(struct fx_request *req)
{
	if (!req->big_buffer)
		return;
	mem_free(req->buffer);
	req->buffer = NULL;
	req->buffer_len = 0;
	req->big_buffer = false;
}

/* With a verifier a longer buffer may wait for the slot's next use, but not in any number. */
static bool may_seal_buffer(const struct request_pool *pool, const struct fx_request *req)
{
	return pool->sealed_len <= REQUEST_SEALED_MOST &&
	       req->buffer_len <= REQUEST_SEALED_MOST - pool->sealed_len;
}

/* Not plain: its cleanup callbacks may still look at the buffer, nobody after them. */
UW_COLD static void retire_and_delete(struct fx_request *req, struct fx_packet *packet,
				      bool watched)
{
	delete_slot(req, packet);
	if (watched)
		request_seal(req);
}

void request_retire_slowly(struct fx_request *req, struct fx_packet *packet)
{
	bool watched = req->base.debug;

	if (uw_unlikely(req->memories))
		retire_memories(req);
	if (uw_unlikely(req->moved))
		request_go_home(req);
	if (uw_unlikely(req->reserve)) {
		if (watched)
			request_seal(req);
		reserve_take_back(req);
		return;
	}
	if (uw_unlikely(req->big_buffer) && (!watched || !may_seal_buffer(&req->io->pool, req)))
		request_free_big_buffer(req);
	if (uw_unlikely(!slot_is_plain(req))) {
		retire_and_delete(req, packet, watched);
		return;
	}
	if (watched)
		request_seal(req);
	__atomic_fetch_and(&req->base.flags, (uint8_t)~FX_OBJECT_TOUCHED, __ATOMIC_RELAXED);
	if (uw_unlikely(req->base.debug))
		retire_watched(req);
	request_zero_context(req);
	request_recycle_slowly(req->io, req);
}

void request_unplace(struct fx_request *req)
{
	if (req->listed)
		list_remove(&req->file_link);
	req->listed = false;
	req->followed = false;
	req->packet->request = NULL;
	req->packet = NULL;
	request_retire(req, NULL);
}

void request_slot_renew(struct fx_request *req)
{
	if (!is_referenced(req)) {
		if (uw_unlikely(req->base.debug))
			req->base.driver->object_hooks->used(&req->base, true);
		req->base.handle += REQUEST_GENERATION_STEP;
	}
	request_set_word(req, REQUEST_FREE);
}

void request_slot_delete(struct fx_request *req)
{
	req->needs_context = true;
	if (is_referenced(req))
		request_set_word(req, REQUEST_ARRIVED); /* not free before the last one goes */
	fx_object_delete(&req->base);
}

struct fx_object *fx_io_request_device(struct fx_object *request)
{
	struct fx_request *req = uw_container_of(request, struct fx_request, base);
	struct fx_io *io = __atomic_load_n(&req->io, __ATOMIC_ACQUIRE);

	if (req->made)
		return request->parent;
	return io ? &((struct fx_device_head *)(void *)io->device)->base : NULL;
}

/* Class: instead of freeing. Whoever drops the last reference comes here, on any thread. */
static void request_release(struct fx_object *obj)
{
	struct fx_request *req = uw_container_of(obj, struct fx_request, base);
	bool here = false;

	spin_lock_acquire(&room_lock);
	/* no room any more, or the pool itself ends a slot that is in nobody's hands */
	if (req->io && request_state(req) != REQUEST_FREE) {
		request_race_point();
		/* its client may go with the device: no message would be in time */
		here = io_is_owner(req->io) && req->io->ending_late == req;
		if (!here)
			request_ask(req, REQUEST_OP_RECYCLE);
	}
	spin_lock_release(&room_lock);
	if (here)
		request_recycle_slowly(req->io, req);
}
