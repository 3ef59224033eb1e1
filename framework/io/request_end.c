/* SPDX-License-Identifier: MIT */
/*
 * request_end.c - the end of a sending, as the driver hears of it.
 *
 * A completion routine runs on the owner loop of the device that has the request, from a message:
 * never inside a DDI or another callback of the device, so a driver may hold its own locks around
 * its sends. One that waits for a target on that very loop has the routines run meanwhile
 * (target_wait.c).
 */
#include "target_impl.h"

/* As the driver left it, but for a cancel that came. */
void request_come_back(struct fx_request *req)
{
	uint32_t word = request_word(req);
	uint32_t state;

	if (req->made)
		request_irp_back(req);
	do
		state = req->made ? REQUEST_MADE : REQUEST_DRIVER | (word & REQUEST_CANCELLED);
	while (!request_swap_word(req, &word, state));
}

static void fill_others(const struct fx_sent *sent, WDF_REQUEST_COMPLETION_PARAMS *out)
{
	out->Parameters.Others.Argument1.Ptr = sent->others[0];
	out->Parameters.Others.Argument2.Ptr = sent->others[1];
	out->Parameters.Others.Argument3.Value = sent->packet.code;
	out->Parameters.Others.Argument4.Ptr = sent->others[2];
}

static WDFMEMORY memory_of(const struct fx_sent *sent, unsigned int which)
{
	const struct fx_memory *memory = sent->memories[which];

	return memory ? (WDFMEMORY)fx_object_handle(&memory->base) : NULL;
}

void sent_params(const struct fx_request *req, WDF_REQUEST_COMPLETION_PARAMS *out)
{
	const struct fx_sent *sent = req->sent;

	out->Type = sent ? sent->type : WdfRequestTypeNoFormat;
	out->IoStatus.Status = req->status;
	out->IoStatus.Information = req->information;
	switch (out->Type) {
	case WdfRequestTypeRead:
		out->Parameters.Read.Buffer = memory_of(sent, 1);
		out->Parameters.Read.Length = req->information;
		out->Parameters.Read.Offset = sent->offsets[1];
		break;
	case WdfRequestTypeWrite:
		out->Parameters.Write.Buffer = memory_of(sent, 0);
		out->Parameters.Write.Length = req->information;
		out->Parameters.Write.Offset = sent->offsets[0];
		break;
	case WdfRequestTypeDeviceControl:
	case WdfRequestTypeDeviceControlInternal:
		out->Parameters.Ioctl.IoControlCode = sent->packet.code;
		out->Parameters.Ioctl.Input.Buffer = memory_of(sent, 0);
		out->Parameters.Ioctl.Input.Offset = sent->offsets[0];
		out->Parameters.Ioctl.Output.Buffer = memory_of(sent, 1);
		out->Parameters.Ioctl.Output.Offset = sent->offsets[1];
		out->Parameters.Ioctl.Output.Length = req->information;
		break;
	case WdfRequestTypeOther:
		fill_others(sent, out);
		break;
	default:
		break;
	}
}

static void call_routine(struct fx_request *req, struct fx_io *io, struct fx_target *target)
{
	PFN_WDF_REQUEST_COMPLETION_ROUTINE routine = req->completion;
	WDFCONTEXT context = req->completion_context;
	WDF_REQUEST_COMPLETION_PARAMS params;
	struct target_telling telling;
	struct io_call call;

	WDF_REQUEST_COMPLETION_PARAMS_INIT(&params);
	sent_params(req, &params);
	req->completion = NULL;
	req->format = FORMAT_NONE;
	request_come_back(req);
	if (!routine)
		return;
	target_telling_begin(&telling, target);
	call = io_enter_driver(io, NULL, "EvtRequestCompletionRoutine", FX_CODE(routine));
	routine(request_handle(req), target_handle(target), &params, context);
	io_leave_driver(io, &call);
	target_telling_end(&telling);
}

/* After the routine a delivered request may be another one already; a made one is referenced. */
static void tell(struct fx_io *io, struct fx_sent *sent)
{
	struct fx_request *req = sent->request;
	struct fx_target *target = sent->target;
	bool made = req->made;

	irq_loop_timer_stop(&sent->timer);
	req->status = sent_take_back(sent);
	req->information = sent->information;
	call_routine(req, io, target);
	sent_left(target);
	if (made)
		fx_object_unref(&req->base);
}

void request_run_sent(struct fx_io *io)
{
	struct list *link;

	while ((link = list_pop_front(&io->sent_due)))
		tell(io, list_entry(link, struct fx_sent, due_link));
}

/* Nobody hears of it: the client's request ends as the lower one did. */
static void complete_forgotten(struct fx_sent *sent)
{
	struct fx_request *req = sent->request;
	struct fx_target *target = sent->target;
	NTSTATUS status = sent_take_back(sent);
	size_t information = sent->information;

	if (io_is_owner(req->io)) {
		request_finish(req, status, information);
	} else {
		req->status = status;
		req->information = information;
		request_set_word(req, REQUEST_COMPLETING);
		request_ask(req, REQUEST_OP_COMPLETE);
	}
	sent_left(target);
}

static void tell_comes(struct irq_message *msg)
{
	struct fx_io *io = uw_container_of(msg, struct fx_io, tell_msg);

	if (io_park(io, msg))
		return;
	io->tell_posted = false;
	io_begin(io);
	request_run_sent(io);
	io_run(io);
}

static void have_told(struct fx_io *io, struct fx_sent *sent)
{
	list_push_back(&io->sent_due, &sent->due_link);
	if (io->tell_posted)
		return;
	io->tell_posted = true;
	io->tell_msg.run = tell_comes;
	irq_loop_post(io->owner, &io->tell_msg);
}

void request_sent_over(struct fx_sent *sent)
{
	struct fx_request *req = sent->request;

	if (sent->forget)
		complete_forgotten(sent);
	else if (io_is_owner(req->io))
		have_told(req->io, sent);
	else
		request_ask(req, REQUEST_OP_SENT);
}

/* Its message holds a reference, one however often it is asked. */
static void ask_made(struct fx_request *req)
{
	uint32_t before;

	fx_object_ref(&req->base);
	before = __atomic_fetch_or(&req->ops, REQUEST_OP_ARM, __ATOMIC_ACQ_REL);
	if (!before)
		irq_loop_post(req->io->owner, &req->msg);
	if (before & REQUEST_OP_ARM)
		fx_object_unref(&req->base);
}

/* The sending cannot end before this returns; but its message may come after the end. */
void request_arm(struct fx_request *req)
{
	if (io_is_owner(req->io)) {
		sent_arm(req->sent);
		return;
	}
	if (!req->made)
		request_ask(req, REQUEST_OP_ARM);
	else
		ask_made(req);
}

void request_run_sent_ops(struct fx_request *req, uint32_t ops)
{
	if (ops & REQUEST_OP_ARM)
		sent_arm(req->sent);
	if (ops & REQUEST_OP_SENT)
		have_told(req->io, req->sent);
}
