/* SPDX-License-Identifier: MIT */
/*
 * ring_transport.c - operations over rings in shared memory; the socket is for cancelling and tells
 * when the host is gone.
 *
 * cancel() may run beside anything else, so it touches the socket only; all else is the owner's.
 */
#include "ring_impl.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/barrier.h"
#include "base/sys.h"
#include "op_limits.h"
#include "uwdf/status.h"

#define LOOKS_A_CHECK 1024u /* for answers in vain, then the socket is looked at */
#define LOOKS_A_CLOCK 64u

static struct ring_transport *of(struct uwdf_transport *t)
{
	return uw_container_of(t, struct ring_transport, base);
}

/* --- submit --- */

/* Is the host gone, or has it left the rings? The link notes what it says. */
static void look_at_socket(struct ring_transport *rt)
{
	struct uwdf_entry entry;
	const void *payload;
	int got = 1;

	for (unsigned int i = 0; i < LINK_LOOK_MOST && got > 0; i++)
		got = link_receive(&rt->link, &entry, &payload);
	rt->dead |= got < 0;
}

/* What the socket has to say stays there: it wakes whoever polls. */
static void look_for_hang_up(struct ring_transport *rt)
{
	if (wait_fd(rt->link.fd, 0, 0) > 0)
		look_at_socket(rt);
}

/* How an operation's payload travels. */
struct way {
	uint64_t in_at, out_at;
	bool in_shared, out_shared; /* the client's own memory is */
	size_t stage_in, stage_out; /* bytes to go through the stage */
};

static struct way choose_way(const struct ring_transport *rt, const struct uwdf_op *op)
{
	struct way way = { .in_at = 0 };
	size_t room;

	if (op->out_len)
		way.out_shared = ring_memory_find(&rt->memory, op->out, op->out_len, &way.out_at);
	/* what the second buffer holds goes with a code that lets the driver read it */
	if (!way.out_shared && (op->out_len > UWDF_RING_INLINE ||
				(op->out_len && op_is_control_of(op, UWDF_METHOD_IN_DIRECT))))
		way.stage_out = op->out_len;
	if (op->in_len)
		way.in_shared = ring_memory_find(&rt->memory, op->in, op->in_len, &way.in_at);
	room = way.out_shared || way.stage_out ? UWDF_RING_INLINE_IN : UWDF_RING_INLINE;
	if (!way.in_shared && op->in_len > room)
		way.stage_in = op->in_len;
	return way;
}

static int stage(struct ring_transport *rt, const struct uwdf_op *op, struct way *way,
		 struct staged *staged)
{
	size_t in_room = (way->stage_in + 63u) & ~(size_t)63;
	uint64_t at;

	if (!ring_stage_take(&rt->stage, in_room + way->stage_out, &staged->run))
		return -EAGAIN;
	at = (uint64_t)staged->run.first * RING_STAGE_BLOCK;
	if (way->stage_in) {
		memcpy(rt->region + at, op->in, op->in_len);
		way->in_at = UWDF_RING_AT(0, at);
	}
	if (way->stage_out) {
		way->out_at = UWDF_RING_AT(0, at + in_room);
		staged->out = rt->region + at + in_room;
		if (op_is_control_of(op, UWDF_METHOD_IN_DIRECT))
			memcpy(rt->region + at + in_room, op->out, op->out_len);
	}
	return 0;
}

/* By words where it can: a call of memcpy() costs more than what it copies. */
static inline void copy_small(uint8_t *to, const void *from, size_t len)
{
	const uint8_t *bytes = from;

	for (; len >= 8; len -= 8, to += 8, bytes += 8)
		memcpy(to, bytes, 8);
	for (; len; len--)
		*to++ = *bytes++;
}

static void put_entry(struct ring_transport *rt, const struct uwdf_op *op, const struct way *way,
		      uint64_t tag)
{
	struct uwdf_ring_entry *e = &rt->entries[rt->published & rt->mask];
	bool in_shared = way->in_shared || way->stage_in,
	     out_shared = way->out_shared || way->stage_out;

	e->opcode = (uint16_t)op->kind;
	e->flags = (uint16_t)((in_shared ? UWDF_RING_IN_SHARED : 0) |
			      (out_shared ? UWDF_RING_OUT_SHARED : 0));
	e->tag = tag;
	e->offset = op->kind == UWDF_CONTROL ? op->code : op->offset;
	e->in_len = (uint32_t)op->in_len;
	e->out_len = (uint32_t)op->out_len;
	if (in_shared)
		e->in_at = way->in_at;
	else
		copy_small(e->data, op->in, op->in_len);
	if (out_shared)
		e->out_at = way->out_at;
	uwdf_ring_publish(&e->seq, rt->published);
	rt->published++;
}

