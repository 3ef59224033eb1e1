/* SPDX-License-Identifier: MIT */
/*
 * reserve.c - guaranteed forward progress: what a queue does when there is no memory for a request.
 *
 * Reserved requests are slots like all others, in a chunk of their own, but their contexts and
 * children last from WdfIoQueueAssignForwardProgressPolicy() to the end of the queue: what the
 * driver allocated for each is there when nothing else can be had. Their system buffers are made
 * with them. A packet for which none is idle is parked, and the queue looks again when one comes
 * back.
 */
#include "reserve.h"

#include "base/mem.h"
#include "irp.h"
#include "request_fast.h"

/* --- making them --- */

static NTSTATUS allocate_resources(struct fx_reserve *reserve, struct fx_request *req)
{
	PFN_WDF_IO_ALLOCATE_RESOURCES_FOR_RESERVED_REQUEST allocate =
		reserve->policy.EvtIoAllocateResourcesForReservedRequest;

	return allocate ? FX_CALL(reserve->queue->io->driver,
				  "EvtIoAllocateResourcesForReservedRequest", allocate,
				  queue_handle(reserve->queue), request_handle(req))
			: STATUS_SUCCESS;
}

static NTSTATUS prepare(struct fx_reserve *reserve, struct fx_request *req)
{
	req->reserve = reserve;
	req->reserved = true;
	req->buffer = mem_alloc(REQUEST_BUFFER_LEN);
	if (!req->buffer)
		return STATUS_INSUFFICIENT_RESOURCES;
	req->buffer_len = REQUEST_BUFFER_LEN;
	return STATUS_SUCCESS;
}

static void free_reserve(struct fx_reserve *reserve)
{
	irp_spare_free(reserve->examined);
	mem_free(reserve);
}

/* The driver has seen the first @count: they end with its callbacks, the others without. */
static void unmake(struct fx_reserve *reserve, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		request_slot_delete(&reserve->chunk->slots[i]);
	request_chunk_free(reserve->queue->io, reserve->chunk);
	free_reserve(reserve);
}

static NTSTATUS make_all(struct fx_reserve *reserve, unsigned int *seen)
{
	NTSTATUS status = STATUS_SUCCESS;

	for (unsigned int i = 0; i < reserve->chunk->count && NT_SUCCESS(status); i++)
		status = prepare(reserve, &reserve->chunk->slots[i]);
	for (*seen = 0; *seen < reserve->chunk->count && NT_SUCCESS(status); (*seen)++) {
		struct fx_request *req = &reserve->chunk->slots[*seen];

		status = allocate_resources(reserve, req);
		list_push_back(&reserve->idle, &req->link);
	}
	return status;
}

/* A driver means a handful; one that asks for more has not set the number. */
#define RESERVE_MAX 16384u

static bool policy_is_valid(const WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY *policy)
{
	if (!policy->TotalForwardProgressRequests)
		return false;
	switch (policy->ForwardProgressReservedPolicy) {
	case WdfIoForwardProgressReservedPolicyAlwaysUseReservedRequest:
	case WdfIoForwardProgressReservedPolicyPagingIO:
		return true;
	case WdfIoForwardProgressReservedPolicyUseExamine:
		return policy->ForwardProgressReservePolicySettings.Policy.ExaminePolicy
			.EvtIoWdmIrpForForwardProgress;
	default:
		return false;
	}
}

static NTSTATUS reserve_new(struct fx_queue *q, const WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY *policy,
			    struct fx_reserve **out)
{
	struct fx_reserve *reserve;
	unsigned int seen = 0;
	NTSTATUS status;

