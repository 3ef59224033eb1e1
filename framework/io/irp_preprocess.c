/* SPDX-License-Identifier: MIT */
/*
 * irp_preprocess.c - EvtDeviceWdmIrpPreprocess: the driver sees a client's packet as an IRP before
 * anything else of the framework does.
 */
#include "irp.h"
#include "room.h"

bool irp_wanted(const struct fx_io *io, enum fx_packet_kind kind)
{
	return fx_irp_preprocess_applies(&io->config.preprocess[irp_major(kind)], 0);
}

void irp_due(struct fx_irp *irp)
{
	struct fx_io *io = irp->io;

	if (!irp->due) {
		irp->due = true;
		list_push_back(&io->for_caller, &irp->packet->link);
	}
	io_run_later(io);
}

/* --- the callback --- */

struct irp_look {
	enum irp_state state;
	bool marked;
};

static struct irp_look look_at(struct fx_irp *irp)
{
	struct irp_look look;

	spin_lock_acquire(&irp->io->irps.lock);
	look.state = irp->state;
	look.marked = irp->marked;
	if (look.state == IRP_DRIVER || look.state == IRP_SENT)
		look.marked = irp->stack[IRP_LOCATIONS - 1].Control & SL_PENDING_RETURNED;
	spin_lock_release(&irp->io->irps.lock);
	return look;
}

/* "Marked pending" and "returned STATUS_PENDING" are one thing; nothing else leaves it as it is. */
static void check_return(struct fx_irp *irp, NTSTATUS status)
{
	struct irp_look look = look_at(irp);
	struct fx_driver *driver = irp->io->driver;

	if (look.state == IRP_MOVING || look.state == IRP_FRAMEWORK)
		return; /* the status is the framework's */
	if ((look.state == IRP_DRIVER || look.state == IRP_SENT) && status != STATUS_PENDING)
		fx_verifier_break(
			driver,
			"EvtDeviceWdmIrpPreprocess returned 0x%08x with an IRP that it neither "
			"completed nor passed on",
			(unsigned int)status);
	else if (look.marked != (status == STATUS_PENDING))
		fx_verifier_break(
			driver,
			"EvtDeviceWdmIrpPreprocess returned 0x%08x with an IRP that %s marked "
			"pending",
			(unsigned int)status, look.marked ? "is" : "is not");
}

static void present(struct fx_io *io, struct fx_irp *irp)
{
	struct fx_device_head *device = (void *)io->device;
	const struct fx_irp_preprocess *wish = &io->config.preprocess[irp_major(irp->packet->kind)];
	unsigned int uses = irp->uses;
	struct io_call call;
	NTSTATUS status;

	call = io_enter_driver(io, NULL, "EvtDeviceWdmIrpPreprocess", FX_CODE(wish->evt));
	status = wish->evt((WDFDEVICE)fx_object_handle(&device->base), &irp->wdm);
	io_leave_driver(io, &call);
	if (irp->uses == uses)
		check_return(irp, status);
}

/* The end of a file comes in any case, and has one already. */
static struct fx_irp *irp_for(struct fx_io *io, struct fx_packet *packet)
{
	struct fx_irp *irp;

	if (!packet_is_end(packet->kind))
		return irp_new(io, packet, IRP_DRIVER);
	irp = file_take_irp(packet->file, packet->kind);
	irp_use(irp, packet);
	return irp;
}

static NTSTATUS judge(const struct fx_io *io, const struct fx_packet *packet)
{
	if (packet_is_end(packet->kind))
		return STATUS_PENDING;
	return io->dead ? STATUS_DEVICE_REMOVED : packet_judge(packet);
}

static void begin(struct fx_io *io, struct fx_packet *packet)
{
	NTSTATUS status = judge(io, packet);
	struct fx_irp *irp;

	if (status != STATUS_PENDING) {
		packet_finish(io, packet, status, 0);
		return;
	}
	irp = irp_for(io, packet);
	if (!irp) {
		packet_finish(io, packet, STATUS_INSUFFICIENT_RESOURCES, 0);
		return;
	}
	packet->irp = irp;
	packet->phase |= PHASE_IRP;
	list_push_back(&io->irps.held, &irp->link);
	present(io, irp);
}

static void do_due(struct fx_irp *irp)
{
	irp->due = false;
	if (irp->call_off) {
		irp->call_off = false;
		if (irp->came_back)
			irp_due(irp);
		irp_call_off(irp);
	} else if (irp->came_back) {
		irp->came_back = false;
		irp_complete(irp, NULL);
	}
}

bool irp_place(struct fx_io *io, struct fx_packet *packet)
{
	if (packet->phase & PHASE_IRP)
		do_due(packet->irp); /* io_run() calls, so no callback is on the stack */
	else if ((packet->phase & PHASE_BELOW) || !irp_wanted(io, packet->kind))
		return false;
	else if (!io->in_driver)
		begin(io, packet);
	else { /* no callback inside another */
		list_push_back(&io->for_caller, &packet->link);
		io_run_later(io);
	}
	return true;
}

void irp_say_held(struct fx_io *io)
{
	list_for_each (link, &io->irps.held) {
		struct fx_irp *irp = list_entry(link, struct fx_irp, link);

		if (irp_is(irp, IRP_DRIVER))
			fx_rule_break(io->driver, FX_RULE_LONG_WAIT, NULL,
				      "a change of power or removal waits for the IRP %p (major "
				      "function 0x%02x)",
				      (void *)irp, irp_major(irp->packet->kind));
	}
}
