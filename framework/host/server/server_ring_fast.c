/* SPDX-License-Identifier: MIT */
/*
 * server_ring_fast.c - requests out of shared memory to the device, and back. All of it is the
 * ring's loop's.
 */
#include <string.h>

#include "base/log.h"
#include "base/report.h"
#include "base/sys.h"
#include "ring_spin.h"
#include "server_ring.h"

#define ENTRIES_AT_ONCE 64 /* then others have their turn */

/* --- answers --- */

static void signal_client(struct irq_deferred *work)
{
	struct server_ring *ring = uw_container_of(work, struct server_ring, signal);

	if (!uwdf_ring_must_ring(&ring->header->client_asleep))
		return;
	if (sys_eventfd_signal(ring->client_fd))
		log_debug("server", "%s: a ring's client was not woken", ring->server->name);
}

/*
 * Words rather than more at a time: a load waits for what was stored in smaller pieces. Whole ones,
 * for the rest of an answer is of no meaning.
 */
static inline void copy_words(void *to, const void *from, unsigned int count)
{
	uint64_t *out = to;
	const uint64_t *in = from;

	for (unsigned int i = 0; i < count; i++)
		__atomic_store_n(&out[i], __atomic_load_n(&in[i], __ATOMIC_RELAXED),
				 __ATOMIC_RELAXED);
}

static void put_answer(struct server_ring *ring, const struct ring_request *r, int32_t status,
		       uint64_t information)
{
	struct uwdf_ring_answer *a = &ring->answers[ring->answered & ring->mask];
	bool is_inline = r->entry.out_len && !(r->entry.flags & UWDF_RING_OUT_SHARED);
	uint32_t len = 0;

	/* an error carries no data, a warning (its upper bits are 10) does */
	if (is_inline && ((uint32_t)status >> 30) != 3)
		len = information < r->entry.out_len ? (uint32_t)information : r->entry.out_len;
	a->status = status;
	a->tag = r->entry.tag;
	a->information = information;
	a->len = len;
	if (len)
		copy_words(a->data, r->out, 2);
	if (uw_unlikely(len > 16))
		copy_words(a->data + 16, r->out + 16, 2);
	uwdf_ring_publish(&a->seq, ring->answered);
	ring->answered++;
	if (list_empty(&ring->signal.link))
		irq_loop_defer(ring->loop, IRQ_PHASE_SIGNAL, &ring->signal);
}

static void count_outstanding(struct server_ring *ring, uint32_t by)
{
	__atomic_store_n(&ring->outstanding, ring->outstanding + by, __ATOMIC_RELAXED);
}

/* After this the ring may be no more. */
static void leave_if_dry(struct server_ring *ring)
{
	if (!ring->closing || ring->outstanding || ring->held)
		return;
	__atomic_store_n(&ring->header->host_left, 1, __ATOMIC_RELEASE);
	irq_loop_undefer(&ring->signal);
	signal_client(&ring->signal);
	irq_loop_post(ring->server->loop, &ring->gone);
}

/*
 * Whoever calls the device stands on the ring: a driver may wait for something of this very loop,
 * which does anything meanwhile, end the ring, too.
 */
static inline void hold(struct server_ring *ring)
{
	ring->held++;
}

static inline void let_go(struct server_ring *ring)
{
	ring->held--;
	if (uw_unlikely(ring->closing))
		leave_if_dry(ring);
}

static void finish(struct ring_request *r, int32_t status, uint64_t information)
{
	struct server_ring *ring = r->ring;

	/* nobody but the removal cancelled it: say so */
	if (uw_unlikely(status == UWDF_STATUS_CANCELLED) && server_is_leaving(ring->server) &&
	    !r->cancel_asked)
		status = UWDF_STATUS_DEVICE_REMOVED;
	ring->charge -= r->charge;
	if (uw_unlikely(ring->granted > ring->charge + RING_GRANT_KEPT))
		ring_grant_less(ring);
	r->tag = 0;
	count_outstanding(ring, (uint32_t)-1);
	put_answer(ring, r, status, information);
	if (uw_unlikely(ring->closing))
		leave_if_dry(ring);
}

