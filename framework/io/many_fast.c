/* SPDX-License-Identifier: MIT */
/*
 * many_fast.c - WdfLxIoQueueSetMany: reads or writes of a burst that the driver takes in one
 * callback, and that end when it has returned.
 *
 * Each is a request as any other. What one callback for all saves is what it costs to go into the
 * driver and back, and to come to the framework for its buffer and its end.
 */
#include "many_fast.h"

#include "object/driver.h"
#include "queue_fast.h"
#include "request_fast.h"
#include "uwdf/wdflx.h"

#define MOST 64u /* what waits for the doorbell while more come */

/* Of @count, as many as the driver may have. */
static inline size_t may_have(const struct fx_queue *q, size_t count)
{
	uint64_t has;

	if (count > MOST)
		count = MOST;
	if (uw_likely(q->limit == UINT32_MAX))
		return count;
	has = queue_driver_count(q);
	if (has >= q->limit)
		return 0;
	return count < q->limit - has ? count : (size_t)(q->limit - has);
}

/* @packet, a direct transfer of @len bytes, becomes @req. @return where they are. */
static inline void *bind(struct fx_request *req, struct fx_packet *packet, struct fx_file *file,
			 enum fx_request_kind kind, size_t len)
{
	packet_come(packet, file, PACKET_OF_LOOP | PACKET_SHORT);
	request_join(req, packet, file, kind, false);
	request_set_transfer(req, packet, kind, len);
	request_bind_direct(req, packet, kind, len);
	return kind == REQUEST_READ ? req->out : req->in;
}

/*
 * Packets from @packets on, until one is not of @kind, or the pool has no slot ready. Its list is
 * written once. @return how many.
 */
static inline __attribute__((always_inline)) size_t
give_all(const struct many *many, struct fx_queue *q, struct fx_packet *const *packets,
	 size_t count, enum fx_request_kind kind, WDFLX_IO *ios)
{
	const void *code = (const void *)FX_CODE(q->evt_many[kind]);
	struct request_pool *pool = &many->io->pool;
	struct fx_request *req = pool->first;
	struct fx_file *file = many->file;
	size_t i;

	for (i = 0; i < count && uw_likely(req); i++, req = req->next_free) {
		struct fx_packet *packet = packets[i];
		size_t len = kind == REQUEST_READ ? packet->out_len : packet->in_len;

		if (packet_kind(packet) != kind || uw_unlikely(!len))
			break;
		ios[i].Buffer = bind(req, packet, file, kind, len);
		request_give(req, q, code);
		ios[i].Request = request_handle(req);
		ios[i].Length = len;
		ios[i].Status = STATUS_PENDING;
		ios[i].Information = 0;
	}
	pool->first = req;
	io_count_many(&q->presented, i);
	return i;
}

/* Is it as it was when the driver was called, and does it end as most do? */
static inline bool ends_simply(const struct fx_request *req, const WDFLX_IO *done)
{
	return uw_likely(done->Status == STATUS_SUCCESS) &&
	       uw_likely(req->base.handle == (uint64_t)(uintptr_t)done->Request) &&
	       uw_likely(look_is64(&req->head, REQUEST_HEAD_IN_CALLBACK)) &&
	       request_slot_is_plain(req) && uw_likely(done->Information <= done->Length);
}

/* Both lists that a request ends in, while several do. */
struct ends {
	struct list *done;       /* the last */
	struct fx_request *free; /* the first */
};

/* As request_end_simply(), but for what is done once for all of them. */
static inline void end_one(struct fx_io *io, struct fx_request *req, struct ends *ends,
			   const WDFLX_IO *done, const void *site)
{
	request_note_end(req, done->Request, site);
	ends->done = packet_end_behind(ends->done, req->packet, STATUS_SUCCESS, done->Information);
	request_zero_small_context(req, io->context_len);
	request_void_handle(req);
	req->next_free = ends->free;
	ends->free = req;
}

/* @return how many, up to one that does not end so. */
static inline size_t end_run(struct fx_io *io, struct fx_queue *q, const WDFLX_IO *ios,
			     size_t count, const void *site)
{
	struct ends ends = { io->done.prev, io->pool.first };
	size_t i;

	for (i = 0; i < count; i++) {
		struct fx_request *req = request_at(ios[i].Request);

		if (!ends_simply(req, &ios[i]))
			break;
		end_one(io, req, &ends, &ios[i], site);
	}
	io->done.prev = ends.done;
	io->pool.first = ends.free;
	io_count_many(&io->completed, i);
	io_count_many(&q->finished, i);
	return i;
}

