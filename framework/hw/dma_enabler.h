/* SPDX-License-Identifier: MIT */
/* dma_enabler.h - WDFDMAENABLER: how a device masters the bus, and what it does around D0. */
#ifndef FX_DMA_ENABLER_H
#define FX_DMA_ENABLER_H

#include "object/object.h"
#include "pnp/device.h"

struct fx_dma_enabler {
	struct fx_object base;
	struct fx_device *device; /* borrowed: an ancestor */
	struct list link;         /* in device->enablers, guarded by device->base.lock */
	WDF_DMA_ENABLER_CONFIG config;
	dma_iova max_addr;               /* highest address the device forms */
	bool fill_failed, enable_failed; /* for good, as in KMDF; control thread */
};

static inline struct fx_dma_enabler *fx_dma_enabler_from_handle(struct fx_driver *driver,
								WDFDMAENABLER handle)
{
	return uw_container_of(fx_object_from_handle(driver, handle, FX_TYPE_DMA_ENABLER),
			       struct fx_dma_enabler, base);
}

/* Control thread. Fill, Enable, SelfManagedIoStart of each; on failure fx_dma_enablers_down(). */
NTSTATUS fx_dma_enablers_up(struct fx_device *device);
/* SelfManagedIoStop, Disable, Flush of each, also of those that never came up. */
void fx_dma_enablers_down(struct fx_device *device);

#endif
