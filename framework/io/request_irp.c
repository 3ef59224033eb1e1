/* SPDX-License-Identifier: MIT */
/*
 * request_irp.c - a request that the driver makes from an IRP that EvtDeviceWdmIrpPreprocess got,
 * to send what the IRP asks for to an I/O target; and formatting by a stack location.
 *
 * While the request is sent its IRP is IRP_SENT: neither completed nor passed on. An IRP that is
 * over leaves its request, which then has none.
 */
#include "irp.h"
#include "target_impl.h"

/* fx_irp.request, and fx_request.irp of those that the driver made. */
static struct spin_lock lock = { .rank = LOCK_RANK_OBJECT };

bool request_take_irp(struct fx_request *req, struct fx_irp *irp)
{
	bool mine = false;

	spin_lock_acquire(&lock);
	if (!irp->request && irp->io->driver == req->base.driver) {
		irp->request = req;
		__atomic_store_n(&req->irp, irp, __ATOMIC_RELEASE);
		mine = true;
	}
	spin_lock_release(&lock);
	if (!mine || irp_is(irp, IRP_DRIVER))
		return mine;
	request_leave_irp(req);
	fx_rule_break(req->base.driver, FX_RULE_REQUEST_NOT_OWNED, NULL,
		      "a WDFREQUEST is to be made from an IRP that is not the driver's");
	return false;
}

/* Locked. */
static void part(struct fx_request *req, struct fx_irp *irp)
{
	irp->request = NULL;
	__atomic_store_n(&req->irp, NULL, __ATOMIC_RELEASE);
}

void request_leave_irp(struct fx_request *req)
{
	spin_lock_acquire(&lock);
	if (req->irp)
		part(req, req->irp);
	spin_lock_release(&lock);
}

void irp_leave_request(struct fx_irp *irp)
{
	spin_lock_acquire(&lock);
	if (irp->request)
		part(irp->request, irp);
	spin_lock_release(&lock);
}

void irp_cancel_request(struct fx_irp *irp)
{
	struct fx_request *req;

	spin_lock_acquire(&lock);
	req = irp->request;
	if (req && !fx_object_ref_unless_zero(&req->base))
		req = NULL;
	spin_lock_release(&lock);
	if (!req)
		return;
	(void)sent_cancel(req->sent);
	fx_object_unref(&req->base);
}

/* --- sent, and back --- */

bool request_send_irp(struct fx_request *req)
{
	struct fx_irp *irp = req->irp;

	if (!irp) /* the buffers of one that is over are not sent */
		return req->format != FORMAT_LOCATION;
	if (!irp_change(irp, IRP_DRIVER, IRP_SENT))
		return false;
	req->sent->from = irp->packet->file;
	return true;
}

bool request_irp_is_cancelled(const struct fx_request *req)
{
	/* it is IRP_SENT, so it stays; whoever cancelled it before that did so under its lock */
	return req->made && req->irp && __atomic_load_n(&req->irp->wdm.Cancel, __ATOMIC_SEQ_CST);
}

void request_irp_back(struct fx_request *req)
{
	struct fx_irp *irp = req->irp;

	if (!irp || !irp_is(irp, IRP_SENT))
		return;
	irp->wdm.IoStatus.Status = req->status;
	irp->wdm.IoStatus.Information = req->information;
	(void)irp_change(irp, IRP_SENT, IRP_DRIVER);
}

/* --- what it asks for --- */

/* What the driver has seen of a delivered request, or the IRP's own. */
static void buffers_of(const struct fx_request *req, struct fx_packet *out)
{
	const struct fx_packet *from = req->packet;

	if (req->made) {
		irp_buffers(req->irp, out);
		return;
	}
	out->in = req->in ? req->in : from->in;
	out->in_len = req->in_len;
	out->out = req->out ? req->out : from->out;
	out->out_len = req->out_len;
}

/* Read before it is formatted: @location may be the IRP's own. */
bool request_format_location(struct fx_request *req, const IO_STACK_LOCATION *location)
{
	struct fx_packet packet = { 0 }, has;

	request_unformat(req);
	if (req->made && !irp_is(req->irp, IRP_DRIVER))
		return false;
	if (!location)
		location = IoGetCurrentIrpStackLocation(&req->irp->wdm);
	buffers_of(req, &has);
	if (!NT_SUCCESS(irp_read_location(location, &has, &packet)) || packet_is_end(packet.kind) ||
	    !request_sent(req))
		return false;
	req->sent->packet = packet;
	req->format = FORMAT_LOCATION;
	req->memories = true;
	return true;
}
