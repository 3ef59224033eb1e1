/* SPDX-License-Identifier: MIT */
#include "pnp/steps.h"

#include "hw/dma_enabler.h"
#include "hw/interrupt.h"
#include "nt/status.h"
#include "pnp/resources.h"
#include "pnp/smio.h"
#include "verifier/callback.h"
#include "verifier/verifier.h"

static WDFDEVICE handle_of(struct fx_device *device)
{
	return (WDFDEVICE)fx_object_handle(&device->base);
}

static WDFCMRESLIST list_of(struct fx_cm_res_list *list)
{
	return (WDFCMRESLIST)fx_object_handle(&list->base);
}

/* To whoever asked, it says that the request was not understood (rule 175). */
static NTSTATUS look_at(struct fx_device *device, const char *callback, NTSTATUS status)
{
	if (status == STATUS_NOT_SUPPORTED)
		fx_rule_break(device->base.driver, FX_RULE_NOT_SUPPORTED, &device->base,
			      "%s returned STATUS_NOT_SUPPORTED", callback);
	return status;
}

/* --- the way up, and its undo --- */

static NTSTATUS resources_up(struct fx_device *device)
{
	NTSTATUS status = fx_resources_new(device, &device->resources);

	if (NT_SUCCESS(status))
		fx_interrupts_assign(device);
	return status;
}

static NTSTATUS prepare_hardware(struct fx_device *device)
{
	PFN_WDF_DEVICE_PREPARE_HARDWARE prepare = device->config.pnp.EvtDevicePrepareHardware;
	NTSTATUS status = STATUS_SUCCESS;

	device->preparing = true;
	if (prepare)
		status = look_at(device, "EvtDevicePrepareHardware",
				 FX_CALL(device->base.driver, "EvtDevicePrepareHardware", prepare,
					 handle_of(device), list_of(device->resources->raw),
					 list_of(device->resources->translated)));
	device->preparing = false;
	if (NT_SUCCESS(status))
		fx_interrupts_assign(device);
	return status;
}

static void release_hardware(struct fx_device *device)
{
	PFN_WDF_DEVICE_RELEASE_HARDWARE release = device->config.pnp.EvtDeviceReleaseHardware;

	if (release)
		fx_device_note_failure(
			device, "EvtDeviceReleaseHardware",
			look_at(device, "EvtDeviceReleaseHardware",
				FX_CALL(device->base.driver, "EvtDeviceReleaseHardware", release,
					handle_of(device),
					list_of(device->resources->translated))));
	fx_interrupts_delete_prepared(device);
}

/* A message interrupt is a memory write of the device's, just like DMA. */
static bool writes_memory(const struct fx_device *device)
{
	bool messages = device->resources->kind != PCI_IRQ_INTX && !list_empty(&device->interrupts);

	return messages || !list_empty(&device->enablers);
}

static NTSTATUS bus_master_on(struct fx_device *device)
{
	device->in_d0 = true;
	if (!writes_memory(device))
		return STATUS_SUCCESS;
	return fx_status(pci_function_set_bus_master(device->fn, true));
}

static void bus_master_off(struct fx_device *device)
{
	device->in_d0 = false;
	/* where it fails the function is gone, and masters nothing */
	if (writes_memory(device))
		(void)!pci_function_set_bus_master(device->fn, false);
}

static NTSTATUS d0_entry(struct fx_device *device)
{
	PFN_WDF_DEVICE_D0_ENTRY entry = device->config.pnp.EvtDeviceD0Entry;

	return entry ? FX_CALL(device->base.driver, "EvtDeviceD0Entry", entry, handle_of(device),
			       WdfPowerDeviceD3Final)
		     : STATUS_SUCCESS;
}

static void d0_exit(struct fx_device *device)
{
	PFN_WDF_DEVICE_D0_EXIT leave = device->config.pnp.EvtDeviceD0Exit;

	if (leave)
		fx_device_note_failure(device, "EvtDeviceD0Exit",
				       FX_CALL(device->base.driver, "EvtDeviceD0Exit", leave,
					       handle_of(device), WdfPowerDeviceD3Final));
}

