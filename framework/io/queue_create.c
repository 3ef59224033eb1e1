/* SPDX-License-Identifier: MIT */
/* queue_create.c - a queue comes (its configuration checked before anything is made) and goes. */
#include <assert.h>

#include "queue.h"
#include "reserve.h"
#include "room.h"

static bool has_handler(const WDF_IO_QUEUE_CONFIG *config)
{
	return config->EvtIoDefault || config->EvtIoRead || config->EvtIoWrite ||
	       config->EvtIoDeviceControl || config->EvtIoInternalDeviceControl;
}

/* How many requests the driver may have: a number for parallel queues, 0 for the others. */
static bool limit_is_valid(const WDF_IO_QUEUE_CONFIG *config)
{
	ULONG number = config->Settings.Parallel.NumberOfPresentedRequests;

	return config->DispatchType == WdfIoQueueDispatchParallel ? number != 0 : number == 0;
}

NTSTATUS queue_check_config(const WDF_IO_QUEUE_CONFIG *config)
{
	if (config->Size != sizeof(*config))
		return STATUS_INFO_LENGTH_MISMATCH;
	if (config->DispatchType <= WdfIoQueueDispatchInvalid ||
	    config->DispatchType >= WdfIoQueueDispatchMax)
		return STATUS_INVALID_PARAMETER;
	if (config->DispatchType != WdfIoQueueDispatchManual && !has_handler(config))
		return STATUS_WDF_NO_CALLBACK;
	if (config->DispatchType == WdfIoQueueDispatchManual && has_handler(config))
		return STATUS_INVALID_PARAMETER;
	if (!limit_is_valid(config) || config->Driver)
		return STATUS_INVALID_PARAMETER;
	if (config->PowerManaged != WdfUseDefault && config->PowerManaged != WdfTrue &&
	    config->PowerManaged != WdfFalse)
		return STATUS_INVALID_PARAMETER;
	return STATUS_SUCCESS;
}

/* The device, or something below it: else its queue would outlive it. */
static NTSTATUS check_parent(struct fx_io *io, const struct fx_object *device,
			     const WDF_OBJECT_ATTRIBUTES *attrs)
{
	const struct fx_object *obj = NULL;

	if (!attrs || !attrs->ParentObject)
		return STATUS_SUCCESS;
	obj = fx_object_from_any(io->driver, attrs->ParentObject);
	while (obj && obj != device)
		obj = obj->parent;
	return obj ? STATUS_SUCCESS : STATUS_INVALID_DEVICE_REQUEST;
}

static WDF_SYNCHRONIZATION_SCOPE scope_of(const struct fx_object *device,
					  const WDF_OBJECT_ATTRIBUTES *attrs)
{
	if (attrs && attrs->SynchronizationScope != WdfSynchronizationScopeInheritFromParent)
		return attrs->SynchronizationScope;
	return fx_object_effective_scope(device);
}

/*
 * All callbacks of a device run at the level of its owner loop. What cannot be had is refused:
 * PASSIVE callbacks from a driver that declared them fit for DISPATCH, and the device's lock at
 * another level than the device's.
 */
static NTSTATUS check_level(struct fx_io *io, const struct fx_object *device,
			    const WDF_OBJECT_ATTRIBUTES *attrs)
{
	WDF_EXECUTION_LEVEL wanted =
		attrs ? attrs->ExecutionLevel : WdfExecutionLevelInheritFromParent;

	if (wanted == WdfExecutionLevelInheritFromParent)
		return STATUS_SUCCESS;
	if (wanted == WdfExecutionLevelPassive && io->config.level > PASSIVE_LEVEL)
		return STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL;
	if (scope_of(device, attrs) == WdfSynchronizationScopeDevice &&
	    fx_object_effective_level(device) != wanted)
		return STATUS_INVALID_PARAMETER;
	return STATUS_SUCCESS;
}

static void fill_callbacks(struct fx_queue *q, const WDF_IO_QUEUE_CONFIG *config)
{
	q->evt_default = config->EvtIoDefault;
	q->evt_read = config->EvtIoRead;
	q->evt_write = config->EvtIoWrite;
	q->evt_control = config->EvtIoDeviceControl;
	q->evt_internal = config->EvtIoInternalDeviceControl;
	q->evt_stop = config->EvtIoStop;
	q->evt_resume = config->EvtIoResume;
	q->evt_cancelled = config->EvtIoCanceledOnQueue;
}

