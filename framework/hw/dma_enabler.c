/* SPDX-License-Identifier: MIT */
#include "hw/dma_enabler.h"

#include "nt/status.h"
#include "object/driver.h"
#include "object/functions.h"
#include "verifier/callback.h"
#include "verifier/verifier.h"

static struct fx_dma_enabler *of_link(struct list *link)
{
	return list_entry(link, struct fx_dma_enabler, link);
}

static WDFDMAENABLER handle_of(struct fx_dma_enabler *enabler)
{
	return (WDFDMAENABLER)fx_object_handle(&enabler->base);
}

static NTSTATUS call(struct fx_dma_enabler *enabler, PFN_WDF_DMA_ENABLER_FILL callback,
		     const char *name)
{
	enabler->device->blame = name;
	return callback ? FX_CALL(enabler->base.driver, name, callback, handle_of(enabler))
			: STATUS_SUCCESS;
}

static NTSTATUS enabler_up(struct fx_dma_enabler *enabler)
{
	const WDF_DMA_ENABLER_CONFIG *config = &enabler->config;
	NTSTATUS status = call(enabler, config->EvtDmaEnablerFill, "EvtDmaEnablerFill");

	if (!NT_SUCCESS(status)) {
		enabler->fill_failed = true;
		return status;
	}
	status = call(enabler, config->EvtDmaEnablerEnable, "EvtDmaEnablerEnable");
	if (!NT_SUCCESS(status)) {
		enabler->enable_failed = true;
		return status;
	}
	return call(enabler, config->EvtDmaEnablerSelfManagedIoStart,
		    "EvtDmaEnablerSelfManagedIoStart");
}

NTSTATUS fx_dma_enablers_up(struct fx_device *device)
{
	NTSTATUS status = STATUS_SUCCESS;

	list_for_each (it, &device->enablers) {
		status = enabler_up(of_link(it));
		if (!NT_SUCCESS(status))
			break;
	}
	return status;
}

static void call_down(struct fx_dma_enabler *enabler, PFN_WDF_DMA_ENABLER_FLUSH callback,
		      const char *name)
{
	if (callback)
		fx_device_note_failure(
			enabler->device, name,
			FX_CALL(enabler->base.driver, name, callback, handle_of(enabler)));
}

void fx_dma_enablers_down(struct fx_device *device)
{
	list_for_each (it, &device->enablers) {
		struct fx_dma_enabler *enabler = of_link(it);
		const WDF_DMA_ENABLER_CONFIG *config = &enabler->config;

		call_down(enabler, config->EvtDmaEnablerSelfManagedIoStop,
			  "EvtDmaEnablerSelfManagedIoStop");
		if (!enabler->fill_failed)
			call_down(enabler, config->EvtDmaEnablerDisable, "EvtDmaEnablerDisable");
		if (!enabler->fill_failed && !enabler->enable_failed)
			call_down(enabler, config->EvtDmaEnablerFlush, "EvtDmaEnablerFlush");
	}
}

static void enabler_dispose(struct fx_object *obj)
{
	struct fx_dma_enabler *enabler = uw_container_of(obj, struct fx_dma_enabler, base);

	spin_lock_acquire(&enabler->device->base.lock);
	list_remove(&enabler->link);
	spin_lock_release(&enabler->device->base.lock);
}

static const struct fx_object_class enabler_class = {
	.type = FX_TYPE_DMA_ENABLER,
	.name = "WDFDMAENABLER",
	.driver_may_delete = true,
	.passive_cleanup = true,
	.dispose = enabler_dispose,
};

static unsigned int profile_bits(WDF_DMA_PROFILE profile)
{
	switch (profile) {
	case WdfDmaProfilePacket:
	case WdfDmaProfileScatterGather:
	case WdfDmaProfileScatterGatherDuplex:
		return 32;
	case WdfDmaProfilePacket64:
	case WdfDmaProfileScatterGather64:
	case WdfDmaProfileScatterGather64Duplex:
		return 64;
	default:
		return 0;
	}
}

#define CONFIG_FLAGS                                                                               \
	(WDF_DMA_ENABLER_CONFIG_NO_SGLIST_PREALLOCATION |                                          \
	 WDF_DMA_ENABLER_CONFIG_REQUIRE_SINGLE_TRANSFER)

