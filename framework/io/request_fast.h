/* SPDX-License-Identifier: MIT */
/*
 * request_fast.h - a slot becomes a request and is free again: what each of them goes through,
 * inline. Owner loop.
 */
#ifndef FX_REQUEST_FAST_H
#define FX_REQUEST_FAST_H

#include <string.h>

#include "base/look.h"
#include "object/driver.h"
#include "room.h"

#define REQUEST_GENERATION_STEP (1ull << 48)

/* --- the slot --- */

/* A slot that nobody has becomes a request. */
static inline void request_begin(struct fx_request *req)
{
	req->queue = NULL;
	req->status = STATUS_SUCCESS;
	req->information = 0;
	request_note(&req->given_to, NULL);
	if (uw_unlikely(req->base.driver->object_hooks)) {
		request_unseal(req);
		fx_object_watch(&req->base);
	}
	request_race_point();
	__atomic_store_n(&req->head, REQUEST_ARRIVED, __ATOMIC_RELEASE);
}

/* The same of one that the callback @code of @q is given in the same breath. */
static inline void request_give(struct fx_request *req, struct fx_queue *q, const void *code)
{
	req->queue = q;
	req->status = STATUS_SUCCESS;
	req->information = 0;
	request_note(&req->given_to, code);
	request_race_point();
	__atomic_store_n(&req->head, REQUEST_HEAD_IN_CALLBACK, __ATOMIC_RELEASE);
}

/* A free slot, to begin with; NULL: no memory. */
static inline struct fx_request *request_take(struct fx_io *io)
{
	struct fx_request *req = io->pool.first;

	if (uw_unlikely(!req))
		return request_get_slowly(io);
	io->pool.first = req->next_free;
	return req;
}

/* NULL: no memory */
static inline struct fx_request *request_get(struct fx_io *io)
{
	struct fx_request *req = request_take(io);

	if (uw_likely(req))
		request_begin(req);
	return req;
}

/* Nothing but our own reference and our own context: the same slot can be used again as it is. */
static inline bool request_object_is_plain(const struct fx_request *req)
{
	const uint64_t plain = FX_TYPE_REQUEST | FX_OBJECT_CREATED << 16 | (uint64_t)1 << 32;
	const uint64_t *both = (const uint64_t *)(const void *)&req->base;

	static_assert(!offsetof(struct fx_object, word) && offsetof(struct fx_object, refs) == 4,
		      "what it is, and its references");
#if !defined(UW_X86_INSTRUCTIONS)
	/* ThreadSanitizer knows by its address what the last reference released */
	if (__atomic_load_n(&req->base.refs, __ATOMIC_ACQUIRE) != 1)
		return false;
#endif
	/* With one reference nobody else can legally take another: a load is enough. */
	return uw_likely(look_is64(both, plain));
}

static inline bool request_slot_is_plain(const struct fx_request *req)
{
	return request_object_is_plain(req) && uw_likely(!req->extras);
}

/* Up to 64 bytes, by stores that overlap: a call takes longer. */
static inline bool request_is_small_context(size_t len)
{
	return !len || (len >= 16 && len <= 64);
}

static inline void request_zero_small_context(struct fx_request *req, size_t len)
{
	char *at = req->context;

	if (uw_likely(len > 32)) {
		memset(at, 0, 32);
		memset(at + len - 32, 0, 32);
	} else if (len) {
		memset(at, 0, 16);
		memset(at + len - 16, 0, 16);
	}
}

static inline void request_zero_context(struct fx_request *req)
{
	if (uw_likely(req->io->context_is_small))
		request_zero_small_context(req, req->io->context_len);
	else
		memset(req->context, 0, req->io->context_len);
}

static inline void request_put(struct request_pool *pool, struct fx_request *req)
{
	req->next_free = pool->first;
	pool->first = req;
}

/* Every handle given out is void from here. */
static inline void request_void_handle(struct fx_request *req)
{
	req->base.handle += REQUEST_GENERATION_STEP;
	request_race_point();
	__atomic_store_n(&req->head, REQUEST_FREE, __ATOMIC_RELEASE);
}

static inline void request_recycle(struct fx_io *io, struct fx_request *req)
{
	request_void_handle(req);
	request_put(&io->pool, req);
}

/* Back to the pool, sooner or later. @packet: see request_retire_slowly(). */
static inline void request_retire(struct fx_request *req, struct fx_packet *packet)
{
	if (uw_unlikely(!request_slot_is_plain(req))) {
		request_retire_slowly(req, packet);
		return;
	}
	request_zero_context(req);
	if (uw_likely(!req->base.driver->object_hooks))
		request_recycle(req->io, req);
	else
		request_recycle_slowly(req->io, req);
}

