/* SPDX-License-Identifier: MIT */
/*
 * interfaces.c - the GUIDs by which clients find a device, enabled while it runs. A reference
 * string tells several of one GUID apart.
 */
#include <string.h>

#include "base/mem.h"
#include "pnp/device.h"
#include "pnp/names.h"

static bool is_same(const struct fx_interface *interface, const GUID *guid,
		    const UNICODE_STRING *reference)
{
	static const UNICODE_STRING none;

	return !memcmp(&interface->guid, guid, sizeof(*guid)) &&
	       RtlEqualUnicodeString(&interface->reference, reference ? reference : &none, TRUE);
}

static struct fx_interface *find_locked(struct fx_device *device, const GUID *guid,
					const UNICODE_STRING *reference)
{
	for (unsigned int i = 0; i < device->interface_count; i++) {
		if (is_same(&device->interfaces[i], guid, reference))
			return &device->interfaces[i];
	}
	return NULL;
}

/* Takes what @copy owns if it is needed. */
static NTSTATUS add_locked(struct fx_device *device, const GUID *guid, UNICODE_STRING *copy)
{
	if (find_locked(device, guid, copy))
		return STATUS_SUCCESS;
	if (device->interface_count == FX_DEVICE_INTERFACES)
		return STATUS_INSUFFICIENT_RESOURCES;
	device->interfaces[device->interface_count++] = (struct fx_interface){
		.guid = *guid,
		.reference = *copy,
		.enabled = device->interfaces_enabled,
	};
	*copy = (UNICODE_STRING){ 0 };
	return STATUS_SUCCESS;
}

NTSTATUS fx_device_add_interface(struct fx_device *device, const GUID *guid,
				 const UNICODE_STRING *reference)
{
	UNICODE_STRING copy = { 0 };
	NTSTATUS status = fx_name_copy(&copy, reference);

	if (!NT_SUCCESS(status))
		return status;
	spin_lock_acquire(&device->base.lock);
	status = add_locked(device, guid, &copy);
	spin_lock_release(&device->base.lock);
	mem_free(copy.Buffer);
	return status;
}

void fx_device_free_interfaces(struct fx_device *device)
{
	for (unsigned int i = 0; i < device->interface_count; i++)
		mem_free(device->interfaces[i].reference.Buffer);
	device->interface_count = 0;
}

void fx_device_enable_interfaces(struct fx_device *device, bool enabled)
{
	spin_lock_acquire(&device->base.lock);
	device->interfaces_enabled = enabled;
	for (unsigned int i = 0; i < device->interface_count; i++)
		device->interfaces[i].enabled = enabled && !device->interfaces[i].kept_off;
	spin_lock_release(&device->base.lock);
	fx_io_allow_open(device->io, enabled);
}

bool fx_device_enable_interface(struct fx_device *device, const struct fx_interface_name *name,
				bool enabled, bool also_at_start)
{
	struct fx_interface *interface;

	spin_lock_acquire(&device->base.lock);
	interface = find_locked(device, name->guid, name->reference);
	if (interface)
		interface->enabled = enabled && device->interfaces_enabled;
	if (interface && also_at_start)
		interface->kept_off = !enabled;
	spin_lock_release(&device->base.lock);
	return interface;
}

bool fx_device_has_interface(struct fx_device *device, const struct fx_interface_name *name)
{
	bool found;

	spin_lock_acquire(&device->base.lock);
	found = find_locked(device, name->guid, name->reference);
	spin_lock_release(&device->base.lock);
	return found;
}

static bool is_listed(const GUID *guids, unsigned int count, const GUID *guid)
{
	for (unsigned int i = 0; i < count; i++)
		if (!memcmp(&guids[i], guid, sizeof(*guid)))
			return true;
	return false;
}

unsigned int fx_device_list_interfaces(struct fx_device *device, GUID *guids, unsigned int count,
				       unsigned int max)
{
	spin_lock_acquire(&device->base.lock);
	for (unsigned int i = 0; i < device->interface_count && count < max; i++) {
		const struct fx_interface *interface = &device->interfaces[i];

		if (interface->enabled && !is_listed(guids, count, &interface->guid))
			guids[count++] = interface->guid;
	}
	spin_lock_release(&device->base.lock);
	return count;
}