static NTSTATUS check_config(const WDF_DMA_ENABLER_CONFIG *config)
{
	unsigned int bits = profile_bits(config->Profile);

	if (config->Size != sizeof(*config))
		return STATUS_INFO_LENGTH_MISMATCH;
	if (config->Profile == WdfDmaProfileSystem || config->Profile == WdfDmaProfileSystemDuplex)
		return STATUS_NOT_SUPPORTED;
	if (!bits || !config->MaximumLength || (config->Flags & ~(ULONG)CONFIG_FLAGS))
		return STATUS_INVALID_PARAMETER;
	if (config->AddressWidthOverride &&
	    (config->AddressWidthOverride < 24 || config->AddressWidthOverride > bits))
		return STATUS_INVALID_PARAMETER;
	if (config->WdmDmaVersionOverride && config->WdmDmaVersionOverride != 2 &&
	    config->WdmDmaVersionOverride != 3)
		return STATUS_INVALID_PARAMETER;
	if ((config->Flags & WDF_DMA_ENABLER_CONFIG_REQUIRE_SINGLE_TRANSFER) &&
	    config->WdmDmaVersionOverride == 2)
		return STATUS_INVALID_PARAMETER;
	return STATUS_SUCCESS;
}

static void enabler_fill(struct fx_dma_enabler *enabler, struct fx_device *device,
			 const WDF_DMA_ENABLER_CONFIG *config)
{
	unsigned int bits = config->AddressWidthOverride;

	if (!bits)
		bits = profile_bits(config->Profile);
	enabler->device = device;
	enabler->config = *config;
	enabler->max_addr.v = UINT64_MAX >> (64 - bits);
	spin_lock_acquire(&device->base.lock);
	list_push_back(&device->enablers, &enabler->link);
	spin_lock_release(&device->base.lock);
}

/* A device that is in D0 already masters the bus from now on. */
static NTSTATUS set_bus_master(struct fx_device *device)
{
	if (!device->in_d0)
		return STATUS_SUCCESS;
	return fx_status(pci_function_set_bus_master(device->fn, true));
}

static NTSTATUS enabler_new(struct fx_driver *driver, struct fx_device *device,
			    PWDF_DMA_ENABLER_CONFIG config, PWDF_OBJECT_ATTRIBUTES attrs,
			    struct fx_object **out)
{
	NTSTATUS status = fx_object_check_attributes(attrs, FX_ATTR_NO_SCOPE_LEVEL);

	if (!device->fn)
		return STATUS_INVALID_DEVICE_REQUEST;
	if (NT_SUCCESS(status))
		status = check_config(config);
	if (NT_SUCCESS(status) && attrs && attrs->ParentObject &&
	    fx_device_of_object(fx_object_from_any(driver, attrs->ParentObject)) != device)
		status = STATUS_INVALID_PARAMETER;
	if (NT_SUCCESS(status))
		status = set_bus_master(device);
	if (NT_SUCCESS(status))
		status = fx_object_new(&enabler_class, sizeof(struct fx_dma_enabler), driver,
				       &device->base, attrs, out);
	return status;
}

NTSTATUS fx_WdfDmaEnablerCreate(PWDF_DRIVER_GLOBALS globals, WDFDEVICE handle,
				PWDF_DMA_ENABLER_CONFIG config, PWDF_OBJECT_ATTRIBUTES attrs,
				WDFDMAENABLER *out)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_device *device = fx_device_from_handle(driver, handle);
	struct fx_object *obj;
	NTSTATUS status;

	fx_require(driver, config);
	fx_require(driver, out);
	if (!fx_check_level(driver, PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	*out = NULL;
	status = enabler_new(driver, device, config, attrs, &obj);
	if (!NT_SUCCESS(status))
		return status;
	enabler_fill(uw_container_of(obj, struct fx_dma_enabler, base), device, config);
	return fx_object_publish(obj, attrs, out);
}

size_t fx_WdfDmaEnablerGetMaximumLength(PWDF_DRIVER_GLOBALS globals, WDFDMAENABLER handle)
{
	return fx_dma_enabler_from_handle(fx_driver_from_globals(globals), handle)
		->config.MaximumLength;
}
