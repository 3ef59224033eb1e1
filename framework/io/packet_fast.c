/* SPDX-License-Identifier: MIT */
/*
 * packet_fast.c - the border to clients: in by message, out in the flush phase.
 *
 * fx_packet.state is what submitter's threads and the owner agree on: a cancel message may be on
 * its way when the packet is completed, and then the packet is handed back only after it arrived,
 * so that no message ever outlives the packet it is part of.
 */
#include "room.h"

/* fx_packet.state, atomic */
#define PACKET_CANCEL_ASKED 1u /* the cancel message is posted */
#define PACKET_COMPLETED    2u /* it will be handed back */

/* fx_packet.phase, owner only */
#define PHASE_ARRIVED     1u
#define PHASE_CANCEL_CAME 2u /* the cancel message has run */
#define PHASE_WAITS       4u /* completed, handed back when the cancel message comes */

static void hand_back(struct fx_packet *packet)
{
	struct fx_file *file = packet->file;

	file->returned++;
	packet->complete(packet, packet->status, packet->information);
}

void packet_flush(struct irq_deferred *work)
{
	struct fx_io *io = uw_container_of(work, struct fx_io, flush);
	struct list batch;
	struct list *link;

	io_begin(io);
	list_init(&batch);
	list_splice_back(&batch, &io->done);
	while ((link = list_pop_front(&batch))) {
		struct fx_packet *packet = list_entry(link, struct fx_packet, link);
		/* acq_rel: pairs with the same in fx_io_cancel(), one of us sees the other */
		uint32_t before =
			__atomic_fetch_or(&packet->state, PACKET_COMPLETED, __ATOMIC_ACQ_REL);

		if (uw_unlikely((before & PACKET_CANCEL_ASKED) &&
				!(packet->phase & PHASE_CANCEL_CAME)))
			packet->phase |= PHASE_WAITS;
		else
			hand_back(packet);
	}
	io_run(io);
}

/* The packet is over as far as this room is concerned. Owner. */
void packet_finish(struct fx_packet *packet, NTSTATUS status, size_t information)
{
	struct fx_io *io = packet->file->io;

	packet->request = NULL;
	packet->status = status;
	packet->information = information;
	io_count(&io->completed, 1);
	if (status == STATUS_CANCELLED)
		io_count(&io->cancelled, 1);
	list_push_back(&io->done, &packet->link);
	irq_loop_defer(io->owner, IRQ_PHASE_FLUSH, &io->flush);
}

static enum fx_request_kind kind_of(const struct fx_packet *packet)
{
	switch (packet->kind) {
	case FX_PACKET_READ:
		return REQUEST_READ;
	case FX_PACKET_WRITE:
		return REQUEST_WRITE;
	case FX_PACKET_CONTROL:
		return REQUEST_CONTROL;
	case FX_PACKET_INTERNAL_CONTROL:
		return REQUEST_INTERNAL;
	default:
		return REQUEST_CREATE;
	}
}

static bool is_empty_transfer(const struct fx_packet *packet)
{
	return (packet->kind == FX_PACKET_READ && !packet->out_len) ||
	       (packet->kind == FX_PACKET_WRITE && !packet->in_len);
}

/* STATUS_PENDING: go on. Anything else is the packet's end, the driver never sees it. */
static NTSTATUS judge(const struct fx_packet *packet, const struct fx_queue *q)
{
	if (packet->phase & PHASE_CANCEL_CAME)
		return STATUS_CANCELLED;
	if (packet->file->closing)
		return packet->file->orphan ? STATUS_DEVICE_REMOVED : STATUS_FILE_CLOSED;
	if (packet->kind == FX_PACKET_CREATE)
		return STATUS_PENDING;
	if (!q)
		return STATUS_INVALID_DEVICE_REQUEST;
	if (uw_unlikely(queue_gate(q) & GATE_REFUSE))
		return queue_gate(q) & GATE_SHUTDOWN ? STATUS_DEVICE_REMOVED
						     : STATUS_INVALID_DEVICE_STATE;
	if (uw_unlikely(is_empty_transfer(packet)) && !q->zero_length)
		return STATUS_SUCCESS;
	return STATUS_PENDING;
}

static void refuse_orphan(struct fx_packet *packet)
{
	packet->complete(packet, STATUS_DEVICE_REMOVED, 0);
}

static void place(struct fx_io *io, struct fx_packet *packet)
{
	enum fx_request_kind kind = kind_of(packet);
	struct fx_queue *q = io_route(io, kind);
	NTSTATUS status = judge(packet, q);
	struct fx_request *req;

	if (uw_unlikely(status != STATUS_PENDING)) {
		packet_finish(packet, status, 0);
		return;
	}
	req = request_get(io);
	if (uw_unlikely(!req)) {
		packet_finish(packet, STATUS_INSUFFICIENT_RESOURCES, 0);
		return;
	}
	req->kind = (uint8_t)kind;
	status = request_bind(req, packet);
	if (uw_unlikely(status != STATUS_SUCCESS))
		request_finish(req, status, 0);
	else if (kind == REQUEST_CREATE)
		file_arrive_create(io, q, req);
	else
		queue_arrive(q, req);
}

void packet_arrive(struct irq_message *msg)
{
	struct fx_packet *packet = uw_container_of(msg, struct fx_packet, msg);
	struct fx_io *io = packet->file->io; /* a file does not end with a packet on its way */

	io_begin(io);
	packet->phase |= PHASE_ARRIVED;
	io_count(&io->submitted, 1);
	place(io, packet);
	io_run(io);
}

void fx_io_submit(struct fx_file *file, struct fx_packet *packet)
{
	struct fx_io *io;
	bool here = false;

	packet->file = file;
	packet->request = NULL;
	packet->state = 0;
	packet->phase = 0;
	packet->msg.run = packet_arrive;
	list_init(&packet->link);
	spin_lock_acquire(&file->lock); /* against the owner letting go of the file */
	io = file->over ? NULL : file->io;
	if (io) {
		file->submitted++;
		here = io_is_owner(io);
		if (!here)
			irq_loop_post(io->owner, &packet->msg);
	}
	spin_lock_release(&file->lock);
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
	packet->phase |= PHASE_CANCEL_CAME;
	if (packet->phase & PHASE_WAITS)
		hand_back(packet);
	else if (packet->request)
		request_cancel(packet->request);
	/* else: not arrived (it ends when it does), or completed (the flush hands it back) */
	if (io)
		io_run(io);
}

void fx_io_cancel(struct fx_packet *packet)
{
	uint32_t before = __atomic_fetch_or(&packet->state, PACKET_CANCEL_ASKED, __ATOMIC_ACQ_REL);
	struct fx_file *file = packet->file;
	struct fx_io *io;
	bool here = false;

	if (before & (PACKET_CANCEL_ASKED | PACKET_COMPLETED))
		return;
	packet->cancel.run = cancel_comes;
	spin_lock_acquire(&file->lock);
	io = file->io;
	here = io && io_is_owner(io);
	if (io && !here)
		irq_loop_post(io->owner, &packet->cancel);
	spin_lock_release(&file->lock);
	if (here)
		cancel_comes(&packet->cancel);
}