static int submit(struct uwdf_transport *t, struct uwdf_op *op)
{
	struct ring_transport *rt = of(t);
	struct way way = choose_way(rt, op);
	uint64_t tag;
	int err;

	if (uw_unlikely(rt->link.removed))
		return -ENODEV;
	/* whoever has not heard of it yet gets the op back as removed, unless there is nobody */
	if (uw_unlikely(__atomic_load_n(&rt->header->host_left, __ATOMIC_RELAXED)))
		look_for_hang_up(rt);
	if (uw_unlikely(rt->dead))
		return -EPIPE;
	if (uw_unlikely(op_is_too_long(op, way.in_shared, way.out_shared)))
		return -EMSGSIZE;
	err = slots_take(&rt->slots, op, &tag);
	if (uw_unlikely(err))
		return err;
	if (way.stage_in || way.stage_out)
		err = stage(rt, op, &way, &rt->staged[slot_of_tag(tag)]);
	if (uw_unlikely(err)) {
		slots_release(&rt->slots, slot_of_tag(tag));
		return err;
	}
	__atomic_store_n(&op->tag, tag, __ATOMIC_RELAXED);
	put_entry(rt, op, &way, tag);
	return 0;
}

/* A control whose payload goes inline, as it does in most. */
static inline bool is_plain(const struct uwdf_op *op)
{
	return op->kind == UWDF_CONTROL && op->in_len <= UWDF_RING_INLINE &&
	       op->out_len <= UWDF_RING_INLINE && !op_is_control_of(op, UWDF_METHOD_IN_DIRECT) &&
	       (op->in || !op->in_len) && (op->out || !op->out_len);
}

static inline void put_plain(struct ring_transport *rt, const struct uwdf_op *op, uint64_t tag)
{
	struct uwdf_ring_entry *e = &rt->entries[rt->published & rt->mask];

	e->opcode = UWDF_OP_CONTROL;
	e->flags = 0;
	e->tag = tag;
	e->offset = op->code;
	e->in_len = (uint32_t)op->in_len;
	e->out_len = (uint32_t)op->out_len;
	copy_small(e->data, op->in, op->in_len);
	uwdf_ring_publish(&e->seq, rt->published);
	rt->published++;
}

struct places {
	uint64_t in, out; /* as the host calls them */
};

/* A control whose payload lies in the handle's own memory, all of it, as it does where there is
 * such memory. */
static inline bool is_shared(const struct ring_transport *rt, const struct uwdf_op *op,
			     struct places *at)
{
	return op->kind == UWDF_CONTROL && op->in_len && op->out_len &&
	       ring_memory_find(&rt->memory, op->in, op->in_len, &at->in) &&
	       ring_memory_find(&rt->memory, op->out, op->out_len, &at->out) &&
	       !op_is_too_long(op, true, true);
}

static inline void put_shared(struct ring_transport *rt, const struct uwdf_op *op,
			      const struct places *at, uint64_t tag)
{
	struct uwdf_ring_entry *e = &rt->entries[rt->published & rt->mask];

	e->opcode = UWDF_OP_CONTROL;
	e->flags = UWDF_RING_IN_SHARED | UWDF_RING_OUT_SHARED;
	e->tag = tag;
	e->offset = op->code;
	e->in_len = (uint32_t)op->in_len;
	e->out_len = (uint32_t)op->out_len;
	e->in_at = at->in;
	e->out_at = at->out;
	uwdf_ring_publish(&e->seq, rt->published);
	rt->published++;
}

static unsigned int submit_some(struct uwdf_transport *t, struct uwdf_op *const *ops,
				unsigned int count)
{
	struct ring_transport *rt = of(t);
	const bool has_memory = rt->memory.count;
	unsigned int taken = 0;

	if (uw_unlikely(rt->link.removed) || uw_unlikely(rt->dead) ||
	    uw_unlikely(__atomic_load_n(&rt->header->host_left, __ATOMIC_RELAXED)))
		return 0;
	for (; taken < count; taken++) {
		struct uwdf_op *op = ops[taken];
		struct places at = { .in = 0 };
		uint64_t tag;

		/* with memory of its own a handle uses it: then each op is looked at */
		if (has_memory ? !is_shared(rt, op, &at) : !is_plain(op))
			break;
		if (uw_unlikely(!rt->slots.free_count) || slots_take(&rt->slots, op, &tag))
			break;
		op->next = NULL;
		__atomic_store_n(&op->tag, tag, __ATOMIC_RELAXED);
		if (has_memory)
			put_shared(rt, op, &at, tag);
		else
			put_plain(rt, op, tag);
	}
	return taken;
}

