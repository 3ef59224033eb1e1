/* SPDX-License-Identifier: MIT */
/* interfaces.c - the GUIDs by which clients find a device, enabled while it runs. */
#include <string.h>

#include "pnp/device.h"

static struct fx_interface *find_locked(struct fx_device *device, const GUID *guid)
{
	for (unsigned int i = 0; i < device->interface_count; i++) {
		if (!memcmp(&device->interfaces[i].guid, guid, sizeof(*guid)))
			return &device->interfaces[i];
	}
	return NULL;
}

NTSTATUS fx_device_add_interface(struct fx_device *device, const GUID *guid)
{
	NTSTATUS status = STATUS_SUCCESS;

	spin_lock_acquire(&device->base.lock);
	if (find_locked(device, guid))
		;
	else if (device->interface_count == FX_DEVICE_INTERFACES)
		status = STATUS_INSUFFICIENT_RESOURCES;
	else
		device->interfaces[device->interface_count++] = (struct fx_interface){
			.guid = *guid,
			.enabled = device->interfaces_enabled,
		};
	spin_lock_release(&device->base.lock);
	return status;
}

void fx_device_enable_interfaces(struct fx_device *device, bool enabled)
{
	spin_lock_acquire(&device->base.lock);
	device->interfaces_enabled = enabled;
	for (unsigned int i = 0; i < device->interface_count; i++)
		device->interfaces[i].enabled = enabled;
	spin_lock_release(&device->base.lock);
	fx_io_allow_open(device->io, enabled);
}

bool fx_device_enable_interface(struct fx_device *device, const GUID *guid, bool enabled)
{
	struct fx_interface *interface;

	spin_lock_acquire(&device->base.lock);
	interface = find_locked(device, guid);
	if (interface)
		interface->enabled = enabled && device->interfaces_enabled;
	spin_lock_release(&device->base.lock);
	return interface;
}

unsigned int fx_device_list_interfaces(struct fx_device *device, GUID *guids, unsigned int max)
{
	unsigned int count = 0;

	spin_lock_acquire(&device->base.lock);
	for (unsigned int i = 0; i < device->interface_count && count < max; i++) {
		if (device->interfaces[i].enabled)
			guids[count++] = device->interfaces[i].guid;
	}
	spin_lock_release(&device->base.lock);
	return count;
}
