/* SPDX-License-Identifier: MIT */
/*
 * burst_fast.c - many packets at a time, of a client that lives on the owner loop.
 *
 * Controls, reads and writes that their queue presents at once go to the driver one after the
 * other. Between two of them the room stays as it is in a callback (level, in_driver): only what
 * each of them has to leave as it found it is compared.
 */
#include <assert.h>

#include "many_fast.h"
#include "queue_fast.h"
#include "request_fast.h"

/* Whose packets they are. By value: what is in registers stays there. */
struct source {
	struct fx_io *io;
	struct fx_file *file;
};

struct burst {
	struct source from;
	/* a driver's callback is entered, but while the ordinary way is on the stack */
	struct fx_callback_entry entry;
	KIRQL level_before; /* if it was raised */
	bool raised;
	struct fx_packet *const **turn; /* the client's: whose turn it is */
};

/* The stance is written as the word that it is read as. */
static inline void set_level(struct burst *burst, KIRQL level)
{
	burst->entry.was.level = level;
	fx_stance.all = burst->entry.was.all;
}

static inline bool is_to_raise(const struct fx_io *io)
{
	return fx_irql_get() < io->config.level;
}

/* io_enter_driver() without a scope's lock. */
static inline void enter(struct burst *burst)
{
	burst->from.io->in_driver++;
	burst->entry = fx_callback_enter();
	burst->raised = is_to_raise(burst->from.io);
	if (burst->raised) {
		burst->level_before = burst->entry.was.level;
		set_level(burst, burst->from.io->config.level);
	}
}

/* After a look at how the callback returned. */
static inline void leave(struct burst *burst)
{
	if (uw_unlikely(burst->raised))
		set_level(burst, burst->level_before);
	burst->from.io->in_driver--;
}

UW_COLD static void returned_otherwise(struct burst *burst, const struct fx_request *req,
				       const char *name)
{
	fx_callback_changed(burst->from.io->driver, burst->entry, name, (uintptr_t)req->given_to);
	burst->entry = fx_callback_enter(); /* it may still hold a lock */
}

static inline void returned(struct burst *burst, struct fx_request *req, const char *name)
{
	if (uw_unlikely(!fx_callback_is_same(burst->entry)))
		returned_otherwise(burst, req, name);
	if (uw_unlikely(req->place == PLACE_CALLBACK))
		request_stay(req);
}

/* Of a kind that is simple; NULL: it ended for want of memory. */
static inline __attribute__((always_inline)) struct fx_request *
take(struct fx_io *io, struct fx_file *file, struct fx_packet *packet, enum fx_request_kind kind,
     struct request_terms *terms)
{
	struct fx_request *req = request_take(io);

	if (uw_unlikely(!req)) {
		packet_finish(io, packet, STATUS_INSUFFICIENT_RESOURCES, 0);
		return NULL;
	}
	if (uw_likely(request_bind(req, packet, file, kind, terms) == STATUS_SUCCESS))
		return req;
	req->queue = NULL; /* it has that of the slot's last use, which may be gone */
	request_finish(req, STATUS_INSUFFICIENT_RESOURCES, 0);
	return NULL;
}

/* The driver's callback follows. */
static inline void give(struct fx_queue *q, struct fx_request *req, uintptr_t code)
{
	io_count_one(&q->presented);
	request_give(req, q, (const void *)code);
}

/* May the driver have one more, and does it still come from this queue? */
static inline bool can_present(const struct fx_queue *q, const struct fx_io *io,
			       enum fx_request_kind kind)
{
	return uw_likely(look_is32(&q->gate, 0)) ||
	       (!look_has32(&q->gate, ~(uint32_t)(GATE_LIMITED | GATE_ROUTED)) &&
		queue_below_limit(q) && queue_for(io, kind) == q);
}

/* Has the driver a callback for them, of their own? Constant. */
static inline uintptr_t callback_of(const struct fx_queue *q, enum fx_request_kind kind)
{
	switch (kind) {
	case REQUEST_CONTROL:
		return FX_CODE(q->evt_control);
	case REQUEST_READ:
		return FX_CODE(q->evt_read);
	default:
		return FX_CODE(q->evt_write);
	}
}

static inline void call_driver(struct burst *burst, struct fx_queue *q, struct fx_request *req,
			       enum fx_request_kind kind, const struct request_terms *terms)
{
	switch (kind) {
	case REQUEST_CONTROL:
		q->evt_control(queue_handle(q), request_handle(req), terms->out_len, terms->in_len,
			       terms->code);
		returned(burst, req, "EvtIoDeviceControl");
		break;
	case REQUEST_READ:
		q->evt_read(queue_handle(q), request_handle(req), terms->out_len);
		returned(burst, req, "EvtIoRead");
		break;
	default:
		q->evt_write(queue_handle(q), request_handle(req), terms->in_len);
		returned(burst, req, "EvtIoWrite");
	}
}

