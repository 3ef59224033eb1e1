/* SPDX-License-Identifier: MIT */
/*
 * file_close.c - close: a cleanup goes down the stack (EvtFileCleanup, whatever is outstanding is
 * cancelled), then, when the last packet was handed back, a close (EvtFileClose).
 *
 * Both are one packet of the root's, sent twice. It is handed back where it ends, unless a driver
 * had it as an IRP: then in the flush phase, as all others.
 */
#include "file.h"

#include "irp.h"
#include "reserve.h"
#include "room.h"

static void file_object_delete(struct fx_file *file)
{
	if (!file->object)
		return;
	file->object->file = NULL;
	fx_object_delete(&file->object->base);
	file->object = NULL;
}

static void call_file_event(struct fx_file *file, const char *name, VOID (*evt)(WDFFILEOBJECT))
{
	struct io_call call;

	if (!file->opened || !evt || !file->object)
		return;
	call = io_enter_driver(file->io, file->io->file_scope, name, FX_CODE(evt));
	evt(file_handle(file));
	io_leave_driver(file->io, &call);
}

/* Whoever has them hears of it from io_run(). */
static void cancel_listed(struct fx_file *file)
{
	struct list *link;
	struct list now;

	list_init(&now);
	list_splice_back(&now, &file->requests);
	while ((link = list_pop_front(&now))) {
		list_push_back(&file->requests, link);
		request_cancel(list_entry(link, struct fx_request, file_link));
	}
}

static void cancel_requests(struct fx_file *file)
{
	list_for_each (it, &file->io->queues)
		reserve_cancel_waiting(list_entry(it, struct fx_queue, io_link), file);
	irp_cancel_all(file->io, file);
	cancel_listed(file);
}

void file_cancel_ahead(struct fx_file *file)
{
	struct fx_io *io = file->io;

	io_begin(io);
	cancel_listed(file);
	io_run(io);
}

/* Of the levels that no cleanup came to. The file may be gone afterwards. */
static void cancel_others(struct fx_file *root)
{
	struct fx_io *top = root->io;

	for (struct fx_io *io = top; io; io = io->below)
		io_begin(io);
	for (struct fx_file *file = root; file; file = file->below)
		if (!file->told)
			cancel_requests(file);
	for (struct fx_io *io = top; io; io = io->below)
		io_run(io);
}

/* --- cleanup and close on their way --- */

/* @packet: the root's, or an IRP's that a driver passed on. */
static void hand_back(struct fx_io *io, struct fx_packet *packet)
{
	struct fx_file *root = packet->file->root;

	io_count(&io->completed, 1);
	root->returned++;
	if (packet->file != root)
		io_run_later(root->io); /* who completes it is not the room where it closes */
	packet->complete(packet, STATUS_SUCCESS, 0);
}

static void tell_driver(struct fx_file *file, enum fx_packet_kind kind)
{
	const WDF_FILEOBJECT_CONFIG *config = &file->io->config.file_config;

	if (file->told >= kind)
		return;
	file->told = kind;
	if (kind == FX_PACKET_CLOSE) {
		call_file_event(file, "EvtFileClose", config->EvtFileClose);
		return;
	}
	call_file_event(file, "EvtFileCleanup", config->EvtFileCleanup);
	cancel_requests(file);
}

/* Each driver says whether those below hear of it. */
void file_end_arrives(struct fx_io *io, struct fx_packet *packet)
{
	struct fx_file *file = packet->file;

	io_begin(io);
	tell_driver(file, packet->kind);
	io_run(io); /* its other callbacks, before those of the device below */
	if (file->below && io_forwards_close(io))
		packet_pass_down(packet);
	else
		hand_back(io, packet);
}

/* A driver may have completed it, however: whoever closes hears of no failure. */
static void end_returned(struct fx_packet *packet, NTSTATUS status, size_t information)
{
	struct fx_file *root = uw_container_of(packet, struct fx_file, end);

	(void)status;
	(void)information;
	io_count_no_end(packet->file);
	__atomic_store_n(&root->seen, FX_PACKET_NONE, __ATOMIC_RELAXED);
	if (packet->kind == FX_PACKET_CLEANUP)
		cancel_others(root);
}

/* The file may be gone afterwards. */
static void send_end(struct fx_file *root, enum fx_packet_kind kind)
{
	root->end = (struct fx_packet){ .kind = kind, .file = root, .complete = end_returned };
	list_init(&root->end.link);
	spin_lock_acquire(&root->lock);
	root->submitted++;
	spin_lock_release(&root->lock);
	io_count(&root->io->submitted, 1);
	packet_place(&root->end);
}

static bool is_opened(const struct fx_file *root)
{
	for (const struct fx_file *file = root; file; file = file->below)
		if (file->opened)
			return true;
	return false;
}

/* --- the close of a file --- */

/* Of the rooms below: that of the root is in the hands of who calls. */
static void each_room_below(const struct fx_file *root, void (*fn)(struct fx_io *io))
{
	for (const struct fx_file *file = root->below; file; file = file->below)
		fn(file->io);
}

void file_begin_close(struct fx_file *root)
{
	struct fx_io *io = root->io;

	if (root->closing)
		return;
	for (struct fx_file *file = root; file; file = file->below)
		file->closing = true;
	list_remove(&root->io_link);
	list_push_back(&io->closing, &root->io_link);
	io->due = true; /* until it is over */
	if (is_opened(root) && !root->opening)
		send_end(root, FX_PACKET_CLEANUP);
	else /* an open that drivers still agree to is closed then */
		cancel_others(root);
}

/* The client's close has come and the file is over: the shell may go. */
static void tell_closed(struct fx_file *file)
{
	void (*closed)(void *arg) = file->closed;
	void *arg = file->closed_arg;

	if (!closed) {
		exec_event_set(&file->ended); /* the closer frees it */
		return;
	}
	file_free(file);
	closed(arg);
}

