/* SPDX-License-Identifier: MIT */
/* io_fast.c - what the owner does when something is due: the end of every message and flush. */
#include "room.h"

/*
 * Everything that calls a driver without having been called by it goes through here: callbacks of
 * one entry (a message, a DPC, a flush) never nest into one another, whatever the driver does
 * inside them, and none of them can meet a lock that the driver holds around a DDI.
 */
static void run_due(struct fx_io *io)
{
	struct list *link;

	io->running = true;
	for (;;) {
		if ((link = list_pop_front(&io->called_off)))
			request_run_call_off(list_entry(link, struct fx_request, off_link));
		else if (uw_unlikely(link = list_pop_front(&io->for_caller)))
			packet_place(list_entry(link, struct fx_packet, link));
		else if ((link = list_pop_front(&io->kicked)))
			queue_run(list_entry(link, struct fx_queue, kick_link));
		else
			break;
	}
	io->running = false;
}

void io_run_due(struct fx_io *io)
{
	if (io->in_driver || io->running)
		return;
	run_due(io);
	if (uw_unlikely(!list_empty(&io->closing))) {
		file_run_closing(io);
		run_due(io); /* what EvtFileClose caused; files that it ended wait for a flush */
	}
	if (uw_unlikely(io->power_waiting))
		io_check_power(io);
	io->due = io->power_waiting || !list_empty(&io->closing); /* the other lists are empty */
}

void io_run_later(struct fx_io *io)
{
	io->due = true;
	if (!io->in_driver && !io->running && !io->entered)
		irq_loop_defer(io->owner, IRQ_PHASE_DPC, &io->later);
}
