/* SPDX-License-Identifier: MIT */
/*
 * packet_fast.c - the border to clients: in by message, out in the flush phase.
 *
 * fx_packet.state is what submitter's threads and the owner agree on: a cancel message may be on
 * its way when the packet is completed, and then the packet is handed back only after it arrived,
 * so that no message ever outlives the packet it is part of.
 */
#include <assert.h>

#include "base/look.h"
#include "irp.h"
#include "queue_fast.h"
#include "request_fast.h"
#include "reserve.h"

/* fx_packet.state, atomic; see also PACKET_OF_LOOP, PACKET_SHORT */
#define PACKET_CANCEL_ASKED 1u /* the cancel message is posted */
#define PACKET_COMPLETED    2u /* it will be handed back */

void packet_trace(struct fx_io *io, const struct fx_packet *packet, enum fx_io_event event)
{
	const struct trace_event traced = {
		.at_ns = exec_now_ns(),
		.what = (uintptr_t)packet,
		.kind = event,
		.more = event == FX_IO_ARRIVED ? packet->code : (uint32_t)packet->status,
	};

	trace_put(&io->trace, &traced);
	io->traced = event == FX_IO_HANDED_BACK ? NULL : packet;
	if (event == FX_IO_ARRIVED)
		io->untraced = TRACE_SAMPLE - 1;
}

void packet_bring_late(struct fx_packet *packet, struct fx_request *req)
{
	packet->late = req;
	packet->phase |= PHASE_LATE;
	__atomic_fetch_and(&packet->state, ~PACKET_SHORT, __ATOMIC_RELAXED);
}

/* @io: where it ended; NULL: the device is gone. end_late() is to follow. */
static void hand_back(struct fx_io *io, struct fx_packet *packet)
{
	struct fx_request *late = packet->phase & PHASE_LATE ? packet->late : NULL;
	struct fx_file *root = packet->file->root;

	if (uw_unlikely(io && packet == io->traced))
		packet_trace(io, packet, FX_IO_HANDED_BACK);
	root->returned++;
	if (uw_unlikely(packet->kind == FX_PACKET_CREATE) && NT_SUCCESS(packet->status))
		file_created(packet->file);
	if (uw_unlikely(io != root->io) && root->closing)
		io_run_later(root->io); /* who completes it is not the room where it closes */
	packet->complete(packet, packet->status, packet->information);
	if (uw_unlikely(late)) {
		assert(io); /* it kept its file, and so the room */
		list_push_back(&io->late, &late->link);
	}
}

/* The slots of what was handed back. */
static inline void end_late(struct fx_io *io)
{
	if (uw_unlikely(!list_empty(&io->late)))
		request_end_late(io);
}

/* Is a cancel message on its way to @packet? Then it is handed back when that comes. */
static bool must_wait(struct fx_packet *packet)
{
	/* acq_rel: pairs with the same in fx_io_cancel(), one of us sees the other */
	uint32_t before = __atomic_fetch_or(&packet->state, PACKET_COMPLETED, __ATOMIC_ACQ_REL);

	if (uw_likely(!(before & PACKET_CANCEL_ASKED) || (packet->phase & PHASE_CANCEL_CAME)))
		return false;
	packet->phase |= PHASE_WAITS;
	return true;
}

/* hand_back() of what has nothing to it: its file is the client's own, the root. */
static inline bool hand_back_simply(struct fx_packet *packet)
{
	if (uw_unlikely(!look_is32(&packet->state, PACKET_OF_LOOP | PACKET_SHORT)))
		return false;
	packet->file->returned++;
	packet->complete(packet, packet->status, packet->information);
	return true;
}

static inline bool is_of_loop(const struct fx_packet *packet)
{
	return __atomic_load_n(&packet->state, __ATOMIC_RELAXED) & PACKET_OF_LOOP;
}

static __attribute__((noinline)) void hand_back_other(struct fx_io *io, struct fx_packet *packet)
{
	if (is_of_loop(packet) || !must_wait(packet))
		hand_back(io, packet);
}