static uint32_t limit_of(const WDF_IO_QUEUE_CONFIG *config)
{
	return config->DispatchType == WdfIoQueueDispatchParallel
		       ? config->Settings.Parallel.NumberOfPresentedRequests
		       : 1;
}

static void fill(struct fx_queue *q, struct fx_io *io, const WDF_IO_QUEUE_CONFIG *config)
{
	q->io = io;
	q->type = config->DispatchType;
	q->limit = limit_of(config);
	q->zero_length = config->AllowZeroLengthRequests;
	q->power_managed = config->PowerManaged == WdfUseDefault ? !io->config.filter
								 : config->PowerManaged == WdfTrue;
	q->gate = GATE_JOINING | (q->type == WdfIoQueueDispatchManual ? GATE_MANUAL : 0) |
		  (q->limit == UINT32_MAX ? 0 : GATE_LIMITED);
	if (q->power_managed && __atomic_load_n(&io->held, __ATOMIC_RELAXED))
		q->gate |= GATE_HELD; /* as things stand; queue_join() knows */
	fill_callbacks(q, config);
	spin_lock_init(&q->lock, LOCK_RANK_QUEUE);
	list_init(&q->owned);
	list_init(&q->waiting);
	list_init(&q->taken);
	list_init(&q->kick_link);
	list_init(&q->io_link);
}

/* @level: of the queue's own attributes or inherited. */
static NTSTATUS choose_scope(struct fx_queue *q, WDF_SYNCHRONIZATION_SCOPE scope,
			     WDF_EXECUTION_LEVEL level)
{
	if (scope == WdfSynchronizationScopeDevice) {
		q->scope = &q->io->device_scope;
	} else if (scope == WdfSynchronizationScopeQueue) {
		if (fx_scope_init(&q->own_scope, io_is_passive(q->io, level)))
			return STATUS_INSUFFICIENT_RESOURCES;
		fx_scope_watch(&q->own_scope, &q->base);
		q->scope = &q->own_scope;
	}
	return STATUS_SUCCESS;
}

/* The owner knows the power state that a new queue begins with. */
void queue_join(struct fx_queue *q)
{
	struct fx_io *io = q->io;

	spin_lock_acquire(&q->lock);
	queue_gate_set_locked(q, 0, GATE_JOINING | GATE_HELD);
	if (q->power_managed && io->held)
		queue_gate_set_locked(q, GATE_HELD, 0);
	if (io->dead)
		queue_gate_set_locked(q, GATE_SHUTDOWN | GATE_REFUSE | GATE_CANCEL_ALL, 0);
	spin_lock_release(&q->lock);
	spin_lock_acquire(&io->queues_lock);
	list_push_back(&io->queues, &q->io_link);
	spin_lock_release(&io->queues_lock);
	if (io->dead)
		queue_cancel_waiting(q);
}

/* A message, not a call: the caller may hold a lock that a callback on the owner waits for. */
static void have_joined(struct fx_queue *q)
{
	if (io_is_owner(q->io))
		queue_join(q);
	else
		queue_kick(q);
}

static void forget(void *arg)
{
	struct fx_queue *q = arg;

	q->gone = true;
	if (q->io->cursor == &q->io_link)
		q->io->cursor = q->io_link.next;
	spin_lock_acquire(&q->io->queues_lock);
	list_remove(&q->io_link);
	spin_lock_release(&q->io->queues_lock);
	list_remove(&q->kick_link);
	reserve_detach(q);
	/* Deleted in a callback, maybe one of its own: whoever called the driver has it in hand,
	 * and its lock. A message runs after that, and costs those nothing who delete nothing. */
	if (q->io->in_driver)
		queue_post(q);
}

