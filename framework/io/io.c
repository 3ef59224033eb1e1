/* SPDX-License-Identifier: MIT */
/* io.c - the room itself: made with the device, run by the owner loop, gone with the device. */
#include "io.h"

#include <assert.h>

#include "base/mem.h"
#include "room.h"

/*
 * Everything that calls a driver without having been called by it goes through here: callbacks of
 * one entry (a message, a DPC, a flush) never nest into one another, whatever the driver does
 * inside them, and none of them can meet a lock that the driver holds around a DDI.
 */
void io_run(struct fx_io *io)
{
	struct list *link;

	io->entered = false;
	if (io->in_driver || io->running)
		return;
	io->running = true;
	for (;;) {
		if ((link = list_pop_front(&io->called_off)))
			request_run_call_off(list_entry(link, struct fx_request, off_link));
		else if ((link = list_pop_front(&io->kicked)))
			queue_run(list_entry(link, struct fx_queue, kick_link));
		else
			break;
	}
	io->running = false;
	if (uw_unlikely(!list_empty(&io->closing)))
		file_run_closing(io);
	if (uw_unlikely(io->power_waiting))
		io_check_power(io);
}

void io_run_later(struct fx_io *io)
{
	if (!io->in_driver && !io->running && !io->entered)
		irq_loop_defer(io->owner, IRQ_PHASE_DPC, &io->later);
}

static void run_now(struct irq_deferred *work)
{
	io_run(uw_container_of(work, struct fx_io, later));
}

static void init_lists(struct fx_io *io)
{
	list_init(&io->kicked);
	list_init(&io->called_off);
	list_init(&io->closing);
	list_init(&io->done);
	list_init(&io->queues);
	list_init(&io->files);
	list_init(&io->creates);
	list_init(&io->later.link);
	list_init(&io->flush.link);
	io->later.run = run_now;
	io->flush.run = packet_flush;
}

static int init_waits(struct fx_io *io)
{
	int err = exec_event_init(&io->power_done);

	if (err)
		return err;
	err = rank_mutex_init(&io->device_scope.lock, LOCK_RANK_SCOPE);
	if (err)
		exec_event_deinit(&io->power_done);
	return err;
}

NTSTATUS fx_io_new(struct fx_device *device, struct irq_loop *owner, struct fx_io **out)
{
	struct fx_io *io = mem_calloc(1, sizeof(*io));

	if (!io)
		return STATUS_INSUFFICIENT_RESOURCES;
	io->device = device;
	io->driver = ((struct fx_device_head *)(void *)device)->base.driver;
	io->owner = owner;
	io->held = true;
	init_lists(io);
	if (init_waits(io)) {
		mem_free(io);
		return STATUS_INSUFFICIENT_RESOURCES;
	}
	list_init(&io->pool.free);
	*out = io;
	return STATUS_SUCCESS;
}

NTSTATUS fx_io_configure(struct fx_io *io, const struct fx_io_config *config)
{
	assert(!io->pool.chunks);
	io->config = *config;
	if (((struct fx_device_head *)(void *)io->device)->base.sync_scope ==
	    WdfSynchronizationScopeDevice)
		io->file_scope = &io->device_scope;
	return request_pool_init(io);
}

static void undefer(void *arg)
{
	struct fx_io *io = arg;

	irq_loop_undefer(&io->later);
	irq_loop_undefer(&io->flush);
	request_pool_deinit(io);
}

struct fx_io *fx_io_free(struct fx_io *io)
{
	if (!io)
		return NULL;
	/* On the owner, so that whatever was posted before (a late submit or close) has run. */
	irq_loop_call(io->owner, undefer, io);
	assert(list_empty(&io->files) && list_empty(&io->queues) && list_empty(&io->done));
	rank_mutex_deinit(&io->device_scope.lock);
	exec_event_deinit(&io->power_done);
	mem_free(io);
	return NULL;
}

void fx_io_allow_open(struct fx_io *io, bool allowed)
{
	__atomic_store_n(&io->may_open, allowed, __ATOMIC_RELEASE);
}

void fx_io_set_started(struct fx_io *io)
{
	__atomic_store_n(&io->started, true, __ATOMIC_RELEASE);
}

struct count_args {
	struct fx_io *io;
	struct fx_io_stats stats;
};

static void count_queues(void *arg)
{
	struct count_args *args = arg;

	list_for_each (link, &args->io->queues) {
		struct fx_queue *q = list_entry(link, struct fx_queue, io_link);

		args->stats.queued_now += __atomic_load_n(&q->waiting_count, __ATOMIC_RELAXED);
		args->stats.driver_owned_now += queue_driver_count(q);
	}
}

struct fx_io_stats fx_io_stats(const struct fx_io *io)
{
	/* The walk needs the owner; nothing is changed by it. */
	struct count_args args = { .io = (struct fx_io *)(uintptr_t)io };

	irq_loop_call(io->owner, count_queues, &args);
	args.stats.submitted = __atomic_load_n(&io->submitted, __ATOMIC_RELAXED);
	args.stats.completed = __atomic_load_n(&io->completed, __ATOMIC_RELAXED);
	args.stats.cancelled = __atomic_load_n(&io->cancelled, __ATOMIC_RELAXED);
	args.stats.open_files = __atomic_load_n(&io->files_open, __ATOMIC_RELAXED);
	return args.stats;
}