/* All that is completed now; what that causes waits for the next flush. */
static inline __attribute__((always_inline)) void hand_back_all(struct fx_io *io)
{
	struct list *link = io->done.next;

	if (link == &io->done)
		return;
	io->done.prev->next = NULL;
	list_init(&io->done);
	do {
		struct fx_packet *packet = list_entry(link, struct fx_packet, link);

		link = packet->link.next;
		if (uw_unlikely(!hand_back_simply(packet)))
			hand_back_other(io, packet);
	} while (link);
}

static inline void flush(struct fx_io *io)
{
	io_begin(io);
	hand_back_all(io);
	end_late(io);
	io_run(io);
}

void packet_flush(struct fx_io *io)
{
	flush(io);
}

void packet_flush_comes(struct irq_deferred *work)
{
	struct fx_io *io = uw_container_of(work, struct fx_io, flush);

	io->flush_due = false;
	__atomic_store_n(&io->simple_thread, IO_NO_THREAD, __ATOMIC_RELAXED);
	packet_flush(io);
}

/* With devices below, which complete what came down to them. */
static __attribute__((noinline)) void reap_stack(struct fx_file *file)
{
	do
		packet_flush(file->io);
	while ((file = file->below));
}

void fx_io_reap(struct fx_file *file)
{
	if (uw_unlikely(!file->io))
		return;
	if (uw_unlikely(file->below))
		reap_stack(file);
	else
		flush(file->io);
}

bool packet_is_empty_transfer(const struct fx_packet *packet)
{
	return (packet->kind == FX_PACKET_READ && !packet->out_len) ||
	       (packet->kind == FX_PACKET_WRITE && !packet->in_len);
}

NTSTATUS packet_judge(const struct fx_packet *packet)
{
	if (packet->phase & PHASE_CANCEL_CAME)
		return STATUS_CANCELLED;
	if (packet->file->closing)
		return packet->file->root->orphan ? STATUS_DEVICE_REMOVED : STATUS_FILE_CLOSED;
	return STATUS_PENDING;
}

NTSTATUS packet_judge_for(const struct fx_packet *packet, const struct fx_queue *q)
{
	NTSTATUS status = packet_judge(packet);

	if (status != STATUS_PENDING || packet->kind == FX_PACKET_CREATE)
		return status;
	if (!q)
		return STATUS_INVALID_DEVICE_REQUEST;
	if (uw_unlikely(queue_gate(q) & GATE_REFUSE))
		return queue_gate(q) & GATE_SHUTDOWN ? STATUS_DEVICE_REMOVED
						     : STATUS_INVALID_DEVICE_STATE;
	if (uw_unlikely(packet_is_empty_transfer(packet)) && !q->zero_length)
		return STATUS_SUCCESS;
	return STATUS_PENDING;
}

static void refuse_orphan(struct fx_packet *packet)
{
	packet->complete(packet, STATUS_DEVICE_REMOVED, 0);
}

/* Is it one of those that are not to fail for want of memory? */
static bool has_reserve(const struct fx_io *io, const struct fx_queue *q, enum fx_request_kind kind)
{
	if (kind == REQUEST_CREATE && io->config.file_config.EvtDeviceFileCreate)
		return false; /* the queue will not see it */
	return q && queue_reserve(q);
}

bool packet_is_for_below(const struct fx_io *io, const struct fx_queue *q,
			 enum fx_request_kind kind)
{
	if (uw_unlikely(kind == REQUEST_CREATE))
		return !q && file_create_goes_down(io);
	if (uw_likely(!io->config.filter))
		return false;
	return !q || (q->type != WdfIoQueueDispatchManual && !queue_handles(q, kind));
}

