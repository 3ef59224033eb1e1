/* SPDX-License-Identifier: MIT */
/*
 * irp.c - an IRP is filled from a client's packet, and kept aside when it is over.
 *
 * Their memory stays until the device goes, so that an IRP which a driver completes twice is known
 * for what it is. With the driver's verifier on the oldest of 64 is used again, and what was
 * written to it meanwhile is told of.
 */
#include "irp.h"

#include <string.h>

#include "base/mem.h"
#include "request.h"
#include "room.h"
#include "verifier/call_site.h"
#include "verifier/poison.h"

#define IRP_MAGIC  0x7077667521707269ull
#define IRP_ASIDE  64 /* idle ones, with the verifier on, before one is used again */
#define IRP_PUBLIC offsetof(struct fx_irp, magic) /* what a driver may touch */

void irp_room_init(struct fx_io *io)
{
	spin_lock_init(&io->irps.lock, LOCK_RANK_QUEUE);
	list_init(&io->irps.idle);
	list_init(&io->irps.held);
	io->wdm = (DEVICE_OBJECT){ .Type = IO_TYPE_DEVICE,
				   .Size = sizeof(io->wdm),
				   .DriverObject = &io->driver->driver_object,
				   .StackSize = IRP_LOCATIONS };
	io->bus = (DEVICE_OBJECT){ .Type = IO_TYPE_DEVICE,
				   .Size = sizeof(io->bus),
				   .StackSize = IRP_LOCATIONS - 1 };
}

static bool is_watched(const struct fx_io *io)
{
	return fx_rule_is_open(io->driver, FX_RULE_REQUEST_COMPLETED_TWICE);
}

void irp_seal(struct fx_irp *irp)
{
	if (is_watched(irp->io))
		fx_poison(irp, IRP_PUBLIC);
}

static void unseal(struct fx_irp *irp)
{
	char where[256];

	if (!is_watched(irp->io) || fx_unpoison(irp, IRP_PUBLIC))
		return;
	fx_call_site_describe(irp->completed_at, where, sizeof(where));
	fx_verifier_break(irp->io->driver, "an IRP was written to after it was completed in %s",
			  where);
}

void irp_room_deinit(struct fx_io *io)
{
	struct list *link;

	while ((link = list_pop_front(&io->irps.idle))) {
		struct fx_irp *irp = list_entry(link, struct fx_irp, link);

		unseal(irp);
		mem_free(irp);
	}
}

static struct fx_irp *pop_idle(struct fx_io *io)
{
	struct list *link = NULL;

	spin_lock_acquire(&io->irps.lock);
	if (io->irps.idle_count > (is_watched(io) ? IRP_ASIDE : 0)) {
		link = list_pop_front(&io->irps.idle);
		io->irps.idle_count--;
	}
	spin_lock_release(&io->irps.lock);
	return link ? list_entry(link, struct fx_irp, link) : NULL;
}

static struct fx_irp *irp_alloc(struct fx_io *io)
{
	struct fx_irp *irp = pop_idle(io);
	unsigned int uses = 0;

	if (irp) {
		uses = irp->uses + 1;
		unseal(irp);
		memset(irp, 0, sizeof(*irp));
	} else {
		irp = mem_calloc(1, sizeof(*irp));
	}
	if (!irp)
		return NULL;
	irp->magic = IRP_MAGIC;
	irp->uses = uses;
	irp->io = io;
	list_init(&irp->link);
	return irp;
}

void irp_retire(struct fx_irp *irp)
{
	struct fx_io *io = irp->io;

	list_remove(&irp->link);
	irp_leave_request(irp);
	mem_free(irp->buffer);
	irp->buffer = NULL;
	irp->packet = NULL;
	spin_lock_acquire(&io->irps.lock);
	irp->state = IRP_IDLE;
	list_push_back(&io->irps.idle, &irp->link);
	io->irps.idle_count++;
	spin_lock_release(&io->irps.lock);
}

/* --- filling --- */

static bool is_control(const struct fx_packet *packet)
{
	return packet->kind == FX_PACKET_CONTROL || packet->kind == FX_PACKET_INTERNAL_CONTROL;
}

static void fill_location(PIO_STACK_LOCATION stack, struct fx_io *io,
			  const struct fx_packet *packet)
{
	struct fx_file_object *file = packet->file->object;

	stack->MajorFunction = irp_major(packet->kind);
	stack->DeviceObject = &io->wdm;
	stack->FileObject = file ? &file->wdm : NULL;
	if (packet->kind == FX_PACKET_READ) {
		stack->Parameters.Read.Length = (ULONG)packet->out_len;
		stack->Parameters.Read.ByteOffset.QuadPart = (LONGLONG)packet->offset;
	} else if (packet->kind == FX_PACKET_WRITE) {
		stack->Parameters.Write.Length = (ULONG)packet->in_len;
		stack->Parameters.Write.ByteOffset.QuadPart = (LONGLONG)packet->offset;
	} else if (is_control(packet)) {
		stack->Parameters.DeviceIoControl.OutputBufferLength = (ULONG)packet->out_len;
		stack->Parameters.DeviceIoControl.InputBufferLength = (ULONG)packet->in_len;
		stack->Parameters.DeviceIoControl.IoControlCode = packet->code;
	}
}

