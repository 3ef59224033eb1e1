/* SPDX-License-Identifier: MIT */
/* device_init.h - WDFDEVICE_INIT: what a driver asks for before it creates its device. */
#ifndef FX_DEVICE_INIT_H
#define FX_DEVICE_INIT_H

#include "pnp/device.h"

/* Lives on the control thread's stack during EvtDriverDeviceAdd. */
struct WDFDEVICE_INIT {
	struct fx_driver *driver; /* borrowed */
	struct uwdf_device *host; /* borrowed */
	struct fx_device_config config;
	struct fx_device *device; /* borrowed: made from this; NULL: none yet */
};

void fx_device_init_prepare(struct WDFDEVICE_INIT *init, struct fx_driver *driver,
			    struct uwdf_device *host);
/* A WDFDEVICE_INIT of this driver that no device was made from: else the driver stops. */
struct WDFDEVICE_INIT *fx_device_init_check(struct fx_driver *driver, PWDFDEVICE_INIT init,
					    const char *function);

#endif
