/* SPDX-License-Identifier: MIT */
/* io.c - the room itself: made with the device, run by the owner loop, gone with the device. */
#include "io.h"

#include <assert.h>

#include "base/log.h"
#include "base/mem.h"
#include "irp.h"
#include "reserve.h"
#include "room.h"

static void run_now(struct irq_deferred *work)
{
	io_run(uw_container_of(work, struct fx_io, later));
}

static void init_lists(struct fx_io *io)
{
	list_init(&io->kicked);
	list_init(&io->for_caller);
	list_init(&io->called_off);
	list_init(&io->closing);
	list_init(&io->done);
	list_init(&io->sent_due);
	list_init(&io->targets);
	list_init(&io->queues);
	list_init(&io->files);
	list_init(&io->unqueued);
	list_init(&io->later.link);
	list_init(&io->late);
	list_init(&io->flush.link);
	io->later.run = run_now;
	io->flush.run = packet_flush_comes;
}

static int init_waits(struct fx_io *io)
{
	int err = exec_event_init(&io->power_done);

	if (err)
		return err;
	err = fx_scope_init(&io->device_scope, false);
	if (err)
		exec_event_deinit(&io->power_done);
	return err;
}

static void deinit_waits(struct fx_io *io)
{
	fx_scope_deinit(&io->device_scope);
	exec_event_deinit(&io->power_done);
}

NTSTATUS fx_io_new(struct fx_device *device, struct irq_loop *owner, struct fx_io **out)
{
	struct fx_io *io = mem_calloc(1, sizeof(*io));

	if (!io)
		return STATUS_INSUFFICIENT_RESOURCES;
	io->device = device;
	io->driver = ((struct fx_device_head *)(void *)device)->base.driver;
	io->owner = owner;
	io->owner_thread = irq_loop_thread(owner);
	io->simple_thread = IO_NO_THREAD;
	io->held = true;
	io->untraced = TRACE_SAMPLE - 1;
	spin_lock_init(&io->queues_lock, LOCK_RANK_QUEUE);
	init_lists(io);
	if (init_waits(io)) {
		mem_free(io);
		return STATUS_INSUFFICIENT_RESOURCES;
	}
	request_pool_make(&io->pool);
	irp_room_init(io);
	*out = io;
	return STATUS_SUCCESS;
}

static bool makes_detours(const struct fx_io_config *config)
{
	bool any = config->evt_in_caller || config->filter || config->to_self;

	for (unsigned int i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION; i++)
		any |= config->preprocess[i].evt != NULL;
	return any;
}

/*
 * File objects have scope and level of their device, unless their attributes say otherwise. Their
 * callbacks may wait, where the driver did not declare all of its fit for DISPATCH: under a spin
 * lock they could not.
 */
static NTSTATUS choose_file_scope(struct fx_io *io, const struct fx_object *device)
{
	const WDF_FILEOBJECT_CONFIG *config = &io->config.file_config;
	const WDF_OBJECT_ATTRIBUTES *attrs = &io->config.file_attributes;
	bool has_callbacks =
		config->EvtDeviceFileCreate || config->EvtFileCleanup || config->EvtFileClose;
	WDF_SYNCHRONIZATION_SCOPE scope = attrs->SynchronizationScope;

	if (!attrs->Size || scope == WdfSynchronizationScopeInheritFromParent)
		scope = fx_object_effective_scope(device);
	if (!has_callbacks)
		return STATUS_SUCCESS;
	if (attrs->Size && attrs->ExecutionLevel == WdfExecutionLevelPassive &&
	    io->config.level > PASSIVE_LEVEL)
		return STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL;
	if (scope != WdfSynchronizationScopeDevice)
		return STATUS_SUCCESS;
	if (!io->device_scope.passive && io->config.level == PASSIVE_LEVEL) {
		log_warn("io", "EvtDeviceFileCreate, EvtFileCleanup and EvtFileClose cannot have "
			       "the lock of a device whose callbacks are at DISPATCH_LEVEL: give "
			       "file objects WdfSynchronizationScopeNone");
		return STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL;
	}
	io->file_scope = &io->device_scope;
	return STATUS_SUCCESS;
}

