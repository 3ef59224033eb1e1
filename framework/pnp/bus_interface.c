/* SPDX-License-Identifier: MIT */
/*
 * bus_interface.c - GUID_BUS_INTERFACE_STANDARD: configuration space of a PCI function, for its
 * drivers. Any thread, any level. The interface may be held for longer than the device is there:
 * then there is nothing to read or write.
 */
#include "pnp/bus_interface.h"

#include <string.h>

/* Who is at a configuration space, also under an interrupt's lock; the function's own come inside.
 */
static struct spin_lock lock = { .rank = LOCK_RANK_FUNCTION - 1 };

void fx_bus_await_idle(void)
{
	spin_lock_acquire(&lock);
	spin_lock_release(&lock);
}

static void reference(PVOID context)
{
	struct fx_device *device = context;

	fx_object_ref(&device->base);
}

static void dereference(PVOID context)
{
	struct fx_device *device = context;

	fx_object_unref(&device->base);
}

/* Bus and processor see registers at the same addresses. */
static BOOLEAN translate(PVOID context, PHYSICAL_ADDRESS address, ULONG len, PULONG space,
			 PPHYSICAL_ADDRESS out)
{
	(void)context;
	(void)len;
	(void)space;
	*out = address;
	return TRUE;
}

/* There are WDFDMAENABLERs only. */
static struct _DMA_ADAPTER *get_adapter(PVOID context, struct _DEVICE_DESCRIPTION *description,
					PULONG map_registers)
{
	(void)context;
	(void)description;
	(void)map_registers;
	return NULL;
}

/* As wide as it may be at @offset. */
static unsigned int width_at(ULONG offset, ULONG left)
{
	if (left >= 4 && !(offset & 3))
		return 4;
	return left >= 2 && !(offset & 1) ? 2 : 1;
}

static int read_part(struct pci_function *fn, ULONG at, unsigned int width, char *part)
{
	uint32_t value;
	int err = pci_config_read(fn, at, width, &value);

	if (!err)
		memcpy(part, &value, width);
	return err;
}

static int write_part(struct pci_function *fn, ULONG at, unsigned int width, char *part)
{
	uint32_t value = 0;

	memcpy(&value, part, width);
	return pci_config_write(fn, at, width, value);
}

/* @return bytes, up to the first that fails. */
static ULONG each_part(struct fx_device *device, char *buffer, ULONG offset, ULONG len,
		       int (*move)(struct pci_function *fn, ULONG at, unsigned int width,
				   char *part))
{
	struct pci_function *fn;
	ULONG done = 0;

	spin_lock_acquire(&lock);
	fn = fx_bus_function(device);
	while (fn && done < len) {
		unsigned int width = width_at(offset + done, len - done);

		if (move(fn, offset + done, width, buffer + done))
			break;
		done += width;
	}
	spin_lock_release(&lock);
	return done;
}

static ULONG get_data(PVOID context, ULONG space, PVOID buffer, ULONG offset, ULONG len)
{
	return space == PCI_WHICHSPACE_CONFIG ? each_part(context, buffer, offset, len, read_part)
					      : 0;
}

static ULONG set_data(PVOID context, ULONG space, PVOID buffer, ULONG offset, ULONG len)
{
	return space == PCI_WHICHSPACE_CONFIG ? each_part(context, buffer, offset, len, write_part)
					      : 0;
}

static bool is_bus_standard(const GUID *type)
{
	static const GUID standard = {
		0x496b8280, 0x6f25, 0x11d0, { 0xbe, 0xaf, 0x08, 0x00, 0x2b, 0xe2, 0x09, 0x2f }
	};

	return !memcmp(type, &standard, sizeof(standard));
}

NTSTATUS fx_bus_interface(struct fx_device *device, const GUID *type, USHORT size, USHORT version,
			  PINTERFACE out)
{
	const BUS_INTERFACE_STANDARD standard = {
		.Size = sizeof(standard),
		.Version = 1,
		.Context = device,
		.InterfaceReference = reference,
		.InterfaceDereference = dereference,
		.TranslateBusAddress = translate,
		.GetDmaAdapter = get_adapter,
		.SetBusData = set_data,
		.GetBusData = get_data,
	};

	if (!device->fn || !is_bus_standard(type) || version != 1)
		return STATUS_NOT_SUPPORTED;
	if (size < sizeof(standard))
		return STATUS_INVALID_PARAMETER;
	memcpy(out, &standard, sizeof(standard));
	reference(device);
	return STATUS_SUCCESS;
}