static NTSTATUS post_interrupts_enabled(struct fx_device *device)
{
	PFN_WDF_DEVICE_D0_ENTRY_POST_INTERRUPTS_ENABLED post =
		device->config.pnp.EvtDeviceD0EntryPostInterruptsEnabled;

	return post ? FX_CALL(device->base.driver, "EvtDeviceD0EntryPostInterruptsEnabled", post,
			      handle_of(device), WdfPowerDeviceD3Final)
		    : STATUS_SUCCESS;
}

static void pre_interrupts_disabled(struct fx_device *device)
{
	PFN_WDF_DEVICE_D0_EXIT_PRE_INTERRUPTS_DISABLED pre =
		device->config.pnp.EvtDeviceD0ExitPreInterruptsDisabled;

	if (pre)
		fx_device_note_failure(device, "EvtDeviceD0ExitPreInterruptsDisabled",
				       FX_CALL(device->base.driver,
					       "EvtDeviceD0ExitPreInterruptsDisabled", pre,
					       handle_of(device), WdfPowerDeviceD3Final));
}

static NTSTATUS queues_resume(struct fx_device *device)
{
	fx_io_set_started(device->io);
	fx_io_resume(device->io);
	return STATUS_SUCCESS;
}

static void queues_hold(struct fx_device *device)
{
	fx_io_hold(device->io);
}

static NTSTATUS smio_up(struct fx_device *device)
{
	return fx_smio_post(device, FX_SMIO_UP);
}

static void smio_down(struct fx_device *device)
{
	fx_device_note_failure(device, "EvtDeviceSelfManagedIoSuspend",
			       fx_smio_post(device, FX_SMIO_DOWN));
}

static NTSTATUS interfaces_on(struct fx_device *device)
{
	fx_device_enable_interfaces(device, true);
	return STATUS_SUCCESS;
}

/* clang-format off */
static const struct step {
	const char *name;                      /* to blame, unless up() says more */
	NTSTATUS (*up)(struct fx_device *device);
	void (*down)(struct fx_device *device); /* NULL: what clean_up[] undoes */
	bool undo_own;                         /* down() also when up() failed */
	bool power;                            /* its failure is a power failure */
	uint32_t pnp_state, power_state;       /* while up() runs; 0: as before */
} steps[] = {
	{ "resource lists", resources_up, NULL, false, false,
	  WdfDevStatePnpInitStarting, 0 },
	{ "EvtDevicePrepareHardware", prepare_hardware, release_hardware, true, false,
	  WdfDevStatePnpHardwareAvailable, 0 },
	{ "bus mastering", bus_master_on, bus_master_off, true, true,
	  0, WdfDevStatePowerD0Starting },
	{ "EvtDeviceD0Entry", d0_entry, d0_exit, false, true,
	  0, WdfDevStatePowerD0Starting },
	{ "interrupts", fx_interrupts_up, fx_interrupts_down, true, true,
	  0, WdfDevStatePowerD0StartingConnectInterrupt },
	{ "EvtDeviceD0EntryPostInterruptsEnabled", post_interrupts_enabled, pre_interrupts_disabled,
	  false, true, 0, WdfDevStatePowerD0StartingConnectInterrupt },
	{ "DMA", fx_dma_enablers_up, fx_dma_enablers_down, true, true,
	  0, WdfDevStatePowerD0StartingDmaEnable },
	{ "queues", queues_resume, queues_hold, false, true,
	  0, WdfDevStatePowerD0StartingStartSelfManagedIo },
	{ "EvtDeviceSelfManagedIoInit", smio_up, smio_down, false, true,
	  0, WdfDevStatePowerD0StartingStartSelfManagedIo },
	{ "device interfaces", interfaces_on, NULL, false, false,
	  0, WdfDevStatePowerD0 },
};
/* clang-format on */

/* --- after the way down: the common cleanup, then removal --- */

static void interfaces_off(struct fx_device *device)
{
	fx_device_enable_interfaces(device, false);
}

static void purge_power_managed(struct fx_device *device)
{
	fx_io_purge(device->io, true);
}

static void smio_flush(struct fx_device *device)
{
	(void)fx_smio_post(device, FX_SMIO_FLUSH); /* cannot fail */
}

static void revoke_resources(struct fx_device *device)
{
	fx_interrupts_unassign(device);
	device->resources = fx_resources_free(device->resources);
}

