/* SPDX-License-Identifier: MIT */
/* common_buffer.c - WDFCOMMONBUFFER: memory that driver and device share. */
#include "hw/dma_enabler.h"
#include "nt/status.h"
#include "object/driver.h"
#include "object/functions.h"
#include "object/trouble.h"
#include "verifier/verifier.h"

struct common_buffer {
	struct fx_object base;
	struct dma_buffer buffer; /* owned; gone after EvtCleanupCallback */
};

static struct common_buffer *of_object(struct fx_object *obj)
{
	return uw_container_of(obj, struct common_buffer, base);
}

static struct common_buffer *from_handle(PWDF_DRIVER_GLOBALS globals, WDFCOMMONBUFFER handle)
{
	return of_object(fx_object_from_handle(fx_driver_from_globals(globals), handle,
					       FX_TYPE_COMMON_BUFFER));
}

/* After EvtCleanupCallback, which may still look into the buffer. */
static void buffer_disposed(struct fx_object *obj)
{
	dma_buffer_free(&of_object(obj)->buffer);
}

static const struct fx_object_class buffer_class = {
	.type = FX_TYPE_COMMON_BUFFER,
	.name = "WDFCOMMONBUFFER",
	.driver_may_delete = true,
	.passive_cleanup = true,
	.disposed = buffer_disposed,
};

static NTSTATUS check(size_t len, ULONG mask, PWDF_OBJECT_ATTRIBUTES attrs)
{
	NTSTATUS status =
		fx_object_check_attributes(attrs, FX_ATTR_NO_PARENT | FX_ATTR_NO_SCOPE_LEVEL);

	if (!NT_SUCCESS(status))
		return status;
	if (!len || len > MAXULONG || (mask & (mask + 1)) || len + mask > MAXULONG)
		return STATUS_INVALID_PARAMETER;
	return STATUS_SUCCESS;
}

static NTSTATUS buffer_alloc(struct fx_dma_enabler *enabler, size_t len, ULONG mask,
			     struct dma_buffer *out)
{
	struct dma_buffer_params params = {
		.len = len,
		.align = mask ? (size_t)mask + 1 : 0,
		.max_addr = enabler->max_addr,
	};
	struct report report = REPORT_INIT;
	int err = dma_buffer_alloc(enabler->device->dma, &params, &report, out);

	if (err) {
		report_prefix(&report, "common buffer of %zu bytes", len);
		fx_trouble_note(enabler->base.driver, fx_status(err), &report);
	}
	return fx_status(err);
}

static NTSTATUS buffer_create(struct fx_dma_enabler *enabler, size_t len, ULONG mask,
			      PWDF_OBJECT_ATTRIBUTES attrs, WDFCOMMONBUFFER *out)
{
	struct fx_driver *driver = enabler->base.driver;
	struct dma_buffer buffer;
	struct fx_object *obj;
	NTSTATUS status;

	*out = NULL;
	status = check(len, mask, attrs);
	if (NT_SUCCESS(status))
		status = buffer_alloc(enabler, len, mask, &buffer);
	if (!NT_SUCCESS(status))
		return status;
	status = fx_object_new(&buffer_class, sizeof(struct common_buffer), driver, &enabler->base,
			       attrs, &obj);
	if (!NT_SUCCESS(status)) {
		dma_buffer_free(&buffer);
		return status;
	}
	of_object(obj)->buffer = buffer;
	return fx_object_publish(obj, attrs, out);
}

NTSTATUS fx_WdfCommonBufferCreate(PWDF_DRIVER_GLOBALS globals, WDFDMAENABLER handle, size_t len,
				  PWDF_OBJECT_ATTRIBUTES attrs, WDFCOMMONBUFFER *out)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_dma_enabler *enabler = fx_dma_enabler_from_handle(driver, handle);

	fx_require(driver, out);
	if (!fx_check_level(driver, PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	return buffer_create(enabler, len, enabler->device->alignment, attrs, out);
}

NTSTATUS fx_WdfCommonBufferCreateWithConfig(PWDF_DRIVER_GLOBALS globals, WDFDMAENABLER handle,
					    size_t len, PWDF_COMMON_BUFFER_CONFIG config,
					    PWDF_OBJECT_ATTRIBUTES attrs, WDFCOMMONBUFFER *out)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_dma_enabler *enabler = fx_dma_enabler_from_handle(driver, handle);

	fx_require(driver, config);
	fx_require(driver, out);
	if (!fx_check_level(driver, PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	if (config->Size != sizeof(*config)) {
		*out = NULL;
		return STATUS_INFO_LENGTH_MISMATCH;
	}
	return buffer_create(enabler, len, config->AlignmentRequirement, attrs, out);
}

PVOID fx_WdfCommonBufferGetAlignedVirtualAddress(PWDF_DRIVER_GLOBALS globals,
						 WDFCOMMONBUFFER handle)
{
	return from_handle(globals, handle)->buffer.vaddr;
}

PHYSICAL_ADDRESS fx_WdfCommonBufferGetAlignedLogicalAddress(PWDF_DRIVER_GLOBALS globals,
							    WDFCOMMONBUFFER handle)
{
	PHYSICAL_ADDRESS address;

	address.QuadPart = (LONGLONG)from_handle(globals, handle)->buffer.iova.v;
	return address;
}

size_t fx_WdfCommonBufferGetLength(PWDF_DRIVER_GLOBALS globals, WDFCOMMONBUFFER handle)
{
	return from_handle(globals, handle)->buffer.len;
}
