/* SPDX-License-Identifier: MIT */
/*
 * steps.h - the life of a device as a table: what is done on the way up, what undoes it.
 *
 * The order and the undo rules are KMDF's; a failed step is undone from itself or from the one
 * before it. All callbacks run in the control thread at PASSIVE level, but for those of interrupts.
 */
#ifndef FX_STEPS_H
#define FX_STEPS_H

#include "pnp/device.h"

struct fx_failure {
	const char *what;  /* the callback, or what else failed */
	NTSTATUS status;   /* its own */
	NTSTATUS reported; /* to the starter: D0 failures are STATUS_DEVICE_POWER_FAILURE */
};

/* From EvtDevicePrepareHardware to enabled interfaces. A failure is undone, but for removal. */
NTSTATUS fx_device_start(struct fx_device *device, struct fx_failure *out);
/* May the device be removed? A refusal leaves the device as it was. */
NTSTATUS fx_device_query_remove(struct fx_device *device);
/* For those that decide and ask then: a refusal is written down. Not if it has agreed already. */
void fx_device_ask_late(struct fx_device *device);
/* Undo of a start: through D0 exit, ReleaseHardware and the flush. @surprise: nobody asked it.
 */
void fx_device_stop(struct fx_device *device, bool surprise);
/* What is left after a stop or a failed start, then the device object. */
void fx_device_remove(struct fx_device *device);

#endif
