/* SPDX-License-Identifier: MIT */
/* smio.c - self-managed I/O: which of the five callbacks runs when (pnp-states A12). */
#include "pnp/smio.h"

#include "verifier/callback.h"

typedef NTSTATUS smio_call(struct fx_device *device);

static WDFDEVICE handle_of(struct fx_device *device)
{
	return (WDFDEVICE)fx_object_handle(&device->base);
}

static NTSTATUS call_init(struct fx_device *device)
{
	PFN_WDF_DEVICE_SELF_MANAGED_IO_INIT init = device->config.pnp.EvtDeviceSelfManagedIoInit;

	return init ? FX_CALL(device->base.driver, "EvtDeviceSelfManagedIoInit", init,
			      handle_of(device))
		    : STATUS_SUCCESS;
}

static NTSTATUS call_restart(struct fx_device *device)
{
	PFN_WDF_DEVICE_SELF_MANAGED_IO_RESTART restart =
		device->config.pnp.EvtDeviceSelfManagedIoRestart;

	return restart ? FX_CALL(device->base.driver, "EvtDeviceSelfManagedIoRestart", restart,
				 handle_of(device))
		       : STATUS_SUCCESS;
}

static NTSTATUS call_suspend(struct fx_device *device)
{
	PFN_WDF_DEVICE_SELF_MANAGED_IO_SUSPEND suspend =
		device->config.pnp.EvtDeviceSelfManagedIoSuspend;

	return suspend ? FX_CALL(device->base.driver, "EvtDeviceSelfManagedIoSuspend", suspend,
				 handle_of(device))
		       : STATUS_SUCCESS;
}

static NTSTATUS call_flush(struct fx_device *device)
{
	if (device->config.pnp.EvtDeviceSelfManagedIoFlush)
		FX_CALL_VOID(device->base.driver, "EvtDeviceSelfManagedIoFlush",
			     device->config.pnp.EvtDeviceSelfManagedIoFlush, handle_of(device));
	return STATUS_SUCCESS;
}

static NTSTATUS call_cleanup(struct fx_device *device)
{
	if (device->config.pnp.EvtDeviceSelfManagedIoCleanup)
		FX_CALL_VOID(device->base.driver, "EvtDeviceSelfManagedIoCleanup",
			     device->config.pnp.EvtDeviceSelfManagedIoCleanup, handle_of(device));
	return STATUS_SUCCESS;
}

/* clang-format off */
static const struct smio_edge {
	enum fx_smio_state next, failed; /* next CREATED: the event is dropped in this state */
	smio_call *call;                 /* NULL: no callback */
} edges[FX_SMIO_STATES][FX_SMIO_EVENTS] = {
	[FX_SMIO_CREATED][FX_SMIO_UP]          = { FX_SMIO_STARTED, FX_SMIO_INIT_FAILED, call_init },
	[FX_SMIO_CREATED][FX_SMIO_CLEANUP]     = { FX_SMIO_FINAL,   FX_SMIO_FINAL,       NULL },
	[FX_SMIO_STARTED][FX_SMIO_DOWN]        = { FX_SMIO_STOPPED, FX_SMIO_FAILED,      call_suspend },
	[FX_SMIO_STOPPED][FX_SMIO_UP]          = { FX_SMIO_STARTED, FX_SMIO_FAILED,      call_restart },
	[FX_SMIO_FLUSHED][FX_SMIO_UP]          = { FX_SMIO_STARTED, FX_SMIO_FAILED,      call_restart },
	[FX_SMIO_INIT_FAILED][FX_SMIO_FLUSH]   = { FX_SMIO_FLUSHED, FX_SMIO_FLUSHED,     call_flush },
	[FX_SMIO_STOPPED][FX_SMIO_FLUSH]       = { FX_SMIO_FLUSHED, FX_SMIO_FLUSHED,     call_flush },
	[FX_SMIO_FAILED][FX_SMIO_FLUSH]        = { FX_SMIO_FLUSHED, FX_SMIO_FLUSHED,     call_flush },
	[FX_SMIO_FLUSHED][FX_SMIO_CLEANUP]     = { FX_SMIO_FINAL,   FX_SMIO_FINAL,       call_cleanup },
};
/* clang-format on */

NTSTATUS fx_smio_post(struct fx_device *device, enum fx_smio_event event)
{
	const struct smio_edge *edge = &edges[device->smio][event];
	NTSTATUS status;

	if (edge->next == FX_SMIO_CREATED)
		return STATUS_SUCCESS;
	status = edge->call ? edge->call(device) : STATUS_SUCCESS;
	device->smio = NT_SUCCESS(status) ? edge->next : edge->failed;
	return status;
}