static inline __attribute__((always_inline)) void
place_in(struct fx_queue *q, struct fx_io *io, struct fx_packet *packet, enum fx_request_kind kind)
{
	NTSTATUS status = packet_judge_for(packet, q);
	struct fx_request *req;

	if (uw_unlikely(packet_is_for_below(io, q, kind))) {
		packet_pass_down(packet);
		return;
	}
	if (uw_unlikely(status != STATUS_PENDING)) {
		packet_finish(io, packet, status, 0);
		return;
	}
	if (uw_unlikely(has_reserve(io, q, kind))) {
		reserve_place(q, packet, kind);
		return;
	}
	req = request_get(io);
	if (uw_unlikely(!req)) {
		packet_finish(io, packet, STATUS_INSUFFICIENT_RESOURCES, 0);
		return;
	}
	status = request_bind_any(req, packet, kind);
	if (uw_unlikely(status != STATUS_SUCCESS))
		request_finish(req, status, 0);
	else if (kind == REQUEST_CREATE)
		file_arrive_create(io, q, req);
	else
		queue_arrive(q, req);
}

static void place_in_queue(struct fx_io *io, struct fx_packet *packet, enum fx_request_kind kind)
{
	place_in(io_route(io, kind), io, packet, kind);
}

/* What the device sent to itself goes past all that sees requests before their queue. */
UW_COLD static bool place_aside(struct fx_io *io, struct fx_packet *packet,
				enum fx_request_kind kind)
{
	struct fx_queue *q;

	if (packet->file != io->to_self)
		return irp_place(io, packet);
	q = target_self_queue(io);
	place_in(q ? q : io_route(io, kind), io, packet, kind);
	return true;
}

/* A create comes to a lower level of the stack. @return it goes on. */
UW_COLD static bool join_below(struct fx_packet *packet)
{
	NTSTATUS status = packet_judge(packet);

	if (packet->file->nameless)
		return true; /* there is nothing to open */
	if (status == STATUS_PENDING)
		status = file_join(packet->file);
	if (NT_SUCCESS(status))
		return true;
	packet_finish(packet->file->io, packet, status, 0);
	return false;
}

/* @return it goes on; else it waits for the end of a callback, or is over. */
UW_COLD static bool create_comes(struct fx_io *io, struct fx_packet *packet)
{
	if (io->in_driver) { /* no callback inside another */
		list_push_back(&io->for_caller, &packet->link);
		io_run_later(io);
		return false;
	}
	return packet->file->joined || join_below(packet);
}

/* It is about the file. @return it goes on as a request; else it waits, or is over. */
UW_COLD static bool comes_to_file(struct fx_io *io, struct fx_packet *packet)
{
	if (packet->kind == FX_PACKET_CREATE)
		return create_comes(io, packet);
	packet_place_unqueued(io, packet);
	return false;
}

void packet_place(struct fx_packet *packet)
{
	enum fx_request_kind kind = packet_kind(packet);
	struct fx_io *io = packet->file->io;

	if (uw_unlikely(kind >= REQUEST_CREATE) && !comes_to_file(io, packet))
		return;
	if (uw_unlikely(io->detour) && place_aside(io, packet, kind))
		return;
	if (uw_unlikely(io->detour && io->config.evt_in_caller && kind != REQUEST_CREATE))
		caller_place(io, packet, kind);
	else
		place_in_queue(io, packet, kind);
}

/* Nobody is below the lowest: a bus opens for all, and has no I/O of its own. */
UW_COLD static void finish_at_bottom(struct fx_packet *packet)
{
	NTSTATUS status = packet_judge(packet);

	if (status == STATUS_PENDING)
		status = packet->kind == FX_PACKET_CREATE ? STATUS_SUCCESS
							  : STATUS_INVALID_DEVICE_REQUEST;
	packet_finish(packet->file->io, packet, status, 0);
}

static void arrive_below(struct irq_message *msg)
{
	struct fx_packet *packet = uw_container_of(msg, struct fx_packet, msg);
	struct fx_io *io = packet->file->io;

	io_begin(io);
	packet_place(packet);
	io_run(io);
}