static void done_elsewhere(struct irq_message *msg)
{
	struct ring_request *r = uw_container_of(msg, struct ring_request, done);

	finish(r, r->status, r->information);
}

/* Any thread; where the device is the framework's, the ring's own. */
static void io_complete(struct uwdf_io *io, int32_t status, uint64_t information)
{
	struct ring_request *r = io->owner;

	if (uw_likely(irq_loop_is_self(r->ring->loop))) {
		finish(r, status, information);
		return;
	}
	r->status = status;
	r->information = information;
	r->done.run = done_elsewhere;
	irq_loop_post(r->ring->loop, &r->done);
}

/* --- cancel --- */

/* Is it not at the device yet? */
static struct ring_burst *being_given(const struct ring_request *r)
{
	struct ring_burst *burst = r->ring->burst;

	for (; burst; burst = burst->outer)
		for (struct uwdf_io *const *it = burst->ios + burst->count - 1; it > burst->turn;
		     it--)
			if (*it == &r->io)
				return burst;
	return NULL;
}

static void cancel(struct ring_request *r, bool by_client)
{
	struct ring_burst *burst = being_given(r);

	r->cancel_asked |= by_client;
	r->cancel_late = burst;
	if (burst) {
		burst->late_cancels = true;
	} else if (!r->cancel_sent) {
		r->cancel_sent = true;
		r->ring->ops->cancel(&r->io);
	}
}

UW_COLD static void cancel_late(const struct ring_burst *burst)
{
	for (unsigned int i = 1; i < burst->count; i++) {
		struct ring_request *r = burst->ios[i]->owner;

		if (r->tag && r->cancel_late)
			cancel(r, false);
	}
}

/* --- entries --- */

