/* SPDX-License-Identifier: MIT */
/* device_init.h - WDFDEVICE_INIT: what a driver asks for before it creates its device. */
#ifndef FX_DEVICE_INIT_H
#define FX_DEVICE_INIT_H

#include "pnp/device.h"

/*
 * Of a PnP device: on the control thread's stack during EvtDriverDeviceAdd. Of a control or child
 * device: the driver's, from WdfControlDeviceInitAllocate() or WdfPdoInitAllocate() to
 * WdfDeviceCreate() or WdfDeviceInitFree().
 */
struct WDFDEVICE_INIT {
	struct fx_driver *driver; /* borrowed */
	struct uwdf_device *host; /* borrowed; NULL: of a control or child device */
	struct fx_level *level;   /* borrowed; the same */
	struct fx_children *bus;  /* borrowed: the parent's, of a child device; else NULL */
	struct fx_pdo *pdo;       /* owned; the same */
	struct fx_child *child;   /* borrowed: while the device is made of it */
	struct fx_device *below;  /* borrowed: the next lower device; NULL: there is none */
	struct fx_device_config config;
	struct fx_device *device; /* borrowed: made from this; NULL: none yet */
	UNICODE_STRING name;      /* owned; no buffer: none */
	UNICODE_STRING sddl;      /* the same */
	struct list link;         /* of a control device: in its driver's list; child: bus */
};

static inline bool fx_device_init_is_control(const struct WDFDEVICE_INIT *init)
{
	return !init->host && !init->bus;
}

static inline bool fx_device_init_is_fdo(const struct WDFDEVICE_INIT *init)
{
	return init->host && !init->bus;
}

void fx_device_init_prepare(struct WDFDEVICE_INIT *init, struct fx_driver *driver,
			    struct uwdf_device *host);
/* Frees what it has; not @init. */
void fx_device_init_finish(struct WDFDEVICE_INIT *init);
/* A WDFDEVICE_INIT of this driver that no device was made from: else the driver stops. */
struct WDFDEVICE_INIT *fx_device_init_check(struct fx_driver *driver, PWDFDEVICE_INIT init,
					    const char *function);

#endif
