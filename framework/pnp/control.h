/* SPDX-License-Identifier: MIT */
/* control.h - control devices: devices without hardware, made and deleted by their driver alone. */
#ifndef FX_CONTROL_H
#define FX_CONTROL_H

#include "pnp/device_init.h"
#include "pnp/host_impl.h"

/* A WDFDEVICE_INIT for a control device, or NULL: no memory, no loops. PASSIVE. */
struct WDFDEVICE_INIT *fx_control_init_new(struct fx_driver *driver);
void fx_control_init_free(struct WDFDEVICE_INIT *init);

/* WdfDeviceCreate(); frees @init when it succeeds. */
NTSTATUS fx_control_new(struct WDFDEVICE_INIT *init, PWDF_OBJECT_ATTRIBUTES attrs,
			struct fx_device **out);
/* The object has its host's reference. */
void fx_control_made(struct fx_device *device);
/* Clients may open it from now on. */
void fx_control_finish(struct fx_device *device);
/*
 * WdfObjectDelete(): it cannot be opened any more, and goes when the last handle is closed: before
 * this returns if there is none and the caller is not in one of the device's I/O callbacks.
 */
void fx_control_delete(struct fx_object *obj);
/* The object's class lets go of what is outside. */
void fx_control_disposed(struct fx_device *device);
void fx_control_destroyed(struct fx_device *device);

/* Its name into @name, if somebody has a control device of the driver open; the target that has it
 * into @by, whose what is empty if it is a client. */
bool fx_controls_are_open(struct fx_driver *driver, char *name, size_t len, struct uwdf_hold *by);
/* The driver is about to be unloaded: no I/O any more on those it has left. Control thread. */
void fx_controls_close(struct fx_driver *driver);
/* EvtDeviceShutdownNotification, the last one made first. Control thread. */
void fx_controls_shut_down(struct fx_driver *driver);

#endif