static int flush(struct uwdf_transport *t)
{
	struct ring_transport *rt = of(t);

	return uwdf_ring_must_ring(&rt->header->host_asleep) ? sys_eventfd_signal(rt->bell_fd) : 0;
}

static int cancel(struct uwdf_transport *t, uint64_t tag)
{
	struct ring_transport *rt = of(t);

	return link_cancel(&rt->link, rt->handle, tag);
}

static int cancel_all(struct uwdf_transport *t)
{
	return cancel(t, 0);
}

static void forget(struct uwdf_transport *t, struct uwdf_op *op)
{
	slots_forget(&of(t)->slots, op); /* its stage stays taken: the host may still write there */
}

/* --- answers --- */

static bool is_answered(const struct ring_transport *rt)
{
	return uwdf_ring_is_there(&rt->answers[rt->answered & rt->mask].seq, rt->answered);
}

static inline void finish(struct uwdf_op *op, const struct uwdf_ring_answer *a,
			  const struct staged *staged)
{
	size_t len = a->len < UWDF_RING_INLINE ? a->len : UWDF_RING_INLINE;
	const uint8_t *from = a->data;

	if (staged->out) {
		from = staged->out;
		/* an error carries no data, a warning (its upper bits are 10) does */
		len = ((uint32_t)a->status >> 30) == 3 ? 0 : (size_t)a->information;
		len = len < op->out_len ? len : op->out_len;
		slots_finish(op, a->status, a->information, from, len);
		return;
	}
	len = len < op->out_len ? len : op->out_len;
	copy_small(op->out, from, len);
	op->status = a->status;
	op->information = a->information;
	__atomic_store_n(&op->tag, 0, __ATOMIC_RELAXED);
}

/* The next answer's op; NULL: nobody wants it any more, or there never was such a tag. */
static inline struct uwdf_op *take_answer(struct ring_transport *rt)
{
	const struct uwdf_ring_answer *a = &rt->answers[rt->answered++ & rt->mask];
	uint64_t tag = __atomic_load_n(&a->tag, __ATOMIC_RELAXED);
	struct staged *staged;
	struct uwdf_op *op;

	if (!slots_answered(&rt->slots, tag, &op))
		return NULL;
	staged = &rt->staged[slot_of_tag(tag)];
	if (op)
		finish(op, a, staged);
	if (uw_unlikely(a->status == UWDF_STATUS_DEVICE_REMOVED))
		look_at_socket(rt); /* where it was said before */
	if (staged->run.count) {
		ring_stage_give_back(&rt->stage, &staged->run);
		staged->out = NULL;
	}
	return op;
}

/* All answers were taken: what is left will never have one. */
static int reap_unanswered(struct ring_transport *rt, struct uwdf_op **out)
{
	*out = slots_take_lost(&rt->slots);
	if (*out)
		return 1;
	return rt->dead ? -EPIPE : 0;
}

static int reap(struct uwdf_transport *t, struct uwdf_op **out)
{
	struct ring_transport *rt = of(t);

	uint32_t strange = 0;

	while (uw_likely(is_answered(rt))) {
		*out = take_answer(rt);
		if (uw_likely(*out != NULL))
			return 1;
		if (strange++ == rt->mask)
			return 0; /* no longer now: a host may write them as fast as they are read
				   */
	}
	if (++rt->looks % LOOKS_A_CHECK == 0)
		look_at_socket(rt); /* whoever polls never waits, and would not be told */
	if (uw_likely(!rt->dead && !rt->link.rings_ended))
		return 0;
	if (is_answered(rt))
		return reap(t, out); /* it came with the host's last breath */
	return reap_unanswered(rt, out);
}

static int reap_some(struct uwdf_transport *t, struct uwdf_op **ops, unsigned int max)
{
	struct ring_transport *rt = of(t);
	unsigned int count = 0;
	uint32_t strange = 0;

	while (count < max && uw_likely(is_answered(rt))) {
		ops[count] = take_answer(rt);
		if (uw_likely(ops[count] != NULL))
			count++;
		else if (strange++ == rt->mask)
			break;
	}
	return count ? (int)count : reap(t, ops);
}

/* Will reap() have something to say? */
static bool is_ready(const struct ring_transport *rt)
{
	return is_answered(rt) || rt->dead ||
	       (rt->link.rings_ended && slots_outstanding(&rt->slots));
}