	if (policy->TotalForwardProgressRequests > RESERVE_MAX)
		return STATUS_INSUFFICIENT_RESOURCES;
	reserve = mem_calloc(1, sizeof(*reserve));
	if (!reserve)
		return STATUS_INSUFFICIENT_RESOURCES;
	reserve->queue = q;
	reserve->policy = *policy;
	list_init(&reserve->idle);
	list_init(&reserve->arrived);
	list_init(&reserve->parked);
	reserve->examined = irp_spare_new(q->io);
	status = reserve->examined ? request_chunk_new(q->io, policy->TotalForwardProgressRequests,
						       &reserve->chunk)
				   : STATUS_INSUFFICIENT_RESOURCES;
	if (!NT_SUCCESS(status)) {
		free_reserve(reserve);
		return status;
	}
	status = make_all(reserve, &seen);
	if (NT_SUCCESS(status))
		*out = reserve;
	else
		unmake(reserve, seen);
	return status;
}

static NTSTATUS assigned_twice(struct fx_queue *q)
{
	fx_rule_break(q->io->driver, FX_RULE_PROGRESS_TWICE, &q->base,
		      "a WDFQUEUE was given a second forward-progress policy");
	return STATUS_INVALID_PARAMETER;
}

NTSTATUS reserve_assign(struct fx_queue *q, const WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY *policy)
{
	struct fx_reserve *reserve, *none = NULL;
	NTSTATUS status;

	if (policy->Size != sizeof(*policy))
		return STATUS_INFO_LENGTH_MISMATCH;
	if (!policy_is_valid(policy))
		return STATUS_INVALID_PARAMETER;
	if (queue_reserve(q))
		return assigned_twice(q);
	status = reserve_new(q, policy, &reserve);
	if (!NT_SUCCESS(status))
		return status;
	spin_lock_acquire(&q->lock);
	queue_gate_set_locked(q, GATE_NOT_SIMPLE, 0);
	spin_lock_release(&q->lock);
	if (__atomic_compare_exchange_n(&q->reserve, &none, reserve, false, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE))
		return STATUS_SUCCESS;
	unmake(reserve, reserve->chunk->count); /* another thread was faster */
	return assigned_twice(q);
}

/* --- using them --- */

static void park(struct fx_reserve *reserve, struct list *where, struct fx_packet *packet)
{
	packet->parked_at = reserve->queue;
	packet->phase |= PHASE_PARKED;
	list_push_back(where, &packet->link);
	__atomic_store_n(&reserve->parked_count, reserve->parked_count + 1, __ATOMIC_RELAXED);
}

static void unpark(struct fx_packet *packet)
{
	struct fx_reserve *reserve = queue_reserve(packet->parked_at);

	packet->phase &= ~PHASE_PARKED;
	list_remove(&packet->link);
	__atomic_store_n(&reserve->parked_count, reserve->parked_count - 1, __ATOMIC_RELAXED);
}

static NTSTATUS driver_allocates(struct fx_reserve *reserve, struct fx_request *req)
{
	struct fx_io *io = reserve->queue->io;
	struct io_call call;
	NTSTATUS status;

	if (!reserve->policy.EvtIoAllocateRequestResources)
		return STATUS_SUCCESS;
	call = io_enter_driver(io, NULL, "EvtIoAllocateRequestResources",
			       FX_CODE(reserve->policy.EvtIoAllocateRequestResources));
	status = reserve->policy.EvtIoAllocateRequestResources(queue_handle(reserve->queue),
							       request_handle(req));
	io_leave_driver(io, &call);
	return status;
}

/* As if there were no policy. NULL: there is no memory for it, ours or the driver's. */
static struct fx_request *make_request(struct fx_reserve *reserve, struct fx_packet *packet,
				       enum fx_request_kind kind)
{
	struct fx_request *req = NULL;

	if (uw_likely(!fx_verifier_denies_request(reserve->queue->io->driver)))
		req = request_get(reserve->queue->io);
	if (!req)
		return NULL;
	if (NT_SUCCESS(request_bind_any(req, packet, kind)) &&
	    NT_SUCCESS(driver_allocates(reserve, req)))
		return req;
	request_unplace(req);
	return NULL;
}