/* Input and output in one place, as METHOD_BUFFERED has it. */
static bool fill_buffered(struct fx_irp *irp, const struct fx_packet *packet, size_t out_len)
{
	size_t len = packet->in_len > out_len ? packet->in_len : out_len;

	if (!len)
		return true;
	irp->buffer = mem_calloc(1, len);
	if (!irp->buffer)
		return false;
	if (packet->in_len)
		memcpy(irp->buffer, packet->in, packet->in_len);
	irp->wdm.AssociatedIrp.SystemBuffer = irp->buffer;
	return true;
}

/* The class is const-correct for clients; a driver gets what NT gives it. */
static void *foreign(const void *buffer)
{
	return (void *)(uintptr_t)buffer;
}

static void fill_direct(struct fx_irp *irp, const void *buffer, size_t len)
{
	if (len)
		(void)request_describe(&irp->mdl, foreign(buffer), len, &irp->wdm.MdlAddress);
}

void irp_show_neither(struct fx_irp *irp, const struct fx_packet *packet)
{
	bool reads = packet->kind == FX_PACKET_READ;

	if (is_control(packet))
		irp->stack[IRP_LOCATIONS - 1].Parameters.DeviceIoControl.Type3InputBuffer =
			packet->in_len ? foreign(packet->in) : NULL;
	if (reads || is_control(packet))
		irp->wdm.UserBuffer = packet->out_len ? packet->out : NULL;
	else
		irp->wdm.UserBuffer = packet->in_len ? foreign(packet->in) : NULL;
}

static bool fill_control(struct fx_irp *irp, const struct fx_packet *packet)
{
	switch (METHOD_FROM_CTL_CODE(packet->code)) {
	case METHOD_BUFFERED:
		return fill_buffered(irp, packet, packet->out_len);
	case METHOD_NEITHER:
		irp_show_neither(irp, packet);
		return true;
	default:
		fill_direct(irp, packet->out, packet->out_len);
		return fill_buffered(irp, packet, 0);
	}
}

static bool fill_transfer(struct fx_irp *irp, const struct fx_packet *packet)
{
	bool reads = packet->kind == FX_PACKET_READ;

	switch (irp->io->config.io_type) {
	case WdfDeviceIoDirect:
		fill_direct(irp, reads ? packet->out : packet->in,
			    reads ? packet->out_len : packet->in_len);
		return true;
	case WdfDeviceIoNeither:
		irp_show_neither(irp, packet);
		return true;
	default:
		return fill_buffered(irp, packet, reads ? packet->out_len : 0);
	}
}

void irp_show(struct fx_irp *irp, const struct fx_packet *packet)
{
	PIO_STACK_LOCATION stack = &irp->stack[IRP_LOCATIONS - 1];

	memset(irp, 0, IRP_PUBLIC);
	irp->wdm.Type = IO_TYPE_IRP;
	irp->wdm.Size = sizeof(irp->wdm) + sizeof(irp->stack);
	irp->wdm.RequestorMode = file_mode(packet->file);
	irp->wdm.StackCount = IRP_LOCATIONS;
	irp->wdm.CurrentLocation = IRP_LOCATIONS;
	irp->wdm.Tail.Overlay.CurrentStackLocation = stack;
	fill_location(stack, irp->io, packet);
	irp->wdm.Tail.Overlay.OriginalFileObject = stack->FileObject;
	irp->stack[0].MajorFunction = IRP_NOT_SET;
}

static bool fill_buffers(struct fx_irp *irp, const struct fx_packet *packet)
{
	if (packet->kind >= FX_PACKET_CREATE)
		return true;
	return is_control(packet) ? fill_control(irp, packet) : fill_transfer(irp, packet);
}

struct fx_irp *irp_new(struct fx_io *io, struct fx_packet *packet, enum irp_state state)
{
	struct fx_irp *irp;

	if (packet->in_len > UINT32_MAX || packet->out_len > UINT32_MAX)
		return NULL; /* more than an IRP can say */
	irp = irp_alloc(io);
	if (!irp)
		return NULL;
	irp_show(irp, packet);
	if (state != IRP_VIEW && !fill_buffers(irp, packet)) {
		irp_put_by(irp);
		return NULL;
	}
	irp->packet = packet;
	irp->state = state;
	return irp;
}

struct fx_irp *irp_reserve(struct fx_io *io)
{
	return irp_alloc(io);
}

void irp_use(struct fx_irp *irp, struct fx_packet *packet)
{
	irp_show(irp, packet);
	irp->packet = packet;
	irp->state = IRP_DRIVER;
}

void irp_put_by(struct fx_irp *irp)
{
	if (!irp)
		return;
	irp_seal(irp);
	irp_retire(irp);
}

struct fx_irp *irp_spare_new(struct fx_io *io)
{
	struct fx_irp *irp = mem_calloc(1, sizeof(*irp));

	if (!irp)
		return NULL;
	irp->magic = IRP_MAGIC;
	irp->io = io;
	irp->state = IRP_VIEW;
	return irp;
}

void irp_spare_free(struct fx_irp *irp)
{
	mem_free(irp);
}

struct fx_irp *irp_check(struct fx_driver *driver, PIRP wdm, const char *function)
{
	struct fx_irp *irp = irp_of_wdm(wdm);

	if (irp->magic != IRP_MAGIC)
		fx_rule_stop(driver, FX_RULE_BAD_HANDLE, NULL, (uintptr_t)wdm, 0,
			     "%s: %p is no IRP of the framework's", function, (void *)wdm);
	return irp;
}

bool irp_is(struct fx_irp *irp, enum irp_state state)
{
	bool is;

	spin_lock_acquire(&irp->io->irps.lock);
	is = irp->state == state;
	spin_lock_release(&irp->io->irps.lock);
	return is;
}