/* --- waiting --- */

static bool spin_for_answer(struct ring_transport *rt)
{
	uint64_t budget_ns = spin_budget_ns(&rt->spin), end;

	if (!budget_ns)
		return false;
	end = wait_now_ns() + budget_ns;
	do {
		for (unsigned int i = 0; i < LOOKS_A_CLOCK; i++) {
			if (is_answered(rt)) {
				spin_paid(&rt->spin);
				return true;
			}
			barrier_cpu_pause();
		}
	} while (wait_now_ns() < end);
	spin_failed(&rt->spin);
	return false;
}

/* Takes what wait_fd has: 1, 2 if the socket had something; 0: nothing within @timeout_ms; -errno.
 */
static int take_events(struct ring_transport *rt, int timeout_ms)
{
	struct epoll_event events[2];
	int count = sys_epoll_wait(rt->wait_fd, events, 2, timeout_ms);
	int got = count > 0 ? 1 : count;

	for (int i = 0; i < count; i++)
		if (events[i].data.u64 == RING_SOCKET_EVENT) {
			look_at_socket(rt);
			got = 2;
		}
	return got;
}

static int sleep_once(struct ring_transport *rt, wait_deadline deadline)
{
	int got = 1;

	uwdf_ring_doze(&rt->header->client_asleep);
	if (!is_answered(rt))
		got = take_events(rt, wait_left_ms(deadline));
	uwdf_ring_wake(&rt->header->client_asleep);
	return got == -EINTR ? 1 : got;
}

static int wait_ready(struct uwdf_transport *t, int timeout_ms)
{
	struct ring_transport *rt = of(t);
	wait_deadline deadline = wait_until_ms(timeout_ms);

	if (is_ready(rt) || (timeout_ms && spin_for_answer(rt)))
		return 1;
	for (;;) {
		int got = sleep_once(rt, deadline);

		if (got < 0)
			return got;
		if (got == 2 || is_ready(rt)) /* an event may be what the caller waits for */
			return 1;
		if (!got || wait_left_ms(deadline) == 0)
			return 0;
	}
}

/* The caller will poll fd(): it becomes readable with the next answer, and is not before. */
static bool watch(struct uwdf_transport *t)
{
	struct ring_transport *rt = of(t);

	if (take_events(rt, 0) < 0)
		return true; /* let the caller look again */
	uwdf_ring_doze(&rt->header->client_asleep);
	return is_ready(rt);
}

static void set_spin(struct uwdf_transport *t, uint64_t ns)
{
	spin_init(&of(t)->spin, ns);
}

static int transport_fd(struct uwdf_transport *t)
{
	return of(t)->wait_fd;
}

static const char *transport_name(struct uwdf_transport *t)
{
	return of(t)->link.name;
}

static int memory(struct uwdf_transport *t, size_t len, void **out)
{
	struct ring_transport *rt = of(t);

	return rt->dead ? -EPIPE : ring_memory_alloc(&rt->memory, &rt->link, rt->handle, len, out);
}

static void close_transport(struct uwdf_transport *t)
{
	struct ring_transport *rt = of(t);

	link_close(&rt->link); /* the host cancels what this connection had outstanding */
	ring_memory_free(&rt->memory);
	slots_deinit(&rt->slots);
	ring_transport_release(rt);
}

/* Answers come by another way than the socket: one may be there before the host has read this. */
static int notify(struct uwdf_transport *t, int on)
{
	struct link *link = &of(t)->link;

	return link->send_ms ? link_notify_heard(link, on) : link_notify(link, on);
}

static int let_go(struct uwdf_transport *t)
{
	struct ring_transport *rt = of(t);

	return link_let_go(&rt->link, rt->handle);
}

static void set_patience(struct uwdf_transport *t, int timeout_ms)
{
	of(t)->link.send_ms = timeout_ms;
}

static enum uwdf_event take_event(struct uwdf_transport *t)
{
	return events_take(&of(t)->link.events);
}

const struct uwdf_transport_ops ring_transport_ops = {
	.submit = submit,
	.cancel = cancel,
	.submit_some = submit_some,
	.reap = reap,
	.reap_some = reap_some,
	.forget = forget,
	.wait = wait_ready,
	.fd = transport_fd,
	.name = transport_name,
	.close = close_transport,
	.notify = notify,
	.event = take_event,
	.let_go = let_go,
	.set_patience = set_patience,
	.flush = flush,
	.cancel_all = cancel_all,
	.watch = watch,
	.set_spin = set_spin,
	.memory = memory,
};
