/* SPDX-License-Identifier: MIT */
/*
 * hold.h - what keeps a driver loaded: references, work that is due, control devices.
 *
 * Legacy, pure PnP and hybrid drivers differ in their devices: a PnP device goes with its hardware,
 * a control device only when the driver deletes it. One that a PnP driver forgets keeps the driver
 * loaded for good; a non-PnP driver's go with its WDFDRIVER.
 */
#ifndef FX_HOLD_H
#define FX_HOLD_H

#include "base/list.h"
#include "uwdf/host.h"

struct fx_driver;

/* A control device while it exists; a part of whatever stands for it. */
struct fx_control_device {
	struct list link; /* in driver->control_devices, guarded by the lock of hold.c */
	char name[48];
};
void fx_control_device_add(struct fx_driver *driver, struct fx_control_device *device);
void fx_control_device_remove(struct fx_driver *driver, struct fx_control_device *device);
/* Does a control device keep @driver from being unloaded? Its name into @name, then. */
bool fx_control_device_holds(struct fx_driver *driver, char *name, size_t len);

/* All but the PnP devices, which the host knows. Up to @max; returns how many there are, where an
 * object that there was no memory to look at counts as one. PASSIVE; objects may come and go
 * meanwhile. */
size_t fx_driver_holds(struct fx_driver *driver, struct uwdf_hold *holds, size_t max);

#endif