/* The buffers stay where they are. The message that it came by is free again. */
void packet_pass_down(struct fx_packet *packet)
{
	struct fx_file *file = packet->file, *below = file->below;

	if (uw_unlikely(!below)) {
		finish_at_bottom(packet);
		return;
	}
	io_count(&file->io->submitted, (uint64_t)-1); /* it counts where it ends */
	io_count(&below->io->submitted, 1);
	/* relaxed: who cancels takes any of the levels */
	__atomic_store_n(&packet->file, below, __ATOMIC_RELAXED);
	packet->msg.run = arrive_below;
	packet->phase &= ~PHASE_BELOW;        /* the next driver has not seen it as an IRP */
	if (uw_unlikely(file->io->in_driver)) /* no callback inside another */
		irq_loop_post(file->io->owner, &packet->msg);
	else
		arrive_below(&packet->msg);
}

void packet_arrive(struct irq_message *msg)
{
	struct fx_packet *packet = uw_container_of(msg, struct fx_packet, msg);
	struct fx_io *io = packet->file->io; /* a file does not end with a packet on its way */

	io_begin(io);
	packet_sample(io, packet);
	io_count(&io->submitted, 1);
	packet_place(packet);
	io_run(io);
}

void fx_io_submit(struct fx_file *file, struct fx_packet *packet)
{
	struct fx_file *root = file->root;
	struct fx_io *io;
	bool here = false;

	packet->file = file;
	packet->request = NULL;
	packet->state = 0;
	packet->phase = 0;
	packet->msg.run = packet_arrive;
	list_init(&packet->link);
	spin_lock_acquire(&root->lock); /* against the owner letting go of the file */
	io = root->over ? NULL : root->io;
	if (io) {
		root->submitted++;
		/* what a driver sends down comes behind its callback, in the order sent */
		here = file == root && !file->posts && io_is_owner(io);
		if (!here)
			irq_loop_post(io->owner, &packet->msg);
	}
	spin_lock_release(&root->lock);
	if (uw_unlikely(!io))
		refuse_orphan(packet);
	else if (here)
		packet_arrive(&packet->msg);
}

static void cancel_comes(struct irq_message *msg)
{
	struct fx_packet *packet = uw_container_of(msg, struct fx_packet, cancel);
	struct fx_io *io = packet->file->io;

	if (io)
		io_begin(io);
	/* atomic: the driver's threads look what kind of IRP is behind their request */
	__atomic_store_n(&packet->phase, packet->phase | PHASE_CANCEL_CAME, __ATOMIC_RELAXED);
	if (packet->phase & PHASE_WAITS)
		hand_back(io, packet);
	else if (packet->request)
		request_cancel(packet->request);
	else if (packet->phase & PHASE_PARKED)
		reserve_cancel_packet(packet);
	else if (packet->phase & PHASE_IRP)
		irp_cancel(packet);
	/* else: not arrived (it ends when it does), or completed (the flush hands it back) */
	if (!io)
		return;
	end_late(io);
	io_run(io);
}

void fx_io_cancel(struct fx_packet *packet)
{
	uint32_t before = __atomic_fetch_or(&packet->state, PACKET_CANCEL_ASKED, __ATOMIC_ACQ_REL);
	struct fx_file *root;
	struct fx_io *io;
	bool here = false;

	if (before & (PACKET_CANCEL_ASKED | PACKET_COMPLETED))
		return;
	root = __atomic_load_n(&packet->file, __ATOMIC_RELAXED)->root; /* it may be on its way */
	assert(!(before & PACKET_OF_LOOP) || !root->io || io_is_owner(root->io));
	packet->cancel.run = cancel_comes;
	spin_lock_acquire(&root->lock);
	io = root->over ? NULL : root->io; /* over: it was handed back, or refused */
	here = io && io_is_owner(io) && (!root->posts || root->nameless);
	if (io && !here)
		irq_loop_post(io->owner, &packet->cancel);
	spin_lock_release(&root->lock);
	if (here)
		cancel_comes(&packet->cancel);
}
