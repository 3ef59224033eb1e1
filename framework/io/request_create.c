/* SPDX-License-Identifier: MIT */
/* request_create.c - a request that the driver itself makes, to send it, and again. */
#include "irp.h"
#include "object/driver.h"
#include "target_impl.h"

/*
 * Its messages: to the loop of the device that it was sent by last. A message that comes after it
 * was sent by another device is passed on.
 */
static void run_ops(struct irq_message *msg)
{
	struct fx_request *req = uw_container_of(msg, struct fx_request, msg);
	struct irq_loop *loop = __atomic_load_n(&req->sent->loop, __ATOMIC_ACQUIRE);
	uint32_t ops;

	if (uw_unlikely(!irq_loop_is_self(loop))) {
		irq_loop_post(loop, msg);
		return;
	}
	ops = __atomic_exchange_n(&req->ops, 0, __ATOMIC_ACQ_REL);
	request_run_sent_ops(req, ops);
	if (ops & REQUEST_OP_ARM)
		fx_object_unref(&req->base);
}

static void made_dispose(struct fx_object *obj)
{
	struct fx_request *req = uw_container_of(obj, struct fx_request, base);

	if (request_state(req) != REQUEST_SENT)
		return;
	fx_rule_break(obj->driver, FX_RULE_DELETED_SENT, obj,
		      "a WDFREQUEST is deleted while it is sent");
	(void)sent_cancel(req->sent); /* its completion routine is still called */
}

static void made_destroy(struct fx_object *obj)
{
	struct fx_request *req = uw_container_of(obj, struct fx_request, base);

	request_leave_irp(req);
	request_free_sent(req);
}

static const struct fx_object_class made_class = {
	.type = FX_TYPE_REQUEST,
	.name = "WDFREQUEST",
	.driver_may_delete = true,
	.dispose = made_dispose,
	.destroy = made_destroy,
	.tell = request_tell,
};

NTSTATUS request_create(struct fx_driver *driver, PWDF_OBJECT_ATTRIBUTES attrs,
			struct fx_request **out)
{
	struct fx_object *obj;
	NTSTATUS status = fx_object_check_attributes(attrs, FX_ATTR_NO_SCOPE_LEVEL);

	if (NT_SUCCESS(status))
		status = fx_object_new(&made_class, sizeof(struct fx_request), driver,
				       fx_driver_object(driver), attrs, &obj);
	if (!NT_SUCCESS(status))
		return status;
	*out = uw_container_of(obj, struct fx_request, base);
	fx_object_touch(obj); /* no slot that request_room() may take for its own: io may be gone */
	(*out)->made = true;
	(*out)->word = REQUEST_MADE;
	(*out)->msg.run = run_ops;
	list_init(&(*out)->link);
	list_init(&(*out)->file_link);
	list_init(&(*out)->off_link);
	return STATUS_SUCCESS;
}

static NTSTATUS check_reuse(struct fx_request *req, const WDF_REQUEST_REUSE_PARAMS *params)
{
	if (request_state(req) == REQUEST_SENT) {
		fx_rule_break(req->base.driver, FX_RULE_REUSED_SENT, &req->base,
			      "WdfRequestReuse on a WDFREQUEST that is sent");
		return STATUS_INVALID_DEVICE_REQUEST;
	}
	if (!request_is_at_hand(req, "WdfRequestReuse on"))
		return STATUS_INVALID_DEVICE_REQUEST;
	if (params->Flags & ~(ULONG)WDF_REQUEST_REUSE_SET_NEW_IRP)
		return STATUS_INVALID_PARAMETER;
	return params->Flags && !req->from_irp ? STATUS_WDF_REQUEST_INVALID_STATE : STATUS_SUCCESS;
}

/* NULL: none. */
static NTSTATUS set_irp(struct fx_request *req, PIRP wdm)
{
	struct fx_irp *irp = wdm ? irp_check(req->base.driver, wdm, "WdfRequestReuse") : NULL;

	request_leave_irp(req);
	return !irp || request_take_irp(req, irp) ? STATUS_SUCCESS : STATUS_INVALID_DEVICE_REQUEST;
}

NTSTATUS request_reuse(struct fx_request *req, const WDF_REQUEST_REUSE_PARAMS *params)
{
	NTSTATUS status = check_reuse(req, params);

	if (NT_SUCCESS(status) && params->Flags)
		status = set_irp(req, params->NewIrp);
	if (!NT_SUCCESS(status))
		return status;
	request_unformat(req);
	req->status = params->Status;
	req->information = 0;
	return STATUS_SUCCESS;
}