/* The driver keeps it, ended it itself, or says another end than most. */
UW_COLD static void end_otherwise(struct fx_io *io, const WDFLX_IO *done, const void *site)
{
	struct fx_request *req = request_at(done->Request);

	if (done->Status == STATUS_PENDING) {
		if (req->base.handle == (uint64_t)(uintptr_t)done->Request &&
		    req->place == PLACE_CALLBACK)
			request_stay(req);
		return;
	}
	req = uw_container_of(fx_object_from_handle(io->driver, done->Request, FX_TYPE_REQUEST),
			      struct fx_request, base);
	request_note_left(req, NULL, site);
	request_complete(req, done->Status, done->Information);
}

static inline void end_all(struct fx_io *io, struct fx_queue *q, const WDFLX_IO *ios, size_t count,
			   const void *site)
{
	for (size_t i = 0; i < count; i++) {
		i += end_run(io, q, ios + i, count - i, site);
		if (uw_unlikely(i < count)) {
			end_otherwise(io, &ios[i], site);
			packet_flush_later(io); /* its cleanup may have waited for a run */
		}
	}
	if (uw_unlikely(queue_gate(q) & GATE_ATTENTION))
		queue_kick(q);
}

static inline void call_driver(const struct many *many, struct fx_queue *q,
			       enum fx_request_kind kind, WDFLX_IO *ios, size_t count)
{
	q->evt_many[kind](queue_handle(q), ios, (ULONG)count);
	if (uw_likely(fx_callback_is_same(*many->entry)))
		return;
	fx_callback_changed(many->io->driver, *many->entry,
			    kind == REQUEST_READ ? "EvtIoReads" : "EvtIoWrites",
			    FX_CODE(q->evt_many[kind]));
	*many->entry = fx_callback_enter(); /* it may still hold a lock */
}

/* Are the first two of @kind, with something to them, and is there a slot for each? */
static inline bool are_two(const struct request_pool *pool, struct fx_packet *const *packets,
			   enum fx_request_kind kind)
{
	for (size_t i = 0; i < 2; i++) {
		const struct fx_packet *packet = packets[i];

		if (packet_kind(packet) != kind ||
		    !(kind == REQUEST_READ ? packet->out_len : packet->in_len))
			return false;
	}
	return pool->first && pool->first->next_free;
}

static inline __attribute__((always_inline)) struct fx_packet *const *
present(const struct many *many, struct fx_queue *q, struct fx_packet *const *packets,
	struct fx_packet *const *end, enum fx_request_kind kind)
{
	size_t count = may_have(q, (size_t)(end - packets));
	WDFLX_IO ios[MOST];

	if (uw_unlikely(count < 2) || !are_two(&many->io->pool, packets, kind))
		return packets;
	count = give_all(many, q, packets, count, kind, ios);
	*many->turn = packets + count - 1;
	call_driver(many, q, kind, ios, count);
	packet_flush_later(many->io); /* who waited in the callback has had one run */
	end_all(many->io, q, ios, count, (const void *)FX_CODE(q->evt_many[kind]));
	return packets + count;
}

struct fx_packet *const *many_present(const struct many *many, struct fx_packet *const *packets,
				      struct fx_packet *const *end, enum fx_request_kind kind)
{
	struct fx_queue *q = queue_for(many->io, kind);

	if (!q || !q->evt_many[kind] ||
	    uw_unlikely(queue_gate(q) & ~(uint32_t)(GATE_LIMITED | GATE_ROUTED)))
		return packets;
	if (kind == REQUEST_READ)
		return present(many, q, packets, end, REQUEST_READ);
	return present(many, q, packets, end, REQUEST_WRITE);
}

static bool is_without(const void *one, const void *many)
{
	return many && !one;
}

UW_EXPORT NTSTATUS WdfLxIoQueueSetMany(WDFQUEUE Queue, PFN_WDFLX_IO_QUEUE_IO_MANY EvtIoReads,
				       PFN_WDFLX_IO_QUEUE_IO_MANY EvtIoWrites)
{
	struct fx_queue *q = uw_container_of(fx_object_from_handle(NULL, Queue, FX_TYPE_QUEUE),
					     struct fx_queue, base);

	if (!fx_check_level(q->base.driver, PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	if (q->type != WdfIoQueueDispatchParallel ||
	    is_without((const void *)q->evt_read, (const void *)EvtIoReads) ||
	    is_without((const void *)q->evt_write, (const void *)EvtIoWrites))
		return STATUS_INVALID_PARAMETER;
	if (__atomic_load_n(&q->io->started, __ATOMIC_ACQUIRE))
		return STATUS_INVALID_DEVICE_STATE;
	if (q->io->config.io_type != WdfDeviceIoDirect || !q->io->context_is_small)
		return STATUS_SUCCESS; /* one at a time is what such a device gets */
	q->evt_many[REQUEST_READ] = EvtIoReads;
	q->evt_many[REQUEST_WRITE] = EvtIoWrites;
	q->io->has_many = true;
	return STATUS_SUCCESS;
}