/* A transfer of nothing is not simple. */
static inline bool is_empty(const struct request_terms *terms, enum fx_request_kind kind)
{
	return (kind == REQUEST_READ && !terms->out_len) ||
	       (kind == REQUEST_WRITE && !terms->in_len);
}

/*
 * The first, which is of @kind, and those behind it that are, too, all the same way: what a
 * driver's callback cannot change is looked at once. @return the first that is of another kind, or
 * not simple.
 */
static inline __attribute__((always_inline)) struct fx_packet *const *
present_run(struct burst *burst, struct source from, struct fx_packet *const *packets,
	    struct fx_packet *const *end, enum fx_request_kind kind, uint32_t state)
{
	struct fx_io *io = from.io;
	struct fx_queue *q = queue_for(io, kind);
	uintptr_t code = q ? callback_of(q, kind) : 0;
	struct fx_packet *packet = *packets;

	if (uw_unlikely(!code))
		return packets;
	while (uw_likely(can_present(q, io, kind))) {
		struct request_terms terms = request_terms_of(packet);
		struct fx_request *req;

		if (uw_unlikely(is_empty(&terms, kind)))
			break;
		*burst->turn = packets;
		packet_come(packet, from.file, state);
		req = take(io, from.file, packet, kind, &terms);
		if (uw_likely(req)) {
			if (!(state & PACKET_SHORT))
				req->followed = true;
			give(q, req, code);
			call_driver(burst, q, req, kind, &terms);
		}
		if (++packets == end)
			break;
		packet = *packets;
		if (packet_kind(packet) != kind)
			break;
	}
	return packets;
}

static inline __attribute__((always_inline)) struct fx_packet *const *
present_controls(struct burst *burst, struct source from, struct fx_packet *const *packets,
		 struct fx_packet *const *end)
{
	return present_run(burst, from, packets, end, REQUEST_CONTROL,
			   PACKET_OF_LOOP | PACKET_SHORT);
}

/* Those at the front that the driver takes in one callback. */
static inline struct fx_packet *const *present_many(struct burst *burst,
						    struct fx_packet *const *packets,
						    struct fx_packet *const *end,
						    enum fx_request_kind kind)
{
	struct many many = { burst->from.io, burst->from.file, &burst->entry, burst->turn };

	if (!burst->from.io->has_many || end - packets < 2)
		return packets;
	return many_present(&many, packets, end, kind);
}

static __attribute__((noinline)) struct fx_packet *const *
present_reads(struct burst *burst, struct fx_packet *const *packets, struct fx_packet *const *end)
{
	packets = present_many(burst, packets, end, REQUEST_READ);
	if (packets == end || (*packets)->kind != FX_PACKET_READ)
		return packets;
	return present_run(burst, burst->from, packets, end, REQUEST_READ,
			   PACKET_OF_LOOP | PACKET_SHORT);
}

static __attribute__((noinline)) struct fx_packet *const *
present_writes(struct burst *burst, struct fx_packet *const *packets, struct fx_packet *const *end)
{
	packets = present_many(burst, packets, end, REQUEST_WRITE);
	if (packets == end || (*packets)->kind != FX_PACKET_WRITE)
		return packets;
	return present_run(burst, burst->from, packets, end, REQUEST_WRITE,
			   PACKET_OF_LOOP | PACKET_SHORT);
}

/* Each has its own function, which so keeps what it needs in registers. */
static inline __attribute__((always_inline)) struct fx_packet *const *
present(struct burst *burst, struct source from, struct fx_packet *const *packets,
	struct fx_packet *const *end)
{
	enum fx_packet_kind kind = (*packets)->kind;

	if (uw_likely(kind == FX_PACKET_CONTROL))
		return present_controls(burst, from, packets, end);
	if (kind == FX_PACKET_READ)
		return present_reads(burst, packets, end);
	return kind == FX_PACKET_WRITE ? present_writes(burst, packets, end) : packets;
}

/* One that is followed to its end. false: it is not simple. */
static __attribute__((noinline)) bool present_followed(struct burst *burst,
						       struct fx_packet *const *packet)
{
	struct fx_packet *const *end = packet + 1;

	switch ((*packet)->kind) {
	case FX_PACKET_CONTROL:
		return present_run(burst, burst->from, packet, end, REQUEST_CONTROL,
				   PACKET_OF_LOOP) == end;
	case FX_PACKET_READ:
		return present_run(burst, burst->from, packet, end, REQUEST_READ, PACKET_OF_LOOP) ==
		       end;
	case FX_PACKET_WRITE:
		return present_run(burst, burst->from, packet, end, REQUEST_WRITE,
				   PACKET_OF_LOOP) == end;
	default:
		return false;
	}
}

