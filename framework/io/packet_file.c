/* SPDX-License-Identifier: MIT */
/*
 * packet_file.c - cleanup, close and flush: packets that no queue gets.
 *
 * They go down the stack as creates do. A driver may see each as an IRP first; what is left to the
 * framework is in file_close.c, and of a flush that only filters pass it on.
 */
#include "irp.h"
#include "room.h"

/* No callback inside another. What is waited for there may be one of the file's requests. */
static void wait_for_callback(struct fx_io *io, struct fx_packet *packet)
{
	list_push_back(&io->for_caller, &packet->link);
	io_run_later(io);
	if (packet->kind == FX_PACKET_CLEANUP && io_is_awaited(io))
		file_cancel_ahead(packet->file);
}

/* KMDF has no queue for it. */
static void flush_arrives(struct fx_io *io, struct fx_packet *packet)
{
	NTSTATUS status = packet_judge(packet);

	if (status == STATUS_PENDING && io->config.filter)
		packet_pass_down(packet);
	else
		packet_finish(io, packet,
			      status == STATUS_PENDING ? STATUS_INVALID_DEVICE_REQUEST : status, 0);
}

/* May the driver see it first? Not what it sent to itself, nor the end of what it never opened or
 * has seen the end of: one above may pass that on twice. */
static bool may_be_seen(const struct fx_io *io, const struct fx_packet *packet)
{
	if (packet->phase & PHASE_IRP)
		return true;
	if (!packet_is_end(packet->kind))
		return packet->file != io->to_self;
	return packet->file->opened && *file_irp(packet->file, packet->kind);
}

void packet_place_unqueued(struct fx_io *io, struct fx_packet *packet)
{
	if (io->in_driver)
		wait_for_callback(io, packet);
	else if (may_be_seen(io, packet) && irp_place(io, packet))
		return;
	else if (packet->kind == FX_PACKET_FLUSH)
		flush_arrives(io, packet);
	else
		file_end_arrives(io, packet);
}
