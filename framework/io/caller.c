/* SPDX-License-Identifier: MIT */
/*
 * caller.c - EvtIoInCallerContext: the driver sees a request before any queue does, and passes it
 * on itself.
 *
 * It runs on the owner loop, as everything here: what a client's addresses name is the same memory
 * on every thread of this process.
 */
#include "object/functions.h"
#include "queue.h"
#include "request_fast.h"
#include "reserve.h"

bool caller_has(const struct fx_request *req)
{
	return io_is_owner(req->io) && req->io->at_caller == req;
}

void caller_present(struct fx_io *io, struct fx_request *req)
{
	struct fx_device_head *device = (void *)io->device;
	struct io_call call;

	request_give_unqueued(req);
	io->at_caller = req;
	call = io_enter_driver(io, NULL, "EvtIoInCallerContext", FX_CODE(io->config.evt_in_caller));
	io->config.evt_in_caller((WDFDEVICE)fx_object_handle(&device->base), request_handle(req));
	io_leave_driver(io, &call);
	io->at_caller = NULL;
}

static void make_and_present(struct fx_io *io, struct fx_packet *packet, enum fx_request_kind kind)
{
	struct fx_request *req = request_get(io);
	NTSTATUS status;

	if (!req) {
		packet_finish(io, packet, STATUS_INSUFFICIENT_RESOURCES, 0);
		return;
	}
	status = request_bind_any(req, packet, kind);
	if (NT_SUCCESS(status))
		caller_present(io, req);
	else
		request_finish(req, status, 0);
}

/* The queue that it will most likely come to says what happens without memory. */
static void present_to_caller(struct fx_io *io, struct fx_packet *packet, enum fx_request_kind kind)
{
	NTSTATUS status = io->dead ? STATUS_DEVICE_REMOVED : packet_judge(packet);
	struct fx_queue *q = io_route(io, kind);

	if (status != STATUS_PENDING)
		packet_finish(io, packet, status, 0);
	else if (q && queue_reserve(q) && !packet_is_for_below(io, q, kind))
		reserve_place_for_caller(q, packet, kind);
	else
		make_and_present(io, packet, kind);
}

void caller_place(struct fx_io *io, struct fx_packet *packet, enum fx_request_kind kind)
{
	if (!io->in_driver) {
		present_to_caller(io, packet, kind);
		return;
	}
	list_push_back(&io->for_caller, &packet->link); /* no callback inside another */
	io_run_later(io);
}

/* --- the driver passes it on --- */

static NTSTATUS refuse(struct fx_request *req, enum fx_rule rule, const char *why)
{
	fx_rule_break(req->base.driver, rule, &req->base, "WdfDeviceEnqueueRequest: %s", why);
	return STATUS_INVALID_DEVICE_REQUEST;
}

/* It goes on as if it had just come, and EvtIoCanceledOnQueue applies: the driver has seen it. */
static void pass_on(struct fx_request *req, struct fx_queue *q)
{
	uint32_t word = request_word(req);

	request_leave(req);
	if (packet_is_empty_transfer(req->packet) && !q->zero_length) {
		request_finish(req, STATUS_SUCCESS, 0);
		return;
	}
	request_set_word(req, (word & REQUEST_CANCELLED) | REQUEST_ARRIVED);
	queue_insert(q, req, false); /* a callback is on the stack: presented after it */
}

/* To the next lower device, as it came: what the driver wrote into its copy of a buffer stays here.
 */
static NTSTATUS hand_down(struct fx_request *req)
{
	struct fx_packet *packet = req->packet;

	if (req->format == FORMAT_IO)
		return refuse(
			req, FX_RULE_ENQUEUE_FORMATTED,
			"the device has no queue or handler for it, and it is formatted for an I/O "
			"target: it would go on without that");
	if (uw_unlikely(req->base.debug))
		req->base.driver->object_hooks->completed(&req->base);
	request_set_word(req, REQUEST_COMPLETING);
	request_leave(req);
	request_unplace(req);
	packet_pass_down(packet);
	return STATUS_SUCCESS;
}

static NTSTATUS enqueue(struct fx_io *io, struct fx_request *req)
{
	struct fx_queue *q;

	if (req->io != io || !caller_has(req))
		return refuse(req, FX_RULE_ENQUEUE_ELSEWHERE,
			      "it is for a request that EvtIoInCallerContext has just now");
	if (request_state(req) != REQUEST_DRIVER)
		return refuse(req, FX_RULE_REQUEST_NOT_OWNED,
			      "the driver does not own the request");
	q = io_route(io, (enum fx_request_kind)req->kind);
	if (packet_is_for_below(io, q, (enum fx_request_kind)req->kind))
		return hand_down(req);
	if (!q)
		return refuse(req, FX_RULE_ENQUEUE_NO_QUEUE,
			      "the device has no queue for requests of this type");
	if (queue_gate(q) & GATE_REFUSE)
		return STATUS_WDF_BUSY;
	pass_on(req, q);
	return STATUS_SUCCESS;
}

NTSTATUS fx_WdfDeviceEnqueueRequest(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
				    WDFREQUEST Request)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_object *device = fx_object_from_handle(driver, Device, FX_TYPE_DEVICE);
	struct fx_object *request = fx_object_from_handle(driver, Request, FX_TYPE_REQUEST);

	return enqueue(((struct fx_device_head *)(void *)device)->io,
		       uw_container_of(request, struct fx_request, base));
}