static void purge_all(struct fx_device *device)
{
	fx_io_purge(device->io, false);
}

static void smio_cleanup(struct fx_device *device)
{
	(void)fx_smio_post(device, FX_SMIO_CLEANUP); /* cannot fail */
}

typedef void step_down(struct fx_device *device);
static step_down *const clean_up[] = {
	interfaces_off,
	purge_power_managed,
	smio_flush,
	revoke_resources,
};
static step_down *const remove_rest[] = {
	purge_all,
	smio_cleanup,
};

/* --- the walker --- */

static NTSTATUS walk_up(struct fx_device *device, size_t *out_reached)
{
	NTSTATUS status = STATUS_SUCCESS;
	size_t i;

	for (i = 0; i < UW_ARRAY_SIZE(steps); i++) {
		device->blame = steps[i].name;
		fx_device_set_states(device, steps[i].pnp_state, steps[i].power_state);
		status = steps[i].up(device);
		if (!NT_SUCCESS(status))
			break;
	}
	*out_reached = i;
	return status;
}

/* Undo steps[count - 1] ... steps[0]. */
static void walk_down(struct fx_device *device, size_t count)
{
	while (count--) {
		if (steps[count].down)
			steps[count].down(device);
	}
}

static void walk_all(struct fx_device *device, step_down *const *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		rows[i](device);
}

NTSTATUS fx_device_start(struct fx_device *device, struct fx_failure *out)
{
	size_t reached;
	NTSTATUS status = walk_up(device, &reached);

	if (NT_SUCCESS(status)) {
		fx_device_set_states(device, WdfDevStatePnpStarted, WdfDevStatePowerD0);
		return status;
	}
	*out = (struct fx_failure){
		.what = device->blame,
		.status = status,
		.reported = steps[reached].power ? STATUS_DEVICE_POWER_FAILURE : status,
	};
	walk_down(device, reached + steps[reached].undo_own);
	walk_all(device, clean_up, UW_ARRAY_SIZE(clean_up));
	fx_device_set_states(device, WdfDevStatePnpFailed, WdfDevStatePowerStopped);
	return out->reported;
}

NTSTATUS fx_device_query_remove(struct fx_device *device)
{
	PFN_WDF_DEVICE_QUERY_REMOVE query = device->config.pnp.EvtDeviceQueryRemove;
	NTSTATUS status = STATUS_SUCCESS;

	fx_device_set_states(device, WdfDevStatePnpQueryRemoveAskDriver, 0);
	if (query)
		status = look_at(device, "EvtDeviceQueryRemove",
				 FX_CALL(device->base.driver, "EvtDeviceQueryRemove", query,
					 handle_of(device)));
	fx_device_set_states(
		device,
		NT_SUCCESS(status) ? WdfDevStatePnpQueryRemovePending : WdfDevStatePnpStarted, 0);
	return status;
}

static void tell_surprise(struct fx_device *device)
{
	PFN_WDF_DEVICE_SURPRISE_REMOVAL removal = device->config.pnp.EvtDeviceSurpriseRemoval;

	fx_device_set_states(device, WdfDevStatePnpSurpriseRemove, 0);
	if (removal)
		FX_CALL_VOID(device->base.driver, "EvtDeviceSurpriseRemoval", removal,
			     handle_of(device));
}

void fx_device_ask_late(struct fx_device *device)
{
	if (device->pnp_state != WdfDevStatePnpQueryRemovePending)
		fx_device_note_failure(device, "EvtDeviceQueryRemove",
				       fx_device_query_remove(device));
}

void fx_device_stop(struct fx_device *device, bool surprise)
{
	if (surprise)
		tell_surprise(device);
	fx_device_set_states(device, surprise ? 0 : WdfDevStatePnpStartedRemoving, 0);
	walk_down(device, UW_ARRAY_SIZE(steps));
	fx_device_set_states(device, 0, WdfDevStatePowerStopped);
	walk_all(device, clean_up, UW_ARRAY_SIZE(clean_up));
}

void fx_device_remove(struct fx_device *device)
{
	fx_device_set_states(device, WdfDevStatePnpRemoved, 0);
	walk_all(device, remove_rest, UW_ARRAY_SIZE(remove_rest));
	fx_object_delete(&device->base);
}