/* The ordinary way, which enters and leaves by itself. */
static __attribute__((noinline)) void place(struct burst *burst, struct fx_packet *const *at)
{
	struct fx_packet *packet = *at;

	*burst->turn = at;
	leave(burst);
	io_begin(burst->from.io); /* what became due waits for the burst's end */
	packet_come(packet, burst->from.file, PACKET_OF_LOOP);
	packet->request = NULL;
	packet_place(packet);
	enter(burst);
}

/* At least one, and none of them is followed. */
static inline __attribute__((always_inline)) void place_some(struct burst *burst,
							     struct source from,
							     struct fx_packet *const *packets,
							     struct fx_packet *const *end)
{
	for (;;) {
		struct fx_packet *const *next = present(burst, from, packets, end);

		if (uw_likely(next == end))
			return;
		if (next == packets)
			place(burst, next++);
		if (next == end)
			return;
		packets = next;
	}
}

/* One that may not go the short way, or is followed if it is its turn. */
static void place_one(struct burst *burst, struct fx_packet *const *packet, bool simple)
{
	packet_sample(burst->from.io, *packet);
	if (!simple || !present_followed(burst, packet))
		place(burst, packet);
}

/* The same apart, for what is not the rule. */
static __attribute__((noinline)) void
place_part(struct burst *burst, struct fx_packet *const *packets, struct fx_packet *const *end)
{
	place_some(burst, burst->from, packets, end);
}

/* One of them is followed, or none may go the short way. */
static __attribute__((noinline)) void
place_mixed(struct burst *burst, struct fx_packet *const *packets, size_t count, bool simple)
{
	while (count) {
		size_t some = count < burst->from.io->untraced ? count : burst->from.io->untraced;

		if (!simple || !some) {
			place_one(burst, packets, simple);
			some = 1;
		} else {
			burst->from.io->untraced -= (uint32_t)some;
			place_part(burst, packets, packets + some);
		}
		packets += some;
		count -= some;
	}
}

static __attribute__((noinline)) void
place_all_mixed(struct burst *burst, struct fx_packet *const *packets, size_t count)
{
	/* neither changes in between */
	bool simple = !burst->from.io->in_driver && !burst->from.file->closing;

	enter(burst);
	place_mixed(burst, packets, count, simple);
	leave(burst);
}

/* The driver's callbacks run at another level than this thread. */
static __attribute__((noinline)) void
place_all_raised(struct burst *burst, struct fx_packet *const *packets, size_t count)
{
	enter(burst);
	place_some(burst, burst->from, packets, packets + count);
	leave(burst);
}

/* As most bursts are: no callback is on the stack, none of them is followed, nothing to raise. */
static inline void place_all_simply(struct burst *burst, struct source from,
				    struct fx_packet *const *packets, size_t count)
{
	from.io->in_driver = 1;
	burst->entry = fx_callback_enter();
	burst->raised = false;
	place_some(burst, from, packets, packets + count);
	from.io->in_driver = 0;
}

static inline void place_all(struct source from, struct fx_packet *const *packets, size_t count,
			     struct fx_packet *const **turn)
{
	struct burst burst;
	size_t left;

	burst.from = from;
	burst.turn = turn;
	if (uw_unlikely(from.io->in_driver) || uw_unlikely(from.file->closing) ||
	    uw_unlikely(__builtin_sub_overflow((size_t)from.io->untraced, count, &left))) {
		place_all_mixed(&burst, packets, count);
		return;
	}
	from.io->untraced = (uint32_t)left;
	if (uw_unlikely(is_to_raise(from.io)))
		place_all_raised(&burst, packets, count);
	else
		place_all_simply(&burst, from, packets, count);
}

static void refuse_all(struct fx_packet *const *packets, size_t count)
{
	for (size_t i = 0; i < count; i++)
		packets[i]->complete(packets[i], STATUS_DEVICE_REMOVED, 0);
}

/* The first of a wake-up, or of a device whose requests do not end the short way. */
static __attribute__((noinline)) void begin_wake_up(struct fx_io *io)
{
	assert(io->owner_thread == exec_own_thread_id);
	packet_flush_later(io);
}

void fx_io_submit_many(struct fx_file *file, struct fx_packet *const *packets, size_t count,
		       struct fx_packet *const **turn)
{
	struct fx_io *io = file->io; /* only this thread changes it */
	struct fx_packet *const *nobody;

	if (uw_unlikely(!io || file->over)) {
		refuse_all(packets, count);
		return;
	}
	if (uw_unlikely(!count))
		return;
	io_count_many(&io->submitted, count);
	file->returned -= count; /* as if submitted, which other threads count, had grown */
	if (uw_unlikely(io->simple_thread != exec_own_thread_id))
		begin_wake_up(io);
	place_all((struct source){ io, file }, packets, count, turn ? turn : &nobody);
	io_run(io);
}