UW_COLD static void break_off(struct server_ring *ring, const char *lie)
{
	ring->broken = true;
	ring->lie = lie;
	irq_loop_poller_remove(ring->loop, &ring->poller);
	irq_loop_post(ring->server->loop, &ring->broke);
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static void fill_io(struct server_ring *ring, struct ring_request *r)
{
	const struct uwdf_ring_entry *e = &r->entry;
	struct uwdf_io *io = &r->io;

	io->kind = (enum uwdf_io_kind)e->opcode;
	io->code = e->opcode == UWDF_OP_CONTROL ? (uint32_t)e->offset : 0;
	io->offset = e->opcode == UWDF_OP_CONTROL ? 0 : e->offset;
	io->in_len = e->in_len;
	io->out_len = e->out_len;
	io->in = NULL;
	if (e->in_len)
		io->in = e->flags & UWDF_RING_IN_SHARED ? ring_memory(ring, e->in_at, e->in_len)
							: e->data;
	io->out = NULL;
	if (e->out_len)
		io->out = e->flags & UWDF_RING_OUT_SHARED ? ring_memory(ring, e->out_at, e->out_len)
							  : r->out;
}

static bool has_no_right(const struct server_ring *ring, const struct ring_request *r)
{
	const struct uwdf_entry like = { .opcode = r->entry.opcode, .code = r->io.code };

	return !server_access_allows(ring->rights, &like);
}

/* STATUS_SUCCESS, or why the device will not see it. */
static int32_t may_pass(struct server_ring *ring, const struct ring_request *r)
{
	if (uw_unlikely(ring->closing || server_is_leaving(ring->server)))
		return UWDF_STATUS_DEVICE_REMOVED;
	if (uw_unlikely(~ring->rights & UWDF_ACCESS_BOTH) && uw_unlikely(has_no_right(ring, r)))
		return UWDF_STATUS_ACCESS_DENIED;
	if (uw_unlikely(r->charge > 2 * UWDF_WIRE_MAX_PAYLOAD) &&
	    ring_copies_too_much(ring, &r->entry))
		return UWDF_STATUS_INVALID_BUFFER_SIZE;
	return uw_likely(ring->charge <= ring->granted) ? UWDF_STATUS_SUCCESS : ring_grant(ring);
}

/* @r is the device's from here. false: it is not, and was answered. */
static bool begin(struct server_ring *ring, struct ring_request *r)
{
	int32_t status;

	r->charge = r->entry.in_len + r->entry.out_len;
	if (uw_unlikely((r->entry.in_len | r->entry.out_len) >= UWDF_WIRE_MAX_PAYLOAD))
		r->charge = ring_charge_of_long(ring, &r->entry);
	r->cancel_asked = false;
	r->cancel_sent = false;
	r->cancel_late = false;
	r->tag = r->entry.tag;
	ring->charge += r->charge;
	count_outstanding(ring, 1);
	fill_io(ring, r);
	status = may_pass(ring, r);
	if (uw_likely(!status))
		return true;
	finish(r, status, 0);
	return false;
}

/* An entry that is not whole yet holds what it held a lap ago. */
static bool is_stale(const struct server_ring *ring, const struct uwdf_ring_entry *at)
{
	uint32_t seq = __atomic_load_n(&at->seq, __ATOMIC_RELAXED);
	uint32_t now = uwdf_ring_seq(ring->taken), before = now - ring->mask - 1;

	return seq == before || seq == now || (seq == 0 && ring->taken <= ring->mask);
}

/*
 * The entry goes where its tag says, each word read once, the tag before the others; what the
 * client does to it meanwhile it does to itself.
 */
static const char *copy_entry(struct server_ring *ring, const struct uwdf_ring_entry *from,
			      struct ring_request **out)
{
	uint64_t tag = __atomic_load_n(&from->tag, __ATOMIC_RELAXED);
	const char *lie = ring_judge_tag(ring, tag);
	struct ring_request *r;

	if (uw_unlikely(lie))
		return lie;
	r = &ring->requests[(tag & 0xffff) - 1];
	copy_words(&r->entry, from, sizeof(r->entry) / sizeof(uint64_t));
	r->entry.tag = tag;
	*out = r;
	return ring_judge(ring, &r->entry);
}

/* NULL: none is whole, or it lies. */
static struct ring_request *take_one(struct server_ring *ring)
{
	const struct uwdf_ring_entry *at = &ring->entries[ring->taken & ring->mask];
	struct ring_request *r;
	const char *lie;

	if (!uwdf_ring_is_there(&at->seq, ring->taken)) {
		if (uw_unlikely(!is_stale(ring, at)))
			break_off(ring, "a sequence number out of turn");
		return NULL;
	}
	lie = copy_entry(ring, at, &r);
	if (uw_unlikely(lie)) {
		break_off(ring, lie);
		return NULL;
	}
	ring->taken++;
	return r;
}

static void submit(struct server_ring *ring, struct ring_burst *burst)
{
	const struct uwdf_device_io_ops *ops = ring->ops;

	if (uw_likely(ring->of_loop)) {
		ops->submit_many(ring->file, burst->ios, burst->count, &burst->turn);
		return;
	}
	for (unsigned int i = 0; i < burst->count; i++) {
		burst->turn = &burst->ios[i];
		ops->submit(ring->file, burst->ios[i]);
	}
}

static void give(struct server_ring *ring, struct ring_burst *burst)
{
	burst->outer = ring->burst;
	burst->turn = burst->ios;
	ring->burst = burst;
	submit(ring, burst);
	ring->burst = burst->outer;
	if (uw_unlikely(burst->late_cancels))
		cancel_late(burst);
}

/* @return how many entries were taken. */
static uint32_t take_burst(struct server_ring *ring, uint32_t at_most)
{
	struct ring_burst burst;
	struct ring_request *r;
	uint32_t taken = 0;

	burst.count = 0;
	burst.late_cancels = false;
	while (taken < at_most && (r = take_one(ring))) {
		taken++;
		if (uw_likely(begin(ring, r)))
			burst.ios[burst.count++] = &r->io;
	}
	if (burst.count)
		give(ring, &burst);
	return taken;
}

/* After this the ring may be no more. */
static bool take_some(struct server_ring *ring, uint32_t at_most)
{
	uint32_t taken = 0, got = 1;

	hold(ring);
	while (taken < at_most && got && !ring->broken) {
		got = take_burst(ring, least(at_most - taken, RING_BURST));
		taken += got;
	}
	if (taken && uw_likely(ring->of_loop))
		ring->ops->reap(ring->file);
	let_go(ring);
	return taken;
}

static bool ring_run(struct irq_poller *poller)
{
	return take_some(uw_container_of(poller, struct server_ring, poller), ENTRIES_AT_ONCE);
}

static bool ring_sleep(struct irq_poller *poller, bool asleep)
{
	struct server_ring *ring = uw_container_of(poller, struct server_ring, poller);

	if (!asleep) {
		uwdf_ring_wake(&ring->header->host_asleep);
		return true;
	}
	uwdf_ring_doze(&ring->header->host_asleep);
	return !uwdf_ring_is_there(&ring->entries[ring->taken & ring->mask].seq, ring->taken);
}

static void serve_rung(struct irq_deferred *work)
{
	take_some(uw_container_of(work, struct server_ring, rung), ENTRIES_AT_ONCE);
}

/* A driver may have the loop run, which must not be inside a source; the poller would be a whole
 * round later. */
static void bell_rang(void *arg, uint64_t count)
{
	struct server_ring *ring = arg;

	(void)count;
	irq_loop_defer(ring->loop, IRQ_PHASE_DPC, &ring->rung);
}

/* --- cancel, asked for --- */

/* What the client had published before it asked, comes before. */
static void catch_up(struct server_ring *ring)
{
	take_some(ring, ring->mask + 1);
}

void ring_cancel_one(struct irq_message *msg)
{
	struct ring_request *r = uw_container_of(msg, struct ring_request, cancel);
	struct server_ring *ring = r->ring;
	uint64_t tag;

	__atomic_store_n(&r->cancel_posted, false, __ATOMIC_SEQ_CST);
	tag = __atomic_load_n(&r->cancel_tag, __ATOMIC_SEQ_CST);
	hold(ring);
	catch_up(ring);
	if (r->tag == tag)
		cancel(r, true);
	let_go(ring);
}

static void cancel_each(struct server_ring *ring, bool by_client)
{
	for (uint32_t slot = 0; ring->outstanding && slot <= ring->mask; slot++)
		if (ring->requests[slot].tag)
			cancel(&ring->requests[slot], by_client);
}

void ring_cancel_all(struct irq_message *msg)
{
	struct server_ring *ring = uw_container_of(msg, struct server_ring, cancel_all);

	__atomic_store_n(&ring->cancel_all_posted, false, __ATOMIC_SEQ_CST);
	hold(ring);
	catch_up(ring);
	cancel_each(ring, true);
	let_go(ring);
}

/* --- life --- */

void ring_attach(struct irq_message *msg)
{
	struct server_ring *ring = uw_container_of(msg, struct server_ring, attach);
	int err = irq_loop_add_source(ring->loop, IRQ_SOURCE_EDGE, ring->bell_fd, bell_rang, ring,
				      &ring->bell);

	if (err) {
		log_warn("server", "%s: watching a ring: %s", ring->server->name, err_text(err));
		break_off(ring, NULL);
		return;
	}
	irq_loop_poller_add(ring->loop, &ring->poller, ring_spin_ns());
}

void ring_detach(struct irq_message *msg)
{
	struct server_ring *ring = uw_container_of(msg, struct server_ring, detach);

	irq_loop_poller_remove(ring->loop, &ring->poller);
	irq_loop_remove_source(ring->bell);
	irq_loop_undefer(&ring->rung);
	ring->bell = NULL;
	ring->closing = true;
	hold(ring);
	catch_up(ring); /* nobody is left without an answer */
	cancel_each(ring, false);
	let_go(ring);
}

void ring_fast_init(struct server_ring *ring)
{
	list_init(&ring->poller.link);
	list_init(&ring->signal.link);
	list_init(&ring->rung.link);
	ring->poller.run = ring_run;
	ring->poller.sleep = ring_sleep;
	ring->signal.run = signal_client;
	ring->rung.run = serve_rung;
	for (uint32_t slot = 0; slot <= ring->mask; slot++) {
		struct ring_request *r = &ring->requests[slot];

		r->ring = ring;
		r->io.owner = r;
		r->io.complete = io_complete;
	}
}