/* One that the driver has passed on as an IRP, or a view of it: there is no memory to make one. */
static PIRP irp_to_examine(struct fx_reserve *reserve, struct fx_packet *packet)
{
	if (packet->phase & PHASE_BELOW)
		return &uw_container_of(packet, struct fx_irp, below)->wdm;
	irp_show(reserve->examined, packet);
	return &reserve->examined->wdm;
}

static NTSTATUS ask_driver(struct fx_reserve *reserve, struct fx_packet *packet)
{
	struct fx_io *io = reserve->queue->io;
	PFN_WDF_IO_WDM_IRP_FOR_FORWARD_PROGRESS examine =
		reserve->policy.ForwardProgressReservePolicySettings.Policy.ExaminePolicy
			.EvtIoWdmIrpForForwardProgress;
	struct io_call call =
		io_enter_driver(io, NULL, "EvtIoWdmIrpForForwardProgress", FX_CODE(examine));
	WDF_IO_FORWARD_PROGRESS_ACTION action;

	action = examine(queue_handle(reserve->queue), irp_to_examine(reserve, packet));
	io_leave_driver(io, &call);
	switch (action) {
	case WdfIoForwardProgressActionUseReservedRequest:
		return STATUS_SUCCESS;
	case WdfIoForwardProgressActionFailRequest:
		return STATUS_INSUFFICIENT_RESOURCES;
	default:
		fx_rule_break(io->driver, FX_RULE_PROGRESS_ACTION, &reserve->queue->base,
			      "EvtIoWdmIrpForForwardProgress returned %d, which is no action",
			      (int)action);
		return STATUS_UNSUCCESSFUL;
	}
}

/* May it have a reserved request? If not, how it ends. */
static NTSTATUS judge(struct fx_reserve *reserve, struct fx_packet *packet)
{
	switch (reserve->policy.ForwardProgressReservedPolicy) {
	case WdfIoForwardProgressReservedPolicyAlwaysUseReservedRequest:
		return STATUS_SUCCESS;
	case WdfIoForwardProgressReservedPolicyUseExamine:
		return ask_driver(reserve, packet);
	default: /* paging I/O: there is none here */
		return STATUS_INSUFFICIENT_RESOURCES;
	}
}

static void use_reserved(struct fx_reserve *reserve, struct fx_packet *packet,
			 enum fx_request_kind kind)
{
	struct fx_request *req = list_first(&reserve->idle, struct fx_request, link);
	NTSTATUS status;

	list_remove(&req->link);
	request_begin(req);
	status = request_bind_any(req, packet, kind);
	if (NT_SUCCESS(status))
		queue_arrive(reserve->queue, req);
	else
		request_finish(req, status, 0);
}

static void give_up(struct fx_packet *packet, struct fx_request *req)
{
	if (req)
		request_finish(req, STATUS_CANCELLED, 0);
	else
		packet_finish(packet->file->io, packet, STATUS_CANCELLED, 0);
}

static void place_without_memory(struct fx_reserve *reserve, struct fx_packet *packet,
				 enum fx_request_kind kind)
{
	NTSTATUS status = judge(reserve, packet);

	if (!NT_SUCCESS(status))
		packet_finish(packet->file->io, packet, status, 0);
	else if (reserve->queue->gone)
		give_up(packet, NULL); /* the driver deleted it in that callback */
	else if (list_empty(&reserve->idle))
		park(reserve, &reserve->parked, packet);
	else
		use_reserved(reserve, packet, kind);
}

/* Did the driver delete the queue or cancel it while it allocated? */
static bool is_void(const struct fx_queue *q, const struct fx_request *req)
{
	return q->gone || (request_word(req) & REQUEST_CANCELLED);
}

static void place_now(struct fx_reserve *reserve, struct fx_packet *packet,
		      enum fx_request_kind kind)
{
	struct fx_request *req = make_request(reserve, packet, kind);

