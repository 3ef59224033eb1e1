/* SPDX-License-Identifier: MIT */
/* smio.h - self-managed I/O of a device: a machine of its own beside PnP and power. */
#ifndef FX_SMIO_H
#define FX_SMIO_H

#include "pnp/device.h"

enum fx_smio_event {
	FX_SMIO_UP,
	FX_SMIO_DOWN,
	FX_SMIO_FLUSH,
	FX_SMIO_CLEANUP,
	FX_SMIO_EVENTS,
};

/* Control thread. The callback's status; STATUS_SUCCESS where the state drops the event. */
NTSTATUS fx_smio_post(struct fx_device *device, enum fx_smio_event event);

#endif
