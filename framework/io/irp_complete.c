/* SPDX-License-Identifier: MIT */
/*
 * irp_complete.c - an IRP changes hands: passed on, back through completion routines, completed.
 */
#include <string.h>

#include "irp.h"
#include "request.h"
#include "room.h"
#include "verifier/call_site.h"

/* --- the end --- */

static size_t room_for_information(const struct fx_packet *packet)
{
	return packet->kind == FX_PACKET_WRITE ? packet->in_len : packet->out_len;
}

/* As much as there is room for; a driver that says more has made a mistake. */
static size_t clamp(const struct fx_irp *irp, size_t information)
{
	size_t most = room_for_information(irp->packet);

	if (information <= most || irp->packet->kind == FX_PACKET_CREATE)
		return information;
	fx_verifier_break(irp->io->driver,
			  "an IRP was completed with more information (%zu) than its buffer has "
			  "bytes (%zu)",
			  information, most);
	return most;
}

static NTSTATUS end_status(const struct fx_irp *irp)
{
	if (irp->status != STATUS_PENDING)
		return irp->status;
	fx_verifier_break(irp->io->driver, "an IRP was completed with STATUS_PENDING");
	return STATUS_INVALID_DEVICE_REQUEST;
}

/* The client's packet goes back. Owner. */
static void irp_end(struct fx_irp *irp)
{
	struct fx_packet *packet = irp->packet;
	struct fx_io *io = irp->io;
	NTSTATUS status = end_status(irp);
	size_t information = irp->information;
	bool direct = irp->mdl.MappedSystemVa == packet->out;

	if (!NT_ERROR(status)) {
		information = clamp(irp, information);
		if (irp->buffer && packet->out && !direct && information &&
		    packet->kind != FX_PACKET_WRITE)
			memcpy(packet->out, irp->buffer, information);
	}
	if (irp->due)
		list_remove(&packet->link);
	packet->phase &= ~PHASE_IRP;
	irp_retire(irp);
	packet_finish(io, packet, status, information);
	io_run_later(io);
}

static void comes_to_owner(struct irq_message *msg);

static void have_owner_see(struct fx_irp *irp)
{
	irp->msg.run = comes_to_owner;
	irq_loop_post(irp->io->owner, &irp->msg);
}

static void irp_over(struct fx_irp *irp, const void *site)
{
	irp->status = irp->wdm.IoStatus.Status;
	irp->information = irp->wdm.IoStatus.Information;
	irp->completed_at = site;
	if (irp->wdm.CancelRoutine)
		fx_rule_break(irp->io->driver, FX_RULE_COMPLETED_CANCELABLE, NULL,
			      "an IRP was completed while it has a cancel routine");
	irp_seal(irp);
	if (io_is_owner(irp->io))
		irp_end(irp);
	else
		have_owner_see(irp);
}

/* --- the way up --- */

bool irp_change(struct fx_irp *irp, enum irp_state from, enum irp_state to)
{
	bool done;

	request_race_point();
	spin_lock_acquire(&irp->io->irps.lock);
	done = irp->state == from;
	if (done) {
		if (from == IRP_DRIVER) /* whoever passes it on returns STATUS_PENDING, too */
			irp->marked |= to == IRP_MOVING || (irp->stack[IRP_LOCATIONS - 1].Control &
							    SL_PENDING_RETURNED);
		irp->state = to;
	}
	spin_lock_release(&irp->io->irps.lock);
	return done;
}

static bool is_wanted(const struct fx_irp *irp, UCHAR control)
{
	if (irp->wdm.Cancel && (control & SL_INVOKE_ON_CANCEL))
		return true;
	return control &
	       (NT_SUCCESS(irp->wdm.IoStatus.Status) ? SL_INVOKE_ON_SUCCESS : SL_INVOKE_ON_ERROR);
}

/* While it runs the driver has the IRP. */
static NTSTATUS call_routine(struct fx_irp *irp, PIO_COMPLETION_ROUTINE routine, PVOID context)
{
	struct fx_io *io = irp->io;
	struct io_call call;
	NTSTATUS status;

	if (!io_is_owner(io))
		return FX_CALL(io->driver, "IoCompletion", routine, &io->wdm, &irp->wdm, context);
	call = io_enter_driver(io, NULL, "IoCompletion", FX_CODE(routine));
	status = routine(&io->wdm, &irp->wdm, context);
	io_leave_driver(io, &call);
	return status;
}

static void completed_twice(struct fx_irp *irp)
{
	char where[256] = "the same callback";

	if (irp->completed_at)
		fx_call_site_describe(irp->completed_at, where, sizeof(where));
	fx_rule_break(irp->io->driver, FX_RULE_REQUEST_COMPLETED_TWICE, NULL,
		      "an IRP was completed twice; the first time in %s", where);
}