/* For fx_io_when_unused(). What it causes happens elsewhere: the room stays as long as it runs. */
static void tell_unused(struct fx_io *io)
{
	void (*unused)(void *arg) = io->unused;

	if (!unused || io->files_open)
		return;
	io->unused = NULL;
	unused(io->unused_arg);
}

static void leave_levels(struct fx_file *root)
{
	for (struct fx_file *file = root; file; file = file->below) {
		file_put_by_irps(file);
		if (!file->joined)
			continue;
		file_object_delete(file);
		io_count(&file->io->files_open, (uint64_t)-1);
	}
}

static void file_end(struct fx_file *file)
{
	struct fx_io *io = file->io;
	bool close_came;

	list_remove(&file->io_link);
	each_room_below(file, io_begin);
	leave_levels(file);
	each_room_below(file, io_run);
	spin_lock_acquire(&file->lock);
	file->io = NULL; /* once this is seen, the closer's thread may free the file */
	close_came = file->close_came;
	spin_lock_release(&file->lock);
	request_race_point();
	if (close_came)
		tell_closed(file);
	tell_unused(io);
}

/* Nothing outstanding, nothing on its way here; and if so, nothing will be. */
static bool is_over(struct fx_file *file)
{
	bool nothing;

	spin_lock_acquire(&file->lock);
	nothing = file->submitted == file->returned;
	file->over |= nothing; /* its close is still to come, of the client's there is no more */
	spin_lock_release(&file->lock);
	return nothing;
}

/* Cleanup, close, end. */
static void go_on(struct fx_file *file)
{
	if (!is_opened(file) || file->end.kind == FX_PACKET_CLOSE)
		file_end(file);
	else
		send_end(file, file->end.kind ? FX_PACKET_CLOSE : FX_PACKET_CLEANUP);
}

static struct fx_file *next_to_go_on(struct fx_io *io)
{
	list_for_each (link, &io->closing) {
		struct fx_file *file = list_entry(link, struct fx_file, io_link);

		if (is_over(file))
			return file;
	}
	return NULL;
}

static void closing_comes(struct irq_message *msg)
{
	struct fx_io *io = uw_container_of(msg, struct fx_io, close_msg);

	io->close_parked = false;
	io_begin(io);
	io_run(io);
}

void file_run_closing(struct fx_io *io)
{
	struct fx_file *file;

	if (io->close_parked)
		return;
	io->close_msg.run = closing_comes;
	io->close_parked = io_park_stack(io, &io->close_msg);
	if (io->close_parked)
		return;
	if (io->going_on)
		return; /* whoever is at it comes to the others, too: no deeper with each file */
	io->going_on = true;
	while ((file = next_to_go_on(io)))
		go_on(file);
	io->going_on = false;
}

void file_close_all(struct fx_io *io)
{
	list_for_each (it, &io->closing)
		list_entry(it, struct fx_file, io_link)->orphan = true;
	while (!list_empty(&io->files)) {
		struct fx_file *file = list_first(&io->files, struct fx_file, io_link);

		file->orphan = true;
		file_begin_close(file);
	}
}

/*
 * The close has to wait for a callback, which perhaps waits for a request of this very file: they
 * are cancelled now, and whatever comes meanwhile when the close goes on.
 */
static void cancel_ahead(struct fx_file *root)
{
	for (struct fx_file *file = root; file; file = file->below)
		io_begin(file->io);
	for (struct fx_file *file = root; file; file = file->below)
		cancel_listed(file);
	for (struct fx_file *file = root; file; file = file->below)
		io_run(file->io);
}

static void close_comes(struct irq_message *msg)
{
	struct fx_file *file = uw_container_of(msg, struct fx_file, close_msg);
	struct fx_io *io = file->io;

	if (io && io_park_stack(io, msg)) {
		cancel_ahead(file);
		return;
	}
	file->close_came = true;
	if (!io) { /* the device went first */
		tell_closed(file);
		return;
	}
	io_begin(io);
	file_begin_close(file);
	io_run(io);
}

void fx_file_close_start(struct fx_file *file, void (*done)(void *arg), void *arg)
{
	struct fx_io *io;

	file->close_msg.run = close_comes;
	file->closed = done;
	file->closed_arg = arg;
	spin_lock_acquire(&file->lock); /* against the owner letting go of the file */
	io = file->io;
	if (io) /* on the owner, too: behind what other threads submitted before */
		irq_loop_post(io->owner, &file->close_msg);
	spin_lock_release(&file->lock);
	if (!io)
		close_comes(&file->close_msg);
}

/* NULL: the device is gone, and with it perhaps its driver. */
static struct fx_driver *driver_of(struct fx_file *file)
{
	struct fx_driver *driver = NULL;

	spin_lock_acquire(&file->lock);
	if (file->io)
		driver = file->io->driver;
	spin_lock_release(&file->lock);
	return driver;
}

static const char *what_is_awaited(const struct fx_file *file)
{
	switch (__atomic_load_n(&file->seen, __ATOMIC_RELAXED)) {
	case FX_PACKET_CLEANUP:
		return "IRP_MJ_CLEANUP";
	case FX_PACKET_CLOSE:
		return "IRP_MJ_CLOSE";
	default:
		return "requests";
	}
}

void fx_file_close(struct fx_file *file)
{
	fx_file_close_start(file, NULL, NULL);
	while (!exec_event_wait(&file->ended, io_patience_end(driver_of(file))))
		fx_rule_break(driver_of(file), FX_RULE_LONG_WAIT, NULL,
			      "the close of a file waits for the driver to complete the file's "
			      "%s",
			      what_is_awaited(file));
	file_free(file);
}