/* --- its buffers --- */

static inline uint64_t request_load(const char *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static inline void request_store(char *at, uint64_t value)
{
	__asm__("" : "+r"(value)); /* or two become one of twice the width */
	memcpy(at, &value, sizeof(value));
}

/* 8 to 32 bytes, by words that overlap, as they were most likely written: the processor does not
 * pass on what was written in two halves to a load of the whole. false: not of such a length. */
static inline bool request_copy_small(void *to, const void *from, size_t len)
{
	const char *in = from;
	char *out = to;
	uint64_t first, last, second, third;

	if (uw_likely(len - 8 <= 8)) {
		first = request_load(in);
		last = request_load(in + len - 8);
		request_store(out, first);
		request_store(out + len - 8, last);
		return true;
	}
	if (len - 16 > 16)
		return false;
	first = request_load(in);
	second = request_load(in + 8);
	third = request_load(in + len - 16);
	last = request_load(in + len - 8);
	request_store(out, first);
	request_store(out + 8, second);
	request_store(out + len - 16, third);
	request_store(out + len - 8, last);
	return true;
}

/* Input that is no longer than what one register pair takes, and output that fits in its place:
 * most controls. false: otherwise, or there is no buffer yet; nothing was done. */
static inline bool request_bind_small(struct fx_request *req, const struct fx_packet *packet,
				      size_t in_len, size_t out_len)
{
	const char *in = packet->in;
	char *buffer = req->buffer;
	uint64_t first, last;

	if (uw_unlikely(in_len - 8 > 8) || uw_unlikely(out_len - 1 >= in_len) ||
	    uw_unlikely(!buffer))
		return false;
	first = request_load(in);
	last = request_load(in + in_len - 8);
	request_store(buffer, first);
	request_store(buffer + in_len - 8, last);
	req->in = buffer;
	req->out = buffer;
	return true;
}

static inline void request_copy(void *to, const void *from, size_t len)
{
	if (uw_unlikely(!request_copy_small(to, from, len)))
		memcpy(to, from, len);
}

/* One place for both, as METHOD_BUFFERED has it; req->copied says whether it goes back. The rest of
 * the output is zeroed, not left over. */
static inline __attribute__((always_inline)) NTSTATUS
request_bind_buffered(struct fx_request *req, const struct fx_packet *packet, size_t in_len,
		      size_t out_len)
{
	size_t len = in_len > out_len ? in_len : out_len;
	char *buffer;

	if (uw_unlikely(len > req->buffer_len) && !NT_SUCCESS(request_grow_buffer(req, len)))
		return STATUS_INSUFFICIENT_RESOURCES;
	buffer = req->buffer;
	if (in_len)
		request_copy(buffer, packet->in, in_len);
	if (out_len && in_len < out_len)
		memset(buffer + in_len, 0, out_len - in_len);
	req->in = in_len ? buffer : NULL;
	req->out = out_len ? buffer : NULL;
	return STATUS_SUCCESS;
}

/* Both constant: one store. */
static inline void request_set_kind(struct fx_request *req, enum fx_request_kind kind, bool copied)
{
	static_assert(offsetof(struct fx_request, kind) ==
				      offsetof(struct fx_request, kind_and_copied) &&
			      offsetof(struct fx_request, copied) ==
				      offsetof(struct fx_request, kind_and_copied) + 1,
		      "in this order");
	req->kind_and_copied = (uint32_t)kind | (uint32_t)copied << 8;
}

/* What a packet says, read once: it is needed again after stores to who knows where. */
struct request_terms {
	size_t in_len, out_len;
	uint32_t code;
};

static inline struct request_terms request_terms_of(const struct fx_packet *packet)
{
	return (struct request_terms){ packet->in_len, packet->out_len, packet->code };
}

/* Of a read or write of @len bytes: a read brings nothing, a write takes nothing away, whatever the
 * packet says. */
static inline void request_set_transfer(struct fx_request *req, const struct fx_packet *packet,
					enum fx_request_kind kind, size_t len)
{
	req->in_len = kind == REQUEST_READ ? 0 : len;
	req->out_len = kind == REQUEST_READ ? len : 0;
	req->offset = packet->offset;
}

/* And where the driver sees the client's own memory. */
static inline void request_bind_direct(struct fx_request *req, const struct fx_packet *packet,
				       enum fx_request_kind kind, size_t len)
{
	/* The class is const-correct for clients; a driver gets what KMDF gives it. */
	req->in = kind != REQUEST_READ && len ? (void *)(uintptr_t)packet->in : NULL;
	req->out = kind == REQUEST_READ && len ? packet->out : NULL;
}

/* Whose it is, and what kind. */
static inline void request_join(struct fx_request *req, struct fx_packet *packet,
				struct fx_file *file, enum fx_request_kind kind, bool copied)
{
	request_set_kind(req, kind, copied);
	req->packet = packet;
	req->file = file;
	packet->request = req;
}

static inline __attribute__((always_inline)) NTSTATUS
request_bind_transfer(struct fx_request *req, const struct fx_packet *packet,
		      enum fx_request_kind kind, const struct request_terms *terms)
{
	size_t len = kind == REQUEST_READ ? terms->out_len : terms->in_len;
	WDF_DEVICE_IO_TYPE type;

	request_set_transfer(req, packet, kind, len);
	type = req->io->config.io_type;
	if (uw_likely(type == WdfDeviceIoDirect)) {
		request_bind_direct(req, packet, kind, len);
		return STATUS_SUCCESS;
	}
	req->in = NULL; /* also where there is no memory for the buffer */
	req->out = NULL;
	if (uw_unlikely(type == WdfDeviceIoNeither))
		return STATUS_SUCCESS;
	req->copied = kind == REQUEST_READ;
	return request_bind_buffered(req, packet, req->in_len, req->out_len);
}

static inline __attribute__((always_inline)) NTSTATUS
request_bind(struct fx_request *req, struct fx_packet *packet, struct fx_file *file,
	     enum fx_request_kind kind, struct request_terms *terms)
{
	size_t in_len = terms->in_len, out_len = terms->out_len;
	uint32_t code = terms->code;
	NTSTATUS status;

	request_join(req, packet, file, kind, kind == REQUEST_CONTROL); /* most are copied */
	req->code = code;
	if (kind == REQUEST_READ || kind == REQUEST_WRITE)
		return request_bind_transfer(req, packet, kind, terms);
	req->in_len = in_len;
	req->out_len = out_len;
	if (kind == REQUEST_CONTROL && uw_likely(METHOD_FROM_CTL_CODE(code) == METHOD_BUFFERED) &&
	    request_bind_small(req, packet, in_len, out_len))
		return STATUS_SUCCESS;
	status = request_bind_other(req, packet);
	/* from there, so that no register need keep them across the call */
	*terms = (struct request_terms){ req->in_len, req->out_len, req->code };
	return status;
}

/* The same of a packet that may be followed. */
static inline NTSTATUS request_bind_any(struct fx_request *req, struct fx_packet *packet,
					enum fx_request_kind kind)
{
	struct request_terms terms = request_terms_of(packet);

	req->followed = packet == req->io->traced;
	return request_bind(req, packet, packet->file, kind, &terms);
}

/* Copies back what the driver said it produced; returns what the client is told. */
static inline size_t request_unbind(struct fx_request *req, NTSTATUS status, size_t information)
{
	struct fx_packet *packet = req->packet;

	if (uw_unlikely(NT_ERROR(status)))
		return information;
	if (uw_unlikely(information > req->out_len || req->kind == REQUEST_WRITE))
		information = request_clamp(req, information);
	if (information && req->copied)
		request_copy(packet->out, req->out, information);
	return information;
}

/* --- its end --- */

/* Of how many bytes, @information or fewer, may be told. */
static inline size_t request_room_for(const struct fx_request *req, size_t information)
{
	if (uw_likely(information <= req->out_len))
		return information;
	return req->kind == REQUEST_WRITE ? req->in_len : req->out_len;
}

/* Is @handle that of a live request, which has its room? One that the driver made is never plain:
 * its room may be gone. */
static inline bool request_is_live(const struct fx_request *req, WDFREQUEST handle)
{
	return uw_likely(req) && request_object_is_plain(req) &&
	       uw_likely(req->base.handle == (uint64_t)(uintptr_t)handle);
}

/* May this thread, being the owner, mark it without a message? */
static inline bool request_is_owners(const struct fx_request *req, WDFREQUEST handle)
{
	return request_is_live(req, handle) &&
	       uw_likely(req->io->owner_thread == exec_own_thread_id);
}

static inline struct fx_request *request_at(WDFREQUEST handle)
{
	return uw_container_of(fx_object_at((const void *)handle), struct fx_request, base);
}

/* The driver gave up the one that is @handle at @site: for reports. */
static inline void request_note_end(struct fx_request *req, WDFREQUEST handle, const void *site)
{
	request_note(&req->left_at, site);
	__atomic_store_n(&req->left_handle, (uintptr_t)handle, __ATOMIC_RELAXED);
}

/* Completion with STATUS_SUCCESS; @handle: its own; @owned: out of the lists. */
static inline __attribute__((always_inline)) void
request_end_simply(struct fx_io *io, struct fx_request *req, WDFREQUEST handle, const void *site,
		   size_t information, bool owned)
{
	struct fx_packet *packet = req->packet;
	struct fx_queue *q = req->queue;

	request_note_end(req, handle, site);
	if (owned) {
		list_unlink(&req->link);
		list_unlink(&req->file_link);
		req->extras = 0;
	}
	packet_end(io, packet, STATUS_SUCCESS, information);
	request_zero_small_context(req, io->context_len);
	request_recycle(io, req);
	io_count_one(&q->finished);
	if (uw_unlikely(look_has32(&q->gate, GATE_ATTENTION)))
		queue_kick(q);
}

/*
 * Completion with STATUS_SUCCESS on the owner loop, when there is nothing else to it: of one that
 * its queue's callback has, or had; @own: with what WdfRequestSetInformation() said. false: not so
 * simple, or a wrong handle; nothing was done. Nothing is called here but at the end, so that no
 * register need be saved: what has more to it than the usual is a function of its own.
 */
static inline __attribute__((always_inline)) bool
request_complete_simply(WDFREQUEST handle, const void *site, bool own, size_t information)
{
	struct fx_request *req = request_at(handle);
	struct fx_io *io;

	if (uw_unlikely(!request_is_live(req, handle)))
		return false;
	io = req->io;
	if (uw_unlikely(__atomic_load_n(&io->simple_thread, __ATOMIC_RELAXED) !=
			exec_own_thread_id))
		return false;
	if (own)
		information = req->information;
	if (uw_unlikely(information > request_room_for(req, information)))
		return false;
	if (uw_likely(look_is64(&req->head, REQUEST_HEAD_IN_CALLBACK)) && uw_likely(!req->extras)) {
		if (req->copied &&
		    uw_unlikely(!request_copy_small(req->packet->out, req->out, information)) &&
		    information)
			request_end_with_much(site, handle, req, information);
		else
			request_end_simply(io, req, handle, site, information, false);
		return true;
	}
	if (uw_unlikely(!look_is64(&req->head, REQUEST_HEAD_OWNED)) ||
	    uw_unlikely(req->extras != REQUEST_ONLY_LISTED) || uw_unlikely(!req->queue))
		return false;
	request_end_owned(site, handle, req, information);
	return true;
}

/* --- marking, on the owner loop: nothing is completed meanwhile (see cancel.c) --- */

/*
 * The owner cancels, so on its thread nobody else changes the word of a request that the driver
 * has: a driver that uses one request on two threads at a time is wrong. With a verifier that is
 * found by the swaps of request_mark() and request_unmark(), for verified drivers do not come here.
 */
static inline bool request_step_word(struct fx_request *req, uint32_t from, uint32_t to)
{
	request_race_point();
	if (uw_unlikely(__atomic_load_n(&req->word, __ATOMIC_RELAXED) != from))
		return false;
	__atomic_store_n(&req->word, (uint16_t)to, __ATOMIC_RELEASE);
	return true;
}

static inline bool request_mark_simply(WDFREQUEST handle, PFN_WDF_REQUEST_CANCEL cancel,
				       const void *site)
{
	struct fx_request *req = request_at(handle);

	if (uw_unlikely(!request_is_owners(req, handle)) || uw_unlikely(!cancel) ||
	    (uw_unlikely(!look_is64(&req->head, REQUEST_HEAD_IN_CALLBACK)) &&
	     uw_unlikely(!look_is64(&req->head, REQUEST_HEAD_OWNED))) ||
	    uw_unlikely(!req->queue) || uw_unlikely(look_has32(&req->queue->gate, GATE_CANCEL_ALL)))
		return false;
	request_note_marked(req, site);
	req->cancel = cancel; /* published by the word */
	return request_step_word(req, REQUEST_DRIVER, REQUEST_DRIVER | REQUEST_CANCELABLE);
}

static inline bool request_unmark_simply(WDFREQUEST handle)
{
	struct fx_request *req = request_at(handle);

	return request_is_owners(req, handle) &&
	       request_step_word(req, REQUEST_DRIVER | REQUEST_CANCELABLE, REQUEST_DRIVER);
}

#endif