	if (!req)
		place_without_memory(reserve, packet, kind);
	else if (is_void(reserve->queue, req))
		give_up(packet, req);
	else
		queue_arrive(reserve->queue, req);
}

void reserve_place_for_caller(struct fx_queue *q, struct fx_packet *packet,
			      enum fx_request_kind kind)
{
	struct fx_reserve *reserve = queue_reserve(q);
	struct fx_request *req = make_request(reserve, packet, kind);
	NTSTATUS status;

	if (req && is_void(q, req)) {
		give_up(packet, req);
		return;
	}
	if (req) {
		caller_present(q->io, req);
		return;
	}
	status = packet_judge_for(packet,
				  q); /* what WdfDeviceEnqueueRequest() would have looked at */
	if (status == STATUS_PENDING)
		place_without_memory(reserve, packet, kind);
	else
		packet_finish(q->io, packet, status, 0);
}

void reserve_place(struct fx_queue *q, struct fx_packet *packet, enum fx_request_kind kind)
{
	struct fx_reserve *reserve = queue_reserve(q);

	if (!q->io->in_driver) {
		place_now(reserve, packet, kind);
		return;
	}
	park(reserve, &reserve->arrived, packet);
	queue_kick(q);
}

void reserve_run(struct fx_queue *q)
{
	struct fx_reserve *reserve = queue_reserve(q);
	struct fx_packet *packet;

	while (!list_empty(&reserve->arrived)) {
		packet = list_first(&reserve->arrived, struct fx_packet, link);
		unpark(packet);
		place_now(reserve, packet, packet_kind(packet));
	}
	while (!list_empty(&reserve->parked) && !list_empty(&reserve->idle)) {
		packet = list_first(&reserve->parked, struct fx_packet, link);
		unpark(packet);
		use_reserved(reserve, packet, packet_kind(packet));
	}
}

/* --- not using them --- */

void reserve_cancel_packet(struct fx_packet *packet)
{
	struct fx_queue *q = packet->parked_at;

	unpark(packet);
	packet_finish(packet->file->io, packet, STATUS_CANCELLED, 0);
	queue_kick(q); /* somebody may wait for it to be empty */
}

static void cancel_list(struct list *list, const struct fx_file *file)
{
	struct list *next;

	for (struct list *link = list->next; link != list; link = next) {
		struct fx_packet *packet = list_entry(link, struct fx_packet, link);

		next = link->next;
		if (!file || packet->file == file)
			reserve_cancel_packet(packet);
	}
}

void reserve_cancel_waiting(struct fx_queue *q, const struct fx_file *file)
{
	struct fx_reserve *reserve = queue_reserve(q);

	if (!reserve)
		return;
	cancel_list(&reserve->arrived, file);
	cancel_list(&reserve->parked, file);
}

void reserve_take_back(struct fx_request *req)
{
	struct fx_reserve *reserve = req->reserve;

	request_slot_renew(req);
	list_push_back(&reserve->idle, &req->link);
	if (!list_empty(&reserve->parked))
		queue_kick(reserve->queue);
}

/* --- the end --- */

/* Those that went on to another queue end as all others do. */
void reserve_detach(struct fx_queue *q)
{
	struct fx_reserve *reserve = queue_reserve(q);

	if (!reserve)
		return;
	for (unsigned int i = 0; i < reserve->chunk->count; i++) {
		reserve->chunk->slots[i].reserve = NULL;
		reserve->chunk->slots[i].reserved = false;
	}
	request_chunk_keep(q->io, reserve->chunk);
}

/* The slots that are idle now are ours alone: they stay unused until the room goes. */
void reserve_end(struct fx_queue *q)
{
	struct fx_reserve *reserve = queue_reserve(q);
	struct list *link;

	while (reserve && (link = list_pop_front(&reserve->idle)))
		request_slot_delete(list_entry(link, struct fx_request, link));
}

void reserve_free(struct fx_queue *q)
{
	if (queue_reserve(q))
		free_reserve(queue_reserve(q));
}
