/* SPDX-License-Identifier: MIT */
/* queue_fast.h - may the driver have one more? One word and one difference. Then it gets it. */
#ifndef FX_QUEUE_FAST_H
#define FX_QUEUE_FAST_H

#include "room.h"

static inline bool queue_below_limit(const struct fx_queue *q)
{
	return queue_driver_count(q) < q->limit;
}

/* Who gets what is no create: the queue of its kind, or the default one; NULL: nobody. */
static inline struct fx_queue *queue_for(const struct fx_io *io, enum fx_request_kind kind)
{
	struct fx_queue *q = __atomic_load_n(&io->routes[kind], __ATOMIC_ACQUIRE);

	return q ? q : __atomic_load_n(&io->default_queue, __ATOMIC_ACQUIRE);
}

/* Now, in front of everybody: the gate is open, which also says that nobody waits. */
static inline bool queue_can_present(const struct fx_queue *q)
{
	const uint32_t open = GATE_NOT_SIMPLE | GATE_LIMITED | GATE_ROUTED;

	return uw_likely(!(queue_gate(q) & ~open) && queue_below_limit(q) && !q->io->in_driver);
}

/* For reports: the callback that is called now, with @req. */
static inline void queue_named(struct io_call *call, struct fx_request *req, const char *name,
			       uintptr_t code)
{
	call->name = name;
	call->code = code;
	request_note(&req->given_to, (const void *)code);
}

/* The request belongs to the driver: after the call it may be gone. */
static inline void queue_call_driver(struct fx_queue *q, struct fx_request *req,
				     struct io_call *call)
{
	WDFREQUEST request = request_handle(req);
	WDFQUEUE queue = queue_handle(q);

	if (uw_likely(req->kind == REQUEST_CONTROL && q->evt_control)) {
		queue_named(call, req, "EvtIoDeviceControl", FX_CODE(q->evt_control));
		q->evt_control(queue, request, req->out_len, req->in_len, req->code);
	} else if (req->kind == REQUEST_READ && q->evt_read) {
		queue_named(call, req, "EvtIoRead", FX_CODE(q->evt_read));
		q->evt_read(queue, request, req->out_len);
	} else if (req->kind == REQUEST_WRITE && q->evt_write) {
		queue_named(call, req, "EvtIoWrite", FX_CODE(q->evt_write));
		q->evt_write(queue, request, req->in_len);
	} else if (req->kind == REQUEST_INTERNAL && q->evt_internal) {
		queue_named(call, req, "EvtIoInternalDeviceControl", FX_CODE(q->evt_internal));
		q->evt_internal(queue, request, req->out_len, req->in_len, req->code);
	} else {
		queue_named(call, req, "EvtIoDefault", FX_CODE(q->evt_default));
		q->evt_default(queue, request);
	}
}

static inline bool queue_has_handler(const struct fx_queue *q, enum fx_request_kind kind)
{
	return uw_likely(kind == REQUEST_CONTROL && q->evt_control) || queue_handles(q, kind);
}

/* req->queue is @q. */
static inline void queue_present(struct fx_queue *q, struct fx_request *req)
{
	struct fx_io *io = q->io;
	struct io_call call;

	io_count(&q->presented, 1);
	request_race_point();
	__atomic_store_n(&req->head, REQUEST_HEAD_IN_CALLBACK, __ATOMIC_RELEASE);
	if (uw_unlikely(!queue_has_handler(q, (enum fx_request_kind)req->kind))) {
		request_finish(req, STATUS_INVALID_DEVICE_REQUEST, 0);
		return;
	}
	call = io_enter_driver(io, q->scope, NULL, 0);
	queue_call_driver(q, req, &call);
	io_leave_driver(io, &call);
	if (uw_unlikely(req->place == PLACE_CALLBACK))
		request_stay(req);
}

#endif