static void drop_routes(struct fx_queue *q)
{
	for (unsigned int kind = 0; kind < REQUEST_KINDS; kind++) {
		struct fx_queue *it = q;

		__atomic_compare_exchange_n(&q->io->routes[kind], &it, NULL, false,
					    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
	}
	if (q->is_default)
		__atomic_store_n(&q->io->default_queue, NULL, __ATOMIC_RELEASE);
}

/* On the owner: whoever was being routed to us is here now, and nobody else comes. */
static void shut(void *arg)
{
	struct fx_queue *q = arg;

	spin_lock_acquire(&q->lock);
	queue_gate_set_locked(q, GATE_SHUTDOWN | GATE_REFUSE, 0);
	spin_lock_release(&q->lock);
}

static void end_requests(struct fx_queue *q)
{
	if (!queue_driver_count(q) && !__atomic_load_n(&q->waiting_count, __ATOMIC_RELAXED) &&
	    !queue_parked(q))
		return;
	if (io_is_owner(q->io))
		fx_verifier_stop(q->io->driver, WDF_QUEUE_FATAL_ERROR, q->base.handle, 0,
				 "a WDFQUEUE that has requests was deleted in a callback of its "
				 "own thread, which would wait for itself");
	/* nobody else waits with QUEUE_END, and an event to wait with takes no memory */
	(void)queue_change_and_wait(q, QUEUE_END);
}

static void queue_dispose(struct fx_object *obj)
{
	struct fx_queue *q = uw_container_of(obj, struct fx_queue, base);

	if (!q->committed)
		return;
	drop_routes(q);
	irq_loop_call(q->io->owner, shut, q);
	end_requests(q);
	irq_loop_call(q->io->owner, forget, q);
	reserve_end(q);
}

static void queue_destroy(struct fx_object *obj)
{
	struct fx_queue *q = uw_container_of(obj, struct fx_queue, base);

	assert(list_empty(&q->waiting) && list_empty(&q->owned) && list_empty(&q->taken));
	if (q->scope == &q->own_scope)
		fx_scope_deinit(&q->own_scope);
	reserve_free(q);
}

static const struct fx_object_class queue_class = {
	.type = FX_TYPE_QUEUE,
	.name = "WDFQUEUE",
	.driver_may_delete = true,
	.passive_cleanup = true,
	.dispose = queue_dispose,
	.destroy = queue_destroy,
};

struct fx_scope *fx_io_queue_scope(struct fx_object *queue)
{
	return uw_container_of(queue, struct fx_queue, base)->scope;
}

void queue_keep(struct fx_queue *q)
{
	spin_lock_acquire(&q->base.lock);
	__atomic_fetch_or(&q->base.flags, FX_OBJECT_KEPT, __ATOMIC_RELAXED);
	spin_lock_release(&q->base.lock);
}

static NTSTATUS become_default(struct fx_queue *q)
{
	struct fx_queue *nobody = NULL;

	q->is_default = __atomic_compare_exchange_n(&q->io->default_queue, &nobody, q, false,
						    __ATOMIC_SEQ_CST, __ATOMIC_ACQUIRE);
	if (!q->is_default)
		return STATUS_UNSUCCESSFUL;
	queue_keep(q);
	route_changed(q->io);
	return STATUS_SUCCESS;
}

static NTSTATUS set_up(struct fx_queue *q, struct fx_io *io, const WDF_IO_QUEUE_CONFIG *config)
{
	NTSTATUS status;

	fill(q, io, config);
	status = choose_scope(q, fx_object_effective_scope(&q->base),
			      fx_object_effective_level(&q->base));
	if (q->scope || io->detour || io->driver->object_hooks)
		q->gate |= GATE_NOT_SIMPLE;
	if (NT_SUCCESS(status) && config->DefaultQueue)
		status = become_default(q);
	return status;
}

NTSTATUS queue_new(struct fx_io *io, PWDF_IO_QUEUE_CONFIG config, PWDF_OBJECT_ATTRIBUTES attrs,
		   struct fx_queue **out)
{
	struct fx_object *device = &((struct fx_device_head *)(void *)io->device)->base;
	struct fx_object *obj;
	struct fx_queue *q;
	NTSTATUS status;

	status = check_parent(io, device, attrs);
	if (NT_SUCCESS(status))
		status = check_level(io, device, attrs);
	if (!NT_SUCCESS(status))
		return status;
	status = fx_object_new(&queue_class, sizeof(*q), io->driver, device, attrs, &obj);
	if (!NT_SUCCESS(status))
		return status;
	q = uw_container_of(obj, struct fx_queue, base);
	status = set_up(q, io, config);
	if (!NT_SUCCESS(status)) {
		fx_object_delete(obj);
		return status;
	}
	q->committed = true;
	have_joined(q);
	status = fx_object_commit(obj, attrs);
	if (NT_SUCCESS(status))
		*out = q;
	return status;
}