NTSTATUS fx_io_configure(struct fx_io *io, const struct fx_io_config *config)
{
	struct fx_object *device = &((struct fx_device_head *)(void *)io->device)->base;
	NTSTATUS status;

	assert(!io->pool.chunks);
	io->config = *config;
	io->detour = makes_detours(config);
	io->device_scope.passive = io_is_passive(io, fx_object_effective_level(device));
	fx_scope_watch(&io->device_scope, device);
	status = choose_file_scope(io, device);
	if (!NT_SUCCESS(status))
		return status;
	if (!NT_SUCCESS(file_nameless_new(io))) /* at all levels: the stack is known by now */
		return STATUS_INSUFFICIENT_RESOURCES;
	return request_pool_init(io);
}

bool fx_io_holds_queue_scope(struct fx_device *device)
{
	struct fx_io *io = fx_device_io(device);
	bool held = false;

	spin_lock_acquire(&io->queues_lock);
	list_for_each (link, &io->queues)
		held |= fx_scope_is_mine(&list_entry(link, struct fx_queue, io_link)->own_scope);
	spin_lock_release(&io->queues_lock);
	return held;
}

struct fx_scope *fx_io_device_scope(struct fx_device *device)
{
	return &fx_device_io(device)->device_scope;
}

static void undefer(void *arg)
{
	struct fx_io *io = arg;

	irq_loop_undefer(&io->later);
	irq_loop_undefer(&io->flush);
	request_pool_deinit(io);
	irp_room_deinit(io);
	file_nameless_free(io);
}

struct fx_io *fx_io_free(struct fx_io *io)
{
	if (!io)
		return NULL;
	/* On the owner, so that whatever was posted before (a late submit or close) has run. */
	irq_loop_call(io->owner, undefer, io);
	assert(list_empty(&io->files) && list_empty(&io->queues) && list_empty(&io->done));
	deinit_waits(io);
	mem_free(io);
	return NULL;
}

void fx_io_stack_on(struct fx_io *io, struct fx_io *below)
{
	assert(io->owner == below->owner);
	io->below = below;
}

void fx_io_set_parent(struct fx_io *io, struct fx_io *parent)
{
	assert(io->owner == parent->owner);
	io->parent = parent;
}

void fx_io_allow_open(struct fx_io *io, bool allowed)
{
	__atomic_store_n(&io->may_open, allowed, __ATOMIC_RELEASE);
}

struct unused_question {
	struct fx_io *io;
	void (*unused)(void *arg);
	void *arg;
	bool is_unused;
};

static void ask_unused(void *arg)
{
	struct unused_question *q = arg;

	q->is_unused = !q->io->files_open;
	if (q->is_unused)
		return;
	q->io->unused = q->unused;
	q->io->unused_arg = q->arg;
}

bool fx_io_when_unused(struct fx_io *io, void (*unused)(void *arg), void *arg)
{
	struct unused_question q = { .io = io, .unused = unused, .arg = arg };

	irq_loop_call(io->owner, ask_unused, &q);
	return q.is_unused;
}

void fx_io_set_started(struct fx_io *io)
{
	__atomic_store_n(&io->started, true, __ATOMIC_RELEASE);
}

size_t fx_io_trace(const struct fx_io *io, struct trace_event *out, size_t max)
{
	return trace_read(&io->trace, out, max);
}

struct fx_io_stats fx_io_stats(const struct fx_io *io)
{
	struct spin_lock *lock = (struct spin_lock *)(uintptr_t)&io->queues_lock;
	struct fx_io_stats stats = {
		.completed = __atomic_load_n(&io->completed, __ATOMIC_RELAXED),
		.submitted = __atomic_load_n(&io->submitted, __ATOMIC_RELAXED),
		.cancelled = __atomic_load_n(&io->cancelled, __ATOMIC_RELAXED),
		.open_files = __atomic_load_n(&io->files_open, __ATOMIC_RELAXED),
	};

	/* Not on the owner loop: a driver that hangs in a callback is what one wants to look at. */
	spin_lock_acquire(lock);
	list_for_each (link, &io->queues) {
		struct fx_queue *q = list_entry(link, struct fx_queue, io_link);

		stats.queued_now +=
			__atomic_load_n(&q->waiting_count, __ATOMIC_RELAXED) + queue_parked(q);
		stats.driver_owned_now += queue_driver_count(q);
	}
	spin_lock_release(lock);
	return stats;
}