/* One location up. @return false: the driver keeps the IRP. */
static bool step_up(struct fx_irp *irp)
{
	PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(&irp->wdm);
	PIO_COMPLETION_ROUTINE routine = stack->CompletionRoutine;
	UCHAR control = stack->Control;

	irp->wdm.PendingReturned = control & SL_PENDING_RETURNED;
	IoSkipCurrentIrpStackLocation(&irp->wdm);
	if (!routine || !is_wanted(irp, control)) {
		if (irp->wdm.PendingReturned && irp->wdm.CurrentLocation <= IRP_LOCATIONS)
			IoMarkIrpPending(&irp->wdm);
		return true;
	}
	(void)irp_change(irp, IRP_OVER, IRP_DRIVER);
	if (call_routine(irp, routine, stack->Context) == STATUS_MORE_PROCESSING_REQUIRED)
		return false;
	if (irp_change(irp, IRP_DRIVER, IRP_OVER))
		return true;
	completed_twice(irp);
	return false;
}

void irp_complete(struct fx_irp *irp, const void *site)
{
	while (irp->wdm.CurrentLocation <= IRP_LOCATIONS) {
		if (!step_up(irp))
			return;
	}
	irp_over(irp, site);
}

UW_EXPORT VOID IofCompleteRequest(PIRP Irp, CHAR PriorityBoost)
{
	struct fx_irp *irp = irp_check(NULL, Irp, "IoCompleteRequest");

	(void)PriorityBoost;
	if (irp_change(irp, IRP_DRIVER, IRP_OVER))
		irp_complete(irp, REQUEST_CALLER);
	else if (irp_is(irp, IRP_VIEW) || irp_is(irp, IRP_MOVING) || irp_is(irp, IRP_FRAMEWORK) ||
		 irp_is(irp, IRP_SENT))
		fx_rule_break(irp->io->driver, FX_RULE_REQUEST_NOT_OWNED, NULL,
			      "IoCompleteRequest on an IRP that is the framework's: its request is "
			      "completed");
	else
		completed_twice(irp);
}

/* --- passing on --- */

static void came_back(struct fx_packet *below, NTSTATUS status, size_t information)
{
	struct fx_irp *irp = uw_container_of(below, struct fx_irp, below);

	if (packet_is_end(below->kind))
		io_count_no_end(below->file);
	(void)irp_change(irp, IRP_FRAMEWORK, IRP_OVER);
	irp->wdm.IoStatus.Status = status;
	irp->wdm.IoStatus.Information = information;
	irp->wdm.AssociatedIrp.SystemBuffer = irp->buffer;
	irp->came_back = true;
	irp_due(irp);
}

static bool kind_of_major(UCHAR major, enum fx_packet_kind *out)
{
	static const enum fx_packet_kind kinds[] = {
		FX_PACKET_READ,   FX_PACKET_WRITE,   FX_PACKET_CONTROL, FX_PACKET_INTERNAL_CONTROL,
		FX_PACKET_CREATE, FX_PACKET_CLEANUP, FX_PACKET_CLOSE,   FX_PACKET_FLUSH,
	};

	for (size_t i = 0; i < UW_ARRAY_SIZE(kinds); i++) {
		if (irp_major(kinds[i]) == major) {
			*out = kinds[i];
			return true;
		}
	}
	return false;
}

static void take_lengths(struct fx_packet *below, const IO_STACK_LOCATION *stack)
{
	switch (below->kind) {
	case FX_PACKET_READ:
		below->out_len = stack->Parameters.Read.Length;
		below->offset = (uint64_t)stack->Parameters.Read.ByteOffset.QuadPart;
		break;
	case FX_PACKET_WRITE:
		below->in_len = stack->Parameters.Write.Length;
		below->offset = (uint64_t)stack->Parameters.Write.ByteOffset.QuadPart;
		break;
	case FX_PACKET_CONTROL:
	case FX_PACKET_INTERNAL_CONTROL:
		below->in_len = stack->Parameters.DeviceIoControl.InputBufferLength;
		below->out_len = stack->Parameters.DeviceIoControl.OutputBufferLength;
		below->code = stack->Parameters.DeviceIoControl.IoControlCode;
		break;
	default: /* there are none */
		break;
	}
}

/* The driver may have changed lengths; not beyond what there is. */
NTSTATUS irp_read_location(const IO_STACK_LOCATION *location, const struct fx_packet *has,
			   struct fx_packet *out)
{
	if (!kind_of_major(location->MajorFunction, &out->kind))
		return STATUS_INVALID_DEVICE_REQUEST;
	take_lengths(out, location);
	if (out->in_len > has->in_len || out->out_len > has->out_len)
		return STATUS_INVALID_BUFFER_SIZE;
	out->in = has->in;
	out->out = has->out;
	return STATUS_SUCCESS;
}

