/* SPDX-License-Identifier: MIT */
/* irp_api.c - the border of IRPs: passing one on, and the one behind a WDFREQUEST. */
#include "irp.h"
#include "object/functions.h"
#include "request.h"
#include "room.h"

static struct fx_io *io_of(struct fx_driver *driver, WDFDEVICE handle)
{
	struct fx_object *device = fx_object_from_handle(driver, handle, FX_TYPE_DEVICE);

	return ((struct fx_device_head *)(void *)device)->io;
}

NTSTATUS fx_WdfDeviceWdmDispatchPreprocessedIrp(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
						PIRP Irp)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_io *io = io_of(driver, Device);

	fx_require(driver, Irp);
	return irp_dispatch(io, irp_check(driver, Irp, "WdfDeviceWdmDispatchPreprocessedIrp"));
}

/* --- the IRP behind a request --- */

/* What the driver sees of the client's memory by the request, it sees by the IRP. */
static void show_buffers(struct fx_irp *irp, struct fx_request *req, const struct fx_packet *packet)
{
	void *direct = NULL;
	size_t len = 0;

	if (request_is_neither(req)) {
		irp_show_neither(irp, packet);
		return;
	}
	if (req->out && req->out == packet->out) {
		direct = req->out;
		len = req->out_len;
	} else if (req->in && req->in == packet->in) {
		direct = req->in;
		len = req->in_len;
	}
	if (direct)
		(void)request_describe(&irp->mdl, direct, len, &irp->wdm.MdlAddress);
	if (req->in && req->in != direct)
		irp->wdm.AssociatedIrp.SystemBuffer = req->in;
	else if (req->out && req->out != direct)
		irp->wdm.AssociatedIrp.SystemBuffer = req->out;
}

static struct fx_irp *make_view(struct fx_request *req)
{
	struct fx_irp *irp = irp_new(req->io, req->packet, IRP_VIEW), *none = NULL;

	if (!irp)
		return NULL;
	show_buffers(irp, req, req->packet);
	irp->wdm.IoStatus.Information = req->information;
	/* seq_cst: we look at the word behind it, irp_show_cancelled() at this behind the word */
	if (!__atomic_compare_exchange_n(&req->irp, &none, irp, false, __ATOMIC_SEQ_CST,
					 __ATOMIC_ACQUIRE)) {
		irp_seal(irp); /* another thread was faster */
		irp_retire(irp);
		return none;
	}
	req->memories = true; /* request_retire() looks */
	return irp;
}

/* Of a delivered one; NULL: nobody has asked for it yet. */
static struct fx_irp *irp_behind(const struct fx_request *req)
{
	/* relaxed: that it is below does not change; the owner may note a cancel beside it */
	if (__atomic_load_n(&req->packet->phase, __ATOMIC_RELAXED) & PHASE_BELOW)
		return uw_container_of(req->packet, struct fx_irp, below);
	return __atomic_load_n(&req->irp, __ATOMIC_SEQ_CST);
}

static void show_below(struct fx_irp *irp, struct fx_request *req)
{
	req->memories = true; /* its IoStatus counts */
	if (req->in || req->out)
		irp->wdm.AssociatedIrp.SystemBuffer = req->in ? req->in : req->out;
}

static PIRP irp_of_request(struct fx_request *req)
{
	struct fx_irp *irp;

	if (!req->packet) { /* the driver's own, made from an IRP or not */
		irp = __atomic_load_n(&req->irp, __ATOMIC_ACQUIRE);
		return irp ? &irp->wdm : NULL;
	}
	irp = irp_behind(req);
	if (!irp)
		irp = make_view(req);
	else if (&irp->below == req->packet)
		show_below(irp, req);
	if (!irp)
		return NULL;
	/* it may have come before the IRP could be seen */
	if (__atomic_load_n(&req->word, __ATOMIC_SEQ_CST) & REQUEST_CANCELLED)
		__atomic_store_n(&irp->wdm.Cancel, TRUE, __ATOMIC_RELAXED);
	return &irp->wdm;
}

struct fx_irp *irp_seen(const struct fx_request *req)
{
	if (uw_likely(!req->memories) || !req->packet)
		return NULL;
	return irp_behind(req);
}

/* Not by irp_seen(): who made a view says so in req->memories too late for this. */
void irp_show_cancelled(struct fx_request *req)
{
	struct fx_irp *irp = irp_behind(req);

	if (irp)
		__atomic_store_n(&irp->wdm.Cancel, TRUE, __ATOMIC_RELAXED);
}

PIRP fx_WdfRequestWdmGetIrp(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_request *req = uw_container_of(
		fx_object_from_handle(driver, Request, FX_TYPE_REQUEST), struct fx_request, base);

	if (request_state(req) != REQUEST_COMPLETING)
		return irp_of_request(req);
	fx_rule_break(driver, FX_RULE_REQUEST_IS_OVER, &req->base,
		      "WdfRequestWdmGetIrp on a completed WDFREQUEST");
	return NULL;
}

void irp_forget_view(struct fx_request *req)
{
	struct fx_irp *irp = req->irp;

	if (!irp)
		return;
	req->irp = NULL;
	irp->completed_at = req->left_at;
	irp_seal(irp);
	irp_retire(irp);
}
