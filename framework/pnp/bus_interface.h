/* SPDX-License-Identifier: MIT */
/* bus_interface.h - what the bus under a stack of devices answers in the place of a bus driver. */
#ifndef FX_BUS_INTERFACE_H
#define FX_BUS_INTERFACE_H

#include "pnp/device.h"

#define FX_PROPERTY_MAX 512u
struct fx_property {
	WCHAR data[FX_PROPERTY_MAX / sizeof(WCHAR)];
	ULONG len; /* bytes */
};

/*
 * STATUS_INVALID_PARAMETER_2 there is no such property; STATUS_OBJECT_NAME_NOT_FOUND the function
 * has none; STATUS_INVALID_DEVICE_REQUEST @fn is NULL: a control device has no bus.
 */
NTSTATUS fx_bus_property(const struct pci_function *fn, DEVICE_REGISTRY_PROPERTY which,
			 struct fx_property *out);

/* NULL: it has none, or its cleanup is over and the host closes the function. */
static inline struct pci_function *fx_bus_function(const struct fx_device *device)
{
	return fx_object_state(&device->base) == FX_OBJECT_DISPOSED ? NULL : device->fn;
}

/* STATUS_NOT_SUPPORTED; STATUS_INVALID_PARAMETER @size is too small. On success it is counted. */
NTSTATUS fx_bus_interface(struct fx_device *device, const GUID *type, USHORT size, USHORT version,
			  PINTERFACE out);

/* Its device is DISPOSED: whoever still is at its configuration space leaves it. Any thread. */
void fx_bus_await_idle(void);

#endif