void irp_buffers(const struct fx_irp *irp, struct fx_packet *out)
{
	const struct fx_packet *packet = irp->packet;
	size_t common = packet->in_len > packet->out_len ? packet->in_len : packet->out_len;
	bool buffered = irp->buffer && !irp->wdm.MdlAddress;

	out->in = irp->buffer ? irp->buffer : packet->in;
	out->out = buffered ? irp->buffer : packet->out;
	out->in_len = buffered ? common : packet->in_len;
	out->out_len = buffered ? common : packet->out_len;
}

/* `below` as the location says; what the IRP's buffers are is as it was made. The ends of a file
 * stay what they are, and nothing else becomes one. */
static NTSTATUS fill_below(struct fx_irp *irp)
{
	enum fx_packet_kind kind = irp->packet->kind;
	struct fx_packet has, *below = &irp->below;
	NTSTATUS status;

	irp_buffers(irp, &has);
	*below = (struct fx_packet){ .file = irp->packet->file, .complete = came_back };
	list_init(&below->link);
	status = irp_read_location(IoGetCurrentIrpStackLocation(&irp->wdm), &has, below);
	if (packet_is_end(below->kind) || packet_is_end(kind))
		return below->kind == kind ? status : STATUS_INVALID_DEVICE_REQUEST;
	return status;
}

/* Owner. */
static void go_below(struct fx_irp *irp)
{
	struct fx_packet *below = &irp->below;
	struct fx_file *root = below->file->root;

	below->phase = PHASE_BELOW;
	if (irp->wdm.Cancel)
		below->phase |= PHASE_CANCEL_CAME;
	spin_lock_acquire(&root->lock);
	root->submitted++; /* hand_back() counts it */
	spin_lock_release(&root->lock);
	io_count(&irp->io->submitted, 1);
	packet_place(below);
}

static void comes_to_owner(struct irq_message *msg)
{
	struct fx_irp *irp = uw_container_of(msg, struct fx_irp, msg);
	struct fx_io *io = irp->io;

	io_begin(io);
	if (irp->state == IRP_FRAMEWORK)
		go_below(irp);
	else
		irp_end(irp);
	io_run(io);
}

/* The location that the framework is to look at: the one that the driver copied, or its own. */
static void settle_location(struct fx_irp *irp)
{
	PIRP wdm = &irp->wdm;

	IoSetNextIrpStackLocation(wdm);
	if (wdm->CurrentLocation >= 1 && wdm->CurrentLocation <= IRP_LOCATIONS &&
	    IoGetCurrentIrpStackLocation(wdm)->MajorFunction != IRP_NOT_SET)
		return;
	fx_verifier_break(irp->io->driver, "WdfDeviceWdmDispatchPreprocessedIrp: call "
					   "IoSkipCurrentIrpStackLocation or "
					   "IoCopyCurrentIrpStackLocationToNext before it");
	wdm->CurrentLocation = IRP_LOCATIONS;
	wdm->Tail.Overlay.CurrentStackLocation = &irp->stack[IRP_LOCATIONS - 1];
}

NTSTATUS irp_dispatch(struct fx_io *io, struct fx_irp *irp)
{
	NTSTATUS status;

	if (irp->io != io || !irp_change(irp, IRP_DRIVER, IRP_MOVING)) {
		fx_rule_break(io->driver, FX_RULE_REQUEST_NOT_OWNED, NULL,
			      "WdfDeviceWdmDispatchPreprocessedIrp on an IRP that is not the "
			      "driver's, or another device's");
		return STATUS_INVALID_DEVICE_REQUEST;
	}
	if (irp->wdm.CancelRoutine)
		fx_rule_break(io->driver, FX_RULE_MOVED_CANCELABLE, NULL,
			      "an IRP was passed on while it has a cancel routine");
	settle_location(irp);
	status = fill_below(irp);
	IoMarkIrpPending(&irp->wdm);
	(void)irp_change(irp, IRP_MOVING, NT_SUCCESS(status) ? IRP_FRAMEWORK : IRP_OVER);
	if (!NT_SUCCESS(status)) { /* nobody below could do it */
		irp->wdm.IoStatus.Status = status;
		irp->wdm.IoStatus.Information = 0;
		irp_complete(irp, NULL);
	} else if (io_is_owner(io)) {
		go_below(irp);
	} else {
		have_owner_see(irp);
	}
	return STATUS_PENDING;
}
